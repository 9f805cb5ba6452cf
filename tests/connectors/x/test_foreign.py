"""X's own generated client (PyPI `xdk`) looks at both sides: what the scripted X answers, what we ask, and each other's posts."""

import asyncio
import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

import pydantic
import pytest
from pydantic import BaseModel
from xdk import Client, schemas
from xdk.direct_messages.client import DirectMessagesClient
from xdk.media.client import MediaClient
from xdk.posts.client import PostsClient
from xdk.stream.client import StreamClient
from xdk.users.client import UsersClient

from tests.connectors.x.conftest import Desk
from unisono.contract import OutAttachment, Sent
from unisono.testing.networks.x import Kept

# Which of X's models reads which answer, and which of its methods makes which request.
ANSWERS: dict[tuple[str, str], Any] = {
    ("GET", "/2/users/me"): schemas.GetUsersMeResponse,
    ("GET", "/2/users"): schemas.GetUsersByIdsResponse,
    ("GET", "/2/users/*/mentions"): schemas.GetUsersMentionsResponse,
    ("GET", "/2/users/*/tweets"): schemas.GetUsersPostsResponse,
    ("GET", "/2/tweets"): schemas.GetPostsByIdsResponse,
    ("GET", "/2/tweets/search/recent"): schemas.SearchPostsRecentResponse,
    ("POST", "/2/tweets"): schemas.CreatePostsResponse,
    ("DELETE", "/2/tweets/*"): schemas.DeletePostsResponse,
    ("PUT", "/2/tweets/*/hidden"): schemas.HidePostsReplyResponse,
    ("GET", "/2/dm_events"): schemas.GetDirectMessagesEventsResponse,
    ("GET", "/2/dm_conversations/with/*/dm_events"): schemas.GetDirectMessagesEventsByParticipantIdResponse,
    ("POST", "/2/dm_conversations/with/*/messages"): schemas.CreateDirectMessagesByParticipantIdResponse,
    ("DELETE", "/2/dm_events/*"): schemas.DeleteDirectMessagesEventsResponse,
    ("POST", "/2/media/upload/initialize"): schemas.InitializeMediaUploadResponse,
    ("POST", "/2/media/upload/*/append"): schemas.AppendMediaUploadResponse,
    ("POST", "/2/media/upload/*/finalize"): schemas.FinalizeMediaUploadResponse,
    ("GET", "/2/media/upload"): schemas.GetMediaUploadStatusResponse,
    ("POST", "/2/media/metadata"): schemas.CreateMediaMetadataResponse,
    ("GET", "/2/webhooks"): schemas.GetWebhooksResponse,
    ("POST", "/2/activity/subscriptions"): schemas.CreateActivitySubscriptionResponse,
    ("GET", "/2/tweets/search/stream/rules"): schemas.GetRulesResponse,
    ("POST", "/2/tweets/search/stream/rules"): schemas.UpdateRulesResponse,
}
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/2/tweets"): schemas.CreatePostsRequest,
    ("PUT", "/2/tweets/*/hidden"): schemas.HidePostsReplyRequest,
    ("POST", "/2/dm_conversations/with/*/messages"): schemas.CreateDirectMessagesByParticipantIdRequest,
    ("POST", "/2/media/upload/initialize"): schemas.InitializeMediaUploadRequest,
    ("POST", "/2/media/metadata"): schemas.CreateMediaMetadataRequest,
    ("POST", "/2/activity/subscriptions"): schemas.CreateActivitySubscriptionRequest,
    ("POST", "/2/tweets/search/stream/rules"): schemas.UpdateRulesRequest,
}
METHODS: dict[tuple[str, str], Any] = {
    ("GET", "/2/users/me"): UsersClient.get_me,
    ("GET", "/2/users"): UsersClient.get_by_ids,
    ("GET", "/2/users/*/mentions"): UsersClient.get_mentions,
    ("GET", "/2/users/*/tweets"): UsersClient.get_posts,
    ("GET", "/2/tweets"): PostsClient.get_by_ids,
    ("GET", "/2/tweets/search/recent"): PostsClient.search_recent,
    ("GET", "/2/dm_events"): DirectMessagesClient.get_events,
    ("GET", "/2/dm_conversations/with/*/dm_events"): DirectMessagesClient.get_events_by_participant_id,
    ("GET", "/2/media/upload"): MediaClient.get_upload_status,
    ("GET", "/2/tweets/search/stream/rules"): StreamClient.get_rules,
}
# Events and streams still speak of tweets, as X's own examples do; the models of 0.10.6 know only the newer names of lists.
OLDER = {"edit_history_tweet_ids", "in_reply_to_tweet_id", "referenced_tweets", "tweets"}
# X documents these events; its models of 0.10.6 do not know them yet.
NEWER = {"post.reply.create", "post.quote.create"}
OUTSIDE = {("POST", "/2/oauth2/token"), ("GET", "/media/*")}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def unknown(model: Any, path: str = "") -> Iterator[str]:
    """Yield the fields, at any depth, that X's models do not know."""
    if isinstance(model, list):
        for one in model:
            yield from unknown(one, path)
    elif isinstance(model, pydantic.RootModel):
        yield from unknown(model.root, path)
    elif isinstance(model, BaseModel):
        yield from (f"{path}.{name}" for name in model.model_extra or ())
        for name in type(model).model_fields:
            yield from unknown(getattr(model, name), f"{path}.{name}")


