"""The end of the server, told to whatever answers without an end of its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from litestar.connection import ASGIConnection


class Closing:
    """Set once; open streams end then, so that the server need not wait for them."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    def on_close(self, listener: Callable[[], None]) -> None:
        """Call this at the end."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Tell everybody; telling twice is telling once."""
        if not self._told.is_set():
            self._told.set()
            for listener in self._listeners:
                listener()

    async def until_closed(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield what the stream yields until it ends or the server does."""
        told = asyncio.ensure_future(self._told.wait())
        coming: asyncio.Future[bytes] | None = None
        try:
            while True:
                coming = asyncio.ensure_future(anext(stream))
                await asyncio.wait({coming, told}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    return
                try:
                    yield coming.result()
                except StopAsyncIteration:
                    return
        finally:
            told.cancel()
            if coming is not None and not coming.done():
                coming.cancel()
                with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                    await coming
            aclose = getattr(stream, "aclose", None)
            if aclose is not None:
                await aclose()


def closing_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Closing:
    """Return the end of the application's server."""
    closing: Closing = connection.app.state["closing"]
    return closing
