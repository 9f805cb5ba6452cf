"""HTTP on a raw line: where a message ends, and what its body is. Bytes pass unchanged."""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator

import httptools
from msgspec import Struct

CHUNK_BYTES = 65_536
_ABOUT_THE_BODY = frozenset({"content-length", "transfer-encoding", "content-encoding"})
_ACCEPTED_ENCODING = re.compile(rb"(?im)^accept-encoding:[^\r\n]*")


class Request(Struct, frozen=True, kw_only=True):
    """A request as it stood on the line."""

    method: str
    target: str
    raw: bytes

    def plain(self) -> bytes:
        """Return the request so that the answer comes unpacked."""
        head, gap, body = self.raw.partition(b"\r\n\r\n")
        return _ACCEPTED_ENCODING.sub(b"accept-encoding: identity", head) + gap + body


class _RequestEnd:
    def __init__(self) -> None:
        self.target = b""
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_message_complete(self) -> None:
        self.complete = True


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the next request, whole; None when the client has gone. Raises httptools.HttpParserError."""
    end = _RequestEnd()
    parser = httptools.HttpRequestParser(end)
    raw = b""
    while not end.complete:
        data = await reader.read(CHUNK_BYTES)
        if not data:
            return None
        raw += data
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            break
    return Request(method=parser.get_method().decode("ascii"), target=end.target.decode("latin-1"), raw=raw)


class _AnswerEnd:
    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.begun = False
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.begun = True

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


class Answer:
    """A network's answer while it is read. `upgraded`: from here on it is no HTTP any more."""

    def __init__(self, reader: asyncio.StreamReader, method: str) -> None:
        self._reader = reader
        self._end = _AnswerEnd()
        self._parser = httptools.HttpResponseParser(self._end)
        self._head_only = method == "HEAD"
        self.upgraded = False

    @property
    def status(self) -> int:
        """The status, 0 before it is known."""
        return int(self._parser.get_status_code()) if self._end.begun else 0

    @property
    def complete(self) -> bool:
        """Whether the answer came to its end; a stream that is held open never does."""
        return self._end.complete

    @property
    def keeps_alive(self) -> bool:
        """Whether the answer came to its end, and its sender goes on with the connection."""
        ended = self._end.complete or (self._end.begun and (self._head_only or self.status in (204, 304)))
        return ended and not self.upgraded and self._end.headers.get("connection", "").lower() != "close"

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the raw bytes as they come, up to the answer's end."""
        while not self._end.complete:
            data = await self._reader.read(CHUNK_BYTES)
            if not data:
                return
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade:
                self.upgraded = True
            yield data
            if self.upgraded or (self._end.begun and (self._head_only or self.status in (204, 304))):
                return

    async def whole(self) -> bytes:
        """Return all raw bytes."""
        return b"".join([piece async for piece in self.pieces()])

    def body(self) -> bytes:
        """Return the body as read so far, unpacked."""
        packed = bytes(self._end.body)
        return zlib.decompress(packed, wbits=47) if self._end.headers.get("content-encoding") == "gzip" else packed

    def with_body(self, body: bytes) -> bytes:
        """Return the answer with another body, as raw bytes."""
        kept = {
            k: v for k, v in self._end.headers.items() if k not in ("content-length", "transfer-encoding", "content-encoding")
        }
        lines = [f"HTTP/1.1 {self.status} OK", *(f"{k}: {v}" for k, v in kept.items()), f"content-length: {len(body)}"]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Return an answer's head, with the empty line, and what follows."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    return head + gap, body
