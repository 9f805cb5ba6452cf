"""What is asked of the store about the past of classes of work: sums of groups, never of a person."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.routing.estimates import Sums
from unisono.service.ports.base import LoggedEvent


class PlaceOfWork(Struct, frozen=True, kw_only=True):
    """What a unit of work counts to. skills: that it asked for. tells: its channel is known to tell when customers give up."""

    interaction_id: UUID
    work_class_id: UUID
    queue_id: UUID
    channel_id: UUID
    skills: list[str]
    tells: bool


class DayOfWork(Struct, frozen=True, kw_only=True):
    """Sums of one day. queue_id is None where they are of all queues; `skill` '' is all of a class."""

    work_class_id: UUID
    skill: str
    day: date
    sums: Sums
    queue_id: UUID | None = None


class WaitCount(Struct, frozen=True, kw_only=True):
    """Waits of one day in one interval of `routing.survival`."""

    work_class_id: UUID
    day: date
    bin: int
    kept: int
    gone: int


class Arrivals(Struct, frozen=True, kw_only=True):
    """How many came into a queue in one minute."""

    queue_id: UUID
    work_class_id: UUID
    minute: datetime
    arrivals: int


class StoredEstimate(Struct, frozen=True, kw_only=True):
    """The newest reckoning of one number of a class, and of a skill in it ('' is all).

    value_s, low_s, high_s, samples: what the data say; None where there is nothing, or where fewer than five people stand behind
    it. used_s: what the router reckons with instead of the configured number; None when it uses that, and `why`. since: of that.
    """

    work_class_id: UUID
    skill: str
    quantity: str
    value_s: float | None
    low_s: float | None
    high_s: float | None
    samples: int | None
    used_s: float | None
    why: str
    since: datetime


class Settled(Struct, frozen=True, kw_only=True):
    """What a class learns, and what the router was told last."""

    work_class_id: UUID
    key: str
    handling_s: int
    patience_s: int | None
    learns: bool
    deferrable: bool
    learned_handling_s: float | None
    learned_patience_s: float | None
    learned_by_skill: dict[str, float]


class AutoReserve(Struct, frozen=True, kw_only=True):
    """A queue whose reserve follows the load, and who is there. agents: who is available and can hold `units` at all."""

    queue_id: UUID
    share: float
    within_s: int
    units: int
    now_kept: float
    agents: int


class Learning(Protocol):
    """Port for estimates. No verb takes or returns a person."""

    async def take_fold(self) -> tuple[str, datetime | None] | None:
        """Return and lock (cursor, time of the last reckoning); None while another node has it."""

    async def move_fold(self, cursor: str) -> None: ...

    async def reckoned(self) -> None:
        """Note that estimates were reckoned now."""

    async def happened(self, cursor: str, types: Sequence[str], limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types."""

    async def turns_of(self, interaction_ids: Sequence[UUID]) -> dict[UUID, list[LoggedEvent]]:
        """Return all events of these interactions in their order."""

    async def places_of_work(self, interaction_ids: Sequence[UUID]) -> list[PlaceOfWork]:
        """Return where these count to; what has no class of work is left out."""

    async def add_tellers(self, channel_ids: Sequence[UUID]) -> None: ...

    async def add_days(self, days: Sequence[DayOfWork]) -> None:
        """Add to the sums."""

    async def add_waits(self, waits: Sequence[WaitCount]) -> None: ...

    async def add_arrivals(self, arrivals: Sequence[Arrivals]) -> None: ...

    async def forget(self, before_day: date, before_minute: datetime) -> None:
        """Drop what is too old to count."""

    async def days(self) -> list[DayOfWork]:
        """Return all sums by class, skill and day, over all queues."""

    async def waits(self) -> list[WaitCount]: ...

    async def people(self, since: datetime) -> dict[tuple[UUID, str], int]:
        """Return how many people did work of a class lately, as far as the last fifty of each tell.

        Of a skill in it: how many did such work or, if fewer did, work of the class without it; else one could subtract.
        """

    async def settled(self) -> list[Settled]: ...

    async def settle(self, work_class_id: UUID, handling_s: float | None, patience_s: float | None,
                     by_skill: Mapping[str, float]) -> None:  # fmt: skip
        """Tell the router what to reckon with from now on."""

    async def estimates(self) -> list[StoredEstimate]: ...

    async def put_estimates(self, estimates: Sequence[StoredEstimate]) -> None:
        """Replace all of them."""

    async def arrivals(self, since: datetime) -> list[Arrivals]:
        """Return the arrivals by queue, class and minute."""

    async def auto_reserves(self) -> list[AutoReserve]: ...

    async def set_reserve(self, queue_id: UUID, agents: float) -> None: ...
