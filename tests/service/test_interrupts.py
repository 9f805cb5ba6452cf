"""What may interrupt what: who is full of mails gets the call, what it borrows counts again when it is over, exactly."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from tests.kit import House
from tests.service.test_work import assert_capacity_adds_up, code, offered
from unisono.service.accept import accept_offer
from unisono.service.agent_state import set_agent_state
from unisono.service.decline import decline_offer
from unisono.service.expire import expire_offers
from unisono.service.finish import finish, wrap_up
from unisono.service.interrupts import take_up_again
from unisono.service.park import park
from unisono.service.ports.channels import ChannelFacts
from unisono.service.transfer import transfer

KINDS = {
    "call": UUID("019ab000-0000-7000-8000-000000000001"), "chat": UUID("019ab000-0000-7000-8000-000000000002"),
    "post": UUID("019ab000-0000-7000-8000-000000000004"), "mail": UUID("019ab000-0000-7000-8000-000000000005"),
}  # fmt: skip


class Room:
    """One queue with a channel for calls and one for posts, and somebody whose hands are full of posts."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def set_up(self, posts: int = 5) -> None:
        self.queue = await self.house.queue()
        self.calls = await self.channel("call", 60)
        self.posts = await self.channel("post", 12)
        self.anna = await self.house.agent(self.queue)
        await self.house.hear(self.posts, *({"id": f"p{n}", "text": "Hallo", "by": f"p{n}"} for n in range(posts)))
        await self.accept_all()
        self.code = await code(self.house)

    async def channel(self, kind: str, units: int) -> ChannelFacts:
        channel = await self.house.channel(self.queue, medium=kind, units=units)
        await self.house.sql("update channel set work_class_id = $2 where id = $1", channel.id, KINDS[kind])
        return channel

    async def accept_all(self) -> list[UUID]:
        await self.house.route()
        rows = await self.house.sql("select id from offer where state = 'open' and agent_id = $1", self.anna.id)
        got = [await accept_offer(self.house.db, self.anna.access, row["id"]) for row in rows]
        await self.house.route()
        return got

    async def ring(self) -> int:
        await self.house.hear(self.calls, {"id": "c", "text": "Klingeling", "by": "caller"})
        return await self.house.route()

    async def states(self) -> dict[str, int]:
        rows = await self.house.sql("select state, count(*) as n from interaction group by state")
        return {row["state"]: row["n"] for row in rows}

    async def used(self) -> int:
        return (await self.house.sql("select used from agent where user_id = $1", self.anna.id))[0]["used"]  # type: ignore[no-any-return]

    async def lent(self) -> int:
        return (await self.house.sql("select coalesce(sum(lent), 0) as n from capacity_hold"))[0]["n"]  # type: ignore[no-any-return]


async def test_a_call_comes_to_who_is_full_of_posts_and_these_count_again_afterwards(house: House) -> None:
    room = Room(house)
    await room.set_up()
    assert await room.ring() == 1
    assert (await house.sql("select reason->'borrowed' as n from offer where state = 'open'"))[0]["n"] == 60
    [call] = await room.accept_all()
    assert (await room.states(), await room.used(), await room.lent()) == ({"active": 6}, 60, 60)
    await assert_capacity_adds_up(house)
    await wrap_up(house.db, room.anna.access, call, room.code)
    assert (await room.used(), await room.lent()) == (60, 0)
    await assert_capacity_adds_up(house)


async def test_who_has_room_is_asked_before_anybody_is_interrupted(house: House) -> None:
    room = Room(house)
    await room.set_up()
    ben = await house.agent(room.queue)
    await house.router.load()
    await room.ring()
    assert await offered(house, ben)
    assert await room.lent() == 0


async def test_only_what_is_free_besides_is_borrowed(house: House) -> None:
    room = Room(house)
    await room.set_up(posts=2)
    await room.ring()
    assert (await room.lent(), await room.used()) == (24, 60)
    await decline_offer(house.db, room.anna.access, await offered(house, room.anna), "busy")
    assert (await room.lent(), await room.used()) == (0, 24)
    await assert_capacity_adds_up(house)


async def test_nothing_interrupts_a_call_and_posts_interrupt_nothing(house: House) -> None:
    room = Room(house)
    await room.set_up(posts=0)
    await room.ring()
    await room.accept_all()
    await house.hear(room.posts, {"id": "p", "text": "Hallo", "by": "p"})
    await house.hear(room.calls, {"id": "c2", "text": "Klingeling", "by": "another"})
    assert await house.route() == 0


async def test_what_the_matrix_does_not_name_is_not_interrupted(house: House) -> None:
    room = Room(house)
    await room.set_up()
    await house.sql("update work_class set interrupts = $2 where id = $1", KINDS["call"], [KINDS["mail"]])
    await house.router.load()
    assert await room.ring() == 0


