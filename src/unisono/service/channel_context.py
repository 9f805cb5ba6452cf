"""What a connector is given when it works for a channel of this house."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct, field

from unisono.contract.budgets import BudgetSpent
from unisono.contract.capabilities import Caps
from unisono.contract.connector import Connector, PullFailed
from unisono.contract.context import Account, Clock, HostRefused, Http, Line, Log, NotReached
from unisono.contract.health import Health
from unisono.contract.inbound import Author, Raw
from unisono.domain.errors import NotFound
from unisono.domain.words import ChannelState
from unisono.service.budgets import ChannelBudgets, MeterLedger, StoredMeters
from unisono.service.ports import Bell, Database
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.files import AttachmentFiles
from unisono.service.ports.outside import ChannelSecrets, HttpFor, LogFor, Registry
from unisono.service.ports.privacy import Cipher, Tombstones
from unisono.service.tokens import ChannelTokens
from unisono.service.triage.judge import Judge

RAW_KEPT_S = 30 * 86_400
INBOX_BELL = "inbox"
THREAD_BELL = "thread"


class Outside(Struct, frozen=True, kw_only=True):
    """What every connector of a process shares, and what taking in, sending and erasing need."""

    db: Database
    bell: Bell
    files: AttachmentFiles
    tombstones: Tombstones
    cipher: Cipher
    clock: Clock
    registry: Registry
    secrets: ChannelSecrets
    http_for: HttpFor
    log_for: LogFor
    raw_kept_s: int = RAW_KEPT_S
    meters: MeterLedger | None = None
    judge: Judge = field(default_factory=Judge)

    @property
    def ledger(self) -> MeterLedger:
        """Where budgets are counted: the store, unless told otherwise."""
        return self.meters or StoredMeters(self.db)


class _Secrets:
    def __init__(self, secrets: ChannelSecrets, channel_id: UUID) -> None:
        self._secrets = secrets
        self._channel_id = channel_id

    async def get(self, name: str) -> str | None:
        return await self._secrets.get(self._channel_id, name)

    async def put(self, name: str, value: str) -> None:
        await self._secrets.put(self._channel_id, name, value)

    def single_flight(self, name: str) -> AbstractAsyncContextManager[None]:
        return self._secrets.single_flight(self._channel_id, name)


class _Memory:
    def __init__(self, outside: Outside, channel_id: UUID) -> None:
        self._outside = outside
        self._channel_id = channel_id

    async def get(self, key: str) -> bytes | None:
        async with self._outside.db.read() as tx:
            return await tx.channels.recall(self._channel_id, key)

    async def put(self, key: str, value: bytes, *, ttl_s: int | None = None) -> None:
        expires_at = self._outside.clock.now() + timedelta(seconds=ttl_s) if ttl_s is not None else None
        async with self._outside.db.write() as tx:
            await tx.channels.remember(self._channel_id, key, value, expires_at)

    async def delete(self, key: str) -> None:
        async with self._outside.db.write() as tx:
            await tx.channels.forget(self._channel_id, key)


class _Transcripts:
    def __init__(self, outside: Outside, channel: ChannelFacts) -> None:
        self._outside = outside
        self._channel = channel

    async def read(self, root_id: str, customer: Author, *, after: UUID | None = None, limit: int = 200) -> list[Line]:
        async with self._outside.db.read() as tx:
            return await tx.talk.customer_lines(self._channel.id, self._channel.network, root_id, customer, after, limit)

    async def file(self, root_id: str, customer: Author, file_id: UUID) -> bytes | None:
        async with self._outside.db.read() as tx:
            found = await tx.talk.customer_file(self._channel.id, self._channel.network, root_id, customer, file_id)
        if found is None:
            return None
        try:
            return await self._outside.files.read(found)
        except NotFound:
            return None

    async def wait(self, root_id: str, timeout_s: float) -> bool:
        del root_id  # rings are per channel: a thread that did not change is read once in vain
        async with self._outside.bell.listen(f"{THREAD_BELL}:{self._channel.id}") as listener:
            return await listener.wait(timeout_s)


class _Intake:
    def __init__(self, outside: Outside, channel_id: UUID) -> None:
        self._outside = outside
        self._channel_id = channel_id

    async def put(self, raws: Sequence[Raw]) -> None:
        await store_raw(self._outside, self._channel_id, raws)


class ChannelContext:
    """Implements `contract.Ctx` for one channel."""

    def __init__(self, outside: Outside, channel: ChannelFacts) -> None:
        manifest = outside.registry.manifest(channel.connector)
        self.account = Account(
            channel_id=channel.id, name=channel.name, config=channel.config, remote_id=channel.remote_id,
            handle=channel.handle, realm=channel.realm,
            caps=msgspec.convert(channel.caps, Caps) if channel.caps else None,
        )  # fmt: skip
        self.http: Http = outside.http_for(manifest, channel.config)
        self.clock: Clock = outside.clock
        self.secrets = _Secrets(outside.secrets, channel.id)
        self.memory = _Memory(outside, channel.id)
        self.log: Log = outside.log_for(channel.id, channel.connector)
        self.transcripts = _Transcripts(outside, channel)
        self.intake = _Intake(outside, channel.id)
        self.budgets = ChannelBudgets(manifest, channel.id, channel.config, outside.ledger, outside.clock)
        self.tokens = ChannelTokens(manifest, channel.config, self.secrets, self.http, outside.clock)


def open_connector(outside: Outside, channel: ChannelFacts) -> Connector:
    """Return the channel's connector, built anew. Raises NotFound when its package is no longer installed."""
    return outside.registry.code(channel.connector)(ChannelContext(outside, channel))


