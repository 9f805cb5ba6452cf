"""Rate limits for programs, counted over a sliding window."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from unisono.testing.sandbox.faces import PauseHeader, Rate
from unisono.testing.sandbox.model import Refused


class Limits:
    """Counts the requests of each account."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._spent: dict[int, deque[datetime]] = {}

    def spend(self, account: int, rate: Rate | None) -> dict[str, str]:
        """Count one request; returns the headers that tell what is left. Raises Refused (429)."""
        if rate is None:
            return {}
        now, window = self._now(), timedelta(seconds=rate.per_s)
        spent = self._spent.setdefault(account, deque())
        while spent and spent[0] <= now - window:
            spent.popleft()
        free_at = spent[0] + window if spent else now
        if len(spent) >= rate.requests:
            raise too_many(rate.header, max(0.0, (free_at - now).total_seconds()), now)
        spent.append(now)
        return {
            "x-ratelimit-limit": str(rate.requests),
            "x-ratelimit-remaining": str(rate.requests - len(spent)),
            "x-ratelimit-reset": str(int(free_at.timestamp()) + 1),
        }


def too_many(header: PauseHeader, pause_s: float, now: datetime) -> Refused:
    """Return the refusal that asks for a pause, told in one of the ways in which networks do."""
    whole_s = int(-(-pause_s // 1))
    headers = {
        PauseHeader.RETRY_AFTER: {"retry-after": str(whole_s)},
        PauseHeader.RESET: {"x-ratelimit-reset": str(int(-(-(now.timestamp() + pause_s) // 1)))},
        PauseHeader.NONE: {},
    }[header]
    return Refused(429, "too_many_requests", "Too many requests. Slow down.", headers)
