"""The switch on a port: the interface over HTTP, the events over a WebSocket, and what goes wrong between."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec
import uvicorn

from unisono.testing.asterisk.faults import Faults
from unisono.testing.asterisk.model import Refused
from unisono.testing.asterisk.resources import Resources
from unisono.testing.asterisk.switch import Switch

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
USER: Final = "unisono"
PASSWORD: Final = "only-for-tests"
_BEGAN: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class _Server(uvicorn.Server):
    """Signals belong to the process that runs the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Session:
    """One socket, for one application or several."""

    def __init__(self, apps: tuple[str, ...]) -> None:
        self.apps = apps
        self.texts: asyncio.Queue[str | None] = asyncio.Queue()
        self.open = True


class ScriptedAsterisk:
    """Serves one switch on 127.0.0.1. sent: every event that went out; asked: every request with its status."""

    def __init__(self, user: str = USER, password: str = PASSWORD) -> None:
        self.user = user
        self.password = password
        self.faults = Faults()
        self.switch = Switch(self._tell, _BEGAN)
        self.sent: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, dict[str, list[str]], int]] = []
        self.shown: list[tuple[str, str, Any]] = []
        #: How often a socket was opened, by application.
        self.opened: list[str] = []
        self.port = 0
        self._resources = Resources(self.switch)
        self._sessions: dict[str, _Session] = {}
        self._held: list[tuple[_Session, str]] = []

    @property
    def url(self) -> str:
        """Where it is, as the settings take it."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._serve, interface="asgi3", ws="websockets-sansio", lifespan="off", log_config=None, access_log=False,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="scripted-asterisk")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("The scripted Asterisk ended before it had begun.")
            await asyncio.sleep(0.002)

    async def stop(self) -> None:
        """Close the port and every socket."""
        self.cut()
        self._server.should_exit = True
        await self._task

    def cut(self) -> None:
        """End every socket now. What happens from here on is told to nobody."""
        for session in set(self._sessions.values()):
            self._close(session)

    # -- events --------------------------------------------------------------------------------------------------------------

    def _tell(self, app: str, event: dict[str, Any]) -> None:
        session = self._sessions.get(app)
        cut = self.faults.due(str(event["type"]))
        if session is None or not session.open or cut == "before":
            self.faults.lost.append(event)
            if cut != "no":
                self.cut()
            return
        self.sent.append(event)
        text = msgspec.json.encode(event).decode()
        for _ in range(2 if self.faults.doubled else 1):
            if self.faults.shuffled:
                self._held.append((session, text))
                if len(self._held) >= self.faults.shuffled:
                    self._let_go()
                else:
                    asyncio.get_running_loop().call_soon(self._let_go)
            else:
                session.texts.put_nowait(text)
        if cut == "after":
            self._let_go()
            self.cut()

    def _let_go(self) -> None:
        """Tell what was held back, the newest first."""
        held, self._held = self._held, []
        for session, text in reversed(held):
            session.texts.put_nowait(text)

    def _close(self, session: _Session) -> None:
        if session.open:
            session.open = False
            session.texts.put_nowait(None)
            for app in session.apps:
                if self._sessions.get(app) is session:
                    del self._sessions[app]
                    self.switch.leave(app)

    async def _socket(self, scope: Message, params: dict[str, list[str]], receive: Receive, send: Send) -> None:
        await receive()
        apps = tuple(name for value in params.get("app", []) for name in value.split(",") if name)
        if not self._may(scope, params) or not apps or self.faults.of_request() != "served":
            # Before it is accepted, a close is an answer of 403; the interface answers a wrong password with 401.
            status = 401 if not self._may(scope, params) else 400 if not apps else 503
            await send({"type": "websocket.http.response.start", "status": status, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b'{"message":"Authentication required"}'})
            return
        await send({"type": "websocket.accept"})
        session = _Session(apps)
        for app in apps:
            if self.switch.arrive(app) and (former := self._sessions.get(app)) is not None:
                replaced = {"type": "ApplicationReplaced", "application": app, "timestamp": "2026-03-02T09:00:00.000+0000"}
                former.texts.put_nowait(msgspec.json.encode(replaced).decode())
            self._sessions[app] = session
            self.opened.append(app)
        gone = asyncio.create_task(_until_gone(receive))
        try:
            while True:
                said = asyncio.create_task(session.texts.get())
                await asyncio.wait({said, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not said.done():
                    said.cancel()
                    break
                if (text := said.result()) is None:
                    await send({"type": "websocket.close", "code": 1011})
                    break
                await send({"type": "websocket.send", "text": text})
        finally:
            gone.cancel()
            self._close(session)

    # -- requests ------------------------------------------------------------------------------------------------------------

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        params = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        if scope["type"] == "websocket":
            await self._socket(scope, params, receive, send)
            return
        while (part := await receive())["type"] == "http.request" and part.get("more_body"):
            pass
        method, path = scope["method"], unquote(scope["path"])
        fate = self.faults.of_request()
        if fate == "unheard":
            status, answer = 502, b""
        else:
            status, answer = self._answered(scope, method, path, params)
        if fate != "served" and status == 204:
            status = 200
        kind = b"application/json" if not path.endswith("/file") else b"audio/wav"
        length = len(answer) + (1 if fate != "served" else 0)
        headers = [(b"content-type", kind), (b"content-length", str(length).encode())] if length else []
        if status == 401:
            headers.append((b"www-authenticate", b'Basic realm="Asterisk REST Interface"'))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        # A body that is shorter than announced ends the connection: nobody knows what became of the request.
        await send({"type": "http.response.body", "body": answer})

    def _answered(self, scope: Message, method: str, path: str, params: dict[str, list[str]]) -> tuple[int, bytes]:
        shown: Any
        try:
            if not self._may(scope, params):
                raise Refused(401, "Authentication required")
            if not path.startswith("/ari/"):
                raise Refused(404, "Not found")
            planted = self.faults.refuse(method, path.removeprefix("/ari")) if self.faults.refuse else None
            if planted is not None:
                raise Refused(planted, "Allocation failed" if planted >= 500 else "Planted")
            status, shown = self._resources.answer(method, path.removeprefix("/ari"), params)
        except Refused as refused:
            status, shown = refused.status, {"message": str(refused)}
        self.asked.append((method, path.removeprefix("/ari"), params, status))
        self.shown.append((method, path.removeprefix("/ari"), shown))
        return status, b"" if shown is None else shown if isinstance(shown, bytes) else msgspec.json.encode(shown)

    def _may(self, scope: Message, params: dict[str, list[str]]) -> bool:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("authorization", "")
        wanted = f"{self.user}:{self.password}"
        if given.startswith("Basic "):
            return base64.b64decode(given.removeprefix("Basic ")).decode() == wanted
        return params.get("api_key", [""])[0] == wanted


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass
