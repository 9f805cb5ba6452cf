"""Places in the archive: the id of the newest item that was taken, and when it was said."""

from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct

from unisono.contract import MISSHAPEN

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Place(Struct, frozen=True, kw_only=True):
    """when, n: the item's time, and how many of the same second were taken; archives know no finer time."""

    v: int
    when: str
    n: int = 0
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


def instant_of(text: str) -> datetime:
    """Return a time of XEP-0082, long ago where it cannot be read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return LONG_AGO
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
