"""What telephony tells, and calls that follow their work."""

from tests.callkit import ADA, OURS, Exchange
from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.contract.voice import Answered, Snapshot
from unisono.service.calls.abandon import open_call_back
from unisono.service.calls.hear import follow_work, hear, reconcile_calls
from unisono.service.calls.tie import absorb
from unisono.service.decline import decline_offer


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
