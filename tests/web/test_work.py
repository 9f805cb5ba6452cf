"""An enquiry there and back through the API."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.kit import Scripted
from tests.web.conftest import Browser, Served
from unisono.contract import Raw, Reject
from unisono.domain.ids import new_id
from unisono.service.channel_context import store_raw
from unisono.service.sender import Sender
from unisono.service.setup_views import GrantView


async def offered(served: Served, root: Browser, **item: Any) -> tuple[str, str, UUID]:
    """Let a customer write and be offered to the administrator; returns (offer, interaction, queue)."""
    queue = await served.kit.queue()
    channel = await served.kit.channel(queue)
    me = (await root.get("me"))["user"]["id"]
    await root.did("PUT", f"queues/{queue}/members", {"member_ids": [me]})
    await root.did("PUT", "me/agent-state", {"state": "available"})
    await served.kit.hear(channel, {"id": "1", "text": "My parcel is late", **item})
    assert await served.kit.route() == 1
    (found,) = (await root.get("offers"))["items"]
    return found["offer"]["id"], found["item"]["interaction"]["id"], queue


async def accepted(served: Served, root: Browser, **item: Any) -> str:
    """The same, accepted; returns the interaction."""
    offer, interaction, _ = await offered(served, root, **item)
    await root.did("POST", f"offers/{offer}/accept")
    return interaction


async def send_all(served: Served) -> None:
    """Let the sender do its work."""
    sender = Sender(served.house.outside, "test")
    for row in await served.sql("select distinct channel_id from outbox"):
        while await sender.send_due(row["channel_id"]):
            pass


async def code(root: Browser) -> str:
    found: str = (await root.get("wrap-up-codes"))["items"][0]["id"]
    return found


async def test_an_enquiry_is_offered_accepted_answered_and_wrapped_up(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    item = await root.get(f"interactions/{interaction}")
    conversation = item["conversation"]["id"]
    draft = {"message_id": str(new_id()), "text": "It is on its way.", "visibility": "public"}
    message = (await root.did("POST", f"interactions/{interaction}/answer", draft))["message"]
    assert (message["text"], message["delivery"]) == ("It is on its way.", "queued")
    assert message["author"] == {"kind": "user", "id": message["author"]["id"], "name": "Root", "handle": ""}
    await send_all(served)
    assert [sent.text for sent in Scripted.sent] == ["It is on its way."]
    page = await root.get(f"conversations/{conversation}/messages")
    assert [(m["direction"], m["delivery"]) for m in page["items"]] == [("in", None), ("out", "sent")]
    await root.did("POST", f"interactions/{interaction}/finish")
    closed = await root.did("POST", f"interactions/{interaction}/wrap-up", {"code_id": await code(root), "note": "Easy."})
    assert closed["interaction"]["state"] == "closed"
    view = await root.get(f"conversations/{conversation}")
    assert view["open"] is None
    assert view["caps"]["text"]["maximum"] == 500
    assert [w["interaction"]["id"] for w in (await root.get("work?view=closed"))["items"]] == [interaction]
    reopened = (await root.did("POST", f"conversations/{conversation}/reopen"))["interaction"]
    assert (reopened["state"], reopened["previous_id"]) == ("active", interaction)


async def test_the_same_answer_twice_is_one_answer(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    draft = {"message_id": str(new_id()), "text": "Once", "visibility": "public"}
    first, second = await asyncio.gather(
        root.did("POST", f"interactions/{interaction}/answer", draft),
        root.did("POST", f"interactions/{interaction}/answer", draft),
    )
    assert first["message"]["id"] == second["message"]["id"]
    assert len(await served.sql("select 1 from outbox")) == 1


async def test_a_private_answer_to_a_public_thread_is_refused(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    draft = {"message_id": str(new_id()), "text": "Your bank details are", "visibility": "private"}
    found = await root.problem("POST", f"interactions/{interaction}/answer", draft)
    assert (found["code"], found["field"]) == ("visibility", "visibility")
    assert await served.sql("select 1 from outbox") == []


async def test_a_declined_offer_goes_back_to_its_place(served: Served, root: Browser) -> None:
    offer, interaction, _ = await offered(served, root)
    await root.did("POST", f"offers/{offer}/decline", {"reason": "busy"})
    assert (await root.get(f"interactions/{interaction}"))["interaction"]["state"] == "waiting"
    assert (await root.problem("POST", f"offers/{offer}/accept"))["code"] == "offer_ended"


async def test_a_colleagues_offer_does_not_exist(served: Served, root: Browser) -> None:
    offer, interaction, _ = await offered(served, root)
    anna = await served.logged_in("anna", "agent")
    assert (await anna.problem("POST", f"offers/{offer}/accept"))["status"] == 404
    assert (await anna.problem("POST", f"interactions/{interaction}/finish"))["code"] == "not_yours"


async def test_work_is_taken_parked_and_taken_up_again(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "Hello"})
    (item,) = (await root.get("work?view=waiting"))["items"]
    interaction = item["interaction"]["id"]
    assert (await root.did("POST", f"interactions/{interaction}/take"))["interaction"]["state"] == "active"
    assert (await root.did("POST", f"interactions/{interaction}/park"))["interaction"]["state"] == "parked"
    assert [w["interaction"]["id"] for w in (await root.get("work?view=parked"))["items"]] == [interaction]
    assert (await root.did("POST", f"interactions/{interaction}/unpark"))["interaction"]["state"] == "active"
    past = await root.problem("POST", f"interactions/{interaction}/park", {"until": "2020-01-01T00:00:00Z"})
    assert past["field"] == "until"


async def test_a_list_is_read_page_by_page_without_gap_or_double(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, *({"id": str(n), "by": f"p{n}", "text": f"Number {n}"} for n in range(23)))
    for view in ("waiting", "open", "closed"):
        if view == "closed":
            await served.sql(
                "update interaction set state = 'closed', closed_at = now() + make_interval(secs => n.at) "
                "from (select id, row_number() over () / 4 as at from interaction) n where n.id = interaction.id"
            )
        seen: list[str] = []
        after = ""
        while True:
            page = await root.get(f"work?view={view}&limit=5{after}")
            seen += [w["interaction"]["id"] for w in page["items"]]
            if page["next"] is None:
                break
            assert len(page["items"]) == 5
            after = f"&after={page['next']}"
        assert len(seen) == len(set(seen)) == 23


async def test_work_without_a_deadline_is_paged_too(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, *({"id": str(n), "by": f"p{n}", "text": "x"} for n in range(7)))
    await served.sql("update interaction set due_at = 'infinity'")
    first = await root.get("work?view=open&limit=4")
    second = await root.get(f"work?view=open&limit=4&after={first['next']}")
    assert [len(first["items"]), len(second["items"])] == [4, 3]
    assert first["items"][0]["interaction"]["due_at"] is None


async def test_a_long_transcript_is_walked_backwards(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(
        channel, *({"id": str(n), "root": "0", "text": f"m{n:02}", "at": f"2026-11-01T10:{n:02}:00+00:00"} for n in range(12))
    )
    conversation = (await served.sql("select id from conversation"))[0]["id"]
    texts: list[str] = []
    before = ""
    while True:
        page = await root.get(f"conversations/{conversation}/messages?limit=5{before}")
        texts = [m["text"] for m in page["items"]] + texts
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert texts == [f"m{n:02}" for n in range(12)]


async def test_a_customers_history_spans_channels_and_leaves_out_what_is_not_to_be_seen(served: Served) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    first, second, third = await kit.channel(seen), await kit.channel(seen), await kit.channel(hidden)
    for n, channel in enumerate((first, second, third)):
        await kit.hear(channel, {"id": f"c{n}", "text": f"On channel {n}"})
    nora = await served.logged_in("nora", GrantView(role="agent", scope_kind="queue", scope_id=seen))
    (row,) = await served.sql("select id from conversation where channel_id = $1", first.id)
    view = await nora.get(f"conversations/{row['id']}")
    assert [h["last"]["text"] for h in view["history"]] == ["On channel 1"]
    (foreign,) = await served.sql("select id from conversation where channel_id = $1", third.id)
    for path in ("", "/messages"):
        assert (await nora.problem("GET", f"conversations/{foreign['id']}{path}"))["status"] == 404
    note = {"message_id": str(new_id()), "text": "Peeking"}
    assert (await nora.problem("POST", f"conversations/{foreign['id']}/notes", note))["status"] == 404
    assert (await nora.problem("POST", f"conversations/{foreign['id']}/reopen"))["status"] == 404


async def test_search_finds_words_beginnings_and_phrases_in_sight_only(served: Served, root: Browser) -> None:
    kit = served.kit
    seen, hidden = await kit.queue(), await kit.queue()
    await kit.hear(await kit.channel(seen), {"id": "1", "text": "Meine Lieferung fehlt noch immer"})
    await kit.hear(await kit.channel(hidden), {"id": "2", "text": "Lieferungen kommen nie an"})
    assert len((await root.get("search?q=Lieferung"))["items"]) == 2
    assert len((await root.get("search?q=liefer"))["items"]) == 2
    assert [h["message"]["text"] for h in (await root.get('search?q="fehlt noch"'))["items"]] == [
        "Meine Lieferung fehlt noch immer"
    ]
    nora = await served.logged_in("nora", GrantView(role="agent", scope_kind="queue", scope_id=seen))
    assert len((await nora.get("search?q=Lieferung"))["items"]) == 1
    assert (await root.get("search?q="))["items"] == []
    page = await root.get("search?q=Lieferung&limit=1")
    rest = await root.get(f"search?q=Lieferung&limit=1&after={page['next']}")
    assert page["items"][0]["message"]["id"] != rest["items"][0]["message"]["id"]
    assert rest["next"] is None


async def test_a_customer_is_erased_with_a_reason(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    await served.kit.hear(channel, {"id": "1", "text": "Forget me"})
    (row,) = await served.sql("select customer_id from identity")
    assert (await root.problem("POST", f"customers/{row['customer_id']}/erase", {"reason": ""}))["status"] == 422
    done = await root.did("POST", f"customers/{row['customer_id']}/erase", {"reason": "Asked for it"})
    assert done["erased"]["messages"] == 1
    assert (await root.get("search?q=Forget"))["items"] == []
    assert (await root.get(f"customers/{row['customer_id']}"))["erased"] is True


async def test_what_could_not_be_read_is_shown_and_read_again(served: Served, root: Browser) -> None:
    channel = await served.kit.channel()
    body = b"\x00\xff no json \xf0\x9f\x92\xa5<script>"
    await store_raw(served.house.outside, channel.id, [Raw(ingest_key="k", body=body, received_at=served.house.clock.now())])
    await served.kit.process(channel)
    (item,) = (await root.get("quarantine"))["items"]
    assert "no json" in item["preview"]
    assert item["size"] == len(body)
    await root.did("POST", f"quarantine/{item['id']}/retry")
    assert (await root.get("quarantine"))["items"] == []
    await served.kit.process(channel)
    (again,) = (await root.get("quarantine"))["items"]
    await root.did("POST", f"quarantine/{again['id']}/discard")
    assert (await root.problem("POST", f"quarantine/{again['id']}/retry"))["status"] == 404


async def test_a_dead_answer_is_shown_and_sent_again(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    draft = {"message_id": str(new_id()), "text": "Try", "visibility": "public"}
    await root.did("POST", f"interactions/{interaction}/answer", draft)
    Scripted.results.append(Reject(code="forbidden_word", human="The network does not like this."))
    await send_all(served)
    (dead,) = (await root.get("dead-letters"))["items"]
    assert dead["error"] == "The network does not like this."
    message = (await root.did("POST", f"messages/{draft['message_id']}/retry", {"confirm_not_sent": True}))["message"]
    assert message["delivery"] == "queued"
    assert (await root.get("dead-letters"))["items"] == []
    await send_all(served)
    assert len(Scripted.sent) == 2


async def test_a_viewer_sees_and_touches_nothing(served: Served, root: Browser) -> None:
    interaction = await accepted(served, root)
    vera = await served.logged_in("vera", "viewer")
    assert (await vera.get(f"interactions/{interaction}"))["interaction"]["state"] == "active"
    for verb in ("take", "park", "finish", "transfer"):
        assert (await vera.problem("POST", f"interactions/{interaction}/{verb}", {}))["status"] == 403


async def test_a_right_in_one_queue_is_none_in_another(served: Served) -> None:
    kit = served.kit
    mine, other = await kit.queue(), await kit.queue()
    await kit.hear(await kit.channel(mine), {"id": "1", "text": "Here"})
    await kit.hear(await kit.channel(other), {"id": "2", "text": "There"})
    nora = await served.logged_in(
        "nora", GrantView(role="agent", scope_kind="queue", scope_id=mine), GrantView(role="viewer", scope_kind="organisation")
    )
    items = {w["last"]["text"]: w["interaction"]["id"] for w in (await nora.get("work"))["items"]}
    await nora.did("POST", f"interactions/{items['Here']}/take")
    assert (await nora.problem("POST", f"interactions/{items['There']}/take"))["status"] == 403


@pytest.mark.parametrize("key", ["not-a-uuid", "00000000-0000-4000-8000-000000000000"])
async def test_an_idempotency_key_is_a_uuid7(root: Browser, key: str) -> None:
    body = {"key": "french", "name": {"de": "Französisch", "en": "French"}}
    found = await root.problem("POST", "skills", body, headers={"idempotency-key": key})
    assert found["code"] == "bad_idempotency_key"
