"""Lanes over a real NATS server: in order, once, kept through its death, and told where it is full or silent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from tests.kit import START, House
from tests.lanes.broker import Broker, broker
from tests.service.test_listening import Public, ear, found, listening, monitor, post, said, somebody, source
from unisono.bus.nats import NatsLanes
from unisono.contract import Overheard
from unisono.domain.errors import Unavailable
from unisono.service.listening.lanes import Load, lane_of, put_on_lanes, take_load
from unisono.service.listening.listen import hear_source
from unisono.service.listening.sources import list_sources
from unisono.service.ports.lanes import LANES, Carried
from unisono.service.ports.listening import SourceFacts

__all__ = ["listening"]
pytestmark = pytest.mark.peer


@pytest_asyncio.fixture
async def nats(tmp_path: Path) -> AsyncIterator[Broker]:
    async with broker(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def lanes(nats: Broker) -> AsyncIterator[NatsLanes]:
    made = NatsLanes(nats.url, 64_000_000)
    yield made
    await made.close()


async def facts(house: House, source_id: UUID) -> SourceFacts:
    async with house.db.read() as tx:
        found = await tx.listening.source(source_id)
    assert found is not None
    return found


async def test_a_lane_hands_out_one_message_at_a_time_in_order_and_a_repeated_one_once(lanes: NatsLanes, nats: Broker) -> None:
    other = NatsLanes(nats.url, 64_000_000)
    try:
        for key, body in (("a", b"1"), ("b", b"2"), ("a", b"1")):
            await lanes.put(3, key, body)
        assert await lanes.waiting() == [2 if lane == 3 else 0 for lane in range(LANES)]
        first = await lanes.take(3, 2.0)
        assert first is not None
        assert first.body == b"1"
        # Nobody is given the second while the first is in somebody's hands.
        assert await other.take(3, 0.3) is None
        await lanes.done(first)
        second = await other.take(3, 5.0)
        assert second is not None
        assert (second.body, second.stream, second.number > first.number) == (b"2", first.stream, True)
        await other.done(second)
        assert await other.take(3, 0.2) is None
        assert sum(await lanes.waiting()) == 0
    finally:
        await other.close()


async def test_what_the_broker_took_survives_its_death_and_lanes_go_on_by_themselves(lanes: NatsLanes, nats: Broker) -> None:
    await lanes.put(0, "a", b"kept")
    nats.kill()
    with pytest.raises(Unavailable) as silent:
        await lanes.put(0, "b", b"not kept")
    assert silent.value.code == "lanes_silent"
    await nats.start()
    for _ in range(60):
        try:
            carried = await lanes.take(0, 1.0)
        except Unavailable:
            continue
        if carried is not None:
            break
    assert carried is not None
    assert carried.body == b"kept"


async def test_a_full_broker_holds_the_source_where_it_is_and_says_so(listening: House, nats: Broker) -> None:
    house = listening
    anna = await somebody(house, await house.queue())
    channel = await house.channel(await house.queue())
    source_id = await source(house, anna, channel)
    narrow = NatsLanes(nats.url, 200_000)
    try:
        Public.steps = [Overheard(posts=(post(1, "x"),), place="1"), Overheard(posts=(post(2, "acme " * 3_900),), place="2")]
        for number in range(3, 60):
            Public.steps.append(Overheard(posts=(post(number, f"{number} " * 4_000),), place=str(number)))
        assert await hear_source(house.outside, await ear(house), await facts(house, source_id), "test", narrow) == "lanes_full"
        held = await facts(house, source_id)
        # Nobody matches, so that whatever was put stands there; the place lies at or before the last that was kept.
        assert (held.place is None) or int(held.place) < 59
        assert sum(await narrow.waiting()) > 0
    finally:
        await narrow.close()


async def test_how_far_the_matching_is_behind_is_seen_at_the_source_while_it_is_read_on(
    listening: House, lanes: NatsLanes
) -> None:
    house = listening
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme")
    source_id = await source(house, anna, await house.channel(await house.queue()))
    one = await ear(house)
    # A flood: ten times what is matched. Reading goes on, and the distance shows.
    for number in range(20):
        posts = tuple(post(number * 100 + n, "acme brennt" if n % 10 == 0 else "anderes") for n in range(100))
        Public.steps.append(Overheard(posts=posts, place=f"p{number}"))
    assert await hear_source(house.outside, one, await facts(house, source_id), "test", lanes) == ""
    waiting = await lanes.waiting()
    assert sum(waiting) >= LANES
    for lane in range(LANES):
        carried = await lanes.take(lane, 2.0)
        assert carried is not None
        await take_load(house.outside, one, carried)
        await lanes.done(carried)
    house.clock.advance(600)
    await put_on_lanes(house.outside, lanes, source_id, "scripted", [Overheard(posts=(post(9_999, "acme"),), place="z")])
    (view,) = await list_sources(house.db)
    assert (view.posts, (await facts(house, source_id)).place) == (2_001, "z")
    assert view.lag_s is not None
    assert view.lag_s >= 600
    for lane in range(LANES):
        while (carried := await lanes.take(lane, 0.2)) is not None:
            await take_load(house.outside, one, carried)
            await lanes.done(carried)
    (view,) = await list_sources(house.db)
    assert view.found == 201
    assert sum(await lanes.waiting()) == 0
    assert {said(item) for item in await found(house, anna.access)} == {"acme brennt", "acme"}


async def test_a_message_that_another_node_finished_changes_nothing_even_if_it_is_finished_late(listening: House) -> None:
    house = listening
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme")
    source_id = await source(house, anna, await house.channel(await house.queue()))
    one, other = await ear(house), await ear(house)
    lane = lane_of("p1")
    said_then = Carried(lane, "s", 7, _load(source_id, posts=(post(1, "acme brennt"),)))
    taken_back = Carried(lane, "s", 8, _load(source_id, gone=("p1",)))
    assert await take_load(house.outside, one, said_then) == 1
    assert await take_load(house.outside, one, taken_back) == 0
    # A node that slept in between now comes to its end: what was deleted stays deleted, and nothing counts twice.
    assert await take_load(house.outside, other, said_then) == 0
    assert await found(house, anna.access) == []
    (counted,) = await house.sql("select sum(posts) as posts from monitor_tally")
    assert counted["posts"] == 1
    # Another stream counts anew.
    assert await take_load(house.outside, other, Carried(lane, "t", 1, said_then.body)) == 1
    # What nobody can read stops no lane.
    assert await take_load(house.outside, one, Carried(lane, "t", 2, b"{}")) == 0


def _load(source_id: UUID, **more: Any) -> bytes:
    at = START + timedelta(seconds=1)
    return msgspec.json.encode(Load(source_id=source_id, network="scripted", at=at, **more))
