"""What the API shows of the house itself: users, roles, queues, skills, codes, channels."""

from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.contract.capabilities import Caps
from unisono.service.instant import Instant

Names = dict[str, str]


class GrantView(Struct, frozen=True, kw_only=True):
    """A role in a scope. `scope_id` names the brand, team, queue or channel; null for organisation and self."""

    role: str
    scope_kind: str
    scope_id: UUID | None = None


class UserView(Struct, frozen=True, kw_only=True):
    """A person of the house. `theme`: system, light or dark."""

    id: UUID
    login: str
    name: str
    email: str
    locale: str
    theme: str
    roles: list[GrantView]
    disabled: bool


class RoleView(Struct, frozen=True, kw_only=True):
    """A named set of actions."""

    name: str
    actions: list[str]
    built_in: bool


class TokenView(Struct, frozen=True, kw_only=True):
    """An API token; `token` is shown once, when it is made."""

    id: UUID
    name: str
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    token: str | UnsetType = UNSET


class QueueSkillView(Struct, frozen=True, kw_only=True):
    """A skill, by its key, that work of a queue or channel needs, at a level from 1 to 5."""

    skill: str
    level: int = 1


class QueueView(Struct, frozen=True, kw_only=True):
    """Where work waits. `offer_s`: how long an offer stands; `member_ids`: who can be offered its work."""

    id: UUID
    key: str
    name: Names
    team_id: UUID | None
    time_zone: str
    first_response_s: int
    offer_s: int
    skills: list[QueueSkillView]
    match_language: bool
    member_ids: list[UUID]
    version: int
    archived: bool


class SkillView(Struct, frozen=True, kw_only=True):
    """Something that work may need and people may have."""

    id: UUID
    key: str
    name: Names


class CodeView(Struct, frozen=True, kw_only=True):
    """What an enquiry was about."""

    id: UUID
    key: str
    name: Names
    archived: bool


class ScopeView(Struct, frozen=True, kw_only=True):
    """A team or a brand: something that grants can be narrowed to."""

    id: UUID
    key: str
    name: str


class ChannelView(Struct, frozen=True, kw_only=True):
    """A configured account on a network. `config` holds no secrets; `secrets_set` names those that are stored."""

    id: UUID
    connector: str
    network: str
    medium: str
    name: str
    handle: str
    queue_id: UUID
    brand_id: UUID | None
    config: dict[str, Any]
    secrets_set: list[str]
    skills: list[QueueSkillView]
    units: int
    priority: int
    state: str
    state_what: str
    state_since: Instant
    last_ok_at: Instant | None
    caps: Caps
    version: int
    archived: bool
    counters: dict[str, int] | UnsetType = UNSET


class GapView(Struct, frozen=True, kw_only=True):
    """Items between two pulls that the network no longer gave us."""

    stream: str
    found_at: Instant
    since: Instant | None


class OutboxCounts(Struct, frozen=True, kw_only=True):
    """How many answers stand where."""

    queued: int = 0
    retrying: int = 0
    dead: int = 0


class ChannelHealthView(Struct, frozen=True, kw_only=True):
    """A channel's condition. `lag_s`: age of the oldest item not yet read. The counters are of seven days."""

    state: str
    state_what: str
    lag_s: float | None
    gaps: list[GapView]
    counters: dict[str, int]
    outbox: OutboxCounts
    quarantined: int
    last_ok_at: Instant | None


class QuarantinedView(Struct, frozen=True, kw_only=True):
    """A raw item that could not be taken in. `size` in bytes; `preview` is plain text, at most 2,000 characters."""

    id: UUID
    channel_id: UUID
    received_at: Instant
    error: str
    size: int
    preview: str


class ConnectorView(Struct, frozen=True, kw_only=True):
    """A connector that is installed, with the schema of its settings (properties with `secret: true` are secrets)."""

    id: str
    network: str
    title: Names
    summary: Names
    medium: str
    auth: str
    outbound: str
    config: dict[str, Any]
    verified_against: list[str]
    grade: str


class HealthView(Struct, frozen=True, kw_only=True):
    """What a look at the network with these settings told. `field` names the setting at fault."""

    state: str
    what: str
    field: str | None
    remote_id: str | None
    handle: str


class SettingView(Struct, frozen=True, kw_only=True):
    """A setting of the house, its value and what it would be by itself."""

    name: str
    value: Any
    default: Any
    summary: Names
