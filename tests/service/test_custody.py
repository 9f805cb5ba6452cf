"""Nothing is ever in nobody's hands: what cannot be is found, mended where nobody can doubt how, and told."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from tests.kit import House
from tests.service.test_interrupts import Room
from tests.service.test_work import assert_capacity_adds_up
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.custody import hands
from unisono.service.metrics import REGISTRY
from unisono.service.park import park
from unisono.service.watch_hands import look_after_hands

Plant = Callable[[House, UUID, UUID], Awaitable[Any]]


async def _no_offer(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update offer set state = 'withdrawn' where interaction_id = $1", work)


async def _no_hold(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("delete from capacity_hold where interaction_id = $1", work)


async def _disabled(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update app_user set disabled_at = now() where id = $1", agent)


async def _long_gone(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update agent set state = 'offline', since = $1", house.clock.now())
    house.clock.advance(86_401)


async def _hold_left(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update offer set state = 'expired' where interaction_id = $1 and state = 'open'", work)
    await house.sql("update interaction set state = 'waiting', agent_id = null where id = $1", work)


async def _offer_left(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update interaction set state = 'active' where id = $1", work)


async def _sum(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update agent set used = used + 7 where user_id = $1", agent)


async def _loan(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update capacity_hold set units = 4, lent = 8, lent_to = $2 where interaction_id = $1", work, new_id())
    await house.sql("update agent set used = used - 8 where user_id = $1", agent)


async def _both(house: House, work: UUID, agent: UUID) -> None:
    await house.sql("update offer set state = 'expired' where interaction_id = $1 and state = 'open'", work)
    await house.sql("update interaction set state = 'waiting' where id = $1", work)


PLANTED: dict[str, tuple[str, Plant, str]] = {
    # kind: the state that it is planted into, how, the state that the work has once it is mended
    "offered_without_offer": ("offered", _no_offer, "waiting"),
    "no_capacity_held": ("active", _no_hold, "active"),
    "hands_closed": ("active", _disabled, "waiting"),
    "hands_gone": ("active", _long_gone, "waiting"),
    "capacity_without_work": ("offered", _hold_left, "waiting"),
    "offer_without_work": ("offered", _offer_left, "active"),
    "sum_wrong": ("active", _sum, "active"),
    "loan_not_returned": ("active", _loan, "active"),
    "two_pairs_of_hands": ("offered", _both, "waiting"),
}


async def planted(house: House, state: str) -> tuple[Room, UUID]:
    room = Room(house)
    await room.set_up(posts=0)
    await house.agent(room.queue, state="offline")
    await house.hear(room.posts, {"id": "p", "text": "Hallo", "by": "p"})
    await house.route()
    if state == "active":
        await room.accept_all()
    return room, (await house.sql("select id from interaction"))[0]["id"]


@pytest.mark.parametrize("kind", PLANTED)
async def test_what_cannot_be_is_found_mended_and_told(house: House, kind: str) -> None:
    state, plant, after = PLANTED[kind]
    room, work = await planted(house, state)
    assert await look_after_hands(house.db) == {}
    await plant(house, work, room.anna.id)
    view = await hands(house.db, room.anna.access)
    assert kind in {trouble.kind for trouble in view.broken}
    assert not view.adds_up
    found = await look_after_hands(house.db)
    assert found[kind] == 1
    assert REGISTRY.get_sample_value("unisono_hands_broken", {"kind": kind}) == 1
    told = await house.sql("select body from event where type = 'hands.broken'")
    assert {"kind": kind, "count": 1} in [row["body"] for row in told]
    assert (await house.sql("select state from interaction"))[0]["state"] == after
    await assert_capacity_adds_up(house)
    assert await look_after_hands(house.db, found) == {}
    assert REGISTRY.get_sample_value("unisono_hands_broken", {"kind": kind}) == 0
    view = await hands(house.db, room.anna.access)
    assert (view.adds_up, view.open, view.broken) == (True, 1, [])


async def test_an_alarm_is_told_once_as_long_as_it_stays_the_same(house: House) -> None:
    room, _ = await planted(house, "offered")
    await house.sql("update interaction set state = 'waiting', agent_id = null")
    await house.sql("update offer set state = 'expired'")
    await house.sql("update queue set archived_at = now() where id = $1", room.queue)
    found = await look_after_hands(house.db)
    assert found["queue_archived"] == 1
    assert (await look_after_hands(house.db, found))["queue_archived"] == 1
    told = await house.sql("select 1 from event where type = 'hands.broken' and body->>'kind' = 'queue_archived'")
    assert len(told) == 1


async def test_what_nobody_in_the_house_can_ever_take_is_listed_and_what_relaxation_reaches_is_not(house: House) -> None:
    room, work = await planted(house, "offered")
    waiting = "update interaction set state = 'waiting', agent_id = null, skills = $1, version = version + 1"
    await house.sql("update offer set state = 'expired'")
    await house.sql("delete from capacity_hold")
    await house.sql("update agent set used = 0")
    await house.sql(waiting, [{"skill": "latin", "level": 2, "optional": False}])
    view = await hands(house.db, room.anna.access)
    assert [(t.interaction_id, t.skills) for t in view.nobody_can] == [(work, ["latin"])]
    assert (await look_after_hands(house.db))["nobody_can"] == 1
    step = {"after_s": 600.0, "lower": 0, "drop": ["latin"], "queue_ids": []}
    await house.sql("update queue set steps = $1", [step])
    assert (await hands(house.db, room.anna.access)).nobody_can == []
    await house.sql("update queue set steps = '[]'")
    # Whoever knows Latin may be at home just now: that is not never.
    ben = await house.agent(room.queue, skills={"latin": 2}, state="offline")
    assert (await hands(house.db, room.anna.access)).nobody_can == []
    await house.sql("update app_user set disabled_at = now() where id = $1", ben.id)
    assert (await hands(house.db, room.anna.access)).nobody_can_count == 1


async def test_all_that_is_open_is_in_exactly_one_pair_of_hands(house: House) -> None:
    room = Room(house)
    await room.set_up(posts=3)
    await house.hear(room.posts, *({"id": f"m{n}", "text": "Hallo", "by": f"m{n}"} for n in range(6)))
    await house.route()
    offer = (await house.sql("select id from offer where state = 'open' limit 1"))[0]["id"]
    await park(house.db, room.anna.access, await accept_offer(house.db, room.anna.access, offer))
    view = await hands(house.db, room.anna.access)
    counts = {state.state: state.count for state in view.states}
    assert counts == {"waiting": 4, "offered": 1, "active": 3, "parked": 1, "wrap_up": 0}
    assert (view.open, view.in_queue, view.with_agent, view.adds_up) == (9, 4, 5, True)
