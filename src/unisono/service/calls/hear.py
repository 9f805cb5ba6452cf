"""Take in what telephony tells: a call that rings enters through the inbox like everything else, the rest moves it on."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from unisono.calls import Call, CallerWish, Outcome, again, heard, reconciled
from unisono.calls.numbers import caller_of
from unisono.contract.inbound import Raw
from unisono.contract.voice import (
    Cause,
    Digit,
    Offered,
    Played,
    RecordingReady,
    RecordingState,
    SeenCall,
    Snapshot,
    TransferAsked,
    VoiceEvent,
    encode_event,
)
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.service.calls.abandon import open_call_back, open_call_backs
from unisono.service.calls.bells import COMMANDS_BELL
from unisono.service.calls.from_number import too_often
from unisono.service.calls.line import line_of
from unisono.service.calls.phone_asks import asked_by_phone
from unisono.service.calls.reception import begin, heard_at_reception
from unisono.service.calls.recordings import begin_part, note_recording
from unisono.service.calls.step import Stepped, heard_by, line_terms, step
from unisono.service.calls.tie import absorb
from unisono.service.channel_context import INBOX_BELL, Outside, open_connector
from unisono.service.intake import process_once
from unisono.service.locks import patiently
from unisono.service.ports import Tx
from unisono.service.ports.calls import CallFacts, NewCall
from unisono.service.ports.channels import ChannelFacts


class Heard(Struct, frozen=True, kw_only=True):
    """What became of an event. refuse: the call is not for us; telephony is to end it so. note: why nothing changed."""

    call_id: UUID | None = None
    refuse: Cause | None = None
    note: str = ""


def remote_id(driver: str, call_id: str) -> str:
    """Return how a call is named in the inbox and in its message."""
    return f"{driver}:{call_id}"


async def hear(outside: Outside, event: VoiceEvent) -> Heard:
    """Take one event; it is stored for good when this returns. Told twice it counts once.

    Raises Unavailable when the database is; telephony tells it again, or a snapshot does.
    """
    if isinstance(event, Offered):
        return await _offered(outside, event)
    notes: list[str] = []

    async def take() -> Stepped | None:
        notes.clear()
        async with outside.db.write() as tx:
            known = await tx.calls.find(event.driver, event.call_id)
            if known is None:
                notes.append("unknown_call")
                return None
            tag = str(event.__struct_config__.tag)

            def change(call: Call) -> tuple[Call, list[Outcome]]:
                new, outcomes, note = heard(call, event)
                if note is not None:
                    notes.append(note.code)
                return new, outcomes

            async def also(tx: Tx, facts: CallFacts) -> CallFacts:
                if isinstance(event, RecordingReady):
                    return await note_recording(tx, facts, event)
                if isinstance(event, RecordingState):
                    return begin_part(facts, event)
                if isinstance(event, TransferAsked):
                    return await asked_by_phone(tx, facts, event)
                return await heard_at_reception(tx, facts, await line_terms(tx, facts), event)

            stepped = await step(tx, known.id, heard_by(change), once=(event.event_id, tag, event.at), also=also)
            if stepped is None:
                notes.append("again")
            return stepped

    stepped = await patiently(take)
    if stepped is not None and isinstance(event, Digit | Played | TransferAsked):
        # What these lead to is not a lack of the call, but an answer that somebody waits for.
        stepped = replace(stepped, asked=True)
    await _after(outside, stepped)
    if stepped is None:
        return Heard(note=notes[-1] if notes else "")
    return Heard(call_id=stepped.facts.id, note=notes[-1] if notes else "")


async def _offered(outside: Outside, event: Offered) -> Heard:
    async with outside.db.write() as tx:
        line = await tx.calls.line(event.driver, event.to)
        channel = await tx.channels.facts(line[0]) if line is not None and line[1] != "paused" else None
        if channel is None:
            return Heard(refuse=Cause.UNREACHABLE, note="no_line")
        if await too_often(tx, channel, event):
            return Heard(refuse=Cause.BUSY, note="too_many_from_number")
        new = NewCall(
            id=new_id(), driver=event.driver, call_id=event.call_id, channel_id=channel.id, offered_at=event.at,
            call=heard(Call(), event)[0],
        )  # fmt: skip
        if await tx.calls.add(new):
            call_id = new.id
            await _come_in(tx, outside, channel, event, call_id)
        else:
            known = await tx.calls.find(event.driver, event.call_id)
            assert known is not None
            if known.message_id is not None or known.ended_at is not None:
                return Heard(call_id=known.id, note="again")
            call_id = known.id
    await take_in(outside, channel.id)
    await go_on(outside, call_id)
    await absorb(outside.db, call_id)
    await outside.bell.ring(COMMANDS_BELL)
    return Heard(call_id=call_id)


async def _come_in(tx: Tx, outside: Outside, channel: ChannelFacts, event: Offered, call_id: UUID) -> None:
    """Put the ring into the inbox, and let the call meet the reception; whoever is blocked meets nobody."""
    key = remote_id(event.driver, event.call_id)
    raw = Raw(ingest_key=key, body=encode_event(event), received_at=outside.clock.now())
    await tx.inbox.put(channel.id, [raw], outside.raw_kept_s)
    terms = line_of(channel.config)
    who = caller_of(event, terms.region).remote_id
    if await tx.calls.is_blocked(channel.network, who):
        return
    await tx.calls.keep_apart(channel.id, key)

    async def receive(tx: Tx, facts: CallFacts) -> CallFacts:
        return await begin(
            tx, facts, terms, channel.queue_id, can_be_called=who.startswith(("+", "sip:", "sips:")),
            withheld=who.startswith("withheld:"),
        )  # fmt: skip

    await step(tx, call_id, also=receive)


async def take_in(outside: Outside, channel_id: UUID) -> None:
    """Read the line's inbox at once: a caller is not to wait for the next round. What fails here is left for that."""
    async with outside.db.write() as tx:
        channel = await tx.channels.facts(channel_id)
    if channel is None:
        return
    try:
        await process_once(outside, channel, open_connector(outside, channel))
    except UnisonoError:
        await outside.bell.ring(INBOX_BELL)


