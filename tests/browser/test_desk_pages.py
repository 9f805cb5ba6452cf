"""Every page and dialog of the desk, with work in it: axe finds nothing, in each language and theme, also on a small screen."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, rows, running_demo
from tests.browser.kit import LANGUAGES, THEMES, accept, browser, listen_for_errors, log_in, violations, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster

pytestmark = pytest.mark.browser

PAGES = [
    "/work", "/search?q=Storch", "/channels", "/people/queues", "/people/users", "/people/skills", "/people/codes",
    "/repair", "/settings", "/settings/classes", "/settings/calendars",
    "/settings/service-levels", "/supervision", "/supervision/hands",
    "/nowhere",
]  # fmt: skip
# Dialogs over an open conversation, by the key that opens each.
KEYS = {"commands": "Control+k", "shortcuts": "?"}


@pytest.mark.timeout(600)
def test_axe_finds_nothing_on_any_page_of_the_desk(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(all_pages(cluster, tmp_path))


async def all_pages(cluster: Cluster, tmp_path: Path) -> None:
    found: list[str] = []
    errors: list[str] = []
    async with running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo, browser() as started:
        await demo.buttons.same_customer()
        async with window(started) as desk:
            page = await desk.new_page()
            await log_in(page, demo)
            await accept(page)
            conversation = page.url
        for number, (language, theme) in enumerate(product(LANGUAGES, THEMES)):
            await rows(demo, "update app_user set locale = $1 where login = 'ilka' returning id", language)
            # Every other window is as narrow as a tablet held upright.
            async with window(started, locale=LANGUAGES[language], theme=theme, width=1440 if number % 2 else 820) as desk:
                page = await desk.new_page()
                errors += listen_for_errors(page)
                await log_in(page, demo, ready="Bereit" if language == "de" else "Available")
                async for sight in sights(page, demo.url, conversation):
                    found += [f"{sight} {language} {theme}: {one}" for one in await violations(page)]
    assert found == []
    assert errors == []


async def sights(page: Page, url: str, conversation: str) -> AsyncIterator[str]:
    """Go through the desk and say what shows."""
    for path in PAGES:
        await page.goto(f"{url}{path}")
        await page.locator("h1, [data-testid=offer], [role=listbox], [role=option]").first.wait_for()
        yield path
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
