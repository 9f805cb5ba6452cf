"""Cases and customers at the desk: what belongs together is put together, by visible controls, and taken apart again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import browser, listen_for_errors, window
from tests.browser.test_desk_channels import desk, violations
from tests.kit import House
from tests.midnight import one_day
from tests.service.test_moderate import Moderating
from tests.service.test_report import Reporting
from tests.web.conftest import EVERYTHING, PASSWORD, MakeHouse
from tests.web.network import Networks
from unisono.contract.connector import ConnectorType
from unisono.service.access import Access
from unisono.service.merge_customers import merge_customers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@asynccontextmanager
async def at_the_desk(make_house: MakeHouse, networks: Networks | None = None) -> AsyncIterator[tuple[House, Page, str]]:
    """A desk with three enquiries on two channels, two of them in root's hands; yields the house, the page and its address."""
    async with (
        desk(make_house, networks or Networks()) as (house, url), browser() as started, window(started, locale="en-GB") as context,
    ):  # fmt: skip
        page = await context.new_page()
        errors = listen_for_errors(page)
        kit = await _furnished(house)
        await page.goto(f"{url}/work/mine")
        await page.get_by_label("Login").or_(page.locator("input[name=login]")).first.fill("root")
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("button[type=submit]").click()
        await expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
        yield kit, page, url
        assert errors == []


async def _furnished(house: Any) -> House:
    kit = House(house.db, house.bell, house.clock)
    kit.outside = house.outside
    queue = await kit.queue()
    posts, mails = await kit.channel(queue), await kit.channel(queue, medium="mail")
    now = house.clock.now().isoformat()
    await kit.hear(
        posts, {"id": "p1", "by": "annam", "name": "Anna Müller", "text": "Mein Paket ist nass angekommen.", "at": now}
    )
    await kit.hear(
        mails,
        {
            "id": "m1", "by": "annam@mueller.example", "name": "Müller, Anna", "subject": "Paket beschädigt",
            "text": "Hier die Fotos vom Paket.", "at": now, "visibility": "private",
        },
    )  # fmt: skip
    await kit.hear(posts, {"id": "p2", "by": "bert", "name": "Bert Kaffeetante", "text": "Wann öffnet ihr?", "at": now})
    await kit.sql("update identity set network = 'email' where remote_id = 'annam@mueller.example'")
    await kit.sql("insert into agent (user_id, state, capacity) select id, 'busy', 60 from app_user on conflict do nothing")
    await kit.sql(
        "update interaction i set state = 'active', agent_id = (select id from app_user where login = 'root') "
        "from message m where m.interaction_id = i.id and m.remote_id in ('p1', 'm1')"
    )
    await kit.sql("update agent set used = 24")
    await kit.sql(
        "insert into capacity_hold (interaction_id, agent_id, units) select id, agent_id, units from interaction where agent_id is not null"
    )
    await kit.sql(
        'insert into wrap_up_code (id, key, name) values (gen_random_uuid(), \'shipping\', \'{"de": "Versand", "en": "Shipping"}\')'
    )
    return kit


async def _choose(page: Page, name: str) -> None:
    await page.get_by_role("listbox").get_by_role("option").filter(has_text=name).click()
    await expect(page.get_by_role("heading", name=name).first).to_be_visible()


async def _written(kit: House, wanted: dict[str, tuple[str, str]]) -> None:
    """What was answered, with its visibility and the medium of its channel; what shows at once is written a moment later."""
    said: dict[str, tuple[str, str]] = {}
    for _ in range(100):
        rows = await kit.sql(
            "select t.text, m.visibility, c.medium from message m join message_text t on t.message_id = m.id "
            "join channel c on c.id = m.channel_id where m.direction = 'out'"
        )
        said = {row["text"]: (row["visibility"], row["medium"]) for row in rows}
        if said == wanted:
            return
        await asyncio.sleep(0.1)
    assert said == wanted


