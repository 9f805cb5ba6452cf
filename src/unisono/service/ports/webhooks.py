"""What is asked of the store about webhooks and their deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType


class Webhook(Struct, frozen=True, kw_only=True):
    """A subscription. `events`: types, `interaction.*` for all of a kind, `*` for all.

    with_text: what was said goes along, as it stands when it is sent. failing_since: the first failure after the last success.
    disabled_why: gone (it answered 410), failing (for too long), by_hand; empty while it is on.
    """

    id: UUID
    name: str
    url: str
    events: list[str]
    with_text: bool
    enabled: bool
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    disabled_why: str = ""
    version: int = 1
    waiting: int = 0
    dead: int = 0
    last_delivered_at: datetime | None = None


class WebhookChange(Struct, frozen=True, kw_only=True):
    """What changes; what is not named stays."""

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    events: list[str] | UnsetType = UNSET
    with_text: bool | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    failing_since: datetime | None | UnsetType = UNSET
    disabled_at: datetime | None | UnsetType = UNSET
    disabled_why: str | UnsetType = UNSET


class Delivery(Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook. `status`: of the last answer, None when there was none."""

    id: UUID
    webhook_id: UUID
    event_id: UUID
    type: str
    payload: dict[str, Any]
    message_id: UUID | None
    state: str
    attempts: int
    next_at: datetime
    status: int | None
    error: str
    took_ms: int | None
    created_at: datetime
    done_at: datetime | None


class Webhooks(Protocol):
    """Port for webhooks."""

    async def all(self) -> list[Webhook]:
        """Return the webhooks by name, with their counts."""

    async def add(self, webhook: Webhook) -> None: ...

    async def change(self, webhook_id: UUID, change: WebhookChange) -> bool: ...

    async def remove(self, webhook_id: UUID) -> bool: ...

    async def queue(self, deliveries: Sequence[Delivery]) -> int:
        """Write deliveries, once for each webhook and event; returns how many are new."""

    async def due(self) -> list[UUID]:
        """Return webhooks that are on and have something due, of which nothing is on its way."""

    async def next_due(self) -> datetime | None: ...

    async def claim(self, webhook_id: UUID, lease_s: float) -> Delivery | None:
        """Take the oldest that is due; None while one is on its way, so that there is one at a time."""

    async def settle(
        self, delivery_id: UUID, *, state: str, next_at: datetime | None, status: int | None, error: str, took_ms: int | None
    ) -> None: ...

    async def deliveries(self, webhook_id: UUID, state: str | None, before: UUID | None, limit: int) -> list[Delivery]: ...

    async def replay(self, webhook_id: UUID, delivery_id: UUID | None) -> int:
        """Let one delivery, or all that are dead, be due again from the beginning; returns how many."""

    async def text_of(self, message_id: UUID) -> tuple[str, str] | None:
        """Return subject and text of a message as they stand now."""

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop what was delivered or given up before."""
