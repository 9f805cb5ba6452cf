"""Simulations through the API: played by the router in a process of their own, bounded, and ended when nobody waits."""

import asyncio
import contextlib
import os
import time
from typing import Any

import httpx2
import pytest

from tests.web.conftest import Browser, MakeHouse, Served, serve
from unisono.app.playroom import Playroom
from unisono.routing import erlang
from unisono.routing.estimates import LEAST_PEOPLE
from unisono.service.fitted_plan import groups
from unisono.service.simulations import MAX_ARRIVALS

pytestmark = pytest.mark.timeout(120)


def calls(**more: Any) -> dict[str, Any]:
    return {"name": "calls", "per_minute": [2.0], "handling": {"mean_s": 180}, "patience": {"mean_s": 120}, **more}


def plan(**more: Any) -> dict[str, Any]:
    return {"arrivals": [calls()], "staff": [{"count": 8}], "minutes": 300, "runs": 4, **more}


LONG = plan(arrivals=[calls(per_minute=[45.0])], staff=[{"count": 150}], minutes=3_000, runs=20)


async def test_a_plan_is_played_and_told_with_intervals(root: Browser) -> None:
    found = await root.did("POST", "simulations", {"plan": plan()})
    (told,) = found["classes"]
    assert (told["name"], found["runs"]) == ("calls", 4)
    assert told["offered"]["mean"] == pytest.approx(6.0, rel=0.1)
    exact = erlang.erlang_a(8, 2.0, 1 / 3, 0.5)
    assert abs(told["mean_wait_s"]["mean"] - exact.mean_wait * 60) < 3 * told["mean_wait_s"]["half"]
    assert 0 < told["level"]["mean"] < 1
    again = await root.did("POST", "simulations", {"plan": plan()})
    assert again == found
    more = await root.did("POST", "simulations", {"plan": plan(staff=[{"count": 12}])})
    assert more["classes"][0]["mean_wait_s"]["mean"] < told["mean_wait_s"]["mean"]
    assert more["classes"][0]["offered"] == told["offered"]
    (alone,) = (await root.did("POST", "simulations", {"plan": plan(runs=1)}))["classes"]
    assert alone["level"]["half"] is None


async def test_staffing_is_advised_in_closed_form_and_by_playing(root: Browser) -> None:
    simple = plan(arrivals=[calls(target=0.8, patience=None)])
    found = await root.did("POST", "simulations/staffing", {"plan": simple})
    assert (found["way"], found["plan"]["staff"][0]["count"]) == ("erlang_c", erlang.least_agents(2.0, 1 / 3, 0.8, 1 / 3))
    posts = {
        "name": "posts", "per_minute": [0.5], "handling": {"mean_s": 240}, "deferrable": True, "answer_within_s": 3600, "target": 0.9,
    }  # fmt: skip
    mixed = plan(arrivals=[calls(target=0.8), posts], staff=[{"count": 3}], minutes=200)
    found = await root.did("POST", "simulations/staffing", {"plan": mixed})
    assert (found["way"], found["complete"], found["tries"] > 0) == ("simulation", True, True)
    assert {t["name"]: t["reached"] for t in found["targets"]} == {"calls": True, "posts": True}
    assert found["plan"]["staff"][0]["count"] >= 8
    assert found["plan"]["reserves"][0]["agents"] > 0
    fewer = {**found["plan"], "staff": [{"count": found["plan"]["staff"][0]["count"] - 1}]}
    levels = {c["name"]: c["level"]["mean"] for c in (await root.did("POST", "simulations", {"plan": fewer}))["classes"]}
    assert levels["calls"] < 0.8 or levels["posts"] < 0.9 or found["people"] > fewer["staff"][0]["count"]


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"staff": []}, "plan_empty", "at least one"),
        ({"arrivals": [calls(per_minute=[-1])]}, "plan_rates", "calls"),
        ({"arrivals": [calls(handling={"mean_s": 0})]}, "plan_times", "calls"),
        ({"warm_up": 300}, "plan_length", "warm-up"),
        ({"runs": 101}, "plan_too_large", "100"),
        ({"arrivals": [calls(per_minute=[9_000])], "runs": 20}, "plan_too_large", f"{MAX_ARRIVALS:,}"),
        ({"staff": [{"count": 2_001}]}, "plan_too_large", "2,000"),
        ({"staff": [{"count": 5, "period_minutes": 1e-6}]}, "plan_too_large", "period_minutes"),
        ({"arrivals": [calls(handling={"mean_s": 1e-9}, per_minute=[], backlog=2)]}, "plan_too_large", "minutes"),
        ({"minutes": 1e308}, "plan_too_large", "minutes"),
        ({"arrivals": [calls(per_minute=[1e308, 1e308])]}, "plan_too_large", "minutes"),
    ],
)
async def test_a_plan_that_cannot_be_played_is_told_in_words_and_never_begun(
    root: Browser, change: dict[str, Any], code: str, says: str
) -> None:
    for path in ("simulations", "simulations/staffing"):
        found = await root.problem("POST", path, {"plan": plan(**change)})
        assert (found["status"], found["code"]) == (422, code)
        assert says in found["detail"]
    german = await root.problem("POST", "simulations", {"plan": plan(**change)}, headers={"accept-language": "de"})
    assert german["detail"] != found["detail"]
    assert "lässt sich so nicht ausführen" not in german["detail"]


async def test_a_mistyped_plan_names_the_place(root: Browser) -> None:
    found = await root.problem("POST", "simulations", {"plan": plan(arrivals=[calls(speed=3)])})
    assert (found["status"], "speed" in found["detail"]) == (422, True)
    found = await root.problem("POST", "simulations/staffing", {"plan": plan()})
    assert found["code"] == "plan_no_target"
    nobody = plan(arrivals=[calls(target=0.8, skills={"french": 3})])
    assert (await root.problem("POST", "simulations/staffing", {"plan": nobody}))["code"] == "plan_unreachable"


