"""Every key of the shortcut sheet is pressed, and does what the sheet says; none is left out without saying where else it is pressed."""

import asyncio
import contextlib
import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.kit import command, violations
from tests.browser.small_house import Place, row, said, text
from tests.kit import Scripted
from tests.web.conftest import Browser

# The telephone's keys need a line and a call: `test_phone` and `test_telephones` press each of them where there is one.
ELSEWHERE = {"⇧C", "F2", "F4", "F8", "F9", "⇧F2", "⇧F4", "⇧F8"}


class Sheet:
    """What the sheet lists by part, and which of it was pressed already."""

    def __init__(self, page: Page, listed: dict[str, list[str]]) -> None:
        self.page, self.listed = page, listed
        self.done: set[tuple[str, str]] = set()

    async def press(self, part: str, shown: str) -> None:
        """Press a key as the sheet shows it."""
        assert shown in self.listed[part], f"{shown} is not in the sheet's part {part}: {self.listed[part]}"
        for key in shown.split():
            await self.page.keyboard.press(key.replace("⇧", "") if key.startswith("⇧") else key.lower())
        self.done.add((part, shown))

    async def press_when_heard(self, part: str, shown: str, effect: Locator) -> None:
        """Press until the effect shows: while the command before is still being carried out, no key is heard."""
        for _ in range(20):
            await self.press(part, shown)
            with contextlib.suppress(AssertionError):
                await expect(effect).to_be_visible(timeout=1_000)
                return
        await expect(effect).to_be_visible()

    def tick(self, part: str, *shown: str) -> None:
        """Say that these were pressed."""
        self.done |= {(part, one) for one in shown}

    def left(self) -> set[tuple[str, str]]:
        """Return what nobody has pressed."""
        return {(part, key) for part, keys in self.listed.items() for key in keys if key not in ELSEWHERE} - self.done


async def read_sheet(page: Page) -> Sheet:
    """Open the sheet by its key, read it, and close it."""
    await page.keyboard.press("?")
    shown = page.get_by_role("dialog")
    await expect(shown).to_be_visible()
    assert await violations(page) == []
    listed: dict[str, list[str]] = await shown.evaluate(
        "(one) => Object.fromEntries([...one.querySelectorAll('h3')].map((head) => [head.textContent.trim(),"
        " [...head.parentElement.querySelectorAll('dd')].map((keys) => [...keys.querySelectorAll('kbd')].map((k) => k.textContent).join(' '))]))"
    )
    await page.keyboard.press("Escape")
    await expect(shown).to_have_count(0)
    sheet = Sheet(page, listed)
    sheet.tick("Display", "?")
    # Two commands may share a key where never both are possible: to park and to unpark, to make a case and to show it.
    shared = {"M", "P", "Z", "F4"}
    for part, keys in listed.items():
        once = [one for one in keys if one not in shared]
        assert len(once) == len(set(once)), f"a key twice in {part}: {keys}"
    return sheet


async def all_keys(it: Place, page: Page, channel: Any) -> None:
    """Go through the sheet: pages, views, rows, the conversation in hand, and what colleagues and the router bring."""
    await page.keyboard.press("3")
    await row(page, "Kaufen").click()
    await expect(said(page, "Kaufen Sie!")).to_be_visible()
    sheet = await read_sheet(page)
    await _pages(sheet)
    await _rows(sheet)
    await _dialogs(sheet)
    await _writing(sheet)
    await _from_beginning_to_end(it, sheet)
    await _from_a_colleague(it, sheet)
    await _what_is_offered(it, sheet, channel)
    left = sheet.left()
    assert left == set(), f"in the sheet, and pressed nowhere: {left}"


async def _pages(sheet: Sheet) -> None:
    """Letters that lead to a page: each to one of its own. The first leads to where one is, so it comes last."""
    page = sheet.page
    paired = [one for one in sheet.listed["Go to"] if one.startswith("G ")]
    seen = set()
    for keys in [*paired[1:], paired[0]]:
        before = page.url
        await sheet.press("Go to", keys)
        await expect(page).not_to_have_url(before)
        seen.add(page.url)
    assert len(seen) == len(paired)
    await sheet.press("Go to", "/")
    await expect(page).to_have_url(re.compile("/search"))
    await page.get_by_role("link", name="Work", exact=True).first.click()
    await dialog_by(sheet, "Me", "G T")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    sheet.tick("Display", "Ctrl K")


