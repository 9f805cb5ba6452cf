"""The store for call-backs that somebody asked for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from unisono.calls.windows import Window
from unisono.service.ports.call_backs import ArrivedWish, KeptWish, NewWish
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("call_backs")


class PgCallBacks:
    """Implements `service.ports.call_backs.CallBacks`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def consent_text(self, version: str, language: str, text: str) -> None:
        """Keep words that somebody agreed to."""
        await self._connection.execute(_SQL["consent_text"], version, language, text, self._now)

    async def wish(self, wish: NewWish) -> None:
        """Keep a wish."""
        window = wish.window
        await self._connection.execute(
            _SQL["wish"], wish.channel_id, wish.remote_id, wish.asked_at, window.starts_at if window else None,
            window.ends_at if window else None, wish.how, wish.consent, wish.interaction_id,
        )  # fmt: skip

    async def arrived(self, channel_id: UUID, remote_ids: Sequence[str]) -> list[ArrivedWish]:
        """Tie wishes to their work."""
        rows = await self._connection.fetch(_SQL["arrived"], channel_id, list(remote_ids))
        return [
            ArrivedWish(
                interaction_id=row["interaction_id"], remote_id=row["remote_id"],
                window=Window(starts_at=row["starts_at"], ends_at=row["ends_at"]) if row["starts_at"] else None,
            )
            for row in rows
        ]  # fmt: skip

    async def of_conversation(self, conversation_id: UUID) -> list[KeptWish]:
        """Return the wishes of a conversation."""
        return [KeptWish(**dict(row)) for row in await self._connection.fetch(_SQL["views"], conversation_id)]

    async def asked_since(self, channel_id: UUID, since: datetime) -> int:
        """Return how often a line's page was asked."""
        return int(await self._connection.fetchval(_SQL["busy_with"], channel_id, since))
