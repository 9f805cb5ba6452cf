"""What is asked of the store about spikes and storms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.listening.storm_views import AlertView, StormView
from unisono.service.ports.listening import Classes
from unisono.service.ports.work import InteractionFacts


class Lately(Struct, frozen=True, kw_only=True):
    """How much a monitor found lately: posts by window in seconds, and since when it listens."""

    monitor_id: UUID
    access_class: int | None
    created_at: datetime
    counted: dict[int, int]
    alert_id: UUID | None


class StormFacts(Struct, frozen=True, kw_only=True):
    """A storm as the verbs need it. access_class: of its case. classes: what may be folded, None for all."""

    id: UUID
    monitor_id: UUID
    case_id: UUID
    access_class: int
    since: datetime
    classes: list[int] | None
    state: str
    text: str
    code_id: UUID | None
    written_by: UUID | None


class ToAnswer(Struct, frozen=True, kw_only=True):
    """An enquiry of a storm that still waits for the one answer."""

    interaction_id: UUID
    customer_id: UUID


class Storms(Protocol):
    """Port for spikes and storms."""

    async def lately(self, windows_s: Sequence[int], least: int) -> list[Lately]:
        """Return monitors that are on and found at least so much in the longest window, or whose alert stands."""

    async def hour_counts(self, monitor_id: UUID, since: datetime, zone: str) -> dict[datetime, int]:
        """Return posts by full hour, in a zone's own time."""

    async def tell(self, alert_id: UUID, monitor_id: UUID, window_s: int, posts: int, usual: float) -> bool:
        """Keep an alert; returns False when one stands."""

    async def end_alert(self, alert_id: UUID) -> bool:
        """Return False when it was ended before."""

    async def grown(self, alert_id: UUID, posts: int) -> None:
        """Note the most that was found in the alert's window."""

    async def alerts(self, classes: Classes, limit: int) -> list[AlertView]: ...

    async def alert_since(self, monitor_id: UUID) -> datetime | None:
        """Return when what a standing alert tells began to be said."""

    async def open_storm(
        self, storm_id: UUID, monitor_id: UUID, case_id: UUID, since: datetime, by: UUID, classes: Classes
    ) -> bool:
        """Return False when the monitor has a storm already."""

    async def storm(self, storm_id: UUID, *, lock: bool = False) -> StormFacts | None: ...

    async def standing(self, *states: str) -> list[StormFacts]: ...

    async def views(self, classes: Classes, limit: int) -> list[StormView]: ...

    async def to_fold(self, storm: StormFacts, limit: int) -> list[UUID]:
        """Return open enquiries in no case, new to the storm, that its monitor found or that stand in a public thread of it."""

    async def first_class(self, monitor_id: UUID, since: datetime, classes: Classes) -> int | None:
        """Return the access class of the oldest enquiry that would be folded."""

    async def texts(self, storm_id: UUID, limit: int) -> list[str]:
        """Return how the enquiries of a storm began, the newest first."""

    async def beside(self, storm: StormFacts, limit: int) -> dict[UUID, str]:
        """Return how open enquiries in no case began that are new to the storm, the newest first."""

    async def usual(self, storm: StormFacts, limit: int) -> list[str]:
        """Return how enquiries began that came more than an hour before the storm and were in none, the newest first."""

    async def fold(self, storm_id: UUID, interaction_ids: Sequence[UUID]) -> None:
        """Note what was folded. Until the storm answers it, ends or refuses it, no agent is offered it."""

    async def set_free(self, storm_id: UUID) -> list[InteractionFacts]:
        """Lock and return what still waits for the storm's answer, with its reason changed: agents are offered it again."""

    async def ask_for(self, monitor_id: UUID, since: datetime, networks: Sequence[str], limit: int) -> int:
        """Ask for posts that were not said to us and can be answered, by whatever way they came; returns how many."""

    async def write(self, storm_id: UUID, text: str, code_id: UUID | None, by: UUID) -> None: ...

    async def set_state(self, storm_id: UUID, state: str, approved_by: UUID | None = None) -> None: ...

    async def to_answer(self, storm_id: UUID, limit: int) -> list[ToAnswer]:
        """Return folded enquiries that still are in the storm's case."""

    async def answered_before(self, storm_id: UUID, customer_id: UUID) -> bool: ...

    async def settle(self, storm_id: UUID, interaction_id: UUID, state: str, message_id: UUID | None, code: str = "") -> None: ...
