"""Ask for a report: figures of a time by group, beside those of the time before, of groups of at least five people."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct, field

from unisono.domain.errors import Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.instant import Instant, maybe_instant
from unisono.service.people_figures import Kind as Permit
from unisono.service.people_figures import look
from unisono.service.ports import Database, Tx
from unisono.service.ports.reports import Asked, Row
from unisono.service.reports.fold import zone_of
from unisono.service.reports.kinds import BY, BY_TIME, COLUMNS, HEAT, KINDS, PEOPLE, Column, Kind, Unit
from unisono.service.settings import read_settings
from unisono.service.setup_views import Names
from unisono.service.spread import quantile_ms

READ: Final = "report.read"
LONGEST_DAYS: Final = 400
MAX_CHOSEN: Final = 100
OF_CHANNEL: Final = ("channel", "network", "medium", "class")
OF_VALUE: Final = ("language", "code", "skills", "tags")


class Question(Struct, frozen=True, kw_only=True):
    """What is asked of a report. first, last: days of the house's time zone, both within it. by: what rows are of."""

    report: str
    first: date
    last: date
    by: str | None = None
    compare: bool = True
    queue: tuple[UUID, ...] = ()
    team: tuple[UUID, ...] = ()
    channel: tuple[UUID, ...] = ()
    network: tuple[str, ...] = ()
    medium: tuple[str, ...] = ()
    work_class: tuple[UUID, ...] = ()
    language: tuple[str, ...] = ()
    code: tuple[UUID, ...] = ()
    skills: tuple[str, ...] = ()
    tags: tuple[UUID, ...] = ()

    def chosen(self, name: str) -> tuple[Any, ...]:
        """Return what a filter chose."""
        found: tuple[Any, ...] = getattr(self, "work_class" if name == "class" else name)
        return found


class ColumnView(Struct, frozen=True, kw_only=True):
    """A column. unit: `count`, `share` (of 1) or `ms`; people: shown of groups only; better: which way is better, or 0."""

    key: str
    unit: str
    people: bool
    better: int


class RowView(Struct, frozen=True, kw_only=True):
    """One row. key: of its group (id, word, or day); null: groups too small to be shown alone, together. A value that is null is
    not shown, or nothing happened. before: the same in the time before, by column, where it was asked for."""

    key: str | None
    name: Names | str | None
    values: dict[str, float | None]
    before: dict[str, float | None] | None = None


class ReportView(Struct, frozen=True, kw_only=True):
    """A report. people_last: the last day of which figures about people are shown; they wait until a day is over.

    least: how many people stand behind each of these at least. together: some groups were too small and stand together, or are
    left out. as_of: until when the log is counted. counting: days of this time, or of the time before, are being summed, as all
    are after an update; until that is done their figures are too small, or missing.
    """

    report: str
    first: date
    last: date
    before_first: date | None
    before_last: date | None
    by: str
    zone: str
    columns: list[ColumnView]
    rows: list[RowView]
    total: RowView
    least: int
    people_last: date
    as_of: Instant | None
    filters: dict[str, list[str]] = field(default_factory=dict)
    counting: bool = False


async def ask_report(db: Database, access: Access, question: Question) -> ReportView:
    """Return a report. Raises Forbidden, NotFound, Invalid."""
    kind = checked(access, question)
    if kind.key == PEOPLE:
        async with db.write() as tx:
            return await _people(tx, access, kind, question)
    async with db.read() as tx:
        return await _report(tx, access, kind, question)


