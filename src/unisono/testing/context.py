"""A connector's context for tests: real HTTP, everything else in memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import structlog

from unisono.contract import Account, Author, Clock, Http, Line, Log, Raw
from unisono.contract.manifest import Manifest
from unisono.egress.client import EgressFactory
from unisono.service.budgets import ChannelBudgets, MemoryMeters
from unisono.service.tokens import ChannelTokens
from unisono.testing.clock import RealClock

__all__ = ["KitContext", "ListIntake", "RealClock", "make_ctx"]

_PLAIN = Manifest(
    id="plain", name="Plain", version="1.0", contract=1, network="plain", medium="post", title={}, summary={}, auth="none"
)


class DictSecrets:
    """Secrets in a dict."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)
        self._lock = asyncio.Lock()

    async def get(self, name: str) -> str | None:
        """Return a secret."""
        return self.values.get(name)

    async def put(self, name: str, value: str) -> None:
        """Keep a secret."""
        self.values[name] = value

    @asynccontextmanager
    async def single_flight(self, name: str) -> AsyncIterator[None]:
        """One at a time."""
        del name
        async with self._lock:
            yield


class DictMemory:
    """Small facts in a dict."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        """Return a fact."""
        return self.values.get(key)

    async def put(self, key: str, value: bytes, *, ttl_s: int | None = None) -> None:  # noqa: ARG002
        """Keep a fact."""
        self.values[key] = value

    async def delete(self, key: str) -> None:
        """Forget a fact."""
        self.values.pop(key, None)


class NoTranscripts:
    """A network of somebody else's has no transcript here."""

    async def read(self, root_id: str, customer: Author, *, after: UUID | None = None, limit: int = 200) -> list[Line]:  # noqa: ARG002
        """Return nothing."""
        return []

    async def file(self, root_id: str, customer: Author, file_id: UUID) -> bytes | None:  # noqa: ARG002
        """Return nothing."""
        return None

    async def wait(self, root_id: str, timeout_s: float) -> bool:  # noqa: ARG002
        """Wait in vain."""
        await asyncio.sleep(timeout_s)
        return False


class ListIntake:
    """An inbox as a list."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []

    async def put(self, raws: Sequence[Any]) -> None:
        """Keep items."""
        self.raws += raws


class KitContext:
    """Implements `contract.Ctx`. Without a manifest there are no limits, no costs and no OAuth."""

    def __init__(
        self, account: Account, http: Http, secrets: Mapping[str, str], clock: Clock, manifest: Manifest = _PLAIN
    ) -> None:
        self.account = account
        self.http = http
        self.clock = clock
        self.secrets = DictSecrets(secrets)
        self.memory = DictMemory()
        self.log: Log = structlog.get_logger("kit")
        self.transcripts = NoTranscripts()
        self.intake = ListIntake()
        self.meters = MemoryMeters()
        self.budgets = ChannelBudgets(manifest, account.channel_id, account.config, self.meters, clock)
        self.tokens = ChannelTokens(manifest, account.config, self.secrets, http, clock)


@asynccontextmanager
async def make_ctx(
    account: Account, manifest: Manifest, *, secrets: Mapping[str, str] | None = None, clock: Clock | None = None
) -> AsyncIterator[KitContext]:
    """Give a context over real HTTP while the block runs; loopback may be reached, as test servers live there."""
    async with EgressFactory(allow_private=True) as factory:
        yield KitContext(account, factory(manifest, account.config), secrets or {}, clock or RealClock(), manifest)
