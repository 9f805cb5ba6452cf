"""What is asked of the store about devices that want to be told, and what is on its way to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType


class Device(Struct, frozen=True, kw_only=True):
    """A browser of somebody that asked to be told. endpoint, key and auth: as its subscription names them.

    kinds: of `offer`, `mention`, `deadline`. failing: how many messages in a row were refused.
    """

    id: UUID
    user_id: UUID
    name: str
    endpoint: str
    key: bytes
    auth: bytes
    kinds: list[str]
    created_at: datetime
    told_at: datetime | None = None
    failing: int = 0


class DeviceChange(Struct, frozen=True, kw_only=True):
    """What changes; what is not named stays."""

    name: str | UnsetType = UNSET
    kinds: list[str] | UnsetType = UNSET


class Telling(Struct, frozen=True, kw_only=True):
    """One thing that a device is to be told until `expires_at`; `place` holds ids alone."""

    id: UUID
    device_id: UUID
    event_id: UUID
    kind: str
    place: dict[str, Any]
    expires_at: datetime
    attempts: int = 0


class Reader(Struct, frozen=True, kw_only=True):
    """Who has a device: their language, and their state at work, None for who never takes work."""

    user_id: UUID
    locale: str
    state: str | None


class Push(Protocol):
    """Port for push notifications."""

    async def lock(self) -> None:
        """Let nobody else make keys or devices until the commit."""

    async def devices(self, user_ids: Sequence[UUID] | None = None) -> list[Device]:
        """Return devices of these people, or all, the newest first."""

    async def readers(self) -> dict[UUID, Reader]:
        """Return everybody who has a device."""

    async def add(self, device: Device) -> UUID:
        """Write a device; who subscribes again with the same endpoint keeps the row. Returns its id."""

    async def change(self, device_id: UUID, user_id: UUID, change: DeviceChange) -> bool: ...

    async def remove(self, device_id: UUID, user_id: UUID | None = None) -> bool: ...

    async def tell(self, tellings: Sequence[Telling]) -> int:
        """Write what is to be told, once for each device and event; returns how many are new."""

    async def claim(self, limit: int, lease_s: float) -> list[tuple[Telling, Device]]:
        """Take what is due; what a node that died had taken comes again when its lease is over."""

    async def settle(self, telling_id: UUID, *, next_at: datetime | None) -> None:
        """Forget it, or let it be due again."""

    async def told(self, device_id: UUID, *, well: bool) -> int:
        """Note how it went; returns how many messages in a row were refused."""

    async def holder(self, interaction_id: UUID) -> UUID | None:
        """Return who has it in hand."""

    async def offer_ends(self, offer_id: UUID) -> datetime | None:
        """Return until when an offer that is open can be accepted."""

    async def words_of(self, interaction_id: UUID) -> tuple[str, str] | None:
        """Return the customer's name and the newest text from them, as they stand now."""

    async def forget(self, limit: int) -> int:
        """Drop what is too late to be told."""
