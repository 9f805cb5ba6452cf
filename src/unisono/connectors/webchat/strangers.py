"""How much anybody may do who is not known: counted in memory, by session and by address, and then forgotten."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from msgspec import Struct

_KEPT = 20_000
_KEPT_CHANNELS: dict[UUID, "Strangers"] = {}


class Allowance(Struct, frozen=True):
    """So much at once, and so much more each second."""

    most: float
    per_s: float


MESSAGES = Allowance(30, 30 / 120)
SESSIONS = Allowance(12, 12 / 600)
ADDRESS = Allowance(120, 120 / 120)
BYTES = Allowance(30_000_000, 30_000_000 / 600)
READS = Allowance(120, 2.0)


class Strangers:
    """Token buckets; the least recently used are forgotten first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._streams: dict[str, int] = {}

    def spend(self, kind: str, who: str, allowance: Allowance, amount: float = 1.0) -> float:
        """Take from somebody's bucket; returns 0, or in how many seconds there is enough again (nothing is taken then)."""
        now = self._now().timestamp()
        left, since = self._buckets.pop((kind, who), (allowance.most, now))
        left = min(allowance.most, left + max(0.0, now - since) * allowance.per_s)
        wait_s = 0.0 if left >= amount else (amount - left) / allowance.per_s
        self._buckets[kind, who] = (left if wait_s else left - amount, now)
        if len(self._buckets) > _KEPT:
            self._buckets.popitem(last=False)
        return wait_s

    def may_open_stream(self, who: str, *, each: int, most: int) -> bool:
        """Tell whether one more stream may be open, for this one and for all together."""
        return sum(self._streams.values()) < most and self._streams.get(who, 0) < each

    @contextmanager
    def open_stream(self, who: str) -> Iterator[None]:
        """Count a stream while it is open."""
        self._streams[who] = self._streams.get(who, 0) + 1
        try:
            yield
        finally:
            self._streams[who] -= 1
            if not self._streams[who]:
                del self._streams[who]


def strangers_of(channel_id: UUID, now: Callable[[], datetime]) -> Strangers:
    """Return the one counter of a channel in this process; it outlives the connector, which may be built for each request."""
    if channel_id not in _KEPT_CHANNELS:
        _KEPT_CHANNELS[channel_id] = Strangers(now)
    return _KEPT_CHANNELS[channel_id]


def network_of(address: str) -> str:
    """Return what one household usually has: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
