"""A public stream becomes ten times as much, is cut, says things twice: is anything lost, how late is it, do desks notice?

The listener of this process hears a web socket that speaks as Jetstream does, with a thousand monitors; a desk's list is
asked for all the while from a web process beside it. What was said is counted at the stream, what was found in the house.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from bench.asking import Asker
from bench.listening_data import Language
from bench.lists import SEED, people, web_process
from bench.place import fresh_house
from bench.results import Figure, quantile
from bench.talk_data import load
from unisono.app.build import Running
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.listening.listen import Listener
from unisono.service.listening.monitors import add_monitor
from unisono.service.listening.sources import add_source, list_sources

#: Posts a second: about what Bluesky says, and ten times of it.
USUAL, FLOOD = 25, 250
USUAL_S, FLOOD_S = 15.0, 30.0
MONITORS, CONVERSATIONS = 1_000, 20_000
#: One post in so many is what the measured monitor looks for, and the connection is cut after so many of a connection.
MARKED, CUT_AFTER = 20, 4_000
WORD: Final = "flutmarke"
_CATCH_UP_S: Final = 180.0
_TICK_S: Final = 0.1
EVERYTHING: Final = Access(user_id=UUID(int=0), actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))


class Stream:
    """Keeps all that was said; a connection begins at its cursor and follows. Every hundredth event is told twice."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.events: list[tuple[int, str]] = []
        self.marked = 0
        self.connections = 0
        self.over = False
        self._grown = asyncio.Condition()

    async def say(self, count: int) -> None:
        """Say so many posts now."""
        now = datetime.now(UTC)
        for _ in range(count):
            number = len(self.events)
            marked = number % MARKED == 0
            self.marked += marked
            text = self._language.text(0.1) + (f" {WORD} {number}" if marked else "")
            at = int(now.timestamp() * 1e6) + number % 1_000
            record = {"text": text[:300], "langs": ["de"], "createdAt": now.isoformat()}
            commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": f"k{number}", "record": record}
            self.events.append((at, json.dumps({"did": "did:plc:town", "time_us": at, "kind": "commit", "commit": commit})))
        async with self._grown:
            self._grown.notify_all()

    async def tell(self, socket: ServerConnection) -> None:
        """Tell a connection what lies after its cursor, until it is cut."""
        assert socket.request is not None
        query = parse_qs(urlsplit(socket.request.path).query)
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        self.connections += 1
        place = len(self.events) if cursor is None else next(
            (n for n, (at, _) in enumerate(self.events) if at >= cursor), len(self.events)
        )  # fmt: skip
        sent = 0
        try:
            while not self.over:
                while place < len(self.events):
                    _, text = self.events[place]
                    for _ in range(2 if place % 100 == 0 else 1):
                        await socket.send(text)
                    place += 1
                    sent += 1
                    if sent == CUT_AFTER:
                        socket.transport.abort()
                        return
                async with self._grown:
                    await self._grown.wait()
        except ConnectionClosed:
            return


@asynccontextmanager
async def spoken(stream: Stream) -> AsyncIterator[str]:
    """Let the stream stand at an address."""

    def plain(_: ServerConnection, request: Request) -> Response | None:
        return Response(200, "OK", Headers(), b"") if request.path == "/" else None

    async with serve(stream.tell, "127.0.0.1", 0, process_request=plain) as server:
        try:
            yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        finally:
            # Whoever waits for more would hold the server open.
            stream.over = True
            await stream.say(0)


async def _asked(asker: Asker, times: list[float]) -> None:
    while True:
        took, _ = await asker.get("/api/v1/work?view=waiting")
        times.append(took)
        await asyncio.sleep(0.02)


async def _said(stream: Stream, rate: int, seconds: float) -> None:
    """Say at a rate, as an even stream does; what a busy machine kept from being said in time is said with the next."""
    begun, said = time.perf_counter(), 0
    while (at := time.perf_counter() - begun) < seconds:
        due = int(rate * at)
        await stream.say(due - said)
        said = due
        await asyncio.sleep(_TICK_S)


async def _behind(running: Running, lags: list[float]) -> None:
    while True:
        (source,) = await list_sources(running.db)
        if source.newest_at is not None:
            newest = datetime.fromisoformat(source.newest_at)
            lags.append((datetime.now(UTC) - newest).total_seconds())
        await asyncio.sleep(0.2)


