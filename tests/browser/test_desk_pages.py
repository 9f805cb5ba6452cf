"""Every page of the desk, with work in it: axe finds nothing, in each language and theme; at 400 % zoom nothing sticks out."""

from pathlib import Path
from typing import Literal

import pytest

from tests.app.demo_house import on_demo_loop, rows, running_demo
from tests.browser.kit import LANGUAGES, accept, browser, listen_for_errors, log_in, violations, window
from tests.browser.routes import furnish
from tests.browser.sights import in_scheme, sights, sticks_out
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster

pytestmark = pytest.mark.browser

# Each language once on a wide screen and once, for the other, as narrow as a tablet held upright.
WIDTHS = {"de": 1440, "en": 820}
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


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
        for language, locale in LANGUAGES.items():
            await rows(demo, "update app_user set locale = $1 where login = 'ilka' returning id", language)
            async with window(started, locale=locale, width=WIDTHS[language]) as desk:
                page = await desk.new_page()
                errors += listen_for_errors(page)
                await log_in(page, demo, ready="Bereit" if language == "de" else "Available")
                async for sight in sights(page, demo, conversation):
                    for scheme in SCHEMES:
                        await in_scheme(page, scheme)
                        found += [f"{sight} {language} {scheme}: {one}" for one in await violations(page)]
                    found += [f"{sight} {language} at 400 %: {one}" for one in await sticks_out(page)]
    assert found == [], "\n".join(found)
    assert errors == []
