"""What the desk and the API show: one shape for snapshot, list and frame. Times are texts (UTC, microseconds), ids are UUIDs.

A view replaces the one that is held unless that has a higher `version`.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct, field

from unisono.service.call_views import CallView
from unisono.service.instant import Instant


class IdentityView(Struct, frozen=True, kw_only=True):
    """A handle on a network."""

    id: UUID
    network: str
    realm: str
    remote_id: str
    handle: str
    display_name: str
    profile_url: str
    blocked: bool


class CustomerView(Struct, frozen=True, kw_only=True):
    """A person with their handles. value: how much their enquiries count beside others'; 1 is usual.

    merged_into: who stands for them since they were found to be one person; all that is theirs shows there.
    """

    id: UUID
    erased: bool
    value: float
    merged_into: UUID | None
    version: int
    identities: list[IdentityView]


class ReplyView(Struct, frozen=True, kw_only=True):
    """Whether the network lets us answer, and until when."""

    rule: str
    until: Instant | None
    reason: str


class ConversationView(Struct, frozen=True, kw_only=True):
    """A thread with one customer on one channel. merge_id: shared by all that show and are worked on as one; null alone."""

    id: UUID
    channel_id: UUID
    visibility: str
    root_remote_id: str
    customer_id: UUID
    identity: IdentityView
    subject: str
    links_to: str | None
    url: str
    reply: ReplyView
    last_said_at: Instant | None
    last_inbound_at: Instant | None
    merge_id: UUID | None
    version: int
    tags: list[UUID] = field(default_factory=list)


class AuthorView(Struct, frozen=True, kw_only=True):
    """Who speaks: `customer`, `user` (a colleague), `company` (our account, used elsewhere) or `third` (somebody else)."""

    kind: str
    id: UUID | None
    name: str
    handle: str


class AttachmentView(Struct, frozen=True, kw_only=True):
    """A file; its bytes are at /attachments/{id} once `stored`."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int | None
    alt_text: str
    content_id: str | None
    state: str


class AsideView(Struct, frozen=True, kw_only=True):
    """A third party with whom something is said beside the customer, who sees nothing of it."""

    identity_id: UUID
    name: str
    handle: str


class HeldView(Struct, frozen=True, kw_only=True):
    """Why no network has an answer yet: grace, scheduled, approval, rejected or stopped.

    send_at: when it goes out by itself. stops: not if the customer writes before. decided_by: who approved or rejected it.
    """

    state: str
    send_at: Instant | None
    stops: bool
    decided_by: UUID | None


class MessageView(Struct, frozen=True, kw_only=True):
    """One thing said. Transcript order is `order`. hidden, liked: what we did to it at its network.

    aside: it is said with a third party, in the customer's conversation. held: no network has it yet.
    """

    id: UUID
    conversation_id: UUID
    interaction_id: UUID | None
    channel_id: UUID
    direction: str
    visibility: str
    author: AuthorView
    said_at: Instant
    received_at: Instant
    subject: str
    text: str
    html: str | None
    language: str | None
    url: str
    automatic: bool
    delivery: str | None
    delivery_code: str
    delivery_error: str
    edited_at: Instant | None
    deleted_at: Instant | None
    hidden: bool
    liked: bool
    revision: int
    parent_id: str | None
    attachments: list[AttachmentView]
    details: dict[str, Any]
    order: tuple[Instant, str, str]
    aside: AsideView | None
    held: HeldView | None
    version: int


class InteractionView(Struct, frozen=True, kw_only=True):
    """The unit of work.

    due_kind: which deadline due_at is: first_response, next_response, resolution or window (the network's reply window).
    due_state: warned or breached once that was told of a clock that has not stopped, else empty. spam: closed, and kept apart.
    case_number: what people call its case, #482; null without one.
    """

    id: UUID
    version: int
    conversation_id: UUID
    channel_id: UUID
    queue_id: UUID
    state: str
    agent_id: UUID | None
    case_id: UUID | None
    case_number: int | None
    previous_id: UUID | None
    skills: list[dict[str, Any]]
    language: str | None
    units: int
    priority: int
    waiting_since: Instant
    due_at: Instant | None
    due_kind: str | None
    due_state: str
    first_response_at: Instant | None
    parked_until: Instant | None
    wrap_up_until: Instant | None
    reason: dict[str, Any]
    created_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    wrap_up_code_id: UUID | None
    spam: bool = False


