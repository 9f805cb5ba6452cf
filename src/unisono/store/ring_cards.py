"""The card at the ring, in one statement."""

from uuid import UUID

import msgspec

from unisono.service.ports.reading import Sight
from unisono.service.ports.ring_cards import RingContact, RingFacts, RingHandle
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("ring_cards")


class PgRingCards:
    """Implements `service.ports.RingCards`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of(self, conversation_id: UUID, sight: Sight, limit: int) -> RingFacts | None:
        """Return who a conversation is with."""
        classes = None if sight.classes is None else sorted(sight.classes)
        row = await self._connection.fetchrow(_SQL["card"], conversation_id, classes, sight.own, limit)
        if row is None:
            return None
        return RingFacts(
            lead=row["lead"],
            own=RingHandle(id=row["id"], network=row["network"], handle=row["handle"], display_name=row["display_name"]),
            blocked=row["blocked"],
            handles=msgspec.convert(row["handles"], list[RingHandle]),
            contacts=msgspec.convert(row["contacts"], list[RingContact]),
        )
