"""A report in words, as it stands in a file: title, what was asked, headings, rows, and what was left out."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.ports import Database, Tx
from unisono.service.ports.report_files import Cell, Made, ReportFiles, Sheet
from unisono.service.reports.ask import Question, ReportView, RowView, ask_report
from unisono.service.reports.kinds import BY_TIME, HEAT
from unisono.service.setup_views import Names
from unisono.service.words import LOCALES, say

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}  # fmt: skip


async def export_report(
    db: Database, files: ReportFiles, access: Access, question: Question, form: str, locale: str, *, mark: bool = True
) -> Made:  # fmt: skip
    """Return a report as a file, with the filters that were set; that it was taken out is written down.

    mark: CSV begins with a byte order mark, by which spreadsheets know UTF-8. Raises what asking for the report raises, Invalid
    for an unknown form, Unavailable when the file could not be made.
    """
    if form not in MEDIA_TYPES:
        raise Invalid(f"{form!r} is none of {', '.join(MEDIA_TYPES)}.", code="not_one_of", field="form")
    view = await ask_report(db, access, question)
    async with db.write() as tx:
        sheet = await sheet_of(tx, view, locale, mark=mark)
        body = {"form": form, "first": view.first.isoformat(), "last": view.last.isoformat()}
        await tx.privacy.audit(access.user_id, "report.exported", "report", view.report, body)
    content = await files.make(form, sheet)
    return Made(name=f"unisono-{view.report}-{view.first}-{view.last}.{form}", media_type=MEDIA_TYPES[form], content=content)


async def sheet_of(tx: Tx, view: ReportView, locale: str, *, mark: bool = True) -> Sheet:
    """Return a report in words of a language."""
    locale = locale if locale in LOCALES else "en"

    def t(key: str, **facts: str | int) -> str:
        return say(locale, key, facts) or key

    def day(one: date) -> str:
        return day_words(one, locale)

    heads: list[str] = [t(f"report-by-{view.by}")]
    units = ["text"]
    for column in view.columns:
        heads.append(t(f"report-column-{column.key}"))
        units.append(column.unit)
        if view.before_first is not None:
            heads.append(t("report-before", column=heads[-1]))
            units.append(column.unit)
    lines = [t("report-period", first=day(view.first), last=day(view.last), zone=view.zone)]
    if view.before_first is not None and view.before_last is not None:
        lines.append(t("report-compared", first=day(view.before_first), last=day(view.before_last)))
    lines += [await _filter_line(tx, name, chosen, locale, t(f"report-by-{name}")) for name, chosen in view.filters.items()]
    notes = [t("report-groups", least=view.least), t("report-days", last=day(min(view.people_last, view.last)))]
    notes = notes if any(c.people for c in view.columns) and view.least > 1 else []
    notes += [t("report-counting")] if view.counting else []
    return Sheet(
        title=t(f"report-{view.report}"), lines=lines, headings=heads, units=units,
        rows=[[_name(view, row, locale, t), *_cells(view, row)] for row in view.rows],
        total=None if view.report == HEAT else [t("report-total"), *_cells(view, view.total)],
        notes=notes, page=t("report-page"),
        decimal_comma=locale == "de", semicolon=locale == "de", byte_order_mark=mark,
    )  # fmt: skip


def day_words(day: date, locale: str) -> str:
    """Return a day as a language writes it."""
    return f"{day:%d.%m.%Y}" if locale == "de" else day.isoformat()


async def _filter_line(tx: Tx, name: str, chosen: list[str], locale: str, heading: str) -> str:
    names: Mapping[str, Names | str] = await tx.reports.groups(name)
    return f"{heading}: {', '.join(_word(names.get(one, one), locale) or one for one in chosen)}"


def _word(name: Names | str | None, locale: str) -> str:
    if isinstance(name, Mapping):
        return name.get(locale) or next(iter(name.values()), "")
    return name or ""


def _name(view: ReportView, row: RowView, locale: str, t: Callable[..., str]) -> str:
    if row.key is None:
        return t("report-small-groups")
    if view.report == HEAT:
        weekday, hour = row.key.split("-")
        return f"{t(f'report-weekday-{weekday}')} {int(hour):02}:00"
    if view.by in BY_TIME and view.by != "month":
        return day_words(date.fromisoformat(row.key), locale)
    if view.by == "medium":
        return t(f"report-medium-{row.key}")
    return _word(row.name, locale) or row.key or t("report-none")


def _cells(view: ReportView, row: RowView) -> list[Cell]:
    cells: list[Cell] = []
    for column in view.columns:
        cells.append(row.values[column.key])
        if view.before_first is not None:
            cells.append(None if row.before is None else row.before[column.key])
    return cells
