"""What the API shows of business hours, service levels and clocks."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from unisono.service.instant import Instant
from unisono.service.setup_views import Names

TimeOfDay = Annotated[str, Meta(description="HH:MM by the wall clock of the calendar's zone; 24:00 is the end of the day.")]
Day = Annotated[str, Meta(description="monday, tuesday, wednesday, thursday, friday, saturday or sunday.")]


class HoursView(Struct, frozen=True, kw_only=True):
    """Open from `opens` to `closes`. Closing at or before opening means on the next day."""

    opens: TimeOfDay
    closes: TimeOfDay


class OpeningView(Struct, frozen=True, kw_only=True):
    """Open each week on a day. Closing at or before opening means on the next day; 00:00 to 24:00 is the whole day."""

    day: Day
    opens: TimeOfDay
    closes: TimeOfDay


class HolidayView(Struct, frozen=True, kw_only=True):
    """A date (YYYY-MM-DD) with its own hours instead of the week's; without hours it is closed."""

    date: str
    hours: list[HoursView] = []


class ClosureView(Struct, frozen=True, kw_only=True):
    """Closed from one instant up to another, whatever the week says."""

    begins_at: Instant
    ends_at: Instant


class CalendarView(Struct, frozen=True, kw_only=True):
    """Business hours. `zone`: an IANA time zone."""

    id: UUID
    key: str
    name: Names
    zone: str
    openings: list[OpeningView]
    holidays: list[HolidayView] = []
    closures: list[ClosureView] = []
    version: int = 1
    archived: bool = False


class TargetView(Struct, frozen=True, kw_only=True):
    """How long a clock may run. `kind`: first_response, next_response or resolution.

    target_s: seconds, of business time if there is a calendar, else of calendar time. warn_at_share: warnings, as shares of the
    target. warn_before_s: warnings, in seconds of the same time before the target. pauses: whether it stands still while we wait
    for the customer.
    """

    kind: str
    target_s: int
    calendar_id: UUID | None = None
    warn_at_share: list[float] = []
    warn_before_s: list[int] = []
    pauses: bool = False


class ServiceLevelView(Struct, frozen=True, kw_only=True):
    """What is promised. A kind without a target has no clock.

    window_warn_s: warnings before the end of the network's reply window, in seconds. reopen_within_s: how long after its end an
    enquiry goes on where it stood; later its clocks begin anew.
    """

    id: UUID
    key: str
    name: Names
    targets: list[TargetView]
    window_warn_s: list[int] = []
    reopen_within_s: int = 604_800
    version: int = 1
    archived: bool = False


class ClockView(Struct, frozen=True, kw_only=True):
    """A clock of an interaction.

    state: running, paused or stopped. counts_now: it runs, and its calendar is open. consumed_s, remaining_s: of the target's
    time; remaining is negative after a breach. due_at: if nothing changes; null while it stands. service_level_id: null for the
    queue's own promise.
    """

    kind: str
    state: str
    counts_now: bool
    started_at: Instant
    stopped_at: Instant | None
    target_s: int
    consumed_s: float
    remaining_s: float
    due_at: Instant | None
    breached: bool
    calendar_id: UUID | None
    service_level_id: UUID | None


class ClocksView(Struct, frozen=True, kw_only=True):
    """All clocks of an interaction, oldest first, at the instant `at`.

    due_at, due_kind: the earliest deadline that binds; window is the end of the network's reply window. due_state: warned or
    breached once that was told, else empty.
    """

    interaction_id: UUID
    at: Instant
    due_at: Instant | None
    due_kind: str | None
    due_state: str
    window_ends_at: Instant | None
    service_level_id: UUID | None
    clocks: list[ClockView]
