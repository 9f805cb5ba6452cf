"""The Graph API on a port of this machine."""

import asyncio
import re
import socket
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from types import TracebackType
from typing import Any, Final, Self

import msgspec
import uvicorn
from litestar import HttpMethod, Litestar, MediaType, Request, Response, route
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from unisono.testing.networks.graph import routes_instagram, routes_pages, routes_whatsapp, show
from unisono.testing.networks.graph.asked import Asked, Upload
from unisono.testing.networks.graph.model import Refused
from unisono.testing.networks.graph.network import LIVE, GraphNetwork
from unisono.testing.networks.graph.pushes import Pushes
from unisono.testing.sandbox.faults import Fault, Script
from unisono.testing.sandbox.server import _Server
from unisono.testing.sandbox.trouble import Line, Message, Receive, Seen, Send, Trouble

Handler = Callable[[GraphNetwork, Asked, str], dict[str, Any]]
_LARGEST = 30_000_000
_NODE: Final = r"([\w.:=-]+)"


def _send(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    """Numbers and pages have an edge of the same name."""
    handle: Handler = routes_whatsapp.send if node in network.whatsapp.numbers else routes_pages.send
    return handle(network, asked, node)


def _show(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    whatsapp = node in network.whatsapp.numbers or node in network.pictures
    handle: Handler = routes_whatsapp.show if whatsapp else routes_pages.show
    if routes_instagram.owns(network, node):
        handle = routes_instagram.show
    return handle(network, asked, node)


def _comments(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    handle: Handler = routes_instagram.comments if routes_instagram.owns(network, node) else routes_pages.comments
    return handle(network, asked, node)


def _comment(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    handle: Handler = routes_instagram.comment if routes_instagram.owns(network, node) else routes_pages.comment
    return handle(network, asked, node)


def _change(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    handle: Handler = routes_instagram.change if routes_instagram.owns(network, node) else routes_pages.change
    return handle(network, asked, node)


def _remove(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    handle: Handler = routes_instagram.remove if routes_instagram.owns(network, node) else routes_pages.remove
    return handle(network, asked, node)


def _installed(network: GraphNetwork, asked: Asked, node: str) -> dict[str, Any]:
    account = any(number.account == node for number in network.whatsapp.numbers.values())
    handle: Handler = routes_whatsapp.installed if account else routes_pages.installed
    return handle(network, asked, node)


ROUTES: list[tuple[str, re.Pattern[str], Handler]] = [
    (method, re.compile(pattern.replace("*", _NODE)), handler)
    for method, pattern, handler in [
        ("GET", "debug_token", routes_pages.debug_token),
        ("GET", "*/feed", routes_pages.feed),
        ("GET", "*/tagged", routes_pages.tagged),
        ("GET", "*/comments", _comments),
        ("POST", "*/comments", _comment),
        ("GET", "*/replies", routes_instagram.replies),
        ("POST", "*/replies", routes_instagram.replies),
        ("POST", "*/mentions", routes_instagram.answer_mention),
        ("GET", "*/tags", routes_instagram.tags),
        ("POST", "*/likes", routes_pages.like),
        ("DELETE", "*/likes", routes_pages.like),
        ("GET", "*/subscribed_apps", _installed),
        ("POST", "*/subscribed_apps", _installed),
        ("GET", "*/ids_for_pages", routes_pages.ids_for_pages),
        ("GET", "*/conversations", routes_pages.conversations),
        ("GET", "*/messages", routes_pages.messages),
        ("POST", "*/messages", _send),
        ("GET", "*/media", routes_instagram.media),
        ("POST", "*/media", routes_whatsapp.keep),
        ("GET", "*/message_history", routes_whatsapp.history),
        ("GET", "*/phone_numbers", routes_whatsapp.numbers),
        ("GET", "*/message_templates", routes_whatsapp.templates),
        ("POST", "*/message_attachments", routes_pages.keep_attachment),
        ("GET", "(m_" + r"\w+)", routes_pages.show_direct),
        ("GET", "*", _show),
        ("POST", "*", _change),
        ("DELETE", "*", _remove),
    ]
]


@route("/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE], status_code=200, include_in_schema=False)
async def graph(request: Request[Any, Any, Any], rest: FromPath[str]) -> Response[Any]:
    """Answer any request of the API, and give files."""
    network: GraphNetwork = request.scope["state"]["network"]
    at = f"http://{request.headers.get('host', '')}"
    if rest.startswith("/files/"):
        return _file(network, rest.removeprefix("/files/"))
    if rest == "/show" or rest.startswith("/show/"):
        return _shown(network, rest.removeprefix("/show"))
    if rest.startswith("/media/"):
        return _kept(network, request, rest.removeprefix("/media/"))
    try:
        params, files = await _given(request)
        version, _, path = rest.strip("/").partition("/")
        if version not in LIVE:
            raise Refused(
                2635, f"(#2635) You are calling a version of the Graph API that does not exist or has ended: {version}."
            )
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        token = token if kind.lower() in ("bearer", "oauth") else str(params.get("access_token", ""))
        if not token:
            raise Refused(2500, "An active access token must be used to query information about the current user.")
        grant = network.tokens.holder(token, params.get("appsecret_proof"))
        asked = Asked(method=request.method, path=path, at=f"{at}{rest}", params=params, grant=grant, files=files)
        for method, pattern, handler in ROUTES:
            if method == request.method and (found := pattern.fullmatch(path)):
                return _answer(200, handler(network, asked, found[1] if found.groups() else ""), network.used_percent)
        raise Refused(2500, f"Unknown path components: /{path}")
    except Refused as refused:
        return _answer(refused.status, refused.body())


def _answer(status: int, body: dict[str, Any], used_percent: int = 1) -> Response[Any]:
    usage = {"call_count": used_percent, "total_cputime": 1, "total_time": 1}
    headers = {"x-app-usage": msgspec.json.encode(usage).decode(), "facebook-api-version": "v25.0"}
    return Response(msgspec.json.encode(body), status_code=status, media_type=MediaType.JSON, headers=headers)


def _file(network: GraphNetwork, node: str) -> Response[Any]:
    found = network.pictures.get(node)
    if found is None:
        return Response(b"URL signature expired", status_code=403, media_type=MediaType.TEXT)
    return Response(found.content, media_type=found.media_type)


def _shown(network: GraphNetwork, path: str) -> Response[Any]:
    """Give a page for people, which loads nothing from elsewhere."""
    found = show.page_of(network, path)
    near = "'self' http://127.0.0.1:* http://localhost:*"
    policy = f"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors {near}"
    headers = {"content-security-policy": policy, "x-content-type-options": "nosniff", "cache-control": "no-store"}
    if found is None:
        return Response(b"There is no such page.", status_code=404, media_type=MediaType.TEXT, headers=headers)
    return Response(found.encode(), media_type=MediaType.HTML, headers=headers)


def _kept(network: GraphNetwork, request: Request[Any, Any, Any], node: str) -> Response[Any]:
    """WhatsApp's files are open only to who has the number's token."""
    try:
        network.tokens.holder(request.headers.get("authorization", "").partition(" ")[2], None)
    except Refused as refused:
        return _answer(401, refused.body())
    return _file(network, node)


async def _given(request: Request[Any, Any, Any]) -> tuple[Mapping[str, Any], dict[str, Upload]]:
    """Return the parameters, from wherever they came, and the files. Raises Refused (100)."""
    params: dict[str, Any] = {name: request.query_params[name] for name in request.query_params}
    files: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/json":
        try:
            body = msgspec.json.decode(await request.body() or b"{}")
        except msgspec.DecodeError:
            raise Refused(100, "The body is no JSON.") from None
        params |= body if isinstance(body, dict) else {}
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        form = await request.form()
        for name, value in form.items():
            if isinstance(value, UploadFile):
                files[name] = Upload(name=value.filename, media_type=value.content_type, content=await value.read())
            else:
                params[name] = value
    return params, files


@cache
def _application() -> Litestar:
    return Litestar(route_handlers=[graph], openapi_config=None, request_max_body_size=_LARGEST, logging_config=None)


class GraphServer:
    """Serves a network while the block runs, in the running event loop. `port` 0 takes a free one; `url` is the address."""

    def __init__(self, network: GraphNetwork, *, host: str = "127.0.0.1", port: int = 0, seed: int = 0) -> None:
        self.network = network
        self.script = Script(seed)
        self.pushes = Pushes(network, self.script)
        self.url = ""
        self._seen: deque[Seen] = deque(maxlen=20_000)
        self._host, self._port = host, port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def seen(self) -> list[Seen]:
        """What was asked so far, oldest first."""
        return list(self._seen)

    def fault(self, fault: Fault) -> Fault:
        """Put a fault into the script."""
        return self.script.add(fault)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the port. Raises OSError when it is taken."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self._port))
        except OSError:
            listening.close()
            raise
        self._port = listening.getsockname()[1]
        self.url = self.network.address = f"http://{self._host}:{self._port}"
        application: Any = _application()

        async def housed(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
            async def passed(message: Message) -> None:
                await send(message)

            scope.setdefault("state", {})["network"] = self.network
            await application(scope, receive, passed)

        config = uvicorn.Config(
            Trouble(housed, self.script, self.network.now, self._seen), http=Line, ws="none", lifespan="off", log_config=None,
            access_log=False, timeout_graceful_shutdown=2, server_header=False,
        )  # fmt: skip
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="graph")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("The scripted Graph API ended before it had begun.")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Close the port; the network stays, so that a server can be started on it again."""
        await self.pushes.close()
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None
