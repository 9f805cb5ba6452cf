"""The doubles on one port: what a PDS passes on, the picture store, and the live stream."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import httpx2
import msgspec
import uvicorn

from unisono.testing.networks.bluesky.appview import AppView, Refused
from unisono.testing.networks.bluesky.chat import Chat
from unisono.testing.networks.bluesky.index import Index, Json

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Params = dict[str, list[str]]


class _Server(uvicorn.Server):
    """Signals belong to the process that runs the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Doubles:
    """Serves AppView, chat, pictures and Jetstream. `pds`: where pictures really lie, known once the PDS runs."""

    def __init__(self, index: Index, appview: AppView, chat: Chat) -> None:
        self._index = index
        self._appview = appview
        self._chat = chat
        self.pds: httpx2.AsyncClient | None = None
        self.port = 0
        #: How far back the live stream goes, as a place among its events.
        self.forgotten = 0
        #: How many listen to the live stream now.
        self.listeners = 0
        #: Every question that was passed on: which, by whom.
        self.asked: list[tuple[str, str]] = []

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="bluesky-doubles")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("The doubles of Bluesky ended before they had begun.")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Close the port."""
        self._server.should_exit = True
        await self._task

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        params = parse_qs(scope["query_string"].decode())
        if scope["type"] == "websocket":
            await self._stream(params, receive, send)
            return
        body = b""
        while (part := await receive())["type"] == "http.request":
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, kind, answer = await self._answer(scope["method"], scope["path"], params, headers, body)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(
        self, method: str, path: str, params: Params, headers: dict[str, str], body: bytes
    ) -> tuple[int, str, bytes]:
        if path.startswith("/img/"):
            return await self._picture(path)
        if not path.startswith("/xrpc/"):
            return 200, "text/plain", b"Welcome to Jetstream"
        nsid = path.removeprefix("/xrpc/")
        try:
            me = _asker(headers, nsid)
            self.asked.append((nsid, me))
            answer = self._xrpc(method, nsid, me, params, body)
        except Refused as refused:
            problem = {"error": refused.error, "message": refused.message}
            return refused.status, "application/json", msgspec.json.encode(problem)
        return 200, "application/json; charset=utf-8", msgspec.json.encode(answer)

    def _xrpc(self, method: str, nsid: str, me: str, params: Params, body: bytes) -> Json:
        if method == "POST":
            return self._chat.do(nsid, me, msgspec.json.decode(body))
        if nsid.startswith("chat."):
            return self._chat.answer(nsid, me, params)
        return self._appview.answer(nsid, me, params)

    async def _picture(self, path: str) -> tuple[int, str, bytes]:
        did, _, rest = path.rpartition("/plain/")[2].partition("/")
        assert self.pds is not None
        blob = await self.pds.get("/xrpc/com.atproto.sync.getBlob", params={"did": did, "cid": rest.partition("@")[0]})
        return blob.status_code, blob.headers.get("content-type", "application/octet-stream"), blob.content

    async def _stream(self, params: Params, receive: Receive, send: Send) -> None:
        """Tell events from a cursor on, filtered as asked; source: github.com/bluesky-social/jetstream, README."""
        await receive()
        await send({"type": "websocket.accept"})
        cursor = int(params.get("cursor", ["0"])[0])
        place = self.forgotten if cursor else len(self._index.events)
        gone = asyncio.create_task(_until_gone(receive))
        self.listeners += 1
        try:
            while not gone.done():
                for event in self._index.events[place:]:
                    place += 1
                    if event["time_us"] >= cursor and _wanted(event, params):
                        await send({"type": "websocket.send", "text": msgspec.json.encode(event).decode()})
                grown = asyncio.create_task(self._index.after(place))
                await asyncio.wait({grown, gone}, return_when=asyncio.FIRST_COMPLETED)
                grown.cancel()
        finally:
            self.listeners -= 1
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


def _wanted(event: Json, params: Params) -> bool:
    people, collections = params.get("wantedDids"), params.get("wantedCollections")
    if people and event["did"] not in people:
        return False
    return event["kind"] != "commit" or not collections or event["commit"]["collection"] in collections


def _asker(headers: dict[str, str], nsid: str) -> str:
    """Return for whom the PDS asks, by its signed word. Source: atproto.com, specification "XRPC", inter-service auth.

    Raises Refused when the word is for another service or method. Its signature is the PDS's own affair here.
    """
    audience = "did:web:api.bsky.chat" if nsid.startswith("chat.") else "did:web:api.bsky.app"
    try:
        claims = headers["authorization"].removeprefix("Bearer ").split(".")[1]
        said = msgspec.json.decode(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    except (KeyError, IndexError, ValueError, msgspec.DecodeError):
        raise Refused(401, "AuthMissing", "Authentication Required") from None
    if said.get("aud", "").partition("#")[0] != audience or said.get("lxm") != nsid:
        raise Refused(401, "BadJwtAudience", "jwt audience does not match service did")
    return str(said["iss"])
