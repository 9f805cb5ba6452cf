"""What customers say on Mastodon: mentions, threads, direct messages, edits, deletions."""

import asyncio
import json
from contextlib import aclosing

import pytest

from tests.connectors.mastodon.conftest import Desk, connect
from tests.connectors.mastodon.server import Server
from unisono.contract import Created, Deleted, Edited, PullFailed, Raw
from unisono.domain.words import ChannelState, Visibility

pytestmark = pytest.mark.peer


async def test_a_mention_is_read_with_author_time_and_text(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} Wo ist mein Paket? <b>Nummer</b> 4 & 5 https://shop.example/a")
    heard = await desk.one()
    assert heard.remote_id == said["id"]
    assert heard.author.remote_id == anna.id
    assert heard.author.handle == f"@{anna.name}"
    assert heard.text == f"@{desk.us.name} Wo ist mein Paket? <b>Nummer</b> 4 & 5 https://shop.example/a"
    assert heard.thread.visibility is Visibility.PUBLIC
    assert heard.thread.root_id == said["id"]
    assert not heard.own
    assert heard.occurred_at.utcoffset() is not None


async def test_a_reply_deep_in_a_thread_names_the_threads_first_item(server: Server, desk: Desk) -> None:
    anna, ben = server.account("anna"), server.account("ben")
    root = anna.post("Das Paket ist wieder nicht da.")
    second = ben.post(f"@{anna.name} Bei mir auch nicht.", in_reply_to_id=root["id"])
    third = anna.post(f"@{ben.name} Seit Montag!", in_reply_to_id=second["id"])
    anna.post(f"@{desk.us.name} Was ist los?", in_reply_to_id=third["id"])
    heard = await desk.one()
    assert heard.thread.root_id == root["id"]
    assert heard.thread.parent_id == third["id"]


async def test_a_direct_message_is_private(server: Server, desk: Desk) -> None:
    server.account("anna").post(f"@{desk.us.name} Meine Kundennummer ist 12345.", visibility="direct")
    assert (await desk.one()).thread.visibility is Visibility.PRIVATE


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("public", Visibility.PUBLIC),
        ("unlisted", Visibility.PUBLIC),
        ("private", Visibility.PRIVATE),
        ("direct", Visibility.PRIVATE),
    ],
)
async def test_what_not_everybody_may_read_counts_as_private(server: Server, desk: Desk, shown: str, meant: Visibility) -> None:
    server.account("anna").post(f"@{desk.us.name} Hallo", visibility=shown)
    heard = await desk.one()
    assert heard.thread.visibility is meant
    assert heard.details["network_visibility"] == shown


