"""The store for the writing aid."""

from datetime import datetime
from uuid import UUID

from unisono.service.ports.writing_aid import SaidWords, Spent
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("writing_aid")


class PgWritingAid:
    """Implements `service.ports.WritingAid`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def words(self, conversation_id: UUID, limit: int) -> list[SaidWords]:
        """Return the newest texts, the oldest of them first."""
        rows = await self._connection.fetch(_SQL["words"], conversation_id, limit)
        return [SaidWords(**dict(row)) for row in reversed(rows)]

    async def names(self, conversation_id: UUID) -> list[str]:
        """Return how those who take part are called."""
        return [row["name"] for row in await self._connection.fetch(_SQL["names"], conversation_id) if row["name"]]

    async def customer_name(self, conversation_id: UUID) -> str:
        """Return how its customer is called."""
        return str(await self._connection.fetchval(_SQL["customer_name"], conversation_id) or "")

    async def excluded(self, conversation_id: UUID) -> bool:
        """Tell whether one of them is not to be given to a model."""
        return bool(await self._connection.fetchval(_SQL["excluded"], conversation_id))

    async def exclude(self, customer_id: UUID, *, excluded: bool) -> int | None:
        """Say so of all identities of a customer."""
        if not await self._connection.fetchval(_SQL["customer"], customer_id):
            return None
        return int(await self._connection.fetchval(_SQL["exclude"], customer_id, excluded))

    async def lock(self) -> None:
        """Reckon alone."""
        await self._connection.execute(_SQL["lock"])

    async def spent(self, since: datetime) -> Spent:
        """Return what was asked since."""
        row = await self._connection.fetchrow(_SQL["spent"], since)
        assert row is not None
        return Spent(asks=row["asks"], tokens=row["tokens"])

    async def add(self, ask_id: UUID, task: str, tokens: int) -> None:
        """Write an ask with what it may cost."""
        await self._connection.execute(_SQL["add"], ask_id, task, self._now, tokens)

    async def settle(self, ask_id: UUID, tokens: int, outcome: str) -> None:
        """Write what it did cost."""
        await self._connection.execute(_SQL["settle"], ask_id, tokens, outcome)

    async def forget(self, before: datetime) -> None:
        """Drop what is too old to count."""
        await self._connection.execute(_SQL["forget"], before)
