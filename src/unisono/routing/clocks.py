"""Service-level clocks: what runs since when, what stops it, and when somebody must be told. Pure: `now` is passed in.

Rules:

* **First response** starts at `said_at` of the customer's first message and stops at our first answer. An automatic
  acknowledgement is no answer.
* **Next response** starts at the first message that is unanswered after an answer of ours. Further messages do not restart it.
  Our answer stops it.
* **Resolution** starts with the first message and runs until the interaction is closed, which stops the other clocks too.
* A target that `pauses` stands still while we wait for the customer: our answer is the last word, or the interaction is parked
  for the customer. The customer's next message ends both. Ending the parking by hand ends only the parking.
* Reopening, or a customer's message after the close, within `reopen_within` of the close lets resolution go on; the time closed
  does not count. Later, all clocks begin anew, and that message is a first one.
* A change of queue or policy keeps every start, pause and stop; all time that ran is counted anew by the new calendar, against
  the new target. A kind that only the new policy knows begins with the next message that calls for it. A clock that has
  stopped keeps the policy it was stopped under.
* Who wishes to hear from us within a time of their own choice is answered by its end: that binds like a reply window, and no
  clock of ours begins.
* The network's reply window is calendar time from the network's own time of the customer's latest message. It binds while that
  message is unanswered, and no pause, calendar or parking moves it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from unisono.routing.calendar import BusinessHours


class Kind(StrEnum):
    """What a clock promises."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class Target(Struct, frozen=True):
    """How long a clock may run, in business time of `hours`, or in calendar time if there are none.

    `warn_at_s`: warnings, in seconds of the same time before the target; `warn_at_share`: as shares of the target, above 0 and
    below 1. Raises ValueError for a target or warning that cannot be meant.
    """

    target_s: int
    hours: BusinessHours | None = None
    warn_at_share: tuple[float, ...] = ()
    warn_at_s: tuple[int, ...] = ()
    pauses: bool = False

    def __post_init__(self) -> None:
        if self.target_s <= 0:
            raise ValueError(f"a target is longer than nothing, not {self.target_s} s")
        if not all(0 < share < 1 for share in self.warn_at_share) or not all(0 < s < self.target_s for s in self.warn_at_s):
            raise ValueError(f"a warning comes after the start and before the target of {self.target_s} s")


class Policy(Struct, frozen=True):
    """The targets of a queue and class; a kind without a target has no clock.

    `window_warn_s`: warnings before the end of the network's reply window, in seconds of calendar time.
    """

    targets: Mapping[Kind, Target]
    reopen_within: timedelta = timedelta(days=7)
    window_warn_s: tuple[int, ...] = ()


class Moment(Struct, frozen=True, order=True):
    """An instant at which somebody must be told. `what` is "warning", "breach" or "window"; `kind` is empty for a window."""

    at: datetime
    what: str
    kind: str = ""


class Clock(Struct, frozen=True):
    """One promise. `spans` are the stretches it ran, oldest first; the last has no end while it runs.

    `policy` names the one whose target it is.
    """

    kind: Kind
    target: Target
    started_at: datetime
    spans: tuple[tuple[datetime, datetime | None], ...]
    stopped_at: datetime | None = None
    policy: str = ""

    @property
    def is_running(self) -> bool:
        """Whether time counts now."""
        return bool(self.spans) and self.spans[-1][1] is None


def start(kind: Kind, target: Target, at: datetime) -> Clock:
    """Return a clock that runs from `at`. Raises ValueError for a naive time."""
    at = _utc(at)
    return Clock(kind, target, at, ((at, None),))


def pause(clock: Clock, at: datetime) -> Clock:
    """Let the clock stand still; one that stands already is returned as it is."""
    if not clock.is_running:
        return clock
    begin = clock.spans[-1][0]
    return replace(clock, spans=(*clock.spans[:-1], (begin, max(begin, _utc(at)))))


def resume(clock: Clock, at: datetime) -> Clock:
    """Let a clock that stands run on, also one that was stopped; one that runs is returned as it is."""
    if clock.is_running:
        return clock
    return replace(clock, spans=(*clock.spans, (_utc(at), None)), stopped_at=None)


def stop(clock: Clock, at: datetime) -> Clock:
    """End the clock; one that is stopped keeps its first end."""
    return clock if clock.stopped_at else replace(pause(clock, at), stopped_at=_utc(at))


