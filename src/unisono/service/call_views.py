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