async def a_day(desk: Desk) -> None:
    """Do everything that the connector does at X."""
    mentioned = desk.mention("schaut auf https://example.org/a?b=1&c=2 <b>", media=[])
    picture = desk.x.network.upload(desk.anna.id, "image/png", PNG, "a box")
    desk.mention("mit Bild", media=[str(picture.id)])
    desk.x.network.dm(desk.anna.id, desk.us.user.id, "Nur für euch", post=mentioned.id)
    said = await desk.one()

    async def content() -> bytes:
        return PNG

    file = OutAttachment(name="a.png", media_type="image/png", size_bytes=len(PNG), read=content, alt_text="Karte")
    film = OutAttachment(name="a.mp4", media_type="video/mp4", size_bytes=len(PNG), read=content)
    answer = desk.answer(said, "Gern. https://example.org/x", attachments=(file,))
    sent = await desk.connector.send(answer, 1)
    assert isinstance(sent, Sent)
    assert await desk.connector.reconcile(answer) == Sent(remote_id=sent.remote_id, url=sent.url)
    assert isinstance(await desk.connector.send(desk.answer(said, "Als Film", attachments=(film,)), 1), Sent)
    written = await desk.one("direct")
    reply = desk.answer(written, "Gern, hier.", attachments=(file,))
    dm = await desk.connector.send(reply, 1)
    assert isinstance(dm, Sent)
    assert isinstance(await desk.connector.reconcile(reply), Sent)
    below = desk.x.network.post(desk.anna.id, "Danke!", reply_to=int(sent.remote_id))
    await desk.new(None)
    await desk.new(None, "own")
    _, place = await desk.new(None, "threads")
    _, looked = await desk.new(None, "recheck")
    desk.x.network.delete(below.id)
    desk.clock.advance(700)
    await desk.new(place, "threads")
    await desk.new(looked, "recheck")
    ours = desk.x.network.post(desk.us.user.id, "Neu im Laden")
    rude = desk.x.network.post(desk.ben.id, "Pfui", reply_to=ours.id)
    assert isinstance(await desk.connector.hide(str(rude.id), True), Sent)
    assert isinstance(await desk.connector.retract(sent.remote_id), Sent)
    assert isinstance(await desk.connector.retract(dm.remote_id), Sent)
    for stream in ("activity", "filtered"):
        desk.ctx.account.config["stream"] = stream
        hints = desk.connector.listen()
        assert await anext(hints) is None
        await hints.aclose()
    for kept in desk.x.app.kept:
        assert kept.status < 300 or kept.route in OUTSIDE, (kept.method, kept.path, kept.answer)


@pytest.fixture
def kept(desk: Desk) -> list[Kept]:
    return desk.x.app.kept


async def test_xs_models_know_every_field_that_the_scripted_x_answers(desk: Desk, kept: Any) -> None:
    await a_day(desk)
    seen = {(one.method, one.route) for one in kept} - OUTSIDE
    assert seen <= set(ANSWERS), f"nobody looks at {seen - set(ANSWERS)}"
    assert seen == set(ANSWERS), f"the day does not touch {set(ANSWERS) - seen}"
    for one in kept:
        if (one.method, one.route) in OUTSIDE:
            continue
        read = ANSWERS[(one.method, one.route)].model_validate_json(one.answer)
        assert not list(unknown(read)), (one.method, one.route, list(unknown(read)))


