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
from tests.browser.small_house import Place, log_in, place, row, said, text, until
from tests.service.test_webhooks import Receiver
from tests.web.conftest import MakeHouse
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


@asynccontextmanager
async def at_work(make_house: MakeHouse, login: str) -> AsyncIterator[tuple[Place, Page, Any]]:
    """A house with four enquiries, and somebody at the desk; nothing goes wrong in the page's scripts."""
    async with place(make_house) as it, browser() as started, window(started, locale="en-GB") as context:
        await it.person("root", "administrator")
        channel = await it.kit.channel()
        for name, words in ENQUIRIES:
            await it.says(channel, name, words)
        await context.add_init_script(HEARD)
        page = await log_in(context, it, login)
        errors = listen_for_errors(page)
        yield it, page, channel
        # What was typed wrongly was refused.
        assert [one for one in errors if "422" not in one] == []


# What the sheet lists, as it shows it. Those that need a ringing offer, a call, a mail or a colleague's question have tests of their own.
LIST = {"A", "D", "E", "J", "K", "X", "⇧X", "*", "Z", "L", "1", "2", "3", "4", "5", "6", "⇧C"}
CONVERSATION = set("TRNVWSCIPFOHM") | {"#", "!", "⇧K", "Ctrl ↵", "Esc"}


async def test_several_are_spam_at_once_sounds_stay_off_and_the_shortcuts_of_the_sheet_work(make_house: MakeHouse) -> None:
    async with at_work(make_house, "sven") as (it, page, channel):
        await _several_are_spam_and_back(it, page)
        await _sounds_stay_off(it, page, channel)
        await _the_sheet_tells_the_truth(page)


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


async def _the_sheet_tells_the_truth(page: Page) -> None:
    """What the sheet lists is what there is: each letter to a page leads to one of its own, each of the others does what it says."""
    await page.keyboard.press("3")
    await row(page, "Kaufen").click()
    await expect(said(page, "Kaufen Sie!")).to_be_visible()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_be_visible()
    assert await violations(page) == []
    listed: dict[str, list[str]] = await sheet.evaluate(
        "(one) => Object.fromEntries([...one.querySelectorAll('h3')].map((head) => [head.textContent.trim(),"
        " [...head.parentElement.querySelectorAll('dd')].map((keys) => [...keys.querySelectorAll('kbd')].map((k) => k.textContent).join(' '))]))"
    )
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    for part, keys in listed.items():
        conditional = {"M", "P", "Z", "F4"}
        assert len([one for one in keys if one not in conditional]) == len(set(keys) - conditional), (
            f"a key twice in {part}: {keys}"
        )

    # Letters that lead to a page: each to one of its own. The first leads to where one is, so it comes last.
    paired = [one.split()[1].lower() for one in listed["Go to"] if one.startswith("G ")]
    seen = set()
    for letter in [*paired[1:], paired[0]]:
        before = page.url
        await page.keyboard.press("g")
        await page.keyboard.press(letter)
        await expect(page).not_to_have_url(before)
        seen.add(page.url)
    assert len(seen) == len(paired)
    await page.keyboard.press("/")
    await expect(page).to_have_url(re.compile("/search"))
    await page.get_by_role("link", name="Work", exact=True).first.click()
    await _dialog_by(page, "g", "t")
    assert listed["Me"] == ["G T"]

    # The views, and the rows.
    assert set(listed["List of work"]) >= LIST
    for number, view in enumerate(("mine", "waiting", "open", "parked", "closed", "spam"), start=1):
        await page.keyboard.press(str(number))
        await expect(page).to_have_url(re.compile(f"/work/{view}"))
    await page.keyboard.press("3")
    await expect(page.get_by_test_id("work-row")).to_have_count(4)
    chosen = page.get_by_test_id("work-row").and_(page.locator("[aria-selected=true]"))
    await page.keyboard.press("l")
    await page.keyboard.press("j")
    await expect(chosen).to_have_count(1)
    first = await chosen.get_attribute("data-id")
    await page.keyboard.press("j")
    await expect(chosen).not_to_have_attribute("data-id", str(first))
    await page.keyboard.press("k")
    await expect(chosen).to_have_attribute("data-id", str(first))
    ticked = page.get_by_role("option", checked=True)
    await page.keyboard.press("x")
    await expect(ticked).to_have_count(1)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("X")
    await expect(ticked).to_have_count(3)
    await page.keyboard.press("*")
    await expect(ticked).to_have_count(4)
    await page.get_by_role("toolbar").get_by_role("button", name="Clear").click()
    await _the_conversations_letters_work(page)
    assert set(listed["Conversation"]) >= CONVERSATION


async def _dialog_by(page: Page, *keys: str) -> str:
    """Press, and see a dialog open; it goes by Escape. Returns what it is called."""
    dialog = page.get_by_role("dialog")
    for key in keys:
        await page.keyboard.press(key)
    await expect(dialog).to_be_visible()
    name = await dialog.get_by_role("heading").first.inner_text()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    return name


async def _the_conversations_letters_work(page: Page) -> None:
    conversation = page.get_by_role("region", name="Conversation")
    await row(page, "Kaufen").click()
    await expect(said(page, "Kaufen Sie!")).to_be_visible()
    names = {await _dialog_by(page, "w")}
    await page.keyboard.press("t")
    await expect(text(page)).to_be_focused()
    await page.keyboard.press("Escape")
    for letter in ("v", "c", "s", "i", "p", "m", "#"):
        names.add(await _dialog_by(page, letter))
    assert len(names) == 8, names
    for letter in ("r", "n"):
        await page.keyboard.press(letter)
        await expect(text(page)).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(text(page)).not_to_be_focused()
    panel = page.get_by_role("complementary").filter(has_text="Known as")
    await expect(panel).to_be_visible()
    await page.keyboard.press("h")
    await expect(panel).to_have_count(0)
    await page.keyboard.press("h")
    await expect(panel).to_be_visible()
    await page.keyboard.press("!")
    await expect(page.get_by_test_id("bulk-note")).to_contain_text("One marked as spam.")
    await page.keyboard.press("z")
    await expect(page.get_by_test_id("bulk-note")).to_contain_text("Undone")
    # That it is in one's hands again comes by the stream.
    await expect(conversation.get_by_role("button", name="Done")).to_be_visible()
    await page.keyboard.press("f")
    await expect(page.get_by_test_id("wrap-up")).to_be_visible()
    await conversation.get_by_role("heading", level=2).click()
    await page.keyboard.press("K")
    await expect(page).to_have_url(re.compile("/customers/"))


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
