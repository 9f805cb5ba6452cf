"""Triage at the desk: a hundred posts are labelled by keys, learned from, and judged better than by guessing; what was judged shows."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import Struct
from playwright.async_api import Page, expect

from tests.browser.kit import LANGUAGES, THEMES, browser, listen_for_errors, violations, window
from tests.browser.small_house import Place, log_in, place
from tests.kit import START
from tests.midnight import zone_at_noon
from tests.web.conftest import MakeHouse
from tests.web.test_triage import posts
from unisono.app.schoolroom import Schoolroom
from unisono.service.triage.learn import learn_on_nights

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WANTED = 100
SPARE = 30
FEEDS = Path(os.environ.get("UNISONO_TEST_FEEDS", Path(__file__).parents[3] / "shared" / "data"))


class Lot(Struct, frozen=True):
    """Posts with the key that answers, and the question that they are asked."""

    question: str
    keys: dict[str, str]


def made_up() -> Lot:
    """German posts of the test's own, with whether they need an answer."""
    return Lot("answer", {text: "1" if needs else "2" for text, needs in dict.fromkeys(posts(3 * WANTED, 11))})


def real() -> Lot:
    """German posts about a railway, with how they sound: as many that complain as that do not, and some that praise."""
    path = FEEDS / "de-bahn.jsonl"
    if not path.exists():
        pytest.skip(f"No {path}: the posts are licensed for tests and lie beside the repository. Set UNISONO_TEST_FEEDS.")
    kept: dict[str, dict[str, str]] = {"negative": {}, "neutral": {}, "positive": {}}
    for line in path.read_text(encoding="utf-8").split("\n"):
        said = json.loads(line) if line.strip() else None
        if said and 20 < len(said["text"]) < 400:
            kept[said["labels"]["sentiment"]][" ".join(said["text"].split())] = said["labels"]["sentiment"]
    order = ("negative", "neutral", "negative", "neutral", "positive")
    each = {label: iter(texts) for label, texts in kept.items()}
    keys = {"negative": "1", "neutral": "2", "positive": "3"}
    return Lot("sentiment", {next(each[label]): keys[label] for label in (order * WANTED)[: WANTED + SPARE]})


@pytest.mark.parametrize("lot", [made_up, real])
async def test_a_hundred_posts_are_labelled_by_keys_and_the_score_rises(make_house: MakeHouse, lot: Callable[[], Lot]) -> None:
    chosen = lot()
    async with place(make_house) as it, browser() as started, window(started) as own:
        # What is learned is learned by a click: here it is never night.
        async with it.house.db.write() as tx:
            await tx.setup.put_setting("reports.time_zone", zone_at_noon(), UUID(int=0))
        await hear(it, list(chosen.keys)[: WANTED + SPARE])
        learning = asyncio.create_task(learn_on_nights(it.house.outside, Schoolroom(), "test"))
        try:
            page = await log_in(own, it, "sven")
            errors = listen_for_errors(page)
            await label(page, chosen)
            await learn(page)
            if lot is made_up:
                await look_around(page, it)
            assert errors == []
        finally:
            learning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await learning


async def hear(it: Place, texts: list[str]) -> None:
    """Customers write these, each in a conversation of their own."""
    channel = await it.kit.channel()
    await it.kit.hear(channel, *(
        {"id": f"t{n}", "by": f"c{n}", "name": f"Customer {n}", "text": text, "at": START.replace(second=n % 60, minute=n // 60).isoformat()}
        for n, text in enumerate(texts)
    ))  # fmt: skip


async def label(page: Page, lot: Lot) -> None:
    """Say of a hundred posts what they are, with the number keys; once taken back, once skipped."""
    await page.get_by_role("link", name="Listening").click()
    await page.get_by_role("link", name="Label posts", exact=True).click()
    await page.get_by_label("Question").select_option(lot.question)
    text = page.get_by_test_id("task-text")
    first = await text.inner_text()
    await page.get_by_role("button", name="Skip").click()
    await expect(text).not_to_have_text(first)
    await page.get_by_test_id("task").get_by_role("button").first.click()
    await expect(page.get_by_test_id("labelled")).to_have_text("1 of 100")
    await page.keyboard.press("Backspace")
    await expect(page.get_by_test_id("labelled")).to_have_text("0 of 100")
    for count in range(1, WANTED + 1):
        await page.keyboard.press(lot.keys[" ".join((await text.inner_text()).split())])
        await expect(page.get_by_test_id("labelled")).to_have_text(f"{count} of 100")
    assert await violations(page) == []
    await sight(page, f"label-{lot.question}")
    await page.get_by_role("link", name="Enough to learn from").click()


async def learn(page: Page) -> None:
    """Learn by a click; the score on labels that were held back is better than guessing."""
    table = page.get_by_test_id("heads")
    await expect(table).to_contain_text("100 of 100")
    await expect(table).to_contain_text("Nothing learned yet")
    await page.get_by_role("button", name="Learn now").click()
    await expect(table.get_by_test_id("score")).to_be_visible(timeout=120_000)
    await expect(page.get_by_test_id("learning")).to_contain_text("Learned")
    cell = await table.get_by_role("row").nth(1).get_by_role("cell").nth(2).inner_text()
    score, guessing = (int(word) for word in cell.replace("guessing", " ").split())
    assert score > guessing + 10
    await expect(table).to_contain_text("Trained")
    assert await violations(page) == []
    await sight(page, "standing")


async def look_around(page: Page, it: Place) -> None:
    """What was learned judges what comes now, with its reasons; every language, theme and width is in order."""
    channel = await it.kit.channel()
    await it.house.outside.judge.keep_up(it.house.db, at_once=True)
    await it.says(channel, "Zoe", "Wo bleibt denn bloß meine Rechnung? Sonst gehe ich zum Anwalt!")
    await page.goto(f"{it.url}/work/waiting")
    await page.get_by_label("Order").select_option(label="Newest first")
    await page.get_by_test_id("work-row").filter(has_text="Zoe").click()
    triage = page.get_by_test_id("triage")
    await expect(triage).to_contain_text("Needs an answer")
    await expect(triage).to_contain_text("because of:")
    await expect(triage).to_contain_text("law: anwalt")
    await triage.get_by_role("button", name="Correct").click()
    await triage.get_by_label("Tone").select_option("negative")
    await expect(triage).to_contain_text("somebody said so")
    assert await violations(page) == []
    await sight(page, "conversation")
    # At a desk's width both pages were looked at while they were used.
    await page.set_viewport_size({"width": 390, "height": 844})
    for language, theme in product(LANGUAGES, THEMES):
        await it.kit.sql("update app_user set locale = $1, theme = $2", language, theme)
        for part in ("triage", "label"):
            await page.goto(f"{it.url}/listening/{part}")
            await page.locator(".card, table").first.wait_for()
            await sight(page, f"narrow-{part}-{language}-{theme}")
            assert await violations(page) == []


async def sight(page: Page, name: str) -> None:
    """Keep what the page shows, when somebody wants to look at it."""
    if os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(os.environ["UNISONO_TEST_SIGHTS"]) / f"triage-{name}.png")
