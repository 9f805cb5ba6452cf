"""Reports at the desk: filter, compare, look behind a figure, take a file out, let one go out by mail; and who looked at whom."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, rows, running_demo, until
from tests.browser import report_papers as papers
from tests.browser.kit import browser, listen_for_errors, sign_in, violations, violations_in_themes, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from tests.midnight import one_day
from unisono.app.demo.run import DemoHouse
from unisono.domain.ids import new_id
from unisono.service.ports.reports import Dated
from unisono.service.reports import post
from unisono.service.reports.facts import Facts
from unisono.service.reports.fold import judge_cuts

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ZONE = "Europe/Berlin"


#: Of the report of queues, as its columns stand.
UNITS = ["count", "count", "count", "ms", "share", "count", "ms"]


def test_who_leads_reads_narrows_looks_behind_and_takes_out(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Mails that are due are looked for more often than people would wait.
    monkeypatch.setattr(post, "EVERY_S", 0.3)
    with on_demo_loop() as run:
        run(_story(cluster, tmp_path))


async def past(demo: DemoHouse) -> dict[str, int]:
    """Three weeks of work behind the demo's house, and fifteen enquiries of today; returns those of thirty days by queue."""
    db = demo.running.db
    today = datetime.now(ZoneInfo(ZONE)).date()
    yesterday = today - timedelta(days=1)
    await rows(demo, "insert into access_class (channel_id, queue_id) select id, queue_id from channel on conflict do nothing")
    await rows(demo, "insert into customer (id) select gen_random_uuid()")
    await rows(
        demo, "insert into identity (id, customer_id, network, remote_id, display_name, first_seen_at) "
        "select gen_random_uuid(), k.id, 'made', 'up', 'Frida Fragt', now() from customer k order by created_at desc limit 1",
    )  # fmt: skip
    classes = await rows(
        demo, "with made as (insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class) "
        "select gen_random_uuid(), a.channel_id, 'private', 'past', y.id, a.id from access_class a, identity y where y.network = 'made' "
        "returning id, access_class) select m.access_class as id, m.id as conversation, q.name->>'de' as queue from made m "
        "join access_class a on a.id = m.access_class join queue q on q.id = a.queue_id order by 1",
    )  # fmt: skip
    people = [row["id"] for row in await rows(demo, "select id from app_user where disabled_at is null order by id")]
    code = (await rows(demo, "select id from wrap_up_code order by id limit 1"))[0]["id"]
    dated, counts = [], dict[str, int]()
    for n in range(21 * 14 + 15):
        place = classes[n % len(classes)]
        day = yesterday - timedelta(days=n % 21) if n < 21 * 14 else today
        at = datetime(day.year, day.month, day.day, 8 + n % 9, tzinfo=UTC)
        who = people[n % len(people)]
        facts = Facts(
            interaction_id=new_id(), conversation_id=place["conversation"], access_class=place["id"], arrived_at=at, since=at,
            answered_at=at + timedelta(minutes=12), answered_by=who, first_ms=720_000, closed_at=at + timedelta(hours=1),
            closed_by=who, code_id=code, ending="code", resolution_ms=3_600_000, worked_ms=500_000,
        )  # fmt: skip
        dated.append(Dated(facts=facts, arrived_day=day, arrived_hour=9, answered_day=day, late_day=None, closed_day=day))
        counts[place["queue"]] = counts.get(place["queue"], 0) + 1
    async with db.write() as tx:
        await tx.reports.put(dated)
    async with db.write() as tx:
        while await tx.reports.recount(200):
            pass
    await judge_cuts(db)
    return counts


async def taken_out(page: Page, form: str) -> bytes:
    """A file of the report that is shown."""
    await page.get_by_role("main").get_by_text("Ausgeben").click()
    async with page.expect_download() as waiting:
        await page.get_by_role("main").get_by_role("link", name=form).click()
    content = await asyncio.to_thread((await (await waiting.value).path()).read_bytes)
    await page.get_by_role("main").get_by_text("Ausgeben").click()
    return content