async def test_what_belongs_together_gets_a_number_and_is_solved_as_one(make_house: MakeHouse) -> None:
    async with at_the_desk(make_house) as (kit, page, _):
        await _choose(page, "Anna Müller")
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Open a case").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Open the case").click()
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await dialog.get_by_label("Title").fill("Wet parcel")
        await dialog.get_by_label("Priority").select_option("1")
        await dialog.get_by_role("button", name="Open the case").click()
        number = page.get_by_role("link", name="#1", exact=True)
        await expect(number).to_be_visible()

        # The mail about it belongs there as well.
        await _choose(page, "Müller, Anna")
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Add to a case").click()
        await dialog.get_by_role("searchbox").fill("#1")
        await dialog.get_by_role("button", name="Wet parcel").click()
        await expect(number).to_be_visible()

        await number.click()
        await expect(page.get_by_role("heading", name="#1 Wet parcel")).to_be_visible()
        items = page.get_by_test_id("case-items").get_by_role("listitem")
        await expect(items).to_have_count(2)
        await page.get_by_label("Note for colleagues").fill("A new parcel is on its way.")
        await page.get_by_role("button", name="Write the note").click()
        await expect(page.get_by_text("A new parcel is on its way.")).to_be_visible()
        await page.get_by_label("State").select_option("waiting")
        await expect(page.locator(".chip", has_text="Waiting")).to_be_visible()
        assert await violations(page) == []

        # The number is found by the search, and by who looks through the cases.
        await page.keyboard.press("/")
        await page.get_by_label("Words, names, numbers").fill("#1")
        await page.get_by_role("link", name="Case #1").click()
        await page.get_by_role("link", name="All cases").click()
        await page.get_by_role("searchbox").fill("parcel")
        await expect(page.get_by_role("row").filter(has_text="Wet parcel")).to_contain_text("Waiting")
        assert await violations(page) == []
        await page.get_by_role("link", name="Wet parcel").click()

        # The figures at the end are of one day.
        await one_day("UTC", timedelta(minutes=1))
        await page.get_by_role("button", name="Solve").click()
        await expect(dialog).to_contain_text("2 enquiries of it are open in your hands")
        await dialog.get_by_label("What was it about?").select_option(label="Shipping")
        await dialog.get_by_role("button", name="Close mine as well").click()
        await expect(page.locator(".chip", has_text="Solved")).to_be_visible()
        await expect(items.filter(has_text="Closed")).to_have_count(2)
        assert {row["state"] for row in await kit.sql("select state from interaction where case_id is not null")} == {"closed"}
        assert [row["used"] for row in await kit.sql("select used from agent")] == [0]
        await page.get_by_role("button", name="Open again").click()

        # What one did oneself is told to oneself.
        await page.get_by_test_id("agent-state").click()
        await page.get_by_role("menuitem", name="My figures").click()
        await expect(page.get_by_role("region", name="Today")).to_contain_text("2")
        await expect(page.get_by_role("region", name="What it was about this week")).to_contain_text("Shipping")
        assert await violations(page) == []
        await page.go_back()
        await page.get_by_role("button", name="Take Anna Müller out of the case").click()
        await expect(items).to_have_count(1)


async def test_two_handles_are_found_to_be_one_person_and_told_apart_again(make_house: MakeHouse) -> None:
    async with at_the_desk(make_house) as (kit, page, url):
        # A field of the house's own, set up first.
        await page.goto(f"{url}/settings/custom-fields")
        await page.get_by_label("Name (German)").fill("Vertrag")
        await page.get_by_label("Name (English)").fill("Contract")
        await page.get_by_role("button", name="Add the field").click()
        await expect(page.get_by_role("row").filter(has_text="Contract")).to_be_visible()

        await page.goto(f"{url}/customers")
        await page.get_by_role("searchbox").fill("mueller")
        await expect(page.get_by_role("listitem")).to_have_count(2)
        assert await violations(page) == []
        await page.get_by_role("link", name="Müller, Anna").click()
        suggestion = page.get_by_test_id("suggestions").get_by_role("listitem").first
        await expect(suggestion).to_contain_text("Weak hint")
        await expect(suggestion).to_contain_text("Both are called @annam")
        await page.get_by_role("button", name="Fill in").click()
        await page.get_by_label("Contract").fill("V-4711")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("V-4711")).to_be_visible()
        await page.get_by_label("Note for colleagues").fill("Prefers to be called")
        await page.get_by_role("button", name="Write the note").click()
        assert await violations(page) == []

        await page.get_by_role("button", name="Anna Müller is the same person").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Both bear the name")
        await dialog.get_by_label("Why?").fill("She said so on the phone")
        await dialog.get_by_role("button", name="Same person").click()
        await expect(page.get_by_test_id("talks").get_by_role("listitem")).to_have_count(2)
        await expect(page.get_by_test_id("merges")).to_contain_text("She said so on the phone")
        await expect(page.get_by_text("Prefers to be called")).to_be_visible()
        await expect(page.get_by_test_id("handles").get_by_role("listitem").filter(has_text="annam")).to_have_count(2)

        # What was brought in stays when it turns out to have been a mistake.
        await page.get_by_role("button", name="Undo this merge").click()
        await expect(page.get_by_test_id("talks").get_by_role("listitem")).to_have_count(1)
        rows = await kit.sql("select count(distinct customer_id) as n, count(home_customer_id) as away from identity")
        assert dict(rows[0]) == {"n": 3, "away": 0}
        await page.goto(f"{url}/customers?q=V-4711")
        await expect(page.get_by_role("listitem")).to_have_count(1)


