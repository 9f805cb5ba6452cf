"""Read employees' calendars as they become due, and say what they say when time has come."""

import asyncio
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from unisono.domain.errors import UnisonoError
from unisono.presence.agenda import AHEAD, Agenda, NoCalendar, next_turn, read_agenda, word_of
from unisono.service.channel_context import Outside
from unisono.service.ports import Database
from unisono.service.ports.calendars import CalendarAt, CalendarFailed, CalendarSource, Looked, OwnCalendar, Pulled
from unisono.service.presence.calendars import CALENDAR_BELL, open_calendar, way_to
from unisono.service.presence.settle import say
from unisono.service.settings import read_settings

AT_ONCE: Final = 8
LEASE_S: Final = 180.0
PAUSE_S: Final = 5.0
#: How often a calendar is asked. A feed is made for programs that ask seldom; a server says in one line that nothing changed.
EVERY: Final = {"feed": timedelta(minutes=15), "caldav": timedelta(minutes=5)}
#: What does not mend itself is asked again so seldom, in case somebody mends it.
SELDOM: Final = timedelta(hours=6)
_LASTING: Final = frozenset({"refused", "gone", "moved", "unreadable", "too_large", "not_allowed"})
#: A calendar that nobody could read for so long says nothing any more.
SILENT: Final = timedelta(hours=24)
#: Known times end no earlier than so far ahead; else everything is asked for anew, changed or not.
LEFT: Final = timedelta(days=1)
#: So long one calendar may be thought about.
READ_S: Final = 5.0
BATCH: Final = 200
_log = structlog.get_logger("calendars")


class CalendarReader:
    """Runs in the role `clock`; what one node reads no other does."""

    def __init__(self, outside: Outside, source: CalendarSource) -> None:
        self._outside = outside
        self._source = source

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._outside.bell.listen(CALENDAR_BELL) as listener:
            while True:
                try:
                    while await self.step():
                        pass
                except UnisonoError as error:
                    _log.error("calendars_paused", code=error.code)
                except Exception as error:
                    _log.error("calendars_failed", exc_info=error)
                await self._outside.clock.sleep(0.1)
                await listener.wait(PAUSE_S)

    async def step(self) -> int:
        """Read what is due; returns how many were."""
        async with self._outside.db.write() as tx:
            await tx.own_calendars.forget_disabled()
            await tx.own_calendars.drop_over()
            due = await tx.own_calendars.claim(AT_ONCE, LEASE_S)
        async with asyncio.TaskGroup() as group:
            for calendar in due:
                group.create_task(self._read(calendar))
        return len(due)

    async def _read(self, calendar: OwnCalendar) -> None:
        try:
            looked = await self._look(calendar)
        except Exception as error:  # one calendar's trouble is not the others'; its lease brings it back
            _log.error("calendar_failed", calendar=str(calendar.id), error=type(error).__name__)
            return
        if looked is None:
            return
        async with self._outside.db.write() as tx:
            await tx.own_calendars.settle(calendar.id, looked)

    async def _look(self, calendar: OwnCalendar) -> Looked | None:
        now = self._outside.clock.now()
        begin, end = now, now + AHEAD
        async with self._outside.db.read() as tx:
            at = await open_calendar(self._outside, tx, calendar)
            if at is None:
                return None
            http = await way_to(self._outside, tx, at.url)
            zone = str((await read_settings(tx))["reports.time_zone"])
        enough = calendar.covers_until is not None and calendar.covers_until - now >= LEFT
        try:
            pulled = await self._source.pull(http, at, calendar.mark if enough else None, begin, end)
            agenda = await self._understand(at, pulled, zone, begin, end)
        except CalendarFailed as failed:
            return _failed(calendar, failed.code, now, failed.after_s)
        except NoCalendar as error:
            return _failed(calendar, error.code, now, None)
        every = _spread(calendar.id, EVERY[calendar.kind])
        if agenda is None:
            return Looked(
                state="ok", attempts=0, next_at=now + every, mark=pulled.mark, skipped=calendar.skipped, well=True
            )  # fmt: skip
        return Looked(
            state="ok", attempts=0, next_at=now + every, times=agenda.times, mark=pulled.mark, covers_until=end,
            skipped=agenda.skipped, well=True,
        )  # fmt: skip

    async def _understand(self, at: CalendarAt, pulled: Pulled, zone: str, begin: datetime, end: datetime) -> Agenda | None:
        texts = pulled.texts
        if texts is None:
            return None
        own = [*pulled.own, *([at.login.casefold()] if "@" in at.login else [])]
        stop_at = monotonic() + READ_S
        # Reading is counting in Python; what others wait for goes on beside it.
        return await asyncio.to_thread(
            read_agenda, texts, zone, begin, end, own=own, in_time=lambda: monotonic() < stop_at
        )  # fmt: skip


async def turn_calendars(db: Database) -> set[UUID]:
    """Say of everybody whose calendar's time has come what it says now; yields whose presence changed."""
    async with db.write() as tx:
        turning = await tx.own_calendars.turning(BATCH)
        if not turning:
            return set()
        times = await tx.own_calendars.times([one.id for one in turning])
        words = []
        for one in turning:
            known = times.get(one.id, [])
            silent_at = one.read_at + SILENT if one.read_at is not None else tx.now
            word = word_of(known if tx.now < silent_at else [], str(one.id), tx.now, tx.now)
            words.append((one.user_id, word))
            await tx.own_calendars.turned(one.id, next_turn(known, tx.now))
        return await say(tx, words)


def _failed(calendar: OwnCalendar, code: str, now: datetime, after_s: float | None) -> Looked:
    attempts = calendar.attempts + 1
    pause = SELDOM if code in _LASTING else min(EVERY[calendar.kind] * 2 ** min(attempts - 1, 6), SELDOM)
    if after_s is not None:
        pause = max(pause, timedelta(seconds=min(after_s, SELDOM.total_seconds())))
    _log.info("calendar_not_read", calendar=str(calendar.id), code=code)
    return Looked(state=code, attempts=attempts, next_at=now + _spread(calendar.id, pause), skipped=calendar.skipped)


def _spread(calendar_id: UUID, pause: timedelta) -> timedelta:
    """Return a pause of up to a fifth more, the same for the same calendar: a thousand of one server do not ask at once."""
    return pause * (1 + calendar_id.int % 200 / 1_000)
