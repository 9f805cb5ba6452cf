"""The store for figures of days: counts of work that are added to as the log is folded."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from unisono.service.ports.base import Cursor, LoggedEvent
from unisono.service.ports.reading import Sight
from unisono.service.ports.tallies import (
    AnswerCount,
    CountedWork,
    DayTally,
    MediumTally,
    PlacedTally,
    Tally,
    Threshold,
    WallLink,
)
from unisono.service.spread import unpacked
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("tallies")
_COUNTS = Tally.__struct_fields__


class PgTallies:
    """Implements `service.ports.Tallies`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def take_fold(self) -> str | None:
        """Return and lock where the fold stands."""
        cursor: str | None = await self._connection.fetchval(_SQL["take_fold"])
        return cursor

    async def move_fold(self, cursor: str) -> None:
        """Write where the fold stands."""
        await self._connection.execute(_SQL["move_fold"], cursor)

    async def happened(self, cursor: str, types: Sequence[str], limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types."""
        at = Cursor.parse(cursor)
        rows = await self._connection.fetch(_SQL["happened"], at.epoch, str(at.xid), at.id, list(types), limit)
        return [_logged(row) for row in rows]

    async def work(self, interaction_ids: Iterable[UUID]) -> dict[UUID, CountedWork]:
        """Return what is counted of these interactions; erased ones are missing."""
        rows = await self._connection.fetch(_SQL["work"], list(interaction_ids))
        return {row["interaction_id"]: CountedWork(**dict(row)) for row in rows}

    async def first_responses(self, interaction_ids: Iterable[UUID]) -> dict[tuple[UUID, bool], Cursor]:
        """Return the places of the first answers (True) and first breaches."""
        rows = await self._connection.fetch(_SQL["first_responses"], list(interaction_ids))
        return {(row["interaction_id"], row["is_answer"]): Cursor(row["epoch"], row["xid"], row["id"]) for row in rows}

    async def zones(self, queue_ids: Iterable[UUID]) -> dict[UUID, str]:
        """Return the queues' time zones."""
        rows = await self._connection.fetch(_SQL["zones"], list(queue_ids))
        return {row["id"]: row["time_zone"] for row in rows}

    async def add(self, days: Sequence[DayTally], answers: Sequence[AnswerCount]) -> None:
        """Add to the counts, in one order, so that two writers never wait for each other in a circle."""
        days = sorted(days, key=lambda d: (d.day, d.queue_id, d.channel_id, d.skill))
        answers = sorted(answers, key=lambda a: (a.day, a.queue_id, a.channel_id, a.bin))
        if days:
            await self._connection.execute(
                _SQL["add_days"], [d.day for d in days], [d.queue_id for d in days], [d.channel_id for d in days],
                [d.skill for d in days], *([getattr(d.tally, name) for d in days] for name in _COUNTS),
            )  # fmt: skip
        if answers:
            await self._connection.execute(
                _SQL["add_answers"], [a.day for a in answers], [a.queue_id for a in answers], [a.channel_id for a in answers],
                [a.bin for a in answers], [a.n for a in answers],
            )  # fmt: skip

    async def today(self) -> list[PlacedTally]:
        """Return the counts of each queue's today."""
        return [
            PlacedTally(
                queue_id=row["queue_id"], channel_id=row["channel_id"], medium=row["medium"],
                access_class=row["access_class"], skill=row["skill"], tally=_tally(row),
            )
            for row in await self._connection.fetch(_SQL["today"], self._now)
        ]  # fmt: skip

    async def by_medium(self, sight: Sight, days: int) -> list[MediumTally]:
        """Return the counts of some days by medium."""
        asked = self._now, days, None if sight.classes is None else sorted(sight.classes)
        rows = await self._connection.fetch(_SQL["bins_by_medium"], *asked)
        bins = {row["medium"]: unpacked(int(row["hist"])) for row in rows}
        return [
            MediumTally(medium=row["medium"], tally=_tally(row), bins=bins.get(row["medium"], {}))
            for row in await self._connection.fetch(_SQL["by_medium"], *asked)
        ]

    async def forget(self, before: date) -> None:
        """Drop what is too old to look at."""
        await self._connection.execute(_SQL["forget_days"], before)
        await self._connection.execute(_SQL["forget_answers"], before)

    async def thresholds(self) -> list[Threshold]:
        """Return all thresholds; the one without a queue first."""
        return [Threshold(**dict(row)) for row in await self._connection.fetch(_SQL["thresholds"])]

    async def put_threshold(self, threshold: Threshold) -> None:
        """Write the thresholds of a queue, or the house's."""
        await self._connection.execute(_SQL["put_threshold"], *(getattr(threshold, n) for n in Threshold.__struct_fields__))

    async def drop_threshold(self, queue_id: UUID) -> None:
        """Let a queue follow the house again."""
        await self._connection.execute(_SQL["drop_threshold"], queue_id)

    async def add_link(self, link_id: UUID, name: str, token_hash: bytes, created_by: UUID, expires_at: datetime) -> None:
        """Keep a link; those that have ended are dropped meanwhile."""
        await self._connection.execute(_SQL["forget_links"], self._now)
        await self._connection.execute(_SQL["add_link"], link_id, name, token_hash, created_by, self._now, expires_at)

    async def links(self) -> list[WallLink]:
        """Return the links that are good."""
        return [WallLink(**dict(row)) for row in await self._connection.fetch(_SQL["links"], self._now)]

    async def link(self, token_hash: bytes) -> WallLink | None:
        """Return the good link of a token."""
        row = await self._connection.fetchrow(_SQL["link"], token_hash, self._now)
        return WallLink(**dict(row)) if row else None

    async def saw_link(self, link_id: UUID) -> None:
        """Note that its screen is alive."""
        await self._connection.execute(_SQL["saw_link"], link_id, self._now)

    async def end_link(self, link_id: UUID) -> bool:
        """Drop a link; False when it is gone already."""
        return await self._connection.fetchval(_SQL["end_link"], link_id) is not None


def _tally(row: Any) -> Tally:
    return Tally(**{name: row[name] for name in _COUNTS})


def _logged(row: Any) -> LoggedEvent:
    facts = dict(row)
    cursor = Cursor(facts.pop("epoch"), facts.pop("xid"), facts.pop("id"))
    return LoggedEvent(cursor=cursor, **facts)
