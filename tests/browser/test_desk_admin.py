"""Administration at the desk: rules, webhooks, roles, service accounts and the audit, by visible controls."""

import asyncio
import contextlib
import time
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.app.demo_house import on_demo_loop, row_once_there, rows, running_demo
from tests.browser.kit import LANGUAGES, browser, command, listen_for_errors, sign_in, violations, violations_in_themes, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from tests.peers import free_port
from unisono.app.build import build
from unisono.app.demo.run import DemoHouse
from unisono.app.roles import ROLES, run_roles
from unisono.app.settings import Settings
from unisono.service.first_run import make_set_up_link

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_an_administrator_runs_the_house_from_the_desk(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_administer(cluster, tmp_path / "data"))


async def _administer(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await _a_rule(page, demo)
        await _a_webhook(page, demo)
        await _a_role_and_a_person(page, demo)
        await _a_program(page, demo)
        await _the_audit(page)
        await _retention(page, demo)
        await _help(page)
        for path in (
            "/settings/rules",
            "/settings/webhooks",
            "/settings/audit",
            "/people/roles",
            "/people/services",
            "/settings/retention",
            "/help/webhooks",
        ):
            await page.goto(f"{demo.url}{path}")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert await violations(page) == [], path
        assert errors == []


async def _a_rule(page: Page, demo: DemoHouse) -> None:
    """Made as a sentence, looked back with, tried on a conversation, applied, and its reason read at the conversation."""
    await command(page, "Regeln")
    await page.get_by_role("button", name="Neue Regel").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name der Regel").fill("Eilig nach vorn")
    await dialog.get_by_label("Werte").fill("eilt*, dringend")
    await dialog.get_by_label("Was geschieht").select_option(label="Priorität setzen")
    await dialog.get_by_role("spinbutton", name="Priorität setzen: was").fill("9")
    await dialog.get_by_role("button", name="Zurückschauen").click()
    await expect(dialog.get_by_test_id("met")).to_contain_text("Die Bedingungen treffen")
    await expect(dialog.get_by_test_id("now")).to_be_visible()
    await dialog.get_by_role("button", name="Speichern und einschalten").click()
    await expect(dialog).to_have_count(0)
    rule = page.get_by_test_id("rule").filter(has_text="Eilig nach vorn")
    await expect(rule).to_contain_text(
        "Wenn ein Anliegen beginnt, falls Text enthält eines von „eilt*“ oder „dringend“, dann bekommt es Priorität 9."
    )
    await page.get_by_role("button", name="Neue Regel").click()
    await dialog.get_by_label("Name der Regel").fill("Merken")
    await dialog.get_by_role("button", name="Bedingung 1 entfernen").click()
    await dialog.get_by_label("Was geschieht").select_option(label="Notiz schreiben")
    await dialog.get_by_label("Notiz schreiben: was").fill("Gesehen")
    await page.keyboard.press("Control+s")
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Merken nach oben").click()
    await expect(page.get_by_test_id("rule").first).to_contain_text("Merken")
    await page.get_by_role("switch", name="Merken eingeschaltet").uncheck()
    found = await row_once_there(demo, "select id from rule where name = 'Merken' and not enabled and position = 1")
    assert found
    await _a_rule_that_asks_for_a_second_look(page, demo)


async def _a_rule_that_asks_for_a_second_look(page: Page, demo: DemoHouse) -> None:
    """Whoever is followed by many is urgent work, somebody hears of it, and answers wait; what is not known is said."""
    await page.get_by_role("button", name="Neue Regel").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name der Regel").fill("Viele lesen mit")
    await dialog.get_by_label("Wonach gefragt wird").select_option(label="Zahl der Follower")
    await dialog.get_by_role("spinbutton", name="Werte").fill("10000")
    await dialog.get_by_label("Was geschieht").select_option(label="Arbeitsklasse setzen")
    await dialog.get_by_label("Arbeitsklasse setzen: was").select_option(label="Anruf")
    await dialog.get_by_role("button", name="Aktion", exact=True).click()
    await dialog.get_by_label("Was geschieht").nth(1).select_option(label="Jemandem Bescheid geben")
    await dialog.get_by_label("Jemandem Bescheid geben: was").select_option(index=1)
    await dialog.get_by_role("button", name="Aktion", exact=True).click()
    await dialog.get_by_label("Was geschieht").nth(2).select_option(label="Freigabe verlangen")
    await dialog.get_by_label("Freigabe verlangen: was").select_option(label="Von allen")
    await expect(dialog).to_contain_text("Für sich selbst gibt niemand frei.")
    await dialog.get_by_role("button", name="Zurückschauen").click()
    await expect(dialog.get_by_test_id("met")).to_be_visible()
    await expect(dialog).to_contain_text("weiß niemand: Zahl der Follower")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Speichern und einschalten").click()
    rule = page.get_by_test_id("rule").filter(has_text="Viele lesen mit")
    await expect(rule).to_contain_text("Zahl der Follower ist mindestens 10.000")
    await expect(rule).to_contain_text("zählt es als „Anruf“")
    await expect(rule).to_contain_text("wartet jede Antwort auf Freigabe")
    saved = await row_once_there(demo, "select actions from rule where name = 'Viele lesen mit'")
    assert [action["verb"] for action in saved["actions"]] == ["class", "notify", "approval"]


async def _a_webhook(page: Page, demo: DemoHouse) -> None:
    """Its secret is shown once; a test fails at a closed door, and the delivery says so."""
    await command(page, "Webhooks")
    await page.get_by_role("button", name="Neuer Webhook").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("CRM")
    await dialog.get_by_label("Adresse").fill("https://127.0.0.1:9/in")
    await dialog.get_by_role("button", name="Speichern").click()
    assert (await dialog.get_by_label("Geheimnis").input_value()).startswith("whsec_")
    await dialog.get_by_role("button", name="Schließen").last.click()
    await page.get_by_role("button", name="CRM bearbeiten").click()
    await dialog.get_by_role("button", name="Zur Probe senden").click()
    await expect(dialog).to_have_count(0)
    await row_once_there(demo, "select id from webhook_delivery where attempts = 1 and state = 'waiting'")
    await page.get_by_role("button", name="Zustellungen an CRM").click()
    await expect(page.get_by_role("region", name="Zustellungen an CRM")).to_contain_text("nicht erreicht")


async def _a_role_and_a_person(page: Page, demo: DemoHouse) -> None:
    await command(page, "Rollen")
    await page.get_by_role("button", name="Neue Rolle").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name der Rolle").fill("Regelwart")
    await dialog.get_by_label("Regeln verwalten").check()
    await dialog.get_by_role("button", name="Speichern").click()
    await expect(page.get_by_role("row", name="Regelwart")).to_contain_text("Regeln verwalten")
    await page.get_by_role("link", name="Personen").click()
    await page.get_by_role("button", name="Person anlegen").click()
    await dialog.get_by_label("Name", exact=True).fill("Nadja Neu")
    await dialog.get_by_label("Anmeldename").fill("nadja")
    await expect(dialog.get_by_test_id("grants-preview")).to_contain_text("alles im Haus")
    await dialog.get_by_role("button", name="Speichern").click()
    await expect(dialog.get_by_role("textbox", name="Link")).to_be_visible()
    await dialog.get_by_role("button", name="Schließen").last.click()
    assert await rows(demo, "select id from app_user where login = 'nadja'")


async def _a_program(page: Page, demo: DemoHouse) -> None:
    await command(page, "Dienstkonten")
    await page.get_by_role("button", name="Neues Dienstkonto").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill("Auswertung")
    await dialog.get_by_label("Kurzname").fill("auswertung")
    await dialog.get_by_role("button", name="Hinzufügen").click()
    await dialog.get_by_label("Wofür").fill("nachts")
    await dialog.get_by_role("button", name="Zugang anlegen").click()
    assert (await dialog.get_by_role("textbox", name="Token").input_value()).startswith("uni_")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("row", name="Auswertung")).to_be_visible()


