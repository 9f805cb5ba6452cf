"""Bytes of the stream. Source: WHATWG HTML, section 9.2 (server-sent events); RFC 9112, section 7.1 (chunks)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import msgspec

LONGEST_RETRY_MS: Final = 5_000
SHORTEST_RETRY_MS: Final = 1_000


class Frame:
    """Some lines of the stream, encoded once: `data` for whoever adds chunks itself, `chunk` as it goes on the wire."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def chunk(self) -> bytes:
        """The data as one chunk of an HTTP/1.1 body."""
        return b"%x\r\n%b\r\n" % (len(self.data), self.data)


def change(cursor: str, body: Mapping[str, Any]) -> Frame:
    """Return a durable frame; its id is where the stream can be taken up again."""
    return Frame(b"id: %b\nevent: change\ndata: %b\n\n" % (cursor.encode(), msgspec.json.encode(body)))


def ephemeral(event: str, json: bytes) -> Frame:
    """Return a frame without an id: the last of its kind counts, none is repeated."""
    return Frame(b"event: %b\ndata: %b\n\n" % (event.encode(), json))


def hello(cursor: str, version: str, retry_ms: int) -> Frame:
    """Return the first frame: where the stream stands, and after how long to come back when it breaks."""
    body = msgspec.json.encode({"cursor": cursor, "version": version})
    return Frame(b"retry: %d\nevent: hello\ndata: %b\n\n" % (retry_ms, body))


def keep_alive(cursor: str) -> Frame:
    """Return a comment, and the place up to which nothing was missed: a browser keeps it without telling the page."""
    return Frame(b": keep-alive\nid: %b\n\n" % cursor.encode())


RESET: Final = Frame(b"event: reset\ndata: {}\n\n")
LAST_CHUNK: Final = b"0\r\n\r\n"
