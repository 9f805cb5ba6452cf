"""Listening in: two people agreed to it, it is written down, the agent sees it at once and the caller is told first."""

from typing import Final
from uuid import UUID

from msgspec.structs import replace

from unisono.calls import wishes as ways
from unisono.contract.voice import CALLER, Play, Prompt
from unisono.domain.errors import Conflict, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.calls.announcements import say_to
from unisono.service.calls.reach import not_now, over, ring, with_intent
from unisono.service.calls.step import line_terms, step
from unisono.service.people_figures import Kind, look
from unisono.service.ports import Bell, Database, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.reach import reach

#: What the agent reads of it in their list of looks.
WHAT: Final = "call.listening"


async def listen_in(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """Hear along with a talk of somebody's, unheard, under a permit. The caller is told before; the call shows who listens.

    Raises NotFound, Forbidden; Conflict when nobody talks, or the driver cannot.
    """
    async with db.write() as tx:
        facts = await _reach(tx, access, call_id)
        work = await tx.work.interaction(facts.interaction_id) if facts.interaction_id else None
        if work is None or work.agent_id is None or CALLER not in facts.call.facts.bridge:
            raise not_now()
        powers = await tx.calls.powers(facts.driver)
        if powers is None or not powers.listen:
            raise Conflict("Nobody can listen in on this line. Nothing was done.", code="no_listening")
        await look(tx, access, Kind.LISTENING_IN, [work.agent_id], WHAT)
        listening = [*facts.path.get("listeners", []), str(access.user_id)]
        if str(access.user_id) in facts.path.get("listeners", []):
            return call_id
        line = await line_terms(tx, facts)
        told = Prompt(prompt_id=f"p-{new_id().hex}", says=(say_to(line, "listening"),))
        await tx.calls.ask(facts.id, facts.driver, [Play(command_id=str(new_id()), call_id=facts.call_id, prompt=told)])
        intent = ways.listen(facts.call.intent, f"l-{new_id().hex}", access.user_id)
        changed = replace(with_intent(facts, intent), path=facts.path | {"listeners": listening})
        await tx.privacy.audit(access.user_id, "call.listened", "call", str(call_id), {"agent_id": str(work.agent_id)})
        stepped = await step(tx, call_id, lambda _: (changed, []))
    await ring(bell, stepped)
    return call_id


async def stop_listening(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """Hear along no more. Twice is once. Raises NotFound."""
    async with db.write() as tx:
        facts = await _reach(tx, access, call_id)
        left = [one for one in facts.path.get("listeners", []) if one != str(access.user_id)]
        intent = ways.stop_listening(facts.call.intent, access.user_id)
        changed = replace(with_intent(facts, intent), path=facts.path | {"listeners": left})
        stepped = await step(tx, call_id, lambda _: (changed, []))
    await ring(bell, stepped)
    return call_id


async def _reach(tx: Tx, access: Access, call_id: UUID) -> CallFacts:
    found = await tx.calls.get(call_id)
    if found is None or found.interaction_id is None:
        raise NotFound("This call does not exist, or is not yours to see.")
    await reach(tx, access, found.interaction_id, "work.supervise")
    facts = await tx.calls.get(call_id, lock=True)
    assert facts is not None
    if facts.ended_at is not None:
        raise over()
    return facts
