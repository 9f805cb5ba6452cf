"""What networks push to us, and pages that connectors serve."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.web.conftest import Browser, MakeHouse, Served, serve
from tests.web.network import Networks
from unisono.domain.errors import Unavailable
from unisono.domain.ids import new_id
from unisono.service.secrets import CHANNEL, put_secret

ITEM = {"id": "1", "text": "Pushed", "at": "2026-11-02T09:00:00+00:00"}


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    """A house that knows the network with a webhook."""
    running = await serve(await make_house(registry=Networks()))
    yield running
    await running.close()


@pytest_asyncio.fixture
async def channel(served: Served) -> str:
    """A channel of that network, with the secret `good`."""
    made = await served.kit.channel()
    await served.sql("update channel set connector = 'network' where id = $1", made.id)
    async with served.house.db.write() as tx:
        await put_secret(tx, served.house.outside.cipher, CHANNEL, made.id, "token", "good")
    return str(made.id)


@pytest_asyncio.fixture
async def outside(served: Served) -> Browser:
    """Somebody on the Internet."""
    return served.browser()


async def push(outside: Browser, channel: str, body: bytes, signature: str | None = None) -> Any:
    signature = signature or hmac.new(b"good", body, hashlib.sha256).hexdigest()
    return await outside.ask("POST", f"/hooks/{channel}", content=body, headers={"x-signature": signature})


async def test_what_is_pushed_is_stored_before_it_is_acknowledged(served: Served, outside: Browser, channel: str) -> None:
    body = json.dumps([ITEM, {**ITEM, "id": "2"}]).encode()
    for _ in range(3):
        assert (await push(outside, channel, body)).status_code == 200
    rows = await served.sql("select ingest_key, body from inbox order by ingest_key")
    assert [row["ingest_key"] for row in rows] == ["created:1:0", "created:2:0"]


async def test_what_one_address_brings_for_several_accounts_goes_to_each_accounts_channel(
    served: Served, outside: Browser, channel: str
) -> None:
    sibling, paused = await served.kit.channel(), await served.kit.channel()
    of = {channel: ("network", "page-1"), str(sibling.id): ("network", "page-2"), str(paused.id): ("scripted", "page-1")}
    for one, (connector, account) in of.items():
        await served.sql("update channel set connector = $2, remote_id = $3 where id = $1", UUID(one), connector, account)
    await served.sql("update channel set paused = true where id = $1", paused.id)
    items = [
        {**ITEM, "account": "page-1"}, {**ITEM, "id": "2", "account": "page-2"}, {**ITEM, "id": "3"},
        {**ITEM, "id": "4", "account": "page-9"}, {**ITEM, "id": "5", "account": "page-1", "connector": "scripted"},
    ]  # fmt: skip
    assert (await push(outside, channel, json.dumps(items).encode())).status_code == 200
    rows = await served.sql("select channel_id, ingest_key from inbox order by ingest_key")
    stored = [(str(row["channel_id"]), row["ingest_key"]) for row in rows]
    assert stored == [
        (channel, "created:1:0"), (str(sibling.id), "created:2:0"), (channel, "created:3:0"), (str(paused.id), "created:5:0"),
    ]  # fmt: skip
    [counted] = await served.sql("select channel_id, n from channel_counter where name = 'elsewhere'")
    assert (str(counted["channel_id"]), counted["n"]) == (channel, 1)


async def test_a_wrong_signature_stores_nothing_and_is_counted(served: Served, outside: Browser, channel: str) -> None:
    response = await push(outside, channel, b"[]", "0" * 64)
    assert (response.status_code, response.json()["code"]) == (401, "hook_denied")
    assert await served.sql("select 1 from inbox") == []
    assert [row["n"] for row in await served.sql("select n from channel_counter where name = 'denied'")] == [1]


async def test_the_network_proves_the_address(outside: Browser, channel: str) -> None:
    response = await outside.ask("GET", f"/hooks/{channel}?challenge=4711")
    assert (response.status_code, response.text) == (200, "4711")


async def test_ten_megabytes_are_taken_and_more_are_refused(served: Served, outside: Browser, channel: str) -> None:
    most = json.dumps([{**ITEM, "text": "x" * 9_900_000}]).encode()
    assert (await push(outside, channel, most)).status_code == 200
    response = await push(outside, channel, b"x" * 10_000_001)
    assert (response.status_code, response.json()["code"], response.json()["limit"]) == (413, "too_large", 10_000_000)
    assert len(await served.sql("select 1 from inbox")) == 1


async def test_no_acknowledgement_without_the_store(
    served: Served, outside: Browser, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> int:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr("unisono.web.hooks.store_pushed", down)
        response = await push(outside, channel, json.dumps([ITEM]).encode())
    assert response.status_code == 503
    assert response.headers["retry-after"]


async def test_a_paused_a_foreign_and_an_unknown_channel_take_nothing(served: Served, outside: Browser, channel: str) -> None:
    await served.sql("update channel set paused = true")
    assert (await push(outside, channel, b"[]")).status_code == 503
    plain = await served.kit.channel()
    assert (await push(outside, str(plain.id), b"[]")).status_code == 404
    assert (await push(outside, str(new_id()), b"[]")).status_code == 404


async def test_a_connectors_page_is_served_and_may_be_embedded(outside: Browser, channel: str) -> None:
    response = await outside.ask("GET", f"/c/{channel}/")
    assert response.text == "<!doctype html><p>Hello"
    assert "frame-ancestors *" in response.headers["content-security-policy"]
    assert "set-cookie" not in response.headers
    assert (await outside.ask("HEAD", f"/c/{channel}")).status_code == 200


async def test_who_may_embed_is_a_setting(served: Served, outside: Browser, channel: str) -> None:
    await served.sql("""insert into setting (name, value) values ('embed.origins', '["https://shop.example"]')""")
    policy = (await outside.ask("GET", f"/c/{channel}/")).headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://shop.example")


async def test_routes_have_names_and_bounds(outside: Browser, channel: str) -> None:
    found = (await outside.ask("GET", f"/c/{channel}/rooms/blue%20one?x=1&x=2")).json()
    assert found == {"room": "blue one", "query": {"x": ["1", "2"]}}
    made = await outside.ask("POST", f"/c/{channel}/rooms/blue", content=b"raw \x00 bytes")
    assert (made.status_code, made.content, made.headers["x-own"]) == (201, b"raw \x00 bytes", "1")
    large = await outside.ask("POST", f"/c/{channel}/rooms/blue", content=b"x" * 1_001)
    assert (large.status_code, large.json()["limit"]) == (413, 1_000)
    assert (await outside.problem("DELETE", f"/c/{channel}/rooms/blue"))["status"] == 405
    assert (await outside.problem("GET", f"/c/{channel}/nothing"))["status"] == 404
    assert (await outside.problem("GET", f"/c/{new_id()}/"))["status"] == 404


async def test_any_page_may_call_what_is_open_to_all_pages_and_nothing_else(outside: Browser, channel: str) -> None:
    preflight = await outside.ask("OPTIONS", f"/c/{channel}/rooms/blue", headers={"origin": "https://shop.example"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"
    assert (await outside.ask("GET", f"/c/{channel}/rooms/blue")).headers["access-control-allow-origin"] == "*"
    closed = await outside.ask("GET", f"/c/{channel}/")
    assert "access-control-allow-origin" not in closed.headers
    assert (await outside.ask("OPTIONS", f"/c/{channel}/")).status_code == 405


async def test_a_connectors_stream_ends_with_the_server(served: Served, channel: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.server.port)
    writer.write(f"GET /c/{channel}/stream HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    await reader.readuntil(b"data: first")
    began = time.monotonic()
    await served.server.stop()
    assert time.monotonic() - began < 3
    assert (await reader.read()).endswith(b"0\r\n\r\n")
    writer.close()


async def test_a_paused_channels_page_says_so(served: Served, outside: Browser, channel: str) -> None:
    await served.sql("update channel set paused = true")
    assert (await outside.problem("GET", f"/c/{channel}/"))["code"] == "channel_paused"


async def test_who_hangs_up_in_the_middle_of_a_request_is_no_fault_in_the_log(served: Served, channel: str) -> None:
    with capture_logs() as said:
        _, writer = await asyncio.open_connection("127.0.0.1", served.server.port)
        writer.write(f"POST /hooks/{channel} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n[".encode())
        await writer.drain()
        at_work = served.server._server.server_state.tasks
        async with asyncio.timeout(10):
            while not at_work:
                await asyncio.sleep(0.01)
            writer.close()
            while at_work:
                await asyncio.sleep(0.01)
    assert said == []
