"""Three listeners over one PostgreSQL and a real NATS server; the one that reads the stream is killed in the middle of it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from tests.db import Cluster
from tests.lanes.broker import Broker, broker
from tests.peers import free_port
from unisono.app.build import build
from unisono.app.settings import Settings
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.listening.monitors import add_monitor
from unisono.service.listening.sources import add_source
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user

pytestmark = [pytest.mark.peer, pytest.mark.law1, pytest.mark.timeout(400)]
POST = "app.bsky.feed.post"
WITHIN_S = 90.0


class Stream:
    """A public stream that tells what it has, from a cursor on, and then whatever is added while somebody listens."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.cursors: list[int | None] = []

    def say(self, keys: list[str], ago_s: float, operation: str = "create") -> None:
        at = datetime.now(UTC) - timedelta(seconds=ago_s)
        for number, key in enumerate(keys):
            commit: dict[str, Any] = {"operation": operation, "collection": POST, "rkey": key}
            if operation == "create":
                commit["record"] = {"text": f"Acme steht still ({key})", "langs": ["de"], "createdAt": at.isoformat()}
            time_us = int(at.timestamp() * 1e6) + number
            self.events.append({"did": "did:plc:zoe", "time_us": time_us, "kind": "commit", "commit": commit})

    async def tell(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        query = parse_qs(urlsplit(socket.request.path).query)
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        self.cursors.append(cursor)
        told = 0
        try:
            while True:
                for event in self.events[told:]:
                    if cursor is None or event["time_us"] >= cursor:
                        await socket.send(json.dumps(event))
                told = len(self.events)
                while len(self.events) == told:
                    if socket.state is not State.OPEN:
                        return
                    await asyncio.sleep(0.02)
        except ConnectionClosed:
            return


@asynccontextmanager
async def public_stream() -> AsyncIterator[tuple[Stream, str]]:
    stream = Stream()

    def plain(_: ServerConnection, request: Request) -> Response | None:
        return Response(200, "OK", Headers(), b"Welcome to Jetstream") if request.path == "/" else None

    async with serve(stream.tell, "127.0.0.1", 0, process_request=plain) as server:
        yield stream, f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


class Node:
    """`unisono run listener`."""

    def __init__(self, number: int, dsn: str, nats: Broker, directory: Path) -> None:
        self.metrics_port = free_port()
        self.log = (directory / f"node{number}.log").open("wb")
        environment = {
            **os.environ, "DATABASE_URL": dsn, "UNISONO_NATS_URL": nats.url, "UNISONO_DATA": str(directory / "data"),
            "UNISONO_ALLOW_PRIVATE_HOSTS": "true", "UNISONO_LOG_LEVEL": "warning",
            "UNISONO_METRICS_PORT": str(self.metrics_port),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from unisono.app.cli import main; main()", "run", "listener"],
            env=environment, stdout=self.log, stderr=self.log,
        )  # fmt: skip

    async def figures(self) -> dict[str, float]:
        """What it counts: of each metric the sum over its labels."""
        async with httpx2.AsyncClient() as http:
            try:
                text = (await http.get(f"http://127.0.0.1:{self.metrics_port}/metrics")).text
            except httpx2.TransportError:
                return {}
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
        return found

    async def has_matched(self) -> bool:
        return (await self.figures()).get("unisono_listening_posts_total", 0.0) > 0

    def end(self) -> str:
        """End it if it still runs; returns what it logged."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("a node did not stop when it was told to") from None
        self.log.close()
        return Path(self.log.name).read_text(errors="replace")


async def until(what: str, true: Callable[[], Any]) -> None:
    """Wait for a condition."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while not await true():
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {WITHIN_S:.0f} s") from None


async def test_of_three_nodes_the_reading_one_is_killed_and_nothing_is_lost_or_doubled(
    cluster: Cluster, open_directory: Path, tmp_path: Path
) -> None:
    dsn = await cluster.create()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(cluster.drop, dsn)
        nats = await stack.enter_async_context(broker(tmp_path))
        stream, url = await stack.enter_async_context(public_stream())
        settings = Settings(database_url=dsn, data=str(open_directory / "data"), allow_private_hosts=True, nats_url=nats.url)
        async with build(settings) as running:
            user_id, allowed = new_id(), frozenset(ACTIONS) - {"archive.open"}
            access = Access(user_id=user_id, actions=allowed, classes=dict.fromkeys(allowed, None))
            grant = GrantView(role="administrator", scope_kind="organisation")
            await add_user(running.db, access, user_id, login="anna", name="Anna", grants=[grant])
            await add_monitor(running.db, access, new_id(), name="Acme", query="acme lang:de")
            source = await add_source(running.outside, access, new_id(), connector="bluesky", config={"jetstream_url": url})
        nodes = [Node(number, dsn, nats, open_directory) for number in range(3)]
        for node in nodes:
            stack.callback(node.log.close)
            stack.callback(lambda process=node.process: process.poll() is None and process.kill())
        db = await asyncpg.connect(dsn)
        stack.push_async_callback(db.close)

        async def mentions() -> int:
            return int(await db.fetchval("select count(*) from mention"))

        said: list[str] = []

        async def say(count: int, ago_s: float) -> None:
            keys = [f"k{len(said) + n}" for n in range(count)]
            said.extend(keys)
            stream.say(keys, ago_s)

        async def everyone_matches(some: list[Node], ago_s: float) -> Callable[[], Any]:
            async def matched() -> bool:
                idle = [node for node in some if not await node.has_matched()]
                if idle:
                    await say(16, ago_s)
                return not idle

            return matched

        # All three match what the one that reads the stream puts on the lanes.
        await say(400, 300.0)
        await until("every node matches", await everyone_matches(nodes, 200.0))
        before = len(said)
        # In the middle of a flood the reading node dies: what it had read, and what it had in hands, was not written yet.
        await say(1_600, 100.0)

        async def in_the_middle() -> bool:
            return await mentions() > before

        await until("the flood begins to be stored", in_the_middle)
        holder = str(await db.fetchval("select holder from lease where name = $1", f"source:{source.id}"))
        reader = next(node for node in nodes if str(node.process.pid) == holder.split(":")[-2])
        reader.process.kill()
        reader.process.wait()
        survivors = [node for node in nodes if node is not reader]

        async def read_again() -> bool:
            return len(stream.cursors) >= 2

        await until("another node reads on", read_again)
        await say(200, 20.0)
        taken_back = said[:50]
        stream.say(taken_back, 10.0, "delete")

        async def all_there() -> bool:
            return await mentions() == len(said) - len(taken_back)

        await until("everything is stored", all_there)

        async def nothing_waits() -> bool:
            figures = [await node.figures() for node in survivors]
            return all(one.get("unisono_listening_lane_waiting") == 0 for one in figures)

        await until("the lanes are seen to be empty", nothing_waits)
        kept = {row["remote_id"].rpartition("/")[2] for row in await db.fetch("select remote_id from mention")}
        assert kept == set(said) - set(taken_back)
        # Counted once, whoever matched it and however often it was handed out.
        assert await db.fetchval("select sum(posts) from monitor_tally") == len(said)
        assert await db.fetchval("select found from listening_source") == len(said)
        told = await db.fetchval("select sum((body->>'posts')::int) from event where type = 'monitor.found'")
        assert told == len(said)
        assert all([await node.has_matched() for node in survivors])
        for node in survivors:
            log = node.end()
            assert node.process.returncode == 0, log
            assert "Traceback" not in log
