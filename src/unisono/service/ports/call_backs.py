"""What is asked of the store about call-backs that somebody asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.calls.windows import Window


class NewWish(Struct, frozen=True, kw_only=True):
    """A wish as it is kept. remote_id: of its message. how: by the `page`, or a `key`. consent: version of the words."""

    channel_id: UUID
    remote_id: str
    asked_at: datetime
    how: str
    consent: str
    window: Window | None = None
    interaction_id: UUID | None = None


class ArrivedWish(Struct, frozen=True, kw_only=True):
    """A wish whose message has come in."""

    interaction_id: UUID
    remote_id: str
    window: Window | None


class KeptWish(Struct, frozen=True, kw_only=True):
    """A wish with the words that were agreed to."""

    interaction_id: UUID
    asked_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    how: str
    consent: str
    consent_text: str
    consent_language: str


class CallBacks(Protocol):
    """Port for call-backs that somebody asked for."""

    async def consent_text(self, version: str, language: str, text: str) -> None:
        """Keep words that somebody agreed to; the same words are kept once."""

    async def wish(self, wish: NewWish) -> None:
        """Keep a wish; again is once."""

    async def arrived(self, channel_id: UUID, remote_ids: Sequence[str]) -> list[ArrivedWish]:
        """Tie wishes to the work that their messages became; returns those that were not tied before."""

    async def of_conversation(self, conversation_id: UUID) -> list[KeptWish]:
        """Return the wishes of a conversation, the newest first."""

    async def asked_since(self, channel_id: UUID, since: datetime) -> int:
        """Return how often a line's page was asked since then."""
