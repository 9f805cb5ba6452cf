"""Hearing: the node that holds a channel's lease pulls it, listens to it, and reads what stands in its inbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import Connector, Media, PullFailed, Stream
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.health import Health
from unisono.domain.errors import Unavailable, UnisonoError
from unisono.domain.words import ChannelState
from unisono.service.backfill import fill_gaps
from unisono.service.by_message.heed import heed_commands
from unisono.service.by_message.replies import send_replies
from unisono.service.channel_context import INBOX_BELL, Outside, health_of, open_connector, store_raw
from unisono.service.ports import NewEvent
from unisono.service.ports.channels import ChannelFacts
from unisono.service.receive import Received, receive
from unisono.service.stopping import heed_cancellation
from unisono.service.triage.judge import keep_up_quietly
from unisono.service.understand import Understood, understand

BATCH = 100
LEASE_S = 10.0
PAGE = 200
MAX_MEDIA_BYTES = 50_000_000
LARGE_BODY = 200_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 300.0


class Pulled(Struct, frozen=True, kw_only=True):
    """What a pull brought."""

    items: int
    has_more: bool
    gap: bool


async def pull_once(outside: Outside, channel: ChannelFacts, connector: Connector, stream: str) -> Pulled:
    """Pull one page; items and cursor enter the inbox in one transaction. Raises PullFailed."""
    async with outside.db.read() as tx:
        cursor = await tx.inbox.cursor(channel.id, stream)
    page = await connector.pull(stream, cursor, PAGE)
    async with outside.db.write() as tx:
        await tx.inbox.put(channel.id, page.raws, outside.raw_kept_s)
        # Before the cursor: a gap began when the one before was stored.
        if page.gap and await tx.inbox.note_gap(channel.id, stream):
            tx.emit(NewEvent(type="gap.found", channel_id=channel.id, access_class=channel.access_class))
        await tx.inbox.set_cursor(channel.id, stream, page.next_cursor)
    if page.raws:
        await outside.bell.ring(INBOX_BELL)
    return Pulled(items=len(page.raws), has_more=page.has_more, gap=page.gap)


class Round(Struct, frozen=True, kw_only=True):
    """What a pull of all streams came to. health: what the network told of itself, None when it was not its fault.

    after_s: when the network wants to be asked again, if it said so. went_on: at least a part of it was pulled.
    """

    health: Health | None
    after_s: float | None = None
    went_on: bool = False


async def pull_round(outside: Outside, channel: ChannelFacts, connector: Connector) -> Round:
    """Pull every stream until there is no more, and record how the network stands. A failure ends the round alone."""
    after_s: float | None = None
    spent: list[BudgetSpent] = []
    streams = outside.registry.manifest(channel.connector).streams
    try:
        for stream in streams:
            try:
                while (await pull_once(outside, channel, connector, stream)).has_more:
                    pass
            except BudgetSpent as error:
                spent.append(error)
        # No stream of its own: without budget it goes on later.
        with contextlib.suppress(BudgetSpent):
            await fill_gaps(outside, channel, connector)
        health = _spent(spent)
        if len(spent) == len(streams):
            after_s = _seconds_until(health.until, outside.clock.now())
    except PullFailed as error:
        health, after_s = error.health, error.after_s
    except (NotReached, HostRefused) as error:
        health = Health(state=ChannelState.UNREACHABLE, what=str(error))
    except UnisonoError as error:
        outside.log_for(channel.id, channel.connector).error("pull_paused", code=error.code)
        return Round(health=None)
    with contextlib.suppress(UnisonoError):
        if health.state is not ChannelState.OK or not await _sending_waits(outside, channel):
            await record_health(outside, channel, health)
    went_on = health.state is ChannelState.OK or 0 < len(spent) < len(streams)
    return Round(health=health, after_s=after_s, went_on=went_on)


async def _sending_waits(outside: Outside, channel: ChannelFacts) -> bool:
    """Whether answers wait for a new authorisation: that reading still works must not hide it."""
    async with outside.db.read() as tx:
        facts = await tx.channels.facts(channel.id)
        needed = facts is not None and facts.state == ChannelState.REAUTH_NEEDED.value
        return needed and await tx.outbox.waits_for(channel.id, "reauth_needed")


def _spent(spent: list[BudgetSpent]) -> Health:
    """What the channel is when budgets held some of its streams back: to be seen, and over by itself."""
    if not spent:
        return Health(state=ChannelState.OK)
    until = min((error.until for error in spent if error.until is not None), default=None)
    return Health(state=ChannelState.THROTTLED, what=str(spent[0]), until=until)


def _seconds_until(until: datetime | None, now: datetime) -> float:
    """How long to wait; looked again at least each quarter of an hour, as limits can be raised."""
    return min(max((until - now).total_seconds(), 1.0), 900.0) if until is not None else 60.0


async def process_once(outside: Outside, channel: ChannelFacts, connector: Connector, limit: int = BATCH) -> int:
    """Read the next items of the channel's inbox and take them in; returns how many were looked at.

    One item that cannot be written does not hold up the others: the batch is then taken in one by one, and the culprit
    goes to quarantine with its bytes. Raises Unavailable when the database or the disk is; all items stay new then.
    """
    async with outside.db.read() as tx:
        items = await tx.inbox.new_items(channel.id, limit)
    if not items:
        return 0
    readable: list[Understood] = []
    await keep_up_quietly(outside.judge, outside.db)
    for item in items:
        large = item.body is not None and len(item.body) > LARGE_BODY
        result = await asyncio.to_thread(understand, connector, item) if large else understand(connector, item)
        if result.problem is None:
            readable.append(outside.judge.with_judgements(result))
        else:
            await quarantine(outside, channel, item.id, result.problem)
        await asyncio.sleep(0)
    await _take_in(outside, channel, await heed_commands(outside, channel, readable))
    return len(items)


async def _take_in(outside: Outside, channel: ChannelFacts, batch: list[Understood]) -> Received | None:
    if not batch:
        return None
    try:
        return await receive(outside, channel, batch)
    except Unavailable:
        raise
    except Exception as error:  # whatever one item broke must not stop the others
        if len(batch) == 1:
            outside.log_for(channel.id, channel.connector).error(
                "item_refused", inbox_id=str(batch[0].item.id), error=type(error).__name__
            )
            await quarantine(outside, channel, batch[0].item.id, _refusal(error))
            return None
        for one in batch:
            await _take_in(outside, channel, [one])
        return None


def _refusal(error: Exception) -> str:
    return f"The item was read but could not be stored ({type(error).__name__}). It is kept whole; retry after an update."


async def quarantine(outside: Outside, channel: ChannelFacts, item_id: UUID, problem: str) -> None:
    """Set an item aside, so that a person sees it and can retry it."""
    async with outside.db.write() as tx:
        await tx.inbox.quarantine(item_id, problem[:1_000])
        tx.emit(
            NewEvent(
                type="quarantine.changed", channel_id=channel.id, access_class=channel.access_class,
                body={"inbox_id": item_id},
            )
        )  # fmt: skip


async def fetch_media(outside: Outside, channel: ChannelFacts, connector: Connector) -> int:
    """Bring files over that the network keeps apart from their item; returns how many were tried."""
    if not isinstance(connector, Media):
        return 0
    async with outside.db.read() as tx:
        wanted = await tx.channels.attachments_to_fetch(channel.id, 20)
    for attachment_id, ref, message_id in wanted:
        try:
            content = await connector.get_media(ref, MAX_MEDIA_BYTES)
            stored = await outside.files.put(attachment_id, content)
        except BudgetSpent:
            break
        except (NotReached, PullFailed, HostRefused) as error:
            async with outside.db.write() as tx:
                await tx.channels.attachment_failed(attachment_id, final=isinstance(error, HostRefused))
                _tell_message(tx.emit, channel, message_id)
            continue
        async with outside.db.write() as tx:
            await tx.channels.attachment_fetched(attachment_id, stored.size_bytes, stored.sha256)
            _tell_message(tx.emit, channel, message_id)
    return len(wanted)


def _tell_message(emit: Callable[[NewEvent], None], channel: ChannelFacts, message_id: UUID) -> None:
    emit(
        NewEvent(
            type="message.edited",
            channel_id=channel.id,
            access_class=channel.access_class,
            body={"message_id": message_id},
        )
    )


async def record_health(outside: Outside, channel: ChannelFacts, health: Health) -> None:
    """Store what the network said of us; the desk hears of it when the state changed."""
    async with outside.db.write() as tx:
        if await tx.channels.record_health(channel.id, health):
            tx.emit(
                NewEvent(
                    type="channel.changed", channel_id=channel.id, access_class=channel.access_class,
                    body={"state": health.state.value},
                )
            )  # fmt: skip


class ChannelRunner:
    """Works one channel as long as this node holds its lease."""

    def __init__(self, outside: Outside, channel: ChannelFacts, holder: str) -> None:
        self._outside = outside
        self._channel = channel
        self._holder = holder
        self._connector = open_connector(outside, channel)
        self._log = outside.log_for(channel.id, channel.connector)
        self._pull_now = asyncio.Event()
        self._read_now = asyncio.Event()
        self._pull_now.set()
        self._read_now.set()

    async def run(self) -> None:
        """Work until cancelled or the lease is lost."""
        async with lease(self._outside, f"channel:{self._channel.id}", self._holder) as held:
            if not held:
                return
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear_bell())
                group.create_task(self._read_loop())
                group.create_task(self._pull_loop())
                group.create_task(self._keep_lease())
                if isinstance(self._connector, Stream):
                    group.create_task(self._listen_loop(self._connector))

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            async with self._outside.db.write() as tx:
                if await tx.leases.acquire(f"channel:{self._channel.id}", self._holder, LEASE_S) is None:
                    raise LeaseLost(self._channel.id)

    async def _hear_bell(self) -> None:
        async with self._outside.bell.listen(INBOX_BELL) as listener:
            while True:
                await listener.wait(2.0)
                self._read_now.set()

    async def _read_loop(self) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            await self._read_now.wait()
            self._read_now.clear()
            try:
                while await process_once(self._outside, self._channel, self._connector):
                    pass
                await fetch_media(self._outside, self._channel, self._connector)
                await send_replies(self._outside, self._channel, self._connector)
                pause = _FIRST_PAUSE_S
            except UnisonoError as error:
                self._log.error("reading_paused", code=error.code, pause_s=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, 30.0)
                self._read_now.set()

    async def _pull_loop(self) -> None:
        manifest = self._outside.registry.manifest(self._channel.connector)
        if not self._connector.capabilities().pull:
            await self._watch_health(manifest.poll_s)
            return
        failures = 0
        while True:
            self._pull_now.clear()
            told = await pull_round(self._outside, self._channel, self._connector)
            failures = 0 if told.went_on else failures + 1
            if failures and told.health is not None:
                self._log.warning("pull_failed", state=told.health.state.value)
            wait = told.after_s or (growing_pause(failures) if failures else manifest.poll_s)
            if not told.went_on and told.health is not None and told.health.state is ChannelState.THROTTLED:
                # The network asked for quiet; a hint that there is news does not change that.
                await asyncio.sleep(wait)
                continue
            # Not wait_for: before Python 3.12 it may lose a cancellation that comes with the hint.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._pull_now.wait()

    async def _watch_health(self, every_s: float) -> None:
        while True:
            with contextlib.suppress(UnisonoError):
                await record_health(self._outside, self._channel, await health_of(self._connector))
            await asyncio.sleep(max(every_s, 30.0))

    async def _listen_loop(self, connector: Stream) -> None:
        failures = 0
        while True:
            started = datetime.now(UTC)
            try:
                self._pull_now.set()
                async for hint in connector.listen():
                    failures = 0
                    if hint is not None:
                        await store_raw(self._outside, self._channel.id, [hint])
                    self._pull_now.set()
            except BudgetSpent as error:
                self._log.info("listening_paused", bucket=error.bucket)
                await asyncio.sleep(_seconds_until(error.until, self._outside.clock.now()))
                continue
            except (NotReached, PullFailed, HostRefused, UnisonoError) as error:
                self._log.info("listening_ended", error=type(error).__name__)
            if (datetime.now(UTC) - started).total_seconds() > 60:
                failures = 0
            failures += 1
            await asyncio.sleep(growing_pause(failures))


class LeaseLost(Exception):
    """Another node holds the channel now; this one stops working it."""


def growing_pause(failures: int) -> float:
    """Return how long to wait after so many failures in a row, in seconds."""
    return float(min(_FIRST_PAUSE_S * 2 ** max(0, failures - 1), _LONGEST_PAUSE_S))


@asynccontextmanager
async def lease(outside: Outside, name: str, holder: str) -> AsyncIterator[bool]:
    """Hold a lease while the block runs; yields whether it was had."""
    async with outside.db.write() as tx:
        token = await tx.leases.acquire(name, holder, LEASE_S)
    try:
        yield token is not None
    finally:
        if token is not None:
            with contextlib.suppress(UnisonoError):
                async with outside.db.write() as tx:
                    await tx.leases.release(name, holder)


class Intake:
    """Keeps a runner for every running channel; notices new, changed, paused and archived ones."""

    def __init__(self, outside: Outside, holder: str) -> None:
        self._outside = outside
        self._holder = holder
        self._runners: dict[UUID, tuple[object, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with self._outside.bell.listen("channels") as listener:
                while True:
                    with contextlib.suppress(UnisonoError):
                        await self._reconcile()
                    await listener.wait(2.0)
        finally:
            await self._stop([task for _, task in self._runners.values()])

    async def _reconcile(self) -> None:
        async with self._outside.db.write() as tx:
            wanted = {channel.id: channel for channel in await tx.channels.running()}
        ended = []
        for channel_id, (shape, task) in list(self._runners.items()):
            if task.done() or channel_id not in wanted or _shape(wanted[channel_id]) != shape:
                ended.append(task)
                del self._runners[channel_id]
        await self._stop(ended)
        for channel_id, channel in wanted.items():
            if channel_id not in self._runners:
                self._runners[channel_id] = (_shape(channel), asyncio.create_task(self._work(channel)))

    async def _work(self, channel: ChannelFacts) -> None:
        try:
            runner = ChannelRunner(self._outside, channel, self._holder)
        except UnisonoError as error:
            await record_health(self._outside, channel, Health(state=ChannelState.MISCONFIGURED, what=str(error)))
            await asyncio.sleep(60)
            return
        await _guarded(runner.run, lambda name: self._outside.log_for(channel.id, channel.connector).error(
            "channel_stopped", error=name
        ))  # fmt: skip

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _shape(channel: ChannelFacts) -> object:
    """What makes a runner start anew: its settings, not its health."""
    return (
        channel.connector, str(channel.config), channel.queue_id, channel.units, channel.priority, str(channel.skills),
        channel.remote_id, channel.handle, channel.realm, channel.first_response_s, channel.match_language, channel.name,
    )  # fmt: skip


async def _guarded(run: Callable[[], Awaitable[None]], report: Callable[[str], None]) -> None:
    """Run until the end; a failure is reported and the keeper starts it anew after a pause."""
    failures: tuple[Exception | ExceptionGroup[Exception], ...] = ()
    try:
        await run()
    except* Exception as group:
        failures = group.exceptions
    heed_cancellation()
    for error in failures:
        report(type(error).__name__)
    if failures:
        await asyncio.sleep(_FIRST_PAUSE_S)
