"""What the desk promises beside its large stories: many marked at once, sounds, shortcuts, a dead letter, fields, a channel's health."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import browser, command, listen_for_errors, violations, window
from tests.browser.shortcuts import all_keys
from tests.browser.small_house import Place, log_in, place, row, text, until
from tests.service.test_aside import Posting
from tests.service.test_webhooks import Receiver
from tests.web.conftest import MakeHouse
from tests.web.network import Networks
from unisono.contract.connector import ConnectorType
from unisono.egress.client import EgressFactory
from unisono.service.webhooks.deliver import WebhookSender
from unisono.service.webhooks.judge import PAUSES_S

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Counts the tones that the browser was told to play.
HEARD = """
globalThis.heard = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { globalThis.heard += 1; return start.apply(this, when); };
"""
ENQUIRIES = (("Anna", "Wann kommt der Strom?"), ("Bert", "Kaufen Sie!"), ("Cleo", "Gewinnen Sie!"), ("Dora", "Noch heute!"))


class Passing(Networks):
    """The networks of the set-up's tests; from the scripted one mails can be passed on."""

    def code(self, connector: str) -> ConnectorType:
        return Posting if connector == "scripted" else super().code(connector)


@asynccontextmanager
async def at_work(make_house: MakeHouse, login: str) -> AsyncIterator[tuple[Place, Page, Any]]:
    """A house with four enquiries, and somebody at the desk; nothing goes wrong in the page's scripts."""
    async with place(make_house, Passing()) as it, browser() as started, window(started, locale="en-GB") as context:
        await it.person("root", "administrator")
        await it.kit.sql("update setting set value = to_jsonb(30) where name = 'answer.undo_s'")
        await it.kit.sql("insert into wrap_up_code (id, key, name) values (gen_random_uuid(), 'asked', '{\"en\": \"Question\"}')")
        channel = await it.kit.channel()
        for name, words in ENQUIRIES:
            await it.says(channel, name, words)
        await context.add_init_script(HEARD)
        page = await log_in(context, it, login)
        errors = listen_for_errors(page)
        yield it, page, channel
        # What was typed wrongly was refused.
        assert [one for one in errors if "422" not in one] == []


async def test_several_are_spam_at_once_sounds_stay_off_and_the_shortcuts_of_the_sheet_work(make_house: MakeHouse) -> None:
    async with at_work(make_house, "sven") as (it, page, channel):
        await _several_are_spam_and_back(it, page)
        await _sounds_stay_off(it, page, channel)
        await all_keys(it, page, channel)


async def _several_are_spam_and_back(it: Place, page: Page) -> None:
    """Three are marked at once; undone, all three are work again, as they were."""
    before = await it.kit.sql("select id, state from interaction order by id")
    for words in ("Kaufen Sie!", "Gewinnen Sie!", "Noch heute!"):
        await row(page, words).get_by_test_id("tick").click()
    bar = page.get_by_role("toolbar", name="Work on what is selected")
    await expect(bar).to_contain_text("3 selected")
    await bar.get_by_role("button", name="Spam").click()
    note = page.get_by_test_id("bulk-note")
    await expect(note).to_contain_text("3 marked as spam.")
    await expect(page.get_by_test_id("work-row")).to_have_count(1)
    assert (await it.kit.sql("select count(*) as n from interaction where spam"))[0]["n"] == 3
    await note.get_by_role("button", name="Undo").click()
    await expect(note).to_contain_text("Undone")
    await expect(page.get_by_test_id("work-row")).to_have_count(4)
    after = await it.kit.sql("select id, state, spam from interaction order by id")
    assert [(one["id"], one["state"], one["spam"]) for one in after] == [(one["id"], one["state"], False) for one in before]
    await note.get_by_role("button", name="Close").click()


async def _sounds_stay_off(it: Place, page: Page, channel: Any) -> None:
    """Switched on, what happens sounds; switched off, it does not, neither now nor after the page was loaded anew."""
    await row(page, "Wann kommt").click()
    await page.get_by_role("region", name="Conversation").get_by_role("button", name="Take").first.click()
    await expect(text(page)).to_be_focused()
    await page.get_by_role("link", name="Settings", exact=True).click()
    await page.get_by_role("link", name="Notifications").click()
    await page.get_by_role("checkbox", name="Play sounds").check()
    again = {"root": "Anna-Wann kommt der Strom?", "parent": "Anna-Wann kommt der Strom?"}
    await it.says(channel, "Anna", "Noch da?", **again)
    await page.wait_for_function("() => globalThis.heard > 0")

    await page.get_by_role("checkbox", name="Play sounds").uncheck()
    await page.reload()
    await expect(page.get_by_role("checkbox", name="Play sounds")).not_to_be_checked()
    await page.get_by_role("link", name="Work", exact=True).first.click()
    await expect(page).to_have_url(re.compile("/work"))
    await page.keyboard.press("1")
    await expect(row(page, "Noch da?")).to_be_visible()
    await it.says(channel, "Anna", "Hallo?", **again)
    # The desk has heard of it, and kept still.
    await expect(row(page, "Hallo?")).to_be_visible()
    assert await page.evaluate("() => globalThis.heard") == 0


