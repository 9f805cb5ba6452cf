"""The documentation's pictures, made from the demo as a visitor sees it: UNISONO_TEST_PICTURES=1 makes them anew."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.demo_house import on_demo_loop, running_demo, until
from tests.browser.kit import PICTURES, THEMES, accept, browser, log_in, picture, window
from tests.db import Cluster
from unisono.app.demo.material import threads
from unisono.app.demo.places import placed
from unisono.app.demo.player import ALL_AT_ONCE, Player, Tempo, playable

STEPS = 70


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.environ.get("UNISONO_TEST_PICTURES") != "1", reason="makes pictures: set UNISONO_TEST_PICTURES=1")
def test_the_pictures_of_the_documentation(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(pictures(cluster, tmp_path))
    assert {path.stem for path in PICTURES.glob("*.png")} >= {"desk-light", "desk-dark", "demo-light", "demo-dark", "pinnwand"}


async def pictures(cluster: Cluster, tmp_path: Path) -> None:
    """Let some customers write, answer one, and look."""
    async with running_demo(cluster, tmp_path / "data", speed=0.001) as demo, browser() as started:
        steps = playable(placed(threads()))[:STEPS]
        await Player(demo.player.stages, demo.played, Tempo(ALL_AT_ONCE)).run(steps)
        await until(demo, "select count(*) from message where direction = 'in'", lambda n: n > STEPS / 2)
        demo.tempo.set(1.0)
        for theme in THEMES:
            async with window(started, theme=theme) as desk:
                page = await desk.new_page()
                await log_in(page, demo, "nadine" if theme == "dark" else "ilka")
                await accept(page)
                await page.get_by_test_id("composer").locator("textarea").fill("Guten Tag, das sehen wir uns gleich an. ")
                await expect(page.get_by_test_id("send")).to_be_enabled()
                await page.wait_for_timeout(500)
                await picture(page, f"desk-{theme}")
                await page.goto(f"{demo.url}/demo")
                await page.wait_for_timeout(3_000)
                await picture(page, f"demo-{theme}")
        async with window(started, width=900) as home:
            page = await home.new_page()
            await page.goto(f"{demo.networks.url}/pinnwand/")
            await page.locator("article").first.wait_for()
            await picture(page, "pinnwand")
