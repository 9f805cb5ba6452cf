"""A client of the event stream, for tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from msgspec import Struct

from tests.web.conftest import Browser


class Heard(Struct, frozen=True):
    """One event as it came."""

    event: str
    id: str | None
    data: Any


class Listener:
    """Collects what a stream says."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.raw = b""
        self.last_id: str | None = None
        self.ended = asyncio.Event()
        self.status = 0
        self._some = asyncio.Event()
        self._read = 0

    async def run(self, browser: Browser, path: str, headers: dict[str, str]) -> None:
        try:
            async with browser.http.stream("GET", f"/api/v1/{path}", headers=headers, timeout=60) as response:
                self.status = response.status_code
                rest = b""
                async for piece in response.aiter_bytes():
                    self.raw += piece
                    *blocks, rest = (rest + piece).split(b"\n\n")
                    for block in blocks:
                        self._take(block.decode())
        finally:
            self.ended.set()
            self._some.set()

    def _take(self, block: str) -> None:
        event, data, identifier = "message", "", None
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                event = value
            elif name == "data":
                data = value
            elif name == "id":
                identifier = self.last_id = value
        if data:
            self.heard.append(Heard(event, identifier, msgspec.json.decode(data)))
            self._some.set()

    async def next(self, event: str = "change", timeout_s: float = 10) -> Any:
        """Return the data of the next event of this kind; others are passed over."""
        async with asyncio.timeout(timeout_s):
            while True:
                while self._read < len(self.heard):
                    found = self.heard[self._read]
                    self._read += 1
                    if found.event == event:
                        return found.data
                assert not self.ended.is_set(), f"the stream ended; heard {[h.event for h in self.heard]}"
                self._some.clear()
                await self._some.wait()

    async def texts(self, *wanted: str) -> None:
        """Hear frames until their work shows exactly these newest texts; one that is not wanted fails at once."""
        heard: set[str] = set()
        while heard != set(wanted):
            heard |= {item["last"]["text"] for item in (await self.next()).get("work", ())}
            assert heard <= set(wanted), heard

    async def nothing(self, event: str = "change", within_s: float = 1.5) -> None:
        """Assert that no event of this kind comes for a while."""
        with contextlib.suppress(TimeoutError):
            raise AssertionError(f"heard {await self.next(event, within_s)}")

    def frames(self) -> list[Any]:
        """All durable frames so far."""
        return [heard.data for heard in self.heard if heard.event == "change"]


@asynccontextmanager
async def listening(browser: Browser, topics: str = "work", after: str | None = None, **headers: str) -> AsyncIterator[Listener]:
    """Listen while the block runs, from the greeting on."""
    listener = Listener()
    path = f"events?topics={topics}" + (f"&after={after}" if after else "")
    task = asyncio.create_task(listener.run(browser, path, headers))
    try:
        await listener.next("hello")
        yield listener
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
