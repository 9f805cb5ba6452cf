"""Works-council mode over the whole API: no route, file or drill-down about reports gives a group of fewer than five.

The addresses are found in the API's own description; one that this walk does not know fails it.
"""

import csv
import io
from collections import defaultdict
from datetime import date
from itertools import product
from typing import Any

import openpyxl
import pypdf

from tests.web.conftest import Browser, Served
from tests.web.reporting import LAST, MONDAY, Work, two_weeks
from unisono.service.reports.kinds import BY, COLUMNS, HEAT, KINDS, PEOPLE

LEAST = 5
WALKED = {
    "/api/v1/reports", "/api/v1/reports/{report}", "/api/v1/reports/{report}/conversations", "/api/v1/reports/{report}/file",
}  # fmt: skip
#: Addresses whose answers are settings of reports, about the asker alone, or about what strangers say in public: they hold no
#: figure about other colleagues.
OTHERS = {
    "/api/v1/me/figures",
    "/api/v1/me/report",
    "/api/v1/monitors/figures",
    "/api/v1/monitors/figures.csv",
    "/api/v1/report-schedules",
    "/api/v1/report-schedules/{schedule_id}",
    "/api/v1/report-schedules/{schedule_id}/send",
}
SPANS = [(MONDAY, LAST), (MONDAY, MONDAY)]


def filters(work: Work) -> list[tuple[str, set[Any]]]:
    """Each filter with what it lets through of (queue, channel, code)."""
    return [
        ("", set()), (f"&queue={work.queues[0]}", {work.queues[0]}), (f"&queue={work.queues[2]}", {work.queues[2]}),
        (f"&channel={work.channels[2]}", {work.channels[2]}), (f"&code={work.codes[0]}", {work.codes[0]}),
        (f"&queue={work.queues[0]}&queue={work.queues[2]}", {work.queues[0], work.queues[2]}), ("&medium=chat", {work.channels[2]}),
    ]  # fmt: skip


def people_behind(work: Work, first: date, last: date, chosen: set[Any]) -> set[Any]:
    """Who did anything at all that a question could be about: no fewer than stand behind its figures."""
    return {
        agent for day, queue, agent, channel, code in work.done
        if first <= day <= last and (not chosen or chosen & {queue, channel, code})
    }  # fmt: skip


def test_the_walk_knows_every_address_of_reports(served: Served) -> None:
    paths = set(served.app.openapi_schema.to_schema()["paths"])
    assert {path for path in paths if "report" in path or "figures" in path} <= WALKED | OTHERS


async def test_no_report_drill_down_or_file_is_of_fewer_than_five(served: Served, root: Browser) -> None:
    work = await two_weeks(served)
    kinds = [kind for kind in (await root.get("reports"))["items"] if kind["key"] not in {HEAT, PEOPLE}]
    assert {kind["key"] for kind in kinds} == KINDS.keys() - {HEAT, PEOPLE}
    shown, hidden, drilled, asked = 0, 0, 0, set()
    totals: dict[tuple[str, str, date, date], dict[str, float]] = defaultdict(dict)
    for kind, (first, last), (narrowed, chosen) in product(kinds, SPANS, filters(work)):
        for by in {kind["by"], "queue", "code"} & set(BY):
            path = f"reports/{kind['key']}?first={first}&last={last}&by={by}&compare=false{narrowed}"
            answer = await root.ask("GET", path)
            if answer.status_code != 200:
                assert answer.json()["code"] in {"too_narrow", "no_filter"}, path
                continue
            report = answer.json()
            behind = people_behind(work, first, last, chosen)
            for row in (*report["rows"], report["total"]):
                for column in report["columns"]:
                    value = row["values"][column["key"]]
                    if not column["people"] or not value:
                        hidden += column["people"]
                        continue
                    shown += 1
                    assert len(behind) >= LEAST, f"{path}: {row['key']}, {column['key']} is of {len(behind)}"
                    if by == "queue" and row["key"]:
                        assert row["key"] != str(work.queues[2]), f"{path} shows what two people did"
                # One report for each row that is too small: the next one's would be the same question.
                if (row["key"] == str(work.queues[2]) or len(behind) < LEAST) and (
                    kind["key"],
                    row["key"],
                    narrowed,
                ) not in asked:
                    asked.add((kind["key"], row["key"], narrowed))
                    drilled += await no_drill_down(root, path, kind["key"], row["key"])
            if by == "queue":
                totals[kind["key"], narrowed, first, last] = {
                    c["key"]: report["total"]["values"][c["key"]]
                    for c in report["columns"]
                    if c["people"] and c["unit"] == "count"
                }
                parts = {c: sum(r["values"][c] or 0 for r in report["rows"]) for c in totals[kind["key"], narrowed, first, last]}
                for column, total in totals[kind["key"], narrowed, first, last].items():
                    assert (total or 0) == parts[column], (
                        f"{path}: the total of {column} minus its parts would be the small group"
                    )
    assert shown > 300
    assert hidden > 100
    assert drilled > 20


