"""Work in progress through the API: queues that people take from, wrap-up time, parking, work that lies."""

from typing import Any
from uuid import UUID

from tests.web.conftest import Browser, Served
from tests.web.test_work import code, offered
from unisono.service.silence import give_back_silent

NAME = {"de": "Rückfragen", "en": "Questions"}


async def state(root: Browser, interaction: str) -> dict[str, Any]:
    found: dict[str, Any] = (await root.get(f"interactions/{interaction}"))["interaction"]
    return found


async def test_a_queue_is_set_to_be_taken_from_and_the_router_follows(served: Served, root: Browser) -> None:
    offer, interaction, queue = await offered(served, root)
    changed = await root.did("PATCH", f"queues/{queue}", {"mode": "pull"})
    assert changed["mode"] == "pull"
    await root.did("POST", f"offers/{offer}/decline")
    assert await served.kit.route() == 0
    assert (await root.problem("GET", f"interactions/{interaction}/preview"))["code"] == "pull"
    await root.did("PATCH", f"queues/{queue}", {"mode": "push"})
    assert await served.kit.route() == 1


async def test_what_a_queue_is_told_of_work_in_progress_is_checked(root: Browser) -> None:
    made = await root.did("POST", "queues", {"key": "q", "name": NAME, "mode": "pull", "wrap_up_s": 45, "silence_s": 600})
    assert (made["mode"], made["wrap_up_s"], made["silence_s"]) == ("pull", 45, 600)
    for change in ({"mode": "both"}, {"wrap_up_s": 86_401}, {"silence_s": 59}):
        assert (await root.problem("PATCH", f"queues/{made['id']}", change))["field"] == next(iter(change))
    assert (await root.did("PATCH", f"queues/{made['id']}", {"silence_s": None}))["silence_s"] is None
    class_ = await root.did("POST", "work-classes", {"key": "c", "name": NAME, "parked_share": 0.25})
    assert class_["parked_share"] == 0.25
    assert (await root.problem("PATCH", f"work-classes/{class_['id']}", {"parked_share": 1.1}))["field"] == "parked_share"


async def test_wrap_up_time_is_shown_with_its_end_and_a_code_ends_it(served: Served, root: Browser) -> None:
    offer, interaction, queue = await offered(served, root)
    await root.did("PATCH", f"queues/{queue}", {"wrap_up_s": 60})
    await root.did("POST", f"offers/{offer}/accept")
    finished = (await root.did("POST", f"interactions/{interaction}/finish"))["interaction"]
    assert (finished["state"], finished["wrap_up_until"] is not None) == ("wrap_up", True)
    me = (await root.get("me"))["agent"]
    assert (me["state"], me["reason"], me["used"]) == ("wrap_up", "timed", 12)
    await root.did("POST", f"interactions/{interaction}/wrap-up", {"code_id": await code(root)})
    assert (await root.get("me"))["agent"]["state"] == "available"


async def test_wrap_up_time_that_is_over_closes_by_the_routers_clock(served: Served, root: Browser) -> None:
    offer, interaction, queue = await offered(served, root)
    await root.did("PATCH", f"queues/{queue}", {"wrap_up_s": 60})
    await root.did("POST", f"offers/{offer}/accept")
    await root.did("POST", f"interactions/{interaction}/finish")
    await served.sql("update interaction set wrap_up_until = now()")
    served.kit.router._clock_due = None
    await served.kit.route()
    closed = await state(root, interaction)
    assert (closed["state"], closed["wrap_up_code_id"], closed["reason"]) == ("closed", None, {"code": "wrap_up_over"})
    assert (await root.get("me"))["agent"]["used"] == 0


async def test_the_customers_reply_offers_parked_work_to_who_parked_it(served: Served, root: Browser) -> None:
    offer, interaction, _ = await offered(served, root)
    await root.did("POST", f"offers/{offer}/accept")
    await root.did("POST", f"interactions/{interaction}/park")
    async with served.house.db.write() as tx:
        channel = await tx.channels.facts(UUID((await state(root, interaction))["channel_id"]))
    assert channel is not None
    await served.kit.hear(channel, {"id": "2", "root": "1", "parent": "1", "text": "Any news?"})
    served.kit.router._clock_due = None
    await served.kit.route()
    (found,) = (await root.get("offers"))["items"]
    assert (found["offer"]["interaction_id"], found["offer"]["reason"]) == (interaction, {"code": "customer_wrote"})
    await root.did("POST", f"offers/{found['offer']['id']}/accept")
    assert (await state(root, interaction))["state"] == "active"


async def test_work_that_lies_is_taken_back_and_tells_why(served: Served, root: Browser) -> None:
    offer, interaction, queue = await offered(served, root)
    await root.did("PATCH", f"queues/{queue}", {"silence_s": 60})
    await root.did("POST", f"offers/{offer}/accept")
    await served.sql("update interaction set held_since = now() - interval '61 seconds'")
    await served.sql("update message set received_at = now() - interval '61 seconds'")
    assert await give_back_silent(served.house.db) == 1
    back = await state(root, interaction)
    assert (back["state"], back["agent_id"], back["reason"]) == ("waiting", None, {"code": "returned", "by": "silence"})
