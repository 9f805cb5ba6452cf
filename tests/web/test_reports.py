"""Reports over HTTP: figures, filters, comparison, what is behind them, and files that others can read."""

import csv
import io
from collections import Counter
from typing import Any

import httpx2
import openpyxl
import pypdf
import pytest
import pytest_asyncio

from tests.web.conftest import Browser, Served
from tests.web.reporting import LAST, MONDAY, SMALL, Work, two_weeks

TIME = f"first={MONDAY}&last={LAST}"


@pytest_asyncio.fixture
async def work(served: Served) -> Work:
    """Two weeks of work."""
    return await two_weeks(served)


async def taken(browser: Browser, path: str) -> httpx2.Response:
    response = await browser.ask("GET", path)
    assert response.status_code == 200, response.text
    return response


def rows_of(report: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    return {row["key"]: row["values"] for row in report["rows"]}


async def test_a_report_counts_by_group_beside_the_time_before(root: Browser, work: Work) -> None:
    report = await root.get(f"reports/queues?{TIME}")
    arrived = Counter(str(queue) for _, queue, *_ in work.done)
    rows = rows_of(report)
    assert {key: values["arrived"] for key, values in rows.items() if key} == arrived
    assert report["total"]["values"]["arrived"] == len(work.done)
    assert rows[str(work.queues[0])]["first_ms"] == 540_000
    assert report["before_last"] == "2026-11-01"
    assert report["total"]["before"]["arrived"] == 0
    second = await root.get(f"reports/volume?first=2026-11-09&last={LAST}")
    by_week = Counter((day - MONDAY).days // 7 for day, *_ in work.done)
    assert (second["total"]["values"]["arrived"], second["total"]["before"]["arrived"]) == (by_week[1], by_week[0])
    assert sum(row["values"]["arrived"] for row in second["rows"]) == by_week[1]
    assert sum(row["before"]["arrived"] for row in second["rows"]) == by_week[0]


async def test_what_two_people_did_is_in_no_figure_but_what_came_in_is(root: Browser, work: Work) -> None:
    rows = rows_of(await root.get(f"reports/queues?{TIME}"))
    small = rows[str(work.queues[2])]
    assert small["arrived"] > 5
    assert (small["answered"], small["closed"], small["first_ms"]) == (None, None, None)
    narrowed = await root.get(f"reports/resolution?{TIME}&queue={work.queues[2]}")
    assert narrowed["rows"] == []
    assert narrowed["total"]["values"]["closed"] is None


async def test_filters_narrow_and_say_what_they_cannot(root: Browser, work: Work) -> None:
    report = await root.get(f"reports/volume?{TIME}&queue={work.queues[0]}&queue={work.queues[1]}")
    assert report["total"]["values"]["arrived"] == sum(queue in work.queues[:2] for _, queue, *_ in work.done)
    by_code = rows_of(await root.get(f"reports/wrap-up?{TIME}"))
    assert {key for key in by_code if key} == {str(code) for code in work.codes}
    assert sum(values["share_of_closed"] for values in by_code.values()) == pytest.approx(1, abs=0.01)
    problem = await root.problem("GET", f"reports/response?{TIME}&language=de&channel={work.channels[0]}")
    assert problem["code"] == "too_narrow"
    for query, code in (("first=2026-11-02&last=2026-11-01", "bad_period"), (f"{TIME}&by=mood", "not_one_of")):
        assert (await root.problem("GET", f"reports/volume?{query}"))["code"] == code
    assert (await root.problem("GET", f"reports/nothing?{TIME}"))["status"] == 404


async def test_behind_a_figure_stand_its_enquiries_without_who_worked_on_them(root: Browser, work: Work) -> None:
    path = f"reports/queues/conversations?{TIME}&column=closed&key={work.queues[0]}&limit=200"
    page = await root.get(path)
    [figure] = [r["values"] for r in (await root.get(f"reports/queues?{TIME}"))["rows"] if r["key"] == str(work.queues[0])]
    assert len(page["items"]) == figure["closed"] > 60
    assert all("agent" not in name for name in page["items"][0])
    assert not any(str(person) in str(page) for person in work.people)
    small = await root.ask("GET", path.replace(f"&key={work.queues[0]}", f"&key={work.queues[2]}"))
    assert small.status_code == 403 or small.json()["items"] == []
    arrived = await root.get(f"reports/queues/conversations?{TIME}&column=arrived&key={work.queues[2]}&limit=200")
    assert len(arrived["items"]) == sum(queue == work.queues[2] for _, queue, *_ in work.done)
    first = await root.get(f"reports/queues/conversations?{TIME}&column=arrived&limit=100")
    rest = await root.get(f"reports/queues/conversations?{TIME}&column=arrived&limit=200&after={first['next']}")
    both = [item["interaction_id"] for item in (*first["items"], *rest["items"])]
    assert len(set(both)) == len(both) == len(work.done)


async def test_who_sees_one_queue_gets_figures_of_it_alone(served: Served, work: Work) -> None:
    from unisono.service.setup_views import GrantView

    chief = await served.logged_in("chief", GrantView(role="supervisor", scope_kind="queue", scope_id=work.queues[1]))
    report = await chief.get(f"reports/volume?{TIME}")
    assert report["total"]["values"]["arrived"] == sum(queue == work.queues[1] for _, queue, *_ in work.done)
    agent = await served.logged_in("anna", "agent")
    assert (await agent.problem("GET", f"reports/volume?{TIME}"))["status"] == 403


async def test_single_people_are_shown_under_a_permit_and_see_who_looked(served: Served, root: Browser, work: Work) -> None:
    path = f"reports/people?{TIME}"
    assert (await root.problem("GET", path))["code"] == "works_council"
    assert (await root.problem("GET", f"reports/people/file?{TIME}&form=csv"))["code"] == "works_council"
    council = await served.logged_in("council", "works_council")
    asked = await root.did("POST", "people-permits", {"kind": "figures", "reason": "Schulung im November", "days": 3})
    await council.did("POST", f"people-permits/{asked['id']}/agree")
    rows = rows_of(await root.get(path))
    assert {key: values["closed"] for key, values in rows.items()} == Counter(str(agent) for _, _, agent, *_ in work.done)
    agent = served.browser()
    await agent.log_in("agent3")
    [look] = (await agent.get("me/looks"))["items"]
    assert (look["name"], look["what"], look["reason"]) == ("Root", "report.people", "Schulung im November")
    mine = await agent.get(f"me/report?{TIME}")
    assert mine["values"]["closed"] == sum(who == work.people[3] for _, _, who, *_ in work.done)


@pytest.mark.parametrize("locale", ["de", "en"])
async def test_a_table_in_csv_runs_no_formula_and_reads_back_as_it_was(root: Browser, work: Work, locale: str) -> None:
    response = await taken(root, f"reports/queues/file?{TIME}&form=csv&locale={locale}")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response.headers["content-disposition"]
    table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";" if locale == "de" else ","))
    report = await root.get(f"reports/queues?{TIME}")
    together = {"de": "kleine Gruppen zusammen", "en": "small groups together"}[locale]
    names = [together if row["key"] is None else row["name"]["de"] for row in report["rows"]]
    assert SMALL in names
    assert [row[0] for row in table[1:-1]] == [f"'{name}" if name == SMALL else name for name in names]
    assert table[-1][0] == {"de": "Gesamt", "en": "Total"}[locale]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
    assert [int(row[1]) for row in table[1:-1]] == [row["values"]["arrived"] for row in report["rows"]]
    level = report["total"]["values"]["level"]
    # arrived, left, answered, first_ms, level: each beside the time before.
    assert float(table[-1][9].replace(",", ".")) == pytest.approx(level * 100, abs=0.001)
    assert ("," in table[-1][9]) == (locale == "de")
    bare = await taken(root, f"reports/queues/file?{TIME}&form=csv&mark=false")
    assert not bare.content.startswith(b"\xef\xbb\xbf")


