"""The bell and the ephemeral topics between processes, over LISTEN and NOTIFY.

Rings go out after the commit, from one connection of their own, at most one for each topic in 20 ms: a NOTIFY inside a
writing transaction takes a lock over the whole cluster. One listening connection a process; a lost one is opened
again, and everybody polls meanwhile, so that losing the bell costs latency only.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg
import msgspec
import structlog

from unisono.bus.memory import MemoryBell, MemoryFanout
from unisono.service.ports import BellListener
from unisono.service.stopping import heed_cancellation

CHANNEL = "unisono"
COALESCE_S = 0.02
FANOUT_COALESCE_S = 0.05
MAX_NOTIFY_BYTES = 7_900
_log = structlog.get_logger("bus")


class PostgresBus:
    """Implements `service.ports.Bell` and `Fanout` over one database; `run` must be running."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._bell = MemoryBell()
        self._fanout = MemoryFanout()
        self._rings: set[str] = set()
        self._values: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._some = asyncio.Event()
        self.ready = asyncio.Event()

    async def ring(self, topic: str) -> None:
        """Ring here at once, elsewhere within 20 ms."""
        self._bell.ring_here(topic)
        self._rings.add(topic)
        self._some.set()

    def listen(self, topic: str) -> AbstractAsyncContextManager[BellListener]:
        """Listen to rings of every process."""
        return self._bell.listen(topic)

    async def publish(self, topic: str, key: str, value: Mapping[str, Any]) -> None:
        """Publish here at once, elsewhere within 50 ms; the last value of a key wins."""
        self._fanout.publish_here(topic, key, value)
        self._values[(topic, key)] = value
        self._some.set()

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, Mapping[str, Any]]]]:
        """Subscribe to values of every process."""
        return self._fanout.subscribe(topic)

    async def run(self) -> None:
        """Keep both connections until cancelled."""
        while True:
            try:
                await self._connected()
            except* (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as lost:
                self.ready.clear()
                _log.warning("bell_lost", error=type(lost.exceptions[0]).__name__)
            heed_cancellation()
            await asyncio.sleep(1.0)

    async def _connected(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            hearing = await asyncpg.connect(self._dsn, timeout=10)
            stack.push_async_callback(hearing.close, timeout=2)
            ringing = await asyncpg.connect(self._dsn, timeout=10, server_settings={"synchronous_commit": "off"})
            stack.push_async_callback(ringing.close, timeout=2)
            lost = asyncio.Event()
            hearing.add_termination_listener(lambda _: lost.set())
            own = hearing.get_server_pid(), ringing.get_server_pid()
            await hearing.add_listener(CHANNEL, lambda _c, pid, _n, text: self._hear(text) if pid not in own else None)
            self.ready.set()
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send_loop(ringing))
                await lost.wait()
                sending.cancel()
        raise asyncpg.InterfaceError("the listening connection was closed")

    def _hear(self, text: str) -> None:
        message: dict[str, Any] = msgspec.json.decode(text)
        for topic in message.get("rings", ()):
            self._bell.ring_here(topic)
        for topic, key, value in message.get("values", ()):
            self._fanout.publish_here(topic, key, value)

    async def _send_loop(self, connection: Any) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(FANOUT_COALESCE_S if self._values and not self._rings else COALESCE_S)
            self._some.clear()
            rings, self._rings = self._rings, set()
            values, self._values = self._values, {}
            for text in _messages(rings, values):
                await connection.execute("select pg_notify($1, $2)", CHANNEL, text)


def _messages(rings: set[str], values: Mapping[tuple[str, str], Mapping[str, Any]]) -> list[str]:
    """Pack rings and values into as few notifications as PostgreSQL's 8,000 bytes allow; too large values are dropped."""
    texts: list[str] = []
    if rings:
        texts.append(msgspec.json.encode({"rings": sorted(rings)}).decode())
    batch: list[list[Any]] = []
    size = 0
    for (topic, key), value in values.items():
        item = [topic, key, value]
        length = len(msgspec.json.encode(item)) + 1
        if length > MAX_NOTIFY_BYTES:
            _log.warning("value_too_large", topic=topic, size=length)
            continue
        if batch and size + length > MAX_NOTIFY_BYTES:
            texts.append(msgspec.json.encode({"values": batch}).decode())
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        texts.append(msgspec.json.encode({"values": batch}).decode())
    return texts