async def test_merged_conversations_show_as_one_and_each_answer_goes_where_its_thread_is(make_house: MakeHouse) -> None:
    async with at_the_desk(make_house) as (kit, page, _):
        [one, other] = await kit.sql("select id, customer_id from identity where remote_id like 'annam%' order by remote_id")
        [root] = await kit.sql("select id from app_user where login = 'root'")
        access = Access(user_id=root["id"], actions=EVERYTHING.actions, classes=EVERYTHING.classes)
        await merge_customers(kit.db, access, one["customer_id"], other["customer_id"], "She said so")
        await _choose(page, "Anna Müller")
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Merge or link").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Merge with Paket beschädigt").click()
        await expect(dialog.get_by_test_id("bonds")).to_contain_text("Merged")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="Close").click()
        await expect(page.get_by_test_id("message")).to_have_count(2)
        together = page.get_by_test_id("together")
        await expect(together.locator("[aria-current]")).to_contain_text("Public")

        # The private thread is chosen, and the composer is private.
        await together.get_by_role("link").click()
        await expect(together.locator("[aria-current]")).to_contain_text("Private")
        composer = page.get_by_test_id("composer")
        await composer.locator("textarea").fill("Only for you")
        await composer.locator("textarea").press("Control+Enter")
        await expect(page.get_by_test_id("message").filter(has_text="Only for you")).to_be_visible()
        await together.get_by_role("link").click()
        await composer.locator("textarea").fill("For everybody")
        await composer.get_by_role("button", name="Answer publicly").click()
        await expect(page.get_by_test_id("message").filter(has_text="For everybody")).to_be_visible()
        await expect(page.get_by_test_id("message")).to_have_count(4)
        await _written(kit, {"Only for you": ("private", "mail"), "For everybody": ("public", "post")})

        # Undone, both show alone again.
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Merge or link").click()
        await dialog.get_by_role("button", name="Undo").click()
        # Linked, they point to each other and stay two.
        await dialog.get_by_role("button", name="Link with Paket beschädigt").click()
        await expect(dialog.get_by_test_id("bonds")).to_contain_text("Linked")
        await dialog.get_by_role("button", name="Take away").click()
        await expect(dialog.get_by_test_id("bonds")).to_have_count(0)
        await dialog.get_by_role("button", name="Close").click()
        await expect(page.get_by_test_id("message")).to_have_count(2)

        # From a message on it becomes a conversation of its own.
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Split the conversation").click()
        await dialog.get_by_role("radio").last.check()
        await dialog.get_by_role("button", name="Split").click()
        await expect(page.get_by_test_id("message")).to_have_count(1)
        await expect(page.get_by_text("Linked:").first).to_be_visible()


class ReportingNetworks(Networks):
    """A network that takes reports."""

    def code(self, connector: str) -> ConnectorType:
        return Reporting if connector == "scripted" else super().code(connector)


async def test_a_comment_is_reported_and_its_evidence_opened_with_a_reason(make_house: MakeHouse) -> None:
    Moderating.did, Moderating.says = [], []
    async with at_the_desk(make_house, ReportingNetworks()) as (kit, page, url):
        await _choose(page, "Anna Müller")
        await page.get_by_role("button", name="Report to the network").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill("Threatens our staff")
        await dialog.get_by_role("button", name="Report to the network").click()
        await expect(page.get_by_text("Reported. The evidence is kept.")).to_be_visible()
        assert [verb for verb, _, _ in Moderating.did] == ["report:annam:Threatens our staff"]
        # The archive is a role of its own, also for an administrator.
        await page.goto(f"{url}/settings/evidence")
        await expect(page.get_by_role("link", name="Evidence")).to_have_count(0)
        await kit.sql(
            "insert into role_grant (id, user_id, role, scope_kind) "
            "select gen_random_uuid(), id, 'archivist', 'organisation' from app_user where login = 'root'"
        )
        await page.goto(f"{url}/settings/evidence")
        await page.get_by_role("button", name="Open evidence 1").click()
        await dialog.get_by_label("Reason").fill("short")
        await dialog.get_by_role("button", name="Open", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_contain_text("ten characters")
        await dialog.get_by_label("Reason").fill("The police asked for it")
        await dialog.get_by_role("button", name="Open", exact=True).click()
        await expect(dialog).to_contain_text("Mein Paket ist nass angekommen.")
        await expect(dialog.get_by_test_id("evidence")).to_contain_text("Threatens our staff")
        assert await violations(page) == []
