"""X's ids hold the time: milliseconds since an instant of 2010, shifted by 22 bits. Source: X developer documentation, X IDs."""

from datetime import UTC, datetime

_EPOCH_MS = 1_288_834_974_657
_BITS = 22


def first_of(at: datetime) -> int:
    """Return the smallest id of an instant; at least 1."""
    return max(1, (int(at.timestamp() * 1000) - _EPOCH_MS) << _BITS)


def time_of(snowflake: int) -> datetime:
    """Return when an id was given. Raises ValueError or OverflowError for a number that is none."""
    return datetime.fromtimestamp(((snowflake >> _BITS) + _EPOCH_MS) / 1000, UTC)
