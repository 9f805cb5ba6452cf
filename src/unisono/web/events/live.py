"""The live topics of this process: the last value of each key, and who follows which topic.

What changes within 50 ms goes out as one frame, encoded once for all who follow. Who begins to follow, or comes back, gets
the whole first. Values that nobody repeats are taken back when their time is over.
"""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from unisono.service.live import GOOD_FOR_S
from unisono.web.events.connection import Connection
from unisono.web.events.sight import Sight
from unisono.web.events.sse import Frame, ephemeral

EVENT: Final = "live"
FLUSH_S: Final = 0.05
SWEEP_S: Final = 1.0
# A mistake in one place must not fill the memory of all.
MAX_KEYS: Final = 20_000
LONGEST_S: Final = 3_600.0


class Live:
    """Implements live topics for the streams of one process."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._values: dict[str, dict[str, tuple[Any, datetime]]] = {}
        self._following: dict[str, set[Connection]] = {}
        self._changed: dict[str, set[str]] = {}
        self._some = asyncio.Event()

    def follow(self, connection: Connection) -> None:
        """Let a connection hear the topics that it asked for; `greet` sends what they hold now."""
        for topic in connection.live:
            self._following.setdefault(topic, set()).add(connection)

    def leave(self, connection: Connection) -> None:
        """Let it hear no more: it ended, or may see something else now."""
        for topic in connection.live:
            group = self._following.get(topic)
            if group is not None:
                group.discard(connection)
                if not group:
                    del self._following[topic]

    def greet(self, connection: Connection) -> None:
        """Send the whole of each topic, the empty ones too: what the client still holds of them is past."""
        for topic in connection.live:
            connection.send(_frame(topic, self.values(topic), whole=True))

    def values(self, topic: str) -> dict[str, Any]:
        """Return what a topic holds now, by key."""
        now = self._now()
        return {key: value for key, (value, until) in self._values.get(topic, {}).items() if until > now}

    def followed(self) -> Iterable[str]:
        """Return the topics that somebody follows here: what is dear to reckon need be reckoned for these only."""
        return tuple(self._following)

    def is_followed(self, topic: str) -> bool:
        """Tell whether somebody follows this topic here."""
        return topic in self._following

    def sights(self, name: str) -> list[tuple[str, Sight]]:
        """Return the topics of this name that somebody follows here, with what their followers may see."""
        return [(topic, next(iter(group)).sight) for topic, group in self._following.items() if topic.partition(":")[0] == name]

    def hear(self, message: Mapping[str, Any]) -> None:
        """Take in a message of the bus; one that cannot be understood is passed over."""
        topic, key, value = message.get("topic"), message.get("key"), message.get("value")
        good_for = message.get("good_for_s", GOOD_FOR_S)
        if not isinstance(topic, str) or not isinstance(key, str) or not isinstance(good_for, int | float):
            return
        if math.isfinite(good_for):
            self.put(topic, key, value, float(good_for))

    def put(self, topic: str, key: str, value: Any, good_for_s: float = GOOD_FOR_S) -> None:
        """Set the value of a key for the desks of this process alone; None takes it back."""
        held = self._values.setdefault(topic, {})
        before = held.get(key)
        if value is None:
            held.pop(key, None)
        elif key in held or len(held) < MAX_KEYS:
            held[key] = (value, self._now() + timedelta(seconds=min(max(good_for_s, 0.0), LONGEST_S)))
        if not held:
            del self._values[topic]
        if topic in self._following and (before[0] if before is not None else None) != value:
            self._changed.setdefault(topic, set()).add(key)
            self._some.set()

    def sweep(self) -> None:
        """Take back what nobody has repeated in time."""
        now = self._now()
        for topic in list(self._values):
            for key in [key for key, (_, until) in self._values[topic].items() if until <= now]:
                self.put(topic, key, None)

    async def run(self) -> None:
        """Tell what changed, at most every 50 ms, until cancelled."""
        sweeping = asyncio.create_task(self._sweep_forever())
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(FLUSH_S)
                self._some.clear()
                changed, self._changed = self._changed, {}
                for topic, keys in changed.items():
                    self._tell(topic, keys)
        finally:
            sweeping.cancel()

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.sweep()

    def _tell(self, topic: str, keys: Iterable[str]) -> None:
        values = self.values(topic)
        frame = _frame(topic, {key: values.get(key) for key in sorted(keys)}, whole=False)
        for connection in list(self._following.get(topic, ())):
            connection.send(frame)


def _frame(topic: str, values: Mapping[str, Any], *, whole: bool) -> Frame:
    return ephemeral(EVENT, msgspec.json.encode({"topic": topic, "whole": whole, "values": values}))
