"""Pictures of every address of the desk, to be looked at: `make pictures` puts them into build/pictures.

Each is taken from a demo with its customers' work in it, at three widths; wide in both themes and languages, narrow ones in
one of each. What sticks out of a narrow screen and what the page's scripts complain about is printed; exits with 1 then.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop
from msgspec import Struct
from playwright.async_api import Browser, Page

from tests.browser.kit import LANGUAGES, browser, listen_for_errors, sign_in, window
from tests.browser.routes import addresses, furnish
from tests.browser.sights import go, sticks_out
from unisono.app.demo.run import DemoHouse, open_demo
from unisono.app.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "pictures"


class View(Struct, frozen=True):
    """How one looks at the desk."""

    width: int
    height: int
    theme: str
    language: str


VIEWS = [
    View(1280, 800, "light", "de"), View(1280, 800, "dark", "en"), View(1920, 1080, "light", "en"),
    View(390, 844, "light", "de"), View(390, 844, "dark", "de"),
]  # fmt: skip


@asynccontextmanager
async def demo_with_work() -> AsyncIterator[DemoHouse]:
    """Run a demo in which every customer has written."""
    with tempfile.TemporaryDirectory(prefix="unisono-pictures-") as directory:
        Path(directory).chmod(0o755)  # noqa: ASYNC240 - before anything runs
        async with open_demo(Settings(data=f"{directory}/data", port=0), None, 0.0) as demo:
            await demo.playing
            await asyncio.sleep(3)
            await furnish(demo)
            yield demo


async def take(folder: Path, only: str) -> int:
    """Take all pictures whose name contains `only`; returns how much is wrong."""
    wrong = 0
    async with demo_with_work() as demo, browser() as started:
        visited = await addresses(demo)
        for view in VIEWS:
            wrong += await _through(started, demo, view, {name: visited[name] for name in visited if only in name}, folder)
    return wrong


async def _through(started: Browser, demo: DemoHouse, view: View, visited: dict[str, str], folder: Path) -> int:
    """Take the pictures of one view."""
    locale = LANGUAGES[view.language]
    async with window(started, locale=locale, theme=view.theme, width=view.width, height=view.height) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await _in_language(page, demo, view.language)
        found = list(errors)
        for name, address in visited.items():
            await go(page, address)
            await page.wait_for_timeout(300)
            label = name.strip("/").replace("/", "-").replace(":", "")
            await page.screenshot(path=folder / f"{label}-{view.width}-{view.theme}-{view.language}.png")
            if view.width < 720:
                found += [f"{name}: {one}" for one in await sticks_out(page)]
        found += errors
        for one in found:
            print(f"{view.width} {view.theme} {view.language}: {one}", flush=True)
        return len(found)


async def _in_language(page: Page, demo: DemoHouse, language: str) -> None:
    """Choose the language as a user does."""
    await page.goto(f"{demo.url}/settings/mine")
    await page.locator(f"input[name=locale][value={language}]").check(force=True)


def main() -> int:
    """Take them and say where they are."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("--only", default="", help="part of the address, for example /settings")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder (default: build/pictures)")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        wrong = runner.run(take(asked.to, asked.only))
    print(f"{len(list(asked.to.glob('*.png')))} pictures in {asked.to}; {wrong or 'nothing'} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
