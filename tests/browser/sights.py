"""Going through the desk address by address, and what a page must not do on a narrow screen."""

import json
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.kit import SETTLED
from tests.browser.routes import addresses
from unisono.app.demo.run import DemoHouse

# Dialogs over an open conversation, by the key that opens each.
KEYS = {"commands": "Control+k", "shortcuts": "?"}
# WCAG 1.4.10: 1280 pixels at 400 % zoom.
REFLOW_PX = 320

# What has found its place: a heading, work, or the words for there being none; nothing on its way.
_THERE = "h1, [data-testid=offer], [role=listbox], [role=option]"
# Elements with something in them that end beyond the screen, unless they lie in a part that scrolls or ends in dots.
_STICKS_OUT = """
() => [...document.querySelectorAll('body *')].filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || (box.right <= innerWidth + 1 && box.left >= -1)) return false;
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    for (let at = one; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (at !== one && /auto|scroll/.test(style.overflowX)) return false;
        if (style.textOverflow === 'ellipsis' || style.clipPath !== 'none' || at.matches('.skip, svg *')) return false;
    }
    return true;
}).slice(0, 4).map((one) => `${one.tagName.toLowerCase()}.${String(one.className.baseVal ?? one.className)} "${one.textContent.trim().slice(0, 30)}"`)
"""
_GO = "(to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }"
_FROM_THE_RIGHT = "(on) => { document.documentElement.dir = on ? 'rtl' : 'ltr'; }"
_PAGE_SCROLLS = "() => document.documentElement.scrollWidth > innerWidth + 1 || document.body.scrollWidth > innerWidth + 1"


async def sights(page: Page, demo: DemoHouse, conversation: str) -> AsyncIterator[str]:
    """Go through the desk and say what shows: every row of the route table, what no row names, and dialogs."""
    for path, address in (await addresses(demo)).items():
        await go(page, address)
        yield path
    await go(page, "/nowhere")
    yield "/nowhere"
    await page.goto(conversation)
    await expect(page.get_by_test_id("composer").locator("textarea")).to_be_visible()
    yield "a conversation"
    for name, key in KEYS.items():
        # Letters are for the text while one writes.
        await page.get_by_test_id("composer").locator("textarea").blur()
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        yield name
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def go(page: Page, address: str) -> None:
    """Open an address within the desk, as a link does, and wait until it shows what it has."""
    await page.evaluate(_GO, address)
    await page.locator(_THERE).first.wait_for()
    await expect(page.locator("main .loading")).to_have_count(0)


async def sticks_out(page: Page) -> list[str]:
    """Return what cannot be read without scrolling sideways at 400 % zoom."""
    before: Any = page.viewport_size
    if narrower := before["width"] != REFLOW_PX:
        await page.set_viewport_size({"width": REFLOW_PX, "height": 640})
        await page.evaluate(SETTLED)
    try:
        found: list[str] = await page.evaluate(_STICKS_OUT)
        if await page.evaluate(_PAGE_SCROLLS):
            found.append(f"the page scrolls sideways: {json.dumps(await page.title())}")
        # The same in a language that is written from the right.
        await page.evaluate(_FROM_THE_RIGHT, True)
        found += [f"from the right: {one}" for one in await page.evaluate(_STICKS_OUT)]
        await page.evaluate(_FROM_THE_RIGHT, False)
        return found
    finally:
        if narrower:
            await page.set_viewport_size(before)
