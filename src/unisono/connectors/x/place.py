"""Where a list was left off: the newest that is stored, what was seen of the last minutes, and how far back a walk has come.

X shows some posts late, so the last minutes are read again; what was seen there is named and left out. The cursor ends with
the id from which the next reading begins.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from unisono.connectors.x.snowflake import first_of, time_of
from unisono.contract import MISSHAPEN

OVERLAP = timedelta(seconds=90)
_SEEN_KEPT = 500
# Our clock and X's may differ by so much.
_CLOCKS = timedelta(minutes=10)


class Place(Struct, frozen=True, kw_only=True):
    """A cursor. seen: ids of the overlap. low: from where the overlap is read. While a walk goes on, from the newest back:
    top is the newest of it, until what comes next (an id, or X's page token), walked how much was read, via the list or the
    search, and fresh what was seen new.
    """

    v: int = 1
    seen: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    low: str = ""
    top: str = ""
    until: str = ""
    walked: int = 0
    via: str = "list"
    at: str

    @property
    def floor(self) -> int:
        """The id after which is read."""
        return int(self.at)

    def since(self, now: datetime) -> int:
        """Return the id after which to ask X, with the overlap as long as it means something."""
        if self.low and now - time_of(self.floor) < OVERLAP + timedelta(seconds=30):
            return min(self.floor, int(self.low))
        return self.floor

    def went(self, ids: Sequence[str], until: str, via: str) -> "Place":
        """Return the place in the middle of a walk; `ids` were read just now."""
        top = str(max((int(one) for one in (*ids, self.top) if one), default=self.floor))
        fresh = _newest((*self.fresh, *ids))
        walked = self.walked + len(ids) if via == self.via else 0
        return msgspec.structs.replace(self, fresh=fresh, top=top, until=until, walked=walked, via=via)

    def arrived(self, ids: Sequence[str]) -> "Place":
        """Return the place at the end of a walk: all that X has is stored."""
        top = max(int(one) for one in (*ids, self.top, self.at) if one)
        near = first_of(time_of(top) - OVERLAP)
        seen = _newest(one for one in (*self.seen, *self.fresh, *ids) if int(one) > near)
        # With more than fit, the overlap begins at the oldest that is named: what is older would come again and again.
        low = max(near, int(seen[0]) - 1) if len(seen) == _SEEN_KEPT else near
        return Place(seen=seen, low=str(low), at=str(top))

    def encoded(self) -> str:
        """Return it as it is stored."""
        return msgspec.json.encode(self).decode()


def begun(now: datetime, days: int) -> Place:
    """Return where a list is read from the first time."""
    return Place(at=str(first_of(now - timedelta(days=days))))


def place_of(cursor: str | None, now: datetime) -> Place | None:
    """Return the place of a cursor, None (a safe restart) for one that is none of ours or lies in the future."""
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(cursor, type=Place)
        newest = max(int(one) for one in (place.at, place.low, place.top, *place.seen, *place.fresh) if one)
        sound = place.v == 1 and place.at.isdigit() and time_of(newest) < now + _CLOCKS and place.via in ("list", "search")
    except (*MISSHAPEN, OverflowError):
        return None
    return place if sound else None


def _newest(ids: object) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(ids), key=int))[-_SEEN_KEPT:]  # type: ignore[call-overload]
