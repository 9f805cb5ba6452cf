"""Reports: figures of a time by group, what is behind them, and one's own."""

from datetime import date, datetime
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.reports.ask import OwnView, Question, ReportView, ask_report, own_figures, zone_of_reports
from unisono.service.reports.drill import DrilledView, drill_down
from unisono.service.reports.kinds import BY, COLUMNS, HEAT, KINDS, PEOPLE
from unisono.service.reports.sheet import export_report
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs


class KindView(Struct, frozen=True, kw_only=True):
    """A report that can be asked for.

    by: what its rows are of at first; every one of `also` can be asked for instead. zone: by whose clock days begin.
    """

    key: str
    columns: list[str]
    people: list[str]
    by: str
    also: list[str]
    filters: list[str]
    zone: str


@get("/reports", opt=needs("report.read"), tags=["Reports"])
async def kinds(house: HouseDep, actor: ActorDep) -> Page[KindView]:  # noqa: ARG001 - who asks is checked by the guard
    """Return the reports that there are. `people`: their columns that are shown of groups of at least five people only."""
    zone = await zone_of_reports(house.db)
    return Page(
        items=[
            KindView(
                key=kind.key, columns=list(kind.columns), people=[key for key in kind.columns if COLUMNS[key].people], by=kind.by,
                also=[] if kind.key in {HEAT, PEOPLE} else list(BY), filters=list(kind.filters), zone=zone,
            )
            for kind in KINDS.values()
        ]
    )  # fmt: skip


def question_of(
    report: FromPath[str],
    first: FromQuery[date],
    last: FromQuery[date],
    by: FromQuery[str | None] = None,
    compare: FromQuery[bool] = True,
    queue: FromQuery[list[UUID] | None] = None,
    team: FromQuery[list[UUID] | None] = None,
    channel: FromQuery[list[UUID] | None] = None,
    network: FromQuery[list[str] | None] = None,
    medium: FromQuery[list[str] | None] = None,
    work_class: FromQuery[list[UUID] | None] = None,
    language: FromQuery[list[str] | None] = None,
    code: FromQuery[list[UUID] | None] = None,
    skills: FromQuery[list[str] | None] = None,
    tags: FromQuery[list[UUID] | None] = None,
) -> Question:
    """Return what a request asks of a report. Filters may stand several times: one of them is enough."""
    return Question(
        report=report, first=first, last=last, by=by, compare=compare, queue=tuple(queue or ()), team=tuple(team or ()),
        channel=tuple(channel or ()), network=tuple(network or ()), medium=tuple(medium or ()),
        work_class=tuple(work_class or ()), language=tuple(language or ()), code=tuple(code or ()), skills=tuple(skills or ()),
        tags=tuple(tags or ()),
    )  # fmt: skip


ASKED = {"question": Provide(question_of, sync_to_thread=False)}


@get("/reports/{report:str}", opt=needs("report.read"), tags=["Reports"], dependencies=ASKED)
async def report(house: HouseDep, actor: ActorDep, question: NamedDependency[Question]) -> ReportView:
    """Return a report of a time (`first` to `last`, days of the house), by group, beside the time before.

    Figures about people are of groups of at least five and of days that are over. `people` is of single people: it takes a
    permit, and each of them sees that somebody looked.
    """
    return await ask_report(house.db, actor.access, question)


@get("/reports/{report:str}/conversations", opt=needs("report.read"), tags=["Reports"], dependencies=ASKED)
async def behind(
    house: HouseDep,
    actor: ActorDep,
    question: NamedDependency[Question],
    column: FromQuery[str],
    key: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[DrilledView]:
    """Return the enquiries behind a figure, newest first: `column`, and `key` of the row; without a key of the total."""
    size = bounded(limit)
    before: tuple[datetime, UUID] | None = parse_place(after, tuple[datetime, UUID]) if after else None
    found, more = paged(await drill_down(house.db, actor.access, question, column, key, before, size + 1), size)
    return Page(items=found, next=place(found[-1].at, found[-1].interaction_id) if more else None)


@get("/reports/{report:str}/file", opt=needs("report.read"), tags=["Reports"], dependencies=ASKED, media_type="application/pdf")
async def file(
    house: HouseDep,
    actor: ActorDep,
    question: NamedDependency[Question],
    form: FromQuery[str],
    locale: FromQuery[str | None] = None,
    mark: FromQuery[bool] = True,
) -> Response[bytes]:
    """Return a report as a file with its filters: `form` is `csv`, `xlsx` or `pdf`; that it was taken out is written down.

    CSV in German has semicolons and decimal commas; `mark` is its byte order mark. Spans are seconds there, shares percent.
    """
    made = await export_report(house.db, house.report_files, actor.access, question, form, locale or actor.locale, mark=mark)
    return Response(
        made.content, media_type=made.media_type,
        headers={"content-disposition": f'attachment; filename="{made.name}"', "cache-control": "no-store"},
    )  # fmt: skip


@get("/me/report", opt=needs(SIGNED_IN), tags=["Reports"])
async def mine(house: HouseDep, actor: ActorDep, first: FromQuery[date], last: FromQuery[date]) -> OwnView:
    """Return what one did oneself in a time. Nobody else sees it."""
    return await own_figures(house.db, actor.access, first, last)


ROUTES = [kinds, report, behind, file, mine]
