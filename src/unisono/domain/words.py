"""The closed vocabularies: states and kinds, spelled as they stand in the database, the API and the events."""

from enum import StrEnum


class Visibility(StrEnum):
    """Who can read a thread: everybody, or only its participants."""

    PUBLIC = "public"
    PRIVATE = "private"


class Direction(StrEnum):
    """Who speaks: the customer, the company, or a colleague to colleagues (never leaves the house)."""

    INBOUND = "in"
    OUTBOUND = "out"
    NOTE = "note"


class InteractionState(StrEnum):
    """Where a unit of work stands. WAITING to WRAP_UP count as open."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    PARKED = "parked"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


OPEN_STATES = frozenset(InteractionState) - {InteractionState.CLOSED}


class AgentState(StrEnum):
    """What an agent says of themself; only AVAILABLE receives offers. WRAP_UP: still at the last one, no new one yet."""

    AVAILABLE = "available"
    BUSY = "busy"
    AWAY = "away"
    WRAP_UP = "wrap_up"
    OFFLINE = "offline"


class QueueMode(StrEnum):
    """How work leaves a queue: the router offers it, or people take it from the list."""

    PUSH = "push"
    PULL = "pull"


class OfferState(StrEnum):
    """Life of a reservation: OPEN until accepted, declined, expired or withdrawn."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ConsultState(StrEnum):
    """Life of a consult: REQUESTED until somebody begins or declines; OPEN until either side ends it."""

    REQUESTED = "requested"
    OPEN = "open"
    DECLINED = "declined"
    ENDED = "ended"


class DeclineReason(StrEnum):
    """Why an agent gives an offer back. OTHER: as their words say."""

    BUSY = "busy"
    NOT_MY_FIELD = "not_my_field"
    LANGUAGE = "language"
    PERSONAL = "personal"
    OTHER = "other"


class DeliveryState(StrEnum):
    """Where an answer is on its way to the network (DESIGN, section 3, step 6).

    HELD: no network may have it yet (`held_answer` says why). WITHDRAWN: taken back before it was queued.
    """

    HELD = "held"
    WITHDRAWN = "withdrawn"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    RETRYING = "retrying"
    UNKNOWN = "unknown"
    DEAD = "dead"


# What a network may report, each of which outdoes those before it: a mail server takes a mail (sent) and returns it (failed),
# but what was delivered or read once stays so.
_REPORTED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DELIVERED, DeliveryState.READ)


def later_delivery(current: DeliveryState, reported: DeliveryState) -> DeliveryState:
    """Return the state after a status report; reports come out of order, so a state never goes back.

    A failure outdoes `sent`, which only says that the network took the message; it is kept out after `delivered` and `read`,
    when the network showed the message before.
    """
    if current in _REPORTED and reported in _REPORTED:
        return max(current, reported, key=_REPORTED.index)
    return current if current in _REPORTED and current is not DeliveryState.FAILED else reported


class ChannelState(StrEnum):
    """Operating state of a channel, as the last contact with its network left it."""

    OK = "ok"
    PAUSED = "paused"
    REAUTH_NEEDED = "reauth_needed"
    FORBIDDEN = "forbidden"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"


class InboxState(StrEnum):
    """What became of a raw inbound item. EARLY: an edit that came before what it edits; it waits for that."""

    NEW = "new"
    EARLY = "early"
    DONE = "done"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class ReplyRule(StrEnum):
    """Whether and how the network lets us answer an item."""

    YES = "yes"
    NO = "no"
    UNTIL = "until"
    TEMPLATE_ONLY = "template_only"
    NEEDS_SUMMON = "needs_summon"
    DEEPLINK = "deeplink"
