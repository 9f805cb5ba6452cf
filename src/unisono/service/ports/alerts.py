"""What is asked of the store about who is told of spikes, and what they were told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.listening.alert_views import AlertTargetView, AlertTold
from unisono.service.ports.listening import Classes


class AlertTarget(Struct, frozen=True, kw_only=True):
    """Where a monitor's alerts go. kind: mail, chat or webhook; channel_id: through which account (mail: None for the oldest)."""

    id: UUID
    monitor_id: UUID
    kind: str
    channel_id: UUID | None
    webhook_id: UUID | None
    address: str
    locale: str


class Notice(Struct, frozen=True, kw_only=True):
    """Something that a target is told, as whoever sends it needs it. posts, window_s, usual: of the alert; 0 for a test.

    unsure: an attempt before this one may have arrived. not_sent: how often the network denied it since.
    """

    id: UUID
    what: str
    target: AlertTarget
    alert_id: UUID | None
    monitor: str
    access_class: int | None
    posts: int
    most: int
    window_s: int
    usual: float
    attempts: int
    not_sent: int
    unsure: bool
    created_at: datetime


class Alerts(Protocol):
    """Port for alerts' targets and notices."""

    async def targets(self, classes: Classes) -> list[AlertTargetView]:
        """Return where alerts go, by monitor, with what became of the last."""

    async def target(self, target_id: UUID) -> AlertTarget | None: ...

    async def add_target(self, target: AlertTarget) -> bool:
        """Return False when the monitor tells there already."""

    async def remove_target(self, target_id: UUID) -> bool: ...

    async def webhooks_of(self, monitor_id: UUID) -> list[UUID]:
        """Return the webhooks that are told of a monitor's alerts."""

    async def tell(self, alert_id: UUID, monitor_id: UUID, what: str) -> int:
        """Write what mails and chats of a monitor are to be told, each once; returns how many.

        Who could not be told that it began is not told that it is over.
        """

    async def tell_test(self, notice_id: UUID, target_id: UUID) -> None: ...

    async def claim(self, limit: int, lease_s: float) -> list[Notice]:
        """Take what is due, and keep others from it for so long; that it is over waits until it was said that it began."""

    async def sending(self, notice: Notice, lease_s: float) -> bool:
        """Write that from here on nobody knows whether it arrived. Returns False when somebody else has taken it since."""

    async def settle(self, notice: Notice, state: str, problem: str, next_at: datetime | None, not_sent: int) -> bool:
        """Write what became of an attempt. Returns False, and writes nothing, when somebody else has taken it since."""

    async def told(self, alert_ids: Sequence[UUID]) -> dict[UUID, list[AlertTold]]:
        """Return who was told of alerts."""

    async def forget_notices(self, before: datetime, limit: int) -> None:
        """Drop tests that are over; what was said of an alert goes with it."""
