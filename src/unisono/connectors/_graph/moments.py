"""Times as the Graph API writes them."""

from datetime import UTC, datetime


def moment(value: object) -> datetime:
    """Return a time in UTC: ISO 8601 with `+0000`, or seconds or milliseconds since 1970, as number or digits.

    Raises ValueError, TypeError or OverflowError for anything else.
    """
    if isinstance(value, str) and not value.isdigit():
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError("a time is text or a number")
    number = float(value)
    return datetime.fromtimestamp(number / 1_000 if number > 100_000_000_000 else number, UTC)
