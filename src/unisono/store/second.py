"""The store for second opinions of triage."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from unisono.service.ports.second import Compared, Opinion, Said, SecondHead
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("second")


class PgSecond:
    """Implements `service.ports.Second`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def next(self, model: str, languages: Sequence[str], limit: int) -> list[tuple[UUID, datetime]]:
        """Return texts that were judged since the mark."""
        rows = await self._connection.fetch(_SQL["next"], model, list(languages), limit, self._now)
        return [(row["item_id"], row["judged_at"]) for row in rows]

    async def labelled(self, model: str, languages: Sequence[str], limit: int) -> list[UUID]:
        """Return labelled texts without an opinion."""
        return [row["item_id"] for row in await self._connection.fetch(_SQL["labelled"], model, list(languages), limit)]

    async def keep(self, model: str, said: Mapping[UUID, Said]) -> None:
        """Write what the model says."""
        await self._connection.execute(_SQL["keep"], model, list(said), [dict(one) for one in said.values()])

    async def mark(self, model: str, done_to: datetime | None) -> None:
        """Say until when it has judged."""
        await self._connection.execute(_SQL["mark"], model, done_to, self._now)

    async def compared(self, model: str, head: str, limit: int) -> list[Compared]:
        """Return labels with what both said."""
        return [Compared(**dict(row)) for row in await self._connection.fetch(_SQL["compared"], model, head, limit)]

    async def put_head(self, head: SecondHead) -> None:
        """Write how it does."""
        await self._connection.execute(
            _SQL["put_head"], head.model, head.head, head.language, head.state, head.texts, head.f1, head.own_f1, self._now
        )

    async def heads(self) -> list[SecondHead]:
        """Return how models do."""
        return [SecondHead(**dict(row)) for row in await self._connection.fetch(_SQL["heads"])]

    async def opinions(self, item_ids: Sequence[UUID]) -> dict[UUID, Opinion]:
        """Return opinions of items."""
        rows = await self._connection.fetch(_SQL["opinions"], list(item_ids))
        return {row["item_id"]: Opinion(model=row["model"], said=row["said"], proven=row["proven"]) for row in rows}

    async def forget_others(self, model: str) -> None:
        """Drop what other models said."""
        for name in ("forget_opinions", "forget_heads", "forget_marks"):
            await self._connection.execute(_SQL[name], model)
