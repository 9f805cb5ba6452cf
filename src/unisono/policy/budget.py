"""What is left of a budget, for whom, and until when it is spent. Pure.

A rate limit is counted in slots of a twelfth of its window. While nobody told when the network's own windows begin, all slots
that the last `per` seconds touch count, so that no window of the network, wherever it begins, gets more than its amount. Once
a response told when the window ends, ours is laid upon it.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from unisono.contract.budgets import Purpose

#: Of `Limit.keep`, how much is kept from whom. Answers may use everything.
_KEPT_FROM: Final[Mapping[Purpose, float]] = {
    Purpose.REPLY: 0.0,
    Purpose.COMPLIANCE: 0.5,
    Purpose.READ: 1.0,
    Purpose.LISTEN: 2.0,
}
#: What is kept back of the money.
KEEP_MONEY: Final = 0.2
DAY, MONTH = "day", "month"
_SLOTS: Final = 12
#: Two resets that lie so close together are one; networks tell whole seconds.
_CLOCK_S: Final = 2.0


class Gauge(Struct, frozen=True, kw_only=True):
    """How much there is of something. per_s: seconds of a window, or the calendar's DAY or MONTH (UTC) for money."""

    amount: float
    per: float | str
    keep: float = 0.0
    whole: bool = True

    def allowed(self, purpose: Purpose) -> float:
        """Return how much may be used for a purpose and those below it."""
        share = self.amount * max(0.0, 1.0 - self.keep * _KEPT_FROM[purpose])
        return float(math.ceil(share - 1e-9)) if self.whole else share


class Meter(Struct, frozen=True, kw_only=True):
    """How far a gauge has run: what was used in each slot, the latest last; `started_at` is where that one begins.

    aligned: the window is the network's own, or the calendar's, and is one slot. told: the amount that the network stated.
    spent_until, spent_for: when something was last refused, until when and for whom; None after something was given again.
    """

    started_at: datetime
    slots: tuple[float, ...] = (0.0,)
    aligned: bool = False
    told: float | None = None
    spent_until: datetime | None = None
    spent_for: Purpose | None = None

    @property
    def used(self) -> float:
        """What counts as used; the meter has been rolled."""
        return sum(self.slots)


def rolled(gauge: Gauge, meter: Meter, now: datetime) -> Meter:
    """Return the meter as it reads now, without what lies too far back."""
    if isinstance(gauge.per, str):
        begin = _calendar(gauge.per, now)
        return meter if meter.started_at >= begin else msgspec.structs.replace(meter, started_at=begin, slots=(0.0,))
    length = _slot_s(gauge, meter)
    over = int((now - meter.started_at).total_seconds() // length)
    if over < 1:
        return meter
    slots = (0.0,) if meter.aligned else (meter.slots + (0.0,) * min(over, _SLOTS + 1))[-(_SLOTS + 1) :]
    return msgspec.structs.replace(meter, started_at=meter.started_at + timedelta(seconds=over * length), slots=slots)


def _slot_s(gauge: Gauge, meter: Meter) -> float:
    assert not isinstance(gauge.per, str)
    return gauge.per if meter.aligned else gauge.per / _SLOTS


def _known(gauge: Gauge, meter: Meter) -> Gauge:
    return gauge if meter.told is None else msgspec.structs.replace(gauge, amount=meter.told)


def left(gauge: Gauge, meter: Meter | None, now: datetime) -> float:
    """Return what is left for answers."""
    if meter is None:
        return gauge.amount
    meter = rolled(gauge, meter, now)
    return max(0.0, _known(gauge, meter).amount - meter.used)


def used(gauge: Gauge, meter: Meter | None, now: datetime) -> float:
    """Return what counts as used now."""
    return 0.0 if meter is None else rolled(gauge, meter, now).used


def begun(gauge: Gauge, now: datetime) -> Meter:
    """Return the meter of a gauge that nothing was taken from."""
    if isinstance(gauge.per, str):
        return Meter(started_at=_calendar(gauge.per, now), aligned=True)
    return Meter(started_at=now)


def take(gauge: Gauge, meter: Meter, amount: float, purpose: Purpose, now: datetime) -> Meter:
    """Return the meter after `amount` was taken, or, unchanged but for its `spent_until`, that there was not enough.

    Nothing is asked for with 0: then it is refused when nothing at all is left.
    """
    meter = rolled(gauge, meter, now)
    known = _known(gauge, meter)
    allowed = known.allowed(purpose)
    enough = meter.used + amount <= allowed + 1e-9 if amount else meter.used < allowed - 1e-9
    if enough:
        return msgspec.structs.replace(_with(meter, amount), spent_until=None, spent_for=None)
    until = _free_again(gauge, meter, allowed - (amount or 1e-6), now)
    return msgspec.structs.replace(meter, spent_until=until, spent_for=purpose)


def add(gauge: Gauge, meter: Meter, amount: float, now: datetime) -> Meter:
    """Return the meter after something was used without being asked for."""
    return _with(rolled(gauge, meter, now), amount)


def _with(meter: Meter, amount: float) -> Meter:
    return msgspec.structs.replace(meter, slots=(*meter.slots[:-1], meter.slots[-1] + amount))


def learn(
    gauge: Gauge, meter: Meter, now: datetime, *, remaining: float, limit: float | None, resets_at: datetime | None
) -> Meter:
    """Return the meter as the network reads it. Answers come out of order: within one window the higher use is the later."""
    meter = rolled(gauge, meter, now)
    told = limit if limit is not None and limit != gauge.amount else None
    if limit is None:
        told = meter.told
    said = max(0.0, (told if told is not None else gauge.amount) - remaining)
    if resets_at is None or isinstance(gauge.per, str) or resets_at <= now:
        return msgspec.structs.replace(_with(meter, max(0.0, said - meter.used)), told=told)
    started = resets_at - timedelta(seconds=gauge.per)
    same = meter.aligned and abs((started - meter.started_at).total_seconds()) < _CLOCK_S
    return msgspec.structs.replace(
        meter, started_at=meter.started_at if same else started, slots=(max(meter.used, said) if same else said,), aligned=True,
        told=told,
    )  # fmt: skip


def _free_again(gauge: Gauge, meter: Meter, room: float, now: datetime) -> datetime:
    """Return when what is used will have fallen to `room`; the end of all that is used now where it never will."""
    if isinstance(gauge.per, str):
        return _calendar_end(gauge.per, now)
    if meter.aligned:
        return meter.started_at + timedelta(seconds=gauge.per)
    rest = meter.used
    for index, amount in enumerate(meter.slots):
        rest -= amount
        if amount and rest <= room + 1e-9:
            age = len(meter.slots) - 1 - index
            return meter.started_at + timedelta(seconds=(_SLOTS + 1 - age) * gauge.per / _SLOTS)
    return meter.started_at + timedelta(seconds=(_SLOTS + 1) * gauge.per / _SLOTS)


def _calendar(per: str, now: datetime) -> datetime:
    now = now.astimezone(UTC)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day if per == DAY else day.replace(day=1)


def _calendar_end(per: str, now: datetime) -> datetime:
    begin = _calendar(per, now)
    return begin + timedelta(days=1) if per == DAY else (begin + timedelta(days=32)).replace(day=1)


def latest(moments: Sequence[datetime | None]) -> datetime | None:
    """Return the last of several ends: only then all of them have something again."""
    return max((moment for moment in moments if moment is not None), default=None)
