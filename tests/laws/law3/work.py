"""The verbs that move work."""

from datetime import timedelta
from uuid import UUID

from tests.kit import START, Scripted
from tests.laws.law3.scene import MORE, Scene, Step, case
from tests.service.test_moderate import Moderating
from unisono.contract import Sent
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.agent_state import set_agent_state
from unisono.service.answer import Answer, answer
from unisono.service.assign import assign, prioritise, take_over
from unisono.service.clockwork import follow_changes, tell_due
from unisono.service.consult import ask_colleague, begin_consult, decline_consult, end_consult
from unisono.service.customer_value import set_customer_value
from unisono.service.decline import decline_offer
from unisono.service.erase import erase_customer
from unisono.service.expire import end_wrap_ups, expire_offers, wake_parked
from unisono.service.finish import finish, wrap_up
from unisono.service.intake import fetch_media
from unisono.service.interrupts import take_up_again
from unisono.service.lost import desks_open, log_off_lost
from unisono.service.moderate import moderate
from unisono.service.note import write_note
from unisono.service.park import park, unpark
from unisono.service.ports.setup import QueueChange
from unisono.service.queues import change_queue
from unisono.service.reopen import reopen
from unisono.service.repair import discard_answer, retry_answer
from unisono.service.sender import Sender
from unisono.service.silence import give_back_silent
from unisono.service.take import take
from unisono.service.transfer import transfer


@case("accept.accept_offer")
async def _accept(s: Scene) -> Step:
    offer = await s.offer()
    return lambda: accept_offer(s.house.db, s.anna.access, offer)


@case("decline.decline_offer")
async def _decline(s: Scene) -> Step:
    offer = await s.offer()
    return lambda: decline_offer(s.house.db, s.anna.access, offer, "busy")


@case("take.take")
async def _take(s: Scene) -> Step:
    await s.house.sql("update agent set capacity = 120 where user_id = $1", s.ben.id)
    await s.house.hear(s.channel, {"id": "9", "text": "Noch eine", "by": "c9"})
    waiting = (await s.house.sql("select id from interaction where state = 'waiting'"))[0]["id"]
    return lambda: take(s.house.db, s.ben.access, waiting)