async def go_on(outside: Outside, call_id: UUID) -> None:
    """Let a call follow its work, and telephony do what lacks."""

    async def act() -> Stepped | None:
        async with outside.db.write() as tx:
            return await step(tx, call_id)

    await _after(outside, await patiently(act))


async def follow_work(outside: Outside, limit: int = 50) -> int:
    """Let calls follow work that other verbs have moved; returns how many were behind."""
    async with outside.db.read() as tx:
        behind = await tx.calls.behind(limit)
    for call_id in behind:
        await go_on(outside, call_id)
    return len(behind) + await open_call_backs(outside.db)


async def reconcile_calls(outside: Outside, snapshot: Snapshot) -> list[SeenCall]:
    """Set all calls of a driver right by what it sees; returns the calls that the house does not know.

    A call that is not there any more ends as lost. What was asked and has had no effect is asked again under its old name.
    """
    async with outside.db.read() as tx:
        live = await tx.calls.live(snapshot.driver)
    for facts in live:
        seen = snapshot.call(facts.call_id)
        if seen is None and (not snapshot.complete or _not_yet(facts, snapshot.taken_at)):
            continue
        await _set_right(outside, facts.id, seen, snapshot.taken_at)
    known = {facts.call_id for facts in live}
    unknown: list[SeenCall] = []
    for call in snapshot.calls:
        if call.call_id in known:
            continue
        async with outside.db.read() as tx:
            found = await tx.calls.find(snapshot.driver, call.call_id)
        if found is None or found.ended_at is not None:
            unknown.append(call)
    return unknown


def _not_yet(facts: CallFacts, taken_at: datetime) -> bool:
    """A call of our own whose first leg telephony may not have made yet, or that began after the snapshot."""
    return facts.offered_at > taken_at or (facts.outgoing and not facts.call.facts.legs)


async def _set_right(outside: Outside, call_id: UUID, seen: SeenCall | None, taken_at: datetime) -> None:
    async def act() -> Stepped | None:
        async with outside.db.write() as tx:
            stepped = await step(tx, call_id, heard_by(lambda call: reconciled(call, seen, taken_at)))
            if stepped is None:
                return None
            asked = await tx.calls.ask_again(again(stepped.facts.call))
            return Stepped(facts=stepped.facts, asked=stepped.asked or asked > 0)

    await _after(outside, await patiently(act))


async def _after(outside: Outside, stepped: Stepped | None) -> None:
    if stepped is None:
        return
    facts = stepped.facts
    chosen = facts.call.facts.over or facts.call.intent.caller is not CallerWish.HEAR
    if facts.message_id is None and not facts.outgoing and chosen:
        await take_in(outside, facts.channel_id)
        async with outside.db.write() as tx:
            tied = await step(tx, facts.id)
        if tied is not None:
            stepped = Stepped(facts=tied.facts, asked=stepped.asked or tied.asked)
            await absorb(outside.db, facts.id)
    if stepped.facts.owes is not None:
        await open_call_back(outside.db, stepped.facts.id)
    if stepped.asked:
        await outside.bell.ring(COMMANDS_BELL)


def adopted(driver: str, seen: SeenCall, at: datetime) -> Offered:
    """Return the event that a call which only the snapshot shows would have begun with."""
    return Offered(
        event_id=f"adopted:{seen.call_id}", call_id=seen.call_id, driver=driver, at=seen.since or at, from_=seen.from_,
        to=seen.to, from_kind=seen.from_kind, display_name=seen.display_name, verstat=seen.verstat, trunk=seen.trunk,
    )  # fmt: skip
