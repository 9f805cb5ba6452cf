"""Reports that go out by mail."""

from datetime import date
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.reports.ask import Question
from unisono.service.reports.schedules import (
    ScheduleView,
    Wish,
    add_schedule,
    change_schedule,
    remove_schedule,
    schedules,
    send_now,
)
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class ScheduleBody(Body):
    """What goes out: a report with its filters, as `csv`, `xlsx` or `pdf`, in a language, `daily`, `weekly` or `monthly`, at a
    minute of the local day (weekday 1 = Monday, day of the month 1 to 28), to whom, through which mail channel."""

    name: str
    report: str
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
    form: str = "xlsx"
    locale: str = "de"
    rhythm: str = "weekly"
    minute: int = 420
    weekday: int = 1
    day: int = 1
    recipients: tuple[str, ...] = ()
    channel_id: UUID | None = None
    paused: bool = False


def _wish(data: ScheduleBody) -> Wish:
    any_day = date(2000, 1, 1)
    question = Question(
        report=data.report, first=any_day, last=any_day, by=data.by, compare=data.compare, queue=data.queue,
        team=data.team, channel=data.channel, network=data.network, medium=data.medium,
        work_class=data.work_class, language=data.language, code=data.code, skills=data.skills, tags=data.tags,
    )  # fmt: skip
    return Wish(
        name=data.name, question=question, form=data.form, locale=data.locale, rhythm=data.rhythm, minute=data.minute,
        weekday=data.weekday, day=data.day, recipients=data.recipients, channel_id=data.channel_id, paused=data.paused,
    )  # fmt: skip


@get("/report-schedules", opt=needs("report.send"), tags=["Reports"])
async def all_schedules(house: HouseDep, actor: ActorDep) -> Page[ScheduleView]:
    """Return the reports that go out by mail, each with what became of its last times."""
    return Page(items=await schedules(house.db, actor.access))


@post("/report-schedules", opt=needs("report.send"), tags=["Reports"])
async def add(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[ScheduleBody]) -> ScheduleView:
    """Let a report go out by mail. It is made with the rights that its owner has when it goes out."""
    key = await key_of(request)
    made = await once(house.db, key, lambda db: add_schedule(db, actor.access, id_under(key), _wish(data)), UUID)
    return (await schedules(house.db, actor.access, made))[0]


@put("/report-schedules/{schedule_id:uuid}", opt=needs("report.send"), tags=["Reports"])
async def change(house: HouseDep, actor: ActorDep, schedule_id: FromPath[UUID], data: JSONBody[ScheduleBody]) -> ScheduleView:
    """Replace what goes out; whoever changes it owns it from now on."""
    await change_schedule(house.db, actor.access, schedule_id, _wish(data))
    return (await schedules(house.db, actor.access, schedule_id))[0]


@delete("/report-schedules/{schedule_id:uuid}", opt=needs("report.send"), tags=["Reports"])
async def remove(house: HouseDep, actor: ActorDep, schedule_id: FromPath[UUID]) -> Response[None]:
    """Let a report go out no more."""
    await remove_schedule(house.db, actor.access, schedule_id)
    return Response(None, status_code=204)


@post("/report-schedules/{schedule_id:uuid}/send", opt=needs("report.send"), tags=["Reports"])
async def send(house: HouseDep, actor: ActorDep, schedule_id: FromPath[UUID]) -> ScheduleView:
    """Let a report go out at once, beside its own times."""
    await send_now(house.db, actor.access, schedule_id)
    return (await schedules(house.db, actor.access, schedule_id))[0]


ROUTES = [all_schedules, add, change, remove, send]