async def _the_audit(page: Page) -> None:
    await command(page, "Protokoll")
    audit: Locator = page.get_by_test_id("audit-row")
    await expect(audit.first).to_contain_text("sah das Protokoll durch")
    await page.get_by_label("Was", exact=True).select_option(label="Regeln")
    await expect(audit.first).to_contain_text("eine Regel")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="CSV").click()
    path = await (await downloading.value).path()
    text = await asyncio.to_thread(Path(path).read_text, encoding="utf-8")
    assert "rule.added" in text
    await page.get_by_role("button", name="Echtheit prüfen").click()
    await expect(page.get_by_text("passen zueinander")).to_be_visible()


async def _retention(page: Page, demo: DemoHouse) -> None:
    await command(page, "Aufbewahrung")
    await page.get_by_role("button", name="Regel hinzufügen").click()
    await page.get_by_role("combobox", name="Was", exact=True).first.select_option(label="Anhänge")
    await page.get_by_role("spinbutton", name="Tage").fill("365")
    await page.get_by_role("button", name="Was ginge jetzt?").click()
    await expect(page.get_by_test_id("would-go")).to_contain_text("nichts")
    await page.get_by_role("button", name="Speichern").click()
    await row_once_there(demo, "select id from retention_rule where what = 'attachments' and days = 365")


