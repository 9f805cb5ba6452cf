"""A peer that answers with raw bytes, and a client for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from unisono.contract import Manifest
from unisono.egress.client import EgressClient, EgressFactory

Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def manifest(*hosts: str) -> Manifest:
    """A manifest that allows these hosts."""
    return Manifest(
        id="probe", name="Probe", version="1", contract=1, network="probe", medium="post", title={}, summary={}, auth="none",
        hosts=hosts,
    )  # fmt: skip


class Peer:
    """Listens on loopback; `answer` is called with each request's head and what came of its body in the same piece."""

    def __init__(self, answer: Handler) -> None:
        self._answer = answer
        self.heard: list[bytes] = []
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Peer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *why: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError):
                while data := await reader.read(1_000_000):
                    self.heard.append(data)
                    await self._answer(data, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()
            await asyncio.sleep(0)


def saying(raw: bytes) -> Handler:
    """Answer everything so."""

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return answer


def ok(body: bytes, *headers: str) -> bytes:
    """A whole answer."""
    lines = ["HTTP/1.1 200 OK", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def client(url: str = "", *hosts: str, allow_private: bool = True, **more: Any) -> AsyncIterator[EgressClient]:
    """A client of a channel whose settings name `url`."""
    async with EgressFactory(allow_private=allow_private, **more) as factory:
        yield factory(manifest("{config.url}", *hosts), {"url": url})
