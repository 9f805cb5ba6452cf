"""The bell and the ephemeral topics inside one process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from unisono.service.ports import BellListener


class Listener:
    """Woken by rings of one topic; several rings while nobody waits are one."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits, or the next one."""
        self._rung.set()

    async def wait(self, timeout_s: float) -> bool:
        """Return True when it rang since the last wait, False after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class MemoryBell:
    """Implements `service.ports.Bell` for one process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}

    async def ring(self, topic: str) -> None:
        """Wake the listeners of this process."""
        self.ring_here(topic)

    def ring_here(self, topic: str) -> None:
        """Wake the listeners without waiting."""
        for listener in self._listeners.get(topic, ()):
            listener.ring()

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[BellListener]:
        """Listen while the block runs."""
        listener = Listener()
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]


class MemoryFanout:
    """Implements `service.ports.Fanout` for one process: the last value of each key waits for a slow subscriber."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[_Subscriber]] = {}

    async def publish(self, topic: str, key: str, value: Mapping[str, Any]) -> None:
        """Give the value to whoever subscribes now."""
        self.publish_here(topic, key, value)

    def publish_here(self, topic: str, key: str, value: Mapping[str, Any]) -> None:
        """Give the value without waiting."""
        for subscriber in self._subscribers.get(topic, ()):
            subscriber.put(key, value)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[tuple[str, Mapping[str, Any]]]]:
        """Yield (key, value) while the block runs."""
        subscriber = _Subscriber()
        self._subscribers.setdefault(topic, set()).add(subscriber)
        try:
            yield subscriber.values()
        finally:
            self._subscribers[topic].discard(subscriber)


class _Subscriber:
    def __init__(self) -> None:
        self._pending: dict[str, Mapping[str, Any]] = {}
        self._some = asyncio.Event()

    def put(self, key: str, value: Mapping[str, Any]) -> None:
        self._pending[key] = value
        self._some.set()

    async def values(self) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
        while True:
            await self._some.wait()
            self._some.clear()
            pending, self._pending = self._pending, {}
            for item in pending.items():
                yield item
