"""Points in time as the API writes them."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

_DESCRIPTION = "RFC 3339, UTC, always with microseconds, so that two of them compare as text."

Instant = Annotated[str, Meta(description=_DESCRIPTION, extra_json_schema={"format": "date-time"})]


def instant(at: datetime) -> str:
    """Return the time in RFC 3339, UTC, with six digits of the second: the text sorts like the time.

    Raises ValueError for a naive datetime.
    """
    if at.tzinfo is None:
        raise ValueError(f"a time without its zone cannot be told to others: {at.isoformat()}")
    # What the database gives is UTC already; a page of a list holds hundreds of times.
    in_utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")[:-6] + "Z"


def maybe_instant(at: datetime | None) -> str | None:
    """Return the time, or None where there is none."""
    return None if at is None else instant(at)
