"""What is known of a caller, in one question: at a ring each round trip is time that a person waits."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.reading import Sight


class RingHandle(Struct, frozen=True, kw_only=True):
    """A handle of the caller."""

    id: UUID
    network: str
    handle: str
    display_name: str


class RingContact(Struct, frozen=True, kw_only=True):
    """A conversation of the caller that may be seen. open: something in it is not closed. said: the newest words, cut short."""

    conversation_id: UUID
    network: str
    medium: str
    subject: str
    said: str
    at: datetime | None
    open: bool


class RingFacts(Struct, frozen=True, kw_only=True):
    """Who calls. lead: who stands for the customer. own: the handle that they call from.

    handles: all of theirs, the oldest first. contacts: the newest of their other conversations.
    """

    lead: UUID
    own: RingHandle
    blocked: bool
    handles: list[RingHandle]
    contacts: list[RingContact]


class RingCards(Protocol):
    """Port for the card at the ring."""

    async def of(self, conversation_id: UUID, sight: Sight, limit: int) -> RingFacts | None:
        """Return who a conversation is with, and so many of their newest other conversations; None when there is none such."""
