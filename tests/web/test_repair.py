"""Repair: what waits is counted by channel and cause, filtered, and mended one by one or many at once, with reasons that are kept."""

from typing import Any
from uuid import UUID

from tests.kit import Scripted
from tests.web.conftest import Browser, Served
from tests.web.stream import listening
from unisono.contract import Reject
from unisono.domain.ids import new_id
from unisono.service.sender import Sender
from unisono.service.setup_views import GrantView


async def quarantined(served: Served, n: int, **channel: Any) -> UUID:
    """A channel with items that cannot be read."""
    facts = await served.kit.channel(**channel)
    await served.kit.hear(facts, *({"id": f"{facts.id}{i}", "bug": True, "text": "kaputt"} for i in range(n)))
    return facts.id


async def refused(served: Served, browser: Browser, text: str, code: str) -> dict[str, Any]:
    """An answer that the network did not take; returns its dead letter."""
    queue = await served.kit.queue()
    channel = await served.kit.channel(queue)
    await served.kit.hear(channel, {"id": str(new_id()), "by": str(new_id()), "text": "Frage"})
    (work,) = await served.sql("select id from interaction where channel_id = $1", channel.id)
    me = UUID((await browser.get("me"))["user"]["id"])
    await served.sql("insert into agent (user_id) values ($1) on conflict do nothing", me)
    await served.sql("update agent set capacity = 6000, state = 'available' where user_id = $1", me)
    await browser.did("POST", f"interactions/{work['id']}/take")
    await browser.did(
        "POST", f"interactions/{work['id']}/answer", {"message_id": str(new_id()), "text": text, "visibility": "public"}
    )
    Scripted.results = [Reject(code=code, human="The network said no.")]
    await Sender(served.house.outside, "test").send_due(channel.id)
    return next(one for one in (await browser.get("dead-letters"))["items"] if one["message"]["channel_id"] == str(channel.id))


async def test_what_waits_is_counted_by_channel_and_cause_and_can_be_filtered(served: Served, root: Browser) -> None:
    one, two = await quarantined(served, 3), await quarantined(served, 1)
    letter = await refused(served, root, "Moin", "too_long")
    other = await refused(served, root, "Moin", "not_allowed")
    summary = await root.get("repair")
    assert [(c["channel_id"], c["count"]) for c in summary["quarantine"]] == [(str(one), 3), (str(two), 1)]
    assert {(c["channel_id"], c["code"], c["count"]) for c in summary["dead"]} == {
        (letter["message"]["channel_id"], "too_long", 1), (other["message"]["channel_id"], "not_allowed", 1),
    }  # fmt: skip
    assert len((await root.get(f"quarantine?channel_id={one}"))["items"]) == 3
    assert [d["code"] for d in (await root.get("dead-letters?code=too_long"))["items"]] == ["too_long"]
    assert (await root.get(f"dead-letters?channel_id={one}"))["items"] == []
    anna = await served.logged_in("anna", "agent")
    assert (await anna.get("repair"))["quarantine"] is None
    queue = await served.kit.queue()
    nora = await served.logged_in("nora", GrantView(role="agent", scope_kind="queue", scope_id=queue))
    assert (await nora.get("repair"))["dead"] == [], "what one may not see is not counted"
    assert (await nora.problem("POST", "quarantine/retry", {"ids": []}))["status"] == 403


async def test_many_are_read_again_or_given_up_and_each_says_how_it_went(served: Served, root: Browser) -> None:
    channel = await quarantined(served, 3)
    ids = [item["id"] for item in (await root.get("quarantine"))["items"]]
    gone = str(new_id())
    done = await root.did("POST", "quarantine/retry", {"ids": [ids[0], gone]})
    assert done["done"] == [ids[0]]
    assert [one["id"] for one in done["refused"]] == [gone]
    assert (await served.sql("select state from inbox where id = $1", UUID(ids[0])))[0]["state"] == "new"
    assert (await root.problem("POST", "quarantine/discard", {"ids": ids[1:], "reason": " "}))["code"] == "empty"
    done = await root.did("POST", "quarantine/discard", {"ids": ids[1:], "reason": "Werbung, defekt"})
    assert len(done["done"]) == 2
    kept = await served.sql("select body from audit where action = 'quarantine.discarded'")
    assert [row["body"]["reason"] for row in kept] == ["Werbung, defekt"] * 2
    assert (await served.sql("select count(*) as n from inbox where channel_id = $1 and body is not null", channel))[0]["n"] == 1
    assert (await root.problem("POST", "quarantine/retry", {"ids": [str(new_id()) for _ in range(201)]}))["code"] == "too_many"


async def test_a_refused_answer_is_mended_and_goes_out_with_its_new_text(served: Served, root: Browser) -> None:
    letter = await refused(served, root, "Zu lang für dieses Netz", "too_long")
    message = letter["message"]["id"]
    assert (await root.problem("POST", f"messages/{message}/mend", {"text": "x" * 501}))["code"] == "too_long"
    assert (await root.get("dead-letters"))["items"][0]["message"]["text"] == "Zu lang für dieses Netz"
    mended = (await root.did("POST", f"messages/{message}/mend", {"text": "Kürzer"}))["message"]
    assert (mended["text"], mended["delivery"]) == ("Kürzer", "queued")
    async with served.house.db.read() as tx:
        channel = await tx.channels.facts(UUID(letter["message"]["channel_id"]))
    assert channel is not None
    Scripted.sent.clear()
    await Sender(served.house.outside, "test").send_due(channel.id)
    assert [one.text for one in Scripted.sent] == ["Kürzer"]
    assert [hit["message"]["id"] for hit in (await root.get("search?q=Kürzer"))["items"]] == [message]
    assert (await root.problem("POST", f"messages/{message}/mend", {"text": "Noch einmal"}))["code"] == "state"
    anna = await served.logged_in("anna", GrantView(role="agent", scope_kind="queue", scope_id=await served.kit.queue()))
    assert (await anna.problem("POST", f"messages/{message}/mend", {"text": "Fremd"}))["status"] == 404


async def test_an_answer_that_may_have_arrived_is_not_changed(served: Served, root: Browser) -> None:
    letter = await refused(served, root, "Moin", "undecided")
    assert (await root.problem("POST", f"messages/{letter['message']['id']}/mend", {"text": "Anders"}))["code"] == "state"
    done = await root.did("POST", "dead-letters/discard", {"ids": [letter["message"]["id"]], "reason": "Kam doch an"})
    assert done["done"] == [letter["message"]["id"]]
    assert (await root.get("repair"))["dead"] == []


async def test_who_looks_after_it_hears_when_it_grows(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    async with listening(root, "live:repair") as stream, listening(anna, "live:repair") as nothing:
        frame = await stream.next("live")
        assert frame["values"]["totals"] == {"quarantine": 0, "dead": 0}
        await quarantined(served, 2)
        while frame["values"]["totals"]["quarantine"] != 2:
            frame = await stream.next("live")
        await nothing.nothing("live", 0.2)
