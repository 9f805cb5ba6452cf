"""Where the script of faults meets the requests: a layer around the application, and a line that can be cut."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from unisono.testing.sandbox.faces import PauseHeader
from unisono.testing.sandbox.faults import Effect, Fault, Script
from unisono.testing.sandbox.limits import too_many

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_LINE = "sandbox.line"
_LONGEST_HANG_S = 600.0
_DRIPS = 50


class Line(HttpToolsProtocol):
    """A connection that the application can cut; ASGI itself only knows polite ends."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_LINE: {"transport": self.transport}}


class Seen(Struct, frozen=True, kw_only=True):
    """One request as the network saw it. `status` is what was, or would have been, answered."""

    method: str
    path: str
    status: int
    key: str
    fault: str
    at: datetime


class Trouble:
    """Runs the application, with the faults of a script, and remembers what was asked."""

    def __init__(self, app: App, script: Script, now: Callable[[], datetime], seen: deque[Seen]) -> None:
        self._app = app
        self._script = script
        self._now = now
        self._seen = seen

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = self._script.on_request(scope["method"], scope["path"])
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if fault is None:
                await self._app(scope, receive, noting)
            else:
                await self._happen(fault, scope, receive, noting)
        finally:
            self._note(scope, status, fault)

    def _note(self, scope: MutableMapping[str, Any], status: int, fault: Fault | None) -> None:
        key = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"idempotency-key"), "")
        self._seen.append(
            Seen(
                method=scope["method"], path=scope["path"], status=status, key=key,
                fault=fault.effect.value if fault else "", at=self._now(),
            )
        )  # fmt: skip

    async def _happen(self, fault: Fault, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        match fault.effect:
            case Effect.DROP:
                await _read_all(receive)
                await cut(scope, receive)
            case Effect.STATUS | Effect.HTML | Effect.MALFORMED | Effect.LARGE | Effect.RATE_LIMIT:
                await _read_all(receive)
                await self._refuse(fault, send)
            case Effect.DELAY:
                await asyncio.sleep(fault.delay_s)
                await self._app(scope, receive, send)
            case _:
                await self._spoil(fault, scope, receive, send)

    async def _refuse(self, fault: Fault, send: Send) -> None:
        headers: dict[str, str] = {}
        match fault.effect:
            case Effect.HTML:
                status, kind = fault.status, "text/html"
                body = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>"
            case Effect.MALFORMED:
                status, kind, body = 200, "application/json", b'{"entries": [{"seq": "1", "type": '
            case Effect.LARGE:
                status, kind, body = 200, "application/json", b'{"padding": "' + b"x" * fault.size + b'"}'
            case Effect.RATE_LIMIT:
                refused = too_many(PauseHeader(fault.header), fault.pause_s, self._now())
                status, kind, headers = 429, "application/json", refused.headers
                body = msgspec.json.encode({"error": refused.code, "message": str(refused)})
            case _:
                status, kind = fault.status, "application/json"
                body = msgspec.json.encode({"error": "trouble", "message": "The network is in trouble. Try again later."})
        await _answer(send, status, body, {"content-type": kind, **headers})

    async def _spoil(self, fault: Fault, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Let the application do its work, and do something to its answer."""
        status, headers, body = await _ask(self._app, scope, receive)
        match fault.effect:
            case Effect.ACCEPT_THEN_DROP:
                await cut(scope, receive)
            case Effect.ACCEPT_THEN_HANG:
                await _until_gone(receive, fault.delay_s or _LONGEST_HANG_S)
                await cut(scope, receive)
            case Effect.TRUNCATE:
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
                await asyncio.sleep(0.05)
                await cut(scope, receive)
            case Effect.SLOW:
                await send({"type": "http.response.start", "status": status, "headers": headers})
                step = -(-len(body) // _DRIPS) or 1
                for place in range(0, len(body), step):
                    await asyncio.sleep(fault.delay_s / _DRIPS)
                    await send({"type": "http.response.body", "body": body[place : place + step], "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            case _:
                strange = _with_news(msgspec.json.decode(body)) if body else {}
                await _answer(send, status, msgspec.json.encode(strange), {"content-type": "application/json"})


async def _answer(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


async def _ask(app: App, scope: MutableMapping[str, Any], receive: Receive) -> tuple[int, Any, bytes]:
    """Run the application and keep its answer."""
    status, headers, parts = 500, [], []

    async def keep(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], message.get("headers", [])
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return status, headers, b"".join(parts)


async def _read_all(receive: Receive) -> None:
    while (message := await receive())["type"] == "http.request":
        if not message.get("more_body"):
            return


async def _until_gone(receive: Receive, at_most_s: float) -> None:
    """Wait until the other side has hung up."""
    try:
        async with asyncio.timeout(at_most_s):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def cut(scope: MutableMapping[str, Any], receive: Receive) -> None:
    """Cut the line without a word; under a server other than ours the request just ends."""
    line = scope.get("extensions", {}).get(_LINE)
    if line is not None:
        line["transport"].abort()
        # The server answers 500 for an application that ends in silence, unless it knows that nobody is there.
        await _until_gone(receive, 5.0)


def _with_news(value: Any) -> Any:
    """Return an answer as a later version of the network might give it: more fields, and words nobody knows."""
    if isinstance(value, list):
        return [_with_news(one) for one in value]
    if isinstance(value, dict):
        newer = {key: _with_news(one) for key, one in value.items()}
        if "kind" in newer and "text" in newer:
            newer["kind"] = "hologram"
        return {**newer, "since_next_year": {"mood": "curious", "rings": [1, 2, 3]}}
    return value
