"""What telephony tells, calls that follow their work, and the verbs within a talk."""

from uuid import UUID

from msgspec.structs import replace

from tests.callkit import ADA, OURS, Exchange
from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.contract.voice import Answered, Snapshot
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.calls.abandon import open_call_back
from unisono.service.calls.consent import note_consent, record_call
from unisono.service.calls.dialling import call_back, call_number
from unisono.service.calls.hear import follow_work, hear, reconcile_calls
from unisono.service.calls.listen_in import listen_in, stop_listening
from unisono.service.calls.talk import (
    back_to_caller,
    consult_call,
    hand_over_call,
    hang_up,
    hold_call,
    join_call,
    transfer_out,
)
from unisono.service.calls.tie import absorb
from unisono.service.decline import decline_offer
from unisono.service.people_figures import agree_permit, ask_permit
from unisono.service.take import take
from unisono.testing.telephone import Reaction


async def ringing(s: Scene) -> tuple[Exchange, str]:
    """A call whose agent's phone rings."""
    exchange = Exchange(s.house, s.house.clock)
    await s.house.sql("update agent set capacity = 600")
    await exchange.line(s.other_queue)
    call = await exchange.driver.rings(ADA, OURS)
    await s.house.router.load()
    await exchange.settle()
    return exchange, call


@case("calls.hear.hear")
async def _hear(s: Scene) -> Step:
    exchange, call = await ringing(s)
    (leg,) = (await exchange.call(call)).call.intent.legs
    taken = Answered(event_id="taken", call_id=call, driver="fake", at=s.house.clock.now(), leg_id=leg)
    return lambda: hear(s.house.outside, taken)


async def _rings(s: Scene) -> Step:
    exchange = Exchange(s.house, s.house.clock)
    await exchange.line(s.other_queue)
    return lambda: exchange.driver.rings(ADA, OURS)


MORE["calls.hear.hear, a call that rings"] = _rings


@case("calls.hear.follow_work")
async def _follow(s: Scene) -> Step:
    _, call = await ringing(s)
    (row,) = await s.house.sql(
        "select o.id from offer o join call c on c.interaction_id = o.interaction_id where c.call_id = $1 and o.state = 'open'",
        call,
    )
    await decline_offer(s.house.db, s.anna.access, row["id"])
    return lambda: follow_work(s.house.outside)


@case("calls.hear.reconcile_calls")
async def _reconcile(s: Scene) -> Step:
    await ringing(s)
    nothing = Snapshot(driver="fake", taken_at=s.house.clock.now())
    return lambda: reconcile_calls(s.house.outside, nothing)


async def gave_up(s: Scene) -> Exchange:
    """A caller hung up while nobody was there."""
    exchange = Exchange(s.house, s.house.clock)
    await exchange.line(s.other_queue)
    await s.house.sql("update agent set state = 'busy'")
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    await exchange.driver.hangs_up(call)
    return exchange


@case("calls.tie.absorb")
async def _absorb(s: Scene) -> Step:
    exchange = await gave_up(s)
    call = await exchange.driver.rings(ADA, OURS)
    await s.house.sql("update call_back set ended_at = null")
    await s.house.sql(
        "update interaction set state = 'waiting', closed_at = null, version = version + 1 "
        "where id = (select interaction_id from call_back)"
    )
    again = await exchange.call(call)
    return lambda: absorb(s.house.db, again.id)


@case("calls.abandon.open_call_back")
async def _open_call_back(s: Scene) -> Step:
    await gave_up(s)
    await s.house.sql("delete from interaction where id = (select interaction_id from call_back)")
    (row,) = await s.house.sql("update call set owes = 'abandoned' returning id")
    return lambda: open_call_back(s.house.db, row["id"])


async def talking(s: Scene) -> tuple[Exchange, UUID]:
    """Anna speaks with a caller."""
    exchange, call = await ringing(s)
    (leg,) = (await exchange.call(call)).call.intent.legs
    await exchange.driver.answers(call, leg)
    await exchange.settle()
    return exchange, (await exchange.call(call)).id


@case("calls.talk.hold_call")
async def _hold(s: Scene) -> Step:
    exchange, call = await talking(s)

    async def held() -> None:
        await hold_call(s.house.db, s.house.outside.bell, s.anna.access, call, on=True)
        await exchange.settle()

    return held


async def consulting(s: Scene) -> tuple[Exchange, UUID]:
    """Anna speaks with Ben while the caller hears music."""
    exchange, call = await talking(s)
    await s.house.sql("update agent set state = 'available', capacity = 600")
    exchange.phone(s.ben, Reaction.ANSWERS)
    await consult_call(s.house.db, s.house.outside.bell, s.anna.access, call, agent_id=s.ben.id)
    await exchange.settle()
    return exchange, call


