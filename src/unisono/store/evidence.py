"""The store for what was reported to a network."""

from datetime import datetime
from uuid import UUID

from unisono.service.evidence import EvidenceRow
from unisono.service.instant import instant
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("evidence")


class PgEvidence:
    """Implements `service.ports.evidence.EvidencePort`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def is_reported(self, message_id: UUID) -> bool:
        """Tell whether it was reported."""
        return bool(await self._connection.fetchval(_SQL["is_reported"], message_id))

    async def add(self, message_id: UUID, number: int, user_id: UUID) -> None:
        """Write down where the evidence stands."""
        await self._connection.execute(_SQL["add"], message_id, number, user_id, self._now)

    async def page(self, before: int | None, limit: int) -> list[EvidenceRow]:
        """Return reports below a number, the newest first."""
        return [
            EvidenceRow(
                number=row["number"], message_id=row["message_id"], user_id=row["user_id"], at=instant(row["at"]),
                retain_until=instant(row["retain_until"]),
            )
            for row in await self._connection.fetch(_SQL["page"], before, limit)
        ]  # fmt: skip
