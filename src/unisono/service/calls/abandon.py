"""A caller who hung up while nobody spoke with them: the call is closed, and a call-back takes its place in the queue."""

from uuid import UUID

from msgspec.structs import replace

from unisono.calls.windows import Window
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.routing.clocks import Fact, What
from unisono.service.calls.place import place_of
from unisono.service.calls.wished_times import consent_to, keep_wish, set_window, window_of
from unisono.service.clocks import Happened, feed, opening_of
from unisono.service.give_back import give_back
from unisono.service.locks import lock_people
from unisono.service.ports import Database, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.talk import NewInteraction, OpenInteraction
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.receive_clocks import count_new, keep_new
from unisono.service.work_events import work_event


async def abandon(tx: Tx, work: InteractionFacts) -> None:
    """Close the work of a caller who gave up; an offer is withdrawn and the capacity freed. The call owes a call-back then."""
    if work.state != InteractionState.WAITING.value:
        await lock_people(tx, [work])
        await give_back(tx, work, "caller_gone")
    await close_as(tx, work, "abandoned")


async def close_as(tx: Tx, work: InteractionFacts, code: str) -> None:
    """Close waiting work without a code of people's: why is in `code`."""
    await tx.work.change(work.id, InteractionChange(state=InteractionState.CLOSED.value, closed_at=tx.now, reason={"code": code}))
    await feed(tx, [Happened(interaction_id=work.id, what=What.CLOSED, at=tx.now)])
    tx.emit(work_event("wrapped_up", work, code=code))


async def open_call_backs(db: Database, limit: int = 50) -> int:
    """Open the call-backs that calls owe; returns how many. In a transaction each: work is opened before agents are locked."""
    async with db.read() as tx:
        owing = await tx.calls.owing(limit)
    return sum([await open_call_back(db, call_id) for call_id in owing])


async def open_call_back(db: Database, call_id: UUID) -> bool:
    """Open a call-back for a call that owes one: same customer and skills, at the place in the line of the first call.

    With no number to call nothing is opened: the statistic alone counts the call. Twice is once.
    """
    async with db.write() as tx:
        found = await tx.calls.get(call_id)
        work = await tx.work.interaction(found.interaction_id, lock=True) if found and found.interaction_id else None
        facts = await tx.calls.get(call_id, lock=True)
        if facts is None or facts.owes is None:
            return False
        opened = work is not None and await _open(tx, facts, work, facts.owes)
        await tx.calls.save(replace(facts, owes=None), view_changed=False)
    return opened


async def _open(tx: Tx, facts: CallFacts, work: InteractionFacts, why: str) -> bool:
    if why != "message" and await tx.calls.customer_address(work.conversation_id) is None:
        return False
    if why != "message" and await tx.calls.call_back_open(work.conversation_id):
        # Who calls and hangs up again and again is called back once.
        return False
    channel = await tx.channels.facts(work.channel_id)
    if channel is None:
        return False
    opening = await opening_of(tx, channel.id, work.queue_id, channel.first_response_s)
    window = await window_of(tx, channel, work.queue_id, place_of(facts).between) if why == "asked" else None
    # Who gave up, or left a message, asks to be answered: what the house promises for that begins now, and where it promises
    # nothing, nothing is overdue. A time of their own choice binds alone.
    asks = What.REOPENED if window is not None else What.CUSTOMER_SAID
    begun = {work.conversation_id: [Fact(f"call_back:{facts.id}", tx.now, asks)]}
    before = OpenInteraction(
        id=work.id,
        conversation_id=work.conversation_id,
        state=InteractionState.CLOSED.value,
        agent_id=None,
        queue_id=work.queue_id,
    )
    counted = (await count_new(tx, opening, begun, {work.conversation_id: before}))[work.conversation_id]
    due = counted.reckoning
    new = NewInteraction(
        id=new_id(), conversation_id=work.conversation_id, channel_id=channel.id, access_class=work.access_class,
        queue_id=work.queue_id, skills=work.skills, language=None, units=work.units, priority=work.priority,
        waiting_since=facts.offered_at, due_at=due.due_at, due_kind=due.due_kind or None, previous_id=work.id,
        preferred_agent_id=UUID(str(facts.path["person"])) if facts.path.get("person") else None, reason={"code": "call_back"},
    )  # fmt: skip
    if new.id not in await tx.talk.insert_interactions([new]):
        return False
    await keep_new(tx, opening, {new.id: counted})
    await tx.calls.want_call_back(new.id, facts.id, why)
    opened = await tx.work.interaction(new.id, lock=True)
    assert opened is not None
    age_s = max(0.0, round((tx.now - facts.offered_at).total_seconds(), 3))
    tx.emit(work_event("created", opened, previous_id=work.id, units=work.units, age_s=age_s))
    if why == "asked":
        await _as_wished(tx, facts, channel, opened, window)
    return True


async def _as_wished(tx: Tx, facts: CallFacts, channel: ChannelFacts, work: InteractionFacts, window: Window | None) -> None:
    """Keep what a caller asked for by a key: the words before it, and the time if it meant one."""
    heard = facts.path.get("agreed") or {}
    consent = consent_to(str(heard.get("text", "")), str(heard.get("language", "")))
    await keep_wish(tx, channel.id, f"key:{facts.id}", "key", consent, window, work.id)
    if window is not None:
        await set_window(tx, work, str(facts.id), window)
