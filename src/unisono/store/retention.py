"""The store for how long what is kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.ports.retention import FILES, Hold, OldFile, RecordingStays, RetentionRule
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("retention")


def _plain(rules: Sequence[RetentionRule]) -> list[dict[str, object]]:
    return [
        {
            "what": r.what,
            "channel_id": str(r.channel_id) if r.channel_id else None,
            "work_class_id": str(r.work_class_id) if r.work_class_id else None,
            "days": r.days,
        }
        for r in rules
    ]


def _count(status: object) -> int:
    return int(str(status).rsplit(" ", 1)[1])


class PgRetention:
    """Implements `service.ports.Retention`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def rules(self) -> list[RetentionRule]:
        """Return all rules."""
        return [RetentionRule(**dict(row)) for row in await self._connection.fetch(_SQL["rules"])]

    async def put_rules(self, rules: Sequence[RetentionRule]) -> None:
        """Replace all rules."""
        await self._connection.execute(_SQL["clear_rules"])
        await self._connection.execute(
            _SQL["put_rules"], [new_id() for _ in rules], [r.what for r in rules], [r.channel_id for r in rules],
            [r.work_class_id for r in rules], [r.days for r in rules],
        )  # fmt: skip

    async def _due(self, what: str, rules: Sequence[RetentionRule], limit: int) -> list[UUID]:
        if not rules:
            return []
        rows = await self._connection.fetch(_SQL[f"due_{what}"], _plain(rules), self._now, limit)
        return [row[0] for row in rows]

    async def count(self, what: str, rules: Sequence[RetentionRule], most: int) -> int:
        """Return how much would go."""
        if rules and what in FILES:
            return len(await self._connection.fetch(_SQL["due_files"], _plain(rules), self._now, most, what))
        return len(await self._due(what, rules, most))

    async def due_texts(self, rules: Sequence[RetentionRule], limit: int) -> list[UUID]:
        """Return messages whose text has outlived its time."""
        return await self._due("texts", rules, limit)

    async def drop_files(self, rules: Sequence[RetentionRule], limit: int) -> list[OldFile]:
        """Mark files as gone that have outlived their time."""
        if not rules:
            return []
        found = [
            OldFile(**dict(row)) for row in await self._connection.fetch(_SQL["due_files"], _plain(rules), self._now, limit, None)
        ]
        await self._connection.execute(_SQL["attachments_gone"], [one.id for one in found])
        return found

    async def recording(self, attachment_id: UUID) -> RecordingStays | None:
        """Return how long a recording stays."""
        row = await self._connection.fetchrow(_SQL["recording_goes"], attachment_id)
        return None if row is None else RecordingStays(**dict(row))

    async def drop_raw(self, rules: Sequence[RetentionRule], limit: int) -> int:
        """Drop payloads that have outlived their time."""
        found = await self._due("raw", rules, limit)
        await self._connection.execute(_SQL["raw_gone"], found)
        return len(found)

    async def due_quarantine(self, rules: Sequence[RetentionRule], limit: int) -> list[UUID]:
        """Return items in quarantine that have outlived their time."""
        return await self._due("quarantine", rules, limit)

    async def drop_audit(self, days: int) -> int:
        """Drop whole sealed pieces that are older."""
        last = await self._connection.fetchrow(_SQL["last_old_seal"], days, self._now)
        if last is None:
            return 0
        dropped = _count(await self._connection.execute(_SQL["drop_audit"], last["to_id"]))
        await self._connection.execute(_SQL["drop_seals"], last["number"])
        return dropped

    async def holds(self) -> list[Hold]:
        """Return what must not go."""
        return [Hold(**dict(row)) for row in await self._connection.fetch(_SQL["holds"])]

    async def set_hold(self, kind: str, id_: UUID, ground: str | None) -> bool:
        """Set or lift a hold."""
        return await self._connection.fetchval(_SQL[f"hold_{kind}"], id_, ground) is not None

    async def case_of_number(self, number: int) -> UUID | None:
        """Return the case of a number."""
        found: UUID | None = await self._connection.fetchval(_SQL["case_of_number"], number)
        return found
