"""Reading answers: never more than was asked for, however small it was packed."""

import zlib
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx2

MAX_LINE_BYTES: Final = 5_000_000
ACCEPTED: Final = "gzip, identity"


class BadBody(Exception):
    """The body is larger than allowed, ends too early, or is packed in a way that was not asked for."""


async def bounded(answer: httpx2.Response, max_bytes: int) -> bytes:
    """Return a body of at most `max_bytes`, unpacked. Raises BadBody, and what httpx2 raises."""
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return await _whole(answer.aiter_raw(), max_bytes)
    if encoding not in ("gzip", "x-gzip"):
        raise BadBody(f"content-encoding {encoding!r} was not asked for")
    return await _whole(_gunzipped(answer.aiter_raw(), max_bytes), max_bytes)


async def _whole(chunks: AsyncIterator[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise BadBody(f"more than {max_bytes} bytes")
    return bytes(body)


async def _gunzipped(chunks: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[bytes]:
    """Unpack all members of a gzip stream (RFC 1952, section 2.2), in pieces of at most `max_bytes`, plus one to notice."""
    unpack: Any = None
    async for chunk in chunks:
        rest = chunk
        while rest:
            if unpack is None:
                unpack = zlib.decompressobj(wbits=31)
            try:
                yield unpack.decompress(rest, max_bytes + 1)
            except zlib.error as error:
                raise BadBody(f"it cannot be unpacked ({error})") from error
            rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
            if unpack.eof:
                unpack = None
    if unpack is not None:
        raise BadBody("it ends before its end")


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield lines without their ends as they arrive. Raises BadBody for a line without end."""
    begun: list[bytes] = []
    size = 0
    async for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*begun, line]).removesuffix(b"\r").decode("utf-8", "replace")
            begun, size = [], 0
        if rest:
            begun.append(rest)
            size += len(rest)
        if size > MAX_LINE_BYTES:
            raise BadBody("a line without end")
    if begun:
        yield b"".join(begun).decode("utf-8", "replace")
