"""The one HTTP client: bounded in time and size, honest about whether a request may have arrived."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import httpcore2
import httpx2

from unisono import __version__
from unisono.contract.context import NotReached, Response, StreamResponse
from unisono.contract.manifest import Manifest
from unisono.egress.guard import AllowedHosts, GuardedBackend

USER_AGENT = f"Unisono/{__version__}"
MAX_REDIRECTS = 5
MAX_LINE_BYTES = 5_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class EgressFactory:
    """Implements `service.ports.outside.HttpFor`; all clients share one pool of connections."""

    def __init__(self, *, allow_private: bool = False, verify: ssl.SSLContext | None = None) -> None:
        self._allow_private = allow_private
        transport = httpx2.AsyncHTTPTransport(trust_env=False)
        # The transport takes no network backend of its own, so it is given the pool that has one.
        transport._pool = httpcore2.AsyncConnectionPool(  # noqa: SLF001
            ssl_context=verify or ssl.create_default_context(),
            max_connections=200,
            max_keepalive_connections=40,
            keepalive_expiry=15.0,
            network_backend=GuardedBackend(allow_private=allow_private),
        )
        self._client = httpx2.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, headers={"user-agent": USER_AGENT}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()

    def __call__(self, manifest: Manifest, config: Mapping[str, object]) -> "EgressClient":
        """Return the client of a channel."""
        return EgressClient(self._client, AllowedHosts(manifest, config, allow_private=self._allow_private))


class EgressClient:
    """Implements `contract.Http` for one channel."""

    def __init__(self, client: httpx2.AsyncClient, hosts: AllowedHosts) -> None:
        self._client = client
        self._hosts = hosts

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
        sending = _Sending()
        request = self._client.build_request(
            method, url, headers=_plain(headers), params=_params(params), json=json, data=dict(form) if form else None,
            files=dict(files) if files else None, content=content,
            timeout=httpx2.Timeout(timeout_s, connect=min(10.0, timeout_s)), extensions={"trace": sending.trace},
        )  # fmt: skip
        for _ in range(MAX_REDIRECTS):
            self._hosts.check(str(request.url))
            response = await self._once(request, sending, timeout_s, max_bytes)
            location = response.headers.get("location")
            if method not in ("GET", "HEAD") or response.status not in _REDIRECTS or not location:
                return response
            target = request.url.join(location)
            kept = dict(request.headers)
            if target.host != request.url.host:
                kept = {k: v for k, v in kept.items() if k.lower() not in ("authorization", "cookie")}
            kept.pop("host", None)
            request = self._client.build_request(
                method, target, headers=kept, timeout=httpx2.Timeout(timeout_s), extensions={"trace": sending.trace}
            )
        raise NotReached(f"{request.url.host} redirects in a circle.", sent=True)

    async def _once(self, request: httpx2.Request, sending: "_Sending", timeout_s: float, max_bytes: int) -> Response:
        try:
            async with asyncio.timeout(2 * timeout_s):
                answer = await self._client.send(request, stream=True)
                try:
                    body = await _bounded(answer, max_bytes)
                finally:
                    await answer.aclose()
        except (httpx2.TransportError, httpx2.StreamError, TimeoutError, OSError) as error:
            raise NotReached(f"{request.url.host}: {type(error).__name__}", sent=sending.begun) from error
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(status=answer.status_code, headers=headers, body=body, url=str(request.url.copy_with(query=None)))

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, idle_s: float = 90.0
    ) -> AsyncIterator[StreamResponse]:
        """Open a long-lived answer."""
        self._hosts.check(url)
        request = self._client.build_request(
            method, url, headers={"accept": "text/event-stream", **_plain(headers)}, timeout=httpx2.Timeout(20.0, read=idle_s)
        )
        try:
            answer = await self._client.send(request, stream=True)
        except (httpx2.TransportError, OSError) as error:
            raise NotReached(f"{request.url.host}: {type(error).__name__}", sent=True) from error
        try:
            yield _Streaming(answer)
        finally:
            await answer.aclose()


class _Sending:
    """Notices when the first byte of a request goes out: from then on nobody knows whether it arrived."""

    def __init__(self) -> None:
        self.begun = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.begun = True


class _Streaming:
    def __init__(self, answer: httpx2.Response) -> None:
        self._answer = answer
        self.status = answer.status_code
        self.headers = {name.lower(): value for name, value in answer.headers.items()}

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.aiter_raw():
                yield chunk
        except (httpx2.TransportError, httpx2.StreamError, OSError) as error:
            raise NotReached(f"{self._answer.url.host}: {type(error).__name__}", sent=True) from error

    async def lines(self) -> AsyncIterator[str]:
        rest = b""
        async for chunk in self.chunks():
            rest += chunk
            if len(rest) > MAX_LINE_BYTES:
                raise NotReached(f"{self._answer.url.host} sends a line without end.", sent=True)
            *whole, rest = rest.split(b"\n")
            for line in whole:
                yield line.removesuffix(b"\r").decode("utf-8", "replace")


async def _bounded(answer: httpx2.Response, max_bytes: int) -> bytes:
    """Read a body of at most `max_bytes`, unpacked: a small packed body may not become a large one."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    unpack = zlib.decompressobj(wbits=47) if encoding in ("gzip", "x-gzip", "deflate") else None
    if unpack is None and encoding not in ("", "identity"):
        raise httpx2.DecodingError(f"content-encoding {encoding} was not asked for", request=answer.request)
    parts: list[bytes] = []
    size = 0
    async for chunk in answer.aiter_raw():
        data = chunk if unpack is None else _unpacked(unpack, chunk, max_bytes - size + 1, answer)
        size += len(data)
        if size > max_bytes:
            raise httpx2.ReadError(f"more than {max_bytes} bytes", request=answer.request)
        parts.append(data)
    return b"".join(parts)


def _unpacked(unpack: Any, chunk: bytes, room: int, answer: httpx2.Response) -> bytes:
    try:
        data: bytes = unpack.decompress(chunk, room)
    except zlib.error as error:
        raise httpx2.DecodingError(str(error), request=answer.request) from error
    return data


def _plain(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {"accept-encoding": "gzip, identity", **(headers or {})}


def _params(params: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> Any:
    return list(params.items()) if isinstance(params, Mapping) else list(params) if params else None
