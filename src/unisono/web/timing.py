"""How long requests take, for the metrics of this process."""

from time import perf_counter

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from unisono.service.metrics import REQUEST_SECONDS

_STREAM = b"text/event-stream"


class Timing(ASGIMiddleware):
    """Times a request from its first byte to the end of its answer; a stream of events has no end worth timing."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass on and time."""
        began = perf_counter()
        status, streams = 500, False

        async def watch(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = any(n.lower() == b"content-type" and v.startswith(_STREAM) for n, v in message["headers"])
            await send(message)

        try:
            await next_app(scope, receive, watch)
        finally:
            if not streams:
                # The route's pattern and never the path, which names things and people.
                route = str(scope.get("path_template") or "other")
                REQUEST_SECONDS.labels(str(scope.get("method")), route, str(status)).observe(perf_counter() - began)
