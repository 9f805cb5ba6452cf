"""A scripted Asterisk, our driver on it over real sockets, and a house that does what a call needs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from tests.voice.ari.published import check_answer, check_event, check_request
from unisono.contract.voice import Command, Result, Snapshot, VoiceEvent
from unisono.egress.client import EgressFactory
from unisono.testing.asterisk.server import PASSWORD, USER, ScriptedAsterisk
from unisono.testing.clock import MovableClock
from unisono.voice.ari import MANIFEST, AriDriver
from unisono.voice.ari.settings import read_settings

SETTINGS: dict[str, Any] = {
    "username": USER, "password": PASSWORD, "trunk": "PJSIP/{number}@carrier", "allowed": "+49, +43",
    "transfer_context": "from-unisono", "headers": "X-Customer-Number",
}  # fmt: skip


class QuietLog:
    """Takes what a driver logs."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, object]]] = []

    def debug(self, event: str, **facts: object) -> None:
        self.lines.append((event, facts))

    info = warning = error = debug


class Ear:
    """A listener that keeps what it is told, each once, as the house does."""

    def __init__(self) -> None:
        self.told: list[VoiceEvent] = []
        self.reconnects = 0
        self._news = asyncio.Event()
        self._known: set[str] = set()

    async def heard(self, event: VoiceEvent) -> None:
        if event.event_id not in self._known:
            self._known.add(event.event_id)
            self.told.append(event)
        self._news.set()

    async def reconnected(self) -> None:
        self.reconnects += 1
        self._news.set()

    def of(self, kind: type[Any], **fields: object) -> list[Any]:
        """Return what was told of a kind."""
        return [
            one
            for one in self.told
            if isinstance(one, kind) and all(getattr(one, name) == value for name, value in fields.items())
        ]

    async def until(self, holds: Callable[[], object], within_s: float = 10.0) -> None:
        """Wait until something holds; looked at after every piece of news."""
        async with asyncio.timeout(within_s):
            while not holds():
                self._news.clear()
                with_news = asyncio.create_task(self._news.wait())
                await asyncio.wait({with_news}, timeout=0.02)
                with_news.cancel()


class Line:
    """One driver on one exchange."""

    def __init__(self, exchange: ScriptedAsterisk, factory: EgressFactory, clock: MovableClock, **settings: Any) -> None:
        self.exchange = exchange
        self.clock = clock
        self.log = QuietLog()
        self.ear = Ear()
        raw = {"url": exchange.url, **SETTINGS, **settings}
        self.driver = AriDriver("ari", read_settings(raw), factory(MANIFEST, raw), clock, self.log)
        self._number = 0
        self._task: asyncio.Task[None] | None = None

    async def up(self) -> None:
        """Connect, and wait until the line stands."""
        self._task = asyncio.create_task(self.driver.run(self.ear))
        before = self.ear.reconnects
        await self.ear.until(lambda: self.ear.reconnects > before or (self._task is not None and self._task.done()))
        if self._task.done():
            await self._task

    async def down(self) -> None:
        """Stop the driver, as a node that is shut down does."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def do(self, wish: Callable[..., Command], call_id: str, **more: Any) -> Result:
        """Give a command that was not given before."""
        self._number += 1
        return await self.driver.do(wish(command_id=more.pop("command_id", f"c{self._number}"), call_id=call_id, **more))

    async def seen(self) -> Snapshot:
        """Return what the driver sees."""
        return await self.driver.snapshot()


@pytest.fixture
def clock() -> MovableClock:
    """Time, of which a driver waits for a hundredth only."""
    return MovableClock(pace=0.005)


@pytest_asyncio.fixture
async def exchange() -> AsyncIterator[ScriptedAsterisk]:
    """A fresh exchange; all that it said and was asked is held against the published interface at the end."""
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    served = ScriptedAsterisk()
    await served.start()
    yield served
    await served.stop()
    hold_against_published(served)


def hold_against_published(served: ScriptedAsterisk) -> None:
    """Check each event, request and answer of an exchange."""
    for event in [*served.sent, *served.faults.lost]:
        check_event(event)
    for (method, path, params, status), (_, _, shown) in zip(served.asked, served.shown, strict=True):
        check_request(method, path, {name: value for name, value in params.items() if name != "api_key"})
        if status != 405:
            check_answer(method, path, status, shown)


@pytest_asyncio.fixture
async def factory() -> AsyncIterator[EgressFactory]:
    """The house's one HTTP client."""
    async with EgressFactory(allow_private=True) as made:
        yield made


@pytest_asyncio.fixture
async def line(exchange: ScriptedAsterisk, factory: EgressFactory, clock: MovableClock) -> AsyncIterator[Line]:
    """A line that stands."""
    made = Line(exchange, factory, clock)
    await made.up()
    yield made
    await made.down()
