"""A town with a telephone exchange: Kamailio, sipp, and the driver `sip` with its endpoint, over real sockets."""

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.peers import require_binary
from unisono.contract.voice import Command, Digit, Offered, Result, VoiceEvent
from unisono.testing.telephony import Ear, Kamailio, Sipp
from unisono.testing.telephony.sipp import Caller, Phone
from unisono.voice.sip.driver import SipDriver

E = TypeVar("E")
NUMBER = "+4980012345"
#: What was opened in the test that runs; a town outlives it.
_EARS: list[Ear] = []


class Log:
    """Takes what is logged, so that a test can look."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def _take(self, event: str, **values: Any) -> None:
        self.lines.append((event, values))
        logging.getLogger("test.voice").info("%s %s", event, values)

    debug = info = warning = error = exception = _take


@dataclass
class Context:
    """What the driver is given."""

    settings: dict[str, Any]
    folder: Path
    name: str = "sip"
    sounds: dict[str, bytes] = field(default_factory=dict)
    log: Any = field(default_factory=Log)
    clock: Any = None
    http: Any = None

    async def sound(self, file: str) -> bytes:
        return self.sounds[file]


class House:
    """The house as the driver sees it: keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[VoiceEvent] = []
        self.reconnections = 0
        self._news = asyncio.Condition()
        self._taken: set[str] = set()

    async def arrives(self, within_s: float = 10.0) -> Offered:
        """Wait for a call that no test has taken yet, and take it."""
        async with self._news:
            fresh = lambda: [e for e in self.events if isinstance(e, Offered) and e.call_id not in self._taken]  # noqa: E731
            try:
                await asyncio.wait_for(self._news.wait_for(fresh), within_s)
            except TimeoutError:
                raise AssertionError("nobody called") from None
            offered = fresh()[0]
        self._taken.add(offered.call_id)
        return offered

    def take_all(self) -> None:
        """Let no test wait for a call that is there already."""
        self._taken |= {event.call_id for event in self.events}

    async def reconnected_times(self, times: int, within_s: float = 20.0) -> None:
        """Wait until the driver has said so often that it stands."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: self.reconnections >= times), within_s)

    async def heard(self, event: VoiceEvent) -> None:
        async with self._news:
            self.events.append(event)
            self._news.notify_all()

    async def reconnected(self) -> None:
        async with self._news:
            self.reconnections += 1
            self._news.notify_all()

    async def none_before(self, kind: type[E], end: Coroutine[Any, Any, None], **wanted: Any) -> None:
        """Wait for an end before which no such event may come; one that comes fails at once."""
        ending, coming = asyncio.ensure_future(end), asyncio.ensure_future(self.next(kind, within_s=60.0, **wanted))
        try:
            await asyncio.wait((ending, coming), return_when=asyncio.FIRST_COMPLETED)
            assert not self.all(kind, **wanted), f"{kind.__name__} came: {self.all(kind, **wanted)}"
            await ending
        finally:
            for one in (ending, coming):
                one.cancel()
            await asyncio.gather(ending, coming, return_exceptions=True)

    async def digits(self, call_id: str, number: int) -> None:
        """Wait until so many keys were told."""
        async with self._news, asyncio.timeout(10):
            await self._news.wait_for(lambda: len(self.all(Digit, call_id=call_id)) >= number)

    def all(self, kind: type[E], **wanted: Any) -> list[E]:
        """Return the events of a kind that have these values."""
        return [
            e for e in self.events if isinstance(e, kind) and all(getattr(e, name) == value for name, value in wanted.items())
        ]

    async def next(self, kind: type[E], within_s: float = 10.0, **wanted: Any) -> E:
        """Wait for the first event of a kind with these values."""
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(lambda: self.all(kind, **wanted)), within_s)
            except TimeoutError:
                raise AssertionError(f"no {kind.__name__} {wanted} came; these did: {self.events}") from None
        return self.all(kind, **wanted)[0]


@dataclass
class Town:
    """All of it. Ports of phones that are registered: `phone`."""

    folder: Path
    kamailio: Kamailio
    driver: SipDriver
    context: Context
    house: House
    listen: str
    provider_port: int
    #: Where SIP addresses may be dialled directly.
    direct_port: int
    _running: "asyncio.Task[None]"
    _stack: AsyncExitStack

    def stop(self) -> None:
        """Stop the driver, as the house does when it is stopped."""
        self._running.cancel()

    async def stopped(self) -> None:
        """Wait until it has."""
        await _end(self._running, again=False)

    def cut(self) -> None:
        """Let the endpoint lose its house."""
        assert self.driver._link is not None
        self.driver._link.close()

    async def do(self, kind: type[Command], call_id: str, /, **values: Any) -> Result:
        """Give a command."""
        return await self.driver.do(kind(command_id=uuid4().hex, call_id=call_id, **values))

    async def ear(self, hertz: float = 620.0) -> Ear:
        """Open the sound of a phone or a caller."""
        ear = await Ear.open(hertz)
        self._stack.callback(ear.close)
        _EARS.append(ear)
        return ear

    @asynccontextmanager
    async def calls(self, script: Caller, *, direct: bool = False, **more: Any) -> AsyncIterator[Sipp]:
        """Let somebody call, through Kamailio unless `direct`."""
        server = self.listen if direct else self.kamailio.address
        async with Sipp.running(
            sipp(), self.folder, script, port=more.pop("port", free_port()), server=server, **more
        ) as running:
            yield running

    @asynccontextmanager
    async def phone(self, user: str, script: Phone) -> AsyncIterator[Sipp]:
        """Put a phone of ours there, registered at Kamailio."""
        port = free_port()
        async with Sipp.running(sipp(), self.folder, script, port=port, server=self.kamailio.address) as running:
            await self.kamailio.register(user, port)
            try:
                yield running
            finally:
                await self.kamailio.register(user, port, expires_s=0)

    @asynccontextmanager
    async def provider(self, script: Phone) -> AsyncIterator[Sipp]:
        """Let somebody outside be reachable, behind the provider."""
        async with Sipp.running(sipp(), self.folder, script, port=self.provider_port, server=self.kamailio.address) as running:
            yield running


def free_port() -> int:
    """Return a port that was free for TCP and UDP a moment ago, below those that the system hands out by itself.

    An ear or a resolver gets one of the latter at any time; it would then hear what is meant for a telephone.
    """
    for _ in range(1000):
        port = 10_000 + secrets.randbelow(10_000)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            contextlib.suppress(OSError),
        ):
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            return port
    raise AssertionError("No port from 10000 to 19999 is free.")


def rtp_begin() -> int:
    """Return where a thousand ports for sound begin, below those that the system hands out by itself."""
    return 20_000 + 2 * secrets.randbelow(5_500)


def sipp() -> Path:
    return require_binary("sip-tester", "/usr/bin/sipp")


@asynccontextmanager
async def town_with(
    folder: Path, *, run: Callable[[SipDriver], Coroutine[Any, Any, None]] | None = None, **settings: Any
) -> AsyncIterator[Town]:
    """Build a town; settings of the line beside those that every test needs. `run`: works the driver, else a mere listener."""
    kamailio_program = require_binary("kamailio", "/usr/sbin/kamailio")
    sipp()
    listen, port, provider_port, direct_port = f"127.0.0.1:{free_port()}", free_port(), free_port(), free_port()
    first = rtp_begin()
    async with AsyncExitStack() as stack:
        kamailio = await stack.enter_async_context(
            Kamailio.running(
                kamailio_program,
                folder,
                port=port,
                gateway=listen,
                provider=f"127.0.0.1:{provider_port}",
                numbers=r"\+49800[0-9]+",
            )
        )
        context = Context(
            {
                "listen": listen,
                "rtp_ports": f"{first}-{first + 1000}",
                "trunk": kamailio.address,
                "phones": kamailio.address,
                "may_dial": ["+49"],
                "never_dial": ["+49900"],
                "sip_hosts": [f"127.0.0.1:{direct_port}"],
                "drain_s": 1.0,
                **settings,
            },
            folder,
        )
        driver, house = SipDriver(context), House()
        running = asyncio.create_task(run(driver) if run else driver.run(house))
        stack.push_async_callback(_end, running)
        await asyncio.wait_for(driver.listening.wait(), 20)
        yield Town(folder, kamailio, driver, context, house, listen, provider_port, direct_port, running, stack)


@contextmanager
def nobody_is_dialled(town: Town) -> Iterator[None]:
    """Hold the provider's place, and see that not one message came to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as provider:
        provider.bind(("127.0.0.1", town.provider_port))
        provider.setblocking(False)
        yield
        with pytest.raises(BlockingIOError):
            provider.recv(10)


@asynccontextmanager
async def stopping(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let something go on until the block ends, and then stop."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await _end(task)


async def _end(task: "asyncio.Task[None]", *, again: bool = True) -> None:
    if again:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture(autouse=True)
def _nobody_speaks_on() -> Iterator[None]:
    """A phone whose test is over is silent: its old port is the next call's."""
    yield
    for ear in _EARS:
        ear.close()
    _EARS.clear()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: Any) -> AsyncIterator[Town]:
    async with town_with(tmp_path_factory.mktemp("town")) as built:
        yield built
