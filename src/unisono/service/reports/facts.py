"""What the log says about one enquiry, folded event by event: when it came, was answered, was closed, and by whom.

Pure. Facts and the events since give the facts after them, so that what was folded once need not be read again; folding the
whole log anew gives the same. Times are counted in whole milliseconds: sums are exact in whatever order they are added.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.service.ports.base import LoggedEvent


class Stand(StrEnum):
    """Where an enquiry stands for the clock: nobody has it, somebody works on it, it rests, is wrapped up, or is over."""

    WAITS = "waits"
    HANDS = "hands"
    RESTS = "rests"
    WRAP_UP = "wrap_up"
    OVER = "over"


class Facts(Struct, frozen=True, kw_only=True):
    """One enquiry in figures. `..._ms`: milliseconds; None where it did not happen.

    access_class: of the queue that it was in last. by_hand: a colleague opened it again, no customer asked. again: it follows
    another of the same conversation. age_ms: how long ago it was said when it came in; all waiting counts from then.
    ending: how it was closed, `code` for a wrap-up code, else the word of the event (`time_over`, `abandoned`).
    stand, since, agent_id, offered, asked_at: where the fold stands; asked_at is since when the customer waits for a further
    answer.
    """

    interaction_id: UUID
    conversation_id: UUID | None
    access_class: int
    arrived_at: datetime
    by_hand: bool = False
    again: bool = False
    age_ms: int = 0
    answered_at: datetime | None = None
    answered_by: UUID | None = None
    first_ms: int | None = None
    late_at: datetime | None = None
    next_n: int = 0
    next_ms: int = 0
    next_late: int = 0
    waited_ms: int | None = None
    worked_ms: int | None = None
    wrap_ms: int = 0
    transfers: int = 0
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    code_id: UUID | None = None
    ending: str | None = None
    resolution_ms: int | None = None
    resolution_late: bool = False
    stand: str = Stand.WAITS.value
    since: datetime
    agent_id: UUID | None = None
    offered: bool = False
    asked_at: datetime | None = None


BEGINS: Final = frozenset({"interaction.created", "interaction.reopened"})
_TAKES: Final = frozenset({"interaction.accepted", "interaction.taken", "interaction.assigned", "interaction.unparked"})
TELLING: Final = (
    *sorted(BEGINS), *sorted(_TAKES), "interaction.changed", "interaction.given", "interaction.returned",
    "interaction.transferred",
    "interaction.parked", "interaction.finished", "interaction.wrapped_up", "interaction.breached", "answer.queued",
    "call.answered", "message.received",
)  # fmt: skip
"""Types of events that say something about an enquiry's figures."""
ERASED: Final = "erased"
MERGED: Final = "merged"
"""How an enquiry ends that goes on as part of another: nobody closed it, so it is in no figure of what was closed."""


def fold(facts: Facts | None, event: LoggedEvent) -> Facts | None:
    """Return the facts after one more event; None while nothing has begun, and again once it was erased."""
    if facts is None:
        return _begun(event)
    if event.type == "interaction.wrapped_up" and event.body.get("code") == ERASED:
        return None
    change = _change(facts, event)
    return msgspec.structs.replace(facts, **change) if change else facts


def _begun(event: LoggedEvent) -> Facts | None:
    if event.type not in BEGINS or event.interaction_id is None or event.access_class is None:
        return None
    by_hand = event.type == "interaction.reopened"
    return Facts(
        interaction_id=event.interaction_id, conversation_id=event.conversation_id, access_class=event.access_class,
        arrived_at=event.at, by_hand=by_hand, again=event.body.get("previous_id") is not None,
        age_ms=round(float(event.body.get("age_s") or 0) * 1_000),
        # Whoever opens it again has it, if they have room; else it waits, and the next event tells.
        stand=(Stand.HANDS if by_hand else Stand.WAITS).value, since=event.at, agent_id=event.actor_id if by_hand else None,
    )  # fmt: skip