async def measure() -> dict[str, Figure]:
    """Hear the usual stream, then the flood, then catch up."""
    allowed = os.environ.get("BENCH_FLOOD_S")
    flood_s = float(allowed) if allowed else FLOOD_S
    language = Language(SEED, 250)
    async with fresh_house(allow_private_hosts=True) as running:
        loaded = await load(running, CONVERSATIONS, SEED)
        tokens = await people(running, loaded)
        by = Access(user_id=await _somebody(running), actions=EVERYTHING.actions, classes=EVERYTHING.classes)
        await _keep(running, [language.query() for _ in range(MONITORS - 1)], by.user_id)
        marked = (await add_monitor(running.db, by, new_id(), name="Flut", query=WORD)).id
        stream = Stream(language)
        async with spoken(stream) as url, web_process(running) as (port, _), Asker(port, tokens["organisation"]) as asker:
            await add_source(running.outside, by, new_id(), connector="bluesky", config={"jetstream_url": url})
            listener = asyncio.create_task(Listener(running.outside, "bench").run())
            try:
                await _until(lambda: _once(stream.connections > 0), 60.0)
                usual, usual_lags = await _watched(running, asker, _said(stream, USUAL, USUAL_S))
                flooded, lags = await _watched(running, asker, _said(stream, FLOOD, flood_s))
                begun = time.perf_counter()
                await _until(lambda: _all(running, marked, stream), _CATCH_UP_S)
                caught_up_s = time.perf_counter() - begun
                found = await _found(running, marked)
            finally:
                listener.cancel()
                await asyncio.gather(listener, return_exceptions=True)
    more: dict[str, Any] = {
        "posts": len(stream.events), "usual_per_s": USUAL, "flood_per_s": FLOOD, "flood_s": flood_s, "monitors": MONITORS,
        "conversations": CONVERSATIONS, "connections": stream.connections, "said": stream.marked, "found": found,
        "lag_p50_s": round(quantile(lags, 0.5), 2), "usual_lag_p50_s": round(quantile(usual_lags, 0.5), 2),
        "list_requests": len(flooded),
    }  # fmt: skip
    return {
        "flood.lag_max_s": Figure(
            value=max(lags), unit="s", baseline="the same at the usual rate", baseline_value=max(usual_lags), more=more
        ),
        "flood.catch_up_s": Figure(value=caught_up_s, unit="s", baseline="the flood itself", baseline_value=flood_s, more=more),
        "flood.lost": Figure(
            value=stream.marked - found, unit="posts", baseline="said and looked for", baseline_value=stream.marked, more=more
        ),
        "flood.list_p99_ms": Figure(
            value=1000 * quantile(flooded, 0.99), unit="ms", baseline="the same at the usual rate",
            baseline_value=1000 * quantile(usual, 0.99), more=more,
        ),
    }  # fmt: skip


async def _until(holds: Callable[[], Awaitable[bool]], within_s: float) -> None:
    """Ask now and then until it holds, but no longer; what did not come is counted."""
    for _ in range(int(within_s / _TICK_S)):
        if await holds():
            return
        await asyncio.sleep(_TICK_S)


async def _once(value: bool) -> bool:
    return value


async def _all(running: Running, monitor_id: UUID, stream: Stream) -> bool:
    return await _found(running, monitor_id) >= stream.marked


async def _watched(running: Running, asker: Asker, what: Any) -> tuple[list[float], list[float]]:
    """Do something; returns how long the list took meanwhile, and how far behind listening was."""
    times: list[float] = []
    lags: list[float] = []
    beside = [asyncio.create_task(_asked(asker, times)), asyncio.create_task(_behind(running, lags))]
    try:
        await what
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    return times, lags


async def _found(running: Running, monitor_id: UUID) -> int:
    async with running.pool.acquire() as connection:
        count: int = await connection.fetchval("select count(*) from mention_monitor where monitor_id = $1", monitor_id)
    return count


async def _keep(running: Running, queries: Sequence[str], by: UUID) -> None:
    """Keep monitors with one write, as the verb would have written them."""
    rows = [(new_id(), f"M{number}", f"m{number}", query, by) for number, query in enumerate(queries)]
    async with running.pool.acquire() as connection:
        await connection.executemany(
            "insert into monitor (id, name, name_key, query, created_by, created_at, changed_at) "
            "values ($1, $2, $3, $4, $5, now(), now())",
            rows,
        )


async def _somebody(running: Running) -> UUID:
    async with running.pool.acquire() as connection:
        user_id: UUID = await connection.fetchval("select id from app_user where login = 'boss'")
    return user_id
