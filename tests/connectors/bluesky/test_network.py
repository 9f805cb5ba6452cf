"""Bluesky's own PDS: what we rely on is so, and the connector hears and answers by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest
import pytest_asyncio
from atproto import models
from atproto_firehose import parse_subscribe_repos_message
from atproto_subscription.frames import Frame
from websockets.asyncio.client import connect as connect_socket

from tests.connectors.bluesky.conftest import Desk, Town, connect
from tests.connectors.bluesky.foreign import holds_answer, holds_request
from tests.db import Cluster
from tests.web.conftest import PASSWORD, Browser
from unisono.app.conformance import conformance_stage
from unisono.connectors.bluesky.session import Session
from unisono.connectors.bluesky.tid import tid_at, tid_of
from unisono.contract import (
    AuthorGone,
    Created,
    Deleted,
    NotSent,
    OutAttachment,
    OutMessage,
    PullFailed,
    Raw,
    Reauth,
    Reject,
    Retry,
    Sent,
    Unknown,
)
from unisono.domain.words import ChannelState, ReplyRule, Visibility
from unisono.service.first_run import first_administrator
from unisono.testing.conformance import Stage
from unisono.testing.conformance.limits import file_of
from unisono.testing.faultproxy import Effect, Match, Pause, http_answer, too_many
from unisono.testing.networks.bluesky import Person
from unisono.testing.networks.bluesky.accounts import post_record, until_tokens_differ

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]

POST = "app.bsky.feed.post"
PUT = Match(methods=("POST",), path="putRecord")
WRITE = Match(methods=("POST",), path="sendMessage")


def answer_to(desk: Desk, heard: Created, text: str = "Wir kümmern uns.", **more: Any) -> OutMessage:
    """The answer as the outbox would hold it."""
    given: dict[str, Any] = {
        "key": str(uuid4()), "thread": heard.thread, "in_reply_to": heard.remote_id, "recipient": heard.author,
        "text": text, "created_at": desk.now(),
    } | more  # fmt: skip
    return OutMessage(**given)


async def asked(desk: Desk, text: str = "Wo ist mein Paket?", **more: Any) -> tuple[Person, Created]:
    """A customer and what they asked us."""
    anna = await desk.town.network.join("anna")
    await anna.post(text, desk.now(), mention=desk.us, **more)
    return anna, await desk.one()


async def wrote(desk: Desk, text: str = "Unter vier Augen: Wo ist es?") -> tuple[Person, Created]:
    """A customer and what they wrote to us directly."""
    anna = await desk.town.network.join("anna")
    chat = desk.town.network.chat
    chat.write(chat.between(anna.did, desk.us.did), anna.did, {"text": text})
    return anna, await desk.one("chat")


async def ours(desk: Desk) -> list[dict[str, Any]]:
    """Our records as they stand at the PDS."""
    found = await desk.us.ask("com.atproto.repo.listRecords", method="GET", params={"repo": desk.us.did, "collection": POST})
    records: list[dict[str, Any]] = found["records"]
    return records


# -- what the PDS does ------------------------------------------------------------------------------------------------


async def test_the_same_record_put_twice_is_one_record_and_created_twice_is_an_error(town: Town) -> None:
    us = await town.network.join("firma")
    body = {"repo": us.did, "collection": POST, "rkey": tid_of("a key", town.clock.now())}
    body["record"] = post_record("Hallo", town.clock.now())
    first, second = [await us.ask("com.atproto.repo.putRecord", json=body) for _ in range(2)]
    assert (first["uri"], first["cid"]) == (second["uri"], second["cid"])
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        await us.ask("com.atproto.repo.createRecord", json=body)
    assert refused.value.response.status_code == 500


@pytest.mark.parametrize(
    ("rkey", "text", "says"),
    [("not-a-tid", "Hallo", "TID"), ("", "x" * 3_001, "3000"), ("", "\N{GRINNING FACE}" * 301, "300")],
)
async def test_the_pds_takes_only_records_that_fit_the_lexicon(town: Town, rkey: str, text: str, says: str) -> None:
    us = await town.network.join("firma")
    record = post_record(text, town.clock.now())
    body = {"repo": us.did, "collection": POST, "rkey": rkey or tid_at(town.clock.now()), "record": record}
    with pytest.raises(httpx2.HTTPStatusError) as refused:
        await us.ask("com.atproto.repo.putRecord", json=body)
    assert refused.value.response.status_code == 400
    assert says in refused.value.response.json()["message"]


async def test_the_firehose_goes_on_behind_a_cursor(town: Town) -> None:
    us = await town.network.join("firma")
    said = [await us.post(f"Nummer {n}", town.clock.now()) for n in range(3)]

    async def heard(cursor: int, until: str) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        url = f"{town.network.url.replace('http', 'ws', 1)}/xrpc/com.atproto.sync.subscribeRepos?cursor={cursor}"
        async with asyncio.timeout(10), connect_socket(url, proxy=None) as socket:
            async for frame in socket:
                assert isinstance(frame, bytes)
                message = parse_subscribe_repos_message(Frame.from_bytes(frame))
                if isinstance(message, models.ComAtprotoSyncSubscribeRepos.Commit) and message.repo == us.did:
                    found += [(message.seq, f"at://{us.did}/{op.path}") for op in message.ops]
                if found and found[-1][1] == until:
                    break
        return found

    every = [(seq, uri) for seq, uri in await heard(0, said[-1]["uri"]) if POST in uri]
    assert [uri for _, uri in every] == [one["uri"] for one in said]
    assert await heard(every[1][0], said[-1]["uri"]) == every[2:]


# -- hearing -----------------------------------------------------------------------------------------------------------


async def test_a_mention_a_reply_and_a_quote_are_heard_with_their_threads(desk: Desk) -> None:
    anna = await desk.town.network.join("anna")
    first = await anna.post("Wo ist mein Paket?", desk.now(), mention=desk.us)
    at = {"uri": first["uri"], "cid": first["cid"]}
    mine = await desk.us.post("Es kommt.", desk.now(), reply={"root": at, "parent": at})
    reply = await anna.post("Wann denn?", desk.now(), reply={"root": at, "parent": mine})
    quote = await anna.post("Sagen die!", desk.now(), embed={"$type": "app.bsky.embed.record", "record": mine})
    events, _ = await desk.new()
    assert [(e.remote_id, e.thread.root_id, e.details["reason"]) for e in events if isinstance(e, Created)] == [
        (first["uri"], first["uri"], "mention"), (reply["uri"], first["uri"], "reply"), (quote["uri"], quote["uri"], "quote"),
    ]  # fmt: skip
    assert [e.thread.parent_id for e in events if isinstance(e, Created)] == [None, mine["uri"], None]
    assert all(isinstance(e, Created) and e.author.remote_id == anna.did for e in events)


async def test_what_is_known_is_not_fetched_again_and_what_comes_late_is_not_missed(desk: Desk) -> None:
    anna, _ = await asked(desk)
    raws, cursor = await desk.page(None)
    assert len(raws) == 1
    assert (await desk.page(cursor))[0] == []
    earlier = desk.now() - timedelta(minutes=5)
    late = await anna.post("Verspätet", earlier, mention=desk.us, rkey=tid_at(earlier), seen_at=earlier)
    events, cursor = await desk.new(cursor)
    assert [e.remote_id for e in events if isinstance(e, Created)] == [late["uri"]]
    assert (await desk.page(cursor))[0] == []


async def test_many_notifications_come_in_pages_each_once_and_in_order(desk: Desk) -> None:
    anna = await desk.town.network.join("anna")
    await anna.post_many([post_record(f"Nummer {n:03d}", desk.now(), mention=desk.us) for n in range(230)])
    texts, cursor = [], None
    while True:
        page = await desk.connector.pull("notifications", cursor, 50)
        cursor = page.next_cursor
        texts += [event.text[-3:] for raw in page.raws for event in desk.connector.read(raw) if isinstance(event, Created)]
        if not page.has_more:
            break
    assert texts == [f"{n:03d}" for n in range(230)]


async def test_a_picture_is_heard_with_its_description_and_fetched(desk: Desk) -> None:
    content = file_of("image/png", 1, 900).content
    _, heard = await asked(desk, pictures=[(content, "image/png", "Ein zerdrücktes Paket")])
    (picture,) = heard.attachments
    assert (picture.media_type, picture.alt_text) == ("image/png", "Ein zerdrücktes Paket")
    assert picture.ref is not None
    assert await desk.connector.get_media(picture.ref, 10_000) == content


async def test_a_new_handle_is_still_the_same_person(desk: Desk) -> None:
    anna, before = await asked(desk)
    _, cursor = await desk.page(None)
    await anna.rename(f"anna-neu-{uuid4().hex[:6]}.test")
    await anna.post("Ich heiße jetzt anders", desk.now(), mention=desk.us)
    (after,), _ = await desk.new(cursor)
    assert isinstance(after, Created)
    assert (after.author.remote_id, after.author.realm) == (before.author.remote_id, before.author.realm)
    assert after.author.handle == f"@{anna.handle}"


async def test_a_deleted_post_is_found_and_told_until_it_is_stored(desk: Desk) -> None:
    anna, heard = await asked(desk)
    await anna.delete(heard.remote_id)
    first, _ = await desk.new(None, "recheck")
    again, cursor = await desk.new(None, "recheck")
    assert [type(e) for e in first] == [Deleted]
    assert again == [msgspec.structs.replace(first[0], occurred_at=again[0].occurred_at)]  # type: ignore[union-attr]
    desk.town.clock.advance(600)
    assert (await desk.new(cursor, "recheck"))[0] == []


async def test_a_closed_account_may_come_back_and_a_deleted_one_is_erased(desk: Desk) -> None:
    anna, _ = await asked(desk)
    ben = await desk.town.network.join("ben")
    await ben.post("Ich auch", desk.now(), mention=desk.us)
    await desk.page(None)
    await anna.pause()
    events, cursor = await desk.new(None, "recheck")
    assert events == []
    await desk.town.network.delete_account(ben)
    desk.town.clock.advance(600)
    (event,), _ = await desk.new(cursor, "recheck")
    assert isinstance(event, AuthorGone)
    assert event.author.remote_id == ben.did


async def test_what_we_say_in_another_program_is_ours_and_what_we_publish_is_no_talk(desk: Desk) -> None:
    anna, heard = await asked(desk)
    at = {"uri": heard.remote_id, "cid": heard.details["cid"]}
    await desk.us.post("Frohes Fest allen!", desk.now())
    await desk.us.post("Es kommt.", desk.now(), reply={"root": at, "parent": at})
    ours_heard = await desk.one("own")
    assert ours_heard.own
    assert ours_heard.thread.root_id == heard.thread.root_id
    assert ours_heard.thread.customer is not None
    assert ours_heard.thread.customer.remote_id == anna.did


async def test_direct_messages_are_heard_from_the_log_and_told_when_deleted(desk: Desk) -> None:
    anna, heard = await wrote(desk)
    _, cursor = await desk.page(None, "chat")
    assert heard.thread.visibility is Visibility.PRIVATE
    chat = desk.town.network.chat
    convo = chat.between(anna.did, desk.us.did)
    second = chat.write(convo, anna.did, {"text": "Und noch etwas"})
    chat.delete(heard.remote_id)
    events, cursor = await desk.new(cursor, "chat")
    assert [(type(e), e.remote_id) for e in events if isinstance(e, Created | Deleted)] == [
        (Created, second["id"]), (Deleted, heard.remote_id)
    ]  # fmt: skip
    assert (await desk.new(cursor, "chat"))[0] == []


async def test_the_live_stream_hints_tells_of_deletions_and_goes_on_where_it_ended(desk: Desk) -> None:
    anna, heard = await asked(desk)
    async with asyncio.timeout(20), aclosing(desk.connector.listen()) as stream:  # type: ignore[type-var]
        hint = asyncio.ensure_future(anext(stream))
        await until_heard(desk)
        second = await anna.post("Hallo?", desk.now(), mention=desk.us)
        assert await hint is None
    # While nobody listens something is taken back; the stream repeats it from our place.
    await desk.page(None)
    await anna.delete(second["uri"])
    async with asyncio.timeout(20), aclosing(desk.connector.listen()) as stream:  # type: ignore[type-var]
        while (told := await anext(stream)) is None:
            pass
        assert isinstance(told, Raw)
        (event,) = desk.connector.read(told)
        assert isinstance(event, Deleted)
        assert event.remote_id == second["uri"]
    assert heard.remote_id in await desk.connector._watch.known()


async def test_a_place_that_the_stream_no_longer_keeps_is_a_gap_and_all_is_looked_at_again(desk: Desk) -> None:
    anna, heard = await asked(desk)
    events, cursor = await desk.new(None, "recheck")
    assert events == []
    long_ago = desk.now() - timedelta(days=3)
    await desk.ctx.memory.put("jetstream", str(int(long_ago.timestamp() * 1e6)).encode())
    await anna.delete(heard.remote_id)
    async with aclosing(desk.connector.listen()) as stream:  # type: ignore[type-var]
        waiting = asyncio.ensure_future(anext(stream))
        await until_heard(desk)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    # At once, and not only when five minutes are over.
    (event,), _ = await desk.new(cursor, "recheck")
    assert isinstance(event, Deleted)


async def until_heard(desk: Desk) -> None:
    """Wait until the stream is listened to."""
    async with asyncio.timeout(10):
        while not desk.town.network.doubles.listeners:
            await asyncio.sleep(0.01)


# -- answering ---------------------------------------------------------------------------------------------------------


async def test_an_answer_names_root_and_parent_and_its_facets_count_bytes(desk: Desk) -> None:
    anna, heard = await asked(desk)
    text = f"Grüße \N{PACKAGE} @{anna.handle}: https://example.org/ä?x=1, #Lieferung. @niemand.invalid"
    sent = await desk.connector.send(answer_to(desk, heard, text), 1)
    assert isinstance(sent, Sent)
    (record,) = await ours(desk)
    assert record["uri"] == sent.remote_id
    value, raw = record["value"], text.encode()
    assert value["reply"]["root"] == value["reply"]["parent"] == {"uri": heard.remote_id, "cid": heard.details["cid"]}
    parts = {f["features"][0]["$type"].partition("#")[2]: raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode()
             for f in value["facets"]}  # fmt: skip
    assert parts == {"mention": f"@{anna.handle}", "link": "https://example.org/ä?x=1", "tag": "#Lieferung"}
    assert value["facets"][0]["features"][0]["did"] == anna.did


@pytest.mark.parametrize("effect", [Effect.ACCEPT_THEN_DROP, Effect.CUT, Effect.ANSWER_AFTER])
async def test_an_answer_whose_sending_was_cut_off_stands_once(desk: Desk, effect: Effect) -> None:
    _, heard = await asked(desk)
    message = answer_to(desk, heard)
    assert await desk.connector.reconcile(message) == NotSent()
    desk.town.front.add(effect, PUT, answer=http_answer(502, b"{}"))
    assert isinstance(await desk.connector.send(message, 1), Unknown)
    found = await desk.connector.reconcile(message)
    again = await desk.connector.send(message, 2)
    assert found == again
    assert isinstance(again, Sent)
    assert [record["uri"] for record in await ours(desk)] == [again.remote_id]


async def test_two_equal_answers_are_two(desk: Desk) -> None:
    _, heard = await asked(desk)
    at = desk.now()
    results = [await desk.connector.send(answer_to(desk, heard, created_at=at), 1) for _ in range(2)]
    assert len({result.remote_id for result in results if isinstance(result, Sent)}) == 2
    assert len(await ours(desk)) == 2


async def test_pictures_go_along_with_description_and_size(desk: Desk) -> None:
    _, heard = await asked(desk)
    file = file_of("image/png", 1, 900)

    async def read() -> bytes:
        return file.content

    picture = OutAttachment(name="a.png", media_type="image/png", size_bytes=900, read=read, alt_text="Karte")
    assert isinstance(await desk.connector.send(answer_to(desk, heard, attachments=(picture,) * 4), 1), Sent)
    (record,) = await ours(desk)
    images = record["value"]["embed"]["images"]
    assert [(image["alt"], image["aspectRatio"]) for image in images] == [("Karte", {"width": 1, "height": 1})] * 4
    too_many_files = answer_to(desk, heard, attachments=(picture,) * 5)
    assert isinstance(await desk.connector.send(too_many_files, 1), Reject)


@pytest.mark.parametrize(("text", "fits"), [("\N{GRINNING FACE}" * 300, True), ("\N{GRINNING FACE}" * 301, False),
                                            ("\U0001f469\u200d\U0001f469\u200d\U0001f467" * 167, False)])  # fmt: skip
async def test_length_is_counted_in_characters_and_in_bytes(desk: Desk, text: str, fits: bool) -> None:
    _, heard = await asked(desk)
    result = await desk.connector.send(answer_to(desk, heard, text), 1)
    assert isinstance(result, Sent if fits else Reject), result
    assert len(await ours(desk)) == fits


async def test_a_gate_is_told_at_receipt_and_stops_the_answer(desk: Desk) -> None:
    anna = await desk.town.network.join("anna")
    said = await anna.post("Nur so gesagt", desk.now(), mention=desk.us)
    open_ = await desk.one()
    await anna.close_replies(said["uri"], desk.now())
    heard = await desk.one()
    assert (open_.can_reply.rule, heard.can_reply.rule, heard.can_reply.reason) == (ReplyRule.YES, ReplyRule.NO, "threadgate")
    result = await desk.connector.send(answer_to(desk, heard), 1)
    assert isinstance(result, Reject)
    assert result.code == "threadgate"
    assert await ours(desk) == []


async def test_what_was_deleted_is_not_answered_and_ours_can_be_taken_back(desk: Desk) -> None:
    anna, heard = await asked(desk)
    sent = await desk.connector.send(answer_to(desk, heard), 1)
    assert isinstance(sent, Sent)
    assert isinstance(await desk.connector.retract(sent.remote_id), Sent)
    assert await ours(desk) == []
    await anna.delete(heard.remote_id)
    gone = await desk.connector.send(answer_to(desk, heard), 1)
    assert isinstance(gone, Reject)
    assert gone.code == "gone"


async def test_a_direct_message_whose_fate_is_unknown_is_found_in_its_chat(desk: Desk) -> None:
    anna, heard = await wrote(desk)
    first, second = answer_to(desk, heard), answer_to(desk, heard)
    assert isinstance(await desk.connector.send(first, 1), Sent)
    assert await desk.connector.reconcile(second) == NotSent(), "another answer with the same words is not this one"
    desk.town.front.add(Effect.ACCEPT_THEN_DROP, WRITE)
    assert isinstance(await desk.connector.send(second, 1), Unknown)
    assert isinstance(await desk.connector.reconcile(second), Sent)
    messages = desk.town.network.chat.between(anna.did, desk.us.did).messages
    assert [message["text"] for message in messages[1:]] == ["Wir kümmern uns."] * 2
    assert await ours(desk) == [], "a direct message never becomes a post"


# -- sessions and limits -----------------------------------------------------------------------------------------------


async def test_a_session_is_opened_once_and_renewed_once_for_all(desk: Desk) -> None:
    before = len(desk.town.front.seen)
    await asyncio.gather(*(desk.connector.pull("notifications", None, 10) for _ in range(5)))
    await connector_of(desk).pull("notifications", None, 10)
    assert opened(desk, before) == ["createSession"]
    tokens = await Session(desk.ctx).tokens()
    await until_tokens_differ(tokens.access)
    stale = Match(data=tokens.access.encode())
    desk.town.front.add(Effect.ANSWER, stale, count=None, answer=http_answer(400, b'{"error":"ExpiredToken","message":"x"}'))
    await asyncio.gather(*(connector_of(desk).pull("notifications", None, 10) for _ in range(5)))
    assert opened(desk, before) == ["createSession", "refreshSession"]


async def test_a_withdrawn_password_needs_somebody_and_is_not_tried_over_and_over(desk: Desk) -> None:
    _, heard = await asked(desk)
    before = len(desk.town.front.seen)
    await desk.ctx.secrets.put("app_password", "wron-gwro-ngwr-ongw")
    for _ in range(3):
        with pytest.raises(PullFailed) as refused:
            await desk.connector.pull("notifications", None, 10)
        assert refused.value.health.state is ChannelState.REAUTH_NEEDED
    assert isinstance(await desk.connector.send(answer_to(desk, heard), 1), Reauth)
    assert opened(desk, before) == ["createSession"], "Bluesky counts log-ins: 300 a day"


async def test_an_app_password_without_the_right_to_direct_messages_is_told_at_check(town: Town) -> None:
    us = await town.network.join("firma")
    password = await us.app_password("narrow", direct_messages=False)
    async with connect(town, us, password=password) as desk:
        health = await desk.connector.check()
    assert (health.state, health.field) == (ChannelState.FORBIDDEN, "app_password")
    async with connect(town, us, password=password, direct_messages=False) as desk:
        health = await desk.connector.check()
        assert health.state is ChannelState.OK
        assert health.caps is not None
        assert health.caps.visibilities == (Visibility.PUBLIC,)
        assert (await desk.connector.pull("chat", None, 10)).raws == []


@pytest.mark.parametrize(("pause", "about"), [(Pause.RETRY_AFTER, 90), (Pause.RESET_EPOCH, 90), (Pause.NONE, 60)])
async def test_a_rate_limit_is_kept_in_the_words_that_bluesky_uses(desk: Desk, pause: Pause, about: float) -> None:
    _, heard = await asked(desk)
    desk.town.front.add(Effect.ANSWER, PUT, answer=too_many(pause, 90, desk.now(), reset_header="ratelimit-reset"))
    result = await desk.connector.send(answer_to(desk, heard), 1)
    assert isinstance(result, Retry)
    assert result.throttled
    assert result.after_s == pytest.approx(about, abs=3)


def connector_of(desk: Desk) -> Any:
    """Another worker of the same channel."""
    return type(desk.connector)(desk.ctx)


def opened(desk: Desk, before: int) -> list[str]:
    """Which sessions were opened or renewed since."""
    names = [seen.path.rpartition(".")[2] for seen in desk.town.front.seen[before:]]
    return [name for name in names if name in ("createSession", "refreshSession")]


# -- a parser of other people's ---------------------------------------------------------------------------------------


async def test_what_goes_either_way_is_what_the_foreign_models_take(desk: Desk) -> None:
    before = len(desk.town.front.seen)
    anna, heard = await asked(desk, pictures=[(file_of("image/png", 1, 900).content, "image/png", "Paket")])
    network = desk.town.network
    view, chat = network.appview, network.chat
    convo = chat.between(anna.did, desk.us.did)
    chat.write(convo, anna.did, {"text": "Direkt"})
    private = await desk.one("chat")
    chat.delete(private.remote_id)
    await desk.connector.send(answer_to(desk, heard, f"@{anna.handle} https://example.org #gut"), 1)
    written = await desk.connector.send(answer_to(desk, private, "Direkt zurück: https://example.org"), 1)
    assert isinstance(written, Sent)
    uri = {"uris": [heard.remote_id]}
    asked_of_view: dict[str, dict[str, list[str]]] = {
        "app.bsky.notification.listNotifications": {}, "app.bsky.feed.getPosts": uri,
        "app.bsky.actor.getProfiles": {"actors": [anna.did]}, "app.bsky.actor.getProfile": {"actor": [anna.did]},
    }  # fmt: skip
    for nsid, params in asked_of_view.items():
        holds_answer(nsid, view.answer(nsid, desk.us.did, params))
    assert (
        len(holds_answer("chat.bsky.convo.getLog", chat.answer("chat.bsky.convo.getLog", desk.us.did, {"cursor": ["2"]})).logs)
        == 4
    )
    for nsid in ("listConvos", "getConvo", "getMessages"):
        name = f"chat.bsky.convo.{nsid}"
        holds_answer(name, chat.answer(name, desk.us.did, {"convoId": [convo.id]}))
    holds_answer("chat.bsky.convo.sendMessage", convo.messages[-1])
    posts = [seen for seen in desk.town.front.seen[before:] if seen.method == "POST" and b"application/json" in seen.raw]
    assert {seen.path.rpartition(".")[2] for seen in posts} >= {"createSession", "putRecord", "sendMessage"}
    for seen in posts:
        holds_request(seen)


# -- by the form ------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(cluster: Cluster) -> AsyncIterator[Stage]:
    """A house that is served, with an administrator."""
    dsn = await cluster.create()
    async with conformance_stage(dsn) as stage:
        hashed = await stage.house.passwords.hash(PASSWORD)
        async with stage.house.db.write() as tx:
            await first_administrator(tx, login="root", name="Root", locale="en", password_hash=hashed)
        yield stage
    await cluster.drop(dsn)


@asynccontextmanager
async def administrator(house: Stage, language: str) -> AsyncIterator[Browser]:
    browser = Browser(house.base_url, **{"accept-language": language})
    await browser.log_in("root")
    yield browser
    await browser.http.aclose()


def form(desk: Desk, password: str, **config: str) -> dict[str, Any]:
    """What the form sends."""
    return {"connector": "bluesky", "config": desk.ctx.account.config | config, "secrets": {"app_password": password}}


async def test_an_account_is_connected_by_the_form_alone(desk: Desk, house: Stage) -> None:
    body = form(desk, await desk.us.app_password("form"))
    async with administrator(house, "en") as root:
        health = await root.did("POST", "channels/check", body)
        assert (health["state"], health["handle"], health["remote_id"]) == ("ok", f"@{desk.us.handle}", desk.us.did)
        more = {"name": "Bluesky", "queue_id": str(house.queue_id), "skills": [], "priority": 0, "units": 0}
        channel = await root.did("POST", "channels", body | more)
        assert channel["state"] == "ok"
        await desk.us.revoke("form")
        await house.outside.secrets.put(UUID(channel["id"]), "session", "{}")
        again = {"connector": "bluesky", "config": body["config"], "secrets": {}, "channel_id": channel["id"]}
        health = await root.did("POST", "channels/check", again)
    assert (health["state"], health["field"]) == ("reauth_needed", "app_password")


@pytest.mark.parametrize(
    ("wrong", "state", "field", "german", "english"),
    [
        ("password", "reauth_needed", "app_password", "Legen Sie unter Einstellungen", "Make a new app password"),
        ("handle", "reauth_needed", "app_password", "Legen Sie unter Einstellungen", "Make a new app password"),
        ("other host", "misconfigured", "service_url", "Prüfen Sie die Adresse", "Check the address"),
        ("silent host", "unreachable", "service_url", "Prüfen Sie die Adresse", "Check the address"),
        ("no right", "forbidden", "app_password", "angehakt", "ticked"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    desk: Desk, house: Stage, wrong: str, state: str, field: str, german: str, english: str
) -> None:
    password = await desk.us.app_password("form", direct_messages=wrong != "no right")
    more = {
        "handle": {"handle": "niemand.test"}, "other host": {"service_url": house.base_url},
        "silent host": {"service_url": "http://127.0.0.1:9"},
    }.get(wrong, {})  # fmt: skip
    body = form(desk, "wron-gwro-ngwr-ongw" if wrong == "password" else password, **more)
    for language, says in (("de", german), ("en", english)):
        async with administrator(house, language) as root:
            health = await root.did("POST", "channels/check", body)
        assert (health["state"], health["field"]) == (state, field), health
        assert says in health["what"]


async def test_an_account_that_lies_elsewhere_is_told_where(desk: Desk, house: Stage) -> None:
    # Another service knows the handle, but does not hold the account.
    gone = Match(path="describeRepo")
    desk.town.front.add(Effect.ANSWER, gone, count=None, answer=http_answer(400, b'{"error":"RepoNotFound"}'))
    async with administrator(house, "en") as root:
        health = await root.did("POST", "channels/check", form(desk, "wron-gwro-ngwr-ongw"))
    assert (health["state"], health["field"]) == ("misconfigured", "service_url")
    assert desk.town.network.url.rpartition(":")[2] in health["what"]
