"""The listener: keeps the monitors in its ear, hears every source and every message, and answers what shall be answered.

A source is worked by one node, under a lease. What was found and how far the stream has come are written in one transaction, so
that a crash repeats some posts and leaves none out; a post that comes again is the same mention.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from unisono.contract.budgets import BudgetSpent
from unisono.contract.connector import PullFailed
from unisono.contract.context import HostRefused, NotReached
from unisono.contract.listening import Overheard, Overhears, Seeks
from unisono.domain.errors import UnisonoError
from unisono.service.channel_context import Outside
from unisono.service.intake import LEASE_S, LeaseLost, growing_pause, lease
from unisono.service.listening.alerts import look_for_spikes
from unisono.service.listening.ear import Ear, NewMatcher
from unisono.service.listening.follow import follow_messages
from unisono.service.listening.lanes import count_lanes, put_on_lanes, work_lane
from unisono.service.listening.mentions import adopt_asked
from unisono.service.listening.sources import FEED, SEARCH, WAY, open_source
from unisono.service.listening.storms import fold_more, send_storms
from unisono.service.listening.take_in import record, take_in
from unisono.service.ports.lanes import LANES, Lanes
from unisono.service.ports.listening import SourceFacts

#: Posts that wait between the stream and the matcher; a stream that is faster than we are waits with the rest.
WAITING: Final = 2_000
BATCH: Final = 500
LOOK_S: Final = 2.0
WATCH_S: Final = 2.0
SPIKES_EVERY: Final = 5
#: What stands in the way of a source whose network is well.
LANE_TROUBLES: Final = ("lanes_silent", "lanes_full")
_log = structlog.get_logger("listening")


class Listener:
    """The role `listener` of one node."""

    def __init__(self, outside: Outside, holder: str, make: NewMatcher | None = None, lanes: Lanes | None = None) -> None:
        self._outside = outside
        self._holder = holder
        self._lanes = lanes
        self._knows = asyncio.Event()
        self.ear = Ear(outside.db, make) if make else Ear(outside.db)
        self._running: dict[UUID, tuple[int, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._answer())
                group.create_task(self._watch())
                group.create_task(self._sources())
                if self._lanes is not None:
                    group.create_task(count_lanes(self._lanes))
                    for lane in range(LANES):
                        group.create_task(self._lane(self._lanes, lane))
        finally:
            await self._stop([task for _, task in self._running.values()])

    async def _follow(self) -> None:
        async with self._outside.bell.listen("events") as listener:
            while True:
                try:
                    await self.ear.keep_up()
                    self._knows.set()
                    while await follow_messages(self._outside.db, self.ear):
                        pass
                except UnisonoError as error:
                    _log.warning("listening_paused", code=error.code)
                except Exception as error:
                    _log.error("listening_failed", exc_info=error)
                await self._outside.clock.sleep(0.2)
                await listener.wait(LOOK_S)

    async def _answer(self) -> None:
        async with self._outside.bell.listen("events") as listener:
            while True:
                try:
                    while await adopt_asked(self._outside):
                        pass
                except UnisonoError as error:
                    _log.warning("adopting_paused", code=error.code)
                except Exception as error:
                    _log.error("adopting_failed", exc_info=error)
                await self._outside.clock.sleep(1.0)
                await listener.wait(LOOK_S)

    async def _watch(self) -> None:
        """Look for spikes, fold what storms are about, and send their answers: one node at a time, for the same things."""
        rounds = 0
        while True:
            try:
                async with lease(self._outside, "listening:watch", self._holder) as held:
                    if held and rounds % SPIKES_EVERY == 0:
                        await look_for_spikes(self._outside.db)
                    if held:
                        await fold_more(self._outside)
                        await send_storms(self._outside)
            except UnisonoError as error:
                _log.warning("watching_paused", code=error.code)
            except Exception as error:
                _log.error("watching_failed", exc_info=error)
            rounds += 1
            await self._outside.clock.sleep(WATCH_S)

    async def _lane(self, lanes: Lanes, lane: int) -> None:
        await self._knows.wait()
        await work_lane(self._outside, self.ear, lanes, lane)

    async def _sources(self) -> None:
        # Whoever does not know the monitors yet would let everything pass.
        await self._knows.wait()
        async with self._outside.bell.listen("events") as listener:
            while True:
                with contextlib.suppress(UnisonoError):
                    await self._reconcile()
                await self._outside.clock.sleep(0.2)
                await listener.wait(LOOK_S)

    async def _reconcile(self) -> None:
        async with self._outside.db.read() as tx:
            wanted = {one.id: one for one in await tx.listening.working_sources() if one.connector != FEED}
        ended = []
        for source_id, (shape, task) in list(self._running.items()):
            # A version rises with what somebody changed, not with what was heard.
            if task.done() or source_id not in wanted or wanted[source_id].version != shape:
                ended.append(task)
                del self._running[source_id]
        await self._stop(ended)
        for source_id, source in wanted.items():
            if source_id not in self._running:
                self._running[source_id] = (source.version, asyncio.create_task(self._work(source_id)))

    async def _work(self, source_id: UUID) -> None:
        failures = 0
        while True:
            began = self._outside.clock.now()
            async with lease(self._outside, f"source:{source_id}", self._holder) as held:
                if held:
                    async with self._outside.db.read() as tx:
                        source = await tx.listening.source(source_id)
                    if source is None or source.state != "on":
                        return
                    health = await hear_source(self._outside, self.ear, source, self._holder, self._lanes)
                    async with self._outside.db.write() as tx:
                        await record(tx, source_id, health)
            failures = 0 if (self._outside.clock.now() - began).total_seconds() > 60 else failures + 1
            await asyncio.sleep(growing_pause(failures) if held else LOOK_S)

    async def _stop(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def hear_source(outside: Outside, ear: Ear, source: SourceFacts, holder: str, lanes: Lanes | None = None) -> str:
    """Hear a source until its connection ends; returns how it stands then: empty, or a word for what is wrong.

    lanes: where what it brings is put for every node to match; without any it is matched here.
    """
    async with outside.db.read() as tx:
        channel = await tx.channels.facts(source.channel_id) if source.channel_id else None
    network = channel.network if channel else outside.registry.manifest(source.connector).network
    try:
        connector = open_source(outside, source, channel)
        # A network that can do both is asked where the source says so; one that can only look is always asked.
        asked = source.config.get(WAY) == SEARCH or not isinstance(connector, Overhears)
        if asked and isinstance(connector, Seeks):
            stream = connector.seek(source.place, partial(ear.sought, network))
        elif isinstance(connector, Overhears):
            stream = connector.overhear(source.place)
        else:
            return "no_power"
        await _pump(outside, ear, source, network, stream, holder, lanes)
    except BudgetSpent:
        return "throttled"
    except PullFailed as error:
        return error.health.state.value
    except HostRefused:
        return "misconfigured"
    except NotReached:
        return "unreachable"
    except LeaseLost:
        return ""
    except UnisonoError as error:
        _log.warning("source_paused", source_id=str(source.id), code=error.code)
        return error.code if error.code in LANE_TROUBLES else ""
    return ""


async def _pump(
    outside: Outside, ear: Ear, source: SourceFacts, network: str, stream: AsyncIterator[Overheard], holder: str,
    lanes: Lanes | None,
) -> None:  # fmt: skip
    """One side reads the stream, the other writes; between them a bounded queue, so that a flood holds up the stream alone."""
    waiting: asyncio.Queue[Overheard | None] = asyncio.Queue(WAITING)

    async def read() -> None:
        try:
            async for step in stream:
                await waiting.put(step)
        finally:
            await waiting.put(None)

    reader = asyncio.create_task(read())
    keeper = asyncio.create_task(_keep_lease(outside, source.id, holder))
    try:
        while (step := await waiting.get()) is not None:
            steps = [step]
            size = len(step.posts)
            ended = False
            while size < BATCH and not waiting.empty():
                more = waiting.get_nowait()
                if more is None:
                    ended = True
                    break
                steps.append(more)
                size += len(more.posts)
            if keeper.done():
                keeper.result()
            if lanes is None:
                await take_in(outside, ear, source.id, network, steps)
            else:
                await put_on_lanes(outside, lanes, source.id, network, steps)
            if ended:
                break
        await reader
    finally:
        for task in (reader, keeper):
            task.cancel()
        await asyncio.gather(reader, keeper, return_exceptions=True)


async def _keep_lease(outside: Outside, source_id: UUID, holder: str) -> None:
    while True:
        await asyncio.sleep(LEASE_S / 3)
        async with outside.db.write() as tx:
            if await tx.leases.acquire(f"source:{source_id}", holder, LEASE_S) is None:
                raise LeaseLost(source_id)
