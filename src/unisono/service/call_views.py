"""A call as the desk and the API show it. Who calls is the conversation's identity; no number stands in here."""

from uuid import UUID

from msgspec import Struct, field

from unisono.service.instant import Instant


class CallLegView(Struct, frozen=True, kw_only=True):
    """One side of a call. id: what verbs name it by; `caller` is the customer. state: dialling, ringing, up, held or over."""

    id: str
    purpose: str
    user_id: UUID | None
    state: str


class CallView(Struct, frozen=True, kw_only=True):
    """A call that lives, or is over (`ended`).

    stage: offered, menu, waiting, ringing, connecting, talking, conference, held, consulting, dialling, ended. talking: the legs
    that hear one another. recording: off, on or pause. trouble: a word for what telephony refused last.
    """

    id: UUID
    channel_id: UUID
    conversation_id: UUID | None
    interaction_id: UUID | None
    driver: str
    outgoing: bool
    stage: str
    legs: list[CallLegView]
    talking: list[str]
    recording: str
    trouble: str
    offered_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    cause: str | None
    version: int
    consents: list[str] = field(default_factory=list)
    listeners: list[UUID] = field(default_factory=list)


class CallBackView(Struct, frozen=True, kw_only=True):
    """A call-back that a customer asked for. starts_at, ends_at: when they wish to be called; null: as soon as can be.

    how: on the `page`, or by a `key` of the telephone. consent: version of the words that they agreed to, which follow.
    """

    interaction_id: UUID
    asked_at: Instant
    starts_at: Instant | None
    ends_at: Instant | None
    how: str
    consent: str
    consent_text: str
    consent_language: str