async def test_the_walk_forward_skips_nothing_over_several_pages(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    first = anna.post(f"@{desk.us.name} Anfang")
    events, cursor = await desk.new(None)
    assert [e.remote_id for e in events if isinstance(e, Created)] == [first["id"]]
    ids = [anna.post(f"@{desk.us.name} Nummer {n}")["id"] for n in range(95)]
    events, cursor = await desk.new(cursor)
    assert [e.remote_id for e in events if isinstance(e, Created)] == ids
    assert (await desk.new(cursor))[0] == []


@pytest.mark.parametrize("cursor", ["", "garbage", '{"v":1}', '{"v":1,"at":7}', "[]", "null", '{"v":2,"at":"1"}', "\x00"])
async def test_a_cursor_that_is_none_of_ours_starts_anew(server: Server, desk: Desk, cursor: str) -> None:
    said = server.account("anna").post(f"@{desk.us.name} Hallo")
    events, _ = await desk.new(cursor)
    assert [e.remote_id for e in events if isinstance(e, Created)] == [said["id"]]


@pytest.mark.parametrize("place", ["99999999999999999", "not-a-number", "-1"])
async def test_a_cursor_from_the_future_loses_nothing(server: Server, desk: Desk, place: str) -> None:
    said = server.account("anna").post(f"@{desk.us.name} Hallo")
    events, cursor = await desk.new(json.dumps({"v": 1, "at": place}))
    assert [e.remote_id for e in events if isinstance(e, Created)] == [said["id"]]
    later = server.account("ben").post(f"@{desk.us.name} Und ich")
    events, _ = await desk.new(cursor)
    assert [e.remote_id for e in events if isinstance(e, Created)] == [later["id"]]


async def test_a_place_before_anything_was_said_misses_nothing_later(server: Server, desk: Desk) -> None:
    events, cursor = await desk.new(None)
    assert events == []
    said = server.account("anna").post(f"@{desk.us.name} Hallo")
    async with connect(server, desk.us) as again:
        events, _ = await again.new(cursor)
    assert [e.remote_id for e in events if isinstance(e, Created)] == [said["id"]]


async def test_the_same_item_pulled_twice_has_the_same_key(server: Server, desk: Desk) -> None:
    server.account("anna").post(f"@{desk.us.name} Hallo")
    keys = [[raw.ingest_key for raw in (await desk.connector.pull("notifications", None, 100)).raws] for _ in range(2)]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 1


async def test_an_edit_is_found_when_looking_again(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} Wo ist mein Paket?")
    await desk.new(None)
    anna.edit(said["id"], f"@{desk.us.name} Das Paket ist da.")
    (event,), _ = await desk.new(None, "recheck")
    assert isinstance(event, Edited)
    assert event.remote_id == said["id"]
    assert event.text.endswith("Das Paket ist da.")
    assert event.revision > 0


async def test_a_deletion_is_found_when_looking_again(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} Wo ist mein Paket?")
    await desk.new(None)
    anna.delete(said["id"])
    (event,), cursor = await desk.new(None, "recheck")
    assert event == Deleted(remote_id=said["id"], occurred_at=event.occurred_at)
    assert (await desk.new(cursor, "recheck"))[0] == []
    assert (await desk.new(None, "recheck"))[0] == []


async def test_a_change_that_was_found_but_not_stored_is_told_again(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    gone, changed = anna.post(f"@{desk.us.name} eins"), anna.post(f"@{desk.us.name} zwei")
    await desk.new(None)
    anna.delete(gone["id"])
    anna.edit(changed["id"], f"@{desk.us.name} drei")
    first = await desk.connector.pull("recheck", None, 100)
    # The process dies before the page and its cursor are stored: the next pull comes with the old cursor.
    again = await desk.connector.pull("recheck", None, 100)
    assert [raw.ingest_key for raw in again.raws] == [raw.ingest_key for raw in first.raws]
    assert len(first.raws) == 2


async def test_looking_again_at_many_items_takes_few_requests(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    for n in range(45):
        anna.post(f"@{desk.us.name} Nummer {n}")
    await desk.new(None)
    server.fault("status", method="GET", path="/api/v1/statuses/*", count=1_000)
    assert (await desk.new(None, "recheck"))[0] == []


async def test_a_server_that_shows_one_status_at_a_time_is_looked_at_so(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} eins")
    anna.post(f"@{desk.us.name} zwei")
    await desk.new(None)
    anna.delete(said["id"])
    server.fault("status", method="GET", path="/api/v1/statuses", status=404)
    events, _ = await desk.new(None, "recheck")
    assert [e.remote_id for e in events if isinstance(e, Deleted)] == [said["id"]]
    assert len(events) == 1


async def test_a_thread_that_cannot_be_asked_for_now_is_asked_for_again(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    root = anna.post("Das Paket ist wieder nicht da.")
    second = anna.post("Seit Montag!", in_reply_to_id=root["id"])
    anna.post(f"@{desk.us.name} Was ist los?", in_reply_to_id=second["id"])
    server.fault("status", method="GET", path="/api/v1/statuses/*/context", status=503)
    with pytest.raises(PullFailed):
        await desk.connector.pull("notifications", None, 100)
    assert (await desk.one()).thread.root_id == root["id"]


async def test_an_item_edited_before_we_heard_of_it_comes_whole(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} erst so")
    anna.edit(said["id"], f"@{desk.us.name} dann so")
    events, _ = await desk.new(None)
    assert [type(e) for e in events] == [Created, Edited]
    assert all(e.text.endswith("dann so") for e in events if isinstance(e, Created | Edited))


async def test_the_stream_says_when_to_pull_and_tells_of_edits_and_deletions(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    desk.us.follow(anna)
    async with asyncio.timeout(30), aclosing(desk.connector.listen()) as heard:
        hint = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(1.0)
        said = await asyncio.to_thread(anna.post, f"@{desk.us.name} Hallo?")
        assert await hint is None
        events, _ = await desk.new(None)
        assert [e.remote_id for e in events if isinstance(e, Created)] == [said["id"]]
        await asyncio.to_thread(anna.delete, said["id"])
        while (item := await anext(heard)) is None:
            pass
        assert isinstance(item, Raw)
        assert [e.remote_id for e in desk.connector.read(item) if isinstance(e, Deleted)] == [said["id"]]


async def test_what_we_write_elsewhere_is_ours_and_names_whom_it_is_for(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} Wo ist mein Paket?")
    ours = desk.us.post(f"@{anna.name} Es kommt morgen.", in_reply_to_id=said["id"])
    heard = await desk.one("own")
    assert heard.own
    assert heard.remote_id == ours["id"]
    assert heard.thread.root_id == said["id"]
    assert heard.thread.customer is not None
    assert heard.thread.customer.remote_id == anna.id


async def test_the_same_person_is_the_same_author_in_their_words_and_in_ours(server: Server, desk: Desk) -> None:
    anna = server.account("anna")
    said = anna.post(f"@{desk.us.name} Wo ist mein Paket?")
    desk.us.post(f"@{anna.name} Es kommt morgen.", in_reply_to_id=said["id"])
    theirs, ours = await desk.one(), await desk.one("own")
    assert ours.thread.customer is not None
    assert (ours.thread.customer.realm, ours.thread.customer.remote_id) == (theirs.author.realm, theirs.author.remote_id)


async def test_a_refused_token_is_said_as_such(server: Server, desk: Desk) -> None:
    async with connect(server, desk.us, token="wrong") as stranger:
        with pytest.raises(PullFailed) as refused:
            await stranger.connector.pull("notifications", None, 100)
        assert refused.value.health.state is ChannelState.REAUTH_NEEDED


async def test_a_rate_limit_tells_when_to_come_back(server: Server, desk: Desk) -> None:
    server.fault("ratelimit", method="GET", path="/api/v1/notifications")
    with pytest.raises(PullFailed) as refused:
        await desk.connector.pull("notifications", None, 100)
    assert refused.value.health.state is ChannelState.THROTTLED
    assert refused.value.after_s == 300.0


@pytest.mark.parametrize("effect", ["malformed", "status"])
async def test_a_broken_answer_moves_no_cursor(server: Server, desk: Desk, effect: str) -> None:
    server.fault(effect, method="GET", path="/api/v1/notifications")
    with pytest.raises(PullFailed) as refused:
        await desk.connector.pull("notifications", None, 100)
    assert refused.value.health.state is ChannelState.UNREACHABLE
