"""A walk over places that changed (posts, conversations), and the cursor that holds how far it got.

What lies within an overlap is read again, because the network may show things late, and left out by key.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from unisono.contract import MISSHAPEN, Page, Raw

OVERLAP = timedelta(minutes=2)
_AHEAD = timedelta(hours=1)
_MOST_SKIPPED = 400


class Place(Struct, frozen=True, kw_only=True):
    """Where we are. since: heard until then. walk, after: places to be read, and where in the first. skip: keys heard last.

    marks: of places that tell no time of change, what was last seen of each (how many comments).
    """

    v: int
    since: datetime
    walk: list[str] = []
    after: str = ""
    newest: datetime | None = None
    skip: list[str] = []
    marks: dict[str, int] = {}


def paged(place: Place, raws: list[Raw], said_at: Callable[[Raw], datetime]) -> Page:
    """Return what is new of what was read, oldest first, with the cursor of the next step."""
    known = set(place.skip)
    # Networks list the newest first, and tell whole seconds: what is of one second stands in its order.
    fresh = sorted((raw for raw in reversed(raws) if raw.ingest_key not in known), key=said_at)
    done = not place.walk
    place = msgspec.structs.replace(
        place, skip=list(dict.fromkeys([*place.skip, *(raw.ingest_key for raw in raws)]))[-_MOST_SKIPPED:],
        since=later(place.since, place.newest) or place.since if done else place.since, newest=None if done else place.newest,
    )  # fmt: skip
    return Page(raws=fresh, next_cursor=msgspec.json.encode(place).decode(), has_more=not done)


def placed(cursor: str | None, now: datetime) -> Place | None:
    """Return the place, or None (a safe restart) for what is no cursor of ours, or lies in the future."""
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(cursor, type=Place)
    except MISSHAPEN:
        return None
    if place.v != 1 or any(at is not None and (at.tzinfo is None or at > now + _AHEAD) for at in (place.since, place.newest)):
        return None
    return place


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two instants, if there is one."""
    return max((at for at in (one, other) if at is not None), default=None)
