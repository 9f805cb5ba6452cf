"""A browser on the demo: the desk's visible controls, and axe on every page."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.app.demo_house import rows
from tests.peers import CHROMIUM_ARGS, chromium
from unisono.app.demo.run import DemoHouse

PICTURES = Path(__file__).parents[2] / "docs" / "images"
WAIT_MS = 20_000
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
LANGUAGES = {"de": "de-DE", "en": "en-GB"}
# The rules of axe that a change of colours alone can break.
COLOURS = ("color-contrast", "link-in-text-block")

# Only what is wrong comes back: what axe holds for right is a hundred times as much.
_LOOK = """
async (options) => (await axe.run(document, options)).violations.map(
    (one) => `${one.id}: ${JSON.stringify(one.nodes.slice(0, 3).map((node) => node.target))}`)
"""
SETTLED = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
    Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(done))))
"""


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start Debian's Chromium."""
    expect.set_options(timeout=WAIT_MS)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=str(chromium()), args=CHROMIUM_ARGS)
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def window(
    started: Browser, *, locale: str = "de-DE", theme: str = "light", width: int = 1440, height: int = 900, installs: bool = False
) -> AsyncIterator[BrowserContext]:
    """Open a window of its own: another person, who shares nothing with the others. installs: it has a service worker."""
    context = await started.new_context(
        locale=locale, color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce",
        viewport={"width": width, "height": height}, service_workers="allow" if installs else "block",
    )  # fmt: skip
    context.set_default_timeout(WAIT_MS)
    try:
        yield context
    except BaseException:
        await _keep_last_sight(context)
        raise
    finally:
        await context.close()


async def _keep_last_sight(context: BrowserContext) -> None:
    """What the pages showed when a test failed lies in the directory that the variable names."""
    folder = os.environ.get("UNISONO_TEST_SIGHTS")
    for number, page in enumerate(context.pages if folder else []):
        await page.screenshot(path=Path(folder or "") / f"sight-{id(context):x}-{number}.png")


def listen_for_errors(page: Page) -> list[str]:
    """Return a list that fills with what goes wrong in the page's scripts."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error.message}\n{error.stack}"))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    return errors


async def sign_in(page: Page, demo: DemoHouse, login: str = "ilka") -> None:
    """Log in at the desk, without asking for work."""
    await page.goto(f"{demo.url}/work")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(demo.password)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("agent-state")).to_be_visible()


async def log_in(page: Page, demo: DemoHouse, login: str = "ilka", *, ready: str = "Bereit") -> None:
    """Log in at the desk and be ready for work."""
    await sign_in(page, demo, login)
    await choose_state(page, ready)


async def choose_state(page: Page, name: str) -> None:
    """Say in the menu at one's own name whether one is there for work."""
    await page.get_by_test_id("agent-state").click()
    await page.get_by_role("menuitemradio", name=name).click()


@asynccontextmanager
async def in_language(
    started: Browser, demo: DemoHouse, language: str, login: str = "ilka", *, width: int = 1440
) -> AsyncIterator[Page]:
    """Give a page at which this person is signed in, in a window of this language, which is theirs from now on."""
    await rows(demo, "update app_user set locale = $1 where login = $2 returning id", language, login)
    async with window(started, locale=LANGUAGES[language], width=width) as desk:
        page = await desk.new_page()
        await sign_in(page, demo, login)
        yield page


async def command(page: Page, title: str) -> None:
    """Carry out a command from the menu."""
    await page.keyboard.press("Control+k")
    await page.get_by_role("dialog").get_by_role("combobox").fill(title)
    await page.get_by_role("option", name=title).first.click()


async def accept(page: Page) -> None:
    """Accept the offer that shows, and wait until it is open and can be answered."""
    offer = page.get_by_test_id("offer").first
    who = str(await offer.get_attribute("aria-label"))
    await offer.get_by_role("button", name="Annehmen").click()
    await expect(page.get_by_test_id("offer").and_(page.get_by_label(who, exact=True))).to_have_count(0)
    await expect(page.get_by_test_id("composer").locator("textarea")).to_have_value("")


async def answer(page: Page, text: str) -> None:
    """Write an answer to what is open, and send it."""
    await page.get_by_test_id("composer").locator("textarea").fill(text)
    await page.get_by_test_id("send").click()


async def wrap_up(page: Page, code: str = "Frage beantwortet") -> None:
    """Say that it is done, and what it was about."""
    await page.get_by_role("button", name="Fertig").click()
    form = page.get_by_test_id("wrap-up")
    await form.get_by_text(code, exact=True).click()
    await form.get_by_role("button", name="Abschließen").click()
    await expect(form).to_have_count(0)


async def post_as(page: Page, name: str, text: str) -> None:
    """Write a post on the network's page, as somebody who is made up for it."""
    await page.get_by_role("textbox", name="Was gibt’s?").fill(text)
    await page.get_by_role("button", name="Posten").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Jemanden erfinden").fill(name)
    await dialog.get_by_role("button", name="Los geht’s").click()
    await expect(page.locator("article", has_text=text)).to_be_visible()


async def violations(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """Return what axe finds on the page, with the elements; only: by these of its rules alone."""
    if not await page.evaluate("() => 'axe' in globalThis"):
        await page.evaluate(AXE_SCRIPT)
    rules = {"runOnly": {"type": "rule", "values": list(only)}} if only else {}
    found: list[str] = await page.evaluate(_LOOK, {"resultTypes": ["violations"], **rules})
    return found


async def violations_in_themes(page: Page) -> list[str]:
    """Return what axe finds light and dark, by the colour scheme of the browser; what colours do not change is looked at once."""
    first = await page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    # Beginning with what shows saves a change for every sight.
    found = [f"{THEMES[first]}: {one}" for one in await violations(page)]
    await in_scheme(page, THEMES[not first])
    return found + [f"{THEMES[not first]}: {one}" for one in await violations(page, only=COLOURS)]


async def in_scheme(page: Page, scheme: Literal["dark", "light"]) -> None:
    """Show the page dark or light, and wait until no colour is on its way from one to the other."""
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.evaluate(SETTLED)


async def picture(page: Page, name: str) -> None:
    """Keep a picture for the documentation, when they are being made."""
    if os.environ.get("UNISONO_TEST_PICTURES") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=PICTURES / f"{name}.png")