async def test_a_workbook_holds_numbers_as_numbers_and_no_formula(root: Browser, work: Work) -> None:
    response = await taken(root, f"reports/queues/file?{TIME}&form=xlsx&locale=en&queue={work.queues[0]}&queue={work.queues[2]}")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "Queues"
    assert any("Technik" in str(row[0]) and SMALL in str(row[0]) for row in cells[:6]), "the filter stands above the table"
    [row] = [row for row in cells if row[0] == "Technik"]
    assert row[1] == sum(queue == work.queues[0] for _, queue, *_ in work.done)
    assert row[7].total_seconds() if hasattr(row[7], "total_seconds") else row[7] is not None
    [small] = [row for row in sheet.iter_rows() if row[0].value == SMALL]
    assert small[0].data_type == "s"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


async def test_pages_in_pdf_can_be_read_and_say_what_was_asked(root: Browser, work: Work) -> None:
    response = await taken(root, f"reports/volume/file?{TIME}&form=pdf&locale=de")
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert "Aufkommen" in text
    assert "02.11.2026 bis 15.11.2026" in text
    assert "Gruppen von mindestens 5" in text
    assert str(len(work.done)) in text
    assert "Seite 1" in text
    assert (await root.problem("GET", f"reports/volume/file?{TIME}&form=odt"))["code"] == "not_one_of"


async def test_what_is_taken_out_is_written_down(served: Served, root: Browser, work: Work) -> None:
    await taken(root, f"reports/volume/file?{TIME}&form=csv")
    [row] = await served.sql("select subject_id, body from audit where action = 'report.exported'")
    assert (row["subject_id"], row["body"]["form"]) == ("volume", "csv")


async def test_days_begin_by_the_clock_of_the_house_and_whoever_asks_is_told_which(root: Browser) -> None:
    await root.did("PATCH", "settings", {"reports.time_zone": "Pacific/Auckland"})
    assert {kind["zone"] for kind in (await root.get("reports"))["items"]} == {"Pacific/Auckland"}
    assert (await root.get(f"me/report?{TIME}"))["zone"] == "Pacific/Auckland"
