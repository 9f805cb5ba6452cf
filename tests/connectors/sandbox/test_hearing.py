"""What comes in: pulled from a cursor, whatever the network does meanwhile."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from tests.connectors.sandbox.conftest import Desk
from unisono.connectors.sandbox.read import read_entry
from unisono.contract import AuthorGone, Created, Deleted, Edited, PullFailed, Raw, Status, Unreadable
from unisono.domain.words import ChannelState, DeliveryState, ReplyRule, Visibility
from unisono.testing.sandbox import Effect, Fault, Rate

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def test_a_post_comes_with_its_thread_author_and_order(desk: Desk):
    first = desk.network.say(desk.anna.id, "@brookwatt Strom weg 🙈")
    second = desk.network.say(desk.ben.id, "bei mir auch", in_reply_to=first.id)
    post, comment = await desk.said()
    assert (post.text, post.thread.root_id, post.thread.parent_id) == ("@brookwatt Strom weg 🙈", str(first.id), None)
    assert (post.thread.visibility, post.author.handle, post.author.realm) == (Visibility.PUBLIC, "@anna", "zwitscher")
    assert (comment.thread.root_id, comment.thread.parent_id) == (str(first.id), str(first.id))
    assert post.tie_break < comment.tie_break
    assert comment.remote_id == str(second.id)
    assert post.addressed
    assert not comment.addressed, "Ben only joins in below Anna's post"


async def test_a_direct_message_is_private_and_says_until_when_it_may_be_answered(desk: Desk):
    desk.network.say(desk.anna.id, "Geheim", to=desk.us.id)
    (event,) = await desk.said()
    assert event.thread.visibility is Visibility.PRIVATE
    assert event.can_reply.rule is ReplyRule.UNTIL
    assert event.can_reply.until is not None
    assert (event.can_reply.until - event.occurred_at).days == 7


async def test_a_private_thread_that_was_born_from_a_public_one_says_so(desk: Desk):
    post = desk.network.say(desk.anna.id, "@brookwatt Rechnung!")
    desk.network.say(desk.anna.id, "Hier meine Nummer", to=desk.us.id, in_reply_to=post.id)
    assert (await desk.said())[1].thread.links_to == str(post.id)


async def test_what_we_say_elsewhere_comes_back_as_our_own_with_the_customer_it_is_for(desk: Desk):
    post = desk.network.say(desk.anna.id, "@brookwatt hallo")
    desk.network.say(desk.us.id, "Moin", in_reply_to=post.id)
    desk.network.say(desk.anna.id, "privat", to=desk.us.id)
    desk.network.say(desk.us.id, "auch privat", to=desk.anna.id)
    own = [event for event in await desk.said() if event.own]
    assert [(e.text, e.thread.customer.remote_id) for e in own] == [
        ("Moin", str(desk.anna.id)),
        ("auch privat", str(desk.anna.id)),
    ]


@pytest.mark.parametrize("face", ["pinnwand"])
async def test_who_comments_on_our_page_asks_us(desk: Desk):
    post = desk.network.say(desk.us.id, "Kaffeemaschine defekt")
    desk.network.say(desk.ben.id, "Prio 1!", in_reply_to=post.id)
    own, comment = await desk.said()
    assert (own.own, own.thread.customer) == (True, None)
    assert comment.addressed


async def test_a_change_is_told_as_a_change_and_a_late_reader_gets_both_at_once(desk: Desk):
    item = desk.network.say(desk.anna.id, "@brookwatt alt")
    before, cursor = await desk.new()
    desk.network.edit(desk.anna.id, item.id, "@brookwatt neu")
    created, edited = (await desk.new(cursor))[0]
    assert isinstance(before[0], Created)
    assert isinstance(created, Created)
    assert isinstance(edited, Edited)
    assert (edited.remote_id, edited.revision, edited.text) == (str(item.id), 1, "@brookwatt neu")
    late = (await desk.connector.pull("main", None, 100)).raws
    assert len({raw.ingest_key for raw in late}) == 1, "created and edited show the same state, so they are one item"


async def test_deletions_and_farewells_are_told(desk: Desk):
    item = desk.network.say(desk.anna.id, "@brookwatt weg damit")
    desk.network.say(desk.ben.id, "@brookwatt ich gehe")
    _, cursor = await desk.new()
    desk.network.delete(desk.anna.id, item.id)
    desk.network.leave(desk.ben.id)
    deleted, gone = (await desk.new(cursor))[0]
    assert isinstance(deleted, Deleted)
    assert deleted.remote_id == str(item.id)
    assert isinstance(gone, AuthorGone)
    assert (gone.author.remote_id, gone.author.realm) == (str(desk.ben.id), "zwitscher")


async def test_states_of_our_messages_are_told_by_our_own_key(desk: Desk):
    desk.network.say(desk.anna.id, "Frage", to=desk.us.id)
    answer = desk.network.say(desk.us.id, "Antwort", to=desk.anna.id, key="unser-schluessel")
    desk.network.mark(answer.id, "read")
    desk.network.report(answer.id, "delivered")
    states = [event for event in (await desk.new())[0] if isinstance(event, Status)]
    assert [s.state for s in states] == [DeliveryState.READ, DeliveryState.DELIVERED]
    assert {(s.client_key, s.remote_id) for s in states} == {("unser-schluessel", str(answer.id))}


async def test_a_comment_below_a_deleted_post_has_the_topmost_that_is_known_as_root(desk: Desk):
    root = desk.network.say(desk.anna.id, "@brookwatt 0")
    one = desk.network.say(desk.us.id, "1", in_reply_to=root.id)
    desk.network.say(desk.anna.id, "2", in_reply_to=one.id)
    desk.network.delete(desk.anna.id, root.id)
    comment = next(event for event in await desk.said() if event.text == "2")
    assert (comment.thread.root_id, comment.thread.parent_id) == (str(one.id), str(one.id))


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
async def test_pages_of_any_size_bring_everything_once(desk: Desk, limit: int):
    for number in range(15):
        desk.network.say(desk.anna.id, f"@brookwatt {number}")
    events, cursor = await desk.new(None, limit)
    assert [event.text for event in events] == [f"@brookwatt {n}" for n in range(15)]
    assert (await desk.new(cursor, limit))[0] == []


@pytest.mark.parametrize(
    "cursor", ["garbage", '{"v":2,"at":"x"}', '{"v":1,"at":"x"}', '{"v":1,"at":"0000.99"}', "", "[]", "\x00"]
)
async def test_a_cursor_that_is_none_begins_anew(desk: Desk, cursor: str):
    desk.network.say(desk.anna.id, "@brookwatt da")
    page = await desk.connector.pull("main", cursor, 10)
    assert len(page.raws) == 1
    assert not page.gap


async def test_what_fell_out_of_retention_is_a_gap(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt 1")
    _, cursor = await desk.new()
    for number in range(5):
        desk.network.say(desk.anna.id, f"@brookwatt {number}")
    desk.network.configure("zwitscher", retention_entries=2)
    page = await desk.connector.pull("main", cursor, 10)
    assert page.gap
    assert not (await desk.connector.pull("main", page.next_cursor, 10)).gap


async def test_every_time_that_an_item_comes_it_has_the_same_key(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt 1")
    first = (await desk.connector.pull("main", None, 10)).raws[0]
    again = (await desk.connector.pull("main", None, 10)).raws[0]
    assert (first.ingest_key, first.body) == (again.ingest_key, again.body)


async def test_files_are_fetched_with_their_description(desk: Desk):
    picture = desk.network.upload(desk.anna.id, "zaehler.png", "image/png", PNG, "Mein Zähler")
    desk.network.say(desk.anna.id, "schau", to=desk.us.id, pictures=[picture.id])
    (file,) = (await desk.said())[0].attachments
    assert (file.name, file.media_type, file.alt_text, file.size_bytes) == ("zaehler.png", "image/png", "Mein Zähler", len(PNG))
    assert file.ref is not None
    assert await desk.connector.get_media(file.ref, 1_000) == PNG


@pytest.mark.parametrize(
    ("fault", "state", "after_s"),
    [
        (Fault(effect=Effect.STATUS, status=500), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.STATUS, status=403), ChannelState.FORBIDDEN, 60.0),
        (Fault(effect=Effect.HTML, status=502), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.HTML, status=200), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.MALFORMED), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.TRUNCATE), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.DROP), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.LARGE, size=25_000_000), ChannelState.UNREACHABLE, None),
        (Fault(effect=Effect.RATE_LIMIT, header="retry_after", pause_s=7), ChannelState.THROTTLED, 7.0),
        (Fault(effect=Effect.RATE_LIMIT, header="none"), ChannelState.THROTTLED, 30.0),
    ],
    ids=lambda value: value.effect + str(value.status) if isinstance(value, Fault) else None,
)
async def test_trouble_becomes_the_channels_state_and_the_cursor_stays(desk: Desk, fault: Fault, state, after_s):
    desk.network.say(desk.anna.id, "@brookwatt 1")
    desk.server.fault(fault)
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("main", None, 10)
    assert failed.value.health.state is state
    assert failed.value.health.what
    assert failed.value.after_s == after_s
    assert len(await desk.said()) == 1


async def test_a_reset_told_in_epoch_seconds_is_understood(desk: Desk):
    desk.server.fault(Fault(effect=Effect.RATE_LIMIT, header="reset", pause_s=20))
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("main", None, 10)
    assert failed.value.after_s == pytest.approx(20, abs=2)


async def test_a_later_version_of_the_network_is_still_understood(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt 1")
    desk.server.fault(Fault(effect=Effect.UNKNOWN))
    (event,) = (await desk.new())[0]
    assert isinstance(event, Created)
    assert event.details["kind"] == "hologram"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b'{"type": 1}', b'{"type":"item.created","at":"gestern"}', b"\xff\xfe", b"null"]
)
def test_what_cannot_be_read_is_said_so_without_quoting_it(body: bytes):
    with pytest.raises(Unreadable) as unreadable:
        read_entry(Raw(ingest_key="x", body=body, received_at=datetime.now(UTC)), "zwitscher")
    assert "gestern" not in str(unreadable.value)


async def test_one_broken_entry_keeps_its_bytes_and_does_not_stop_the_others(desk: Desk, monkeypatch):
    for number in range(3):
        desk.network.say(desk.anna.id, f"@brookwatt {number}")
    whole = desk.server.wire.entries
    broken = lambda entries: [{**e, "at": "gestern"} if e["seq"] == "2" else e for e in whole(entries)]  # noqa: E731
    monkeypatch.setattr(desk.server.wire, "entries", broken)
    raws = (await desk.connector.pull("main", None, 10)).raws
    assert [raw.ingest_key.split(":")[0] for raw in raws] == ["item", "unreadable", "item"]
    assert json.loads(raws[1].body)["at"] == "gestern"


async def test_an_unknown_kind_of_news_is_kept_and_says_nothing(desk: Desk):
    raw = Raw(
        ingest_key="x", body=b'{"type":"poll.voted","at":"2026-11-02T09:00:00Z","seq":"9"}', received_at=desk.ctx.clock.now()
    )
    assert desk.connector.read(raw) == []


async def test_an_unknown_visibility_counts_as_private(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt 1")
    raw = (await desk.connector.pull("main", None, 10)).raws[0]
    entry = json.loads(raw.body)
    entry["item"]["visibility"] = "friends_of_friends"
    (event,) = desk.connector.read(Raw(ingest_key="x", body=json.dumps(entry).encode(), received_at=raw.received_at))
    assert isinstance(event, Created)
    assert event.thread.visibility is Visibility.PRIVATE


async def test_the_stream_says_when_to_pull_and_its_end_is_not_hidden(desk: Desk):
    hints = desk.connector.listen()
    waiting = asyncio.ensure_future(anext(hints))
    while not desk.network.live.listens(f"company:{desk.us.id}"):
        await asyncio.sleep(0.01)
    desk.network.say(desk.anna.id, "@brookwatt jetzt")
    assert await asyncio.wait_for(waiting, 5) is None
    desk.network.live.close()
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(hints), 5)


async def test_a_limit_of_the_networks_is_told_when_to_come_back(desk: Desk):
    desk.network.configure("zwitscher", rate=Rate(requests=1, per_s=60))
    await desk.connector.pull("main", None, 10)
    with pytest.raises(PullFailed) as failed:
        await desk.connector.pull("main", None, 10)
    assert failed.value.health.state is ChannelState.THROTTLED
    assert failed.value.after_s is not None
    assert 55 < failed.value.after_s <= 60