async def _rows(sheet: Sheet) -> None:
    """The views, and the rows."""
    page, part = sheet.page, "List of work"
    for number, view in enumerate(("mine", "waiting", "open", "parked", "closed", "spam"), start=1):
        await sheet.press(part, str(number))
        await expect(page).to_have_url(re.compile(f"/work/{view}"))
    await sheet.press(part, "3")
    await expect(page.get_by_test_id("work-row")).to_have_count(4)
    chosen = page.get_by_test_id("work-row").and_(page.locator("[aria-selected=true]"))
    await sheet.press(part, "L")
    await sheet.press(part, "J")
    await expect(chosen).to_have_count(1)
    first = await chosen.get_attribute("data-id")
    await sheet.press(part, "J")
    await expect(chosen).not_to_have_attribute("data-id", str(first))
    await sheet.press(part, "K")
    await expect(chosen).to_have_attribute("data-id", str(first))
    ticked = page.get_by_role("option", checked=True)
    await sheet.press(part, "X")
    await expect(ticked).to_have_count(1)
    await sheet.press(part, "J")
    await sheet.press(part, "J")
    await sheet.press(part, "⇧X")
    await expect(ticked).to_have_count(3)
    await sheet.press(part, "*")
    await expect(ticked).to_have_count(4)
    await page.get_by_role("toolbar").get_by_role("button", name="Clear").click()


async def dialog_by(sheet: Sheet, part: str, shown: str) -> str:
    """Press, and see a dialog open; it goes by Escape. Returns what it is called."""
    dialog = sheet.page.get_by_role("dialog")
    await sheet.press(part, shown)
    await expect(dialog).to_be_visible()
    name = await dialog.get_by_role("heading").first.inner_text()
    await sheet.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    return name


async def _dialogs(sheet: Sheet) -> None:
    """What one may do with a conversation: each letter opens a dialog of its own."""
    page, part = sheet.page, "Conversation"
    await row(page, "Kaufen").click()
    await expect(said(page, "Kaufen Sie!")).to_be_visible()
    names = {await dialog_by(sheet, part, "W")}
    await sheet.press(part, "T")
    await expect(text(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(text(page)).not_to_be_focused()
    sheet.tick(part, "Esc")
    for letter in ("V", "C", "S", "I", "P", "M", "#"):
        names.add(await dialog_by(sheet, part, letter))
    assert len(names) == 8, names
    panel = page.get_by_role("complementary").filter(has_text="Known as")
    await expect(panel).to_be_visible()
    await sheet.press(part, "H")
    await expect(panel).to_have_count(0)
    await sheet.press(part, "H")
    await expect(panel).to_be_visible()


async def _writing(sheet: Sheet) -> None:
    """Answering, a note, a canned answer; what was sent is taken back before it left."""
    page, part = sheet.page, "Conversation"
    for letter in ("R", "N"):
        await sheet.press(part, letter)
        await expect(text(page)).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(text(page)).not_to_be_focused()
    await sheet.press(part, "Y")
    await expect(text(page)).to_have_value("/")
    await text(page).fill("Das kommt nicht an.")
    await page.keyboard.press("Control+Enter")
    sheet.tick(part, "Ctrl ↵")
    await expect(page.get_by_test_id("held")).to_be_visible()
    await page.keyboard.press("Escape")
    await sheet.press(part, "Z")
    await expect(text(page)).to_have_value("Das kommt nicht an.")
    await expect(page.get_by_test_id("held")).to_have_count(0)
    await text(page).fill("")
    await page.keyboard.press("Escape")
    assert [one.text for one in Scripted.sent if one.text == "Das kommt nicht an."] == []


async def _from_beginning_to_end(it: Place, sheet: Sheet) -> None:
    """Spam and back, parked and back, in a case, finished and opened again."""
    page, part = sheet.page, "Conversation"
    done = page.get_by_role("region", name="Conversation").get_by_role("button", name="Done")
    note = page.get_by_test_id("bulk-note")
    await sheet.press(part, "!")
    await expect(note).to_contain_text("One marked as spam.")
    await sheet.press_when_heard("List of work", "Z", note.filter(has_text="Undone"))
    # That it is in one's hands again comes by the stream.
    await expect(done).to_be_visible()

    await sheet.press(part, "P")
    await page.get_by_role("dialog").get_by_role("button", name="Until the person writes").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(done).to_have_count(0)
    await sheet.press_when_heard(part, "P", done)

    dialog = page.get_by_role("dialog")
    await sheet.press_when_heard(part, "M", dialog.get_by_label("Title"))
    await dialog.get_by_label("Title").fill("Werbung")
    await dialog.get_by_role("button", name="Open the case").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("link", name="#1", exact=True)).to_be_visible()
    await sheet.press(part, "M")
    await expect(page).to_have_url(re.compile("/cases/1"))
    await page.go_back()
    await expect(done).to_be_visible()

    form = page.get_by_test_id("wrap-up")
    await sheet.press_when_heard(part, "F", form)
    await form.get_by_text("Question").click()
    await form.get_by_role("button", name="Close", exact=False).click()
    await expect(form).to_have_count(0)
    await sheet.press("List of work", "5")
    await row(page, "Kaufen").click()
    await expect(said(page, "Kaufen Sie!")).to_be_visible()
    await sheet.press(part, "O")
    # Whoever opens it again has it in hand.
    await _state(it, "Kaufen Sie!", "active")
    await expect(done).to_be_visible()
    await sheet.press_when_heard(part, "⇧K", page.get_by_test_id("handles"))
    await expect(page).to_have_url(re.compile("/customers/"))


async def _from_a_colleague(it: Place, sheet: Sheet) -> None:
    """What a colleague has is taken over; who is asked begins to help."""
    page = sheet.page
    [dora] = await it.kit.sql("select i.id from interaction i join conversation c on c.id = i.conversation_id "
                              "join identity n on n.id = c.identity_id where n.remote_id = 'dora'")  # fmt: skip
    [cleo] = await it.kit.sql("select i.id from interaction i join conversation c on c.id = i.conversation_id "
                              "join identity n on n.id = c.identity_id where n.remote_id = 'cleo'")  # fmt: skip
    [sven] = await it.kit.sql("select id from app_user where login = 'sven'")
    ilka = Browser(it.url)
    try:
        await ilka.log_in("ilka")
        for one in (dora, cleo):
            await ilka.did("POST", f"interactions/{one['id']}/take")
        await ilka.did("POST", f"interactions/{cleo['id']}/consults", {"agent_id": str(sven["id"]), "question": "Weißt du mehr?"})
    finally:
        await ilka.http.aclose()
    await sheet.press("List of work", "3")
    await expect(row(page, "Noch heute!")).to_contain_text("Ilka")
    await row(page, "Noch heute!").click()
    await expect(said(page, "Noch heute!")).to_be_visible()
    await sheet.press("Conversation", "U")
    await expect(text(page)).to_be_focused()
    await _state(it, "Noch heute!", "active")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("article", name="Ilka asks you")).to_be_visible()
    await sheet.press("List of work", "E")
    await expect(said(page, "Gewinnen Sie!")).to_be_visible()
    await expect(text(page)).to_be_focused()
    await page.keyboard.press("Escape")