async def test_a_dead_letter_is_sent_again_and_the_houses_own_fields_are_filled_in(make_house: MakeHouse) -> None:
    async with at_work(make_house, "root") as (it, page, channel):
        await _a_dead_letter_arrives_at_last(it, page, channel)
        await _own_fields(page)
        await _what_the_house_works_with(it, page)
        await _as_one_likes_it(page)
        await _everything_is_found(page)
        await _the_annex(page)
        await _a_person_is_erased(it, page)


@asynccontextmanager
async def receiving(it: Place) -> AsyncIterator[tuple[Receiver, str]]:
    """A server of somebody else's, and the house's own sender of webhooks."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    async with EgressFactory(allow_private=True, patience=0.05) as egress:
        sending = asyncio.create_task(WebhookSender(msgspec.structs.replace(it.house.outside, http_for=egress)).run())
        try:
            yield receiver, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            server.close()


async def _a_dead_letter_arrives_at_last(it: Place, page: Page, channel: Any) -> None:
    """The other side is broken for more than a day; when it is mended, somebody sends what was given up once more."""
    async with receiving(it) as (receiver, url):
        await command(page, "Webhooks")
        await page.get_by_role("button", name="New webhook").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name", exact=True).fill("CRM")
        await dialog.get_by_label("Address").fill(url)
        await dialog.get_by_role("button", name="Save").click()
        await dialog.get_by_role("button", name="Close").last.click()
        receiver.answers = ["503 Service Unavailable"] * 2
        await it.says(channel, "Emil", "Ist da wer?")
        await until(lambda: len(receiver.got) == 1, "a first attempt")
        # All the pauses between, which take more than a day.
        await _waits(it, "state = 'waiting' and attempts = 1")
        await it.kit.sql("update webhook_delivery set attempts = $1, next_at = now()", len(PAUSES_S))
        await it.says(channel, "Fritz", "Hallo?")
        await _waits(it, "state = 'dead'")
        receiver.answers = []
        await page.reload()
        await expect(page.get_by_role("row", name="CRM")).to_contain_text("1")
        await page.get_by_role("button", name="Deliveries to CRM").click()
        part = page.get_by_role("region", name="Deliveries to CRM")
        await part.get_by_role("combobox").select_option("dead")
        await expect(part).to_contain_text(f"Given up after {len(PAUSES_S) + 1} attempts")
        assert await violations(page) == []
        before = len(receiver.got)
        await part.get_by_role("button", name="Send interaction.created again").click()
        await until(lambda: len(receiver.got) > before, "the letter at the other side")
        await _waits(it, "state = 'dead'", none=True)
        await part.get_by_role("combobox").select_option("delivered")
        await expect(part).to_contain_text("Arrived (204")
        [first, *_] = receiver.got
        assert first[0]["webhook-id"] in [headers["webhook-id"] for headers, _ in receiver.got[before:]]


async def _waits(it: Place, where: str, *, none: bool = False) -> None:
    """Wait until there is a delivery of which this holds; or none any more."""
    for _ in range(400):
        [found] = await it.kit.sql(f"select count(*) as n from webhook_delivery where {where}")
        if (found["n"] == 0) is none:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within 20 s: {where}")


async def _own_fields(page: Page) -> None:
    """A field is made, filled in at a customer, checked as it is typed, found by search, and taken out of use."""
    await command(page, "Customer fields")
    form = page.get_by_role("main")
    await form.get_by_label("Name (German)").fill("Vertrag")
    await form.get_by_label("Name (English)").fill("Contract")
    await form.get_by_role("combobox", name="Kind").select_option(label="Number")
    await form.get_by_role("button", name="Add the field").click()
    await expect(page.get_by_role("row", name="Contract")).to_contain_text("Number")
    assert await violations(page) == []
    await page.get_by_role("link", name="Customers", exact=True).first.click()
    await page.get_by_role("main").get_by_role("link", name="Anna").first.click()
    await page.get_by_role("button", name="Fill in").click()
    await page.get_by_label("Contract").fill("siebzehn")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_label("Contract").fill("4711")
    await page.get_by_role("button", name="Save").click()
    fields = page.get_by_role("region", name="Fields")
    await expect(fields).to_contain_text("4,711")
    await page.get_by_role("link", name="Customers", exact=True).first.click()
    await (
        page.get_by_role("main").get_by_role("searchbox").or_(page.get_by_role("main").get_by_role("textbox")).first.fill("4711")
    )
    await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    await command(page, "Customer fields")
    await page.get_by_role("row", name="Contract").get_by_role("button").click()
    await expect(page.get_by_role("row", name="Contract")).to_contain_text("Retired")


async def _what_the_house_works_with(it: Place, page: Page) -> None:
    """A queue, a skill with who has it, a wrap-up code that is retired again, and the text below a brand's answers."""
    main, dialog = page.get_by_role("main"), page.get_by_role("dialog")
    await command(page, "Queues")
    await main.get_by_role("button", name="New queue").click()
    await dialog.get_by_label("Name (German)").fill("Störungen")
    await dialog.get_by_label("Name (English)").fill("Faults")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("row", name="Faults")).to_be_visible()
    await command(page, "Skills")
    await main.get_by_label("Name (German)").fill("Netz")
    await main.get_by_label("Name (English)").fill("Grid")
    await main.get_by_role("button", name="New skill").click()
    await main.get_by_role("combobox", name="Level of Ilka in Grid").select_option("4")
    await command(page, "Wrap-up codes")
    await main.get_by_label("Name (German)").fill("Behoben")
    await main.get_by_label("Name (English)").fill("Mended")
    await main.get_by_role("button", name="New code").click()
    await main.get_by_role("button", name="Retire Mended").click()
    await expect(page.get_by_role("row", name="Mended")).to_contain_text("Retired")
    await it.kit.sql("insert into brand (id, key, name) values (gen_random_uuid(), 'haus', 'Haus')")
    await command(page, "Signatures")
    await main.get_by_label("Signature of Haus").fill("{agent.nobody}")
    await main.get_by_role("button", name="Save: Haus").click()
    await expect(main.get_by_role("alert")).to_contain_text("agent.nobody")
    await main.get_by_label("Signature of Haus").fill("{agent.name} · Haus")
    await main.get_by_role("button", name="Save: Haus").click()
    await expect(main.get_by_role("alert")).to_have_count(0)
    assert await violations(page) == []
    [levels, codes, signed] = [
        await it.kit.sql(statement)
        for statement in (
            "select s.level from agent_skill s join app_user u on u.id = s.user_id where u.login = 'ilka'",
            "select archived_at from wrap_up_code where name->>'en' = 'Mended'",
            "select signature from brand",
        )
    ]
    assert ([one["level"] for one in levels], [one["archived_at"] is None for one in codes]) == ([4], [False])
    assert [one["signature"] for one in signed] == ["{agent.name} · Haus"]


