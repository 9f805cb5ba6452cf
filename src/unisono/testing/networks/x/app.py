"""The application: which request goes to which handler, and what is remembered of it."""

import asyncio
import inspect
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Struct

from unisono.testing.networks.x.asked import Answer, Asked
from unisono.testing.networks.x.limits import Limits
from unisono.testing.networks.x.model import Refused
from unisono.testing.networks.x.network import XNetwork
from unisono.testing.sandbox.trouble import Message, Receive, Send

Handler = Callable[[Asked], Any]
_LARGEST = 20_000_000


class Kept(Struct, frozen=True, kw_only=True):
    """A request and what it was answered, for tests that have both looked at by somebody else."""

    method: str
    route: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes


class XApp:
    """An ASGI application. change: what is done to every JSON answer (a later version of the network)."""

    def __init__(self, network: XNetwork, routes: list[tuple[str, str, Handler]], limits: Limits) -> None:
        self._network = network
        self._limits = limits
        # What is spelled out goes before what has a star: /2/users/me is no user.
        self._routes = sorted(routes, key=lambda r: (r[1].count("*"), r[1]))
        self.kept: deque[Kept] = deque(maxlen=5_000)
        self.change: Callable[[Any], Any] | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _body(receive)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        route, answer = await self._answered(scope, headers, body)
        if not isinstance(answer, Answer):
            await _held(answer, receive, send)
            return
        data = self.change(answer.data) if self.change is not None and answer.body is None else answer.data
        content = msgspec.json.encode(data) if answer.body is None else answer.body
        self.kept.append(
            Kept(
                method=scope["method"], route=route, path=scope["path"], query=dict(parse_qsl(scope["query_string"].decode())),
                headers=headers, body=body, status=answer.status, answer=content,
            )
        )  # fmt: skip
        lines = {"content-type": answer.media_type, "content-length": str(len(content)), **answer.headers}
        await send({
            "type": "http.response.start", "status": answer.status,
            "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
        })  # fmt: skip
        await send({"type": "http.response.body", "body": content})

    async def _answered(self, scope: Mapping[str, Any], headers: dict[str, str], body: bytes) -> tuple[str, Any]:
        found = self._route(scope["method"], scope["path"])
        if found is None:
            return "", Answer(
                status=404, data={"title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found"}
            )
        route, parts, handler = found
        kind, _, token = headers.get("authorization", "").partition(" ")
        token = token if kind.lower() == "bearer" else ""
        asked = Asked(
            method=scope["method"], path=parts, query=dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            headers=headers, body=body, holder=self._network.holder(token) if token else None, token=token,
        )  # fmt: skip
        try:
            told = self._limits.count(scope["method"], route, token) if asked.holder is not None else {}
            answer = handler(asked)
            if inspect.isawaitable(answer):
                answer = await answer
            if isinstance(answer, Answer):
                answer.headers = {**answer.headers, **told}
        except Refused as refused:
            answer = Answer(status=refused.status, data=refused.body, headers=refused.headers)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            detail = f"One or more parameters to your request was invalid ({type(error).__name__})."
            answer = Answer(status=400, data=Refused(400, detail, type_="https://api.x.com/2/problems/invalid-request").body)
        return route, answer

    def _route(self, method: str, path: str) -> tuple[str, tuple[str, ...], Handler] | None:
        parts = (path.rstrip("/") or "/").split("/")
        for known, route, handler in self._routes:
            wanted = route.split("/")
            if known == method and len(wanted) == len(parts) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=True)):
                stars = tuple(unquote(p) for w, p in zip(wanted, parts, strict=True) if w == "*")
                return route, stars, handler
        return None


async def _body(receive: Receive) -> bytes:
    parts = []
    size = 0
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body") or size > _LARGEST:
            break
    return b"".join(parts)


async def _held(lines: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Give lines as they come, until the other side hangs up."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})

    async def give() -> None:
        async for line in lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})

    giving = asyncio.create_task(give())
    leaving = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait({giving, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        giving.cancel()
        leaving.cancel()
        await asyncio.gather(giving, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()
