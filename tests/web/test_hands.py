"""The report on hands through the API: whoever supervises sees it, of what they supervise; a planted break shows."""

from tests.web.conftest import Browser, Served
from unisono.service.setup_views import GrantView
from unisono.service.watch_hands import look_after_hands


async def test_the_report_adds_up_tells_a_planted_break_and_adds_up_again_when_it_is_mended(
    served: Served, root: Browser
) -> None:
    queue = await served.kit.queue()
    channel = await served.kit.channel(queue)
    anna = await served.kit.agent(queue)
    await served.kit.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(7)))
    await served.kit.route()
    view = await root.get("hands")
    counts = {state["state"]: state["count"] for state in view["states"]}
    assert counts == {"waiting": 2, "offered": 5, "active": 0, "parked": 0, "wrap_up": 0}
    assert (view["open"], view["in_queue"], view["with_agent"], view["adds_up"]) == (7, 2, 5, True)
    assert view["states"][0]["oldest_conversation_id"]
    await served.sql("delete from capacity_hold where interaction_id = (select min(interaction_id::text)::uuid from offer)")
    view = await root.get("hands")
    assert not view["adds_up"]
    assert {t["kind"] for t in view["broken"]} == {"no_capacity_held", "sum_wrong"}
    assert all(t["conversation_id"] and t["queue_id"] == str(queue) for t in view["broken"] if t["interaction_id"])
    await look_after_hands(served.house.db)
    view = await root.get("hands")
    assert (view["adds_up"], view["broken_count"]) == (True, 0)
    await served.sql("delete from queue_member where user_id = $1", anna.id)
    view = await root.get("hands")
    assert (view["nobody_can_count"], view["adds_up"]) == (2, True)


async def test_only_who_supervises_sees_it_and_of_their_queues_alone(served: Served, root: Browser) -> None:
    mine, other = await served.kit.queue(), await served.kit.queue()
    for queue in (mine, other):
        channel = await served.kit.channel(queue)
        await served.kit.hear(channel, {"id": "1", "text": "Hallo", "by": str(queue)})
    agent = await served.logged_in("anna", "agent")
    assert (await agent.problem("GET", "hands"))["status"] == 403
    lead = await served.logged_in("lena", GrantView(role="supervisor", scope_kind="queue", scope_id=mine))
    view = await lead.get("hands")
    assert (view["open"], [t["queue_id"] for t in view["nobody_can"]]) == (1, [str(mine)])
    assert (await root.get("hands"))["open"] == 2
