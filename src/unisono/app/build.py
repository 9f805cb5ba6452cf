"""The composition root: everything is put together here, once, from settings; nothing else looks anything up."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from msgspec import Struct

from unisono import __version__
from unisono.app.clock import SystemClock
from unisono.app.collector import keep_pauses_short
from unisono.app.logs import ChannelLogs
from unisono.app.playroom import Playroom
from unisono.app.postgres import database_server, make_data_dir
from unisono.app.registry import Connectors
from unisono.app.report_files import FileMaker
from unisono.app.schoolroom import Schoolroom
from unisono.app.settings import Settings
from unisono.bus.memory import MemoryBell, MemoryFanout
from unisono.bus.postgres import PostgresBus
from unisono.contract.context import Clock
from unisono.domain.errors import Unavailable
from unisono.egress.client import EgressFactory
from unisono.service.channel_context import Outside
from unisono.service.first_run import bring_roles_up_to_date
from unisono.service.house import House, WebSettings
from unisono.service.passwords import Passwords
from unisono.service.ports import Bell, Fanout
from unisono.service.ports.lanes import Lanes
from unisono.service.secrets import ChannelVault
from unisono.store.database import PgDatabase
from unisono.store.driver import Pool, open_pool
from unisono.store.epoch import ensure_epoch
from unisono.store.files import DiskFiles
from unisono.store.keyring import Keyring, open_keyring
from unisono.store.migrate import migrate
from unisono.store.tombstone_file import TombstoneFile
from unisono.workplace.ldap import LdapReader
from unisono.workplace.xmpp import door_of

_log = structlog.get_logger("start")


class Running(Struct, frozen=True, kw_only=True):
    """A house put together: what the roles of this process work with."""

    settings: Settings
    data_dir: Path
    dsn: str
    pool: Pool
    db: PgDatabase
    bell: Bell
    fanout: Fanout
    clock: Clock
    outside: Outside
    keyring: Keyring
    passwords: Passwords
    lanes: Lanes | None = None

    def house(self, *, demo: bool = False, frame_sources: tuple[str, ...] = ()) -> House:
        """Return what the web room is given."""
        public_url = self.settings.public_url or f"http://{self.settings.host}:{self.settings.port}"
        web = WebSettings(
            public_url=public_url.rstrip("/"),
            version=__version__,
            csrf_secret=self.keyring.derive("csrf"),
            pepper=self.keyring.derive("log-in"),
            organisation=self.settings.organisation,
            demo=demo,
            max_upload_bytes=self.settings.max_upload_mb * 1_000_000,
            frame_sources=frame_sources,
            xmpp_domain=door.domain if (door := door_of(self.settings.xmpp_component)) is not None else "",
        )
        return House(
            outside=self.outside, fanout=self.fanout, passwords=self.passwords, settings=web, simulator=Playroom(),
            report_files=FileMaker(), fitter=Schoolroom(), directory_reader=LdapReader(),
        )  # fmt: skip


@asynccontextmanager
async def build(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Running]:
    """Put a house together while the block runs: database found or started, migrated, everything connected.

    Raises what is told by PostgreSQL's supervisor, the migrations and the keyring; `unisono doctor` explains.
    """
    keep_pauses_short()
    data_dir = settings.data_dir
    make_data_dir(data_dir)
    async with AsyncExitStack() as stack:
        server = database_server(settings.database_url or None, data_dir, bin_dir=settings.postgres_bin_dir)
        dsn = await stack.enter_async_context(server)
        await migrate(dsn)
        await ensure_epoch(dsn)
        pool = await open_pool(dsn, size=settings.pool_size, statement_cache=not settings.pooler)
        stack.push_async_callback(_close, pool)
        bell, fanout = await _bus(stack, settings, dsn)
        clock = clock or SystemClock()
        db = PgDatabase(pool, clock, bell)
        keyring = open_keyring(data_dir, settings.secret_key)
        outside = Outside(
            db=db,
            bell=bell,
            files=DiskFiles(data_dir),
            tombstones=TombstoneFile(data_dir),
            cipher=keyring,
            clock=clock,
            registry=Connectors(),
            secrets=ChannelVault(db, keyring, clock),
            http_for=await stack.enter_async_context(EgressFactory(allow_private=settings.allow_private_hosts)),
            log_for=ChannelLogs(),
            raw_kept_s=settings.raw_kept_days * 86_400,
        )
        await bring_roles_up_to_date(db)
        _log.info("house_ready", pid=os.getpid(), version=__version__)
        yield Running(
            settings=settings,
            data_dir=data_dir,
            dsn=dsn,
            pool=pool,
            db=db,
            bell=bell,
            fanout=fanout,
            clock=clock,
            outside=outside,
            keyring=keyring,
            passwords=Passwords(),
            lanes=_lanes(stack, settings),
        )


async def _bus(stack: AsyncExitStack, settings: Settings, dsn: str) -> tuple[Bell, Fanout]:
    """Within one process memory is enough; a server of one's own may have many nodes, which hear each other through it."""
    if not settings.database_url:
        return MemoryBell(), MemoryFanout()
    bus = PostgresBus(dsn)
    task = asyncio.create_task(bus.run())

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(stop)
    return bus, bus


def _lanes(stack: AsyncExitStack, settings: Settings) -> Lanes | None:
    """What is heard is shared among nodes where there is a broker; nobody connects before something is put there or taken."""
    if not settings.nats_url:
        return None
    try:
        from unisono.bus.nats import NatsLanes
    except ModuleNotFoundError as error:
        raise Unavailable(
            "UNISONO_NATS_URL is set, but what speaks with NATS is not installed. Nothing was started; install `unisono[nats]`."
        ) from error
    lanes = NatsLanes(settings.nats_url, settings.nats_max_mb * 1_000_000)
    stack.push_async_callback(lanes.close)
    return lanes


async def _close(pool: Pool) -> None:
    """Close in an orderly way, but not for ever: a connection that hangs is cut."""
    try:
        async with asyncio.timeout(5):
            await pool.close()
    except TimeoutError:
        pool.terminate()
