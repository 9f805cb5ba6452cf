"""Hints: webhooks that are proved, the activity stream, the filtered stream; and what they leave out is pulled."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from tests.connectors.x.conftest import Desk, open_desk
from unisono.contract import Challenge, Created, Deleted, Deny, HttpRequest, Raw
from unisono.domain.words import ReplyRule
from unisono.testing.networks.x import SIGNATURE, signed


def push(desk: Desk, event_type: str, what: object, *, secret: str | None = None) -> HttpRequest:
    body = desk.x.pushing.body(event_type, desk.us.user.id, what)
    headers = {SIGNATURE: signed(secret or desk.us.app.consumer_secret, body)}
    return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)


async def verified(desk: Desk, request: HttpRequest) -> list[Raw]:
    found = await desk.connector.verify(request)
    assert isinstance(found, list), found
    return found


async def test_a_pushed_mention_has_the_key_and_the_words_of_the_pulled_one(desk: Desk) -> None:
    post = desk.mention("Grüße \U0001f469\u200d\U0001f467 & <b> https://example.org/x")
    [pushed] = await verified(desk, push(desk, "post.mention.create", post))
    [pulled] = (await desk.connector.pull("mentions", None, 100)).raws
    assert pushed.ingest_key == pulled.ingest_key
    one, other = desk.connector.read(pushed), desk.connector.read(pulled)
    assert one == other


async def test_a_pushed_message_has_the_key_and_the_words_of_the_pulled_one(desk: Desk) -> None:
    dm = desk.x.network.dm(desk.anna.id, desk.us.user.id, "Vertraulich & <privat>")
    [pushed] = await verified(desk, push(desk, "dm.received", dm))
    [pulled] = (await desk.connector.pull("direct", None, 100)).raws
    assert pushed.ingest_key == pulled.ingest_key
    assert desk.connector.read(pushed) == desk.connector.read(pulled)


async def test_a_reply_comes_without_its_author_and_waits_for_the_pull(desk: Desk) -> None:
    ours = desk.x.network.post(desk.us.user.id, "Neu")
    reply = desk.x.network.post(desk.anna.id, "Schön", reply_to=ours.id)
    assert await verified(desk, push(desk, "post.reply.create", reply)) == []
    assert (await desk.one()).author.handle == "@anna"


async def test_our_own_deletion_is_told(desk: Desk) -> None:
    ours = desk.x.network.post(desk.us.user.id, "Neu")
    [raw] = await verified(desk, push(desk, "post.delete", ours))
    [event] = desk.connector.read(raw)
    assert isinstance(event, Deleted)
    assert event.remote_id == str(ours.id)


async def test_an_encrypted_message_opens_an_enquiry_that_leads_to_x(desk: Desk) -> None:
    chat = {
        "id": "e4f4d3fc", "sender_id": str(desk.anna.id), "conversation_id": f"{desk.anna.id}:{desk.us.user.id}",
        "created_at_msec": "1784841183370", "encoded_event": "CwABAAAA", "conversation_token": "eyJ",
    }  # fmt: skip
    [raw] = await verified(desk, push(desk, "chat.received", chat))
    [event] = desk.connector.read(raw)
    assert isinstance(event, Created)
    assert event.can_reply.rule is ReplyRule.DEEPLINK
    assert event.can_reply.url.startswith("https://x.com/i/chat/")
    assert event.can_reply.url in event.text
    assert b"CwABAAAA" not in raw.body, "what nobody can read is not kept"


async def test_nothing_that_is_not_signed_comes_in(desk: Desk) -> None:
    post = desk.mention("hallo")
    found = await desk.connector.verify(push(desk, "post.mention.create", post, secret="another"))
    assert isinstance(found, Deny)


async def test_a_signature_cannot_be_had_by_asking_for_a_challenge(desk: Desk) -> None:
    body = '{"data":{"event_type":"post.delete","payload":{"id":"1"}}}'
    asked = HttpRequest(method="GET", path="", query={"crc_token": [body]}, headers={}, body=b"")
    assert isinstance(await desk.connector.verify(asked), Deny)


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'{"data": 7}', b'{"data": {"event_type": "dm.received", "payload": {}}}'])
async def test_a_signed_push_that_cannot_be_read_is_kept_for_a_person(desk: Desk, body: bytes) -> None:
    headers = {SIGNATURE: signed(desk.us.app.consumer_secret, body)}
    [raw] = await verified(desk, HttpRequest(method="POST", path="", query={}, headers=headers, body=body))
    assert raw.body == body


async def test_an_event_of_a_later_version_is_no_trouble(desk: Desk) -> None:
    assert await verified(desk, push(desk, "post.telepathy", {"id": "1"})) == []


@asynccontextmanager
async def hints(desk: Desk) -> AsyncIterator[asyncio.Queue[Raw | None]]:
    """Listen while the block runs."""
    heard: asyncio.Queue[Raw | None] = asyncio.Queue()

    async def listen() -> None:
        async for hint in desk.connector.listen():
            heard.put_nowait(hint)

    task = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(10):
            assert await heard.get() is None, "a stream that opens says that it is time to pull"
            yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_activity_stream_brings_mentions_and_messages(desk: Desk) -> None:
    async with hints(desk) as heard:
        desk.mention("gleich")
        desk.x.network.dm(desk.anna.id, desk.us.user.id, "auch gleich")
        found = [await heard.get() for _ in range(4)]
    texts = {event.text for raw in found if raw is not None for event in desk.connector.read(raw) if isinstance(event, Created)}
    assert texts == {"Hallo @exampleshop gleich", "auch gleich"}
    assert {one.event_type for one in desk.x.pushing.subscriptions.values()} >= {"post.mention.create", "dm.received"}


async def test_the_filtered_stream_finds_who_names_us() -> None:
    async with open_desk(stream="filtered") as desk:
        for _ in range(2):
            async with hints(desk) as heard:
                desk.x.network.post(desk.ben.id, "nichts für euch")
                desk.mention("gleich")
                raw = await heard.get()
            assert raw is not None
            assert raw.ingest_key == (await desk.connector.pull("mentions", None, 100)).raws[-1].ingest_key
        assert len(desk.x.pushing.rules) == 1, "the rule is made once"


async def test_without_the_apps_token_there_is_nothing_to_listen_to() -> None:
    async with open_desk(secrets={"app_bearer": ""}) as desk:
        assert [hint async for hint in desk.connector.listen()] == []
        assert not desk.connector.capabilities().push


async def test_x_registers_our_address_only_when_it_answers_the_challenge(desk: Desk) -> None:
    """The scripted X asks as X does; our connector answers through a small server."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readline()).decode()
        query = dict(httpx2.QueryParams(line.split()[1].partition("?")[2]))
        asked = HttpRequest(method="GET", path="", query={k: [v] for k, v in query.items()}, headers={}, body=b"")
        found = await desk.connector.verify(asked)
        body = found.response.body if isinstance(found, Challenge) else b""
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, httpx2.AsyncClient(base_url=desk.x.url, trust_env=False) as client:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks/1"
        bearer = {"authorization": f"Bearer {desk.us.app.bearer}"}
        made = await client.post("/2/webhooks", json={"url": url}, headers=bearer)
        assert made.status_code == 201, made.text
        await desk.ctx.secrets.put("consumer_secret", "another")
        again = await client.put(f"/2/webhooks/{json.loads(made.content)['data']['id']}", headers=bearer)
        assert again.json() == {"data": {"valid": False}}