async def files_say_what_the_desk_shows(page: Page) -> None:
    """CSV, workbook and pages, read by other programs, hold every figure of the screen, and of the time before."""
    lines, changes = await papers.shown(page.get_by_role("main").get_by_role("table"))
    assert len(lines) > 2
    assert lines[-1][0] == "Gesamt"
    table, book = papers.of_csv(await taken_out(page, "CSV")), papers.of_xlsx(await taken_out(page, "XLSX"))
    pages = papers.of_pdf(await taken_out(page, "PDF"))
    both = [unit for unit in UNITS for _ in range(2)]
    changed = 0
    for (name, figures), words, in_csv, in_xlsx in zip(lines, changes, table, book, strict=True):
        assert (in_csv[0], in_xlsx[0]) == (name, name)
        now = [v / 100 if v is not None and unit == "share" else v for v, unit in zip(in_csv[1::2], UNITS, strict=True)]
        assert now == pytest.approx(figures, abs=0.001), name
        assert in_xlsx[1::2] == pytest.approx(figures, abs=0.001), name
        assert papers.in_pdf(in_csv, both) in pages, name
        for word, value, before in zip(words, in_csv[1::2], in_csv[2::2], strict=True):
            if word:
                changed += 1
                assert papers.spoken(word.replace("+", "").replace("-", "").replace("−", "")) == pytest.approx(
                    abs(value / before - 1), abs=0.006
                ), (name, word)
    assert changed > 2, "beside figures stands by how much they changed"


