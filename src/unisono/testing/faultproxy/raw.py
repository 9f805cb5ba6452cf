"""A line of another protocol than HTTP: faults wait for what the client says."""

import asyncio
import contextlib
from collections.abc import Callable

from unisono.testing.faultproxy.faults import Effect, Fault
from unisono.testing.faultproxy.http import CHUNK_BYTES
from unisono.testing.faultproxy.line import at_once, send

METHOD = "RAW"
_KEPT_BYTES = 1_000_000
Next = Callable[[str, str, bytes], Fault | None]
Note = Callable[[str, str, int, Fault | None, bytes], None]


class RawLine:
    """One connection of a client, passed on to the peer.

    A fault without `Match.data` happens when the connection opens; one with it when the client has said something that
    fits. What was heard before a hit counts no more.
    """

    def __init__(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter, following: Next, note: Note) -> None:
        self._reader = reader
        self._client = client
        self._next = following
        self._note = note
        self._fault: Fault | None = None

    async def run(self, peer: tuple[str, int]) -> None:
        """Pass both directions on until one side ends. Raises OSError."""
        fault = self._next(METHOD, "", b"")
        if fault is not None:
            self._note(METHOD, "", 0, fault, b"")
            self._fault = fault
            if not await self._opened(fault):
                return
        reader, network = await asyncio.open_connection(*peer)
        at_once(network)
        tasks = {asyncio.create_task(self._to_network(network)), asyncio.create_task(self._to_client(reader))}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            network.close()

    async def _opened(self, fault: Fault) -> bool:
        """Do what a fault does to a new connection; returns whether the peer is asked at all."""
        match fault.effect:
            case Effect.DROP:
                self._client.transport.abort()
                return False
            case Effect.ANSWER:
                await send(self._client, fault.answer)
                return False
            case Effect.DELAY:
                await asyncio.sleep(fault.delay_s)
        return True

    async def _to_network(self, network: asyncio.StreamWriter) -> None:
        heard = b""
        while data := await self._reader.read(CHUNK_BYTES):
            heard = (heard + data)[-_KEPT_BYTES:]
            fault = self._next(METHOD, "", heard)
            if fault is not None:
                self._note(METHOD, "", 0, fault, heard)
                heard = b""
                if not await self._hit(fault):
                    return
            await send(network, data)

    async def _hit(self, fault: Fault) -> bool:
        """Do what a fault does to what the client said; returns whether the peer hears it."""
        match fault.effect:
            case Effect.DROP:
                self._client.transport.abort()
                return False
            case Effect.ANSWER:
                await send(self._client, fault.answer)
                # The peer was left out of it, so the two no longer agree on where they are.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(5.0):
                        await self._reader.read(CHUNK_BYTES)
                return False
            case Effect.DELAY:
                await asyncio.sleep(fault.delay_s)
                return True
        self._fault = fault
        return True

    async def _to_client(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK_BYTES):
            fault = self._fault
            if fault is None or fault.effect in (Effect.DELAY, Effect.ANSWER, Effect.DROP):
                await send(self._client, data)
            elif not await self._spoil(fault, data):
                return

    async def _spoil(self, fault: Fault, data: bytes) -> bool:
        """Do something to what the peer answers; returns whether the line goes on."""
        match fault.effect:
            case Effect.ACCEPT_THEN_HANG:
                # The client's leaving is noticed where it is listened to.
                await asyncio.sleep(fault.delay_s)
                self._client.transport.abort()
                return False
            case Effect.ANSWER_AFTER:
                await send(self._client, fault.answer)
            case Effect.HOLD:
                await fault.released.wait()
                await send(self._client, data)
            case Effect.CUT:
                await send(self._client, data[: fault.after_bytes])
                await asyncio.sleep(0.02)
                self._client.transport.abort()
                return False
            case Effect.DRIP:
                for place in range(0, len(data), fault.chunk_bytes):
                    await send(self._client, data[place : place + fault.chunk_bytes])
                    await asyncio.sleep(fault.delay_s)
                return True
            case Effect.REWRITE:
                assert fault.rewrite is not None, "REWRITE needs `rewrite`"
                await send(self._client, fault.rewrite(data))
                return True
            case _:
                self._client.transport.abort()
                return False
        self._fault = None
        return True
