"""What is asked of the store about lines, people's telephones, and numbers that are not called."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.contract.voice import VoicePowers


class KeptPhone(Struct, frozen=True, kw_only=True):
    """Where somebody's telephone rings at a driver."""

    user_id: UUID
    driver: str
    address: str


class KeptLine(Struct, frozen=True, kw_only=True):
    """A line in use. access_class: None while nobody has looked at it yet. powers: None where its driver never ran."""

    id: UUID
    name: str
    access_class: int | None
    config: dict[str, Any]
    driver: str
    powers: VoicePowers | None


class Refusal(Struct, frozen=True, kw_only=True):
    """A number that is not called, by its hash."""

    number_hash: bytes
    shown: str
    why: str
    at: datetime
    added_by: str | None


class Telephones(Protocol):
    """Port for what surrounds calls."""

    async def phones(self, user_id: UUID | None) -> list[KeptPhone]:
        """Return the telephones of one person, or of all."""

    async def lines(self) -> list[KeptLine]:
        """Return the lines in use, by name."""

    async def drivers(self) -> dict[str, VoicePowers]:
        """Return the drivers that ever ran, and what they can do."""

    async def refused_at(self, number_hash: bytes) -> datetime | None:
        """Return since when a number is on the list of those who do not want to be called; None when it is not."""

    async def refuse(self, number_hash: bytes, by: UUID, *, shown: str, why: str) -> None:
        """Put a number on that list; the first word of when and by whom stands."""

    async def allow(self, number_hash: bytes) -> bool:
        """Take a number off it; False when it is not on it."""

    async def refusals(self, after: tuple[datetime, bytes] | None, only: bytes | None, limit: int) -> list[Refusal]:
        """Return the list, the newest first. only: a number's hash."""

    async def asked_for_call(self, interaction_id: UUID) -> datetime | None:
        """Return when the customer of open call-back work asked for it themself; None when they did not."""

    async def spoken_by(self, user_id: UUID) -> list[UUID]:
        """Return live calls that somebody has, or is rung for, on a telephone that is not the desk."""
