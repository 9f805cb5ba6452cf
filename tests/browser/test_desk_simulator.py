"""Who leads asks what would come of it: plays plans at the desk, compares two, takes advice, keeps them as files."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, rows, running_demo
from tests.browser.kit import LANGUAGES, browser, command, in_language, listen_for_errors, sign_in, violations_in_themes, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CALLS = {"name": "Anrufe", "per_minute": [2], "handling": {"mean_s": 180}, "patience": {"mean_s": 120}, "target": 0.8}
POSTS = {
    "name": "Posts",
    "per_minute": [0.4],
    "handling": {"mean_s": 240},
    "deferrable": True,
    "answer_within_s": 3600,
    "target": 0.9,
}
PLAN = {"arrivals": [CALLS, POSTS], "staff": [{"count": 7}], "minutes": 240, "runs": 4}


def test_who_leads_plays_compares_and_takes_advice(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_what_if(cluster, tmp_path))


async def _what_if(cluster: Cluster, folder: Path) -> None:
    async with running_demo(cluster, folder / "data", speed=ALMOST_STILL) as demo, browser() as started, window(started) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await page.goto(f"{demo.url}/supervision")
        await page.get_by_role("link", name="Simulator").click()

        # The house as it is: its classes are there, and nobody of it by name.
        await expect(page.get_by_label("Anfragen je Minute").first).to_be_visible()
        names = [str(row["name"]) for row in await rows(demo, "select name from app_user")]
        shown = await page.locator("main").inner_text()
        assert not [name for name in names if name in shown]
        await page.get_by_label("Anfragen je Minute").first.fill("0,5")
        await page.get_by_label("Anfragen je Minute").first.press("Tab")
        await page.get_by_role("button", name="Gruppe hinzufügen").click()
        await page.get_by_role("button", name="Durchspielen", exact=True).click()
        await expect(page.get_by_test_id("outcome")).to_be_visible()
        # What cannot be read is told at its field, and changes nothing.
        await page.get_by_label("Anfragen je Minute").first.fill("viele")
        await page.get_by_label("Anfragen je Minute").first.press("Tab")
        await expect(page.get_by_text("Bitte Zahlen ab 0 angeben")).to_be_visible()

        await _open(page, folder, PLAN)
        await expect(page.get_by_label("Name").first).to_have_value("Anrufe")
        await command(page, "Durchspielen")
        outcome = page.get_by_test_id("outcome")
        await expect(outcome.locator("tbody tr")).to_have_count(2)
        await expect(outcome.get_by_role("row", name="Anrufe")).to_contain_text("±")

        await page.get_by_role("button", name="Vergleichen").click()
        await expect(page.get_by_role("radio", name="Nachher")).to_be_checked()
        await page.get_by_label("Leute", exact=True).fill("14")
        await page.get_by_label("Leute", exact=True).press("Tab")
        await page.get_by_role("button", name="Durchspielen", exact=True).click()
        await expect(outcome.locator("tbody tr")).to_have_count(4)
        before, after = [
            float((await outcome.get_by_role("row", name=name).first.locator("td.num").first.inner_text()).split(" ")[0].replace(",", "."))
            for name in ("Anrufe Vorher", "Anrufe Nachher")
        ]  # fmt: skip
        assert before < after
        await expect(outcome.get_by_role("row", name="Anrufe Nachher").get_by_text("unterscheidet sich").first).to_be_attached()

        async with page.expect_download() as kept:
            await page.get_by_role("button", name="Als Datei sichern").click()
        saved = _read(await (await kept.value).path())
        assert (saved["staff"][0]["count"], saved["arrivals"][0]["target"]) == (14, 0.8)

        await page.get_by_role("radio", name="Vorher").check()
        await page.get_by_role("button", name="Wie viele Leute?").click()
        advice = page.get_by_test_id("advice")
        await expect(advice).to_contain_text("erreicht")
        await expect(advice).to_contain_text("frei halten")
        await advice.get_by_role("button", name="Als zweiten Plan übernehmen").click()
        await expect(outcome.locator("tbody tr")).to_have_count(4)

        # What the server refuses is told in words, and the plan is still there.
        await _open(page, folder, {**PLAN, "staff": [{"count": 5000}]})
        await page.get_by_role("button", name="Durchspielen", exact=True).click()
        await expect(page.get_by_role("alert").filter(has_text="mehr, als hier simuliert werden kann")).to_be_visible()
        assert await page.get_by_label("Leute", exact=True).input_value() == "5000"
        (folder / "no.json").write_text("{}", encoding="utf-8")
        await page.locator("input[type=file]").set_input_files(folder / "no.json")
        await expect(page.get_by_role("alert").filter(has_text="no.json ist kein Plan")).to_be_visible()
        assert [line for line in errors if "422" not in line] == []


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


async def _open(page: Page, folder: Path, plan: dict[str, object]) -> None:
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    await page.locator("input[type=file]").set_input_files(path)


def test_axe_finds_nothing_in_the_simulator(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_axe(cluster, tmp_path))


async def _axe(cluster: Cluster, folder: Path) -> None:
    found: list[str] = []
    async with running_demo(cluster, folder / "data", speed=ALMOST_STILL) as demo, browser() as started:
        for language in LANGUAGES:
            async with in_language(started, demo, language) as page:
                async for sight in _sights(page, demo.url, folder):
                    found += [f"{sight} {language} {one}" for one in await violations_in_themes(page)]
    assert found == []


async def _sights(page: Page, url: str, folder: Path) -> AsyncIterator[str]:
    await page.goto(f"{url}/supervision/simulator")
    await expect(page.locator("main fieldset").first).to_be_visible()
    yield "the house"
    await _open(page, folder, {**PLAN, "minutes": 120, "runs": 2})
    buttons = page.locator("main .actions > button")
    await buttons.nth(2).click()
    await buttons.nth(0).click()
    await expect(page.get_by_test_id("outcome").locator("tbody tr")).to_have_count(4)
    await buttons.nth(1).click()
    await expect(page.get_by_test_id("advice")).to_be_visible()
    await page.locator("#plan1-a0-rate").fill("x")
    await page.locator("#plan1-a0-rate").press("Tab")
    await expect(page.get_by_role("alert").first).to_be_visible()
    yield "a pair with advice"
