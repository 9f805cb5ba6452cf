"""Channels' secrets: sealed before they are stored, opened for their connector only."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from uuid import UUID

from unisono.contract.context import Clock
from unisono.domain.errors import Unavailable, UnisonoError
from unisono.domain.ids import new_id
from unisono.service.ports import Database, Tx
from unisono.service.ports.privacy import Cipher

CHANNEL = "channel"
ROTATE_BATCH = 100
FLIGHT_S = 60.0
_PAUSE_S = 0.2


def bound_to(owner_kind: str, owner_id: UUID, name: str) -> bytes:
    """Return what a sealed secret is tied to: moved to another row, it does not open."""
    return f"{owner_kind}/{owner_id}/{name}".encode()


async def put_secret(tx: Tx, cipher: Cipher, owner_kind: str, owner_id: UUID, name: str, value: str) -> None:
    """Seal and store a secret within a verb's transaction."""
    await tx.secrets.put(owner_kind, owner_id, name, cipher.seal(value.encode(), bound_to(owner_kind, owner_id, name)))


class ChannelVault:
    """Implements `service.ports.outside.ChannelSecrets` over the store."""

    def __init__(self, db: Database, cipher: Cipher, clock: Clock) -> None:
        self._db = db
        self._cipher = cipher
        self._clock = clock

    async def get(self, channel_id: UUID, name: str) -> str | None:
        """Return a secret or None. Raises Unavailable when its key is missing, Invalid when it was changed."""
        async with self._db.read() as tx:
            sealed = await tx.secrets.get(CHANNEL, channel_id, name)
        return None if sealed is None else self._cipher.open(sealed, bound_to(CHANNEL, channel_id, name)).decode()

    async def put(self, channel_id: UUID, name: str, value: str) -> None:
        """Store a secret durably before returning."""
        async with self._db.write() as tx:
            await put_secret(tx, self._cipher, CHANNEL, channel_id, name, value)

    @asynccontextmanager
    async def single_flight(self, channel_id: UUID, name: str) -> AsyncIterator[None]:
        """Hold the right to renew this secret while the block runs, alone over all nodes.

        Raises Unavailable when somebody else has held it for twice as long as a renewal may take.
        """
        lease = f"secret:{channel_id}:{name}"
        holder = str(new_id())
        waited = 0.0
        while True:
            async with self._db.write() as tx:
                if await tx.leases.acquire(lease, holder, FLIGHT_S) is not None:
                    break
            if waited > 2 * FLIGHT_S:
                raise Unavailable("Another process has been renewing this authorisation for two minutes; try again.")
            await self._clock.sleep(_PAUSE_S)
            waited += _PAUSE_S
        try:
            yield
        finally:
            with suppress(UnisonoError):
                async with self._db.write() as tx:
                    await tx.leases.release(lease, holder)


class DraftSecrets:
    """Secrets as somebody just typed them, over those that are stored: for a check before anything is saved."""

    def __init__(self, typed: Mapping[str, str], stored: ChannelVault | None) -> None:
        self._typed = dict(typed)
        self._stored = stored
        self._lock = asyncio.Lock()

    async def get(self, channel_id: UUID, name: str) -> str | None:
        """Return what was typed, else what is stored."""
        if name in self._typed:
            return self._typed[name]
        return await self._stored.get(channel_id, name) if self._stored else None

    async def put(self, channel_id: UUID, name: str, value: str) -> None:  # noqa: ARG002 - the port names the channel
        """Keep a renewed secret for the rest of the check, and to be stored with the channel."""
        self._typed[name] = value

    @property
    def values(self) -> dict[str, str]:
        """All that was typed or renewed."""
        return dict(self._typed)

    def single_flight(self, channel_id: UUID, name: str) -> AbstractAsyncContextManager[None]:  # noqa: ARG002
        """Nobody else knows these secrets."""
        return _held(self._lock)


@asynccontextmanager
async def _held(lock: asyncio.Lock) -> AsyncIterator[None]:
    async with lock:
        yield


async def rotate_secrets(db: Database, cipher: Cipher, current: str) -> int:
    """Seal everything anew that is sealed under another key than `current`; returns how many secrets were.

    Can be stopped and begun again at any time: each batch is one transaction, old keys open what is left.
    """
    done = 0
    while True:
        async with db.write() as tx:
            rows = await tx.secrets.sealed_otherwise(current, ROTATE_BATCH)
            for row in rows:
                tie = bound_to(row.owner_kind, row.owner_id, row.name)
                await tx.secrets.put(row.owner_kind, row.owner_id, row.name, cipher.seal(cipher.open(row.sealed, tie), tie))
        done += len(rows)
        if len(rows) < ROTATE_BATCH:
            return done