class TagView(Struct, frozen=True, kw_only=True):
    """A tag. colour: one of TAG_COLOURS. used: how many conversations bear it; 1001 is more than a thousand."""

    id: UUID
    name: str
    colour: str
    description: str
    archived: bool
    used: int
    version: int


class ListFilter(Struct, frozen=True, kw_only=True):
    """What a work list shows; empty or null asks for nothing. view: one of VIEWS. sort: one of SORTS.

    agent: `me`, `none` or an agent's id. due: `over` or `soon` (within an hour). skill: its key. states: some of the view's.
    """

    view: str = "open"
    sort: str = ""
    queue_id: UUID | None = None
    channel_id: UUID | None = None
    network: str = ""
    skill: str = ""
    tag_id: UUID | None = None
    work_class_id: UUID | None = None
    state: str = ""
    language: str = ""
    customer_id: UUID | None = None
    agent: str = ""
    due: str = ""


class SavedView(Struct, frozen=True, kw_only=True):
    """A work list under a name. scope_kind: shared with whom (self: nobody). is_default: the asker's list begins with it."""

    id: UUID
    owner_id: UUID
    owner: str
    name: str
    scope_kind: str
    scope_id: UUID | None
    filter: ListFilter
    position: int
    is_default: bool
    version: int


class BulkItem(Struct, frozen=True, kw_only=True):
    """What came of one enquiry. outcome: todo, done, skipped, undone or kept (not put back); code: why, or `same`: as before."""

    position: int
    interaction_id: UUID
    outcome: str
    code: str


class BulkView(Struct, frozen=True, kw_only=True):
    """How far bulk work is. left: not tried or not put back yet; go on until it is 0. problems: the first skipped or kept."""

    id: UUID
    verb: str
    total: int
    left: int
    done: int
    skipped: int
    undone: int
    kept: int
    problems: list[BulkItem]
    undo_until: Instant
    undone_at: Instant | None


class BlockView(Struct, frozen=True, kw_only=True):
    """An identity whose items are kept unrouted. items: so many came since; conversation_id: their newest conversation."""

    identity_id: UUID
    customer_id: UUID
    network: str
    realm: str
    handle: str
    display_name: str
    blocked_by: str
    reason: str
    blocked_at: Instant
    until: Instant | None
    items: int
    last_item_at: Instant | None
    conversation_id: UUID | None


class LastView(Struct, frozen=True, kw_only=True):
    """The newest message of a conversation, in short."""

    message_id: UUID
    direction: str
    text: str
    said_at: Instant
    automatic: bool
    deleted: bool


class WorkEventView(Struct, frozen=True, kw_only=True):
    """Something that happened to the work: taken, handed over, parked ... facts: small words and numbers of its kind."""

    id: UUID
    at: Instant
    type: str
    actor_id: UUID | None
    agent_id: UUID | None
    queue_id: UUID | None
    interaction_id: UUID
    facts: dict[str, Any]


class WorkItem(Struct, frozen=True, kw_only=True):
    """A row of the work list."""

    interaction: InteractionView
    conversation: ConversationView
    last: LastView | None
    network: str
    medium: str


class HistoryItem(Struct, frozen=True, kw_only=True):
    """Another conversation of the same customer."""

    conversation: ConversationView
    last: LastView | None
    network: str
    medium: str


class BondView(Struct, frozen=True, kw_only=True):
    """A tie between two conversations: merge (shown and worked on as one) or link (they point to each other)."""

    id: UUID
    kind: str
    a: UUID
    b: UUID
    made_by: UUID
    made_at: Instant


class OfferView(Struct, frozen=True, kw_only=True):
    """A reservation with an expiry. given_by: the colleague who handed it over; null when the router offered it."""

    id: UUID
    interaction_id: UUID
    agent_id: UUID
    state: str
    created_at: Instant
    expires_at: Instant
    reason: dict[str, Any]
    given_by: UUID | None


