"""Many desks in one process: opens event streams and notes when each event arrives at each of them.

Arguments: port, path, tokens' file (a token a line, one connection for each). The n-th `change` on a connection is event n.
Prints `ready` when all are connected; when its standard input ends it prints one JSON line and ends:
`{"arrivals": {number: [moments on the monotonic clock]}, "bytes": {number: length}, "lost": connections that broke}`.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import cast

import uvloop


class Desk(asyncio.Protocol):
    """One open stream."""

    def __init__(self, request: bytes, crowd: "Crowd") -> None:
        self._request = request
        self._crowd = crowd
        self._rest = b""
        self._greeted = False
        self._number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        *frames, self._rest = (self._rest + data).split(b"\n\n")
        for frame in frames:
            if not self._greeted:
                self._greeted = True
                self._crowd.greeted()
            if b"event: change\n" in frame:
                self._crowd.arrived(self._number, now, len(frame))
                self._number += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._crowd.lost += 1


class Crowd:
    """All of them."""

    def __init__(self, size: int) -> None:
        self.arrivals: dict[int, list[float]] = {}
        self.bytes: dict[int, int] = {}
        self.lost = 0
        self.all_there = asyncio.Event()
        self._missing = size

    def greeted(self) -> None:
        """One more is connected."""
        self._missing -= 1
        if self._missing == 0:
            self.all_there.set()

    def arrived(self, number: int, now: float, length: int) -> None:
        """An event came to one of them."""
        self.arrivals.setdefault(number, []).append(now)
        self.bytes[number] = length


async def main() -> None:
    """Connect, listen, tell."""
    port, path, file = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    tokens = Path(file).read_text(encoding="utf-8").split()  # noqa: ASYNC240
    crowd = Crowd(len(tokens))
    loop = asyncio.get_running_loop()
    for start in range(0, len(tokens), 50):
        for token in tokens[start : start + 50]:
            request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            await loop.create_connection(lambda request=request: Desk(request, crowd), "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.sleep(0.1)
    await asyncio.wait_for(crowd.all_there.wait(), 120)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps({"arrivals": crowd.arrivals, "bytes": crowd.bytes, "lost": crowd.lost}), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
