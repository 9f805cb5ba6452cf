"""A line between a connector and its network on which things go wrong by script."""

import asyncio
import contextlib
import time
from types import TracebackType
from typing import Self

import httptools
from msgspec import Struct

from unisono.testing.faultproxy.faults import Effect, Fault, Match, Script
from unisono.testing.faultproxy.http import CHUNK_BYTES, Answer, Request, read_request, split_head
from unisono.testing.faultproxy.line import at_once, send
from unisono.testing.faultproxy.raw import RawLine


class Seen(Struct, frozen=True, kw_only=True):
    """One request that came through, or was to. `status` is what the network answered, 0 when it was not asked.

    at: seconds of the monotonic clock. raw: the request as it stood on the line.
    """

    method: str
    path: str
    status: int
    fault: str
    at: float
    raw: bytes


class FaultProxy:
    """Listens on 127.0.0.1 while the block runs, and passes everything on to a peer.

    raw: the peer does not speak HTTP (IMAP, SMTP, XMPP); then `Match.data` is what a fault waits for. Connections are
    plain: put it before a peer without TLS.
    """

    def __init__(self, port: int, host: str = "127.0.0.1", *, raw: bool = False) -> None:
        self.peer = (host, port)
        self.raw = raw
        self.port = 0
        self.seen: list[Seen] = []
        #: For how long the peer has been waited for since the start, in seconds, over all requests; HTTP only. Of a stream that
        #: is held open only until it began: that it says nothing for minutes keeps nobody waiting.
        self.waited_s = 0.0
        self._script = Script()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[object], asyncio.StreamWriter] = {}

    @property
    def url(self) -> str:
        """The address for HTTP, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def add(self, effect: Effect, match: Match | None = None, **more: object) -> Fault:
        """Put a fault at the end of the script and return it; `more` are fields of `Fault`."""
        return self._script.add(Fault(effect=effect, match=match or Match(), **more))  # type: ignore[arg-type]

    def calm(self) -> None:
        """Let everything pass again."""
        self._script.calm()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen: on a free port the first time, on the same one after `stop`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections from now on, and cut those that are open."""
        self._script.calm()
        if self._server is None:
            return
        self._server.close()
        self._server = None
        tasks = list(self._open)
        for task, writer in list(self._open.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        at_once(writer)
        try:
            # Only `stop` cancels, and then this is the end of the task.
            with contextlib.suppress(OSError, httptools.HttpParserError, asyncio.CancelledError):
                if self.raw:
                    await RawLine(reader, writer, self._script.next, self._note).run(self.peer)
                else:
                    while (request := await read_request(reader)) is not None and await self._exchange(request, reader, writer):
                        pass
        finally:
            del self._open[task]
            writer.close()

    def _note(self, method: str, path: str, status: int, fault: Fault | None, raw: bytes) -> None:
        name = fault.effect.value if fault else ""
        self.seen.append(Seen(method=method, path=path, status=status, fault=name, at=time.monotonic(), raw=raw))

    async def _exchange(self, request: Request, from_client: asyncio.StreamReader, client: asyncio.StreamWriter) -> bool:
        """Pass one request on; returns whether the line may be used again."""
        fault = self._script.next(request.method, request.target, request.raw)
        answer: Answer | None = None
        network: asyncio.StreamWriter | None = None
        begun = time.monotonic()
        spoke_at: float | None = None
        try:
            if fault is not None and fault.effect is Effect.DROP:
                client.transport.abort()
                return False
            if fault is not None and fault.effect is Effect.ANSWER:
                await send(client, fault.answer)
                return False
            if fault is not None and fault.effect is Effect.DELAY:
                await asyncio.sleep(fault.delay_s)
            reader, network = await asyncio.open_connection(*self.peer)
            at_once(network)
            answer = Answer(reader, request.method)
            await send(network, request.plain() if fault and fault.effect is Effect.REWRITE else request.raw)
            if fault is not None and fault.effect is not Effect.DELAY:
                return await _spoil(fault, answer, from_client, client)
            async for piece in answer.pieces():
                spoke_at = spoke_at or time.monotonic()
                await send(client, piece)
            if answer.upgraded:
                await _both_ways(reader, network, from_client, client)
            return answer.keeps_alive
        except OSError:
            client.transport.abort()
            return False
        finally:
            if network is not None:
                network.close()
                held_open = answer is not None and spoke_at is not None and not answer.complete
                self.waited_s += (spoke_at if held_open and spoke_at is not None else time.monotonic()) - begun
            self._note(request.method, request.target, answer.status if answer else 0, fault, request.raw)


async def _spoil(fault: Fault, answer: Answer, from_client: asyncio.StreamReader, client: asyncio.StreamWriter) -> bool:
    """Let the network do its work, and do something to its answer; returns whether the line may be used again."""
    raw = await answer.whole()
    match fault.effect:
        case Effect.ACCEPT_THEN_HANG:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(fault.delay_s):
                    await from_client.read(1)
            client.transport.abort()
            return False
        case Effect.ANSWER_AFTER:
            await send(client, fault.answer)
            return False
        case Effect.CUT:
            head, body = split_head(raw)
            await send(client, head + body[: fault.after_bytes])
            # Without a moment the reset overtakes what was sent.
            await asyncio.sleep(0.02)
            client.transport.abort()
            return False
        case Effect.HOLD:
            await fault.released.wait()
            await send(client, raw)
        case Effect.DRIP:
            for place in range(0, len(raw), fault.chunk_bytes):
                await send(client, raw[place : place + fault.chunk_bytes])
                await asyncio.sleep(fault.delay_s)
        case Effect.REWRITE:
            assert fault.rewrite is not None, "REWRITE needs `rewrite`"
            await send(client, answer.with_body(fault.rewrite(answer.body())))
        case _:
            client.transport.abort()
            return False
    return answer.keeps_alive


async def _both_ways(
    reader: asyncio.StreamReader, network: asyncio.StreamWriter, from_client: asyncio.StreamReader, client: asyncio.StreamWriter
) -> None:
    """Pass an upgraded connection on as it is, until one side ends."""

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(CHUNK_BYTES):
            await send(target, data)

    tasks = {asyncio.create_task(pump(reader, client)), asyncio.create_task(pump(from_client, network))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
