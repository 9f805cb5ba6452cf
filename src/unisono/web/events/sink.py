"""Where a connection's bytes go: straight to its socket, or through ASGI; the bytes are the same."""

import asyncio
import contextlib
import socket
from collections import deque
from typing import Any, Final, Protocol

from litestar.types import Send

from unisono.web.events.sse import Frame

MAX_BUFFERED_BYTES: Final = 256 * 1024
ABORT_AFTER_S: Final = 5.0
#: A machine that is gone acknowledges nothing: its connection ends after this time instead of many minutes.
UNACKNOWLEDGED_MS: Final = 40_000


class Sink(Protocol):
    """One client's end of the stream."""

    def write(self, frame: Frame) -> None:
        """Send soon, in order; never waits."""

    def buffered(self) -> int:
        """Return how many bytes the client has not taken yet."""

    def end(self) -> None:
        """Send what is buffered and end the stream; a client that takes nothing is cut off after some seconds."""

    async def wait_ended(self) -> None:
        """Return when the stream was ended, by `end` or by the client."""


class TransportSink:
    """Writes chunks to the socket itself. The head of the answer was sent through ASGI before, and its end is as well."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._ended = asyncio.Event()
        end = transport.get_extra_info("socket")
        if end is not None and end.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            # Whoever has left before the stream began leaves no socket behind; that they have is noticed by itself.
            with contextlib.suppress(OSError, ValueError):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)

    def write(self, frame: Frame) -> None:
        """Give the shared bytes to the socket."""
        if not self._ended.is_set() and not self._transport.is_closing():
            self._transport.write(frame.chunk)

    def buffered(self) -> int:
        """Return what the socket has not taken."""
        return self._transport.get_write_buffer_size()

    def end(self) -> None:
        """Let the request end; the socket is cut if its client does not take what is buffered."""
        if self._ended.is_set():
            return
        self._ended.set()
        asyncio.get_running_loop().call_later(ABORT_AFTER_S, self._cut)

    def _cut(self) -> None:
        if self._transport.get_write_buffer_size() > 0:
            self._transport.abort()

    async def wait_ended(self) -> None:
        """Return after `end`."""
        await self._ended.wait()


class AsgiSink:
    """Queues frames for a task that sends them one by one: works with every ASGI server."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: deque[Frame] = deque()
        self._buffered = 0
        self._some = asyncio.Event()
        self._ending = False

    def write(self, frame: Frame) -> None:
        """Queue a frame."""
        if not self._ending:
            self._frames.append(frame)
            self._buffered += len(frame.data)
            self._some.set()

    def buffered(self) -> int:
        """Return what is queued."""
        return self._buffered

    def end(self) -> None:
        """Send what is queued, then end."""
        self._ending = True
        self._some.set()

    async def wait_ended(self) -> None:
        """Send until ended; a client that takes nothing after the end is given up."""
        while not self._ending:
            await self._some.wait()
            self._some.clear()
            await self._drain()
        try:
            async with asyncio.timeout(ABORT_AFTER_S):
                await self._drain()
        except TimeoutError:
            self._frames.clear()

    async def _drain(self) -> None:
        while self._frames:
            frame = self._frames.popleft()
            message: Any = {"type": "http.response.body", "body": frame.data, "more_body": True}
            await self._send(message)
            self._buffered -= len(frame.data)
