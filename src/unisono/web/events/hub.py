"""The hub: reads the log once for all connections of this process, and gives each what it may see.

The tail waits for the bell and looks again every second anyway. A batch of events becomes one frame for each sight, the
same bytes for all who share it; only a connection with something of its own (an offer, an open conversation) gets its
own. Grants that change take effect before the next frame.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from unisono.domain.errors import Unavailable, UnisonoError
from unisono.domain.ids import new_id
from unisono.service.access import resolve
from unisono.service.actor import Actor
from unisono.service.house import House
from unisono.service.live import LIVE
from unisono.service.long_lived import leave_out
from unisono.service.lost import BEAT_S, desks_open
from unisono.service.metrics import STREAMS_OPEN
from unisono.service.ports import Cursor, LoggedEvent
from unisono.service.views import EventViews
from unisono.service.wallboard import WALLBOARD
from unisono.web.events.connection import Connection
from unisono.web.events.counters import Counters
from unisono.web.events.frames import Batch
from unisono.web.events.live import Live
from unisono.web.events.presence_teller import PresenceTeller
from unisono.web.events.repair_teller import RepairTeller
from unisono.web.events.sight import Sight, sight_for
from unisono.web.events.sse import LONGEST_RETRY_MS, RESET, SHORTEST_RETRY_MS, Frame, ephemeral, hello, keep_alive
from unisono.web.events.viewers import REPEAT_S, TOPIC, Viewers
from unisono.web.events.wall import Wall
from unisono.web.events.wall_teller import WallTeller
from unisono.web.kept_settings import KeptSettings

EVENTS_BELL: Final = "events"
TYPING: Final = "typing"
PAGE: Final = 500
MAX_REPLAY: Final = 2_000
POLL_S: Final = 1.0
READY_S: Final = 10.0
# What rang may still have been hidden behind an older transaction that was open: one more look, soon.
SOON_S: Final = 0.02
COUNTS_S: Final = 1.0
TOGETHER_S: Final = 0.05
CHECK_S: Final = 60.0
# Writes, or enquiries that are taken in, between two turns of the event loop: some milliseconds.
SLICE: Final = 200
# Events after which somebody may see more or less than before.
_ACCESS: Final = frozenset({"user.changed", "channel.changed", "queue.changed"})
_log = structlog.get_logger("events")


class Hub:
    """All open streams of this process."""

    def __init__(self, house: House, settings: KeptSettings) -> None:
        self._house = house
        self._settings = settings
        self._by_sight: dict[Sight, set[Connection]] = {}
        self._by_user: dict[UUID, set[Connection]] = {}
        self._by_conversation: dict[UUID, set[Connection]] = {}
        self._by_customer: dict[UUID, set[Connection]] = {}
        self._without_work: set[Connection] = set()
        self._position: Cursor | None = None
        self._ready = asyncio.Event()
        self._known_classes: set[int] = set()
        self._channel_classes: dict[UUID, frozenset[int]] = {}
        self._counters = Counters()
        self._counts_told: dict[Connection, Frame] = {}
        self._counts_changed = asyncio.Event()
        self._node = str(new_id())
        self._viewers = Viewers(self._node)
        self.live = Live(self._now)
        self.wall = WallTeller(house, self.live)
        self.repair = RepairTeller(house, self.live)
        self.presence = PresenceTeller(house, self.live)
        self._names: dict[UUID, str] = {}
        self._new_desks: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = False

    # ---- life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to follow the log; returns at once."""
        runs = (self._tail_forever, self._keep_alive, self._tell_counts, self._hear_viewers, self._hear_typing, self._check,
                self._tell_desks, self._hear_live, self.live.run,
                self.wall.follow_days, self.wall.run, self.repair.run, self.presence.run)  # fmt: skip
        for run in runs:
            self._spawn(_guarded(run))

    def close(self) -> None:
        """End all streams; new ones are refused."""
        self.closed = True
        for connection in list(self.connections()):
            connection.end()

    async def stop(self) -> None:
        """End what runs in the background."""
        self.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, run: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(run)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _now(self) -> datetime:
        return self._house.clock.now()

    def connections(self) -> Iterable[Connection]:
        """All that are open."""
        for group in self._by_user.values():
            yield from group

    # ---- coming and going ------------------------------------------------------------------------------------------

    async def serve(self, connection: Connection, after: Cursor | None) -> None:
        """Greet a connection, replay what it missed since `after`, and keep it until it ends."""
        await self._ready.wait()
        self._add(connection)
        try:
            await self._greet(connection, after)
            await connection.wait_ended()
        finally:
            connection.ended = True
            self._drop(connection)

    def _add(self, connection: Connection) -> None:
        connection.started_at = self._position
        STREAMS_OPEN.inc()
        if connection.user_id not in self._by_user and not self.closed:
            if not self._new_desks:
                self._spawn(self._write_new_desks())
            self._new_desks.add(connection.user_id)
        self._by_sight.setdefault(connection.sight, set()).add(connection)
        self._by_user.setdefault(connection.user_id, set()).add(connection)
        self._names[connection.user_id] = connection.actor.name
        if not connection.work:
            self._without_work.add(connection)
        self.live.follow(connection)
        for conversation_id, customer_id in connection.conversations.items():
            self._by_conversation.setdefault(conversation_id, set()).add(connection)
            self._by_customer.setdefault(customer_id, set()).add(connection)

    def _drop(self, connection: Connection) -> None:
        STREAMS_OPEN.dec()
        self._counts_told.pop(connection, None)
        _discard(self._by_sight, connection.sight, connection)
        _discard(self._by_user, connection.user_id, connection)
        self._without_work.discard(connection)
        self.live.leave(connection)
        for conversation_id, customer_id in connection.conversations.items():
            _discard(self._by_conversation, conversation_id, connection)
            _discard(self._by_customer, customer_id, connection)
        if connection.conversations and not self.closed:
            self._spawn(self._publish_viewers(connection.conversations))

    async def _greet(self, connection: Connection, after: Cursor | None) -> None:
        retry_ms = random.randint(SHORTEST_RETRY_MS, LONGEST_RETRY_MS)  # noqa: S311 - spreads reconnections, hides nothing
        # Grants may have changed between the request and now; from now on every change is heard.
        await self._resolve([connection.user_id])
        connection.send_now(hello(str(connection.started_at), self._house.settings.version, retry_ms))
        if after is not None:
            await self._replay(connection, after)
        connection.go_live()
        if any(topic.startswith(WALLBOARD) for topic in connection.live):
            self.wall.greet(connection.actor.access)
        await self.repair.greet(connection.live)
        self.presence.greet(connection.live)
        self.live.greet(connection)
        await self._publish_viewers(connection.conversations)
        for conversation_id in connection.conversations:
            await self._tell_viewers(conversation_id, [connection])

    async def _replay(self, connection: Connection, after: Cursor) -> None:
        """Tell what happened between `after` and the place where the connection was added."""
        until = connection.started_at
        if until is None or after.epoch != until.epoch:
            connection.send_now(RESET)
            return
        told = 0
        while after < until:
            async with self._house.db.read() as tx:
                page = await tx.log.after(after, PAGE)
            if page is None or told + len(page) > MAX_REPLAY:
                connection.send_now(RESET)
                return
            events = [event for event in page if event.cursor <= until]
            if not events:
                return
            batch = await self._batch(events)
            frame = self._frame_for(batch, connection)
            if frame is not None:
                connection.send_now(frame)
            told += len(events)
            after = events[-1].cursor
            if len(events) < len(page):
                return

    # ---- the tail --------------------------------------------------------------------------------------------------

    async def _tail_forever(self) -> None:
        failures = 0
        rung = False
        async with self._house.bell.listen(EVENTS_BELL) as listener:
            while True:
                try:
                    if self._position is None:
                        await self._begin()
                    while await self._step():
                        pass
                    failures = 0
                except UnisonoError as error:
                    _log.warning("tail_paused", code=error.code)
                except Exception as error:
                    failures += 1
                    _log.error("tail_failed", failures=failures, exc_info=error)
                    if failures >= 3:
                        await self._skip()
                        failures = 0
                rung = await listener.wait(SOON_S if rung else POLL_S)

    async def _begin(self) -> None:
        async with self._house.db.read() as tx:
            position = await tx.log.head()
            places = await tx.setup.places()
            counters, wall, count = Counters(), Wall(), 0
            async for some in tx.reading.standing(SLICE):
                counters.load(row[:6] for row in some)
                wall.load(some)
                count += len(some)
            await self.wall.begin(tx, wall)
        self._counters = counters
        self._learn(places)
        leave_out(count)
        self._position = position
        self._ready.set()

    async def _skip(self) -> None:
        """A batch that cannot be shown must not stop the stream: everybody reads anew from here."""
        with contextlib.suppress(UnisonoError):
            await self._begin()
            for connection in list(self.connections()):
                connection.send(RESET)

    async def _step(self) -> bool:
        """Tell the next batch; returns whether there may be more."""
        if self._position is None:
            return False
        async with self._house.db.read() as tx:
            events = await tx.log.after(self._position, PAGE)
        if events is None:
            await self._skip()
            return True
        if not events:
            return False
        if self._changes_access(events):
            await self._refresh_access({UUID(str(e.body["user_id"])) for e in events if e.body.get("user_id")})
        batch = await self._batch(events, count=True)
        # First the place, then the telling: who comes while it is told finds this batch in the past that is replayed.
        self._position = events[-1].cursor
        await self._tell(batch)
        return len(events) == PAGE

    async def _batch(self, events: list[LoggedEvent], *, count: bool = False) -> Batch:
        async with self._house.db.read() as tx:
            views: EventViews = await tx.reading.views_for(events)
            channels = await tx.setup.channels(views.channel_ids) if views.channel_ids else []
            queues = await tx.setup.queues(views.queue_ids) if views.queue_ids else []
        if count and self._counters.apply(views):
            self._counts_changed.set()
        batch = Batch(events, views, channels, queues, self._channel_classes)
        if count:
            self.wall.take(events, views, batch.agents_gone)
            self.repair.take(events)
        return batch

    async def _tell(self, batch: Batch) -> None:
        own = self._with_frames_of_their_own(batch)
        # Who is offered something waits for it; what else a batch tells can come some milliseconds later.
        first = {c for user_id in batch.offers.keys() & self._by_user.keys() for c in self._by_user[user_id]}
        for connection in first:
            frame = self._frame_for(batch, connection)
            if frame is not None:
                connection.send(frame)
        told = 0
        for sight, group in list(self._by_sight.items()):
            shared = batch.shared(sight)
            if shared is None and not own:
                continue
            for connection in group - first:
                frame = self._frame_for(batch, connection) if own and connection in own else shared
                if frame is not None:
                    connection.send(frame)
                told += 1
                if told % SLICE == 0:
                    await asyncio.sleep(0)

    def _with_frames_of_their_own(self, batch: Batch) -> set[Connection]:
        own = set(self._without_work)
        for keys, groups in (
            (batch.conversations, self._by_conversation),
            (batch.customers.keys(), self._by_customer),
            (batch.offers.keys(), self._by_user),
            (batch.mentions.keys(), self._by_user),
        ):
            for key in keys & groups.keys():
                own |= groups[key]
        for user_id in batch.agents & self._by_user.keys():
            own |= {connection for connection in self._by_user[user_id] if not connection.sight.agents}
        return own

    def _frame_for(self, batch: Batch, connection: Connection) -> Frame | None:
        if connection.work and not batch.concerns(connection.sight, connection.user_id, connection.conversations):
            return batch.shared(connection.sight)
        return batch.personal(connection.sight, connection.user_id, work=connection.work, conversations=connection.conversations)

    # ---- access ----------------------------------------------------------------------------------------------------

    def _changes_access(self, events: list[LoggedEvent]) -> bool:
        return any(
            e.type in _ACCESS or (e.access_class is not None and e.access_class not in self._known_classes) for e in events
        )

    def _learn(self, places: Iterable[Any]) -> None:
        found: dict[UUID, set[int]] = {}
        self._known_classes = set()
        for place in places:
            self._known_classes.add(place.access_class)
            found.setdefault(place.channel_id, set()).add(place.access_class)
        self._channel_classes = {channel_id: frozenset(classes) for channel_id, classes in found.items()}

    async def _refresh_access(self, changed: set[UUID]) -> None:
        """Resolve everybody's grants anew; who lost their session is let go."""
        async with self._house.db.read() as tx:
            self._learn(await tx.setup.places())
        # Who comes while this is asked is not in the answer, and asks for themself.
        await self._resolve(list(self._by_user))
        if changed & self._by_user.keys():
            await self._end_lost_sessions()

    async def _resolve(self, user_ids: list[UUID]) -> None:
        async with self._house.db.read() as tx:
            reach = await tx.people.reach_of(user_ids)
        for user_id in user_ids:
            sight = sight_for(resolve(user_id, reach.get(user_id, ())))
            for connection in list(self._by_user.get(user_id, ())):
                self._see(connection, sight)

    def _see(self, connection: Connection, sight: Sight) -> None:
        if connection.sight == sight:
            return
        _discard(self._by_sight, connection.sight, connection)
        connection.see(sight)
        self._by_sight.setdefault(sight, set()).add(connection)
        # Whether its topics are still for it is asked when it comes back.
        self.live.leave(connection)
        # What came into sight, or left it, is known only by reading anew.
        connection.send(RESET)

    async def _end_lost_sessions(self) -> None:
        proofs: dict[bytes, list[Connection]] = {}
        for connection in self.connections():
            proofs.setdefault(connection.actor.proof, []).append(connection)
        if not proofs:
            return
        async with self._house.db.read() as tx:
            good = await tx.people.good_proofs(proofs, float(await self._settings.get("session.idle_s")))
        for proof, group in proofs.items():
            if proof not in good:
                for connection in group:
                    connection.end()

    async def _check(self) -> None:
        """Sessions also end by themselves, by logging out on another node, and by time."""
        while True:
            await asyncio.sleep(CHECK_S)
            with contextlib.suppress(UnisonoError):
                await self._end_lost_sessions()

    async def _tell_desks(self) -> None:
        """Write down whose desks are open here, so that silence elsewhere can be told from silence."""
        while True:
            await self._write_desks(list(self._by_user))
            await asyncio.sleep(BEAT_S)

    async def _write_new_desks(self) -> None:
        # Many open at once when a house begins its day, or a node has gone: they are written down together.
        await asyncio.sleep(TOGETHER_S)
        found, self._new_desks = self._new_desks, set()
        await self._write_desks(list(found))

    async def _write_desks(self, user_ids: list[UUID]) -> None:
        with contextlib.suppress(UnisonoError):
            await desks_open(self._house.db, self._node, user_ids)

    def end_session(self, proof: bytes) -> None:
        """End the streams of a session that was just ended here."""
        for connection in list(self.connections()):
            if connection.actor.proof == proof:
                connection.end()

    # ---- what is not logged ----------------------------------------------------------------------------------------

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._house.settings.event_keep_alive_s)
            if self._position is not None:
                frame = keep_alive(str(self._position))
                for connection in list(self.connections()):
                    connection.send(frame)

    async def wait_ready(self) -> None:
        """Return once the first reading is done, some moments after the start. Raises Unavailable if it takes long."""
        try:
            async with asyncio.timeout(READY_S):
                await self._ready.wait()
        except TimeoutError:
            raise Unavailable("The figures are still being read. Ask again in some seconds.") from None

    def counts(self, actor: Actor) -> dict[str, Any] | None:
        """Return how many enquiries stand where, of those that somebody may see; None before the first reading."""
        if not self._ready.is_set():
            return None
        return {**self._counters.seen_by(sight_for(actor.access)), "mine": self._counters.of_agent(actor.user_id)}

    async def _tell_counts(self) -> None:
        while True:
            await self._counts_changed.wait()
            await asyncio.sleep(COUNTS_S)
            self._counts_changed.clear()
            for sight, group in list(self._by_sight.items()):
                shared = msgspec.json.encode(self._counters.seen_by(sight))[:-1] + b',"mine":'
                # Whoever has nothing in hand, which is most people, shares one frame as well.
                frames: dict[bytes, Frame] = {}
                for place, connection in enumerate(list(group), start=1):
                    if connection.work and not connection.ended:
                        mine = msgspec.json.encode(self._counters.of_agent(connection.user_id))
                        if mine not in frames:
                            frames[mine] = ephemeral("counts", shared + mine + b"}")
                        self._tell_count(connection, frames[mine])
                    if place % SLICE == 0:
                        await asyncio.sleep(0)
                await asyncio.sleep(0)

    def _tell_count(self, connection: Connection, frame: Frame) -> None:
        told = self._counts_told.get(connection)
        if told is None or told.data != frame.data:
            self._counts_told[connection] = frame
            connection.send(frame)

    async def _publish_viewers(self, conversations: Iterable[UUID]) -> None:
        for conversation_id in conversations:
            ids = {connection.user_id for connection in self._by_conversation.get(conversation_id, ())}
            key, value = self._viewers.message(conversation_id, ids)
            await self._house.fanout.publish(TOPIC, key, value)

    async def _hear_viewers(self) -> None:
        repeating = asyncio.create_task(self._repeat_viewers())
        try:
            async with self._house.fanout.subscribe(TOPIC) as values:
                async for _, value in values:
                    changed = self._viewers.hear(value, self._house.clock.now())
                    if changed is not None and changed in self._by_conversation:
                        await self._tell_viewers(changed, self._by_conversation[changed])
        finally:
            repeating.cancel()

    async def _repeat_viewers(self) -> None:
        while True:
            await asyncio.sleep(REPEAT_S)
            await self._publish_viewers(list(self._by_conversation))

    async def _tell_viewers(self, conversation_id: UUID, to: Iterable[Connection]) -> None:
        ids = sorted(self._viewers.of(conversation_id, self._house.clock.now()))
        await self._learn_names(ids)
        viewers = [{"user_id": user_id, "name": self._names.get(user_id, "")} for user_id in ids]
        body = msgspec.json.encode({"conversation_id": conversation_id, "viewers": viewers})
        for connection in list(to):
            connection.send(ephemeral("viewers", body))

    async def _learn_names(self, ids: Iterable[UUID]) -> None:
        unknown = [user_id for user_id in ids if user_id not in self._names]
        if not unknown:
            return
        with contextlib.suppress(UnisonoError):
            async with self._house.db.read() as tx:
                self._names |= {user.id: user.name for user in await tx.people.user_views(unknown)}

    async def _hear_typing(self) -> None:
        async with self._house.fanout.subscribe(TYPING) as values:
            async for _, value in values:
                self._pass_on(TYPING, value)

    async def _hear_live(self) -> None:
        async with self._house.fanout.subscribe(LIVE) as values:
            async for _, value in values:
                self.live.hear(value)

    def _pass_on(self, event: str, value: Mapping[str, Any]) -> None:
        try:
            conversation_id = UUID(str(value["conversation_id"]))
        except (KeyError, ValueError):
            return
        frame = ephemeral(event, msgspec.json.encode(value))
        for connection in list(self._by_conversation.get(conversation_id, ())):
            connection.send(frame)


async def _guarded(run: Callable[[], Awaitable[None]]) -> None:
    """Run for ever: a bug in one of the hub's duties is logged and must not end that duty, still less the others."""
    while True:
        try:
            await run()
        except Exception as error:
            _log.error("hub_duty_failed", duty=getattr(run, "__name__", ""), exc_info=error)
        await asyncio.sleep(POLL_S)


def _discard(groups: dict[Any, set[Connection]], key: Any, connection: Connection) -> None:
    group = groups.get(key)
    if group is not None:
        group.discard(connection)
        if not group:
            del groups[key]
