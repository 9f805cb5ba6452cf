"""The store for erasing and for the sealed archive."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.ports.privacy import Sealed, SealedItem, ToErase
from unisono.service.text import storable
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("privacy")


class PgPrivacy:
    """Implements `service.ports.Privacy`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def to_erase(self, message_ids: Sequence[UUID]) -> list[ToErase]:
        """Return messages with all that decides whether they must be kept sealed."""
        return [ToErase(**dict(row)) for row in await self._connection.fetch(_SQL["to_erase"], list(message_ids))]

    async def erased_customers(self, customer_ids: Iterable[UUID]) -> set[UUID]:
        """Return those that are erased already."""
        rows = await self._connection.fetch(_SQL["erased_customers"], list(customer_ids))
        return {row["id"] for row in rows}

    async def set_hold(self, customer_id: UUID, ground: str | None) -> bool:
        """Set or lift a legal hold; False when there is no such customer."""
        return await self._connection.fetchval(_SQL["set_hold"], customer_id, ground) is not None

    async def last_sealed(self) -> SealedItem | None:
        """Return the end of the chain, locked."""
        await self._connection.execute(_SQL["lock_chain"])
        row = await self._connection.fetchrow(_SQL["last_sealed"])
        return _sealed_item(row) if row else None

    async def append_sealed(self, item: SealedItem) -> None:
        """Append to the chain."""
        await self._connection.execute(
            _SQL["append_sealed"], item.number, item.message_id, item.text_class, item.ground, item.sealed_at,
            item.retain_until, item.sealed.key_id, item.sealed.nonce, item.sealed.ciphertext, item.previous_hash, item.hash,
        )  # fmt: skip

    async def sealed(self, after: int, limit: int) -> list[SealedItem]:
        """Return entries in the order of the chain."""
        return [_sealed_item(row) for row in await self._connection.fetch(_SQL["sealed"], after, limit)]

    async def sealed_item(self, number: int) -> SealedItem | None:
        """Return one entry."""
        row = await self._connection.fetchrow(_SQL["sealed_item"], number)
        return _sealed_item(row) if row else None

    async def setting(self, name: str) -> Any:
        """Return a setting's value or None."""
        return await self._connection.fetchval(_SQL["setting"], name)

    async def audit(self, actor_id: UUID | None, action: str, subject_kind: str, subject_id: str, body: dict[str, Any]) -> None:
        """Write down who did what to whom. Words that people typed lose what cannot be stored."""
        kept = {key: storable(value) if isinstance(value, str) else value for key, value in body.items()}
        await self._connection.execute(_SQL["audit"], new_id(), self._now, actor_id, action, subject_kind, subject_id, kept)

    async def forget_words(self, message_ids: Iterable[UUID]) -> None:
        """Take people's own words out of the audit log of these messages and of the work that they belong to."""
        wanted = list(message_ids)
        await self._connection.execute(_SQL["forget_words"], wanted)
        await self._connection.execute(_SQL["forget_bulk_words"], wanted)

    async def expire_texts(self, limit: int) -> list[UUID]:
        """Return messages whose text has outlived its time."""
        return [row["message_id"] for row in await self._connection.fetch(_SQL["expired_texts"], self._now, limit)]


def _sealed_item(row: Any) -> SealedItem:
    facts = dict(row)
    sealed = Sealed(key_id=facts.pop("key_id"), nonce=facts.pop("nonce"), ciphertext=facts.pop("ciphertext"))
    return SealedItem(**facts, sealed=sealed)
