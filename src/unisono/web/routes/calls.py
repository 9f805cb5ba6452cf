"""Calls: what goes on, and the verbs within a talk. Signals go up by POST; the event stream tells what came of them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from unisono.service.call_views import CallBackView, CallView
from unisono.service.calls.consent import ask_consent, note_consent, record_call
from unisono.service.calls.dialling import call_back, call_number
from unisono.service.calls.do_not_call import Despite
from unisono.service.calls.listen_in import listen_in, stop_listening
from unisono.service.calls.look import call_view, calls_of_conversation, live_calls, wishes_of_conversation
from unisono.service.calls.talk import (
    back_to_caller,
    consult_call,
    hand_over_call,
    hang_up,
    hold_call,
    join_call,
    press_keys,
    transfer_out,
)
from unisono.service.house import House
from unisono.service.once import once
from unisono.service.ports import Database
from unisono.web.asking import Asking, Body, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs

Number = Annotated[str, Meta(min_length=1, max_length=100)]


class CallAnswer(Struct, frozen=True, kw_only=True):
    """The call as it stands now; what telephony makes of it comes by the event stream."""

    call: CallView


class CallsAnswer(Struct, frozen=True, kw_only=True):
    """Calls, oldest first."""

    calls: list[CallView]


class CallBacksAnswer(Struct, frozen=True, kw_only=True):
    """Call-backs that were asked for, the newest first."""

    call_backs: list[CallBackView]


class SecondBody(Body):
    """Whom to call into the talk: a colleague, or a number."""

    agent_id: UUID | None = None
    number: Number | None = None


class NumberBody(Body):
    """A phone number, as people type it."""

    number: Number


class DialBody(Body):
    """A number, and the line (channel) by which it is called.

    despite: why somebody is called who does not want to be, for who may decide it; it is written into the audit.
    """

    number: Number
    channel_id: UUID
    despite: Despite | None = None


class KeysBody(Body):
    """Keys: 0 to 9, *, #, A to D."""

    digits: Annotated[str, Meta(min_length=1, max_length=32)]


class ConsentBody(Body):
    """What a side said about being recorded, and how."""

    side: Literal["customer", "agent"]
    given: bool
    how: Literal["key", "spoken", "click"] = "click"


class RecordBody(Body):
    """What the recording is to do."""

    mode: Literal["on", "pause", "off"]


Verb = Callable[[Database], Awaitable[UUID]]


async def _done(request: Asking, house: House, actor: ActorDep, verb: Verb) -> CallAnswer:
    call_id = await once(house.db, await key_of(request), verb, UUID)
    return CallAnswer(call=await call_view(house.db, actor.access, call_id))


@get("/calls", opt=needs("work.read"), tags=["Calls"])
async def calls(house: HouseDep, actor: ActorDep) -> CallsAnswer:
    """Return the calls that live now and whose enquiries may be seen."""
    return CallsAnswer(calls=await live_calls(house.db, actor.access))


