"""Every page of the desk, with work in it: axe finds nothing, in each language and theme; at 400 % zoom nothing sticks out."""

from pathlib import Path

import pytest

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.kit import (
    accept,
    browser,
    choose_state,
    in_language,
    in_scheme,
    listen_for_errors,
    log_in,
    violations,
    violations_in_themes,
    window,
)
from tests.browser.routes import furnish
from tests.browser.sights import REFLOW_PX, sights, sticks_out
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster

pytestmark = pytest.mark.browser

# German wide, light and dark; English dark, and as narrow as a screen of 1280 pixels is at 400 % zoom.
WIDTHS = {"de": 1440, "en": REFLOW_PX}
READY = {"de": "Bereit", "en": "Available"}


@pytest.mark.timeout(600)
def test_axe_finds_nothing_on_any_page_of_the_desk_and_nothing_sticks_out_at_400_percent(
    cluster: Cluster, tmp_path: Path
) -> None:
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
        await furnish(demo)
        for language, width in WIDTHS.items():
            async with in_language(started, demo, language, width=width) as page:
                heard = listen_for_errors(page)
                await choose_state(page, READY[language])
                await in_scheme(page, "light" if language == "de" else "dark")
                async for sight in sights(page, demo, conversation):
                    looked = violations_in_themes(page) if language == "de" else violations(page)
                    found += [f"{sight} {language} {one}" for one in await looked]
                    found += [f"{sight} {language} at 400 %: {one}" for one in await sticks_out(page)]
                errors += heard
    assert found == [], "\n".join(found)
    assert errors == []