def checked(access: Access, question: Question) -> Kind:
    """Return the report that is asked for. Raises Forbidden, NotFound, Invalid with what can be asked."""
    access.require(READ)
    kind = KINDS.get(question.report)
    if kind is None:
        raise NotFound(f"There is no report {question.report!r}; there are {', '.join(KINDS)}.")
    if question.last < question.first:
        raise Invalid("The last day lies before the first.", code="bad_period", field="last")
    if (question.last - question.first).days >= LONGEST_DAYS:
        raise Invalid(f"A report takes {LONGEST_DAYS} days at most.", code="bad_period", field="last")
    by = question.by or kind.by
    if by not in {kind.by, *(BY if kind.key not in {HEAT, PEOPLE} else ())}:
        raise Invalid(f"{by!r} is none of {', '.join(BY)}.", code="not_one_of", field="by")
    for name in ("queue", "team", *OF_CHANNEL, *OF_VALUE):
        chosen = question.chosen(name)
        if len(chosen) > MAX_CHOSEN:
            raise Invalid(f"A filter takes {MAX_CHOSEN} values at most.", code="filter_full", field=name)
        if chosen and name not in kind.filters:
            raise Invalid(f"This report cannot be narrowed by {name}.", code="no_filter", field=name)
    if not any(fits(COLUMNS[key], question, by) for key in kind.columns):
        raise Invalid("Nothing of this report has a wrap-up reason: only what was closed has one.", code="no_filter", field="by")
    values = {name for name in OF_VALUE if question.chosen(name) or by == name}
    channel = by in OF_CHANNEL or any(question.chosen(name) for name in OF_CHANNEL)
    if len(values) > 1 or (values and channel and _about_people(kind)):
        raise Invalid(
            "Language, wrap-up reason, skill, tag and channel cannot be combined: what is left would be of too few people. "
            "Choose one of them; queue and time go with each.",
            code="too_narrow", field="by",
        )  # fmt: skip
    return kind


def _about_people(kind: Kind) -> bool:
    return any(COLUMNS[key].people for key in kind.columns)


def asked_of(access: Access, question: Question, by: str, first: date, last: date) -> Asked:
    """Return the question as the store takes it, narrowed to what the asker may see."""
    return Asked(
        first=first, last=last, by=by, classes=access.visible_classes(READ), queue_ids=question.queue, team_ids=question.team,
        channel_ids=question.channel, networks=question.network, media=question.medium, work_class_ids=question.work_class,
        languages=question.language, code_ids=question.code, skills=question.skills,
        tags=tuple(str(tag) for tag in question.tags),
    )  # fmt: skip


async def zone_of_reports(db: Database) -> str:
    """Return the time zone by whose clock days, weeks and months of reports begin (`reports.time_zone`)."""
    async with db.read() as tx:
        return (await frame_of(tx))[0]


async def frame_of(tx: Tx) -> tuple[str, int, date]:
    """Return the house's zone, the least group, and the last day of which figures about people are told: yesterday."""
    values = await read_settings(tx)
    zone = str(values["reports.time_zone"])
    return zone, int(values["reports.least_group"]), tx.now.astimezone(zone_of(zone)).date() - timedelta(days=1)


async def _report(tx: Tx, access: Access, kind: Kind, question: Question) -> ReportView:
    zone, least, finished = await frame_of(tx)
    by = question.by or kind.by
    columns = [COLUMNS[key] for key in kind.columns if fits(COLUMNS[key], question, by)]
    spans = [(question.first, question.last)]
    if question.compare and kind.key != HEAT:
        days = question.last - question.first + timedelta(days=1)
        spans.append((question.first - days, question.last - days))
    if kind.key == HEAT:
        sums = [await _heat(tx, asked_of(access, question, "", *spans[0]))]
        totals = [await _sums(tx, access, question, "", columns, span, least, finished) for span in spans]
    else:
        sums = [await _sums(tx, access, question, by, columns, span, least, finished) for span in spans]
        # Each enquiry is in one row; but of a queue that is seen in part no row is cut by language and the like.
        apart = by in OF_VALUE and access.visible_classes(READ) is not None
        totals = [
            await _sums(tx, access, question, "", columns, span, least, finished) if apart else {"": _together(found)}
            for span, found in zip(spans, sums, strict=True)
        ]
        if by in BY_TIME:
            # The time before is laid beside this one by its place in it: its first day beside our first.
            sums[1:] = [_shifted(found, question.first - spans[1][0], by) for found in sums[1:]]
    rows = _rows(columns, by, sums, totals, await tx.reports.groups(by))
    whole = [found.get("", {}) for found in totals]
    return ReportView(
        report=kind.key, first=question.first, last=question.last, by=by, zone=zone, rows=rows, least=least,
        before_first=spans[1][0] if len(spans) > 1 else None, before_last=spans[1][1] if len(spans) > 1 else None,
        columns=[ColumnView(key=c.key, unit=c.unit.value, people=c.people, better=c.better) for c in columns],
        total=_row("", None, columns, whole[0], whole[1] if len(whole) > 1 else None, whole[0]),
        people_last=finished, as_of=maybe_instant(await tx.reports.as_of()), filters=filters_of(question),
        counting=await tx.reports.counting(spans[-1][0], min(question.last, finished)),
    )  # fmt: skip


