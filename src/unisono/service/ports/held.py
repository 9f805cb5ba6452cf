"""What is asked of the store about answers that no network may have yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class NewHeld(Struct, frozen=True, kw_only=True):
    """An answer to hold. stops: it is stopped if the customer writes before `send_at`."""

    message_id: UUID
    conversation_id: UUID
    interaction_id: UUID
    channel_id: UUID
    user_id: UUID
    state: str
    send_at: datetime | None
    stops: bool
    parent_remote_id: str | None
    private_reply_to: str | None


class HeldAnswer(Struct, frozen=True, kw_only=True):
    """A held answer with its place; `work_state` and `agent_id` are those of its interaction now."""

    message_id: UUID
    conversation_id: UUID
    interaction_id: UUID
    channel_id: UUID
    user_id: UUID
    state: str
    send_at: datetime | None
    stops: bool
    parent_remote_id: str | None
    private_reply_to: str | None
    decided_by: UUID | None
    queue_id: UUID
    access_class: int
    agent_id: UUID | None
    work_state: str


class Held(Protocol):
    """Port for answers that no network may have yet."""

    async def add(self, held: NewHeld) -> None: ...

    async def held(self, message_id: UUID, *, lock: bool = False) -> HeldAnswer | None: ...

    async def due(self, limit: int) -> list[UUID]:
        """Return what is due, without a lock."""

    async def take_due(self, limit: int) -> list[HeldAnswer]:
        """Return those whose time has come, locked until the commit; what another node has at hand is passed over."""

    async def next_due(self) -> datetime | None: ...

    async def change(
        self, message_id: UUID, state: str, send_at: datetime | None, *, stops: bool, decided_by: UUID | None = None
    ) -> None: ...

    async def stop(self, conversation_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
        """Stop what is to stop when the customer writes; returns (message, conversation)."""

    async def drop(self, message_ids: Iterable[UUID]) -> None: ...

    async def say_now(self, message_id: UUID) -> None:
        """Put the message where it is said: now; it is queued."""

    async def take_back(self, message_id: UUID, user_id: UUID) -> None:
        """Take away what was never said; its files are free for whoever attached them."""

    async def waiting_for_approval(self, not_by: UUID, classes: Sequence[int] | None, limit: int) -> list[UUID]:
        """Return messages that wait for a second person, oldest first."""