async def test_what_was_interrupted_and_is_over_first_gives_back_nothing_twice(house: House) -> None:
    room = Room(house)
    await room.set_up()
    await room.ring()
    [call] = await room.accept_all()
    posts = await house.sql("select id from interaction where state = 'active' and id <> $1 order by id", call)
    await wrap_up(house.db, room.anna.access, posts[0]["id"], room.code)
    await park(house.db, room.anna.access, posts[1]["id"])
    await assert_capacity_adds_up(house)
    await wrap_up(house.db, room.anna.access, call, room.code)
    assert (await room.used(), await room.lent()) == (36, 0)
    await assert_capacity_adds_up(house)


async def test_what_has_borrowed_is_not_interrupted_itself(house: House) -> None:
    room = Room(house)
    await room.set_up()
    await house.sql("update work_class set interrupts = $2 where id = $1", KINDS["chat"], [KINDS["post"]])
    await house.sql("update work_class set interrupts = $2 where id = $1", KINDS["call"], [KINDS["chat"], KINDS["post"]])
    await house.router.load()
    chats = await room.channel("chat", 20)
    await house.hear(chats, {"id": "h", "text": "Hallo?", "by": "h"})
    [chat] = await room.accept_all()
    await house.router.load()
    assert await room.ring() == 0, "36 units can be lent, and the call takes 60"
    await wrap_up(house.db, room.anna.access, chat, room.code)
    assert await house.route() == 1
    await assert_capacity_adds_up(house)


async def test_work_that_is_set_aside_comes_back_when_the_call_is_over(house: House) -> None:
    room = Room(house)
    await room.set_up()
    await house.sql("update work_class set parks_interrupted = true where id = $1", KINDS["call"])
    await room.ring()
    assert await room.states() == {"active": 5, "offered": 1}
    [call] = await room.accept_all()
    assert await room.states() == {"active": 1, "parked": 5}
    assert await take_up_again(house.db) == 0
    await finish(house.db, room.anna.access, call)
    assert await take_up_again(house.db) == 0
    await wrap_up(house.db, room.anna.access, call, room.code)
    assert await take_up_again(house.db) == 5
    assert await room.states() == {"active": 5, "closed": 1}
    await assert_capacity_adds_up(house)


async def test_who_went_home_after_the_call_does_not_keep_what_was_set_aside(house: House) -> None:
    room = Room(house)
    await room.set_up()
    await house.sql("update work_class set parks_interrupted = true where id = $1", KINDS["call"])
    await room.ring()
    await room.accept_all()
    await set_agent_state(house.db, room.anna.access, "offline")
    await take_up_again(house.db)
    assert await room.states() == {"waiting": 6}
    assert await room.used() == 0
    await assert_capacity_adds_up(house)


async def _lapse(room: Room, offer: UUID) -> None:
    room.house.clock.advance(3_601)
    await expire_offers(room.house.db)


async def _log_off(room: Room, offer: UUID) -> None:
    await set_agent_state(room.house.db, room.anna.access, "offline")


async def _hand_over(room: Room, offer: UUID) -> None:
    call = await accept_offer(room.house.db, room.anna.access, offer)
    await transfer(room.house.db, room.anna.access, call, queue_id=await room.house.queue())


async def _park_it(room: Room, offer: UUID) -> None:
    await park(room.house.db, room.anna.access, await accept_offer(room.house.db, room.anna.access, offer))


@pytest.mark.parametrize("how", [_lapse, _log_off, _hand_over, _park_it])
async def test_however_the_call_ends_its_loan_is_given_back(house: House, how: Callable[[Room, UUID], Awaitable[None]]) -> None:
    room = Room(house)
    await room.set_up()
    await room.ring()
    await how(room, await offered(house, room.anna))
    assert await room.lent() == 0
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_hands_that_finish_while_the_router_interrupts_never_break_capacity(house: House) -> None:
    """Whatever wins: nobody is above their capacity, and what is used is what is held."""
    room = Room(house)
    await room.set_up()
    second = await room.channel("call", 60)
    posts = [row["id"] for row in await house.sql("select id from interaction where state = 'active'")]
    for n in range(4):
        await house.hear(second if n % 2 else room.calls, {"id": f"c{n}", "text": "Klingeling", "by": f"c{n}"})
        await asyncio.gather(
            house.route(),
            *(asyncio.create_task(_quietly(wrap_up(house.db, room.anna.access, post, room.code))) for post in posts[n : n + 1]),
        )
        await assert_capacity_adds_up(house)
        for row in await house.sql("select id from offer where state = 'open'"):
            await decline_offer(house.db, room.anna.access, row["id"], "busy")
        await assert_capacity_adds_up(house)


async def _quietly(verb: Awaitable[None]) -> None:
    await verb
