"""One's own figures: what one handled, how soon one answered, what it was about, beside one's own earlier weeks.

Only the person themself reads them: no parameter names anybody else, there is no list, no export, and no role that opens them.
They are never compared with colleagues'.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.queues import check_zone

WEEKS: Final = 8


class Span(Struct, frozen=True, kw_only=True):
    """What one handled in a span of time. begins: the first day of it, in the zone that was asked for.

    media: how many of each medium. median_response_s: half of the first answers came sooner; null without any.
    within: the share of what was handled of which no deadline passed, from 0 to 1; null without any. codes: by wrap-up code.
    """

    begins: date
    handled: int
    media: dict[str, int]
    median_response_s: float | None
    within: float | None
    codes: dict[str, int]


class OwnFigures(Struct, frozen=True, kw_only=True):
    """Today, and weeks from Monday on, this week first."""

    today: Span
    weeks: list[Span]
    zone: str


class Handled(Struct, frozen=True, kw_only=True):
    """One closed enquiry of the asker's."""

    closed_at: datetime
    medium: str
    response_s: float | None
    in_time: bool
    code_id: UUID | None


async def own_figures(db: Database, access: Access, zone: str) -> OwnFigures:
    """Return the asker's own figures of today and the last eight weeks. Raises Invalid for a zone that is none."""
    check_zone(zone)
    here = ZoneInfo(zone)
    async with db.read() as tx:
        today = tx.now.astimezone(here).date()
        monday = today - timedelta(days=today.weekday())
        since = monday - timedelta(weeks=WEEKS - 1)
        handled = await tx.own_figures.handled(access.user_id, datetime.combine(since, time.min, here))
    days = [(one.closed_at.astimezone(here).date(), one) for one in handled]
    return OwnFigures(
        today=span(today, [one for day, one in days if day == today]),
        weeks=[
            span(begins, [one for day, one in days if begins <= day < begins + timedelta(days=7)])
            for begins in (monday - timedelta(weeks=back) for back in range(WEEKS))
        ],
        zone=zone,
    )


def span(begins: date, handled: list[Handled]) -> Span:
    """Return what these come to."""
    media: dict[str, int] = {}
    codes: dict[str, int] = {}
    for one in handled:
        media[one.medium] = media.get(one.medium, 0) + 1
        if one.code_id is not None:
            codes[str(one.code_id)] = codes.get(str(one.code_id), 0) + 1
    times = sorted(one.response_s for one in handled if one.response_s is not None)
    middle = len(times) // 2
    median = None if not times else times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2
    within = sum(one.in_time for one in handled) / len(handled) if handled else None
    return Span(begins=begins, handled=len(handled), media=media, median_response_s=median, within=within, codes=codes)