async def test_xs_models_take_every_body_that_we_send(desk: Desk, kept: Any) -> None:
    await a_day(desk)
    bodies = [
        one for one in kept if one.method in ("POST", "PUT") and one.body and "form" not in one.headers.get("content-type", "")
    ]
    assert {(one.method, one.route) for one in bodies} == set(BODIES)
    for one in bodies:
        if any(f'"{event}"'.encode() in one.body for event in NEWER):
            continue
        read = BODIES[(one.method, one.route)].model_validate_json(one.body)
        assert not list(unknown(read)), (one.route, list(unknown(read)))


async def test_xs_client_knows_every_parameter_that_we_send(desk: Desk, kept: Any) -> None:
    await a_day(desk)
    asked = [one for one in kept if one.query and (one.method, one.route) not in OUTSIDE]
    assert {(one.method, one.route) for one in asked} == set(METHODS) - {("GET", "/2/tweets/search/stream/rules")}
    for one in asked:
        method = METHODS[(one.method, one.route)]
        known = set(re.findall(r"params\[\"([\w.]+)\"\]", inspect.getsource(method)))
        assert set(one.query) <= known, (one.route, set(one.query) - known)
        for name, value in one.query.items():
            allowed = words_of(method, name)
            assert not allowed or set(value.split(",")) <= allowed, (one.route, name, set(value.split(",")) - allowed)


def words_of(method: Any, name: str) -> set[str]:
    """Return the words that X's client takes for a parameter; empty where it takes any."""
    hints = inspect.get_annotations(method)
    found: set[str] = set()

    def collect(hint: Any) -> None:
        for part in get_args(hint):
            if isinstance(part, str):
                found.add(part)
            else:
                collect(part)

    collect(hints.get(name.replace(".", "_"), Any))
    return found


async def test_an_event_has_the_envelope_and_the_post_that_xs_models_know(desk: Desk) -> None:
    said = desk.mention("hallo & guten Tag")
    body = desk.x.pushing.body("post.mention.create", desk.us.user.id, said, tag="unisono")
    read = schemas.ActivityStreamResponse.model_validate_json(body)
    assert read.data is not None
    assert read.data.event_type == "post.mention.create"
    assert isinstance(read.data.payload, schemas.Post)
    assert {name.rsplit(".", 1)[-1] for name in unknown(read)} <= OLDER


async def test_xs_own_client_works_with_the_scripted_x_and_reads_our_answers(desk: Desk) -> None:
    """A colleague uses a program that was made with X's kit."""
    said = await _asked(desk)
    sent = await desk.connector.send(desk.answer(said, "Das klären wir."), 1)
    assert isinstance(sent, Sent)

    def as_colleague() -> list[Any]:
        client = Client(base_url=desk.x.url, access_token=desk.us.grant.access)
        me = client.users.get_me()
        pages = list(client.users.get_mentions(id=me.data.id, post_fields=["created_at", "conversation_id"]))
        own = [post for page in client.users.get_posts(id=me.data.id) for post in page.data or ()]
        body = schemas.CreatePostsRequest(text="Vom Kollegen", reply={"in_reply_to_tweet_id": said.remote_id})
        return [me, pages, own, client.posts.create(body=body)]

    me, pages, own, created = await asyncio.to_thread(as_colleague)
    text = lambda post: post["text"] if isinstance(post, dict) else post.text  # noqa: E731
    assert me.data.username == "exampleshop"
    assert any("Wo ist" in text(post) for page in pages for post in page.data)
    assert any("Das klären wir." in text(post) for post in own)
    events, _ = await desk.new(None, "own")
    assert created.data.id in {event.remote_id for event in events if hasattr(event, "own")}


async def _asked(desk: Desk) -> Any:
    desk.mention("Wo ist mein Paket?")
    return await desk.one()


def test_the_models_would_notice() -> None:
    """The looking itself can fail: a field that X has not, a word that it does not take."""
    odd = b'{"data": [{"id": "1", "text": "a", "mood": "glad"}], "meta": {"result_count": 1}}'
    assert list(unknown(schemas.GetUsersMentionsResponse.model_validate_json(odd))) == [".data.mood"]
    with pytest.raises(pydantic.ValidationError):
        schemas.CreatePostsRequest.model_validate({"text": 7, "reply": {}})
    assert "author_id" not in words_of(UsersClient.get_mentions, "post.fields")