async def _story(cluster: Cluster, folder: Path) -> None:
    async with running_demo(cluster, folder / "data", speed=ALMOST_STILL) as demo, browser() as started, window(started) as desk:
        await one_day(ZONE, timedelta(minutes=2))
        counts = await past(demo)
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await page.get_by_role("link", name="Berichte", exact=True).click()
        main = page.get_by_role("main")

        # A report beside the time before, as a chart and as a table.
        await expect(main.get_by_role("table", name="").first).to_be_visible()
        await expect(main.locator("canvas")).to_be_visible()
        total = main.locator("tfoot td").first
        await main.get_by_role("combobox", name="Zeitraum", exact=True).select_option("Heute")
        await expect(total).to_contain_text("15")
        await main.get_by_role("combobox", name="Zeitraum", exact=True).select_option("Letzte 7 Tage")
        await expect(total).to_contain_text(str(6 * 14 + 15))
        await expect(main.get_by_text("verglichen mit")).to_be_visible()
        await expect(main.get_by_text("Gruppen von mindestens 5")).to_be_visible()

        # As files that other programs read, and the enquiries behind a figure: as many as it says.
        await main.get_by_role("combobox", name="Bericht", exact=True).select_option("Warteschlangen")
        await expect(main.get_by_role("columnheader", name="Warteschlange")).to_be_visible()
        await expect(total).to_contain_text(str(6 * 14 + 15))
        await files_say_what_the_desk_shows(page)
        [(name, figures), *_], _ = await papers.shown(main.get_by_role("table"))
        await (
            main.get_by_role("row")
            .filter(has=page.get_by_role("rowheader", name=name, exact=True))
            .get_by_role("button")
            .first.click()
        )
        behind = page.get_by_role("dialog")
        more = behind.get_by_role("button", name="Mehr zeigen")
        await expect(behind.get_by_role("link").first).to_be_visible()
        while await more.count():
            await more.click()
        await expect(behind.get_by_role("link", name="Frida Fragt")).to_have_count(int(figures[0] or 0))
        await behind.get_by_role("link").first.click()
        await expect(page).to_have_url(re.compile("/conversation/"))
        await page.go_back()

        # Narrowed to one queue, by channel.
        await main.get_by_role("combobox", name="Bericht", exact=True).select_option("Warteschlangen")
        await main.get_by_role("combobox", name="Zeitraum", exact=True).select_option("Letzte 30 Tage")
        queue, expected = next(iter(counts.items()))
        row = main.get_by_role("row").filter(has=page.get_by_role("rowheader", name=queue, exact=True))
        await expect(row.get_by_role("cell").first).to_contain_text(str(expected))
        await main.get_by_text("Eingrenzen").click()
        await main.get_by_role("combobox", name="Warteschlange", exact=True).select_option(queue)
        await expect(main.get_by_role("rowheader")).to_have_count(2)
        await expect(total).to_contain_text(str(expected))

        # What is behind the figure, by keyboard.
        await row.get_by_role("button").first.focus()
        await page.keyboard.press("Enter")
        behind = page.get_by_role("dialog")
        await expect(behind.get_by_role("link").first).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")

        # The same, as a workbook: the filter is in it.
        cells = papers.of_xlsx(await taken_out(page, "XLSX"))
        assert [line[:2] for line in cells] == [[queue, expected], ["Gesamt", expected]]

        # It goes out by mail.
        await main.get_by_role("button", name="Per E-Mail schicken").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name").fill("Montags für alle")
        await dialog.get_by_role("button", name="Speichern").click()
        await expect(dialog.get_by_text("mindestens eine Adresse")).to_be_visible()
        await dialog.get_by_label("Empfänger").fill("leitung@firma.example")
        await dialog.get_by_role("button", name="Speichern").click()
        await expect(main.get_by_text("Montags für alle")).to_be_visible()
        await expect(main.get_by_text("leitung@firma.example")).to_be_visible()
        [kept] = await rows(demo, "select question, timing from report_schedule")
        assert (kept["question"]["report"], kept["timing"]["rhythm"], len(kept["question"]["queue"])) == ("queues", "weekly", 1)

        # At once as well: the mail server has it, with the file in it.
        await main.get_by_role("button", name="Montags für alle jetzt schicken").click()
        await until(demo, "select count(*) from report_run where state = 'sent'", lambda n: n == 1)
        [letter] = demo.mails.house.boxes.messages("leitung@firma.example")
        name, content = papers.file_in(letter.content)
        assert name.endswith(".xlsx")
        assert papers.of_xlsx(content)[0][0] == queue
        await page.reload()
        await expect(main.get_by_text("geschickt", exact=True)).to_be_visible()

        # Everybody's own page, and pages that show themselves in every language and theme.
        await main.get_by_role("link", name="Meine Zahlen").click()
        await expect(main.get_by_text("Das sieht niemand sonst")).to_be_visible()
        await page.goto(f"{demo.url}/settings/looks")
        await expect(main.get_by_text("Niemand hat hingesehen")).to_be_visible()
        assert errors == []

        # Today is what the clock of the house says, wherever the reader sits: of both zones one has another day than here.
        here = datetime.now(ZoneInfo(ZONE)).date()
        far = [(zone, datetime.now(ZoneInfo(zone))) for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")]
        inside = timedelta(minutes=30)
        zone, day = next(
            (zone, at.date()) for zone, at in far
            if at.date() != here and (at - inside).date() == (at + inside).date()
        )  # fmt: skip
        async with demo.running.db.write() as tx:
            await tx.setup.put_setting("reports.time_zone", zone, None)
        await page.goto(f"{demo.url}/reports?time=today")
        await main.get_by_role("combobox", name="Zeitraum", exact=True).select_option(value="own")
        await expect(main.get_by_label("Bis", exact=True)).to_have_value(day.isoformat())

        async for shown in everywhere(page, demo):
            assert await violations_in_themes(shown) == [], shown.url
        assert errors == []


async def everywhere(page: Page, demo: DemoHouse) -> AsyncIterator[Page]:
    """Every page of reports, once in each language: wide in the one, narrow in the other."""
    addresses = ("/reports", "/reports?report=heat", "/reports/scheduled", "/reports/mine", "/settings/looks")
    for language, width in (("de", 1440), ("en", 390)):
        await page.evaluate(
            "change => fetch('/api/v1/me', {method: 'PATCH', body: JSON.stringify(change), headers: {'content-type': 'application/json', "
            "'x-csrftoken': document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? ''}})", {"locale": language, "theme": "system"},
        )  # fmt: skip
        await page.set_viewport_size({"width": width, "height": 900})
        for address in addresses:
            await page.goto(f"{demo.url}{address}")
            await expect(page.get_by_role("main").locator("table, dl, .empty").first).to_be_visible()
            yield page
