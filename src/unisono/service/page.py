"""Keyset pages: a list, and an opaque word for where it goes on."""

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from unisono.domain.errors import Invalid

T = TypeVar("T")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Some items of a list. `next` goes into `after` to read on; null at the end. There are no totals.

    cursor: a place in the event log before which all of this was true; apply events behind it.
    """

    items: list[T]
    next: Annotated[str | None, Meta(description="Opaque; goes into `after`. Null at the end.")] = None
    cursor: str | None = None


def place(*key: Any) -> str:
    """Return the opaque word for a sort key (texts, numbers, ids, times)."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def parse_place(word: str, kinds: type[tuple[Any, ...]] | Any) -> Any:
    """Return the sort key that a word stands for, as a tuple of `kinds` (a `tuple[...]` type).

    Raises Invalid: words are good only for the list that gave them.
    """
    try:
        raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        return msgspec.json.decode(raw, type=kinds)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise Invalid("`after` is no place in this list; begin again without it.", code="bad_place", field="after") from error


def bounded(limit: int | None) -> int:
    """Return how many items a page has: at least one, at most MAX_LIMIT."""
    return DEFAULT_LIMIT if limit is None else max(1, min(limit, MAX_LIMIT))


def paged(rows: list[T], limit: int) -> tuple[list[T], bool]:
    """Cut `limit` + 1 rows down to a page; returns whether there are more."""
    return rows[:limit], len(rows) > limit
