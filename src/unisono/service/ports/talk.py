"""What is asked of the store about customers, identities, conversations, messages and attachments."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct, field

from unisono.contract.context import Line
from unisono.contract.inbound import Author, ThreadRef
from unisono.domain.words import Visibility


class IdentityRef(Struct, frozen=True, kw_only=True):
    """A handle and whose it is."""

    id: UUID
    customer_id: UUID
    blocked: bool = False


class KnownMessage(Struct, frozen=True, kw_only=True):
    """A message that the network's id leads to."""

    id: UUID
    conversation_id: UUID
    interaction_id: UUID | None
    remote_id: str
    revision: int
    direction: str
    delivery: str | None
    deleted: bool


class ThreadKey(Struct, frozen=True, kw_only=True):
    """What makes a conversation unique within its channel."""

    visibility: str
    root_remote_id: str
    identity_id: UUID


class ConversationRef(Struct, frozen=True, kw_only=True):
    """A conversation as the verbs need it."""

    id: UUID
    channel_id: UUID
    visibility: str
    root_remote_id: str
    identity_id: UUID
    access_class: int
    links_to: str | None = None
    reply_rule: str = "yes"
    reply_until: datetime | None = None
    last_said_at: datetime | None = None
    new: bool = False


class NewMessage(Struct, frozen=True, kw_only=True):
    """A message to write, with its text and its search terms."""

    id: UUID
    conversation_id: UUID
    channel_id: UUID
    direction: str
    visibility: str
    occurred_at: datetime
    received_at: datetime
    said_at: datetime
    ingest_key: str
    text: str
    terms: list[str]
    interaction_id: UUID | None = None
    identity_id: UUID | None = None
    user_id: UUID | None = None
    tie_break: str = ""
    remote_id: str | None = None
    parent_remote_id: str | None = None
    revision: int = 0
    automatic: bool = False
    language: str | None = None
    url: str = ""
    delivery: str | None = None
    subject: str = ""
    html: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    #: The third party with whom it is said, in the customer's conversation.
    aside_identity_id: UUID | None = None


class NewText(Struct, frozen=True, kw_only=True):
    """A changed text of a message that is there."""

    message_id: UUID
    revision: int
    text: str
    terms: list[str]
    edited_at: datetime
    subject: str = ""
    html: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class NewAttachment(Struct, frozen=True, kw_only=True):
    """A file that came with a message; its bytes are stored, or are to be fetched by `ref`."""

    id: UUID
    message_id: UUID
    channel_id: UUID
    name: str
    media_type: str
    position: int
    size_bytes: int | None = None
    sha256: bytes | None = None
    alt_text: str = ""
    content_id: str | None = None
    ref: str | None = None
    state: str = "pending"


class OpenInteraction(Struct, frozen=True, kw_only=True):
    """The open unit of work of a conversation, or its last one."""

    id: UUID
    conversation_id: UUID
    state: str
    agent_id: UUID | None
    queue_id: UUID


class NewInteraction(Struct, frozen=True, kw_only=True):
    """A unit of work to queue."""

    id: UUID
    conversation_id: UUID
    channel_id: UUID
    access_class: int
    queue_id: UUID
    skills: list[dict[str, Any]]
    language: str | None
    units: int
    priority: int
    waiting_since: datetime
    due_at: datetime | None
    due_kind: str | None = None
    previous_id: UUID | None = None
    preferred_agent_id: UUID | None = None
    reason: dict[str, Any] = field(default_factory=dict)


class Touch(Struct, frozen=True, kw_only=True):
    """What new messages change on their conversation."""

    conversation_id: UUID
    last_message_id: UUID | None
    said_at: datetime
    inbound_at: datetime | None = None
    reply_rule: str | None = None
    reply_until: datetime | None = None
    reply_reason: str = ""
    url: str = ""
    links_to: str | None = None


class Erased(Struct, frozen=True, kw_only=True):
    """What an erasure took away: ids for events and files for the disk."""

    messages: list[UUID] = []
    attachments: list[UUID] = []
    conversations: list[UUID] = []
    interactions: list[UUID] = []


class Answerable(Struct, frozen=True, kw_only=True):
    """The place of an answer: an open interaction with its conversation. approval: see `policy.approval.AnswerFacts.asked`."""

    interaction_id: UUID
    conversation_id: UUID
    channel_id: UUID
    queue_id: UUID
    access_class: int
    state: str
    agent_id: UUID | None
    visibility: str
    root_remote_id: str
    reply_rule: str
    reply_until: datetime | None
    identity_remote_id: str
    identity_realm: str
    identity_handle: str
    case_number: int | None = None
    approval: str = ""

    @property
    def thread(self) -> ThreadRef:
        """The thread as connectors name it."""
        customer = Author(remote_id=self.identity_remote_id, realm=self.identity_realm, handle=self.identity_handle)
        return ThreadRef(visibility=Visibility(self.visibility), root_id=self.root_remote_id, customer=customer)


