"""What an interaction's clocks come to: the deadline that binds, what has been told, what must be told, and when. Pure.

A moment is known by its name (the how manieth clock of its kind, and the mark on it), not by its instant: an item that comes
late, or twice, moves an instant and is no new moment. One that time gives back, because a longer target or a pause moved it
ahead of `now` again, will be told again when it comes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from unisono.routing.clocks import Clock, Clocks, Kind, Moment, Policy, reached

WINDOW = "window"


class Reckoning(Struct, frozen=True):
    """Where the clocks stand.

    `due_at`, `due_kind`: the earliest deadline that binds, None and "" if none does. `state`: "breached" or "warned" for the
    worst that was told of what has not stopped, else "". `told`: names of moments that were told and are still past. `pending`:
    what is past and must be told. `past`: names of all that is past. `next_at`: when to look again; not after now while
    something is pending.
    """

    due_at: datetime | None
    due_kind: str
    state: str
    told: tuple[str, ...]
    pending: tuple[Moment, ...]
    past: tuple[str, ...]
    next_at: datetime | None


class _Mark(Struct, frozen=True):
    name: str
    moment: Moment
    is_live: bool


def reckon(clocks: Clocks, told: Iterable[str], now: datetime, policy: Policy) -> Reckoning:
    """Return where the clocks stand at `now`. `policy`: the one that holds, for warnings of the reply window.

    A warning whose clock has been breached, or that a later one has overtaken, is not told any more; nor is one of a clock that
    has stopped. A breach is told also when the clock has stopped since.
    """
    known = set(told)
    marks = [*_marks_of_clocks(clocks), *_marks_of_window(clocks, policy)]
    past = [mark for mark in marks if mark.moment.at <= now]
    kept = [mark for mark in past if mark.name in known]
    pending = [mark for mark in _strongest(past) if mark.name not in known]
    ahead = [mark.moment.at for mark in marks if mark.moment.at > now]
    due = [(mark.moment.at, mark.moment.kind or WINDOW) for mark in marks if mark.is_live and mark.moment.what != "warning"]
    due_at, due_kind = min(due, default=(None, ""))
    live = {mark.moment.what for mark in kept if mark.is_live or mark.name.startswith(_standing(clocks))}
    return Reckoning(
        due_at=due_at,
        due_kind=due_kind,
        state="breached" if live - {"warning"} else "warned" if live else "",
        told=tuple(mark.name for mark in kept),
        pending=tuple(mark.moment for mark in sorted(pending, key=lambda mark: mark.moment)),
        past=tuple(mark.name for mark in past),
        next_at=min([*(mark.moment.at for mark in pending), *ahead], default=None),
    )


def _strongest(past: list[_Mark]) -> Iterator[_Mark]:
    """Yield of each clock the last of its moments: the ones before say nothing more."""
    last: dict[str, _Mark] = {}
    for mark in past:
        owner = mark.name.split("/")[0]
        if owner not in last or (mark.moment.what != "warning", mark.moment.at) > (
            last[owner].moment.what != "warning",
            last[owner].moment.at,
        ):
            last[owner] = mark
    yield from last.values()


def _numbered(clocks: Clocks) -> Iterator[tuple[str, Clock]]:
    counts: dict[Kind, int] = {}
    for clock in clocks.clocks:
        n = counts[clock.kind] = counts.get(clock.kind, -1) + 1
        yield f"{clock.kind}#{n}", clock


def _standing(clocks: Clocks) -> tuple[str, ...]:
    """Return the beginnings of the names of clocks that have paused, not stopped."""
    return tuple(f"{name}/" for name, clock in _numbered(clocks) if not clock.stopped_at and not clock.is_running)


def _marks_of_clocks(clocks: Clocks) -> Iterator[_Mark]:
    for name, clock in _numbered(clocks):
        target = timedelta(seconds=clock.target.target_s)
        live = clock.is_running
        if not clock.stopped_at:
            marks = {target * share for share in clock.target.warn_at_share}
            marks |= {target - timedelta(seconds=s) for s in clock.target.warn_at_s}
            for mark in sorted(marks):
                if at := reached(clock, mark):
                    yield _Mark(f"{name}/{mark.total_seconds():g}", Moment(at, "warning", clock.kind), live)
        at = reached(clock, target)
        if at is not None and (clock.stopped_at is None or at < clock.stopped_at):
            yield _Mark(f"{name}/due", Moment(at, "breach", clock.kind), live)


def _marks_of_window(clocks: Clocks, policy: Policy) -> Iterator[_Mark]:
    end = clocks.window_ends_at
    if end is None:
        return
    for seconds in policy.window_warn_s:
        yield _Mark(f"{WINDOW}/{seconds}", Moment(end - timedelta(seconds=seconds), "warning"), True)
    yield _Mark(f"{WINDOW}/due", Moment(end, WINDOW), True)


def carried(clocks: Clocks, told: Iterable[str]) -> tuple[Clocks, tuple[str, ...]]:
    """Return what a closed interaction hands on to the one that takes it up again: of each kind the latest clock.

    What was past at the close counts as told: the interaction that was closed tells it.
    """
    latest: dict[Kind, tuple[str, Clock]] = {clock.kind: (name, clock) for name, clock in _numbered(clocks)}
    known = set(told)
    names: list[str] = []
    for kind, (name, clock) in latest.items():
        names += [f"{kind}#0/{mark.split('/')[1]}" for mark in known if mark.startswith(f"{name}/")]
        at = reached(clock, timedelta(seconds=clock.target.target_s))
        if at is not None and clock.stopped_at is not None and at < clock.stopped_at:
            names.append(f"{kind}#0/due")
    kept = Clocks(
        policy=clocks.policy, clocks=tuple(clock for _, clock in latest.values()), closed_at=clocks.closed_at,
        is_answered=clocks.is_answered,
    )  # fmt: skip
    return kept, tuple(sorted(set(names)))