def fits(column: Column, question: Question, by: str) -> bool:
    """Tell whether a column says something here: only closing has a wrap-up reason, a share of all only parts."""
    if (question.code or by == "code") and column.moment != "closed":
        return False
    return column.per != "all" or by != ""


def filters_of(question: Question) -> dict[str, list[str]]:
    """Return the filters that are set."""
    names = ("queue", "team", *OF_CHANNEL, *OF_VALUE)
    return {name: [str(one) for one in question.chosen(name)] for name in names if question.chosen(name)}


_Sums = dict[str | None, dict[str, Mapping[str, int]]]


async def _sums(
    tx: Tx, access: Access, question: Question, by: str, columns: list[Column], span: tuple[date, date], least: int,
    finished: date,
) -> _Sums:  # fmt: skip
    """Return the sums of each moment by group."""
    found: _Sums = {}
    # Days of the asked time that are not told of people yet are left out of the time before as well: as many days beside as many.
    waiting = max(question.last - finished, timedelta(0))
    for moment, people in sorted({(c.moment, c.people) for c in columns}):
        last = span[1] - waiting if people else span[1]
        if last < span[0]:
            continue
        asked = asked_of(access, question, by, span[0], last)
        rows: list[Row] = (
            await tx.reports.counted_of_people(asked, moment, least) if people else await tx.reports.counted(asked, moment)
        )
        for row in rows:
            found.setdefault(row.key, {})[moment] = row.sums
    return found


def _together(found: _Sums) -> dict[str, Mapping[str, int]]:
    total: dict[str, Counter[str]] = {}
    for sums in found.values():
        for moment, told in sums.items():
            total.setdefault(moment, Counter()).update(told)
    return dict(total)


async def _heat(tx: Tx, asked: Asked) -> _Sums:
    return {f"{weekday}-{hour}": {"arrived": {"n": n}} for weekday, hour, n in await tx.reports.by_hour(asked)}


def _shifted(found: _Sums, days: timedelta, by: str) -> _Sums:
    if by != "day":
        return found
    return {None if key is None else (date.fromisoformat(key) + days).isoformat(): sums for key, sums in found.items()}


def _rows(
    columns: list[Column], by: str, sums: list[_Sums], totals: list[_Sums], names: Mapping[str, Names | str]
) -> list[RowView]:
    now, before = sums[0], sums[1] if len(sums) > 1 else None
    if before is not None and by in {"week", "month"}:
        before = _by_place(now, before)
    keys = [key for key in now if key is not None]
    if by in BY_TIME or by == "hour":
        keys.sort(key=lambda key: [int(part) for part in key.split("-")] if by == "hour" else [key])
    else:
        first = columns[0]
        keys.sort(key=lambda key: (-(value_of(first, now[key], {}) or 0), key))
    whole = totals[0].get("", {})
    rows = [
        _row(key, _name(by, key, names), columns, now[key], None if before is None else before.get(key, {}), whole)
        for key in keys
    ]
    if None in now:
        rows.append(_row(None, None, columns, now[None], None if before is None else before.get(None, {}), whole))
    return rows


def _by_place(now: _Sums, before: _Sums) -> _Sums:
    """Lay weeks and months of the time before beside those of this time, the first beside the first."""
    mine, theirs = sorted(k for k in now if k is not None), sorted(k for k in before if k is not None)
    found: _Sums = {key: before[other] for key, other in zip(mine, theirs, strict=False)}
    return found | ({None: before[None]} if None in before else {})


def _name(by: str, key: str, names: Mapping[str, Names | str]) -> Names | str | None:
    if by not in {"skills", "tags"}:
        return names.get(key)
    parts = [names.get(part, part) for part in key.split(",") if part]
    return {
        locale: " + ".join(part if isinstance(part, str) else part.get(locale) or next(iter(part.values()), "") for part in parts)
        for locale in ("de", "en")
    } if parts else None  # fmt: skip


