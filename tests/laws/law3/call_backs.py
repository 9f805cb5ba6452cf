"""Call-backs that somebody asks for, and numbers that are blocked before they ever called."""

from datetime import timedelta

from tests.callkit import ADA, Exchange
from tests.laws.law3.calls import ringing
from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.service.block_number import block_number
from unisono.service.calls.hear import take_in
from unisono.service.calls.wishes import Asked, ask_call_back, offer_of
from unisono.service.decline import decline_offer
from unisono.service.expire import wake_parked


async def wished(s: Scene, number: str = ADA, *, later: bool = True) -> None:
    """A wish of the page's comes in."""
    exchange = Exchange(s.house, s.house.clock)
    line = await exchange.line(s.other_queue, call_backs="on")
    offer = await offer_of(s.house.outside, line, "de")
    window = offer.windows[1] if later else None
    asked = Asked(id="a" * 32, number=number, version=offer.consent.version, language="de", name="Ada", window=window)
    await ask_call_back(s.house.outside, line, asked)
    await take_in(s.house.outside, line.id)


@case("calls.wishes.ask_call_back")
async def _wish(s: Scene) -> Step:
    return lambda: wished(s)


async def _wish_at_once(s: Scene) -> Step:
    return lambda: wished(s, later=False)


MORE["calls.wishes.ask_call_back, as soon as can be"] = _wish_at_once


async def _wished_time_comes(s: Scene) -> Step:
    await wished(s)
    await s.house.sql("update interaction set parked_until = $1 where agent_id is null and state = 'parked'", s.house.clock.now())
    return lambda: wake_parked(s.house.db)


MORE["expire.wake_parked, of a call-back at the time that was wished for"] = _wished_time_comes


@case("block_number.block_number")
async def _block_number(s: Scene) -> Step:
    """What waits of the number goes to the list of spam."""
    _, call = await ringing(s)
    (row,) = await s.house.sql(
        "select o.id from offer o join call c on c.interaction_id = o.interaction_id where c.call_id = $1 and o.state = 'open'",
        call,
    )
    await decline_offer(s.house.db, s.anna.access, row["id"])
    return lambda: block_number(s.house.db, s.anna.access, ADA, "DE", "Werbung", s.house.clock.now() + timedelta(days=1))
