"""Places in the stream of what happens: the server's token, and rooms whose past is still to be walked."""

import re
from typing import Final

import msgspec
from msgspec import Struct

from unisono.contract import MISSHAPEN

_NUMBERS: Final = re.compile(r"s\d+(_\d+)*")


class Walk(Struct, frozen=True):
    """A room in which more happened than a step of the stream shows: from here on, up to there."""

    room: str
    at: str
    to: str


class Place(Struct, frozen=True, kw_only=True):
    """at: the server's `since`. walks: what lies before it and is not fetched yet. joins: invitations that wait."""

    v: int
    walks: tuple[Walk, ...] = ()
    joins: tuple[str, ...] = ()
    at: str


def place_of(cursor: str | None) -> Place | None:
    """Return the place, None (a safe restart) for anything that is no cursor of ours."""
    try:
        found = msgspec.json.decode(cursor, type=Place) if cursor else None
    except MISSHAPEN:
        return None
    return found if found is not None and found.v == 1 and found.at else None


def written(place: Place) -> str:
    """Return the cursor of a place."""
    return msgspec.json.encode(place).decode()


def lies_ahead(place: str, newest: str) -> bool:
    """Tell whether a token is of the future, as after the server was restored. Other servers' tokens tell nothing."""
    if not _NUMBERS.fullmatch(place) or not _NUMBERS.fullmatch(newest):
        return False
    return any(ours > theirs for ours, theirs in zip(_parts(place), _parts(newest), strict=False))


def _parts(token: str) -> list[int]:
    return [int(part) for part in token[1:].split("_")]
