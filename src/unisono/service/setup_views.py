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
    """A person of the house. `theme`: system, light or dark. service: it is a program, which has tokens and no password."""

    id: UUID
    login: str
    name: str
    email: str
    locale: str
    theme: str
    roles: list[GrantView]
    disabled: bool
    service: bool = False


class RoleView(Struct, frozen=True, kw_only=True):
    """A named set of actions."""

    name: str
    actions: list[str]
    built_in: bool


class TokenView(Struct, frozen=True, kw_only=True):
    """An API token; `token` is shown once, when it is made. actions: what of its owner's it may do at most; null: all."""

    id: UUID
    name: str
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    actions: list[str] | None = None
    token: str | UnsetType = UNSET


class QueueSkillView(Struct, frozen=True, kw_only=True):
    """A skill, by its key, that work of a queue or channel needs, at a level from 1 to 5."""

    skill: str
    level: int = 1


class QueueStepView(Struct, frozen=True, kw_only=True):
    """A step of relaxation after `after_s` seconds of waiting. Steps add up; they widen who can take it, never narrow.

    lower: levels below what was asked that suffice. drop: keys of skills no longer asked. queue_ids: other queues whose
    agents may take it as well.
    """

    after_s: int
    lower: int = 0
    drop: list[str] = []
    queue_ids: list[UUID] = []


class QueueLevelView(Struct, frozen=True, kw_only=True):
    """A service level for a queue's work: of one class of work, or of all that have none of their own."""

    service_level_id: UUID
    work_class_id: UUID | None = None


class QueueView(Struct, frozen=True, kw_only=True):
    """Where work waits. `offer_s`: how long an offer stands; `member_ids`: who can be offered its work.

    steps: relaxation, in order of time. reserve_agents: how many members with `reserve_units` free stay idle for what
    cannot be deferred; a fraction is kept on average. reserve_auto: it follows the load instead, so that the share
    `reserve_share` of what cannot wait is taken within `reserve_within_s`; reserve_now: how many that are at the moment.
    mode: push (the router offers) or pull (people take from the list). silence_s: active work whose agent gives no sign for so
    long after the customer wrote goes back; null: never. wrap_up_s: capacity is held so long after the
    talk; 0: until it is closed. prefer_s: so long, from when it begins to wait for somebody, it comes to them first; 0: never.
    service_levels: what is promised; without one for all work, it is an
    answer within `first_response_s` of calendar time. open_now, opens_at, closes_at: by the calendar of the queue's service
    level; always open if there is none.
    """

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
    steps: list[QueueStepView]
    reserve_agents: float
    reserve_units: int
    reserve_auto: bool
    reserve_share: float
    reserve_within_s: int
    reserve_now: float
    mode: str
    silence_s: int | None
    wrap_up_s: int
    prefer_s: int
    service_levels: list[QueueLevelView]
    open_now: bool
    opens_at: Instant | None
    closes_at: Instant | None
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


class WorkClassView(Struct, frozen=True, kw_only=True):
    """How work of a class weighs in the queue.

    cost: of one minute of waiting, beside other classes. handling_s: mean time that one takes. patience_s: mean time until
    who waits gives up; null when nobody does. decay_s: mean time in which an answer loses its worth; null when it keeps it.
    growth: how much more urgent a minute of waiting makes it, as a share. cap: urgency when the promised time is over, 1 is
    the start. fades: after the promise is broken its worth decays instead. deferrable: it can wait while a reserve is kept.
    parked_share: of its units, what parked work keeps, so that there is room when the customer comes back.
    interrupts: classes of which such work may come to somebody whose hands are full of them, when nobody has room; it borrows
    the units that lack until it is over. parks_interrupted: what lends is set aside meanwhile, else it stays in hand.
    learns: once enough work is over, the router reckons with the handling time and patience learnt from it (see `/estimates`).
    """

    id: UUID
    key: str
    name: Names
    cost: float = 1.0
    handling_s: int = 300
    patience_s: int | None = None
    decay_s: int | None = None
    growth: float = 0.02
    cap: float = 4.0
    fades: bool = False
    deferrable: bool = False
    learns: bool = True
    parked_share: float = 0.0
    interrupts: list[UUID] = []
    parks_interrupted: bool = False
    version: int = 1


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
    work_class_id: UUID | None
    state: str
    state_what: str
    state_since: Instant
    last_ok_at: Instant | None
    caps: Caps
    version: int
    archived: bool
    counters: dict[str, int] | UnsetType = UNSET


class GapView(Struct, frozen=True, kw_only=True):
    """Items between two pulls that the network no longer gave us.

    filled: how many were fetched by another way, None while nobody could; resolved_at: since when it is done with.
    """

    id: UUID
    stream: str
    found_at: Instant
    since: Instant | None
    filled: int | None = None
    resolved_at: Instant | None = None


class BudgetView(Struct, frozen=True, kw_only=True):
    """How a budget stands. `bucket` is the manifest's, or `money`; `scope` is channel or app.

    per: `day` or `month` for money, else the seconds of the window, as `per_s`. amount, left: None for money without a bound.
    spent_for: the purpose that was refused last (reply, compliance, read, listen), until `spent_until`; None when nobody is.
    """

    bucket: str
    scope: str
    per: str
    per_s: float | None
    amount: float | None
    left: float | None
    used: float
    spent_until: Instant | None
    spent_for: str | None


class ConnectorFacts(Struct, frozen=True, kw_only=True):
    """What a channel's connector states of itself. sunset: the day on which the network ends this API, empty if not known."""

    version: str
    api_version: str
    sunset: str
    sunset_in_days: int | None
    sunset_soon: bool
    grade: str
    verified_against: list[str]
    oauth: bool


class OutboxCounts(Struct, frozen=True, kw_only=True):
    """How many answers stand where."""

    queued: int = 0
    retrying: int = 0
    dead: int = 0


class ChannelHealthView(Struct, frozen=True, kw_only=True):
    """A channel's condition. `lag_s`: age of the oldest item not yet read. The counters are of seven days.

    state_until: when a state that ends by itself does. last_item_at: when something new came last, within seven days.
    trouble, trouble_at: what went wrong last, also when all is well again. gaps: the open ones, and those of thirty days.
    """

    state: str
    state_what: str
    lag_s: float | None
    gaps: list[GapView]
    counters: dict[str, int]
    outbox: OutboxCounts
    quarantined: int
    last_ok_at: Instant | None
    state_until: Instant | None = None
    last_item_at: Instant | None = None
    trouble: str = ""
    trouble_at: Instant | None = None
    budgets: list[BudgetView] = []
    currency: str = ""
    connector: ConnectorFacts | None = None


class QuarantinedView(Struct, frozen=True, kw_only=True):
    """A raw item that could not be taken in. `size` in bytes; `preview` is plain text, at most 2,000 characters."""

    id: UUID
    channel_id: UUID
    received_at: Instant
    error: str
    size: int
    preview: str


class ConnectorView(Struct, frozen=True, kw_only=True):
    """A connector that is installed, with the schema of its settings (properties with `secret: true` are secrets).

    oauth: its accounts can be authorised in the browser. units: what a new channel takes of somebody unless it says otherwise.
    """

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
    units: int
    oauth: bool = False


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
