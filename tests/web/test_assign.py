"""A supervisor's hand through the API, and desks that fall silent on a real connection."""

import asyncio
from typing import Any

from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from tests.web.test_work import accepted
from unisono.service.lost import log_off_lost
from unisono.service.setup_views import GrantView


async def agent_with_desk(served: Served, login: str) -> tuple[Browser, str]:
    browser = await served.logged_in(login, "agent")
    await browser.did("PUT", "me/agent-state", {"state": "available"})
    return browser, (await browser.get("me"))["user"]["id"]


async def test_a_supervisor_assigns_and_both_agents_hear_of_it(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    anna, anna_id = await agent_with_desk(served, "anna")
    ben, ben_id = await agent_with_desk(served, "ben")
    await root.did("POST", f"interactions/{interaction}/assign", {"agent_id": anna_id})
    async with listening(anna) as hers, listening(ben) as his:
        done = await root.did("POST", f"interactions/{interaction}/assign", {"agent_id": ben_id, "note": "Please look"})
        assert (done["interaction"]["state"], done["interaction"]["agent_id"]) == ("active", ben_id)
        for stream in (hers, his):
            for _ in range(100):
                seen = [w for frame in stream.frames() for w in frame.get("work", ())]
                if seen and seen[-1]["interaction"]["agent_id"] == ben_id:
                    break
                await asyncio.sleep(0.05)
            assert seen[-1]["interaction"]["agent_id"] == ben_id
    assert (await anna.problem("POST", f"interactions/{interaction}/finish"))["code"] == "not_yours"
    assert (await anna.problem("POST", f"interactions/{interaction}/assign", {"agent_id": anna_id}))["status"] == 403
    assert (await anna.problem("POST", f"interactions/{interaction}/take-over"))["status"] == 403
    taken = await root.did("POST", f"interactions/{interaction}/take-over")
    assert taken["interaction"]["state"] == "active"
    log = (await root.get("audit"))["items"]
    assert {entry["action"] for entry in log} >= {"interaction.assigned", "interaction.taken_over"}


async def test_a_supervisor_of_one_queue_decides_nothing_in_another(served: Served) -> None:
    mine, other = await served.kit.queue(), await served.kit.queue()
    await served.kit.hear(await served.kit.channel(mine), {"id": "1", "text": "Here", "by": "c1"})
    await served.kit.hear(await served.kit.channel(other), {"id": "2", "text": "There", "by": "c2"})
    boss = await served.logged_in(
        "boss", GrantView(role="supervisor", scope_kind="queue", scope_id=mine),
        GrantView(role="viewer", scope_kind="organisation"),
    )  # fmt: skip
    items = {w["last"]["text"]: w["interaction"]["id"] for w in (await boss.get("work"))["items"]}
    body: dict[str, Any] = {"priority": 7, "reason": "Press"}
    done = await boss.did("POST", f"interactions/{items['Here']}/priority", body)
    assert done["interaction"]["priority"] == 7
    assert (await boss.problem("POST", f"interactions/{items['There']}/priority", body))["status"] == 403
    assert (await boss.problem("POST", f"interactions/{items['Here']}/priority", {"priority": 7}))["status"] == 422
    theirs = {w["last"]["text"]: w["conversation"]["customer_id"] for w in (await boss.get("work"))["items"]}
    body = {"value": 2, "reason": "Has bought for years"}
    valued = await boss.did("PUT", f"customers/{theirs['Here']}/value", body)
    assert (valued["value"], (await boss.get(f"customers/{theirs['Here']}"))["value"]) == (2, 2)
    assert (await boss.problem("PUT", f"customers/{theirs['Here']}/value", {"value": 5, "reason": "x"}))["field"] == "value"
    assert (await boss.problem("PUT", f"customers/{theirs['There']}/value", body))["status"] == 403
    who = (await boss.get("me"))["user"]["id"]
    nora = await served.person("nora", GrantView(role="agent", scope_kind="queue", scope_id=other))
    refused = await boss.problem("POST", f"interactions/{items['Here']}/assign", {"agent_id": str(nora)})
    assert refused["code"] == "agent_without_right"
    assert (await boss.did("POST", f"interactions/{items['Here']}/assign", {"agent_id": who}))["interaction"]["agent_id"] == who


async def test_a_desk_that_closes_without_a_word_is_logged_off_and_one_that_stays_is_not(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    anna, anna_id = await agent_with_desk(served, "anna")
    ben, ben_id = await agent_with_desk(served, "ben")
    await root.did("POST", f"interactions/{interaction}/assign", {"agent_id": anna_id})
    _, robot_id = await agent_with_desk(served, "robot")
    async with listening(ben):
        async with listening(anna):
            for _ in range(100):
                if len(await served.sql("select 1 from desk_seen")) == 2:
                    break
                await asyncio.sleep(0.05)
        seen = {str(row["user_id"]) for row in await served.sql("select user_id from desk_seen")}
        assert seen == {anna_id, ben_id}, "a desk is known at once; who has none is not watched"
        # Ten minutes pass in a moment: the node went on listening, Ben's desk was told of, Anna's was not.
        await served.sql("update desk_node set since = since - interval '10 minutes'")
        await served.sql("update session set last_seen_at = last_seen_at - interval '10 minutes'")
        await served.sql("update desk_seen set at = at - interval '10 minutes' where user_id = $1", anna_id)
        assert await log_off_lost(served.house.db) == 1
    agents = {a["user_id"]: (a["state"], a["reason"]) for a in (await root.get("agents"))["items"]}
    assert (agents[anna_id], agents[ben_id], agents[robot_id]) == (("offline", "lost"), ("available", ""), ("available", ""))
    back = (await root.get(f"interactions/{interaction}"))["interaction"]
    assert (back["state"], back["reason"]) == ("waiting", {"code": "returned", "by": "lost"})
