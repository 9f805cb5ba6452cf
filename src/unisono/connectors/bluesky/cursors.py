"""Cursors: where a pull ended. Anything that is none of ours begins anew, which is safe."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from unisono.connectors.bluesky.read import MISSHAPEN, moment


class Place(Struct, frozen=True, kw_only=True):
    """Up to where a stream was heard. at: an instant or a key of the network. seen: what stood close before it, and when."""

    v: int
    seen: dict[str, float] = {}
    at: str


def written(at: str, seen: Mapping[str, float] | None = None) -> str:
    """Return a cursor."""
    return msgspec.json.encode(Place(v=1, at=at, seen=dict(seen or {}))).decode()


def place_of(cursor: str | None) -> Place | None:
    """Return the place, None for anything that is no cursor of ours."""
    try:
        found = msgspec.json.decode(cursor or "", type=Place)
    except MISSHAPEN:
        return None
    return found if found.v == 1 and found.at else None


def instant_of(text: str) -> datetime | None:
    """Return an instant, None for what is none."""
    try:
        return moment(text)
    except MISSHAPEN:
        return None