async def test_only_who_supervises_simulates(served: Served) -> None:
    agent = await served.logged_in("anna", "agent")
    for method, path in (("GET", "simulations/plan"), ("POST", "simulations"), ("POST", "simulations/staffing")):
        assert (await agent.problem(method, path, {"plan": plan()}))["code"] == "forbidden"
    supervisor = await served.logged_in("vera", "supervisor")
    assert (await supervisor.did("POST", "simulations", {"plan": plan(runs=2, minutes=100)}))["runs"] == 2


async def test_while_a_simulation_is_played_the_event_loop_is_free(root: Browser) -> None:
    slices: list[float] = []
    ended = asyncio.Event()

    async def watch() -> None:
        while not ended.is_set():
            before = time.thread_time()
            await asyncio.sleep(0)
            slices.append(time.thread_time() - before)
            await asyncio.sleep(0.0005)

    watcher = asyncio.create_task(watch())
    await root.did("POST", "simulations", {"plan": plan(minutes=2_000, runs=8)})
    ended.set()
    await watcher
    # Processor time of this thread alone: what others do on the machine does not count. The client's own slices are in it.
    assert len(slices) > 100
    assert max(slices) < 0.005


async def test_whoever_gives_up_ends_the_simulation(served: Served, root: Browser) -> None:
    room = served.house.simulator
    assert isinstance(room, Playroom)
    asking = asyncio.create_task(root.ask("POST", "simulations", {"plan": LONG}))
    async with asyncio.timeout(20):
        while not room.running:
            await asyncio.sleep(0.01)
        (pid,) = room.running
        assert alive(pid)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError, httpx2.HTTPError):
            await asking
        while room.running:
            await asyncio.sleep(0.01)
    assert not alive(pid)


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_when_time_is_up_what_was_played_is_told_or_that_it_takes_too_long(make_house: MakeHouse, served: Served) -> None:
    short = Playroom(limit_s=0.05, grace_s=30)
    await served.person("vera", "supervisor")
    other = await serve(await make_house(simulator=short))
    try:
        browser = other.browser()
        await browser.log_in("vera")
        found = await browser.did("POST", "simulations", {"plan": plan(runs=50)})
        assert 2 <= found["runs"] < 50
        short._limit_s, short._grace_s = 0.1, 0.2
        assert (await browser.problem("POST", "simulations", {"plan": LONG}))["code"] == "plan_too_long"
        assert short.running == set()
    finally:
        await other.close()


async def test_more_at_once_than_there_is_room_for_wait_and_are_told(make_house: MakeHouse, served: Served) -> None:
    room = Playroom(limit_s=2.0, grace_s=5, wait_s=0.05)
    await served.person("vera", "supervisor")
    other = await serve(await make_house(simulator=room))
    try:
        browser = other.browser()
        await browser.log_in("vera")
        busy = [asyncio.create_task(browser.ask("POST", "simulations", {"plan": LONG})) for _ in range(2)]
        async with asyncio.timeout(20):
            while len(room.running) < 2:
                await asyncio.sleep(0.01)
        refused = await browser.problem("POST", "simulations", {"plan": plan()})
        assert (refused["status"], refused["code"]) == (503, "simulations_busy")
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        async with asyncio.timeout(20):
            while room.running:
                await asyncio.sleep(0.01)
    finally:
        await other.close()


async def test_the_house_as_a_plan_can_be_played_at_once_and_names_nobody(served: Served, root: Browser) -> None:
    queue = await served.kit.queue()
    for _ in range(6):
        await served.kit.agent(queue)
    channel = await served.kit.channel(queue, medium="chat")
    await served.sql(
        "update channel set work_class_id = (select id from work_class where key = 'chat') where id = $1", channel.id
    )
    found = await root.get("simulations/plan")
    text = str(found)
    # The administrator, who is one alone, is in no group.
    assert (found["left_out"], [group["count"] for group in found["plan"]["staff"]]) == (True, [6])
    (chats,) = found["plan"]["arrivals"]
    assert chats["name"].endswith(" / chat")
    assert (chats["handling"]["mean_s"], chats["per_minute"], chats["deferrable"]) == (480, [0], False)
    for row in await served.sql("select id, name, login from app_user"):
        assert str(row["id"]) not in text
        assert row["login"] not in text
    ready = {**found["plan"], "arrivals": [{**chats, "per_minute": [0.5]}], "minutes": 200, "runs": 2}
    assert (await root.did("POST", "simulations", {"plan": ready}))["classes"][0]["served_per_minute"]["mean"] > 0


def test_people_are_told_in_groups_of_at_least_five() -> None:
    from unisono.service.fitted_plan import _Profile

    many = [_Profile(("a",), (("x", 2),), 60)] * 5
    few = [_Profile(("a", "b"), (("x", 3),), 60)] * 3 + [_Profile(("b",), (("x", 1), ("y", 2)), 120)] * 2
    staff, left_out = groups([*many, *few])
    assert [(g.count, g.queues, g.skills, g.units) for g in staff] == [(5, ("a",), {"x": 2}, 60), (5, ("b",), {"x": 1}, 60)]
    assert left_out is False
    assert groups([*many, *few[:4]]) == ([staff[0]], True)
    assert groups(few[:4]) == ([], True)
    apart = [_Profile((f"q{n}",), (), 60) for n in range(LEAST_PEOPLE + 2)]
    assert groups(apart) == ([], True)
