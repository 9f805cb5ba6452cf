"""The store for canned answers and signatures."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.service.instant import instant
from unisono.service.ports.canned import CannedView, NewCanned, Signature
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("canned")


class PgCanned:
    """Implements `service.ports.Canned`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def usable(self, user_id: UUID, queue_id: UUID | None) -> list[CannedView]:
        """Return what somebody can use."""
        return [_view(row) for row in await self._connection.fetch(_SQL["usable"], user_id, queue_id)]

    async def find(self, canned_id: UUID) -> CannedView | None:
        """Return one."""
        row = await self._connection.fetchrow(_SQL["find"], canned_id)
        return _view(row) if row else None

    async def put(self, canned: NewCanned, by: UUID) -> bool:
        """Write one, new or changed."""
        if await self._connection.fetchval(_SQL["taken"], canned.scope_kind, canned.scope_id, canned.key, canned.id):
            return False
        await self._connection.execute(
            _SQL["put"], canned.id, canned.scope_kind, canned.scope_id, canned.folder, canned.key, canned.name, canned.texts, by,
            self._now,
        )  # fmt: skip
        return True

    async def archive(self, canned_id: UUID) -> None:
        """Take one away."""
        await self._connection.execute(_SQL["archive"], canned_id, self._now)

    async def values(self, conversation_id: UUID, user_id: UUID) -> dict[str, str]:
        """Return what the variables stand for in a conversation."""
        row = await self._connection.fetchrow(_SQL["values"], conversation_id, user_id)
        return self._values(row) if row else {}

    async def values_of_channel(self, channel_id: UUID, user_id: UUID) -> dict[str, str]:
        """Return what the variables stand for on a channel."""
        row = await self._connection.fetchrow(_SQL["values_of_channel"], channel_id, user_id)
        return self._values(row) if row else {}

    def _values(self, row: Any) -> dict[str, str]:
        customer = row["customer_name"] or ""
        # An address or a number is no name to greet somebody by.
        named = customer if customer and "@" not in customer and not customer.lstrip("+").isdigit() else ""
        today = f"{self._now:%d.%m.%Y}" if row["locale"] == "de" else f"{self._now:%Y-%m-%d}"
        return {
            "customer.name": named, "customer.first_name": named.split(" ")[0], "customer.handle": row["customer_handle"] or "",
            "agent.name": row["agent_name"], "agent.first_name": row["agent_name"].split(" ")[0],
            "case.number": f"#{row['case_number']}" if row["case_number"] is not None else "",
            "channel.name": row["channel_name"], "channel.handle": row["channel_handle"], "channel.brand": row["brand"],
            "conversation.subject": row["subject"], "organisation.name": row["organisation"], "today": today,
        }  # fmt: skip

    async def signature(self, channel_id: UUID) -> Signature:
        """Return what stands below answers of a channel."""
        row = await self._connection.fetchrow(_SQL["signature"], channel_id)
        return Signature(text=row["text"], on=row["on"]) if row else Signature(text="", on=False)

    async def own_signature(self, channel_id: UUID) -> tuple[str | None, bool | None]:
        """Return what is set for the channel itself."""
        row = await self._connection.fetchrow(_SQL["own_signature"], channel_id)
        return (row["signature"], row["signs"]) if row else (None, None)

    async def set_signature(self, channel_id: UUID, text: str | None, *, signs: bool | None) -> None:
        """Write a channel's own signature."""
        await self._connection.execute(_SQL["set_signature"], channel_id, text, signs)

    async def set_brand_signature(self, brand_id: UUID, text: str) -> bool:
        """Write a brand's signature; False when there is no such brand."""
        return await self._connection.fetchval(_SQL["set_brand_signature"], brand_id, text) is not None

    async def brand_signatures(self) -> Sequence[tuple[UUID, str, str]]:
        """Return every brand's signature."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["brand_signatures"])]


def _view(row: Any) -> CannedView:
    return CannedView(**{**dict(row), "changed_at": instant(row["changed_at"])})
