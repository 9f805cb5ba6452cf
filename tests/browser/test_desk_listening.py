"""Listening at the desk: a monitor is written with its mistakes marked, a stranger's post is found and answered, an outage is one case."""

import os
import re
from itertools import product
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, row_once_there, rows, running_demo
from tests.browser.kit import LANGUAGES, THEMES, browser, command, listen_for_errors, sign_in, violations, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from unisono.app.demo.outage import outage_steps
from unisono.app.demo.places import placed
from unisono.app.demo.player import ALL_AT_ONCE, Player, Tempo
from unisono.app.demo.run import DemoHouse
from unisono.app.demo.script import Person, Step

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

VOICES = 30
ON_CALL = "bereitschaft@brookwatt.example"
STRANGER = Person(key="stranger", name="Wiebke Ahlers", handle="wiebke_a", address="wiebke@post.example")


def test_listening_from_the_first_monitor_to_the_end_of_an_outage(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_listening(cluster, tmp_path / "data"))


async def sight(page: Page, name: str) -> None:
    """Keep what the page shows, when somebody wants to look at it."""
    if os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(os.environ["UNISONO_TEST_SIGHTS"]) / f"listening-{name}.png")


async def _listening(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as own:
        page = await own.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await command(page, "Status: Beschäftigt")
        await rows(demo, "update queue set mode = 'pull' returning id")
        await row_once_there(demo, "select 1 from listening_source having count(*) >= 2")
        await _monitor(page, demo)
        await _targets(page, demo)
        await _stranger(page, demo)
        await _outage(page, demo)
        await _every_theme_and_language(page, demo)
        # The browser notes that a search was refused while it was written.
        assert [one for one in errors if "422" not in one] == []


async def play(demo: DemoHouse, steps: list[Step]) -> None:
    """Let customers say something at once."""
    player = Player(demo.buttons._stages, demo.played, Tempo(ALL_AT_ONCE))
    await player.run(steps)
    assert not player.failed


async def _monitor(page: Page, demo: DemoHouse) -> None:
    await page.get_by_role("link", name="Zuhören").click()
    await page.get_by_role("link", name="Monitore", exact=True).click()
    await page.get_by_role("button", name="Monitor anlegen").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Wärmepumpe")
    await dialog.get_by_label("Suche nach").fill("brookwatt AND OR (wärmepumpe")
    await expect(dialog.get_by_test_id("query-place").locator("mark")).to_have_text("OR")
    await expect(dialog.get_by_role("alert")).to_contain_text("braucht davor und danach etwas")
    await sight(page, "mistake")
    await dialog.get_by_label("Suche nach").fill("brookwatt (wärmepumpe* OR heizung)")
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await dialog.get_by_role("button", name="An zuletzt Gefundenem ausprobieren").click()
    await expect(dialog.get_by_role("status")).to_contain_text("passen")
    await dialog.get_by_text("So schreibt man eine Suche").click()
    await sight(page, "dialog")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Speichern").click()
    await expect(page.get_by_role("row", name="Wärmepumpe")).to_be_visible()
    await sight(page, "monitors")
    await page.get_by_role("link", name="Quellen", exact=True).click()
    await expect(page.get_by_role("row", name="Zwitscher")).to_contain_text("Hört zu")
    await sight(page, "sources")
    assert demo.url


async def _targets(page: Page, demo: DemoHouse) -> None:
    """Where alerts go is said at the desk: to a mailbox of the house, by mail."""
    await page.get_by_role("link", name="Alarme gehen an", exact=True).click()
    await page.get_by_role("button", name="Ziel angeben").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Monitor").select_option(label="Störung")
    await dialog.get_by_label("Adresse").fill("bereitschaft")
    await dialog.get_by_role("button", name="Speichern").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await sight(page, "target-dialog")
    assert await violations(page) == []
    await dialog.get_by_label("Adresse").fill(ON_CALL)
    await dialog.get_by_role("button", name="Speichern").click()
    row = page.get_by_role("row", name=ON_CALL)
    await expect(row).to_contain_text("Noch nichts gesagt")
    await row.get_by_role("button", name="Probe von Störung").click()
    await expect(row).to_contain_text("Gesagt", timeout=20_000)
    await sight(page, "targets")
    assert await violations(page) == []


async def _stranger(page: Page, demo: DemoHouse) -> None:
    """Somebody speaks about the company and not to it: found, taken up with one click, and answered where it was said."""
    await play(demo, [
        Step(key="stranger/1", thread="stranger", at_s=0.0, kind="post", who=STRANGER, face="zwitscher",
             text="Hat hier jemand Erfahrung mit der Wärmepumpe von Brookwatt?"),
    ])  # fmt: skip
    await page.get_by_role("link", name="Erwähnungen", exact=True).click()
    mention = page.get_by_test_id("mentions").get_by_role("listitem").filter(has_text="wiebke")
    await expect(mention.locator("mark").first).to_have_text("Wärmepumpe", timeout=20_000)
    await sight(page, "mentions")
    assert await violations(page) == []
    await mention.get_by_role("button", name=re.compile("antworten$")).click()
    await expect(page).to_have_url(re.compile("/conversation/"), timeout=20_000)
    await page.get_by_role("button", name="Übernehmen").first.click()
    await page.get_by_test_id("composer").locator("textarea").fill("Wir beraten gern, schreiben Sie uns!")
    await page.get_by_test_id("send").click()
    await row_once_there(demo, "select 1 from message where direction = 'out' and delivery = 'sent' having count(*) = 1")


async def _outage(page: Page, demo: DemoHouse) -> None:
    """Thirty voices at once: an alert, one case, one answer that a second person approves, each author answered once."""
    steps = placed(outage_steps(1, VOICES))
    await play(demo, steps)
    # How it sounds stands beside how much it is.
    await page.goto(f"{demo.url}/listening/figures")
    await expect(page.get_by_test_id("tones").first).to_be_visible()
    assert await violations(page) == []
    await sight(page, "figures")
    await page.goto(f"{demo.url}/listening/storms")
    alert = page.get_by_test_id("alerts").get_by_role("listitem").filter(has_text="Störung")
    await expect(alert).to_contain_text("Dauert an", timeout=40_000)
    await expect(page.get_by_test_id("alert-figure")).to_be_visible(timeout=20_000)
    # Who else was told stands with it.
    await expect(alert.get_by_role("list")).to_contain_text(f"Beginn an {ON_CALL}", timeout=20_000)
    await expect(alert.get_by_role("list")).to_contain_text("Gesagt", timeout=20_000)
    await sight(page, "alert")
    await alert.get_by_role("button", name="Störung zu einem Fall zusammenlegen").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Titel").fill("Glasfaser in Krähenfleth unterbrochen")
    await dialog.get_by_role("button", name="Zu einem Fall zusammenlegen").click()
    storm = page.get_by_test_id("storm")
    await expect(storm).to_contain_text("Noch ohne Antwort")
    await storm.get_by_label("Die eine Antwort").fill(
        "Ein Bagger hat unser Kabel getroffen. Um 17 Uhr geht es wieder. Es tut uns leid!"
    )
    await storm.get_by_label("Die Anfragen abschließen als").select_option(label="Frage beantwortet")
    await sight(page, "storm")
    await storm.get_by_role("button", name="Einer zweiten Person vorlegen").click()
    await expect(storm).to_contain_text("Jemand anderes muss sie ansehen.")
    # The second person; in the demo one more has to be given the right.
    await rows(
        demo,
        "insert into role_grant (id, user_id, role, scope_kind) select gen_random_uuid(), id, 'supervisor', 'organisation' "
        "from app_user where login = 'yusuf' returning id",
    )
    browser_ = page.context.browser
    assert browser_ is not None
    async with window(browser_) as own:
        second = await own.new_page()
        await sign_in(second, demo, "yusuf")
        await second.goto(f"{demo.url}/listening/storms")
        await second.get_by_test_id("storm").get_by_role("button", name=re.compile("^Freigeben")).click()
        await expect(second.get_by_test_id("storm")).to_contain_text("Wird beantwortet")
    await expect(storm.get_by_text("Noch zu beantworten")).to_have_count(0, timeout=60_000)
    await expect(storm).to_contain_text("Bestätigt", timeout=60_000)
    await sight(page, "answered")
    assert await violations(page) == []
    found = await rows(
        demo,
        "select count(*) as said, count(distinct v.identity_id) as people from storm_item i join message m on m.id = i.message_id "
        "join conversation v on v.id = m.conversation_id where i.state = 'answered'",
    )
    assert found[0]["said"] == found[0]["people"] > 10
    await storm.get_by_role("button", name="Beenden").click()
    await expect(storm).to_contain_text("Beendet")


async def _every_theme_and_language(page: Page, demo: DemoHouse) -> None:
    """No rule of accessibility is broken, at a desk's width and a telephone's."""
    browser_ = page.context.browser
    assert browser_ is not None
    for (language, locale), theme in product(LANGUAGES.items(), THEMES):
        async with window(browser_, locale=locale, theme=theme) as own:
            other = await own.new_page()
            await sign_in(other, demo)
            await rows(demo, "update app_user set locale = $1, theme = $2 where login = 'ilka' returning 1", language, theme)
            for part in ("mentions?state=all", "storms", "monitors", "alerts", "sources"):
                await other.set_viewport_size({"width": 1280, "height": 800})
                await other.goto(f"{demo.url}/listening/{part}")
                await other.locator(".card, table").first.wait_for()
                assert await violations(other) == []
                await other.set_viewport_size({"width": 390, "height": 844})
                await sight(other, f"narrow-{part.split('?')[0]}-{language}-{theme}")
                assert await violations(other) == []
