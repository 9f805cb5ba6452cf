"""Whether all channels are of equal rank: first response and service level side by side, by medium."""

from typing import Final

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.look import sight_of
from unisono.service.ports import Database
from unisono.service.ports.tallies import MediumTally, Tally
from unisono.service.spread import quantile

PERIODS: Final = (1, 7, 28)
MEDIA: Final = ("call", "chat", "message", "mail", "post")
#: Of fewer answers a median says little; they are told, but not compared.
FEW: Final = 5


class MediumParity(Struct, frozen=True, kw_only=True):
    """A medium's figures.

    median_s, p90_s, mean_s: until the first answer, in seconds by the clock on the wall; null without an answer. level: the share
    of promises kept; null while none was due. waiting: now. times: the median as a multiple of `compared_with`'s; null with few
    answers.
    """

    medium: str
    arrived: int
    answered: int
    handled: int
    abandoned: int
    median_s: float | None
    p90_s: float | None
    mean_s: float | None
    in_time: int
    late: int
    level: float | None
    waiting: int
    longest_since: Instant | None
    times: float | None


class ParityView(Struct, frozen=True, kw_only=True):
    """Media side by side, over the last days, today included.

    compared_with: the medium whose first answer comes soonest, of those with enough answers; `times` of the others are multiples
    of its median. spread: the largest of them; null with less than two.
    """

    at: Instant
    days: int
    media: list[MediumParity]
    compared_with: str | None
    spread: float | None


async def parity(db: Database, access: Access, days: int, waiting: dict[str, tuple[int, str | None]]) -> ParityView:
    """Return the media side by side. waiting: how many wait now and since when, by medium. Raises Invalid."""
    if days not in PERIODS:
        raise Invalid(f"days is one of {', '.join(map(str, PERIODS))}.", code="not_one_of", field="days")
    async with db.read() as tx:
        found = {one.medium: one for one in await tx.tallies.by_medium(sight_of(access), days)}
        at = instant(tx.now)
    return compared(found, waiting, days, at)


def compared(found: dict[str, MediumTally], waiting: dict[str, tuple[int, str | None]], days: int, at: str) -> ParityView:
    """Put media side by side; those that had nothing are left out."""
    known = [medium for medium in MEDIA if medium in found or medium in waiting]
    media = known + sorted((found.keys() | waiting.keys()) - set(MEDIA))
    medians = {m: quantile(found[m].bins, 0.5) for m in media if m in found and found[m].tally.answered >= FEW}
    enough = {medium: median for medium, median in medians.items() if median is not None}
    best = min(enough, key=lambda m: (enough[m], m)) if len(enough) > 1 else None
    rows = [_row(medium, found.get(medium), waiting.get(medium, (0, None)), enough, best) for medium in media]
    return ParityView(
        at=at, days=days, media=rows, compared_with=best, spread=max((r.times for r in rows if r.times is not None), default=None)
    )


def _row(
    medium: str, found: MediumTally | None, waits: tuple[int, str | None], medians: dict[str, float], best: str | None
) -> MediumParity:
    bins = found.bins if found else {}
    t = found.tally if found else Tally()
    promised = t.in_time + t.late
    median = medians.get(medium)
    return MediumParity(
        medium=medium, arrived=t.arrived, answered=t.answered, handled=t.handled, abandoned=t.abandoned,
        median_s=_rounded(quantile(bins, 0.5)), p90_s=_rounded(quantile(bins, 0.9)),
        mean_s=_rounded(t.answered_s / t.answered if t.answered else None), in_time=t.in_time, late=t.late,
        level=round(t.in_time / promised, 4) if promised else None, waiting=waits[0], longest_since=waits[1],
        times=round(median / max(medians[best], 1.0), 2) if best is not None and median is not None else None,
    )  # fmt: skip


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
