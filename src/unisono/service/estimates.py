"""What was learnt, for people to look at: every number with its interval, what it rests on, and whether it is in use."""

from uuid import UUID

from msgspec import Struct

from unisono.routing.estimates import LEAST_PEOPLE, Past, at_once, decayed
from unisono.routing.survival import BINS, Point, from_counts, largest_gap
from unisono.service.access import Access
from unisono.service.adapt_reserves import WINDOW, rate_now
from unisono.service.instant import Instant, instant
from unisono.service.ports import Database, Tx
from unisono.service.ports.learning import Settled, StoredEstimate
from unisono.service.reckon import HANDLING, LEAST_GONE, PATIENCE
from unisono.service.settings import read_settings


class ShapeView(Struct, frozen=True, kw_only=True):
    """How patience is spread: at the end of each interval the share of people who would still wait, with 95 % bounds.

    largest_gap: from an exponential with the estimated mean, in shares of 1; what the router reckons with is exponential.
    """

    points: list[Point]
    largest_gap: float


class EstimateView(Struct, frozen=True, kw_only=True):
    """One number of a class of work: its mean handling time, or its customers' mean patience; times in seconds.

    skill: of enquiries that ask for this skill; null is all. estimate_s, low_s, high_s: what the data say, with the 95 %
    interval; null where nothing is known or fewer than five people stand behind it. samples: units of work (handling) or waits
    (patience). default_s: what people set. in_use: `estimate` or `default`; used_s: the number that the router reckons with,
    the estimate drawn towards the default. since: of that; null while nothing was reckoned. why: of the default, one of
    `learning_off`, `few_people`, `few_samples`, `nobody_told` (no channel of the class told that somebody gave up),
    `nothing_yet`; empty for the estimate. at_once: share of customers who leave at once, beside their patience. shape: of
    patience.
    """

    work_class_id: UUID
    key: str
    skill: str | None
    quantity: str
    estimate_s: float | None
    low_s: float | None
    high_s: float | None
    samples: int | None
    default_s: float
    in_use: str
    used_s: float
    since: Instant | None
    why: str
    at_once: float | None = None
    shape: ShapeView | None = None


class ArrivalView(Struct, frozen=True, kw_only=True):
    """How many enquiries a minute come into a queue now, of all classes, with the 95 % interval; of the last hour."""

    queue_id: UUID
    per_minute: float
    low: float
    high: float
    arrivals: int


class EstimatesView(Struct, frozen=True, kw_only=True):
    """Everything that was learnt, and what it takes until it is used."""

    items: list[EstimateView]
    arrivals: list[ArrivalView]
    half_life_days: int
    least_samples: int
    least_people: int
    least_gone: int


async def estimates(db: Database, access: Access) -> EstimatesView:
    """Return what was learnt of classes of work and queues. Raises Forbidden."""
    access.require("work.supervise")
    async with db.read() as tx:
        values = await read_settings(tx)
        half_life = values["estimates.half_life_days"]
        stored = {(e.work_class_id, e.quantity, e.skill): e for e in await tx.learning.estimates()}
        items: list[EstimateView] = []
        for work_class in await tx.learning.settled():
            class_id = work_class.work_class_id
            wanted = [(HANDLING, ""), *([(PATIENCE, "")] if work_class.patience_s is not None else [])]
            wanted += [(q, s) for c, q, s in stored if c == class_id and s]
            items += [_view(work_class, q, s, stored.get((class_id, q, s))) for q, s in wanted]
        items = await _with_shape(tx, items, half_life)
        arrivals = await _arrivals(tx)
    return EstimatesView(
        items=items, arrivals=arrivals, half_life_days=half_life, least_samples=values["estimates.least_samples"],
        least_people=LEAST_PEOPLE, least_gone=LEAST_GONE,
    )  # fmt: skip


def _view(work_class: Settled, quantity: str, skill: str, found: StoredEstimate | None) -> EstimateView:
    default = float((work_class.patience_s if quantity == PATIENCE else work_class.handling_s) or 0)
    if quantity == HANDLING and skill and work_class.learns and work_class.learned_handling_s is not None:
        default = work_class.learned_handling_s
    used = found.used_s if found is not None and work_class.learns else None
    why = "" if used is not None else (found.why if found is not None else "nothing_yet")
    return EstimateView(
        work_class_id=work_class.work_class_id, key=work_class.key, skill=skill or None, quantity=quantity,
        estimate_s=found.value_s if found else None, low_s=found.low_s if found else None, high_s=found.high_s if found else None,
        samples=found.samples if found else None, default_s=default, in_use="default" if used is None else "estimate",
        used_s=default if used is None else used, since=instant(found.since) if found else None,
        why=why or ("learning_off" if used is None else ""),
    )  # fmt: skip


async def _with_shape(tx: Tx, items: list[EstimateView], half_life: float) -> list[EstimateView]:
    if not any(item.quantity == PATIENCE and item.estimate_s is not None for item in items):
        return items
    kept: dict[UUID, list[float]] = {}
    gone: dict[UUID, list[float]] = {}
    for count in await tx.learning.waits():
        weight = 0.5 ** ((tx.now.date() - count.day).days / half_life)
        kept.setdefault(count.work_class_id, [0.0] * BINS)[count.bin] += weight * count.kept
        gone.setdefault(count.work_class_id, [0.0] * BINS)[count.bin] += weight * count.gone
    days = await tx.learning.days()
    shown = []
    for item in items:
        if item.quantity != PATIENCE or item.estimate_s is None or item.work_class_id not in kept:
            shown.append(item)
            continue
        points = from_counts(kept[item.work_class_id], gone[item.work_class_id])
        mine = [d for d in days if d.work_class_id == item.work_class_id and not d.skill]
        past: Past = decayed([((tx.now.date() - d.day).days, d.sums) for d in mine], half_life)
        share = at_once(past)
        shown.append(
            EstimateView(
                **{name: getattr(item, name) for name in item.__struct_fields__ if name not in {"at_once", "shape"}},
                at_once=share.value if share else None,
                shape=ShapeView(points=points, largest_gap=largest_gap(points, item.estimate_s, 5.0)),
            )
        )
    return shown


async def _arrivals(tx: Tx) -> list[ArrivalView]:
    found = await tx.learning.arrivals(tx.now - WINDOW)
    views = []
    for queue_id in sorted({a.queue_id for a in found}):
        now = rate_now([a for a in found if a.queue_id == queue_id], tx.now)
        views.append(ArrivalView(queue_id=queue_id, per_minute=now.value, low=now.low, high=now.high, arrivals=now.samples))
    return views
