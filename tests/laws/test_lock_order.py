"""One order of locks for every verb (`docs/adr/0008-lock-order.md`): two transactions that keep it never wait for each other.

After each statement of a transaction another connection looks which rows cannot be had: so what a verb locks, and in which order,
is seen as it is, without a race and without believing what its text says.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.db import Cluster
from tests.laws.lock_watch import Watch
from tests.laws.test_law4_in_any_order import STEPS
from tests.laws.verb_cases import CASES, Scene
from unisono.domain.errors import UnisonoError
from unisono.service.accept import accept_offer
from unisono.service.expire import expire_offers
from unisono.service.once import once

pytestmark = pytest.mark.law4


def test_every_verb_locks_in_the_one_order(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch)

    @settings(
        max_examples=12, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(STEPS)
    def any_verbs(steps: list[tuple[str, int, int, int | None]]) -> None:
        asyncio.run(_watched(cluster, watch, [("receive.receive", 0, 1, None), ("router.Router", 0, 0, None), *steps]))

    any_verbs()
    assert watch.statements > 500
    assert not watch.wrong, "\n".join(watch.wrong)


def test_what_is_taken_in_locks_in_the_one_order(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renamed, said by ourselves, deleted, and somebody gone, all about work that is open: what no play of the verbs has."""
    watch = Watch(monkeypatch)
    asyncio.run(_told(cluster, watch))
    assert watch.statements > 30
    assert not watch.wrong, "\n".join(watch.wrong)


async def _told(cluster: Cluster, watch: Watch) -> None:
    async with _scene(cluster) as (scene, dsn):
        house, channel = scene.house, scene.channels[1]
        said: list[dict[str, Any]] = [
            {"id": str(n), "text": "Hallo", "by": f"c{n}", "name": f"Kundin {n}"} for n in range(6)
        ]  # fmt: skip
        await house.hear(channel, *said)
        await scene.step()
        async with watch.over(dsn, "receive.receive"):
            await house.hear(
                channel,
                *({"id": f"own{n}", "root": str(n), "own": True, "to": f"c{n}", "by": "shop", "text": "Moin"} for n in range(3)),
            )
            await house.hear(channel, *({**one, "revision": 1, "name": "Anders", "text": "Doch"} for one in reversed(said)))
            await house.hear(
                channel, {"id": "7", "root": "1", "by": "c1", "text": "Noch da?"}, {"id": "2", "kind": "deleted"},
                {"id": "gone", "kind": "author_gone", "by": "c3"},
            )  # fmt: skip


class Gate:
    """Holds one transaction before a certain statement until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self.statement = statement
        for name in ("fetch", "fetchrow", "fetchval", "execute"):
            monkeypatch.setattr(asyncpg.Connection, name, self._holding(getattr(asyncpg.Connection, name)))

    def _holding(self, run: Any) -> Any:
        async def holding(connection: Any, statement: str, *arguments: Any, **options: Any) -> Any:
            if self.statement in statement and not self.reached.is_set():
                self.reached.set()
                await self.open.wait()
            return await run(connection, statement, *arguments, **options)

        return holding


def test_accepting_while_the_clock_takes_offers_back(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody accepts the second of two offers that have just expired, while the router gives back the first.

    Accepting holds that work and comes to its agent; giving back held the agent, and came to that work.
    """
    asyncio.run(_accept_at_expiry(cluster, monkeypatch))


async def _accept_at_expiry(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _scene(cluster) as (scene, _):
        agent = scene.people[1]
        await scene.house.sql("update agent set state = 'offline' where user_id <> $1", agent.id)
        await scene.house.hear(scene.channels[1], *({"id": f"m{n}", "text": "Hallo", "by": f"c{n}"} for n in range(2)))
        scene.clock.advance(1)
        await scene.take_over()
        offers = await scene.house.sql("select id, interaction_id from offer where state = 'open' order by expires_at, id")
        assert len(offers) == 2
        await scene.house.sql("update offer set expires_at = expires_at - interval '1 second' where id = $1", offers[0]["id"])
        scene.clock.advance(31)
        gate = Gate(monkeypatch, "update agent set missed")
        accepting = asyncio.create_task(accept_offer(scene.db, agent.access, offers[1]["id"]))
        await gate.reached.wait()
        expiring = asyncio.create_task(expire_offers(scene.db))
        waits = "select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        while not expiring.done() and not (await scene.house.sql(waits))[0]["n"]:
            await asyncio.sleep(0.005)
        gate.open.set()
        assert await accepting == offers[1]["interaction_id"]
        await expiring
        states = dict(await scene.house.sql("select id, state from interaction"))
        assert states == {offers[0]["interaction_id"]: "waiting", offers[1]["interaction_id"]: "active"}
        await scene.check("accepting at expiry")


def test_who_was_ended_by_the_server_does_it_again(cluster: Cluster) -> None:
    """The second line: two that break the order on purpose, each with the other's row, are both done in the end."""
    asyncio.run(_deadlock(cluster))


async def _deadlock(cluster: Cluster) -> None:
    async with _scene(cluster) as (scene, _):
        both, tries = asyncio.Barrier(2), Counter[int]()

        async def lock(order: int) -> None:
            async with scene.db.write() as tx:
                tries[order] += 1
                await tx.hands.lock_agents([scene.people[order].id])
                if tries[order] == 1:
                    await both.wait()
                await tx.hands.lock_agents([scene.people[1 - order].id])

        await asyncio.gather(*(once(scene.db, None, lambda _, order=order: lock(order), None) for order in (0, 1)))  # type: ignore[misc]
        assert sorted(tries.values()) == [1, 2]


async def _watched(cluster: Cluster, watch: Watch, steps: list[tuple[str, int, int, int | None]]) -> None:
    async with _scene(cluster) as (scene, dsn), watch.over(dsn, ""):
        for watch.verb, who, which, _ in steps:
            watch.locked = {}
            with suppress(UnisonoError):
                await CASES[watch.verb](scene, who, which)


@asynccontextmanager
async def _scene(cluster: Cluster) -> AsyncIterator[tuple[Scene, str]]:
    dsn = await cluster.lend()
    scene = Scene()
    try:
        await scene.open(dsn)
        yield scene, dsn
    finally:
        await scene.pool.close()
        await cluster.give_back(dsn)