def _change(facts: Facts, event: LoggedEvent) -> dict[str, Any]:
    kind = event.type.removeprefix("interaction.")
    if kind == "breached":
        # Also of what is over: what was missed before the end may be told after it.
        return _breached(facts, event)
    if facts.stand == Stand.OVER.value:
        return _apart_again(event) if facts.ending == MERGED and event.body.get("cause") == "unmerged" else {}
    if event.type in _TAKES:
        return _taken(facts, event)
    match kind:
        case "answer.queued":
            # What a rule sent by itself, and what was said to a third party, answers no customer.
            said_to_nobody = event.body.get("rule_id") or event.body.get("aside")
            return {} if said_to_nobody else _answered(facts, event, event.agent_id)
        case "call.answered":
            return _answered(facts, event, event.agent_id)
        case "message.received":
            return _answered(facts, event, None) if event.body.get("direction") == "out" else {}
        case "changed" if event.body.get("by") == "third_party":
            return {}
        case "changed":
            waits = (facts.by_hand or facts.answered_at is not None) and facts.asked_at is None
            return {"asked_at": event.at} if waits else {}
        case "given":
            return {"offered": True}
        case "returned":
            return _moved(facts, event, Stand.WAITS) | {"offered": False, "agent_id": None}
        case "parked":
            return _moved(facts, event, Stand.RESTS)
        case "finished":
            return _moved(facts, event, Stand.WRAP_UP)
        case "transferred":
            return _transferred(facts, event)
        case "wrapped_up":
            return _closed(facts, event)
    return {}


def _moved(facts: Facts, event: LoggedEvent, stand: Stand) -> dict[str, Any]:
    change: dict[str, Any] = {"stand": stand.value, "since": event.at}
    spell = _ms(event.at - facts.since)
    if facts.stand == Stand.HANDS.value:
        change["worked_ms"] = (facts.worked_ms or 0) + spell
    elif facts.stand == Stand.WRAP_UP.value:
        change["wrap_ms"] = facts.wrap_ms + spell
    return change


def _taken(facts: Facts, event: LoggedEvent) -> dict[str, Any]:
    change = _moved(facts, event, Stand.HANDS) | {"agent_id": event.agent_id or facts.agent_id, "offered": False}
    if facts.waited_ms is None and not facts.by_hand:
        change["waited_ms"] = _since_asked(facts, event)
    return change


def _answered(facts: Facts, event: LoggedEvent, agent_id: UUID | None) -> dict[str, Any]:
    if facts.answered_at is None and not facts.by_hand:
        return {"answered_at": event.at, "answered_by": agent_id, "first_ms": _since_asked(facts, event)}
    if facts.asked_at is None:
        return {}
    return {"next_n": facts.next_n + 1, "next_ms": facts.next_ms + _ms(event.at - facts.asked_at), "asked_at": None}


def _transferred(facts: Facts, event: LoggedEvent) -> dict[str, Any]:
    to_queue = any(event.body.get(name) for name in ("queue_id", "skill"))
    waits = to_queue or facts.offered
    change = _moved(facts, event, Stand.WAITS if waits else Stand.HANDS) | {"transfers": facts.transfers + 1}
    change["agent_id"] = None if waits else event.agent_id
    if event.access_class is not None:
        change["access_class"] = event.access_class
    return change


def _breached(facts: Facts, event: LoggedEvent) -> dict[str, Any]:
    match event.body.get("kind"):
        case "first_response" if facts.late_at is None:
            return {"late_at": event.at}
        case "next_response":
            return {"next_late": facts.next_late + 1}
        case "resolution":
            return {"resolution_late": True}
    return {}


def _closed(facts: Facts, event: LoggedEvent) -> dict[str, Any]:
    code_id = event.body.get("code_id")
    return _moved(facts, event, Stand.OVER) | {
        "closed_at": event.at, "closed_by": event.agent_id or facts.agent_id, "resolution_ms": _since_asked(facts, event),
        "code_id": None if code_id is None else UUID(str(code_id)), "ending": str(event.body.get("code") or "code"),
        "asked_at": None,
    }  # fmt: skip


def _apart_again(event: LoggedEvent) -> dict[str, Any]:
    """A merge was undone: it waits as if it had never ended; how long it was worked on stays."""
    return {
        "stand": Stand.WAITS.value, "since": event.at, "agent_id": None, "offered": False, "closed_at": None, "closed_by": None,
        "code_id": None, "ending": None, "resolution_ms": None,
    }  # fmt: skip


def _since_asked(facts: Facts, event: LoggedEvent) -> int:
    return _ms(event.at - facts.arrived_at) + facts.age_ms


def _ms(span: timedelta) -> int:
    return max(0, span // timedelta(milliseconds=1))
