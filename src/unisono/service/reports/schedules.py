"""Reports that go out by mail: set up, changed, and what became of each time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.planning.report_times import Rhythm, Timing, days_before, next_after
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.ports import Database, Tx
from unisono.service.ports.report_mail import Run, Schedule
from unisono.service.reports.ask import Question, checked, filters_of, frame_of
from unisono.service.reports.fold import zone_of
from unisono.service.reports.kinds import PEOPLE
from unisono.service.reports.sheet import MEDIA_TYPES
from unisono.service.users import checked_email, checked_name
from unisono.service.words import LOCALES

SEND: Final = "report.send"
MAX_RECIPIENTS: Final = 20
RUNS_SHOWN: Final = 5


class Wish(Struct, frozen=True, kw_only=True):
    """What is to go out: which report with which filters, when, to whom, as what."""

    name: str
    question: Question
    form: str
    locale: str
    rhythm: str
    minute: int
    weekday: int = 1
    day: int = 1
    recipients: Sequence[str]
    channel_id: UUID | None = None
    paused: bool = False


class RunView(Struct, frozen=True, kw_only=True):
    """One time that a report was due. state: making, sending, sent, retrying, failed; unknown: nobody can say whether it came."""

    due_at: Instant
    first: date
    last: date
    state: str
    problem: str
    at: Instant


class ScheduleView(Struct, frozen=True, kw_only=True):
    """A report that goes out by mail. minute: of the local day; weekday: 1 = Monday; day: of the month. runs: newest first."""

    id: UUID
    name: str
    report: str
    by: str | None
    compare: bool
    filters: dict[str, list[str]]
    form: str
    locale: str
    rhythm: str
    minute: int
    weekday: int
    day: int
    zone: str
    recipients: list[str]
    channel_id: UUID | None
    owner_id: UUID
    owner_name: str
    paused: bool
    next_at: Instant
    runs: list[RunView]


async def add_schedule(db: Database, access: Access, schedule_id: UUID, wish: Wish) -> UUID:
    """Let a report go out. It is made with the rights of whoever set it up. Raises Forbidden, Invalid, NotFound."""
    _check(access, wish)
    async with db.write() as tx:
        await tx.schedules.add(await _schedule(tx, access, schedule_id, wish))
        await _audit(tx, access, schedule_id, "added", wish)
    return schedule_id


async def change_schedule(db: Database, access: Access, schedule_id: UUID, wish: Wish) -> None:
    """Replace what goes out; whoever changes it is answerable for it from now on. Raises Forbidden, Invalid, NotFound."""
    _check(access, wish)
    async with db.write() as tx:
        if await tx.schedules.schedule(schedule_id, lock=True) is None:
            raise _gone()
        await tx.schedules.change(await _schedule(tx, access, schedule_id, wish))
        await _audit(tx, access, schedule_id, "changed", wish)


async def remove_schedule(db: Database, access: Access, schedule_id: UUID) -> None:
    """Let a report go out no more. Raises Forbidden, NotFound."""
    access.require(SEND)
    async with db.write() as tx:
        if await tx.schedules.schedule(schedule_id, lock=True) is None:
            raise _gone()
        await tx.schedules.remove(schedule_id)
        await tx.privacy.audit(access.user_id, "report_schedule.removed", "report_schedule", str(schedule_id), {})


async def send_now(db: Database, access: Access, schedule_id: UUID) -> None:
    """Let a report go out at once, about the time before now, beside its own times. Raises Forbidden, NotFound."""
    access.require(SEND)
    async with db.write() as tx:
        found = await tx.schedules.schedule(schedule_id, lock=True)
        if found is None:
            raise _gone()
        await begin_run(tx, found, tx.now)


async def schedules(db: Database, access: Access, schedule_id: UUID | None = None) -> list[ScheduleView]:
    """Return the reports that go out, with what became of their last times. Raises Forbidden, NotFound."""
    access.require(SEND)
    async with db.read() as tx:
        zone, _, _ = await frame_of(tx)
        found = await tx.schedules.schedules()
        if schedule_id is not None:
            found = [one for one in found if one.id == schedule_id]
            if not found:
                raise _gone()
        runs = await tx.schedules.runs([one.id for one in found], RUNS_SHOWN)
    return [_view(one, zone, [run for run in runs if run.schedule_id == one.id]) for one in found]


async def begin_run(tx: Tx, schedule: Schedule, due_at: datetime) -> None:
    """Write that a report is due, about the days before that time, within a transaction."""
    zone, _, _ = await frame_of(tx)
    first, last = days_before(schedule.timing.rhythm, due_at.astimezone(zone_of(zone)).date())
    await tx.schedules.begin(
        Run(
            id=new_id(), schedule_id=schedule.id, due_at=due_at, first=first, last=last, state="making", attempts=0, problem="",
            at=tx.now,
        )
    )  # fmt: skip


def question_of(kept: Mapping[str, Any], first: date, last: date) -> Question:
    """Return what a schedule asks, about these days."""
    return msgspec.convert({**kept, "first": first.isoformat(), "last": last.isoformat()}, Question)


def _check(access: Access, wish: Wish) -> None:
    access.require(SEND)
    checked(access, wish.question)
    if wish.question.report == PEOPLE:
        raise Invalid(
            "Figures of single people do not go out by mail: nobody could see who looks.", code="not_by_mail", field="report"
        )
    checked_name(wish.name)
    for word, known, field in (
        (wish.form, tuple(MEDIA_TYPES), "form"), (wish.locale, LOCALES, "locale"), (wish.rhythm, tuple(Rhythm), "rhythm"),
    ):  # fmt: skip
        if word not in known:
            raise Invalid(f"{word!r} is none of {', '.join(known)}.", code="not_one_of", field=field)
    for value, low, high, field in ((wish.minute, 0, 1_439, "minute"), (wish.weekday, 1, 7, "weekday"), (wish.day, 1, 28, "day")):
        if not low <= value <= high:
            raise Invalid(f"{field} lies between {low} and {high}.", code="bad_time", field=field)
    if not 1 <= len(wish.recipients) <= MAX_RECIPIENTS or not all(checked_email(one) for one in wish.recipients):
        raise Invalid(f"Name 1 to {MAX_RECIPIENTS} e-mail addresses.", code="bad_recipients", field="recipients")


async def _schedule(tx: Tx, access: Access, schedule_id: UUID, wish: Wish) -> Schedule:
    if wish.channel_id is not None and await tx.channels.facts(wish.channel_id) is None:
        raise NotFound("This channel does not exist.")
    zone, _, _ = await frame_of(tx)
    timing = Timing(rhythm=Rhythm(wish.rhythm), minute=wish.minute, weekday=wish.weekday, day=wish.day)
    kept = {name: value for name, value in msgspec.to_builtins(wish.question).items() if name not in {"first", "last"}}
    return Schedule(
        id=schedule_id, name=checked_name(wish.name), question=kept, form=wish.form, locale=wish.locale, timing=timing,
        recipients=[checked_email(one) for one in dict.fromkeys(wish.recipients)], channel_id=wish.channel_id,
        owner_id=access.user_id, paused=wish.paused, next_at=next_after(timing, tx.now, zone_of(zone)),
    )  # fmt: skip


async def _audit(tx: Tx, access: Access, schedule_id: UUID, what: str, wish: Wish) -> None:
    body = {"report": wish.question.report, "recipients": len(wish.recipients)}
    await tx.privacy.audit(access.user_id, f"report_schedule.{what}", "report_schedule", str(schedule_id), body)


def _view(one: Schedule, zone: str, runs: list[Run]) -> ScheduleView:
    any_day = date(2000, 1, 1)
    question = question_of(one.question, any_day, any_day)
    return ScheduleView(
        id=one.id, name=one.name, report=question.report, by=question.by, compare=question.compare, filters=filters_of(question),
        form=one.form, locale=one.locale, rhythm=one.timing.rhythm.value, minute=one.timing.minute, weekday=one.timing.weekday,
        day=one.timing.day, zone=zone, recipients=one.recipients, channel_id=one.channel_id, owner_id=one.owner_id,
        owner_name=one.owner_name, paused=one.paused, next_at=instant(one.next_at),
        runs=[
            RunView(due_at=instant(r.due_at), first=r.first, last=r.last, state=r.state, problem=r.problem, at=instant(r.at))
            for r in runs
        ],
    )  # fmt: skip


def _gone() -> NotFound:
    return NotFound("This scheduled report does not exist.")
