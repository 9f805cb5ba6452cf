"""Which reports there are: their columns, what their rows are of, and which of them are about people.

A column is either about customers (what came in, who gave up: nobody's doing, always shown) or about people (what colleagues did:
of groups of at least five only).
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Unit(StrEnum):
    """How a figure is written: a count, a share of 1, or milliseconds."""

    COUNT = "count"
    SHARE = "share"
    MS = "ms"


class Column(Struct, frozen=True, kw_only=True):
    """One figure. moment: which sums it is made of; people: whether it is people's doing.

    of: the sum that is counted, or the numerator; per: the denominator, for shares and means. less: `of` is `per` without it.
    better: +1 when more is better, -1 when less is, 0 when neither; for how a change is shown. share: the time that this share of
    all (0 to 1) did not exceed, out of the histogram `of`.
    """

    key: str
    moment: str
    of: str
    unit: Unit = Unit.COUNT
    per: str = ""
    less: str = ""
    plus: str = ""
    people: bool = True
    better: int = 0
    share: float = 0


def _columns() -> dict[str, Column]:
    count, share, ms = Unit.COUNT, Unit.SHARE, Unit.MS
    found = (
        Column(key="arrived", moment="arrived", of="n", people=False),
        Column(key="again", moment="arrived", of="again", people=False),
        Column(key="left", moment="left", of="n", people=False, better=-1),
        Column(key="left_ms", moment="left", of="ms", per="n", unit=ms, people=False),
        Column(key="answered", moment="answered", of="n", better=1),
        Column(key="first_ms", moment="answered", of="ms", per="n", unit=ms, better=-1),
        Column(key="first_p50", moment="answered", of="hist", unit=ms, better=-1, share=0.5),
        Column(key="first_p90", moment="answered", of="hist", unit=ms, better=-1, share=0.9),
        Column(key="in_15m", moment="answered", of="in_15m", per="n", unit=share, better=1),
        Column(key="in_1h", moment="answered", of="in_1h", per="n", unit=share, better=1),
        Column(key="in_4h", moment="answered", of="in_4h", per="n", unit=share, better=1),
        Column(key="in_1d", moment="answered", of="in_1d", per="n", unit=share, better=1),
        Column(key="kept", moment="answered", of="n", less="late", better=1),
        Column(key="breached", moment="answered", of="breached", better=-1),
        Column(key="level", moment="answered", of="n", less="late", per="n", plus="breached", unit=share, better=1),
        Column(key="closed", moment="closed", of="n", better=1),
        Column(key="resolution_ms", moment="closed", of="ms", per="n", unit=ms, better=-1),
        Column(key="resolution_p50", moment="closed", of="hist", unit=ms, better=-1, share=0.5),
        Column(key="resolution_p90", moment="closed", of="hist", unit=ms, better=-1, share=0.9),
        Column(key="closed_1h", moment="closed", of="in_1h", per="n", unit=share, better=1),
        Column(key="closed_1d", moment="closed", of="in_1d", per="n", unit=share, better=1),
        Column(key="waited_ms", moment="closed", of="waited_ms", per="waited", unit=ms, better=-1),
        Column(key="worked_ms", moment="closed", of="worked_ms", per="worked", unit=ms),
        Column(key="wrap_ms", moment="closed", of="wrap_ms", per="n", unit=ms),
        Column(key="next_n", moment="closed", of="next_n"),
        Column(key="next_ms", moment="closed", of="next_ms", per="next_n", unit=ms, better=-1),
        Column(key="next_late", moment="closed", of="next_late", better=-1),
        Column(key="resolution_late", moment="closed", of="resolution_late", better=-1),
        Column(key="transfers", moment="closed", of="transfers", better=-1),
        Column(key="share_of_closed", moment="closed", of="n", per="all", unit=share),
    )
    assert all(c.unit is not count or not c.per for c in found)
    return {column.key: column for column in found}


COLUMNS: Final = _columns()
BY_TIME: Final = ("day", "week", "month")
BY: Final = (*BY_TIME, "queue", "team", "channel", "network", "medium", "class", "language", "code", "skills", "tags")
FILTERS: Final = ("queue", "team", "channel", "network", "medium", "class", "language", "code", "skills", "tags")
PEOPLE: Final = "people"
HEAT: Final = "heat"


class Kind(Struct, frozen=True, kw_only=True):
    """A report. by: what its rows are of at first; any of `BY` can be asked for. filters: by what it can be narrowed."""

    key: str
    columns: tuple[str, ...]
    by: str = "day"
    filters: tuple[str, ...] = FILTERS


_MIXED: Final = ("arrived", "left", "answered", "first_ms", "level", "closed", "resolution_ms")
_WITHOUT_CODE: Final = tuple(f for f in FILTERS if f != "code")
KINDS: Final = {
    kind.key: kind
    for kind in (
        Kind(key="volume", columns=("arrived", "again", "answered", "closed", "left")),
        Kind(
            key="response",
            columns=(
                "answered", "first_ms", "first_p50", "first_p90", "in_15m", "in_1h", "in_4h", "in_1d", "next_n", "next_ms",
            ),
        ),
        Kind(
            key="resolution",
            columns=(
                "closed", "resolution_ms", "resolution_p50", "resolution_p90", "closed_1h", "closed_1d", "waited_ms", "worked_ms",
                "wrap_ms", "transfers",
            ),
        ),
        Kind(key="abandonment", columns=("arrived", "left", "left_ms"), filters=_WITHOUT_CODE),
        Kind(key="service-levels", columns=("answered", "kept", "breached", "level", "next_late", "resolution_late")),
        Kind(key="wrap-up", columns=("closed", "share_of_closed", "worked_ms", "resolution_ms"), by="code"),
        Kind(key="queues", columns=_MIXED, by="queue"),
        Kind(key="channels", columns=_MIXED, by="channel"),
        Kind(key="skills", columns=_MIXED, by="skills"),
        Kind(key="languages", columns=_MIXED, by="language"),
        Kind(key=HEAT, columns=("arrived",), by="hour", filters=("queue", "team", "channel", "network", "medium", "class")),
        Kind(
            key=PEOPLE, columns=("closed", "resolution_ms", "worked_ms", "wrap_ms", "next_n", "next_ms", "transfers"), by="agent",
            filters=("queue", "team", "channel", "network", "medium", "class"),
        ),
    )
}  # fmt: skip