def consumed(clock: Clock, now: datetime) -> timedelta:
    """Return the time that has counted up to `now`."""
    now = _utc(now)
    return sum((_between(clock.target, a, min(b or now, now)) for a, b in clock.spans), timedelta())


def remaining(clock: Clock, now: datetime) -> timedelta:
    """Return what is left of the target; negative once it is missed."""
    return timedelta(seconds=clock.target.target_s) - consumed(clock, now)


def due_at(clock: Clock) -> datetime | None:
    """Return when the target is used up if nothing changes.

    An instant in the past stays what it was. None: it stands still or was stopped before that, or its calendar never opens again.
    """
    return reached(clock, timedelta(seconds=clock.target.target_s))


def reached(clock: Clock, mark: timedelta) -> datetime | None:
    """Return when the clock shows `mark`; None if it stands before that."""
    for begin, end in clock.spans:
        at = clock.target.hours.after(begin, mark) if clock.target.hours else begin + mark
        if end is None or (at is not None and at <= end):
            return at
        mark -= _between(clock.target, begin, end)
    return None


def moments(clock: Clock) -> list[Moment]:
    """Return every warning and the breach that were or will be reached, in order, if nothing changes."""
    target = timedelta(seconds=clock.target.target_s)
    marks = {target * share for share in clock.target.warn_at_share}
    marks |= {target - timedelta(seconds=s) for s in clock.target.warn_at_s}
    found = [Moment(at, "warning", clock.kind) for mark in marks if (at := reached(clock, mark))]
    if at := reached(clock, target):
        found.append(Moment(at, "breach", clock.kind))
    return sorted(found)


def warnings(clock: Clock, now: datetime) -> list[Moment]:
    """Return the warnings reached by `now`."""
    return [m for m in moments(clock) if m.what == "warning" and m.at <= _utc(now)]


def breached(clock: Clock, now: datetime) -> bool:
    """Whether the target was used up by `now`; an answer at the very instant is in time."""
    due = due_at(clock)
    return due is not None and due <= _utc(now) and not (clock.stopped_at and clock.stopped_at <= due)


def next_moment(clock: Clock, now: datetime) -> Moment | None:
    """Return what comes after `now`, for a timer; None while the clock stands or after its breach."""
    if not clock.is_running:
        return None
    return next((m for m in moments(clock) if m.at > _utc(now)), None)


class What(StrEnum):
    """What happened to an interaction, as far as clocks care."""

    CUSTOMER_SAID = "customer_said"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    PARKED_FOR_CUSTOMER = "parked_for_customer"
    UNPARKED = "unparked"
    REOPENED = "reopened"
    MOVED = "moved"
    CLOSED = "closed"
    WISHED = "wished"


class Fact(Struct, frozen=True, array_like=True):
    """One thing that happened. `at` is `said_at` for messages.

    `id` tells deliveries of the same fact from two facts. `policy` names the new policy of MOVED. `window_ends_at` is the end of
    the network's reply window, counted by the network's own time of a CUSTOMER_SAID, or of what a customer WISHED; None if there
    is no window.
    """

    id: str
    at: datetime
    what: What
    policy: str = ""
    window_ends_at: datetime | None = None


class Clocks(Struct, frozen=True):
    """The clocks of one interaction, oldest first, with the reply window that binds now."""

    policy: str
    clocks: tuple[Clock, ...] = ()
    window_ends_at: datetime | None = None
    closed_at: datetime | None = None
    is_parked: bool = False
    is_answered: bool = False
    is_owed: bool = False

    def due_at(self) -> datetime | None:
        """Return the earliest end of a running clock or of the window; None if nothing is due."""
        ends = [due_at(c) for c in self.clocks if c.is_running]
        return min((end for end in (*ends, self.window_ends_at) if end), default=None)

    def next_moment(self, now: datetime) -> Moment | None:
        """Return what comes first after `now` among the clocks and the window."""
        found = [m for c in self.clocks if (m := next_moment(c, now))]
        if self.window_ends_at and self.window_ends_at > _utc(now):
            found.append(Moment(self.window_ends_at, "window"))
        return min(found, default=None)


