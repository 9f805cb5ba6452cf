"""The baseline of the fan-out: the least that ASGI can do. What is posted goes to every open stream, one frame a client.

Run by uvicorn: `GET /events` streams, `POST /notes` sends its body as one event to all.
"""

import asyncio
import contextlib
from typing import Any

_streams: set[asyncio.Queue[bytes]] = set()


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The whole application."""
    if scope["type"] != "http":
        return
    if scope["method"] == "POST":
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        for stream in _streams:
            stream.put_nowait(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b"event: hello\ndata: {}\n\n", "more_body": True})
    mine: asyncio.Queue[bytes] = asyncio.Queue()
    _streams.add(mine)
    leaving = asyncio.create_task(_left(receive))
    try:
        while not leaving.done():
            waiting = asyncio.create_task(mine.get())
            await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                break
            await send(
                {"type": "http.response.body", "body": b"event: change\ndata: " + waiting.result() + b"\n\n", "more_body": True}
            )
    finally:
        _streams.discard(mine)
        leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving


async def _left(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
