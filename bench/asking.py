"""A plain HTTP/1.1 client on one connection: as little of its own time as can be."""

import asyncio
import json
import time
from types import TracebackType
from typing import Self


class Asker:
    """Asks a server on loopback, one request after the other."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1:{port}\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "") + "\r\n"

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()

    async def get(self, path: str) -> tuple[float, bytes]:
        """Return how long the answer took, in seconds, and its body. Raises RuntimeError for any status but 2xx."""
        return await self._ask(f"GET {path}", b"")

    async def post(self, path: str, body: object) -> tuple[float, bytes]:
        """Send JSON, or text as it is; answers as `get` does."""
        return await self._ask(f"POST {path}", body.encode() if isinstance(body, str) else json.dumps(body).encode())

    async def _ask(self, what: str, body: bytes) -> tuple[float, bytes]:
        begun = time.perf_counter()
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._writer.write(f"{what} HTTP/1.1\r\n{length}{self._head}".encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        answer = await self._reader.readexactly(int(fields[b"content-length"]))
        took = time.perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 2"):
            status = head.split(b"\r\n", 1)[0].decode()
            raise RuntimeError(f"{what}: {status} {answer[:300]!r}")
        return took, answer
