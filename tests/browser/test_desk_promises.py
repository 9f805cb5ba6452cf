"""Promises at the desk: business hours, service levels, and the clocks of an enquiry."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, row_once_there, rows, running_demo
from tests.browser.kit import LANGUAGES, browser, command, in_language, listen_for_errors, sign_in, violations_in_themes, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Unisono//Test//EN\r\nBEGIN:VEVENT\r\nUID:1@unisono.example\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Weihnachten\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
WAITING = """
select c.id, i.id as interaction_id from interaction i join conversation c on c.id = i.conversation_id
join queue q on q.id = i.queue_id where i.state = 'waiting' and q.key = 'service' limit 1
"""


def test_business_hours_are_set_by_hand_and_holidays_come_from_a_file(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_hours(cluster, tmp_path / "data"))


async def _hours(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await command(page, "Geschäftszeiten")
        await expect(page.get_by_role("row", name="Bürozeit")).to_be_visible()
        await command(page, "Kalender anlegen")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name (Deutsch)").fill("Notdienst")
        await dialog.get_by_label("Montag: bis").fill("halb acht")
        await page.keyboard.press("Control+s")
        await expect(dialog.get_by_role("alert")).to_contain_text("Zeiten schreibt man wie 09:00")
        await dialog.get_by_label("Montag: von").fill("0")
        await dialog.get_by_label("Montag: bis").fill("24")
        await dialog.get_by_role("button", name="Dienstag bis Freitag wie Montag").click()
        await dialog.get_by_role("button", name="Samstag: Zeit hinzufügen").click()
        await dialog.get_by_label("Samstag: bis").fill("930")
        await dialog.get_by_role("button", name="Tag hinzufügen").click()
        await dialog.get_by_label("Datum").fill("2026-12-24")
        await dialog.get_by_role("button", name="Schließung hinzufügen").click()
        await dialog.get_by_label("Geschlossen von").fill("2026-07-01T12:00")
        await dialog.get_by_label("Geschlossen bis").fill("2026-07-01T14:00")
        await page.keyboard.press("Control+s")
        await expect(dialog).to_have_count(0)
        row = page.get_by_role("row", name="Notdienst")
        await expect(row).to_contain_text("Mo–Fr 00:00–24:00; Sa 09:00–09:30")
        (kept,) = await rows(demo, "select closures::text, holidays::text from calendar where key = 'notdienst'")
        assert "2026-07-01T10:00" in kept["closures"]
        assert "2026-12-24" in kept["holidays"]

        await row.get_by_role("button", name="Notdienst bearbeiten").click()
        chooser = dialog.locator("input[type=file]")
        await chooser.set_input_files({"name": "bad.ics", "mimeType": "text/calendar", "buffer": b"no calendar"})
        await expect(dialog.get_by_role("alert")).to_contain_text("Diese iCalendar-Datei lässt sich nicht übernehmen")
        await chooser.set_input_files({"name": "days.ics", "mimeType": "text/calendar", "buffer": ICS.encode()})
        await expect(dialog.get_by_label("Datum")).to_have_value("2026-12-25")
        # The browser itself notes the file that was refused.
        assert [error for error in errors if "422" not in error] == []


def test_a_service_level_binds_in_a_queue_and_its_clocks_show_at_the_enquiry(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_levels(cluster, tmp_path / "data"))


async def _levels(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await command(page, "Zusagen")
        await expect(page.get_by_text("Noch keine Zusage")).to_be_visible()
        await command(page, "Zusage anlegen")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name (Deutsch)").fill("Gold")
        await dialog.get_by_label("Lösung").check()
        resolution = dialog.get_by_role("group", name="Lösung")
        await resolution.get_by_label("In", exact=True).fill("5")
        await resolution.get_by_label("Warnen bei Prozent der Zeit").fill("50; 200")
        await page.keyboard.press("Control+Enter")
        await expect(resolution.get_by_role("alert")).to_contain_text("zwischen 0 und 100")
        await resolution.get_by_label("Warnen bei Prozent der Zeit").fill("50; 80")
        await page.keyboard.press("Control+Enter")
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("row", name="Gold")).to_contain_text("Lösung in 5 Std., rund um die Uhr")
        await page.goto(f"{demo.url}/people/queues")
        await page.get_by_role("button", name="Kundenservice bearbeiten").click()
        await dialog.get_by_role("button", name="Zusage hinzufügen").click()
        await page.keyboard.press("Control+s")
        await expect(dialog).to_have_count(0)
        await demo.buttons.same_customer()
        work = await row_once_there(demo, WAITING)
        await page.goto(f"{demo.url}/work/waiting/{work['id']}")
        clocks = page.get_by_test_id("clock")
        await expect(clocks.filter(has_text="Lösung: noch 4 Std.")).to_have_count(1)
        await expect(clocks.filter(has_text="Erste Antwort: noch")).to_have_count(1)
        assert errors == []


def test_axe_finds_nothing_in_the_dialogs_of_promises(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_axe(cluster, tmp_path / "data"))


async def _axe(cluster: Cluster, data: Path) -> None:
    found: list[str] = []
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started:
        for language in LANGUAGES:
            async with in_language(started, demo, language) as page:
                for part in ("calendars", "service-levels"):
                    await _open_filled(page, f"{demo.url}/settings/{part}")
                    found += [f"{part} {language} {one}" for one in await violations_in_themes(page)]
    assert found == []


async def _open_filled(page: Page, address: str) -> None:
    """Open the dialog for a new one, with something wrong in it."""
    await page.goto(address)
    await page.locator(".page-head button").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
