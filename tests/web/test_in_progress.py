"""Work in progress through the API: queues that people take from, wrap-up time, parking, work that lies."""

from typing import Any
from uuid import UUID

from tests.web.conftest import Browser, Served
from tests.web.test_work import code, offered
from unisono.domain.ids import new_id
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
    assert (made["mode"], made["wrap_up_s"], made["silence_s"], made["prefer_s"]) == ("pull", 45, 600, 300)
    assert (await root.did("PATCH", f"queues/{made['id']}", {"prefer_s": 0}))["prefer_s"] == 0
    for change in ({"mode": "both"}, {"wrap_up_s": 86_401}, {"silence_s": 59}, {"prefer_s": 86_401}):
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


async def test_an_offer_is_declined_with_a_reason_and_words_for_the_audit(served: Served, root: Browser) -> None:
    offer, interaction, _ = await offered(served, root)
    long = await root.problem("POST", f"offers/{offer}/decline", {"reason": "language", "words": "x" * 501})
    assert long["status"] == 422
    await root.did("POST", f"offers/{offer}/decline", {"reason": "language", "words": "That is Polish."})
    assert (await state(root, interaction))["reason"] == {"code": "returned", "by": "declined"}
    [event] = await served.sql("select body from event where type = 'interaction.returned'")
    assert event["body"] == {"cause": "declined", "offer_id": offer, "reason": "language"}
    [audit] = await served.sql("select body from audit where action = 'offer.declined'")
    assert audit["body"] == {"reason": "language", "words": "That is Polish."}


async def test_a_busy_colleague_is_offered_what_is_handed_over_and_an_expert_is_asked_for(served: Served, root: Browser) -> None:
    offer, interaction, _queue = await offered(served, root)
    await root.did("POST", f"offers/{offer}/accept")
    anna = await served.logged_in("anna", "agent")
    me = (await anna.get("me"))["agent"]["user_id"]
    body = {"agent_id": me, "note": "For you?"}
    assert (await root.problem("POST", f"interactions/{interaction}/transfer", body))["code"] == "agent_offline"
    await anna.did("PUT", "me/agent-state", {"state": "busy"})
    await root.did("POST", f"interactions/{interaction}/transfer", body)
    (asked,) = (await anna.get("offers"))["items"]
    root_id = (await root.get("me"))["user"]["id"]
    assert asked["offer"]["given_by"] == root_id
    await anna.did("POST", f"offers/{asked['offer']['id']}/accept")
    skill = await root.did("POST", "skills", {"key": "law", "name": {"de": "Recht", "en": "Law"}})
    expert = {"skill": "law", "level": 3}
    assert (await anna.problem("POST", f"interactions/{interaction}/transfer", expert))["code"] == "no_expert"
    await root.did("PATCH", f"agents/{root_id}", {"skills": [{"skill_id": skill["id"], "level": 3}]})
    gone = (await anna.did("POST", f"interactions/{interaction}/transfer", expert))["interaction"]
    assert (gone["state"], gone["skills"]) == ("waiting", [{"skill": "law", "level": 3, "optional": False}])
    assert await served.kit.route() == 1
    assert (await state(root, interaction))["agent_id"] == root_id


async def test_a_colleague_is_asked_reads_answers_by_a_note_and_ends_it(served: Served, root: Browser) -> None:
    offer, interaction, _ = await offered(served, root)
    await root.did("POST", f"offers/{offer}/accept")
    anna = await served.logged_in("anna", "viewer", "agent")
    anna_id = (await anna.get("me"))["user"]["id"]
    await anna.did("PUT", "me/agent-state", {"state": "busy"})
    empty = await root.problem("POST", f"interactions/{interaction}/consults", {"agent_id": anna_id, "question": " "})
    assert (empty["code"], empty["field"]) == ("empty", "text")
    body = {"agent_id": anna_id, "question": "Is that still so?"}
    key = {"idempotency-key": str(new_id())}
    asked = [(await root.did("POST", f"interactions/{interaction}/consults", body, headers=key))["consult"] for _ in range(2)]
    assert (asked[0]["id"], asked[0]["state"]) == (asked[1]["id"], "requested")
    (seen,) = (await anna.get("consults"))["items"]
    assert (seen["consult"]["id"], seen["item"]["interaction"]["id"]) == (asked[0]["id"], interaction)
    path = f"consults/{asked[0]['id']}"
    opened = (await anna.did("POST", f"{path}/accept"))["consult"]
    assert (opened["state"], (await anna.get("me"))["agent"]["used"]) == ("open", 6)
    conversation = opened["conversation_id"]
    assert (await anna.get(f"conversations/{conversation}/messages"))["items"][-1]["text"] == "Is that still so?"
    draft = {"message_id": str(new_id()), "text": "Moin", "visibility": "public"}
    assert (await anna.problem("POST", f"interactions/{interaction}/answer", draft))["code"] == "not_yours"
    await anna.did("POST", f"conversations/{conversation}/notes", {"message_id": str(new_id()), "text": "Until May."})
    assert (await root.get(f"conversations/{conversation}/messages"))["items"][-1]["text"] == "Until May."
    assert (await state(root, interaction))["state"] == "active"
    assert (await root.did("POST", f"{path}/end"))["consult"]["state"] == "ended"
    assert ((await anna.get("me"))["agent"]["used"], (await anna.get("consults"))["items"]) == (0, [])
    stranger = await served.logged_in("ben")
    assert (await stranger.problem("POST", f"{path}/accept"))["status"] in (403, 404)
