"""How work is distributed, at the desk: classes of work, relaxation, the reserve, who would get an enquiry and why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.app.demo_house import on_demo_loop, row_once_there, rows, running_demo
from tests.browser.kit import (
    LANGUAGES,
    browser,
    command,
    in_language,
    listen_for_errors,
    sign_in,
    violations,
    violations_in_themes,
    window,
)
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from unisono.app.demo.run import DemoHouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# What is asked of a waiting enquiry lies on the screen before anybody is ready for work.
WAITING = "select c.id from interaction i join conversation c on c.id = i.conversation_id where i.state = 'waiting' limit 1"


@asynccontextmanager
async def house(cluster: Cluster, data: Path) -> AsyncIterator[tuple[DemoHouse, Browser]]:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started:
        yield demo, started


def test_a_class_of_work_is_changed_by_keyboard_and_a_wrong_number_is_told_at_its_field(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_class_by_keyboard(cluster, tmp_path / "data"))


async def _class_by_keyboard(cluster: Cluster, data: Path) -> None:
    async with house(cluster, data) as (demo, started), window(started) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await command(page, "Arbeitsklassen")
        await expect(page.get_by_role("row", name="Chat")).to_contain_text("8 Min.")
        await command(page, "Chat bearbeiten")
        dialog = page.get_by_role("dialog")
        cost = dialog.get_by_label("Kosten", exact=True)
        await cost.fill("0")
        await page.keyboard.press("Control+s")
        await expect(cost).to_be_focused()
        await expect(dialog.get_by_role("alert")).to_have_text("Erlaubt ist 0,01 bis 1000.")
        await cost.fill("2.5")
        await dialog.get_by_label("Geduld", exact=False).first.fill("")
        await dialog.get_by_label("Anstieg", exact=True).fill("3")
        await page.keyboard.press("Control+s")
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("row", name="Chat")).to_contain_text("2,5")
        assert errors == []
        kept = await rows(demo, "select cost, patience_s, growth, handling_s from work_class where key = 'chat'")
        assert kept == [{"cost": 2.5, "patience_s": None, "growth": pytest.approx(0.03), "handling_s": 480}]


def test_what_chats_may_interrupt_is_chosen_and_stands_in_words(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_interrupts(cluster, tmp_path / "data"))


async def _interrupts(cluster: Cluster, data: Path) -> None:
    async with house(cluster, data) as (demo, started), window(started) as desk:
        page = await desk.new_page()
        await sign_in(page, demo)
        await page.goto(f"{demo.url}/settings/classes")
        await expect(page.get_by_role("row", name="Anruf")).to_contain_text("Unterbricht E-Mail und Beitrag")
        await page.get_by_role("button", name="Chat bearbeiten").click()
        matrix = page.get_by_role("group", name="Darf unterbrechen")
        await expect(matrix.get_by_label("Chat", exact=True)).to_have_count(0)
        await matrix.get_by_label("Beitrag").check()
        await matrix.get_by_label("Unterbrochenes so lange beiseitelegen").check()
        assert await violations(page) == []
        await page.keyboard.press("Control+s")
        await expect(page.get_by_role("row", name="Chat")).to_contain_text("Unterbricht Beitrag")
        kept = await rows(
            demo,
            "select c.parks_interrupted, array(select w.key from work_class w where w.id = any(c.interrupts)) as names "
            "from work_class c where c.key = 'chat'",
        )
        assert kept == [{"parks_interrupted": True, "names": ["post"]}]


def test_a_new_class_of_work_can_be_chosen_for_a_channel(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_class_of_channel(cluster, tmp_path / "data"))


async def _class_of_channel(cluster: Cluster, data: Path) -> None:
    async with house(cluster, data) as (demo, started), window(started) as desk:
        page = await desk.new_page()
        await sign_in(page, demo)
        await page.goto(f"{demo.url}/settings/classes")
        await page.get_by_role("button", name="Arbeitsklasse anlegen").click()
        await page.get_by_label("Name (Deutsch)").fill("Störung")
        await page.get_by_label("Höchste Dringlichkeit").press("Enter")
        await expect(page.get_by_role("row", name="Störung")).to_be_visible()
        (channel,) = await rows(demo, "select id from channel where connector = 'webchat'")
        await page.goto(f"{demo.url}/channels/{channel['id']}")
        await page.get_by_label("Arbeitsklasse").select_option("Störung")
        await page.get_by_role("button", name="Prüfen und speichern").click()
        await expect(page.get_by_text("ist gespeichert")).to_be_visible()
        kept = await rows(
            demo, "select w.key from channel c join work_class w on w.id = c.work_class_id where c.id = $1", channel["id"]
        )
        assert kept == [{"key": "stoerung"}]


def test_a_queue_gets_steps_of_relaxation_and_a_reserve_and_a_step_that_relaxes_nothing_is_told(
    cluster: Cluster, tmp_path: Path
) -> None:
    with on_demo_loop() as run:
        run(_steps(cluster, tmp_path / "data"))


async def _steps(cluster: Cluster, data: Path) -> None:
    async with house(cluster, data) as (demo, started), window(started) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await page.goto(f"{demo.url}/people/queues")
        await page.get_by_role("button", name="Kundenservice bearbeiten").click()
        await page.get_by_role("button", name="Stufe anlegen").click()
        await page.get_by_role("button", name="Stufe anlegen").click()
        first, second = page.get_by_role("group", name="Stufe 1"), page.get_by_role("group", name="Stufe 2")
        await first.get_by_label("Fähigkeiten").select_option("eine Stufe niedriger genügt")
        await second.get_by_label("Nach einer Wartezeit von", exact=True).fill("0.5")
        await page.get_by_label("Personen", exact=True).fill("1.5")
        await page.get_by_role("button", name="Speichern").click()
        await expect(second.get_by_role("alert")).to_have_text("Jede Stufe kommt später als die davor.")
        await second.get_by_label("Nach einer Wartezeit von", exact=True).fill("5")
        await page.get_by_role("button", name="Speichern").click()
        await expect(second.get_by_role("alert")).to_contain_text("lockert noch nichts")
        await second.get_by_label("Shop und Versand").check()
        await page.get_by_role("button", name="Speichern").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_role("row", name="Kundenservice")).to_contain_text("2 Lockerungsstufen")
        assert errors == []
        (kept,) = await rows(demo, "select steps::text, reserve_agents from queue where key = 'service'")
        (other,) = await rows(demo, "select id from queue where key = 'shop'")
        assert kept["reserve_agents"] == 1.5
        assert '"after_s": 60' in kept["steps"]
        assert '"lower": 1' in kept["steps"]
        assert '"after_s": 300' in kept["steps"]
        assert str(other["id"]) in kept["steps"]


def test_who_leads_sees_who_would_get_an_enquiry_and_what_is_missing_when_nobody_would(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_who_and_why(cluster, tmp_path / "data"))


async def _who_and_why(cluster: Cluster, data: Path) -> None:
    async with house(cluster, data) as (demo, started), window(started) as desk, window(started) as other:
        await demo.buttons.same_customer()
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        waiting = await row_once_there(demo, WAITING)
        await page.goto(f"{demo.url}/work/waiting/{waiting['id']}")
        await expect(page.get_by_test_id("composer")).to_be_visible()
        await page.keyboard.press("w")
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Im Augenblick niemand.")
        await expect(dialog).to_contain_text("Wer es könnte, ist gerade nicht bereit.")
        await page.keyboard.press("Escape")
        await command(page, "Wer bekäme das jetzt, und warum?")
        await expect(dialog).to_contain_text("davon sind bereit0")
        # An agent alone may not ask.
        agent = await other.new_page()
        await sign_in(agent, demo, "nadine")
        await agent.goto(f"{demo.url}/work/waiting/{waiting['id']}")
        await expect(agent.get_by_test_id("composer")).to_be_visible()
        await agent.keyboard.press("Control+k")
        await agent.get_by_role("dialog").get_by_role("combobox").fill("Wer bekäme")
        await expect(agent.get_by_role("option", name="Wer bekäme das jetzt, und warum?")).to_have_count(0)
        assert errors == []


def test_axe_finds_nothing_in_the_dialogs_of_distribution(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_axe(cluster, tmp_path / "data"))


async def _axe(cluster: Cluster, data: Path) -> None:
    found: list[str] = []
    async with house(cluster, data) as (demo, started):
        await demo.buttons.same_customer()
        waiting = await row_once_there(demo, WAITING)
        for language in LANGUAGES:
            async with in_language(started, demo, language) as page:
                async for sight in _dialogs(page, demo.url, waiting["id"]):
                    found += [f"{sight} {language} {one}" for one in await violations_in_themes(page)]
    assert found == []


async def _dialogs(page: Page, url: str, conversation: object) -> AsyncIterator[str]:
    for path in ("/settings/classes", "/people/queues"):
        await page.goto(f"{url}{path}")
        await page.locator("table .actions button").first.click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        if path == "/people/queues":
            await page.locator(".dialog button.add").click()
        yield path
    await page.goto(f"{url}/work/waiting/{conversation}")
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await page.keyboard.press("w")
    await expect(page.locator(".dialog dl").first).to_be_visible()
    yield "who and why"
