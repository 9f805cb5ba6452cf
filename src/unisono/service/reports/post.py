"""Send the reports that are due. A time that was missed while nothing ran is sent once, about its own days; an unknown fate is
told and never repeated."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from unisono.domain.errors import UnisonoError
from unisono.planning.report_times import next_after
from unisono.service.actor import access_of
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.report_files import ReportFiles
from unisono.service.ports.report_mail import Letter, Maybe, NeverSent, NotSentYet, ReportPost, Run, Schedule
from unisono.service.reports.ask import ask_report, frame_of
from unisono.service.reports.fold import zone_of
from unisono.service.reports.schedules import begin_run, question_of
from unisono.service.reports.sheet import MEDIA_TYPES, day_words, sheet_of
from unisono.service.settings import read_settings
from unisono.service.words import say

EVERY_S: Final = 10.0
LEASE_S: Final = 300.0
ATTEMPTS: Final = 5
RETRY_S: Final = 300.0
CATCH_UP: Final = timedelta(days=35)
"""What was due longer ago is not sent any more: nobody wants a heap of old mails."""
_log = structlog.get_logger("reports")


async def post_reports(db: Database, files: ReportFiles, post: ReportPost) -> None:
    """Send what is due until cancelled."""
    while True:
        try:
            await send_due(db, files, post)
        except UnisonoError as error:
            _log.warning("reports_not_posted", code=error.code)
        except Exception as error:
            _log.error("reports_not_posted", exc_info=error)
        await asyncio.sleep(EVERY_S)


async def send_due(db: Database, files: ReportFiles, post: ReportPost) -> int:
    """Send all that is due now; returns how many went out."""
    while await _become_due(db):
        pass
    async with db.write() as tx:
        await tx.schedules.unclear()
    sent = 0
    while True:
        async with db.write() as tx:
            run = await tx.schedules.take_run(LEASE_S)
            schedule = await tx.schedules.schedule(run.schedule_id) if run else None
        if run is None or schedule is None:
            return sent
        sent += await _send(db, files, post, schedule, run)


async def _become_due(db: Database) -> bool:
    async with db.write() as tx:
        due = await tx.schedules.take_due()
        if due is None:
            return False
        zone, _, _ = await frame_of(tx)
        if due.next_at > tx.now - CATCH_UP:
            await begin_run(tx, due, due.next_at)
        after = max(due.next_at, tx.now - CATCH_UP)
        await tx.schedules.move(due.id, next_after(due.timing, after, zone_of(zone)))
    return True


async def _send(db: Database, files: ReportFiles, post: ReportPost, schedule: Schedule, run: Run) -> bool:
    try:
        letter = await _letter(db, files, schedule, run)
    except UnisonoError as error:
        # Whoever set it up may have lost the right to see it, or the report no longer takes its filters.
        await _done(db, schedule, run, "failed", str(error))
        return False
    async with db.write() as tx:
        await tx.schedules.mark(run.id, "sending", retry_in_s=LEASE_S)
    try:
        await post.send(schedule.channel_id, letter)
    except NotSentYet as error:
        await _again(db, schedule, run, str(error))
        return False
    except NeverSent as error:
        await _done(db, schedule, run, "failed", str(error))
        return False
    except Maybe as error:
        await _done(db, schedule, run, "unknown", str(error))
        return False
    await _done(db, schedule, run, "sent", "")
    return True


async def _letter(db: Database, files: ReportFiles, schedule: Schedule, run: Run) -> Letter:
    async with db.read() as tx:
        access = await access_of(tx, schedule.owner_id)
        organisation = str((await read_settings(tx))["organisation.name"]) or "Unisono"
    view = await ask_report(db, access, question_of(schedule.question, run.first, run.last))
    async with db.read() as tx:
        sheet = await sheet_of(tx, view, schedule.locale)
    content = await files.make(schedule.form, sheet)
    facts = {
        "organisation": organisation, "report": sheet.title, "first": day_words(run.first, schedule.locale),
        "last": day_words(run.last, schedule.locale), "owner": schedule.owner_name,
    }  # fmt: skip
    return Letter(
        recipients=tuple(schedule.recipients), subject=say(schedule.locale, "report-mail-subject", facts) or sheet.title,
        text=say(schedule.locale, "report-mail-text", facts) or "",
        file_name=f"unisono-{view.report}-{run.first}-{run.last}.{schedule.form}",
        media_type=MEDIA_TYPES[schedule.form].split(";")[0], content=content,
    )  # fmt: skip


async def _again(db: Database, schedule: Schedule, run: Run, problem: str) -> None:
    if run.attempts >= ATTEMPTS:
        await _done(db, schedule, run, "failed", problem)
        return
    async with db.write() as tx:
        await tx.schedules.mark(run.id, "retrying", problem, retry_in_s=RETRY_S * 2 ** (run.attempts - 1))


async def _done(db: Database, schedule: Schedule, run: Run, state: str, problem: str) -> None:
    async with db.write() as tx:
        await tx.schedules.mark(run.id, state, problem)
        if state == "sent":
            tx.emit(NewEvent(type="report.sent", body={"schedule_id": schedule.id}))
        else:
            tx.emit(NewEvent(type="report.not_sent", body={"schedule_id": schedule.id, "state": state}))
    if state != "sent":
        _log.warning("report_not_sent", schedule_id=str(schedule.id), state=state)