def _row(
    key: str | None, name: Names | str | None, columns: list[Column], sums: Mapping[str, Mapping[str, int]],
    before: Mapping[str, Mapping[str, int]] | None, whole: Mapping[str, Mapping[str, int]],
) -> RowView:  # fmt: skip
    return RowView(
        key=key, name=name, values={c.key: value_of(c, sums, whole) for c in columns},
        before=None if before is None else {c.key: value_of(c, before, whole) for c in columns},
    )  # fmt: skip


def value_of(column: Column, sums: Mapping[str, Mapping[str, int]], whole: Mapping[str, Mapping[str, int]]) -> float | None:
    """Return a figure out of the sums of a group; None where nothing happened, or nothing may be shown."""
    found = sums.get(column.moment)
    if found is None:
        return None if column.people or column.unit is not Unit.COUNT else 0
    if column.share:
        return quantile_ms(found[column.of], column.share)
    top = found[column.of] - (found[column.less] if column.less else 0)
    if column.unit is Unit.COUNT:
        return top
    below = whole.get(column.moment, {}).get("n", 0) if column.per == "all" else found[column.per]
    if column.plus:
        below = top + found[column.plus]
    if not below:
        return None
    return round(top / below, 6 if column.unit is Unit.SHARE else 0)


async def _people(tx: Tx, access: Access, kind: Kind, question: Question) -> ReportView:
    """Figures of single people: under a permit, and each of them sees that somebody looked."""
    zone, _, _ = await frame_of(tx)
    access.require(READ)
    columns = [COLUMNS[key] for key in kind.columns]
    asked = asked_of(access, question, "", question.first, question.last)
    found = await tx.reports.of_people(asked, None)
    await _demand_permit(tx, access, [one.agent_id for one in found])
    rows = [
        _row(str(one.agent_id), one.name, columns, {"closed": {**_NOTHING, **one.sums}}, None, {})
        for one in sorted(found, key=lambda one: one.name.casefold())
    ]
    sums = {name: sum(one.sums[name] for one in found) for name in (found[0].sums if found else ())}
    return ReportView(
        report=kind.key, first=question.first, last=question.last, before_first=None, before_last=None, by=kind.by, zone=zone,
        columns=[ColumnView(key=c.key, unit=c.unit.value, people=c.people, better=c.better) for c in columns], rows=rows,
        total=_row("", None, columns, {"closed": {**_NOTHING, **sums}} if found else {}, None, {}), least=1,
        people_last=question.last, as_of=maybe_instant(await tx.reports.as_of()), filters=filters_of(question),
    )  # fmt: skip


_NOTHING: Final = {"late": 0, "breached": 0}


async def _demand_permit(tx: Tx, access: Access, agent_ids: list[UUID]) -> None:
    if not agent_ids and not await tx.figures.holding(Permit.FIGURES.value, None):
        raise Forbidden(
            "Single people are not shown: the works-council mode is on and nobody has agreed to this. Ask for a permit under "
            "Settings, Figures of people.",
            code="works_council", kind=Permit.FIGURES.value,
        )  # fmt: skip
    await look(tx, access, Permit.FIGURES, agent_ids, "report.people")


class OwnView(Struct, frozen=True, kw_only=True):
    """One's own figures of a time; nobody else sees them. zone: by whose clock days begin."""

    first: date
    last: date
    zone: str
    values: dict[str, float | None]


async def own_figures(db: Database, access: Access, first: date, last: date) -> OwnView:
    """Return what the asker did in a time. Raises Invalid."""
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Invalid(f"A report takes 1 to {LONGEST_DAYS} days.", code="bad_period", field="last")
    async with db.read() as tx:
        zone, _, _ = await frame_of(tx)
        found = await tx.reports.of_people(Asked(first=first, last=last, by=""), [access.user_id])
    columns = [COLUMNS[key] for key in KINDS[PEOPLE].columns]
    sums = {"closed": {**_NOTHING, **found[0].sums}} if found else {}
    return OwnView(first=first, last=last, zone=zone, values={c.key: value_of(c, sums, {}) for c in columns})


def question_of(stored: Mapping[str, Any]) -> Question:
    """Return a question that was kept as JSON."""
    return msgspec.convert(stored, Question)
