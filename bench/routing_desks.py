"""Agents' desks in one process: opens event streams and notes when an offer arrives at each of them.

Arguments: port, tokens' file (a token a line, one desk for each). Prints `ready` when all are connected; when its standard input
ends it prints one JSON line and ends: `{"offers": [[moments on the monotonic clock, of each desk]], "lost": streams that broke}`.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import cast

import uvloop


class Desk(asyncio.Protocol):
    """One agent's open stream."""

    def __init__(self, request: bytes) -> None:
        self.offers: list[float] = []
        self.greeted = asyncio.Event()
        self.lost = False
        self._request = request
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        *frames, self._rest = (self._rest + data).split(b"\n\n")
        for frame in frames:
            self.greeted.set()
            # An agent is shown their own offers alone; two may come in one frame.
            if b'"offers":[' in frame:
                self.offers += [now] * len(json.loads(frame.rsplit(b"data: ", 1)[1])["offers"])

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.lost = True


async def main() -> None:
    """Connect, listen, tell."""
    port, file = int(sys.argv[1]), sys.argv[2]
    loop = asyncio.get_running_loop()
    desks: list[Desk] = []
    for token in Path(file).read_text(encoding="utf-8").split():  # noqa: ASYNC240
        request = f"GET /api/v1/events?topics=work HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        desk = Desk(request.encode())
        await loop.create_connection(lambda desk=desk: desk, "127.0.0.1", port)  # type: ignore[misc]
        desks.append(desk)
    await asyncio.wait_for(asyncio.gather(*(desk.greeted.wait() for desk in desks)), 120)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps({"offers": [desk.offers for desk in desks], "lost": sum(desk.lost for desk in desks)}), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
