"""Time and order of what was said (DESIGN, section 5)."""

from datetime import UTC, datetime


def said_at(occurred_at: datetime, received_at: datetime) -> datetime:
    """Return when something was said: the network's time, but never later than we heard it.

    A network's clock may run ahead, or an author may forge a date in the future; our own receipt bounds both.
    Raises ValueError for a naive datetime.
    """
    for name, value in (("occurred_at", occurred_at), ("received_at", received_at)):
        if value.tzinfo is None:
            raise ValueError(f"{name} must carry a time zone, got {value.isoformat()}")
    return min(occurred_at, received_at).astimezone(UTC)


def transcript_key(said: datetime, tie_break: str, ingest_key: str) -> tuple[datetime, str, str]:
    """Return the sort key of a transcript: time, then the network's own tie-break, then our ingest key."""
    return (said, tie_break, ingest_key)


def numeric_tie_break(remote_id: str) -> str:
    """Return a text that sorts like the number in `remote_id` (snowflakes, UIDs); other ids are returned unchanged.

    Networks count up in digits of growing length; as plain text "9" would sort after "10".
    """
    return f"{int(remote_id):020d}" if remote_id.isascii() and remote_id.isdigit() else remote_id
