"""The world around the house: time, HTTP, connectors' code and the secrets' cipher."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from unisono.contract.connector import ConnectorType
from unisono.contract.context import Clock, Http
from unisono.contract.context import Log as ChannelLog
from unisono.contract.manifest import Manifest
from unisono.service.ports.channels import ChannelFacts


class HttpFor(Protocol):
    """Makes the one HTTP client for a channel: bound to the manifest's hosts and the configured addresses."""

    def __call__(self, manifest: Manifest, config: Mapping[str, object]) -> Http: ...


class LogFor(Protocol):
    """Makes a log bound to a channel."""

    def __call__(self, channel_id: UUID, connector: str) -> ChannelLog: ...


class Registry(Protocol):
    """The connectors that are installed, built in or from other packages (entry-point group `unisono.connectors`)."""

    def manifests(self) -> Mapping[str, Manifest]: ...

    def manifest(self, connector: str) -> Manifest:
        """Raises `domain.errors.NotFound` naming what is installed."""

    def code(self, connector: str) -> ConnectorType:
        """Raises `domain.errors.NotFound`."""


class ChannelSecrets(Protocol):
    """A channel's secrets, decrypted for its connector only."""

    async def get(self, channel_id: UUID, name: str) -> str | None: ...

    async def put(self, channel_id: UUID, name: str, value: str) -> None: ...

    def single_flight(self, channel_id: UUID, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the right to renew a secret, alone over all nodes (a lease)."""


__all__ = ["ChannelFacts", "ChannelSecrets", "Clock", "HttpFor", "LogFor", "Registry"]
