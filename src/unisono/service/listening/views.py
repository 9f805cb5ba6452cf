"""What the desk and the API show of listening."""

from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant
from unisono.service.triage.views import TriageView


class MonitorView(Struct, frozen=True, kw_only=True):
    """A saved query. channel_id: whose people see what it finds; null: who may see the whole house.

    to_work: what it finds is answered, where the network lets us, without anybody's click. found: in the last 7 days.
    """

    id: UUID
    name: str
    query: str
    channel_id: UUID | None
    state: str
    to_work: bool
    found: int
    created_at: Instant
    version: int


class SourceView(Struct, frozen=True, kw_only=True):
    """A public stream. posts, found: since it was added. lag_s: how far behind the network's clock the last post was heard.

    health: empty while all is well, else a word: unreachable, reauth_needed, forbidden, throttled, misconfigured, no_power.
    gaps: how often something was lost for good, gap_at: the last time.
    """

    id: UUID
    connector: str
    channel_id: UUID | None
    name: str
    config: dict[str, str]
    state: str
    posts: int
    found: int
    newest_at: Instant | None
    heard_at: Instant | None
    lag_s: float | None
    gaps: int
    gap_at: Instant | None
    health: str
    version: int


class FoundBy(Struct, frozen=True, kw_only=True):
    """Why a monitor found a post: the words of it that the query asked for, folded."""

    monitor_id: UUID
    words: list[str]


class Piece(Struct, frozen=True, kw_only=True):
    """A part of a text; hit: a monitor asked for it."""

    text: str
    hit: bool


class FoundMention(Struct, frozen=True, kw_only=True):
    """A post that monitors found. state: new, asked (it will be answered), work, ignored or not_ours.

    conversation_id: where it stands here. enquiry: it is answered there, or was; else it came in without being said to us.
    reach: the author's followers, where the network tells.
    thread: how many mentions stand in the same thread. triage: what it was judged to be, told with lists of mentions.
    """

    id: UUID
    network: str
    author: str
    text: list[Piece]
    url: str
    language: str | None
    root_id: str | None
    reach: int | None
    said_at: Instant
    heard_at: Instant
    expires_at: Instant | None
    reasons: list[FoundBy]
    state: str
    decided_by: UUID | None
    conversation_id: UUID | None
    enquiry: bool
    thread: int
    version: int
    triage: TriageView | None = None


class HourCount(Struct, frozen=True, kw_only=True):
    """How much a monitor found in an hour on a network in a language; reach adds up followers."""

    monitor_id: UUID
    hour: Instant
    network: str
    language: str
    posts: int
    reach: int
