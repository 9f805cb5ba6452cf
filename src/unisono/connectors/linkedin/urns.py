"""LinkedIn's names of things. Source: Microsoft Learn, LinkedIn API documentation, "URNs and IDs", "Rest.li protocol 2.0.0"."""

import re
from typing import Final
from urllib.parse import quote

_COMMENT: Final = re.compile(r"urn:li:comment:\((?:urn:li:)?([A-Za-z]+:[\w-]+),([\w-]+)\)")


def escaped(urn: str) -> str:
    """Return a URN as it stands in a path or a query: colons, commas and brackets would be structure there."""
    return quote(urn, safe="")


def comment_urn(thing: str, comment_id: str) -> str:
    """Return the URN of a comment from that of the post it stands below, and its number there."""
    return f"urn:li:comment:({thing},{comment_id})"


def comment_parts(urn: str) -> tuple[str, str] | None:
    """Return (the post's URN, the number) of a comment's URN, long or short; None for anything else."""
    found = _COMMENT.fullmatch(urn)
    return (f"urn:li:{found[1]}", found[2]) if found else None


def canonical(urn: str) -> str:
    """Return a comment's URN in its long form: pushes write `(activity:1,2)` where the API writes `(urn:li:activity:1,2)`."""
    parts = comment_parts(urn)
    return comment_urn(*parts) if parts else urn