@case("calls.talk.consult_call")
async def _consult(s: Scene) -> Step:
    _, call = await talking(s)
    await s.house.sql("update agent set state = 'available'")
    return lambda: consult_call(s.house.db, s.house.outside.bell, s.anna.access, call, agent_id=s.ben.id)


@case("calls.talk.join_call")
async def _join(s: Scene) -> Step:
    exchange, call = await consulting(s)

    async def joined() -> None:
        await join_call(s.house.db, s.house.outside.bell, s.anna.access, call)
        await exchange.settle()

    return joined


@case("calls.talk.back_to_caller")
async def _back(s: Scene) -> Step:
    exchange, call = await consulting(s)

    async def back() -> None:
        await back_to_caller(s.house.db, s.house.outside.bell, s.anna.access, call)
        await exchange.settle()

    return back


@case("calls.talk.hand_over_call")
async def _hand_over(s: Scene) -> Step:
    _, call = await consulting(s)
    return lambda: hand_over_call(s.house.db, s.house.outside.bell, s.anna.access, call)


@case("calls.talk.hang_up")
async def _hang_up(s: Scene) -> Step:
    _, call = await talking(s)
    return lambda: hang_up(s.house.db, s.house.outside.bell, s.anna.access, call)


@case("calls.talk.transfer_out")
async def _transfer_out(s: Scene) -> Step:
    exchange, call = await talking(s)
    await exchange.allow_out()
    return lambda: transfer_out(s.house.db, s.house.outside.bell, s.anna.access, call, "030 7654321")


@case("calls.consent.note_consent")
async def _consent(s: Scene) -> Step:
    _, call = await talking(s)
    return lambda: note_consent(s.house.db, s.house.outside.bell, s.anna.access, call, "agent", given=True, how="click")


@case("calls.consent.record_call")
async def _record(s: Scene) -> Step:
    exchange, call = await talking(s)
    await s.house.sql("update channel set config = config || '{\"recording\": \"ask\"}' where connector = 'voice'")
    for side in ("customer", "agent"):
        await note_consent(s.house.db, s.house.outside.bell, s.anna.access, call, side, given=True, how="spoken")

    async def recorded() -> None:
        await record_call(s.house.db, s.house.outside.bell, s.anna.access, call, "on")
        await exchange.settle()

    return recorded


@case("calls.dialling.call_number")
async def _call_number(s: Scene) -> Step:
    exchange = Exchange(s.house, s.house.clock)
    await s.house.sql("update agent set capacity = 600")
    line = await exchange.line(s.other_queue)
    await exchange.allow_out()
    return lambda: call_number(s.house.db, s.house.outside.bell, s.anna.access, line.id, "030 7654321")


@case("calls.dialling.call_back")
async def _call_back(s: Scene) -> Step:
    exchange = await gave_up(s)
    await exchange.allow_out()
    await s.house.sql("update agent set state = 'available', capacity = 600")
    (row,) = await s.house.sql("select interaction_id as id from call_back")
    await take(s.house.db, s.anna.access, row["id"])
    return lambda: call_back(s.house.db, s.house.outside.bell, s.anna.access, row["id"])


@case("calls.listen_in.listen_in")
async def _listen(s: Scene) -> Step:
    exchange, call = await talking(s)
    await exchange.tell_powers()
    await permit_to_listen(s)
    return lambda: listen_in(s.house.db, s.house.outside.bell, may_listen(s), call)


@case("calls.listen_in.stop_listening")
async def _stop_listening(s: Scene) -> Step:
    exchange, call = await talking(s)
    await exchange.tell_powers()
    await permit_to_listen(s)
    await listen_in(s.house.db, s.house.outside.bell, may_listen(s), call)
    await exchange.settle()
    return lambda: stop_listening(s.house.db, s.house.outside.bell, may_listen(s), call)


def may_listen(s: Scene) -> Access:
    return replace(s.ben.access, actions=s.ben.access.actions | {"people.look", "work.supervise"})


async def permit_to_listen(s: Scene) -> None:
    """Two people agreed that somebody listens to Anna."""
    asks = replace(s.ben.access, actions=s.ben.access.actions | {"people.look"})
    agrees = replace(s.anna.access, actions=s.anna.access.actions | {"people.agree"})
    asked = await ask_permit(s.house.db, asks, new_id(), kind="listening_in", reason="Einarbeitung der Neuen im Team", days=1)
    await agree_permit(s.house.db, agrees, asked)
