"""The HTTP protocol with one addition: an application can write to the connection itself.

The event stream gives the same bytes to a thousand connections; through ASGI each would be a message, a task switch and
a new chunk. `uvicorn` accepts a protocol class, so this is a subclass that puts the transport into the request's scope.
Without it (another server) the stream goes through ASGI and carries the same bytes.
"""

from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT: Final = "unisono.transport"


class HouseProtocol(HttpToolsProtocol):
    """HTTP/1.1 by httptools, with the transport as an ASGI extension of each request."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        scope = cast("dict[str, Any]", self.scope)
        scope["extensions"] = {TRANSPORT: {"transport": self.transport}}
