"""What is asked of the store about channels, queues, skills, teams, brands, codes and settings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.service.setup_views import (
    ChannelHealthView,
    ChannelView,
    CodeView,
    Names,
    QueueLevelView,
    QueueSkillView,
    QueueStepView,
    QueueView,
    ScopeView,
    SkillView,
    WorkClassView,
)


class NewQueue(Struct, frozen=True, kw_only=True):
    """A queue to add."""

    id: UUID
    key: str
    name: Names
    team_id: UUID | None = None
    time_zone: str = "Europe/Berlin"
    first_response_s: int = 3600
    offer_s: int = 30
    skills: Sequence[QueueSkillView] = ()
    match_language: bool = False
    steps: Sequence[QueueStepView] = ()
    reserve_agents: float = 0.0
    reserve_units: int = 60
    reserve_auto: bool = False
    reserve_share: float = 0.8
    reserve_within_s: int = 20
    mode: str = "push"
    silence_s: int | None = None
    wrap_up_s: int = 0
    prefer_s: int = 300
    service_levels: Sequence[QueueLevelView] = ()


class QueueChange(Struct, frozen=True, kw_only=True):
    """What changes of a queue; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET
    time_zone: str | UnsetType = UNSET
    first_response_s: int | UnsetType = UNSET
    offer_s: int | UnsetType = UNSET
    skills: Sequence[QueueSkillView] | UnsetType = UNSET
    match_language: bool | UnsetType = UNSET
    steps: Sequence[QueueStepView] | UnsetType = UNSET
    reserve_agents: float | UnsetType = UNSET
    reserve_units: int | UnsetType = UNSET
    reserve_auto: bool | UnsetType = UNSET
    reserve_share: float | UnsetType = UNSET
    reserve_within_s: int | UnsetType = UNSET
    mode: str | UnsetType = UNSET
    silence_s: int | UnsetType | None = UNSET
    wrap_up_s: int | UnsetType = UNSET
    prefer_s: int | UnsetType = UNSET
    service_levels: Sequence[QueueLevelView] | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class CodeChange(Struct, frozen=True, kw_only=True):
    """What changes of a wrap-up code; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class WorkClassChange(Struct, frozen=True, kw_only=True):
    """What changes of a class of work; what is not named stays. Meanings and units: `WorkClassView`."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    cost: float | UnsetType = UNSET
    handling_s: int | UnsetType = UNSET
    patience_s: int | UnsetType | None = UNSET
    decay_s: int | UnsetType | None = UNSET
    growth: float | UnsetType = UNSET
    cap: float | UnsetType = UNSET
    fades: bool | UnsetType = UNSET
    deferrable: bool | UnsetType = UNSET
    learns: bool | UnsetType = UNSET
    parked_share: float | UnsetType = UNSET
    interrupts: Sequence[UUID] | UnsetType = UNSET
    parks_interrupted: bool | UnsetType = UNSET


class NewChannel(Struct, frozen=True, kw_only=True):
    """A channel to add."""

    id: UUID
    connector: str
    network: str
    medium: str
    name: str
    queue_id: UUID
    config: dict[str, Any]
    brand_id: UUID | None = None
    skills: Sequence[QueueSkillView] = ()
    units: int = 12
    priority: int = 0
    work_class_id: UUID | None = None


class ChannelChange(Struct, frozen=True, kw_only=True):
    """What changes of a channel; what is not named stays."""

    name: str | UnsetType = UNSET
    queue_id: UUID | UnsetType = UNSET
    brand_id: UUID | UnsetType | None = UNSET
    config: dict[str, Any] | UnsetType = UNSET
    skills: Sequence[QueueSkillView] | UnsetType = UNSET
    units: int | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    work_class_id: UUID | UnsetType | None = UNSET
    paused: bool | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class ChannelPlace(Struct, frozen=True, kw_only=True):
    """An access class with the channel that it belongs to."""

    access_class: int
    channel_id: UUID
    queue_id: UUID


class Setup(Protocol):
    """Port for how the house is set up. Verbs that add return False when the key or id is taken."""

    async def queues(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[QueueView]:
        """Return queues by position and key: all, or those of `ids` whether archived or not."""

    async def add_queue(self, queue: NewQueue) -> bool: ...

    async def change_queue(self, queue_id: UUID, change: QueueChange) -> bool: ...

    async def set_members(self, queue_id: UUID, user_ids: Sequence[UUID]) -> set[UUID]:
        """Make these agents the queue's members; returns whose membership changed."""

    async def open_work_in(self, queue_id: UUID) -> bool: ...

    async def channels_into(self, queue_id: UUID) -> int: ...

    async def skills(self) -> list[SkillView]: ...

    async def add_skill(self, skill: SkillView) -> bool: ...

    async def rename_skill(self, skill_id: UUID, name: Names) -> bool: ...

    async def codes(self) -> list[CodeView]: ...

    async def add_code(self, code: CodeView) -> bool: ...

    async def change_code(self, code_id: UUID, change: CodeChange) -> bool: ...

    async def work_classes(self) -> list[WorkClassView]: ...

    async def add_work_class(self, work_class: WorkClassView) -> bool: ...

    async def change_work_class(self, class_id: UUID, change: WorkClassChange) -> bool: ...

    async def teams(self) -> list[ScopeView]: ...

    async def add_team(self, team: ScopeView) -> bool: ...

    async def brands(self) -> list[ScopeView]: ...

    async def add_brand(self, brand: ScopeView) -> bool: ...

    async def ensure_agent(self, user_id: UUID) -> bool:
        """Make a person an agent, if they are none yet; returns whether they became one."""

    async def touch_agent(self, user_id: UUID) -> bool:
        """Raise the version of an agent's view; False for who is none."""

    async def change_agent(self, user_id: UUID, capacity: int | None, skills: Mapping[UUID, int] | None) -> None: ...

    async def agent_page(self, after: tuple[str, UUID] | None, limit: int) -> list[tuple[str, UUID]]:
        """Return (name key, id) of agents by name."""

    async def channels(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[ChannelView]:
        """Return channels by name: all, or those of `ids` whether archived or not."""

    async def add_channel(self, channel: NewChannel) -> bool: ...

    async def change_channel(self, channel_id: UUID, change: ChannelChange) -> None: ...

    async def same_account(self, network: str, realm: str, remote_id: str) -> list[UUID]:
        """Return channels in use on this account."""

    async def channel_counters(self, channel_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
        """Return the counters of the last seven days by channel."""

    async def channel_health(self, channel_id: UUID) -> ChannelHealthView | None: ...

    async def places(self) -> list[ChannelPlace]:
        """Return every access class that was made so far."""

    async def settings(self) -> dict[str, Any]:
        """Return the settings that were changed, by name."""

    async def put_setting(self, name: str, value: Any, changed_by: UUID) -> None: ...

    async def alive(self) -> None:
        """Ask the database for a sign of life."""
