"""Receive a call before it waits: hours, menu, message, call-back. Until then the inbox keeps it apart."""

from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from unisono.calls import CallerWish, wished
from unisono.calls.reception import Effect, House, Move, Place, arrive, played, press, voicemail
from unisono.contract.voice import CALLER, Command, Digit, Play, Played, Prompt, Purpose, TakeMessage, VoiceEvent
from unisono.domain.ids import new_id
from unisono.presence.divert import Way
from unisono.service.calls.announcements import say_to
from unisono.service.calls.consent import NO, YES, said
from unisono.service.calls.line import LineTerms
from unisono.service.calls.place import place_of
from unisono.service.ports import Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.presence.diversion import divert_call

#: For how long a key is waited for after the last word.
LISTEN_S: Final = 6.0
#: What is said before a caller is asked for a message, and why.
_BEFORE_MESSAGE: Final = frozenset({"closed", "withheld"})


def house_of(line: LineTerms, *, can_take_message: bool) -> House:
    """Return what the reception of a line knows."""
    return House(
        menus=line.menus, first=line.first_menu, closed=line.closed, withheld=line.withheld,
        can_take_message=can_take_message, can_call_back=bool(line.call_back_digit) or line.closed == "call_back",
    )  # fmt: skip


async def begin(
    tx: Tx, facts: CallFacts, line: LineTerms, channel_queue: UUID, *, can_be_called: bool, withheld: bool
) -> CallFacts:  # fmt: skip
    """Let a call that rings meet the reception; returns it as it stands then, with commands asked."""
    powers = await tx.calls.powers(facts.driver)
    house = house_of(line, can_take_message=powers is None or powers.take_message)
    hours = await tx.levels.queue_hours([channel_queue])
    open_now = all(queue.open_now for queue in hours)
    facts = replace(facts, path=facts.path | {"can_be_called": can_be_called, "message": house.can_take_message})
    move = arrive(house, open_now=open_now, can_be_called=can_be_called, withheld=withheld)
    if line.person and move.effect is Effect.WAIT and (diversion := await divert_call(tx, line.person)) is not None:
        facts = replace(facts, path=facts.path | {"person": str(diversion.user_id), "diverted": diversion.diverted.because})
        if diversion.diverted.way is Way.VOICEMAIL:
            move = voicemail(house)
    return await _move(tx, facts, line, move)


async def heard_at_reception(tx: Tx, facts: CallFacts, line: LineTerms, event: VoiceEvent) -> CallFacts:
    """Let a key or the end of a prompt have its meaning; returns the call as it stands then."""
    if isinstance(event, Digit) and event.leg_id == CALLER:
        return await _pressed(tx, facts, line, event.digit)
    if isinstance(event, Played) and event.prompt_id == facts.path.get("prompt"):
        return await _move(tx, facts, line, _ended(facts, line))
    return facts


async def _pressed(tx: Tx, facts: CallFacts, line: LineTerms, digit: str) -> CallFacts:
    if CALLER in facts.call.facts.bridge:
        if digit in {YES, NO} and line.recording == "ask" and facts.path.get("asked_consent"):
            path = {name: value for name, value in facts.path.items() if name != "asked_consent"}
            return await said(tx, replace(facts, path=path), "customer", given=digit == YES, how="key", by=None)
        return facts
    if facts.call.intent.caller is CallerWish.HEAR:
        house = house_of(line, can_take_message=bool(facts.path.get("message")))
        return await _move(tx, facts, line, press(house, place_of(facts), digit, can_be_called=_callable(facts)))
    waits = facts.call.intent.caller is CallerWish.PARK and not facts.outgoing
    if waits and line.call_back_digit and digit == line.call_back_digit and _callable(facts):
        move = Move(place=Place(at="goodbye"), effect=Effect.CALL_BACK, say="call_back_noted")
        return await _move(tx, facts, line, move)
    return facts


def _ended(facts: CallFacts, line: LineTerms) -> Move:
    house = house_of(line, can_take_message=bool(facts.path.get("message")))
    return played(house, place_of(facts), can_be_called=_callable(facts))


def _callable(facts: CallFacts) -> bool:
    return bool(facts.path.get("can_be_called"))


async def _move(tx: Tx, facts: CallFacts, line: LineTerms, move: Move) -> CallFacts:
    if move.effect is Effect.NOTHING:
        return facts
    path: dict[str, Any] = facts.path | {"place": msgspec.to_builtins(move.place)}
    command_id, prompt_id = str(new_id()), f"p-{new_id().hex}"
    wish, commands = CallerWish.HEAR, list[Command]()
    announcement = say_to(line, move.say) if move.say else None
    if announcement is not None and move.text:
        announcement = replace(announcement, text=move.text)
    match move.effect:
        case Effect.WAIT:
            wish = CallerWish.PARK
        case Effect.LEAVE:
            wish = CallerWish.LEAVE
        case Effect.TAKE_MESSAGE:
            assert announcement is not None
            says = (announcement, say_to(line, "leave_message")) if move.say in {"closed", "not_there"} else (announcement,)
            before = Prompt(prompt_id=prompt_id, says=says)
            commands.append(
                TakeMessage(
                    command_id=command_id, call_id=facts.call_id, recording_id=str(new_id()), max_s=line.message_s, before=before
                )
            )
        case Effect.SAY | Effect.CALL_BACK | Effect.GOODBYE:
            assert announcement is not None
            if move.effect is Effect.CALL_BACK:
                path["owes"] = "asked"
                path["agreed"] = {"text": _heard_before(facts, line), "language": line.language}
            path["prompt"] = prompt_id
            greets = move.effect is Effect.SAY and not move.place.tries
            says = (say_to(line, "welcome"), announcement) if greets else (announcement,)
            listen_s = LISTEN_S if move.digits else 0.0
            prompt = Prompt(prompt_id=prompt_id, says=says, digits=move.digits, listen_s=listen_s)
            commands.append(Play(command_id=command_id, call_id=facts.call_id, prompt=prompt))
    if commands:
        await tx.calls.ask(facts.id, facts.driver, commands)
    legs = _without_agents(facts) if wish is CallerWish.HEAR else facts.call.intent.legs
    intent = replace(facts.call.intent, caller=wish, legs=legs)
    return replace(facts, path=path, call=wished(facts.call, intent))


def _heard_before(facts: CallFacts, line: LineTerms) -> str:
    """Return the words after which a caller pressed the key for a call-back: the menu's, the hours', or those of the wait."""
    place = place_of(facts)
    if place.at == "menu":
        menu = line.menus.get(place.menu)
        return menu.says if menu is not None and menu.says else say_to(line, "menu").text
    if facts.call.intent.caller is CallerWish.PARK:
        return say_to(line, "call_back_offer", digit=line.call_back_digit).text
    return say_to(line, "closed").text


def _without_agents(facts: CallFacts) -> dict[str, Any]:
    """A caller who is told that they will be called back is not put through meanwhile."""
    return {leg: wish for leg, wish in facts.call.intent.legs.items() if wish.purpose is not Purpose.AGENT}
