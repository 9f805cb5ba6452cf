"""What goes wrong on the way to a network: to which requests, how often, and how."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from msgspec import Struct, field


class Effect(StrEnum):
    """What happens to a request, or on a raw line to what matched.

    The network does not see it:
      DROP: read whole, then the line is cut. ANSWER: `answer` instead of the network's.
    The network does its work:
      ACCEPT_THEN_DROP: its answer is read whole, then the line is cut. ACCEPT_THEN_HANG: silence for `delay_s`, then cut.
      ANSWER_AFTER: `answer` instead of what it said. HOLD: its answer waits until `release()`.
      CUT: its answer ends after `after_bytes` of the body. DRIP: its answer comes in pieces of `chunk_bytes`, with
      `delay_s` between them. REWRITE: its body goes through `rewrite`. DELAY: `delay_s` pass before it sees the request.
    """

    DROP = "drop"
    ANSWER = "answer"
    ACCEPT_THEN_DROP = "accept_then_drop"
    ACCEPT_THEN_HANG = "accept_then_hang"
    ANSWER_AFTER = "answer_after"
    HOLD = "hold"
    CUT = "cut"
    DRIP = "drip"
    REWRITE = "rewrite"
    DELAY = "delay"


class Match(Struct, frozen=True, kw_only=True):
    """Which requests. All that is given must fit; nothing given is every request.

    methods: of HTTP. path: regular expression that is searched in path and query. data: regular expression that is
    searched in the raw bytes of a request; on a raw line in what the client has said since the last hit.
    """

    methods: tuple[str, ...] = ()
    path: str = ""
    data: bytes = b""

    def fits(self, method: str, path: str, data: bytes) -> bool:
        """Tell whether a request is meant."""
        return (
            (not self.methods or method in self.methods)
            and (not self.path or re.search(self.path, path) is not None)
            and (not self.data or re.search(self.data, data, re.DOTALL) is not None)
        )


class Fault(Struct, kw_only=True, eq=False):
    """One line of the script. count: how often it still happens, None for ever. skip: how many matching requests pass first.

    hits: how often it happened. A HOLD lets its answers go at `release()`.
    """

    effect: Effect
    match: Match = Match()
    count: int | None = 1
    skip: int = 0
    delay_s: float = 600.0
    after_bytes: int = 0
    chunk_bytes: int = 1
    answer: bytes = b""
    rewrite: Callable[[bytes], bytes] | None = None
    hits: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let go what was held."""
        self.released.set()


class Script:
    """The faults in force. The first that fits a request happens."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a fault at the end."""
        self._faults.append(fault)
        return fault

    def calm(self) -> None:
        """Take all out, and let go what was held."""
        for fault in self._faults:
            fault.release()
        self._faults = []

    def next(self, method: str, path: str, data: bytes) -> Fault | None:
        """Return what happens to a request; it is used up by that."""
        for fault in self._faults:
            if fault.count == 0 or not fault.match.fits(method, path, data):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
            fault.hits += 1
            fault.reached.set()
            return fault
        return None


class Pause(StrEnum):
    """How a network says when to come back: networks differ in this, and some say nothing."""

    RETRY_AFTER = "retry_after"
    RESET_EPOCH = "reset_epoch"
    NONE = "none"


def http_answer(
    status: int, body: bytes = b"", *, media_type: str = "application/json", headers: Mapping[str, str] | None = None
) -> bytes:
    """Return an HTTP answer as it goes over the line; the connection ends with it."""
    phrase = HTTPStatus(status).phrase
    lines = [f"HTTP/1.1 {status} {phrase}", f"content-type: {media_type}", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def too_many(pause: Pause, seconds: float, now: datetime, *, reset_header: str = "x-ratelimit-reset") -> bytes:
    """Return 429 that asks for a pause in one of the ways networks do. Source: RFC 6585, RFC 9110 section 10.2.3."""
    headers: dict[str, str] = {}
    if pause is Pause.RETRY_AFTER:
        headers["retry-after"] = str(round(seconds))
    elif pause is Pause.RESET_EPOCH:
        headers[reset_header] = str(round((now.astimezone(UTC) + timedelta(seconds=seconds)).timestamp()))
    return http_answer(429, b'{"error": "Too many requests"}', headers=headers)


def html_error(status: int = 502) -> bytes:
    """Return what a proxy in front of a network says when the network is down."""
    page = b"<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
    return http_answer(status, page, media_type="text/html; charset=utf-8")


def malformed_json() -> bytes:
    """Return 200 with JSON that ends in the middle, although its length is right."""
    return http_answer(200, b'{"items": [{"id": "1", "text": "M')


def huge(size_bytes: int = 10_000_000) -> bytes:
    """Return 200 with valid JSON of about this size that says nothing."""
    return http_answer(200, b'{"padding": "' + b"x" * size_bytes + b'"}')


def redirect(url: str, status: int = 302) -> bytes:
    """Return a redirection."""
    return http_answer(status, headers={"location": url})
