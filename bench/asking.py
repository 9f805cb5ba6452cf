"""A plain HTTP/1.1 client on one connection: as little of its own time as can be."""

import asyncio
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
        """Return how long the answer took, in seconds, and its body. Raises RuntimeError for any status but 200."""
        begun = time.perf_counter()
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
        body = await self._reader.readexactly(int(fields[b"content-length"]))
        took = time.perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 200"):
            status = head.split(b"\r\n", 1)[0].decode()
            raise RuntimeError(f"GET {path}: {status} {body[:300]!r}")
        return took, body