class AttachmentFacts(Struct, frozen=True, kw_only=True):
    """A file that is on our disk."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int | None
    alt_text: str


class Talk(Protocol):
    """Port for who says what to whom."""

    async def known_messages(self, channel_id: UUID, remote_ids: Iterable[str]) -> dict[str, KnownMessage]: ...

    async def messages_by_id(self, ids: Iterable[UUID]) -> dict[UUID, KnownMessage]: ...

    async def tombstoned(self, channel_id: UUID, remote_ids: Iterable[str]) -> set[str]: ...

    async def bury(self, channel_id: UUID, remote_ids: Iterable[str]) -> None:
        """Keep these items out for good, whatever is delivered again."""

    async def resolve_identities(
        self, network: str, authors: Sequence[Author], *, lock: bool = False
    ) -> dict[tuple[str, str], IdentityRef]:
        """Return identities by (realm, remote id); new ones get a customer of their own, changed names are updated.

        lock: all of them are kept until the commit, in the order of their ids.
        """

    async def conversations_of(
        self, channel_id: UUID, keys: Sequence[ThreadKey], access_class: int
    ) -> dict[ThreadKey, ConversationRef]:
        """Return the conversations, made where they are missing."""

    async def thread_of_aliases(self, channel_id: UUID, aliases: Iterable[str]) -> dict[str, tuple[str, UUID, bool]]:
        """Return (root remote id, identity) of the conversation that each known remote id stands in.

        The last tells whether it was said with a third party, in that conversation.
        """

    async def conversation(self, conversation_id: UUID) -> ConversationRef | None: ...

    async def insert_messages(self, messages: Sequence[NewMessage]) -> set[UUID]:
        """Write messages, texts and terms; returns the ids that were not there before."""

    async def insert_attachments(self, attachments: Sequence[NewAttachment]) -> None: ...

    async def replace_texts(self, texts: Sequence[NewText]) -> set[UUID]:
        """Write changed texts whose revision is higher; returns the messages that changed."""

    async def touch_conversations(self, touches: Sequence[Touch]) -> None: ...

    async def interactions_of(self, conversation_ids: Iterable[UUID]) -> dict[UUID, OpenInteraction]:
        """Return the open interaction of each conversation, or its newest closed one."""

    async def last_agents(self, conversation_ids: Iterable[UUID], since: datetime) -> dict[UUID, UUID]:
        """Return, by conversation, who served its customer last, on whatever channel, and no longer ago than `since`."""

    async def insert_interactions(self, interactions: Sequence[NewInteraction]) -> set[UUID]: ...

    async def customer_wrote(self, interaction_ids: Iterable[UUID]) -> None:
        """Mark open interactions as changed by a new message of the customer."""

    async def close_emptied(self, interaction_ids: Iterable[UUID]) -> set[UUID]:
        """Close waiting interactions of which the customer took everything back; returns the closed ones."""

    async def erase_messages(self, message_ids: Iterable[UUID], at: datetime) -> Erased:
        """Take texts, terms, attachments and raw bytes away; the message stays as a mark without content."""

    async def lock_identities(self, identity_ids: Iterable[UUID]) -> None:
        """Lock identities in the order of their ids; before any work of theirs."""

    async def lock_threads(self, conversation_ids: Iterable[UUID], identity_ids: Iterable[UUID]) -> None:
        """Lock these conversations, and all with these people, in the order of their ids; after any work in them."""

    async def messages_of_identities(self, identity_ids: Iterable[UUID]) -> list[UUID]: ...

    async def customer_value(self, customer_id: UUID) -> float | None:
        """Return how much a customer counts, and lock them; None when they are erased."""

    async def set_customer_value(self, customer_id: UUID, value: float) -> None: ...

    async def identity_keys(self, customer_id: UUID) -> list[tuple[UUID, str, str, str]]:
        """Return (identity, network, realm, remote id) of a customer."""

    async def names_of(self, identity_ids: Iterable[UUID]) -> list[str]:
        """Return what these identities are called: names, each word of them too, handles and remote ids."""

    async def forget_identities(self, identity_ids: Iterable[UUID]) -> None:
        """Blank names and remote ids of identities and mark their customer erased."""

    async def set_delivery(
        self, message_id: UUID, delivery: str, code: str = "", remote_id: str | None = None, url: str = ""
    ) -> None: ...

    async def answerable(
        self, interaction_id: UUID, conversation_id: UUID | None = None, *, lock: bool = False
    ) -> Answerable | None:
        """Return the place of an answer; `lock` keeps others from changing the interaction until the commit.

        conversation_id: the one that is answered, of those that the interaction's is merged with; its own by itself.
        """

    async def answered_remote_id(self, conversation_id: UUID, message_id: UUID | None) -> str | None:
        """Return the remote id of a message of the conversation; without one, that of the customer's newest."""

    async def answered_aside(self, conversation_id: UUID, aside: UUID, message_id: UUID | None) -> str | None:
        """Return the remote id of a message said with a third party; without one, that of their newest."""

    async def is_aside(self, message_id: UUID) -> bool:
        """Tell whether a message is said with a third party."""

    async def answered(self, interaction_id: UUID) -> None:
        """Mark the interaction as changed; the first answer stops the first-response clock."""

    async def attach(self, message_id: UUID, attachment_ids: Sequence[UUID]) -> None: ...

    async def unsent_attachments(self, attachment_ids: Sequence[UUID]) -> list[AttachmentFacts]: ...

    async def attachments_of(self, message_id: UUID) -> list[AttachmentFacts]: ...

    async def customer_lines(
        self, channel_id: UUID, network: str, root_id: str, customer: Author, after: UUID | None, limit: int
    ) -> list[Line]:
        """Return a thread as its customer may see it, in transcript order; notes stay out."""

    async def customer_file(
        self, channel_id: UUID, network: str, root_id: str, customer: Author, attachment_id: UUID
    ) -> UUID | None:
        """Return the id of a stored file if the customer of this thread may see it."""