def fold(facts: Iterable[Fact], policies: Mapping[str, Policy], policy: str, base: Clocks | None = None) -> Clocks:
    """Return the clocks after all facts, whatever their order and however often each is given.

    `policy`: the one that holds until the first MOVED. `base`: what was there before all facts; a fact that is older
    than it counts as if it came after. At one instant, facts apply in the order of `What`, then by id.
    Raises ValueError if one id stands for two different facts, KeyError for a policy that is not among `policies`.
    """
    known: dict[str, Fact] = {}
    for fact in facts:
        if known.setdefault(fact.id, fact) != fact:
            raise ValueError(f"two different facts have the id {fact.id!r}; nothing was counted. Give each its own id")
    order = list(What)
    state = base or Clocks(policy)
    for fact in sorted(known.values(), key=lambda f: (_utc(f.at), order.index(f.what), f.id)):
        state = _step(state, fact, policies)
    return state


def _step(state: Clocks, fact: Fact, policies: Mapping[str, Policy]) -> Clocks:
    at, policy = _utc(fact.at), policies[state.policy]
    if fact.what in {What.CUSTOMER_SAID, What.REOPENED} and state.closed_at:
        if at - state.closed_at <= policy.reopen_within:
            resumed = tuple(resume(c, at) if c is _latest(state, Kind.RESOLUTION) else c for c in state.clocks)
            state = replace(state, clocks=resumed, closed_at=None, is_parked=False, is_answered=False)
        else:
            state = replace(state, closed_at=None, is_parked=False, is_answered=False, is_owed=True)
            state = _begin(state, policy, (Kind.FIRST_RESPONSE, Kind.RESOLUTION), at)
    match fact.what:
        case What.CUSTOMER_SAID:
            state = _customer_said(state, fact, policy, at)
        case What.ANSWERED:
            clocks = tuple(c if c.kind is Kind.RESOLUTION else stop(c, at) for c in state.clocks)
            state = replace(state, clocks=clocks, is_answered=True, is_owed=False, window_ends_at=None)
        case What.PARKED_FOR_CUSTOMER if not state.closed_at:
            state = replace(state, is_parked=True)
        case What.UNPARKED:
            state = replace(state, is_parked=False)
        case What.WISHED:
            state = replace(
                state, closed_at=None, is_parked=False, is_answered=False, is_owed=True, window_ends_at=fact.window_ends_at
            )
        case What.MOVED:
            state = _moved(state, fact.policy, policies, at)
        case What.CLOSED if not state.closed_at:
            clocks = tuple(stop(c, at) for c in state.clocks)
            state = replace(state, clocks=clocks, closed_at=at, is_parked=False, is_owed=False, window_ends_at=None)
    waits = state.is_parked or state.is_answered
    return replace(state, clocks=tuple(_waiting(c, waits, at) for c in state.clocks))


def _customer_said(state: Clocks, fact: Fact, policy: Policy, at: datetime) -> Clocks:
    if not state.clocks:
        state = _begin(state, policy, (Kind.FIRST_RESPONSE, Kind.RESOLUTION), at)
    elif not state.is_owed:
        state = _begin(state, policy, (Kind.NEXT_RESPONSE,), at)
    ends = [_utc(end) for end in (state.window_ends_at, fact.window_ends_at) if end]
    return replace(state, is_answered=False, is_owed=True, is_parked=False, window_ends_at=max(ends, default=None))


def _begin(state: Clocks, policy: Policy, kinds: tuple[Kind, ...], at: datetime) -> Clocks:
    begun = (replace(start(k, policy.targets[k], at), policy=state.policy) for k in kinds if k in policy.targets)
    return replace(state, clocks=(*state.clocks, *begun))


def _moved(state: Clocks, name: str, policies: Mapping[str, Policy], at: datetime) -> Clocks:
    targets = policies[name].targets
    clocks = tuple(
        c if c.stopped_at else replace(c, target=targets[c.kind], policy=name) if c.kind in targets else stop(c, at)
        for c in state.clocks
    )
    return replace(state, policy=name, clocks=clocks)


def _waiting(clock: Clock, waits: bool, at: datetime) -> Clock:
    if clock.stopped_at:
        return clock
    return pause(clock, at) if waits and clock.target.pauses else resume(clock, at)


def _latest(state: Clocks, kind: Kind) -> Clock | None:
    return next((c for c in reversed(state.clocks) if c.kind is kind), None)


def _between(target: Target, a: datetime, b: datetime) -> timedelta:
    return target.hours.open_between(a, b) if target.hours else max(b - a, timedelta())


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; give an aware time")
    return at.astimezone(UTC)
