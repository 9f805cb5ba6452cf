"""What an attempt's outcome means; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from msgspec import Struct

#: After attempts that failed, in seconds: half a minute to ten hours, about 29 hours in all.
PAUSES_S: Final = (30, 120, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
#: More than this nobody is waited for, whatever they ask.
LONGEST_ASKED_S: Final = 6 * 3_600
#: For so long nothing may arrive before it is switched off.
FAILING_FOR: Final = timedelta(days=5)


class Outcome(Struct, frozen=True, kw_only=True):
    """state: delivered, waiting (until next_at) or dead. gone: the other side wants nothing more."""

    state: str
    next_at: datetime | None = None
    error: str = ""
    gone: bool = False


def judge(attempts: int, status: int | None, headers: Mapping[str, str], failure: str, now: datetime) -> Outcome:
    """Return what follows from an attempt. `attempts`: this one included. `status`: None when no answer came."""
    if status is not None and 200 <= status < 300:
        return Outcome(state="delivered")
    if status == 410:
        return Outcome(state="dead", error="gone", gone=True)
    error = failure if status is None else "redirect" if 300 <= status < 400 else "status"
    if attempts > len(PAUSES_S):
        return Outcome(state="dead", error=error)
    wait = timedelta(seconds=PAUSES_S[attempts - 1])
    asked = retry_after(headers.get("retry-after", ""), now) if status in (429, 503) else None
    return Outcome(state="waiting", next_at=now + max(wait, asked or wait), error=error)


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return how long a `Retry-After` asks to wait, at most six hours; None for none. Source: RFC 9110, section 10.2.3."""
    value = value.strip()
    if value.isdigit():
        seconds = float(value)
    else:
        try:
            seconds = (parsedate_to_datetime(value) - now).total_seconds()
        except (TypeError, ValueError):
            return None
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_ASKED_S))
