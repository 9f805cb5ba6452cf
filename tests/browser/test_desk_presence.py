"""Presence at the desk: set in one's own corner, seen by a colleague who chooses whom to ask, and over again."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import browser, listen_for_errors, violations_in_themes, window
from tests.browser.small_house import Place, log_in, place, row, said
from tests.calendar_office import Office
from tests.radicale import running as radicale
from tests.service.test_by_message import line_of, writes
from tests.web.conftest import MakeHouse
from unisono.egress.client import EgressFactory

pytestmark = [pytest.mark.browser, pytest.mark.workplace, pytest.mark.timeout(300)]


async def look(page: Page, name: str) -> None:
    """Judge what shows, in both themes; keep it where somebody wants to look."""
    assert await violations_in_themes(page) == [], name
    if folder := os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(folder) / f"presence-{name}.png")


async def link_and_command(it: Place, ilka: Page, sven: Page) -> None:
    """Ilka links an account by its code, commands from it, and takes it back; Sven, above her, sees none of it."""
    line = await line_of(it.kit)
    await ilka.goto(f"{it.url}/settings/accounts")
    await ilka.get_by_role("button", name="Link an account").click()
    shown = ilka.get_by_test_id("link-code")
    await look(ilka, "code")
    await writes(it.kit, line, "ilka-at-home", await shown.inner_text())
    await expect(ilka.get_by_text("@ilka-at-home")).to_be_visible()
    await expect(shown).to_have_count(0)
    await writes(it.kit, line, "ilka-at-home", "/dnd 2h")
    await expect(ilka.get_by_test_id("agent-state")).to_have_accessible_name(re.compile("Do not disturb|Busy"))
    public = ilka.get_by_role("checkbox", name=re.compile("Public posts"))
    await public.check()
    await expect(public).to_be_checked()
    seen = ilka.get_by_role("checkbox", name=re.compile("Colleagues with a linked XMPP account"))
    await seen.check()
    await expect(ilka.get_by_text("ilka@people.example.org")).to_be_visible()
    await expect(seen).to_be_checked()
    assert len(await it.kit.sql("select 1 from xmpp_shown")) == 1
    await look(ilka, "accounts")
    await sven.goto(f"{it.url}/settings/accounts")
    await expect(sven.get_by_text("You have linked no account")).to_be_visible()
    await look(sven, "accounts-390")
    await ilka.get_by_role("button", name="Unlink @ilka-at-home").click()
    await expect(ilka.get_by_text("You have linked no account")).to_be_visible()
    assert await it.kit.sql("select 1 from linked_account") == []


async def add_a_calendar(it: Place, ilka: Page, sven: Page) -> None:
    """Ilka adds a calendar of her own, which shows beside her name, and takes it back; Sven, above her, sees none of it."""
    now = datetime.now(UTC)
    with radicale() as server:
        async with EgressFactory(allow_private=True) as http_for:
            office, owner = Office(it.house, http_for), server.owner("ilka")
            await it.kit.sql(
                "insert into setting (name, value, changed_by) select 'presence.calendar_hosts', $1, id from app_user limit 1",
                [server.host],
            )
            owner.makes("work")
            owner.writes("work", "now", now - timedelta(hours=1), now + timedelta(hours=1), "SUMMARY:Geheim")
            await ilka.goto(f"{it.url}/settings/my-calendars")
            await expect(ilka.get_by_text("You have added no calendar")).to_be_visible()
            await ilka.get_by_role("radio", name="CalDAV").check()
            await ilka.get_by_role("button", name="Add a calendar").click()
            await expect(ilka.get_by_role("textbox", name="Address")).to_be_focused()
            await ilka.get_by_role("textbox", name="Address").fill(server.base)
            await ilka.get_by_label("Name", exact=True).fill(owner.login)
            await ilka.get_by_label("Password").fill(owner.password)
            await ilka.get_by_label("What you call it").fill("Work")
            await look(ilka, "calendar-form")
            await ilka.get_by_role("button", name="Add a calendar").click()
            await expect(ilka.get_by_role("status").get_by_text("Is being read")).to_be_visible()
            await office.rounds()
            await expect(ilka.get_by_role("status").get_by_text("Counts for your presence")).to_be_visible()
            await expect(ilka.get_by_test_id("agent-state")).to_have_accessible_name(re.compile("Busy"))
            await look(ilka, "calendars")
            await sven.goto(f"{it.url}/settings/my-calendars")
            await expect(sven.get_by_text("You have added no calendar")).to_be_visible()
            await look(sven, "calendars-390")
            await ilka.get_by_role("button", name="Take Work back").click()
            await expect(ilka.get_by_text("You have added no calendar")).to_be_visible()
            assert await it.kit.sql("select 1 from own_calendar") == []


async def test_what_one_sets_shows_beside_ones_name_until_one_is_back(make_house: MakeHouse) -> None:
    async with (
        place(make_house) as it,
        browser() as started,
        window(started, locale="en-GB") as first,
        window(started, locale="en-GB", width=390, height=844) as second,
    ):
        channel = await it.kit.channel()
        await it.says(channel, "Anna", "Wann kommt der Strom?")
        await it.kit.sql("update agent set state = 'available', capacity = 0")
        ilka, sven = await log_in(first, it, "ilka"), await log_in(second, it, "sven")
        errors = [listen_for_errors(page) for page in (ilka, sven)]
        await row(sven, "Wann kommt").click()
        await expect(said(sven, "Wann kommt der Strom?")).to_be_visible()

        await ilka.get_by_test_id("agent-state").click()
        await ilka.get_by_role("menuitem", name="Availability until").click()
        dialog = ilka.get_by_role("dialog")
        await dialog.get_by_role("radio", name="Away").check()
        await dialog.get_by_label("For how long").select_option("30")
        await dialog.get_by_label("Why").select_option("lunch")
        await dialog.get_by_text("Calls on my direct line").click()
        await dialog.get_by_label("When busy").select_option("deputy")
        await dialog.get_by_role("button", name="Save").click()
        # A deputy has to be named; nothing was kept.
        await expect(ilka.get_by_text("Name the deputy")).to_be_visible()
        await dialog.get_by_role("combobox", name=re.compile("^Deputy")).select_option("Sven")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_role("status")).to_contain_text("Saved")
        await look(ilka, "dialog")
        await dialog.get_by_role("button", name="Set").click()
        await expect(dialog).to_have_count(0)
        await expect(ilka.get_by_test_id("agent-state")).to_have_accessible_name(re.compile("Away"))

        # Whoever looks for somebody to hand work to sees it beside the name.
        await sven.keyboard.press("Control+k")
        await sven.get_by_role("dialog").get_by_role("combobox").fill("Transfer")
        await sven.get_by_role("option", name=re.compile("Transfer")).first.click()
        beside = sven.get_by_role("dialog").get_by_text(re.compile(r"Away: Lunch, until"))
        await expect(beside).to_be_visible()
        await look(sven, "transfer-390")

        await ilka.get_by_test_id("agent-state").click()
        await ilka.get_by_role("menuitem", name=re.compile("Away: Lunch, until")).click()
        await ilka.get_by_role("dialog").get_by_role("button", name="I'm back").click()
        await expect(ilka.get_by_role("dialog")).to_have_count(0)
        await expect(beside).to_have_count(0)
        await expect(ilka.get_by_test_id("agent-state")).to_have_accessible_name(re.compile("Available|Ready"))
        await link_and_command(it, ilka, sven)
        await add_a_calendar(it, ilka, sven)
        assert [[one for one in some if "422" not in one] for some in errors] == [[], []]
