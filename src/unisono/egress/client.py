"""The one HTTP client: bounded in time and size, honest about whether a request may have arrived."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from types import TracebackType
from typing import Any, Final, Self

import httpcore2
import httpx2

from unisono import __version__
from unisono.contract.context import HostRefused, NotReached, Response, StreamResponse
from unisono.contract.manifest import Manifest
from unisono.egress.bodies import ACCEPTED, BadBody, bounded, lines_of
from unisono.egress.guard import AllowedHosts, GuardedBackend, Resolve, resolve
from unisono.egress.quiet import keep_quiet

USER_AGENT: Final = f"Unisono/{__version__}"
MAX_REDIRECTS: Final = 5
OPEN_S: Final = 20.0
_CONNECT_S: Final = 10.0
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
# What goes along to another host that the channel may reach; authorisation belongs to the first one.
_HARMLESS: Final = frozenset({"accept", "accept-encoding", "accept-language", "user-agent", "range"})
_FAILURES: Final = (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, BadBody, TimeoutError, OSError)


@cache
def trusted() -> ssl.SSLContext:
    """Return what this machine trusts; reading the certificates takes long enough to do it once."""
    return ssl.create_default_context()


class EgressFactory:
    """Implements `service.ports.outside.HttpFor`; all clients share two pools of connections.

    allow_private: hosts that stand in a channel's settings may lie in a private network. Hosts of a manifest never may,
        so connections to the two are kept apart. verify: what to trust, if not what the machine does. patience: multiplies
        every time limit. resolve: how names are looked up.
    """

    def __init__(
        self, *, allow_private: bool = False, verify: ssl.SSLContext | None = None, patience: float = 1.0,
        resolve: Resolve = resolve,
    ) -> None:  # fmt: skip
        keep_quiet()
        context = verify or trusted()
        self._public = _client(context, GuardedBackend(private=False, resolve=resolve))
        self._typed = _client(context, GuardedBackend(private=True, resolve=resolve)) if allow_private else self._public
        self._patience = patience

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._public.aclose()
        await self._typed.aclose()

    def __call__(self, manifest: Manifest, config: Mapping[str, object]) -> "EgressClient":
        """Return the client of a channel."""
        return EgressClient(self._public, self._typed, AllowedHosts(manifest, config), self._patience)


def _client(context: ssl.SSLContext, backend: GuardedBackend) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(verify=context, trust_env=False)
    # The transport takes no network backend of its own, so it is given a pool that has one. Connections are not counted:
    # a stream holds one for hours, and what a channel does at once is bounded elsewhere.
    assert isinstance(transport._pool, httpcore2.AsyncConnectionPool)  # noqa: SLF001
    transport._pool = httpcore2.AsyncConnectionPool(  # noqa: SLF001
        ssl_context=context, max_connections=None, max_keepalive_connections=40, keepalive_expiry=15.0, network_backend=backend
    )
    headers = {"user-agent": USER_AGENT}
    return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, headers=headers)


class EgressClient:
    """Implements `contract.Http` for one channel."""

    def __init__(self, public: httpx2.AsyncClient, typed: httpx2.AsyncClient, hosts: AllowedHosts, patience: float) -> None:
        self._public = public
        self._typed = typed
        self._hosts = hosts
        self._patience = patience

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        content: bytes | None = None,
        timeout_s: float = 20.0,
        max_bytes: int = 20_000_000,
    ) -> Response:
        """Return the answer whatever its status; redirects are followed for reading, within the allowed hosts only."""
        timeout_s *= self._patience
        request = self._build(
            method, url, headers={"accept-encoding": ACCEPTED, **(headers or {})}, params=_params(params), json=json,
            data=dict(form) if form else None, files=dict(files) if files else None, content=content,
            timeout=httpx2.Timeout(timeout_s, connect=min(_CONNECT_S * self._patience, timeout_s)),
        )  # fmt: skip
        for _ in range(MAX_REDIRECTS):
            response = await self._once(request, timeout_s, max_bytes)
            location = response.headers.get("location")
            if request.method not in ("GET", "HEAD") or response.status not in _REDIRECTS or not location:
                return response
            request = self._redirected(request, location)
        raise NotReached(f"{request.url.host} redirects in a circle.", sent=True)

    def _build(self, method: str, url: str | httpx2.URL, **more: Any) -> httpx2.Request:
        try:
            return self._public.build_request(method, url, **more)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError, ValueError) as error:
            raise HostRefused(f"This is no address that can be used ({error}). Nothing was sent.") from error

    def _redirected(self, request: httpx2.Request, location: str) -> httpx2.Request:
        try:
            target = request.url.join(location)
        except httpx2.InvalidURL as error:
            raise HostRefused(f"{request.url.host} redirects to something that is no address.") from error
        kept = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        if (target.scheme, target.raw_host, target.port) != (request.url.scheme, request.url.raw_host, request.url.port):
            if target.scheme == "http" and request.url.scheme == "https":
                raise HostRefused(f"{request.url.host} redirects from https to http. Nothing was sent there.")
            kept = {name: value for name, value in kept.items() if name.lower() in _HARMLESS}
        return self._build(request.method, target, headers=kept, timeout=httpx2.Timeout(**request.extensions["timeout"]))

    async def _once(self, request: httpx2.Request, timeout_s: float, max_bytes: int) -> Response:
        sending = _Sending(request)
        try:
            async with asyncio.timeout(2 * timeout_s):
                answer = await self._client_for(request).send(request, stream=True)
                try:
                    body = await bounded(answer, max_bytes)
                finally:
                    await answer.aclose()
        except _FAILURES as error:
            raise sending.failed(error) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(status=answer.status_code, headers=headers, body=body, url=str(request.url.copy_with(query=None)))

    def _client_for(self, request: httpx2.Request) -> httpx2.AsyncClient:
        return self._typed if self._hosts.check(request.url).typed else self._public

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, idle_s: float = 90.0
    ) -> AsyncIterator[StreamResponse]:
        """Open a long-lived answer."""
        open_s = OPEN_S * self._patience
        request = self._build(
            method, url, headers={"accept": "text/event-stream", "accept-encoding": "identity", **(headers or {})},
            timeout=httpx2.Timeout(open_s, connect=_CONNECT_S * self._patience, read=idle_s * self._patience),
        )  # fmt: skip
        sending = _Sending(request)
        try:
            async with asyncio.timeout(2 * open_s):
                answer = await self._client_for(request).send(request, stream=True)
        except _FAILURES as error:
            raise sending.failed(error) from error
        try:
            yield _Streaming(answer, sending)
        finally:
            await answer.aclose()


class _Sending:
    """Notices when a request may have arrived whole: from then on nobody knows what became of it.

    A request with a body is not whole before its body has begun to go out; one without is with its head.
    """

    def __init__(self, request: httpx2.Request) -> None:
        self._host = request.url.host
        has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
        self._mark = "send_request_body.started" if has_body else "send_request_headers.started"
        self.begun = False
        request.extensions["trace"] = self._trace

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith(self._mark):
            self.begun = True

    def failed(self, error: Exception) -> NotReached:
        """Return what a failure means. Its text names the host and the kind of failure, nothing of the request."""
        reason = str(error) if isinstance(error, BadBody) else type(error).__name__
        return NotReached(f"{self._host}: {reason}", sent=self.begun and not isinstance(error, httpx2.LocalProtocolError))


class _Streaming:
    def __init__(self, answer: httpx2.Response, sending: _Sending) -> None:
        self._answer = answer
        self._sending = sending
        self.status = answer.status_code
        self.headers = {name.lower(): value for name, value in answer.headers.items()}

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            if self.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
                raise BadBody("it is packed, though that was not asked for")
            async for chunk in self._answer.aiter_raw():
                yield chunk
        except _FAILURES as error:
            raise self._sending.failed(error) from error

    async def lines(self) -> AsyncIterator[str]:
        try:
            async for line in lines_of(self.chunks()):
                yield line
        except BadBody as error:
            raise self._sending.failed(error) from error


def _params(params: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> Any:
    return list(params.items()) if isinstance(params, Mapping) else list(params) if params else None
