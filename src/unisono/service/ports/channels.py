"""What is asked of the store about channels at work (their set-up stands in `setup`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct, field

from unisono.contract.health import Health


class ChannelFacts(Struct, frozen=True, kw_only=True):
    """A channel with all that taking in, sending and queueing need of it, its queue's part included."""

    id: UUID
    connector: str
    network: str
    medium: str
    name: str
    config: dict[str, Any]
    queue_id: UUID
    access_class: int
    units: int
    priority: int
    state: str
    paused: bool
    first_response_s: int
    match_language: bool
    version: int
    remote_id: str | None = None
    handle: str = ""
    realm: str = ""
    skills: list[dict[str, Any]] = field(default_factory=list)
    caps: dict[str, Any] = field(default_factory=dict)


class Channels(Protocol):
    """Channels at work."""

    async def facts(self, channel_id: UUID) -> ChannelFacts | None:
        """Return a channel that is not archived; its access class is made if this is the first look."""

    async def running(self) -> list[ChannelFacts]:
        """Return all channels that take in and send: neither paused nor archived."""

    async def record_health(self, channel_id: UUID, health: Health) -> bool:
        """Store what a look at the network told; True when the state changed."""

    async def of_account(self, connector: str, remote_id: str) -> list[UUID]:
        """Return the channels in use of a connector whose account has this id at the network, oldest first."""

    async def recall(self, channel_id: UUID, key: str) -> bytes | None: ...

    async def remember(self, channel_id: UUID, key: str, value: bytes, expires_at: datetime | None) -> None: ...

    async def forget(self, channel_id: UUID, key: str) -> None: ...

    async def access_class(self, channel_id: UUID, queue_id: UUID) -> int:
        """Return the access class of a channel's work in a queue."""

    async def attachments_to_fetch(self, channel_id: UUID, limit: int) -> Sequence[tuple[UUID, str, UUID]]:
        """Return (attachment, ref, message) of files whose bytes are still at the network."""

    async def attachment_fetched(self, attachment_id: UUID, size_bytes: int, sha256: bytes) -> None: ...

    async def attachment_failed(self, attachment_id: UUID, *, final: bool) -> None: ...
