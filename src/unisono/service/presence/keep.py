"""Keep presence true: what ran out ends, what happened to calls and states at work is merged, desks are looked at."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from unisono.contract.context import Clock
from unisono.domain.errors import UnisonoError
from unisono.presence.heard import Heard
from unisono.presence.merge import Word
from unisono.presence.words import Presence, Source
from unisono.service.locks import patiently
from unisono.service.ports import Bell, Database, LoggedEvent, Tx
from unisono.service.ports.presence import Activity
from unisono.service.presence.match_work import match_work
from unisono.service.presence.read_calendars import turn_calendars
from unisono.service.presence.settle import PRESENCE_BELL, say, settle
from unisono.service.settings import read_settings

FOLLOWER: Final = "presence"
BATCH: Final = 200
PAUSE_S: Final = 1.0
LOOK_EVERY: Final = timedelta(seconds=15)
#: Nothing done at the desk for so long is being away.
IDLE: Final = timedelta(minutes=10)
#: What is seen of a desk counts for so long without a new look, so that it ends with whoever looks.
SEEN_FOR: Final = timedelta(minutes=5)
DESK_FRESH: Final = timedelta(seconds=90)
_TYPES: Final = ("agent.changed", "call.changed", "user.changed")
_log = structlog.get_logger("presence")


class PresenceKeeper:
    """Runs in the role `clock`; on several nodes at once it does the same once."""

    def __init__(self, db: Database, bell: Bell, clock: Clock) -> None:
        self._db = db
        self._bell = bell
        self._clock = clock
        self._look_at: datetime | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._bell.listen("events") as listener:
            while True:
                try:
                    while await self.step():
                        pass
                except UnisonoError as error:
                    _log.error("presence_paused", code=error.code)
                except Exception as error:
                    _log.error("presence_failed", exc_info=error)
                await self._clock.sleep(0.1)
                await listener.wait(PAUSE_S)

    async def step(self) -> bool:
        """Do what is due once; tells whether there may be more."""
        changed, more = await follow_log(self._db)
        changed |= await turn_calendars(self._db)
        over = await settle_due(self._db)
        now = self._clock.now()
        if self._look_at is None or now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            changed |= await look_at_desks(self._db)
        if changed or over:
            await self._bell.ring(PRESENCE_BELL)
        moved = await match_all(self._db)
        return more or bool(over) or bool(moved)


async def follow_log(db: Database) -> tuple[set[UUID], bool]:
    """Merge after what happened to calls, states at work and accounts; yields who changed, and whether there is more."""
    async with db.write() as tx:
        taken = await tx.followers.take(FOLLOWER)
        if taken is None:
            return set(), False
        head = await tx.log.head()
        place = taken[0]
        if place is None:
            await tx.followers.move(FOLLOWER, head)
            return await settle(tx, await tx.presence.in_calls()), False
        events = await tx.followers.next_events(place, list(_TYPES), BATCH)
        changed = await settle(tx, await _concerned(tx, events))
        full = len(events) == BATCH
        after = events[-1].cursor if full else max(head, place)
        if after != place:
            await tx.followers.move(FOLLOWER, after)
    return changed, full


async def _concerned(tx: Tx, events: Iterable[LoggedEvent]) -> set[UUID]:
    people: set[UUID] = set()
    calls = False
    for event in events:
        if event.type == "call.changed":
            calls = True
        elif event.type == "user.changed":
            gone = await tx.presence.disabled()
            await tx.presence.forget(gone)
        elif event.agent_id is not None and "state" in event.body:
            people.add(event.agent_id)
    return people | (await tx.presence.in_calls() if calls else set())


async def settle_due(db: Database) -> int:
    """Merge anew whose presence time has changed; returns how many were looked at."""
    async with db.write() as tx:
        due = await tx.presence.due(BATCH)
        if due:
            await settle(tx, due)
        await tx.presence.drop_over(BATCH)
    return len(due)


async def match_all(db: Database) -> int:
    """Set the states at work that presence asks otherwise; returns how many were changed."""
    async with db.read() as tx:
        sources = (await read_settings(tx))["presence.pauses_work"]
        unlike = await tx.presence.unlike_work(sources)
    moved = 0
    for user_id in unlike:

        async def act(one: UUID = user_id) -> bool:
            return await match_work(db, one)

        moved += await patiently(act)
    return moved


async def look_at_desks(db: Database) -> set[UUID]:
    """Take in what is seen of desks: used just now, or open and not used; yields whose presence changed."""
    async with db.write() as tx:
        known = await tx.presence.words_of_source(Source.ACTIVITY)
        said = [word for one in await tx.presence.active() if (word := seen(one, tx.now)) is not None]
        there = {user_id for user_id, _ in said}
        new = [(user_id, word) for user_id, word in said if not _still(known.get(user_id, {}).get(""), word, tx.now)]
        gone = Word(source=Source.ACTIVITY, at=tx.now, value=None)
        new += [(user_id, gone) for user_id in known if user_id not in there]
        return await say(tx, new) if new else set()


def seen(one: Activity, now: datetime) -> tuple[UUID, Word] | None:
    """Return what is seen of somebody's desk: None when it is closed and was not used."""
    desk_open = one.desk_at is not None and now - one.desk_at < DESK_FRESH
    if now - one.used_at < IDLE:
        value = Presence.AVAILABLE
    elif desk_open:
        value = Presence.AWAY
    else:
        return None
    return one.user_id, Word(source=Source.ACTIVITY, at=now, value=value, until=now + SEEN_FOR)


def _still(known: Heard | None, word: Word, now: datetime) -> bool:
    """Tell whether a word needs no writing: the same is known and lasts for a while yet."""
    if known is None or known.newest.value is not word.value or known.newest.until is None:
        return False
    return known.newest.until - now > SEEN_FOR / 2
