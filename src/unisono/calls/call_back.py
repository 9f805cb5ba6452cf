"""A call-back that a visitor asks for: what stands in the inbox of the line until it is read."""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

#: With what the inbox names such wishes.
PREFIX: Final = "call-back:"


class CallBackWish(Struct, frozen=True, kw_only=True):
    """Who asks to be called back. number: E.164. note: what it is about, in their words. language: that of their page."""

    id: str
    number: str
    at: datetime
    name: str = ""
    note: str = ""
    language: str = ""

    @property
    def remote_id(self) -> str:
        """Return how the wish is named in the inbox and in its message."""
        return PREFIX + self.id


def encode_wish(wish: CallBackWish) -> bytes:
    """Return a wish as the inbox keeps it."""
    return msgspec.json.encode(wish)


def decode_wish(body: bytes) -> CallBackWish:
    """Return a wish. Raises what decoding raises."""
    return msgspec.json.decode(body, type=CallBackWish)
