"""Who is listening right now: streams of server-sent events and pushes hang on this."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

_WAITING = 500
_SILENCE_S = 15.0


class Live:
    """Topics within one process. A listener that does not keep up is let go; it asks anew when it comes back."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[dict[str, Any] | None]]] = {}
        self._calls: dict[str, list[Callable[[dict[str, Any]], None]]] = {}

    def tell(self, topic: str, message: dict[str, Any]) -> None:
        """Give a message to everybody who listens now."""
        for queue in list(self._queues.get(topic, ())):
            if queue.qsize() >= _WAITING:
                self._queues[topic].discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(message)
        for call in self._calls.get(topic, ()):
            call(message)

    def call(self, topic: str, function: Callable[[dict[str, Any]], None]) -> None:
        """Call a function for every message of a topic from now on; it must not wait."""
        self._calls.setdefault(topic, []).append(function)

    def listens(self, topic: str) -> bool:
        """Tell whether anybody does."""
        return bool(self._queues.get(topic))

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        for queues in self._queues.values():
            for queue in queues:
                queue.put_nowait(None)
        self._queues.clear()

    @contextmanager
    def _queue(self, topics: tuple[str, ...]) -> Iterator[asyncio.Queue[dict[str, Any] | None]]:
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        for topic in topics:
            self._queues.setdefault(topic, set()).add(queue)
        try:
            yield queue
        finally:
            for topic in topics:
                self._queues.get(topic, set()).discard(queue)

    async def events(self, *topics: str) -> AsyncIterator[bytes]:
        """Yield server-sent events; `type` of a message is the event's name. A comment now and then keeps proxies calm."""
        with self._queue(topics) as queue:
            yield b": welcome\n\n"
            while True:
                try:
                    async with asyncio.timeout(_SILENCE_S):
                        message = await queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if message is None:
                    return
                yield b"event: %s\ndata: %s\n\n" % (str(message["type"]).encode(), msgspec.json.encode(message))