@get("/calls/{call_id:uuid}", opt=needs("work.read"), tags=["Calls"])
async def call(house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Return one call, also one that is over."""
    return CallAnswer(call=await call_view(house.db, actor.access, call_id))


@get("/conversations/{conversation_id:uuid}/calls", opt=needs("work.read"), tags=["Calls"])
async def of_conversation(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> CallsAnswer:
    """Return all calls of a conversation, oldest first; recordings and messages left are files of its messages."""
    return CallsAnswer(calls=await calls_of_conversation(house.db, actor.access, conversation_id))


@get("/conversations/{conversation_id:uuid}/call-backs", opt=needs("work.read"), tags=["Calls"])
async def wishes(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> CallBacksAnswer:
    """Return when the customer of a conversation asked to be called back, and the words that they agreed to."""
    return CallBacksAnswer(call_backs=await wishes_of_conversation(house.db, actor.access, conversation_id))


@post("/calls", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def dial(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[DialBody]) -> CallAnswer:
    """Call a number: one's own phone rings first. 409 for emergency numbers, prefixes and people that may not be called."""
    bell = house.outside.bell
    return await _done(
        request, house, actor,
        lambda db: call_number(db, bell, actor.access, data.channel_id, data.number, despite=data.despite),
    )  # fmt: skip


@post("/interactions/{interaction_id:uuid}/call", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def dial_back(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], despite: FromQuery[Despite | None] = None
) -> CallAnswer:
    """Call the customer of work in hand: one's own phone rings first. despite: as in a call to any number."""
    bell = house.outside.bell
    return await _done(
        request, house, actor, lambda db: call_back(db, bell, actor.access, interaction_id, despite=despite)
    )  # fmt: skip


@post("/calls/{call_id:uuid}/hold", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def hold(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Let the customer hear music."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: hold_call(db, bell, actor.access, call_id, on=True))


@post("/calls/{call_id:uuid}/resume", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def resume(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Take the customer off hold."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: hold_call(db, bell, actor.access, call_id, on=False))


@post("/calls/{call_id:uuid}/consult", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def consult(
    request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID], data: JSONBody[SecondBody]
) -> CallAnswer:
    """Call a second person and speak with them alone; the customer hears music and nothing is recorded meanwhile."""
    bell = house.outside.bell
    return await _done(
        request, house, actor,
        lambda db: consult_call(db, bell, actor.access, call_id, agent_id=data.agent_id, number=data.number),
    )  # fmt: skip


@post("/calls/{call_id:uuid}/join", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def join(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Let all three speak with each other."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: join_call(db, bell, actor.access, call_id))


@post("/calls/{call_id:uuid}/back", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def back(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Let the second person go and speak with the customer again."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: back_to_caller(db, bell, actor.access, call_id))


@post("/calls/{call_id:uuid}/hand-over", opt=needs("work.answer"), status_code=204, tags=["Calls"])
async def hand_over(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> None:
    """Leave customer and second person to each other; a colleague has the enquiry from now on."""
    bell, key = house.outside.bell, await key_of(request)
    await once(house.db, key, lambda db: hand_over_call(db, bell, actor.access, call_id), UUID)


@post("/calls/{call_id:uuid}/transfer", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def transfer_number(
    request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID], data: JSONBody[NumberBody]
) -> CallAnswer:
    """Connect the customer with a number and leave. To a queue or a colleague: transfer the enquiry, and the call follows it."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: transfer_out(db, bell, actor.access, call_id, data.number))


@post("/calls/{call_id:uuid}/keys", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def keys(
    request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID], data: JSONBody[KeysBody]
) -> CallAnswer:
    """Send keys to whom we speak with."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: press_keys(db, bell, actor.access, call_id, data.digits))


@post("/calls/{call_id:uuid}/consent", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def consent(
    request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID], data: JSONBody[ConsentBody]
) -> CallAnswer:
    """Keep what a side said about being recorded; a refusal stops a recording and nothing else."""
    bell = house.outside.bell
    return await _done(
        request, house, actor,
        lambda db: note_consent(db, bell, actor.access, call_id, data.side, given=data.given, how=data.how),
    )  # fmt: skip


@post("/calls/{call_id:uuid}/ask-consent", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def ask_for_consent(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Let the caller be asked whether the talk may be recorded; a key answers."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: ask_consent(db, bell, actor.access, call_id))


@post("/calls/{call_id:uuid}/record", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def record(
    request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID], data: JSONBody[RecordBody]
) -> CallAnswer:
    """Start, pause or stop the recording; 409 until both sides agreed."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: record_call(db, bell, actor.access, call_id, data.mode))


@post("/calls/{call_id:uuid}/hangup", opt=needs("work.answer"), status_code=200, tags=["Calls"])
async def hangup(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """End the call; the talk goes into wrap-up."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: hang_up(db, bell, actor.access, call_id))


@post("/calls/{call_id:uuid}/listen", opt=needs("work.supervise"), status_code=200, tags=["Calls"])
async def listen(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Hear along under a permit; the caller is told, and the agent sees it."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: listen_in(db, bell, actor.access, call_id))


@post("/calls/{call_id:uuid}/stop-listening", opt=needs("work.supervise"), status_code=200, tags=["Calls"])
async def no_longer_listen(request: Asking, house: HouseDep, actor: ActorDep, call_id: FromPath[UUID]) -> CallAnswer:
    """Hear along no more."""
    bell = house.outside.bell
    return await _done(request, house, actor, lambda db: stop_listening(db, bell, actor.access, call_id))


ROUTES = [
    calls, call, of_conversation, wishes, dial, dial_back, hold, resume, consult, join, back, hand_over, transfer_number, keys,
    consent, ask_for_consent, record, hangup, listen, no_longer_listen,
]  # fmt: skip