async def _help(page: Page) -> None:
    """The help opens beside what one does, at the page that tells of it, from the house itself."""
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="Hilfe zu dieser Seite").click()
    help_page = await opening.value
    await expect(help_page.get_by_role("heading", name="Decide how long what is kept")).to_be_visible()
    await help_page.get_by_role("link", name="Rules", exact=True).click()
    await expect(help_page.get_by_role("heading", name="Let rules do what always happens")).to_be_visible()
    await help_page.close()


def test_from_an_empty_house_to_the_first_answered_enquiry(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_first_steps(cluster, tmp_path / "data"))


async def _first_steps(cluster: Cluster, data: Path) -> None:
    """Counts what a newcomer does and how long the house takes for it; the thinking in between is theirs."""
    settings = Settings(data=str(data), database_url=await cluster.create(), host="127.0.0.1", port=free_port())
    async with build(settings) as running:
        roles = asyncio.create_task(run_roles(running, list(ROLES)))
        try:
            link = await make_set_up_link(running.db)
            await _answering(f"http://127.0.0.1:{settings.port}")
            first = f"http://127.0.0.1:{settings.port}/setup/{link.token}"
            async with browser() as started, window(started) as desk:
                await _can_be_read_by_everybody(started, first)
                page = await desk.new_page()
                began, steps = time.monotonic(), await _walk(page, first)
                seconds = time.monotonic() - began
        finally:
            roles.cancel()
            await asyncio.gather(roles, return_exceptions=True)
    assert steps <= 30, f"{steps} clicks and fields"
    assert seconds <= 120, f"{seconds:.0f} s of a machine's hands: a person has five minutes"


async def _can_be_read_by_everybody(started: Browser, address: str) -> None:
    """The first page that anybody sees of a house, in each language and theme."""
    for locale in LANGUAGES.values():
        async with window(started, locale=locale) as stranger:
            page = await stranger.new_page()
            await page.goto(address)
            await page.locator("form").wait_for()
            assert await violations_in_themes(page) == [], locale


async def _answering(url: str) -> None:
    async with httpx2.AsyncClient() as http:
        for _ in range(300):
            with contextlib.suppress(httpx2.HTTPError):
                if (await http.get(f"{url}/api/v1/health")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError("the house does not answer")


async def _walk(page: Page, link: str) -> int:
    """Go all the way; returns how many fields were filled and buttons pressed."""
    steps = 0

    async def fill(label: str, text: str, within: Page | Locator = page) -> None:
        nonlocal steps
        steps += 1
        await within.get_by_label(label, exact=True).fill(text)

    async def press(name: str, within: Page | Locator = page) -> None:
        nonlocal steps
        steps += 1
        await within.get_by_role("button", name=name, exact=True).or_(within.get_by_role("link", name=name, exact=True)).click()

    await page.goto(link)
    await fill("Ihr Name", "Rosa Weber")
    await fill("Anmeldename", "rosa")
    await fill("Passwort", "ein langer Satz 7")
    await fill("Passwort noch einmal", "ein langer Satz 7")
    await press("Einrichten und anmelden")
    await expect(page.get_by_role("heading", name="Erste Schritte", level=1)).to_be_visible()
    await fill("Name der Organisation", "Fahrrad Weber")
    await press("Weiter")
    await expect(page.get_by_role("heading", name="Ihr Haus (erledigt)")).to_be_visible()
    # Left in the middle, a strip leads back to where one was.
    await page.goto(page.url.replace("/start", "/work"))
    await expect(page.get_by_role("region", name="Erste Schritte")).to_contain_text("1 von 6 erledigt")
    assert await violations(page) == []
    await press("Weitermachen")
    await fill("Erste Antwort in Stunden", "2")
    await press("Weiter")
    await fill("Team (kann leer bleiben)", "Werkstatt")
    await press("Weiter")
    assert await violations(page) == []
    await press("Chat anlegen")
    async with page.expect_popup() as opening:
        await press("Chat öffnen")
    chat = await opening.value
    await chat.get_by_placeholder("Nachricht schreiben").fill("Wann habt ihr geöffnet?")
    await chat.keyboard.press("Enter")
    steps += 2
    await press("Zur Anfrage")
    with contextlib.suppress(PlaywrightTimeout):
        await page.get_by_test_id("offer").first.get_by_role("button", name="Annehmen").click(timeout=8_000)
        steps += 1
    await page.get_by_test_id("composer").locator("textarea").fill("Montag bis Freitag, 9 bis 17 Uhr.")
    await page.get_by_test_id("send").click()
    steps += 2
    await expect(chat.get_by_text("Montag bis Freitag, 9 bis 17 Uhr.")).to_be_visible()
    await page.goto(page.url.split("/work")[0] + "/start")
    await expect(page.get_by_text("Die erste Anfrage ist beantwortet.")).to_be_visible()
    return steps