class ConsultView(Struct, frozen=True, kw_only=True):
    """A colleague is asked beside a conversation. state: requested, open, declined or ended; `units` are held while it is open.

    agent_id: who is asked; null while it is anybody who has `skill`. question_id: the note with the question.
    """

    id: UUID
    interaction_id: UUID
    conversation_id: UUID
    asked_by: UUID
    agent_id: UUID | None
    skill: str | None
    state: str
    units: int
    question_id: UUID
    asked_at: Instant
    opened_at: Instant | None
    ended_at: Instant | None
    ended_by: UUID | None
    version: int


class CaseView(Struct, frozen=True, kw_only=True):
    """A case: what belongs together over channels. `number` is what people say: #482.

    state: open, waiting (for somebody outside) or solved. priority: from -2 to 2, for people; the router reads it not.
    title: empty once everybody whose case it was is erased. member_ids: colleagues who follow it besides its owner.
    """

    id: UUID
    number: int
    title: str
    state: str
    priority: int
    owner_id: UUID | None
    member_ids: list[UUID]
    due_at: Instant | None
    created_by: UUID | None
    created_at: Instant
    changed_at: Instant
    solved_at: Instant | None
    version: int


class MentionView(Struct, frozen=True, kw_only=True):
    """Somebody is named in a note. read_at: when they said that they know. by_id: null when a rule named them."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    user_id: UUID
    by_id: UUID | None
    at: Instant
    read_at: Instant | None
    version: int


class AgentSkillView(Struct, frozen=True, kw_only=True):
    """A skill at a level."""

    skill_id: UUID
    level: int


class AgentView(Struct, frozen=True, kw_only=True):
    """A person who takes work. `capacity` and `used` are units.

    since: the day on which they came into their state, never the time of day; see `/live/people`.
    """

    user_id: UUID
    name: str
    state: str
    reason: str
    since: Instant
    capacity: int
    used: int
    skills: list[AgentSkillView]
    queue_ids: list[UUID]
    version: int


class SnippetPart(Struct, frozen=True, kw_only=True):
    """A piece of a text; `hit`: this is what was searched."""

    text: str
    hit: bool


class SearchHit(Struct, frozen=True, kw_only=True):
    """A message that was found, with where it stands. snippet: the part of its text where it was found, in pieces."""

    message: MessageView
    conversation: ConversationView
    network: str
    medium: str
    snippet: list[SnippetPart] = field(default_factory=list)


class DeadLetter(Struct, frozen=True, kw_only=True):
    """An answer that did not reach its network and waits for a person. `id` is that of its row in the outbox."""

    id: UUID
    message: MessageView
    conversation: ConversationView
    code: str
    error: str
    attempts: int


class Gone(Struct, kw_only=True):
    """What a view no longer shows."""

    work: list[UUID] = field(default_factory=list)
    messages: list[UUID] = field(default_factory=list)
    customers: list[UUID] = field(default_factory=list)


class EventViews(Struct, kw_only=True):
    """What a batch of events changed, with the access class that each view needs.

    cases: each with its access class. place: of each conversation its access class and the agent who has it. moved: (class
    before, interaction, class now): who may see only the first must drop the interaction.
    """

    work: list[WorkItem] = field(default_factory=list)
    messages: list[MessageView] = field(default_factory=list)
    offers: list[OfferView] = field(default_factory=list)
    agents: list[AgentView] = field(default_factory=list)
    customers: list[CustomerView] = field(default_factory=list)
    consults: list[ConsultView] = field(default_factory=list)
    cases: list[tuple[CaseView, int]] = field(default_factory=list)
    mentions: list[MentionView] = field(default_factory=list)
    calls: list[CallView] = field(default_factory=list)
    place: dict[UUID, tuple[int, UUID | None]] = field(default_factory=dict)
    moved: list[tuple[int, UUID, int]] = field(default_factory=list)
    channel_ids: list[UUID] = field(default_factory=list)
    queue_ids: list[UUID] = field(default_factory=list)
