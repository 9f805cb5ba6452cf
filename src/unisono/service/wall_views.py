"""What the wallboard shows: how many wait and for how long, what today brought, who is there. Of groups, never of a person."""

from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant


class PeopleView(Struct, frozen=True, kw_only=True):
    """How many people are in each state."""

    available: int = 0
    busy: int = 0
    away: int = 0
    wrap_up: int = 0
    offline: int = 0


class WallRow(Struct, frozen=True, kw_only=True):
    """The figures of a queue, channel, skill or medium; `key` is its id, a skill's or medium's key, or `all`.

    waiting: for an answer by somebody, ringing included. longest_since: since when the one that waits longest does. arrived to
    late: of today, by the wall clock of each queue: what came in, came from another queue, was closed, was given up by the
    customer, had its first answer, and how many promises of a first answer were kept and broken. level: the share that was kept;
    null while none was due. people: who could take it; null where that is not told.
    """

    key: str
    waiting: int = 0
    longest_since: Instant | None = None
    active: int = 0
    parked: int = 0
    wrap_up: int = 0
    arrived: int = 0
    moved_in: int = 0
    handled: int = 0
    abandoned: int = 0
    answered: int = 0
    in_time: int = 0
    late: int = 0
    level: float | None = None
    people: PeopleView | None = None


class ThresholdView(Struct, frozen=True, kw_only=True):
    """From when on a figure of a queue is a warning or an alarm; null never. queue_id null: for queues without their own.

    waiting: so many or more. longest: seconds or more. level: a share from 0 to 1, or less.
    """

    queue_id: UUID | None = None
    waiting_warn: int | None = None
    waiting_alarm: int | None = None
    longest_warn_s: int | None = None
    longest_alarm_s: int | None = None
    level_warn: float | None = None
    level_alarm: float | None = None


class WallView(Struct, frozen=True, kw_only=True):
    """The wallboard at the instant `at`, of what the asker may see. A queue, channel or skill without any figure is missing."""

    at: Instant
    total: WallRow
    queues: list[WallRow]
    channels: list[WallRow]
    skills: list[WallRow]
    media: list[WallRow]
    thresholds: list[ThresholdView]
