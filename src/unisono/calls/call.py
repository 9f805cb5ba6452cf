"""A call as the house keeps it: facts, intent, and the commands that are on their way."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from unisono.calls.facts import Facts, Note, Stand, hear
from unisono.calls.intent import CallerWish, Intent, Lack, lacking
from unisono.calls.outcome import Outcome, outcomes
from unisono.calls.reconcile import reconcile
from unisono.contract.voice import CALLER, Purpose, SeenCall, VoiceEvent


class Call(Struct, frozen=True, kw_only=True):
    """issued: the command that is on its way for each lack, by the lack's key. No number, name or word of anybody is in here."""

    facts: Facts = field(default_factory=Facts)
    intent: Intent = field(default_factory=Intent)
    issued: dict[str, UUID] = field(default_factory=dict)


def heard(call: Call, event: VoiceEvent) -> tuple[Call, list[Outcome], Note | None]:
    """Return the call after an event, what it means for the work, and why it changed nothing if it did not."""
    facts, note = hear(call.facts, event)
    return replace(call, facts=facts), outcomes(call.facts, facts, call.intent), note


def reconciled(call: Call, seen: SeenCall | None, taken_at: datetime) -> tuple[Call, list[Outcome]]:
    """Return the call as a snapshot shows it, and what that means for the work."""
    facts = reconcile(call.facts, seen, taken_at)
    return replace(call, facts=facts), outcomes(call.facts, facts, call.intent)


def wished(call: Call, intent: Intent) -> Call:
    """Return the call with another intent."""
    return replace(call, intent=intent)


def due(call: Call, mint: Callable[[], UUID]) -> tuple[Call, list[tuple[UUID, Lack]]]:
    """Return the commands to give now, and the call that remembers them. What is on its way is not given again."""
    lacks = {lack.key: lack for lack in lacking(call.facts, call.intent)}
    new = [(mint(), lack) for key, lack in lacks.items() if key not in call.issued]
    issued = {key: command for key, command in call.issued.items() if key in lacks} | {lack.key: one for one, lack in new}
    return replace(call, issued=issued), new


def again(call: Call) -> list[UUID]:
    """Return the commands whose effect still lacks after a reconciliation: they are given once more, under the same id."""
    lacks = {lack.key for lack in lacking(call.facts, call.intent)}
    return [command for key, command in call.issued.items() if key in lacks]


def stage(call: Call) -> str:
    """Return in one word where the call stands: for the desk, the wallboard and the lists."""
    facts, intent = call.facts, call.intent
    if facts.over or facts.moved:
        return "ended"
    if intent.caller is CallerWish.HEAR:
        return "menu"
    if intent.outgoing and not facts.speaks(CALLER):
        return "dialling"
    if facts.stand(CALLER) is Stand.HELD:
        seconds = any(leg.purpose is Purpose.CONSULT for leg in intent.legs.values())
        return "consulting" if seconds else "held"
    if CALLER in facts.bridge:
        return "conference" if len(facts.bridge) > 2 else "talking"
    if any(facts.stand(leg) in {Stand.RINGING, Stand.DIALLING} for leg in intent.legs):
        return "ringing"
    return "waiting" if intent.caller is CallerWish.PARK else "offered" if intent.caller is CallerWish.RING else "connecting"
