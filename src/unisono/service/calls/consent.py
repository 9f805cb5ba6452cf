"""Recording: off by itself, started only after both sides agreed, paused for card data, and never the price of a call."""

from typing import Final
from uuid import UUID

from msgspec.structs import replace

from unisono.calls import Stand
from unisono.contract.voice import CALLER, Play, Prompt, RecordMode
from unisono.domain.errors import Conflict, Invalid
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.calls.announcements import say_to
from unisono.service.calls.bells import COMMANDS_BELL
from unisono.service.calls.reach import ask, mine_of, reach_call, with_intent
from unisono.service.calls.step import line_terms
from unisono.service.ports import Bell, Database, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.work import InteractionFacts

SIDES: Final = ("customer", "agent")
WAYS: Final = ("key", "spoken", "click")
#: The prompt that asks a caller, and the keys that answer it.
ASKED: Final = "consent"
YES: Final = "1"
NO: Final = "2"


async def note_consent(db: Database, bell: Bell, access: Access, call_id: UUID, side: str, *, given: bool, how: str) -> UUID:
    """Keep what a side said about being recorded, with the call; a refusal stops a recording that runs, and nothing else.

    Raises NotFound, Invalid, Conflict.
    """
    if side not in SIDES or how not in WAYS:
        raise Invalid("A side is customer or agent, and a way is key, spoken or click.", code="bad_consent", field="side")

    async def wish(tx: Tx, facts: CallFacts, _work: InteractionFacts) -> CallFacts:
        return await said(tx, facts, side, given=given, how=how, by=access.user_id)

    return await ask(db, bell, access, call_id, wish)


async def said(tx: Tx, facts: CallFacts, side: str, *, given: bool, how: str, by: UUID | None) -> CallFacts:
    """Return the call after a side has spoken, within a transaction that has it locked."""
    await tx.calls.consent(facts.id, side, given=given, how=how, noted_by=by)
    agreed = sorted(one for one, yes in (await tx.calls.consents(facts.id)).items() if yes)
    facts = replace(facts, path=facts.path | {"consents": agreed})
    if not given and facts.call.intent.record is not RecordMode.OFF:
        facts = with_intent(facts, replace(facts.call.intent, record=RecordMode.OFF))
    return facts


async def ask_consent(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """Let the caller be asked whether the talk may be recorded: 1 is yes, 2 is no. Raises NotFound, Conflict."""
    async with db.write() as tx:
        facts, work = await reach_call(tx, access, call_id)
        mine_of(facts, work)
        line = await line_terms(tx, facts)
        _allowed(line.recording)
        prompt = Prompt(prompt_id=ASKED, says=(say_to(line, "consent"),), digits=YES + NO, listen_s=8.0)
        await tx.calls.ask(facts.id, facts.driver, [Play(command_id=str(new_id()), call_id=facts.call_id, prompt=prompt)])
        await tx.calls.save(replace(facts, path=facts.path | {"asked_consent": True}), view_changed=False)
    await bell.ring(COMMANDS_BELL)
    return call_id


async def record_call(db: Database, bell: Bell, access: Access, call_id: UUID, mode: str) -> UUID:
    """Start, pause or stop recording. Raises NotFound, Invalid; Conflict where the line records nothing or one has not agreed."""
    if mode not in set(RecordMode):
        raise Invalid("A recording is on, pause or off.", code="bad_recording_mode", field="mode")
    wanted = RecordMode(mode)

    async def wish(tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        mine_of(facts, work)
        intent = facts.call.intent
        if wanted is RecordMode.ON:
            _allowed((await line_terms(tx, facts)).recording)
            if not await both_agreed(tx, facts.id):
                raise Conflict(
                    "A recording starts only after both sides agreed. Nothing was recorded; ask first.", code="no_consent"
                )
            if CALLER not in facts.call.facts.bridge or facts.call.facts.stand(CALLER) is Stand.HELD or len(intent.speak) > 2:
                raise Conflict("Only the talk with the customer is recorded. Nothing was recorded.", code="not_in_talk")
        if wanted is RecordMode.PAUSE and intent.record is RecordMode.OFF:
            raise Conflict("Nothing is recorded that could be paused.", code="nothing_recorded")
        recording_id = intent.recording_id if intent.record is not RecordMode.OFF else None
        new = replace(intent, record=wanted, recording_id=recording_id or (str(new_id()) if wanted is RecordMode.ON else None))
        paused = {"paused": True} if wanted is RecordMode.PAUSE else {"paused": False}
        return replace(with_intent(facts, new), path=facts.path | paused)

    return await ask(db, bell, access, call_id, wish)


async def both_agreed(tx: Tx, call_id: UUID) -> bool:
    """Return whether both sides of a call agreed to be recorded."""
    words = await tx.calls.consents(call_id)
    return all(words.get(side) is True for side in SIDES)


def _allowed(policy: str) -> None:
    if policy != "ask":
        raise Conflict("Talks on this line are not recorded; an administrator can allow it.", code="no_recording")