@case("finish.finish")
async def _finish(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: finish(s.house.db, s.anna.access, interaction)


@case("finish.wrap_up")
async def _wrap_up(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: wrap_up(s.house.db, s.anna.access, interaction, s.code, "erledigt")


@case("note.write_note")
async def _note(s: Scene) -> Step:
    conversation = await s.conversation()
    return lambda: write_note(s.house.db, s.anna.access, conversation, new_id(), "Achtung")


@case("moderate.moderate")
async def _moderate(s: Scene) -> Step:
    conversation = await s.conversation()
    [row] = await s.house.sql("select id from message where conversation_id = $1 limit 1", conversation)
    s.house.outside.registry._code = Moderating  # type: ignore[attr-defined]
    return lambda: moderate(s.house.outside, s.anna.access, row["id"], "hide", "insult")


@case("park.park")
async def _park(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: park(s.house.db, s.anna.access, interaction)


@case("park.unpark")
async def _unpark(s: Scene) -> Step:
    interaction = await s.active()
    await park(s.house.db, s.anna.access, interaction)
    return lambda: unpark(s.house.db, s.anna.access, interaction)


@case("expire.wake_parked")
async def _wake(s: Scene) -> Step:
    await park(s.house.db, s.anna.access, await s.active(), s.house.clock.now() + timedelta(seconds=5))
    s.house.clock.advance(6)
    return lambda: wake_parked(s.house.db)


@case("expire.end_wrap_ups")
async def _end_wrap_ups(s: Scene) -> Step:
    await s.house.sql("update queue set wrap_up_s = 60")
    await finish(s.house.db, s.anna.access, await s.active())
    s.house.clock.advance(61)
    return lambda: end_wrap_ups(s.house.db)


@case("silence.give_back_silent")
async def _silence(s: Scene) -> Step:
    await s.house.sql("update queue set silence_s = 60")
    await s.active()
    s.house.clock.advance(61)
    return lambda: give_back_silent(s.house.db)


@case("expire.expire_offers")
async def _expire(s: Scene) -> Step:
    s.house.clock.advance(31)
    return lambda: expire_offers(s.house.db)


@case("reopen.reopen")
async def _reopen(s: Scene) -> Step:
    interaction = await s.active()
    await wrap_up(s.house.db, s.anna.access, interaction, s.code)
    conversation = (await s.house.sql("select conversation_id from interaction where id = $1", interaction))[0]["conversation_id"]
    return lambda: reopen(s.house.db, s.anna.access, conversation)


@case("agent_state.set_agent_state")
async def _agent_state(s: Scene) -> Step:
    await s.active()
    return lambda: set_agent_state(s.house.db, s.anna.access, "offline")


@case("transfer.transfer")
async def _transfer(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: transfer(s.house.db, s.anna.access, interaction, queue_id=s.other_queue, note="bitte")


@case("assign.assign")
async def _assign(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: assign(s.house.db, s.anna.access, interaction, s.ben.id, "für dich")


@case("assign.take_over")
async def _take_over(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: take_over(s.house.db, s.ben.access, interaction)


@case("assign.prioritise")
async def _prioritise(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: prioritise(s.house.db, s.anna.access, interaction, 5, "Stammkundin")


@case("consult.ask_colleague")
async def _ask(s: Scene) -> Step:
    interaction = await s.active()
    return lambda: ask_colleague(s.house.db, s.anna.access, interaction, new_id(), "Weißt du das?", agent_id=s.ben.id)


async def _asked(s: Scene) -> UUID:
    return await ask_colleague(s.house.db, s.anna.access, await s.active(), new_id(), "Weißt du das?", agent_id=s.ben.id)


@case("consult.begin_consult")
async def _begin_consult(s: Scene) -> Step:
    consult = await _asked(s)
    return lambda: begin_consult(s.house.db, s.ben.access, consult)


@case("consult.decline_consult")
async def _decline_consult(s: Scene) -> Step:
    consult = await _asked(s)
    return lambda: decline_consult(s.house.db, s.ben.access, consult)


@case("consult.end_consult")
async def _end_consult(s: Scene) -> Step:
    consult = await _asked(s)
    await begin_consult(s.house.db, s.ben.access, consult)
    return lambda: end_consult(s.house.db, s.anna.access, consult)


@case("lost.log_off_lost")
async def _lost(s: Scene) -> Step:
    await s.active()
    await desks_open(s.house.db, "node", [s.anna.id])
    for _ in range(4):
        s.house.clock.advance(40)
        await desks_open(s.house.db, "node", [])
    return lambda: log_off_lost(s.house.db)


@case("answer.answer")
async def _answer(s: Scene) -> Step:
    interaction = await s.active()
    draft = Answer(message_id=new_id(), text="Kommt morgen.", visibility="public")
    return lambda: answer(s.house.outside, s.anna.access, interaction, draft)


@case("sender.Sender")
async def _send(s: Scene) -> Step:
    draft = Answer(message_id=new_id(), text="Kommt morgen.", visibility="public")
    await answer(s.house.outside, s.anna.access, await s.active(), draft)
    Scripted.results = [Sent(remote_id="net-1", url="https://net.example/1")]
    return lambda: Sender(s.house.outside, "w").send_due(s.channel.id)


@case("repair.retry_answer")
async def _retry(s: Scene) -> Step:
    message = await s.failed_answer()
    return lambda: retry_answer(s.house.outside, s.anna.access, message)


@case("repair.discard_answer")
async def _discard(s: Scene) -> Step:
    message = await s.failed_answer()
    return lambda: discard_answer(s.house.outside, s.anna.access, message)


@case("erase.erase_customer")
async def _erase(s: Scene) -> Step:
    customer = (await s.house.sql("select customer_id from identity order by id limit 1"))[0]["customer_id"]
    return lambda: erase_customer(s.house.outside, s.anna.access, customer, "Antrag der Kundin")


@case("customer_value.set_customer_value")
async def _value(s: Scene) -> Step:
    customer = (await s.house.sql("select customer_id from identity order by id limit 1"))[0]["customer_id"]
    return lambda: set_customer_value(s.house.db, s.anna.access, customer, 2, "Stammkundin")


@case("receive.receive")
async def _receive(s: Scene) -> Step:
    items = [
        {"id": "10", "text": "ganz neu", "by": "neu"},
        {"id": "11", "root": "0", "parent": "0", "by": "c0", "text": "und noch etwas", "at": START.isoformat()},
        {"id": "1", "kind": "edited", "revision": 1, "text": "Frage 1, verbessert"},
        {"id": "2", "kind": "deleted"},
    ]
    return lambda: s.house.hear(s.channel, *items)


@case("clockwork.tell_due")
async def _tell_due(s: Scene) -> Step:
    s.house.clock.advance(61)
    return lambda: tell_due(s.house.db)


@case("clockwork.follow_changes")
async def _follow_changes(s: Scene) -> Step:
    await change_queue(s.house.db, s.anna.access, s.queue, QueueChange(first_response_s=7_200))
    return lambda: follow_changes(s.house.db)


class WithMedia(Scripted):
    """The scripted network, with files kept apart."""

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        return b"picture"


@case("intake.fetch_media")
async def _media(s: Scene) -> Step:
    await s.house.hear(
        s.channel, {"id": "20", "text": "mit Bild", "by": "c20", "files": [{"name": "a.png", "type": "image/png", "ref": "r1"}]}
    )
    return lambda: fetch_media(s.house.outside, s.channel, WithMedia(None))  # type: ignore[arg-type]


async def ring(s: Scene) -> None:
    """Anna's hands are full of posts, and the phone rings for her."""
    await s.house.sql("update channel set work_class_id = (select id from work_class where key = 'post')")
    for _ in range(5):
        await s.active()
    calls = await s.house.channel(s.queue, medium="call", units=60)
    await s.house.sql("update work_class set parks_interrupted = true where key = 'call'")
    await s.house.sql("update channel set work_class_id = (select id from work_class where key = 'call') where id = $1", calls.id)
    await s.house.router.load()
    await s.house.hear(calls, {"id": "call", "text": "Klingeling", "by": "caller"})
    assert await s.house.route() == 1


@case("interrupts.take_up_again")
async def _take_up_again(s: Scene) -> Step:
    await ring(s)
    call = await s.active()
    await wrap_up(s.house.db, s.anna.access, call, s.code)
    return lambda: take_up_again(s.house.db)


async def _interrupting(s: Scene) -> Step:
    await ring(s)
    offer = await s.offer()
    return lambda: accept_offer(s.house.db, s.anna.access, offer)


@case("router.Router")
async def _router(s: Scene) -> Step:
    await s.house.sql("update agent set state = 'available' where user_id = $1", s.ben.id)
    await s.house.router.load()
    await s.house.hear(s.channel, {"id": "12", "text": "für Ben", "by": "c12"})
    return s.house.route


MORE["accept.accept_offer, interrupting"] = _interrupting
