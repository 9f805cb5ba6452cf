"""What the desk and the API show of customers: one person behind several handles, and what the house knows of them."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant
from unisono.service.setup_views import Names
from unisono.service.views import CustomerView, HistoryItem, IdentityView


class EvidenceView(Struct, frozen=True, kw_only=True):
    """What speaks for two being one person. kind: see `identity.evidence.Kind`; detail: what was found."""

    kind: str
    detail: str


class SuggestionView(Struct, frozen=True, kw_only=True):
    """Another customer who may be the same person. score: 0 to 1. verdict: weak, likely or certain; a person decides."""

    customer: CustomerView
    score: float
    verdict: str
    evidence: list[EvidenceView]


class MergeView(Struct, frozen=True, kw_only=True):
    """A merge that stands. ours, theirs: the handles that each side brought with it. evidence: kinds, as they were then."""

    id: UUID
    a: UUID
    b: UUID
    ours: list[IdentityView]
    theirs: list[IdentityView]
    score: float
    evidence: list[str]
    reason: str
    merged_by: UUID
    merged_at: Instant


class ClaimView(Struct, frozen=True, kw_only=True):
    """What belongs to a handle: an address, a number, a page, a log-in. source: network, customer, colleague or login."""

    identity_id: UUID
    kind: str
    value: str
    proved: bool
    source: str


class LinksView(Struct, frozen=True, kw_only=True):
    """Who this customer is made of, and who else they may be."""

    merges: list[MergeView]
    claims: list[ClaimView]
    suggestions: list[SuggestionView]


class CustomerNoteView(Struct, frozen=True, kw_only=True):
    """A note on a customer: from colleague to colleagues."""

    id: UUID
    user_id: UUID
    text: str
    at: Instant


class FieldView(Struct, frozen=True, kw_only=True):
    """A field of the house's own. kind: text, number, date, choice or link. choices: names by language, each with its key."""

    id: UUID
    key: str
    name: Names
    kind: str
    choices: list[dict[str, Any]]
    position: int
    version: int
    archived: bool


class CustomerFactsView(Struct, frozen=True, kw_only=True):
    """What can be counted of what they said, of that which the asker may see.

    languages: the most used first. hours: of 24, in the house's zone, how many messages of theirs came in each.
    """

    first_at: Instant | None
    last_at: Instant | None
    messages: int
    languages: list[str]
    hours: list[int]
    zone: str


class CustomerPage(Struct, frozen=True, kw_only=True):
    """A customer with what the house knows of them. fields: values by the field's key."""

    customer: CustomerView
    notes: list[CustomerNoteView]
    fields: dict[str, str]
    facts: CustomerFactsView
    cursor: str


class CustomerRow(Struct, frozen=True, kw_only=True):
    """A row of the directory: a customer with their newest conversation, of those that the asker may see."""

    customer: CustomerView
    last: HistoryItem | None
    fields: dict[str, str]
