"""What the desk and the API show of who is told of spikes."""

from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant


class AlertTargetView(Struct, frozen=True, kw_only=True):
    """Where a monitor's alerts go. channel, webhook: their names.

    state: of the last that it was told: empty for nothing yet, waiting, sent, unknown (nobody can say whether it arrived) or
    failed; of a webhook: off, failed while it does not take what it is sent, else empty or sent. problem: what stood in the way.
    """

    id: UUID
    monitor_id: UUID
    monitor: str
    kind: str
    channel_id: UUID | None
    channel: str
    webhook_id: UUID | None
    webhook: str
    address: str
    locale: str
    state: str
    problem: str
    at: Instant | None


class AlertTold(Struct, frozen=True, kw_only=True):
    """One telling of an alert, by mail or chat. what: spiked or calmed. state as in `AlertTargetView`."""

    target_id: UUID
    kind: str
    address: str
    what: str
    state: str
    problem: str
    at: Instant | None


class AlertWay(Struct, frozen=True, kw_only=True):
    """An account, or a webhook, through which alerts can go. network: of an account."""

    id: UUID
    name: str
    network: str = ""


class AlertWays(Struct, frozen=True, kw_only=True):
    """Through what alerts can go."""

    mail: list[AlertWay]
    chat: list[AlertWay]
    webhook: list[AlertWay]
