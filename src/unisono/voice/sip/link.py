"""Frames between driver and endpoint: four bytes of length, then one message."""

import asyncio
from typing import Any, Final, Generic, TypeVar

import msgspec

from unisono.voice.sip.frames import LIMIT_BYTES, encode

T = TypeVar("T")
_HEAD: Final = 4


class LinkBroken(Exception):
    """The other side is gone, or speaks nonsense; nothing more will come."""


class Link(Generic[T]):
    """One end. `kind`: the union of messages that may arrive here."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: Any) -> None:
        self._reader, self._writer = reader, writer
        self._decode = msgspec.msgpack.Decoder(kind).decode

    def send(self, message: Any) -> None:
        """Put a message on its way, in order. To a side that is gone it is lost; `receive` tells."""
        if self._writer.is_closing():
            return
        body = encode(message)
        self._writer.write(len(body).to_bytes(_HEAD, "big") + body)

    async def receive(self) -> T:
        """Return the next message. Raises LinkBroken."""
        try:
            size = int.from_bytes(await self._reader.readexactly(_HEAD), "big")
            if size > LIMIT_BYTES:
                raise LinkBroken(f"A frame of {size} bytes was announced; {LIMIT_BYTES} are the most.")
            return self._decode(await self._reader.readexactly(size))  # type: ignore[no-any-return]
        except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError) as error:
            raise LinkBroken(f"The connection between driver and endpoint ended ({type(error).__name__}).") from None

    async def flush(self) -> None:
        """Wait until what was sent has left this process."""
        try:
            await self._writer.drain()
        except OSError:
            return

    def close(self) -> None:
        """End the connection."""
        self._writer.close()
