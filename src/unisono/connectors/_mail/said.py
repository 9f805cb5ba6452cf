"""What a server said, fit for a person's eyes and for the store."""

from typing import Final

MAX_CHARS: Final = 200


def said(by: object, most: int = MAX_CHARS) -> str:
    """Return a server's words on one line, without what cannot be printed, cut to a bound."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(by)[: 4 * most]).split())[:most]
