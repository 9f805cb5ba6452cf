"""Comments, mentions and direct messages of an account, each by its own rules."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from tests.connectors.graph.kit import Desk, MovedClock, desk_of
from unisono.connectors.instagram import Instagram
from unisono.contract import Created, Deleted, Reject, Sent, ThreadRef
from unisono.domain.words import Visibility
from unisono.testing.networks.graph import GraphNetwork, News
from unisono.testing.networks.graph.instagram import Account, Media


class AccountDesk(Desk):
    """With the account and a picture of it."""

    us: Account = msgspec.field(default_factory=lambda: Account(id="", username="", page=""))
    media: Media | None = None

    def told(self, field: str) -> News:
        return next(news for news in reversed(self.network.news) if news.object == "instagram" and news.field == field)

    def comment(self, text: str = "Schön!", on: str = ""):
        assert self.media is not None
        return self.network.instagram.comment(self.anna, on or self.media.id, text)


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[AccountDesk]:
    clock = MovedClock()
    network = GraphNetwork(clock.now)
    page = network.pages.add("Brookwatt")
    us = network.instagram.add(page, "brookwatt")
    media = network.instagram.publish(us, "Unser neues Werk")
    config = {"account_id": us.id, "page_id": page.id}
    async with desk_of(Instagram, network, clock, config, {"access_token": page.token}) as found:
        yield AccountDesk(**msgspec.structs.asdict(found), us=us, media=media)


async def test_comments_and_replies_stand_below_their_media(desk: AccountDesk):
    first = desk.comment("Was kostet das?")
    reply = desk.network.instagram.comment(desk.ben, first.id, "Das wüsste ich auch gern")
    own = desk.network.instagram.comment(desk.us, first.id, "Nichts")
    events = {event.remote_id: event for event in await desk.said("comments")}
    assert desk.media is not None
    assert {event.thread.root_id for event in events.values()} == {desk.media.id}
    assert [events[one.id].thread.parent_id for one in (first, reply, own)] == [desk.media.id, first.id, first.id]
    assert [events[one.id].own for one in (first, reply, own)] == [False, False, True]
    customer = events[own.id].thread.customer
    assert customer is not None
    assert customer.remote_id == desk.anna.id
    assert events[first.id].author.handle == f"@{desk.anna.username}"


async def test_pushed_and_pulled_are_one_comment(desk: AccountDesk):
    comment = desk.comment()
    [pushed] = await desk.pushed(desk.told("comments"))
    assert [raw.ingest_key for raw in (await desk.pulled("comments"))[0]] == [pushed.ingest_key]
    [event] = desk.read(pushed)
    assert isinstance(event, Created)
    assert (event.remote_id, event.text) == (comment.id, "Schön!")


async def test_a_quiet_account_is_asked_once_and_a_late_reply_is_heard(desk: AccountDesk):
    first = desk.comment()
    _, cursor = await desk.pulled("comments")
    before = len(desk.server.seen)
    assert (await desk.pulled("comments", cursor))[0] == []
    assert len(desk.server.seen) - before == 1
    desk.forward(days=3)
    reply = desk.comment("Immer noch", on=first.id)
    assert [event.remote_id for event in await desk.said("comments", cursor)] == [reply.id]


async def test_a_deletion_that_nobody_tells_of_is_found(desk: AccountDesk):
    kept, gone = desk.comment("Bleibt"), desk.comment("Geht")
    await desk.pulled("comments")
    _, cursor = await desk.pulled("recheck")
    desk.network.instagram.remove(gone.id)
    desk.forward(minutes=11)
    raws, _ = await desk.pulled("recheck", cursor)
    assert [event.remote_id for raw in raws for event in desk.read(raw) if isinstance(event, Deleted)] == [gone.id]
    assert kept.text == "Bleibt"


async def test_a_mention_is_told_by_ids_and_asked_for(desk: AccountDesk):
    theirs = desk.network.instagram.publish(desk.ben, "Mein Bild")
    mention = desk.network.instagram.mention(desk.us, desk.anna, "@brookwatt, was sagt ihr?", on=theirs)
    assert await desk.said("comments") == []
    await desk.pushed(desk.told("mentions"))
    [event] = await desk.said("comments")
    assert (event.remote_id, event.text, event.details["kind"]) == (mention.id, "@brookwatt, was sagt ihr?", "mention")
    sent = await desk.connector.send(desk.answer(event, "Gern!"), 1)
    assert isinstance(sent, Sent)


async def test_a_story_reply_and_an_unsent_message(desk: AccountDesk):
    write = desk.network.chats.write
    story = desk.network.picture(b"story", "image/jpeg")
    direct = write("instagram", desk.us.id, desk.anna, "Wo ist das?", story=story.node)
    [pushed] = await desk.pushed(desk.told("messaging:messages"))
    [event] = desk.read(pushed)
    assert isinstance(event, Created)
    assert event.details == {"kind": "story_reply"}
    [pulled] = await desk.said("direct")
    assert (pulled.details, pulled.remote_id) == ({"kind": "story_reply"}, direct.mid)
    desk.network.chats.unsend(direct)
    [gone] = [one for raw in await desk.pushed(desk.told("messaging:messages")) for one in desk.read(raw)]
    assert isinstance(gone, Deleted)
    assert gone.remote_id == direct.mid


async def test_messages_are_counted_in_bytes_and_comments_in_characters(desk: AccountDesk):
    desk.network.chats.write("instagram", desk.us.id, desk.anna, "Hallo")
    [event] = await desk.said("direct")
    result = await desk.connector.send(desk.answer(event, "ü" * 501), 1)
    assert isinstance(result, Reject)
    assert result.code == "too_long"
    assert isinstance(await desk.connector.send(desk.answer(event, "ü" * 500), 1), Sent)
    desk.comment()
    [comment] = await desk.said("comments")
    assert isinstance(await desk.connector.send(desk.answer(comment, "ü" * 2_200), 1), Sent)


async def test_a_comment_is_answered_privately_once(desk: AccountDesk):
    comment = desk.comment()
    [event] = await desk.said("comments")
    assert desk.media is not None
    thread = ThreadRef(visibility=Visibility.PRIVATE, root_id=f"reply:{comment.id}", links_to=desk.media.id)
    first = await desk.connector.send(desk.answer(event, "Unter uns", thread=thread, private_reply_to=comment.id), 1)
    assert isinstance(first, Sent)
    assert first.recipient is not None
    assert first.recipient.remote_id == desk.anna.id
    desk.network.chats.write("instagram", desk.us.id, desk.anna, "Danke")
    answers = [one for one in await desk.said("direct") if not one.own]
    assert first.root_id == answers[0].thread.root_id
    again = await desk.connector.send(desk.answer(event, "Noch etwas", thread=thread, private_reply_to=comment.id), 1)
    assert isinstance(again, Reject)
    assert again.code == "used_up"


async def test_a_comment_can_be_hidden_and_deleted(desk: AccountDesk):
    comment = desk.comment()
    assert isinstance(await desk.connector.hide(comment.id, True), Sent)
    assert comment.hidden
    assert isinstance(await desk.connector.hide(comment.id, False), Sent)
    assert not comment.hidden
    assert isinstance(await desk.connector.delete_comment(comment.id), Sent)
    assert comment.deleted
    assert isinstance(await desk.connector.delete_comment(comment.id), Sent)
