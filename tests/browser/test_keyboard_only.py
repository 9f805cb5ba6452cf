"""A day at the desk without a mouse, from log-in to log-out: where one is can be seen at every step, and is not lost with a dialog."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.kit import browser, listen_for_errors, violations, violations_in_themes, window
from tests.browser.small_house import place, row, said, text
from tests.kit import Scripted
from tests.web.conftest import PASSWORD, MakeHouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Why the element with the focus cannot be seen to have it; empty: it can. What surrounds it may show it instead, as the composer does.
_UNSEEN = """
() => {
    const one = document.activeElement;
    if (!one || one === document.body) return 'nothing has the focus';
    const box = one.getBoundingClientRect();
    if (box.bottom < 0 || box.right < 0 || box.top > innerHeight || box.left > innerWidth) return 'it is off the screen';
    const rings = (at) => {
        const style = getComputedStyle(at);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    };
    for (let at = one, up = 0; at && up < 4; at = at.parentElement, up++) if (rings(at)) return '';
    const chosen = one.getAttribute('aria-activedescendant');
    if (chosen && document.getElementById(chosen)) return '';
    return `no ring around ${one.outerHTML.slice(0, 120)}`;
}
"""


async def seen(page: Page) -> None:
    """What has the focus shows it."""
    assert await page.evaluate(_UNSEEN) == ""


async def tab_to(part: Locator, role: str, name: str) -> None:
    """Press Tab until the control of this part has the focus; at each step one sees where one is."""
    page, wanted = part.page, part.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    await expect(wanted).to_be_visible()
    for _ in range(60):
        if await wanted.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
        await seen(page)
    raise AssertionError(f"{role} {name!r} is not reached by 60 tabs")


async def command(page: Page, title: str) -> None:
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    await page.keyboard.type(title)
    await expect(page.get_by_role("option", name=title).first).to_be_visible()
    await page.keyboard.press("Enter")


async def closed(page: Page) -> None:
    """The dialog is gone and the focus is back where it was, not at the beginning of the page."""
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.wait_for_function("() => document.activeElement !== document.body")
    await seen(page)


async def test_a_day_from_log_in_to_log_out_by_keyboard_alone(make_house: MakeHouse) -> None:
    async with place(make_house) as it, browser() as started, window(started, locale="en-GB") as context:
        queue, other = await it.kit.queue(), await it.kit.queue()
        await it.kit.sql('update queue set name = \'{"de": "Zweite", "en": "Second line"}\' where id = $1', other)
        await it.kit.sql("insert into wrap_up_code (id, key, name) values (gen_random_uuid(), 'asked', '{\"en\": \"Question\"}')")
        channel = await it.kit.channel(queue)
        for name, words in (("Anna", "Wann kommt der Strom?"), ("Bert", "Und bei mir?")):
            await it.says(channel, name, words)
        page = await context.new_page()
        errors = listen_for_errors(page)

        # The page of the log-in, which nobody has looked at without a mouse more often than once.
        await page.goto(f"{it.url}/work/waiting")
        await expect(page.locator("input[name=login]")).to_be_focused()
        assert await violations_in_themes(page) == []
        await page.keyboard.type("ilka")
        await page.keyboard.press("Tab")
        await seen(page)
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(row(page, "Wann kommt")).to_be_visible()

        # On a low screen every place stays in sight, and so does one's own name.
        await page.set_viewport_size({"width": 1280, "height": 720})
        for entry in await page.get_by_role("navigation", name="Sections").get_by_role("link").all():
            await expect(entry).to_be_in_viewport(ratio=1)
        await expect(page.get_by_test_id("agent-state")).to_be_in_viewport(ratio=1)
        await page.set_viewport_size({"width": 1440, "height": 900})

        # A letter goes to the list, another through it. In the system's own few colours there are no shadows and no backgrounds: a line is left.
        await page.emulate_media(forced_colors="active", reduced_motion="reduce")
        await page.keyboard.press("l")
        await page.keyboard.press("j")
        await seen(page)
        current = row(page, "Wann kommt").or_(row(page, "Und bei mir")).and_(page.locator("[aria-selected=true]"))
        assert await current.first.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
        await page.emulate_media(forced_colors="none", reduced_motion="reduce")

        await page.keyboard.press("Enter")
        await expect(said(page, "Wann kommt der Strom?").or_(said(page, "Und bei mir?"))).to_be_visible()
        await page.keyboard.press("t")
        await expect(text(page)).to_be_focused()
        await seen(page)
        await page.keyboard.type("Morgen um acht.")
        await page.keyboard.press("Control+Enter")
        await expect(said(page, "Morgen um acht.")).to_have_count(1)
        await page.keyboard.press("Escape")
        await seen(page)
        await page.keyboard.press("n")
        await expect(text(page)).to_be_focused()
        await page.keyboard.type("Fragt zum dritten Mal")
        await page.keyboard.press("Control+Enter")
        await expect(said(page, "Fragt zum dritten Mal")).to_have_count(1)
        await expect(text(page)).to_be_focused()
        await page.keyboard.press("Escape")
        await seen(page)

        # Dialogs by letter; what is behind them has the focus again afterwards.
        dialog = page.get_by_role("dialog")
        await page.keyboard.press("#")
        await expect(dialog.get_by_role("combobox")).to_be_focused()
        await page.keyboard.type("Netz")
        await expect(dialog.get_by_text("New tag “Netz”")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_role("option", name="Netz")).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("Escape")
        await closed(page)
        await page.keyboard.press("?")
        await expect(dialog).to_be_visible()
        await seen(page)
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await closed(page)
        await page.keyboard.press("v")
        await tab_to(dialog, "radio", "Second line 0 people")
        await page.keyboard.press("Space")
        await tab_to(dialog, "textbox", "Note (optional)")
        await page.keyboard.type("Bitte übernehmen")
        await tab_to(dialog, "button", "Transfer")
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
        moved = await it.kit.sql("select queue_id from interaction where state = 'waiting' order by queue_id = $1 desc", other)
        assert moved[0]["queue_id"] == other

        # The other is taken and wrapped up.
        await page.keyboard.press("2")
        await page.keyboard.press("l")
        for _ in range(2):
            await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("region", name="Conversation").get_by_role("button", name="Take").first).to_be_visible()
        await page.keyboard.press("t")
        await expect(text(page)).to_be_focused()
        await page.keyboard.press("Escape")
        await page.keyboard.press("f")
        form = page.get_by_test_id("wrap-up")
        await expect(form.get_by_role("radio", name="Question")).to_be_focused()
        await seen(page)
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await expect(form).to_have_count(0)
        done = await it.kit.sql("select count(*) as n from interaction where state = 'closed'")
        assert done[0]["n"] == 1

        # Settings by the menu, a choice by an arrow key, and the end of the day.
        await command(page, "Settings")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await tab_to(page.locator("main"), "radio", "Like the system")
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("html")).to_have_attribute("data-theme", "light")
        await command(page, "Sign out")
        await expect(page.locator("input[name=login]")).to_be_visible()
        assert errors == []
        assert [message.text for message in Scripted.sent] == ["Morgen um acht."]
