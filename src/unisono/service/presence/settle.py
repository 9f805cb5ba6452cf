"""Merge anew: after a word of a source, a call, another state at work, or when time has come."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from unisono.domain.words import AgentState
from unisono.presence.heard import Heard, believed, hear
from unisono.presence.merge import Merged, Word, merge
from unisono.presence.words import Line, Presence, Reason, Source
from unisono.service.ports import Tx
from unisono.service.ports.presence import AtWork, Place

#: Rung after a presence was written; web nodes then read what is new.
PRESENCE_BELL: Final = "presence"

_OF_WORK: Final = {AgentState.AWAY.value: Presence.AWAY, AgentState.BUSY.value: Presence.BUSY}
_RINGS: Final = frozenset({"ringing", "offered", "dialling"})


async def say(tx: Tx, words: Iterable[tuple[UUID, Word]]) -> set[UUID]:
    """Take in words of sources and merge; yields whose presence is another now. Any order and repetition comes to the same."""
    by_person: dict[UUID, list[Word]] = {}
    for user_id, word in words:
        by_person.setdefault(user_id, []).append(word)
    people = await tx.presence.lock(by_person)
    known = await tx.presence.words(people)
    new: dict[tuple[UUID, Place], Heard] = {}
    for user_id in people:
        for word in by_person[user_id]:
            place = (word.source, word.account)
            before = new.get((user_id, place), known.get(user_id, {}).get(place))
            new[(user_id, place)] = hear(before, word)
    await tx.presence.put_words([(user_id, heard) for (user_id, _), heard in new.items()])
    return await settle(tx, people)


async def settle(tx: Tx, user_ids: Collection[UUID]) -> set[UUID]:
    """Merge what is known of these people and write it; yields whose presence is another now. The caller rings the bell."""
    people = await tx.presence.lock(user_ids)
    if not people:
        return set()
    words = await tx.presence.words(people)
    at_work = await tx.presence.at_work(people)
    phones = await tx.presence.on_the_phone(people)
    before = await tx.presence.merged(people)
    changed: dict[UUID, Merged] = {}
    for user_id in people:
        line = _line(phones.get(user_id))
        said = [word for heard in words.get(user_id, {}).values() for word in believed(heard)]
        said += _derived(at_work.get(user_id), line, tx.now)
        merged = merge(said, tx.now, line)
        if merged != before.get(user_id, Merged()):
            changed[user_id] = merged
    await tx.presence.put(changed)
    return set(changed)


def own_word(value: Presence | None, at: datetime, until: datetime | None = None, reason: Reason = Reason.NONE) -> Word:
    """Return what somebody says of themself; None ends it."""
    return Word(source=Source.OWN, at=at, value=value, until=until, reason=reason)


def _derived(work: AtWork | None, line: Line, now: datetime) -> list[Word]:
    """What the house knows without being told: a state at work that they chose themself, and a call."""
    words: list[Word] = []
    if work is not None and not work.held and work.state in _OF_WORK:
        reason = Reason(work.reason) if work.reason in set(Reason) else Reason.NONE
        words.append(Word(source=Source.WORK, at=work.since, value=_OF_WORK[work.state], reason=reason))
    if line is Line.TALKING:
        words.append(Word(source=Source.CALL, at=now, value=Presence.BUSY, reason=Reason.CALL))
    return words


def _line(stage: str | None) -> Line:
    if stage is None or stage == "ended":
        return Line.FREE
    return Line.RINGING if stage in _RINGS else Line.TALKING


#: What is set lasts at the most so long.
LONGEST: Final = timedelta(days=31)
