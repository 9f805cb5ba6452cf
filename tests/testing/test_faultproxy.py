"""The proxy before a peer: for how long the peer was waited for."""

import asyncio

import httpx2
import pytest

from unisono.testing.faultproxy import FaultProxy

SLOW_S = 1.0


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer slowly, or hold a stream open for a while and leave in the middle."""
    path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
    if path == b"/stream":
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n\r\n\r\n")
        await writer.drain()
    await asyncio.sleep(SLOW_S)
    if path != b"/stream":
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
    writer.close()


@pytest.mark.parametrize(("path", "least", "most"), [("/slow", SLOW_S * 0.9, 60.0), ("/stream", 0.0, SLOW_S * 0.9)])
async def test_a_stream_that_is_held_open_keeps_nobody_waiting(path: str, least: float, most: float) -> None:
    peer = await asyncio.start_server(_serve, "127.0.0.1", 0)
    proxy = FaultProxy(peer.sockets[0].getsockname()[1])
    async with peer:
        await proxy.start()
        async with httpx2.AsyncClient(base_url=proxy.url, trust_env=False) as client:
            try:
                await client.get(path)
            except httpx2.HTTPError:
                assert path == "/stream"
        await proxy.stop()
    assert least <= proxy.waited_s < most
