"""Rate limits as X states them, by endpoint and by whose token it is. Source: X developer documentation, rate limits, 2026-08."""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from unisono.testing.networks.x.model import Refused


class Limit(Struct, frozen=True):
    """So many requests in a window of seconds."""

    amount: int
    per_s: float


#: By method and path, where `*` stands for one part; several windows may hold at once.
LIMITS: dict[tuple[str, str], tuple[Limit, ...]] = {
    ("GET", "/2/users/*/mentions"): (Limit(300, 900),),
    ("GET", "/2/users/*/tweets"): (Limit(900, 900),),
    ("GET", "/2/users/me"): (Limit(75, 900),),
    ("GET", "/2/tweets"): (Limit(5_000, 900),),
    ("POST", "/2/tweets"): (Limit(100, 900), Limit(10_000, 86_400)),
    ("DELETE", "/2/tweets/*"): (Limit(50, 900),),
    ("PUT", "/2/tweets/*/hidden"): (Limit(50, 900),),
    ("GET", "/2/tweets/search/recent"): (Limit(300, 900),),
    ("GET", "/2/dm_events"): (Limit(15, 900),),
    ("GET", "/2/dm_conversations/with/*/dm_events"): (Limit(15, 900),),
    ("GET", "/2/dm_conversations/*/dm_events"): (Limit(15, 900),),
    ("POST", "/2/dm_conversations/with/*/messages"): (Limit(15, 900), Limit(1_440, 86_400)),
    ("POST", "/2/dm_conversations/*/messages"): (Limit(15, 900), Limit(1_440, 86_400)),
}


class Limits:
    """Counts requests. `limits` None: none are held, and no headers are sent."""

    def __init__(self, now: Callable[[], datetime], limits: Mapping[tuple[str, str], tuple[Limit, ...]] | None = None) -> None:
        self._now = now
        self._limits = dict(LIMITS if limits is None else limits)
        self._spent: dict[tuple[str, str, str, float], tuple[float, int]] = {}

    def count(self, method: str, route: str, token: str) -> dict[str, str]:
        """Count a request and return what its answer tells of the limit. Raises Refused (429)."""
        headers: dict[str, str] = {}
        for limit in self._limits.get((method, route), ()):
            now = self._now().timestamp()
            key = (method, route, token, limit.per_s)
            began, spent = self._spent.get(key, (now, 0))
            if now >= began + limit.per_s:
                began, spent = now, 0
            spent += 1
            self._spent[key] = (began, spent)
            told = {
                "x-rate-limit-limit": str(limit.amount), "x-rate-limit-remaining": str(max(0, limit.amount - spent)),
                "x-rate-limit-reset": str(int(began + limit.per_s)),
            }  # fmt: skip
            if spent > limit.amount:
                refused = Refused(429, "Too Many Requests", title="Too Many Requests")
                refused.headers = told
                raise refused
            headers = headers or told
        return headers
