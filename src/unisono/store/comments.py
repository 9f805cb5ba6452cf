"""Public items that something is done to: hidden, liked, answered in private."""

from datetime import datetime
from uuid import UUID

from unisono.contract.inbound import Author
from unisono.domain.ids import new_id
from unisono.service.ports.comments import CommentPlace
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("comments")


class PgComments:
    """Implements `service.ports.Comments`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def place(self, message_id: UUID) -> CommentPlace | None:
        """Return where a message stands."""
        row = await self._connection.fetchrow(_SQL["place"], message_id)
        return CommentPlace(**dict(row)) if row else None

    async def mark(self, message_id: UUID, *, hidden: bool | None = None, liked: bool | None = None) -> None:
        """Record what stands at the network now."""
        await self._connection.execute(_SQL["mark"], message_id, hidden, liked)

    async def private_replies(self, channel_id: UUID, remote_id: str) -> int:
        """Count the private answers to a public item that were sent or are on their way."""
        count: int = await self._connection.fetchval(_SQL["private_replies"], channel_id, remote_id)
        return count

    async def open_private(self, conversation_id: UUID, links_to: str, rule: str, until: datetime | None, reason: str) -> None:
        """Link a private thread to its public one, and say how long and whether it can be written to."""
        await self._connection.execute(_SQL["open_private"], conversation_id, links_to, rule, until, reason)

    async def adopt(self, conversation_id: UUID, root_id: str, recipient: Author | None) -> UUID:
        """Give a stand-in thread the network's own root, and customer's id in it; returns the conversation it is now.

        When that thread is known already the messages move into it.
        """
        identity_id: UUID | None = None
        if recipient is not None:
            await self._connection.execute(
                _SQL["known_identity"], new_id(), conversation_id, recipient.realm, recipient.remote_id, recipient.handle,
                self._now,
            )  # fmt: skip
            identity_id = await self._connection.fetchval(
                _SQL["identity_named"], conversation_id, recipient.realm, recipient.remote_id
            )
        known: UUID | None = await self._connection.fetchval(_SQL["same_thread"], conversation_id, root_id, identity_id)
        if known is None:
            await self._connection.execute(_SQL["rename_thread"], conversation_id, root_id, identity_id)
            return conversation_id
        await self._connection.execute(_SQL["link_thread"], conversation_id, known)
        await self._connection.execute(_SQL["move_messages"], conversation_id, known)
        await self._connection.execute(_SQL["move_outbox"], conversation_id, known)
        await self._connection.execute(_SQL["drop_thread"], conversation_id)
        return known