async def health_of(connector: Connector) -> Health:
    """Return what a connector's look at its network came to, also when it could not look."""
    try:
        return await connector.check()
    except PullFailed as error:
        return error.health
    except BudgetSpent as error:
        return Health(state=ChannelState.THROTTLED, what=str(error), until=error.until)
    except (NotReached, HostRefused) as error:
        return Health(state=ChannelState.UNREACHABLE, what=str(error))


async def store_raw(outside: Outside, channel_id: UUID, raws: Sequence[Raw]) -> int:
    """Put raw items into the inbox durably, then ring; returns how many were new."""
    async with outside.db.write() as tx:
        stored = await tx.inbox.put(channel_id, raws, outside.raw_kept_s)
    if stored:
        await outside.bell.ring(INBOX_BELL)
    return stored


async def store_pushed(outside: Outside, called: ChannelFacts, raws: Sequence[Raw]) -> int:
    """Store what came by one push, each item with the channel of the account that it names; returns how many were new.

    All of it stands in the inboxes when this returns, or none. What names an account that is no channel here is dropped and
    counted with the channel that was called. A paused channel's items are kept in its inbox: refusing them would hold up its
    siblings, and a network that is refused for long stops pushing.
    """
    async with outside.db.write() as tx:
        by_channel: dict[UUID, list[Raw]] = {}
        for (connector, account), of_one in _by_account(called, raws).items():
            channel_id = called.id
            if account is not None and (connector, account) != (called.connector, called.remote_id):
                siblings = await tx.channels.of_account(connector, account)
                if not siblings and (connector != called.connector or called.remote_id is not None):
                    await tx.inbox.count(called.id, {"elsewhere": len(of_one)})
                    continue
                channel_id = siblings[0] if siblings else called.id
            by_channel.setdefault(channel_id, []).extend(of_one)
        stored = [await tx.inbox.put(channel_id, items, outside.raw_kept_s) for channel_id, items in sorted(by_channel.items())]
    if any(stored):
        await outside.bell.ring(INBOX_BELL)
    return sum(stored)


def _by_account(called: ChannelFacts, raws: Sequence[Raw]) -> dict[tuple[str, str | None], list[Raw]]:
    found: dict[tuple[str, str | None], list[Raw]] = {}
    for raw in raws:
        found.setdefault((raw.connector or called.connector, raw.account), []).append(raw)
    return found
