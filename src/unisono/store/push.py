"""The store for devices that want to be told, and what is on its way to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET

from unisono.service.ports.push import Device, DeviceChange, Reader, Telling
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("push")


def _count(status: object) -> int:
    return int(str(status).rsplit(" ", 1)[1])


class PgPush:
    """Implements `service.ports.Push`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def lock(self) -> None:
        """Let nobody else make keys or devices until the commit."""
        await self._connection.execute(_SQL["lock"])

    async def devices(self, user_ids: Sequence[UUID] | None = None) -> list[Device]:
        """Return devices, the newest first."""
        rows = await self._connection.fetch(_SQL["devices"], None if user_ids is None else list(user_ids))
        return [Device(**dict(row)) for row in rows]

    async def readers(self) -> dict[UUID, Reader]:
        """Return everybody who has a device."""
        return {row["user_id"]: Reader(**dict(row)) for row in await self._connection.fetch(_SQL["readers"])}

    async def add(self, device: Device) -> UUID:
        """Write a device; returns its id, which is the old one when its endpoint was known."""
        d = device
        kept: UUID = await self._connection.fetchval(
            _SQL["add"], d.id, d.user_id, d.name, d.endpoint, d.key, d.auth, d.kinds, d.created_at
        )
        return kept

    async def change(self, device_id: UUID, user_id: UUID, change: DeviceChange) -> bool:
        """Write what is named; False when this person has no such device."""
        named = {n: v for n, v in msgspec.structs.asdict(change).items() if v is not UNSET}
        if not named:
            return any(device.id == device_id for device in await self.devices([user_id]))
        columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(named, 3))
        status = await self._connection.execute(
            f"update push_device set {columns} where id = $1 and user_id = $2", device_id, user_id, *named.values()
        )
        return _count(status) == 1

    async def remove(self, device_id: UUID, user_id: UUID | None = None) -> bool:
        """Take one away with what was on its way to it."""
        return await self._connection.fetchval(_SQL["remove"], device_id, user_id) is not None

    async def tell(self, tellings: Sequence[Telling]) -> int:
        """Write what is to be told; returns how many are new."""
        if not tellings:
            return 0
        t = tellings
        return _count(
            await self._connection.execute(
                _SQL["tell"], [one.id for one in t], [one.device_id for one in t], [one.event_id for one in t],
                [one.kind for one in t], [one.place for one in t], [one.expires_at for one in t], self._now,
            )
        )  # fmt: skip

    async def claim(self, limit: int, lease_s: float) -> list[tuple[Telling, Device]]:
        """Take what is due."""
        found = []
        for row in await self._connection.fetch(_SQL["claim"], self._now, limit, lease_s):
            facts = dict(row)
            about = {name: facts[name] for name in ("device_id", "event_id", "kind", "place", "expires_at", "attempts")}
            device = {name: facts[name] for name in Device.__struct_fields__}
            found.append((Telling(id=facts["telling_id"], **about), Device(**device)))
        return found

    async def settle(self, telling_id: UUID, *, next_at: datetime | None) -> None:
        """Forget it, or let it be due again."""
        if next_at is None:
            await self._connection.execute(_SQL["drop"], telling_id)
        else:
            await self._connection.execute(_SQL["again"], telling_id, next_at)

    async def told(self, device_id: UUID, *, well: bool) -> int:
        """Note how it went; returns how many messages in a row were refused."""
        return int(await self._connection.fetchval(_SQL["told"], device_id, well, self._now) or 0)

    async def holder(self, interaction_id: UUID) -> UUID | None:
        """Return who has it in hand."""
        found: UUID | None = await self._connection.fetchval(_SQL["holder"], interaction_id)
        return found

    async def offer_ends(self, offer_id: UUID) -> datetime | None:
        """Return until when an open offer can be accepted."""
        found: datetime | None = await self._connection.fetchval(_SQL["offer_ends"], offer_id)
        return found

    async def words_of(self, interaction_id: UUID) -> tuple[str, str] | None:
        """Return the customer's name and their newest text as they stand now."""
        row = await self._connection.fetchrow(_SQL["words_of"], interaction_id)
        return (row["name"], row["text"]) if row else None

    async def forget(self, limit: int) -> int:
        """Drop what is too late to be told."""
        return _count(await self._connection.execute(_SQL["forget"], self._now, limit))