async def _as_one_likes_it(page: Page) -> None:
    """Dark and close together, now and after the page was loaded anew."""
    await command(page, "Settings")
    await page.get_by_role("radio", name="Dark").check(force=True)
    await page.get_by_role("radio", name="Close", exact=True).check(force=True)
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_role("radio", name="Close", exact=True)).to_be_checked()


async def _everything_is_found(page: Page) -> None:
    """While one types: words in their order, a person by some letters of the name, and no other words than these."""
    await page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Words, names, numbers")
    hits = page.get_by_role("main").get_by_role("listitem")
    await field.press_sequentially('"kommt der strom"')
    await expect(hits).to_have_count(1)
    await expect(hits).to_contain_text("Wann kommt der Strom?")
    await field.fill('"strom der kommt"')
    await expect(page.get_by_text("Nothing found for")).to_be_visible()
    await field.fill("cle")
    await expect(hits.filter(has_text="Cleo").first).to_be_visible()


async def _the_annex(page: Page) -> None:
    """What the house holds about its people is read in the desk, who sees it by the names of roles, and nothing sideways."""
    await command(page, "Works agreement")
    annex = page.get_by_role("table")
    await expect(annex.get_by_role("row").filter(has_text="audit:").first).to_contain_text("Administration, Audit (audit.read)")
    await page.set_viewport_size({"width": 1280, "height": 800})
    assert await annex.evaluate("(one) => one.parentElement.scrollWidth <= one.parentElement.clientWidth + 1")
    assert await violations(page) == []
    await page.set_viewport_size({"width": 1440, "height": 900})


async def _a_person_is_erased(it: Place, page: Page) -> None:
    """Asked twice and with a reason, all that somebody said is gone."""
    await page.get_by_role("link", name="Work", exact=True).first.click()
    await page.keyboard.press("3")
    await row(page, "Noch heute!").click()
    await expect(page.get_by_test_id("message")).to_contain_text("Noch heute!")
    await command(page, "Erase person")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Erase for good")).to_be_disabled()
    await dialog.get_by_label("Reason").fill("Asked for by letter")
    await dialog.get_by_label("Yes, erase for good").check()
    await dialog.get_by_role("button", name="Erase for good").click()
    await expect(dialog).to_have_count(0)
    await expect(row(page, "Noch heute!")).to_have_count(0)
    assert await it.kit.sql("select 1 from message_text where text = 'Noch heute!'") == []
