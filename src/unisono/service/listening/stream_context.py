"""What a connector is given that hears for nobody: settings and the network, and no account.

All of `contract.Ctx` is there. Nothing of it reaches a channel: there is no secret, what it remembers lasts as long as the
connection, and what belongs to an account alone says so.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from unisono.contract.context import Account, Clock, Http, Line, Log
from unisono.contract.inbound import Author
from unisono.domain.errors import Conflict
from unisono.service.budgets import ChannelBudgets, MemoryMeters
from unisono.service.channel_context import Outside
from unisono.service.ports.listening import SourceFacts
from unisono.service.tokens import ChannelTokens


class StreamContext:
    """Implements `contract.Ctx` for a source without a channel."""

    def __init__(self, outside: Outside, source: SourceFacts) -> None:
        manifest = outside.registry.manifest(source.connector)
        self.account: Final = Account(channel_id=source.id, name="", config=source.config)
        self.http: Http = outside.http_for(manifest, source.config)
        self.clock: Clock = outside.clock
        self.secrets: Final = NoSecrets()
        self.memory: Final = Passing()
        self.log: Log = outside.log_for(source.id, source.connector)
        self.transcripts: Final = NoTranscripts()
        self.intake: Final = NoIntake()
        # Limits are kept to by this connection; money is for accounts.
        self.budgets: Final = ChannelBudgets(manifest, source.id, source.config, MemoryMeters(), outside.clock)
        self.tokens: Final = ChannelTokens(manifest, source.config, self.secrets, self.http, outside.clock)


class NoSecrets:
    """Nobody has a secret, and keeps none."""

    async def get(self, name: str) -> str | None:
        """Return None."""
        del name
        return None

    async def put(self, name: str, value: str) -> None:
        """Raise Conflict: there is no account that it could belong to."""
        del value
        raise _nobody(name)

    @asynccontextmanager
    async def single_flight(self, name: str) -> AsyncIterator[None]:
        """Let everybody in: there is nothing to renew."""
        del name
        yield


class Passing:
    """What is remembered while the connection stands."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        """Return what was kept."""
        return self._kept.get(key)

    async def put(self, key: str, value: bytes, *, ttl_s: int | None = None) -> None:
        """Keep it until the connection ends."""
        del ttl_s
        self._kept[key] = value

    async def delete(self, key: str) -> None:
        """Forget it."""
        self._kept.pop(key, None)


class NoTranscripts:
    """Nobody has a conversation with a stream."""

    async def read(self, root_id: str, customer: Author, *, after: UUID | None = None, limit: int = 200) -> list[Line]:
        """Return nothing."""
        del root_id, customer, after, limit
        return []

    async def file(self, root_id: str, customer: Author, file_id: UUID) -> bytes | None:
        """Return nothing."""
        del root_id, customer, file_id
        return None

    async def wait(self, root_id: str, timeout_s: float) -> bool:
        """Return at once: nothing ever changes."""
        del root_id, timeout_s
        return False


class NoIntake:
    """A stream has no inbox: what nobody asked for is not kept."""

    async def put(self, raws: Sequence[Any]) -> None:
        """Raise Conflict."""
        del raws
        raise _nobody("inbox")


def _nobody(what: str) -> Conflict:
    return Conflict(f"A source without a channel has no {what}. Hear it through a channel.", code="no_account")