async def no_drill_down(root: Browser, path: str, report: str, key: str | None) -> int:
    """Ask for the enquiries of a row that is too small; returns how many questions that were."""
    asked = 0
    for column in KINDS[report].columns:
        if not COLUMNS[column].people:
            continue
        answer = await root.ask(
            "GET", path.replace("?", "/conversations?") + f"&column={column}" + (f"&key={key}" if key else "")
        )
        asked += 1
        if answer.status_code == 200:
            assert answer.json()["items"] == [], f"{path}, {column}"
        else:
            assert answer.json()["code"] in {"small_group", "no_column", "too_narrow", "no_filter"}
    return asked


async def test_no_file_of_any_form_names_what_a_small_group_did(served: Served, root: Browser) -> None:
    work = await two_weeks(served)
    path = f"reports/resolution/file?first={MONDAY}&last={LAST}&by=queue&locale=en&compare=false"
    small = f"{path}&queue={work.queues[2]}"
    for address, rows in ((path, 3), (small, 0)):
        table = list(csv.reader(io.StringIO((await root.ask("GET", f"{address}&form=csv")).content.decode("utf-8-sig"))))
        assert "Kleine" not in str(table)
        assert len(table) - 2 <= rows
        assert rows or not any(table[-1][1:])
        book = openpyxl.load_workbook(io.BytesIO((await root.ask("GET", f"{address}&form=xlsx")).content)).active
        cells = [[cell.value for cell in row] for row in book.iter_rows()]
        assert not any(row[0] == "=Kleine" for row in cells)
        assert rows or not any(value is not None for value in next(row for row in cells if row[0] == "Total")[1:])
        pages = pypdf.PdfReader(io.BytesIO((await root.ask("GET", f"{address}&form=pdf")).content)).pages
        lines = "\n".join(page.extract_text() for page in pages).splitlines()
        assert rows or not any(line.startswith("=Kleine") for line in lines)


async def test_nothing_else_of_the_api_shows_figures_of_single_people(served: Served, root: Browser) -> None:
    """Every answer that holds many people is a list of states or of settings; none counts what each of them did."""
    await two_weeks(served)
    counting = {"closed", "answered", "handled", "handled_s", "worked_ms", "resolution_ms", "first_ms", "average_s"}
    seen = 0
    for path, operations in served.app.openapi_schema.to_schema()["paths"].items():
        if "get" not in operations or "{" in path or path.endswith("/events") or not path.startswith("/api/v1"):
            continue
        answer = await root.ask("GET", path)
        if answer.status_code != 200 or "json" not in answer.headers.get("content-type", ""):
            continue
        seen += 1
        for item in answer.json().get("items", []) if isinstance(answer.json(), dict) else []:
            if isinstance(item, dict) and {"user_id", "agent_id", "login"} & item.keys():
                assert not counting & item.keys(), f"{path} tells what single people did: {sorted(counting & item.keys())}"
    assert seen > 15