async def _what_is_offered(it: Place, sheet: Sheet, channel: Any) -> None:
    """What rings is declined or accepted by a letter; a mail is passed on, and its sender's whole history shows."""
    page = sheet.page
    await it.kit.sql("insert into queue_member (queue_id, user_id) select q.id, u.id from queue q, app_user u where u.login = 'sven' "
                     "on conflict do nothing")  # fmt: skip
    await command(page, "Status: Available")
    mails = await it.kit.channel(channel.queue_id, medium="mail")
    await it.says(mails, "Anna", "Hier noch einmal als Mail.", visibility="private")
    await it.kit.route()
    offer: Locator = page.get_by_test_id("offer")
    await expect(offer).to_be_visible()
    await sheet.press("List of work", "D")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await sheet.press("List of work", "A")
    await expect(offer).to_have_count(0)
    await expect(text(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await sheet.press("Conversation", "B")
    await expect(page.get_by_test_id("whole-history")).to_contain_text("Wann kommt der Strom?")
    await sheet.press("Conversation", "B")
    await expect(page.get_by_test_id("whole-history")).to_have_count(0)
    await sheet.press("Conversation", "Q")
    await expect(page.get_by_label("Forward to", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Discard").click()


async def _state(it: Place, words: str, wanted: str) -> None:
    """Wait until the enquiry with these words is in this state."""
    for _ in range(200):
        found = await it.kit.sql(
            "select i.state from interaction i join message m on m.conversation_id = i.conversation_id "
            "join message_text t on t.message_id = m.id where t.text = $1 order by i.id desc limit 1", words,
        )  # fmt: skip
        if found and found[0]["state"] == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"“{words}” is not {wanted} within 10 s: {found}")
