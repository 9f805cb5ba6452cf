"""Channels are checked with their network before they are saved; secrets never come back out."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from tests.web.network import Network, Networks
from unisono.domain.ids import new_id
from unisono.service.first_run import first_administrator
from unisono.service.setup_views import GrantView


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    """A house that knows the network with settings."""
    Network.asked.clear()
    house = await make_house(registry=Networks())
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    running = await serve(house)
    yield running
    await running.close()


async def draft(root: Browser, **changes: Any) -> dict[str, Any]:
    """Return a channel to add, good unless changed."""
    queue = (await root.get("queues"))["items"][0]["id"]
    return {
        "connector": "network", "name": "Our shop", "queue_id": queue, "config": {"base_url": "https://net.example"},
        "secrets": {"token": "good"}, **changes,
    }  # fmt: skip


async def test_the_form_of_each_connector_is_told(root: Browser) -> None:
    found = {connector["id"]: connector for connector in (await root.get("connectors"))["items"]}
    assert found["network"]["config"]["properties"]["token"]["secret"] is True
    assert found["network"]["title"] == {"de": "Netz", "en": "Network"}
    assert found["network"]["grade"] == "none"


async def test_a_channel_is_checked_and_added(served: Served, root: Browser) -> None:
    body = await draft(root)
    health = await root.did("POST", "channels/check", {k: body[k] for k in ("connector", "config", "secrets")})
    assert (health["state"], health["handle"]) == ("ok", "@shop")
    assert await served.sql("select 1 from channel") == []
    channel = await root.did("POST", "channels", body)
    assert (channel["state"], channel["handle"], channel["secrets_set"]) == ("ok", "@shop", ["token"])
    assert channel["config"] == {"base_url": "https://net.example", "page_size": 20}
    assert Network.asked[-1][1] == "good"
    listed = (await root.get("channels"))["items"]
    assert [item["id"] for item in listed] == [channel["id"]]
    health = await root.get(f"channels/{channel['id']}/health")
    assert health["outbox"] == {"queued": 0, "retrying": 0, "dead": 0}


async def test_a_channel_takes_what_is_usual_for_its_medium_unless_it_says_otherwise(root: Browser) -> None:
    usual = {"call": 60, "chat": 20, "message": 20, "mail": 12, "post": 12}
    settings = {one["name"]: one["value"] for one in (await root.get("settings"))["items"]}
    assert {medium: settings[f"units.{medium}"] for medium in usual} == usual
    medium = (await root.get("connectors"))["items"][0]["medium"]
    assert (await root.get("connectors"))["items"][0]["units"] == usual[medium]
    await root.did("PATCH", "settings", {f"units.{medium}": 15})
    assert (await root.get("connectors"))["items"][0]["units"] == 15
    assert (await root.did("POST", "channels", await draft(root)))["units"] == 15


async def test_what_a_channel_says_of_its_units_stands(root: Browser) -> None:
    assert (await root.did("POST", "channels", await draft(root, units=0)))["units"] == 0


async def test_secrets_are_sealed_and_never_told(served: Served, root: Browser) -> None:
    body = await draft(root, secrets={"token": "good"})
    channel = await root.did("POST", "channels", body)
    (row,) = await served.sql("select ciphertext, nonce from secret")
    assert b"good" not in row["ciphertext"]
    for path in ("channels", f"channels/{channel['id']}", f"channels/{channel['id']}/health"):
        assert '"good"' not in (await root.ask("GET", path)).text
    events = await served.sql("select body::text from event")
    assert all("good" not in row["body"] for row in events)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"secrets": {"token": "stale"}}, "check_failed", "token"),
        ({"config": {"base_url": "https://net.example/silent"}}, "check_failed", None),
        ({"secrets": {}}, "setting_missing", "token"),
        ({"config": {}}, "setting_missing", "base_url"),
        ({"config": {"base_url": "not an address"}}, "bad_setting", "base_url"),
        ({"config": {"base_url": "file:///etc/passwd"}}, "bad_setting", "base_url"),
        ({"config": {"base_url": "https://net.example", "page_size": 500}}, "bad_setting", "page_size"),
        ({"config": {"base_url": "https://net.example", "colour": "red"}}, "no_setting", "colour"),
        ({"config": {"base_url": "https://net.example", "token": "good"}}, "bad_setting", "token"),
        ({"secrets": {"token": "no"}}, "bad_setting", "token"),
        ({"connector": "carrier-pigeon"}, "no_connector", None),
        ({"queue_id": str(new_id())}, "no_queue", "queue_id"),
        ({"units": -1}, "out_of_range", "units"),
        ({"name": " "}, "bad_name", "name"),
    ],
)
async def test_settings_that_do_not_work_are_not_saved(
    served: Served, root: Browser, change: dict[str, Any], code: str, field: str | None
) -> None:
    found = await root.problem("POST", "channels", await draft(root, **change))
    assert (found["code"], found.get("field")) == (code, field)
    assert "good" not in json.dumps(found)
    assert await served.sql("select 1 from channel") == []
    assert await served.sql("select 1 from secret") == []


async def test_a_channel_can_be_saved_anyway(root: Browser) -> None:
    channel = await root.did("POST", "channels", await draft(root, secrets={"token": "stale"}, save_anyway=True))
    assert (channel["state"], channel["state_what"]) == ("reauth_needed", "The token is not valid.")


async def test_the_same_account_is_connected_once(root: Browser) -> None:
    channel = await root.did("POST", "channels", await draft(root))
    assert (await root.problem("POST", "channels", await draft(root, name="Twin")))["code"] == "same_account"
    await root.did("DELETE", f"channels/{channel['id']}")
    await root.did("POST", "channels", await draft(root, name="Successor"))


async def test_a_change_of_settings_is_checked_with_the_stored_secret(served: Served, root: Browser) -> None:
    channel = await root.did("POST", "channels", await draft(root))
    path = f"channels/{channel['id']}"
    changed = await root.did("PATCH", path, {"config": {"base_url": "https://net.example/", "page_size": 30}, "units": 20})
    assert (changed["config"]["page_size"], changed["units"]) == (30, 20)
    assert Network.asked[-1][1] == "good"
    assert (await root.problem("PATCH", path, {"secrets": {"token": "stale"}}))["code"] == "check_failed"
    body = {"connector": "network", "config": {"base_url": "https://net.example"}, "channel_id": channel["id"]}
    assert (await root.did("POST", "channels/check", body))["state"] == "ok"
    asked = len(Network.asked)
    assert (await root.did("PATCH", path, {"name": "Renamed"}))["name"] == "Renamed"
    assert len(Network.asked) == asked, "a new name needs no look at the network"


@pytest.mark.parametrize("address", ["https://evil.example", "http://net.example", "https://net.example:8443"])
async def test_a_stored_secret_is_not_brought_to_another_host(served: Served, root: Browser, address: str) -> None:
    channel = await root.did("POST", "channels", await draft(root))
    path, config = f"channels/{channel['id']}", {"base_url": address}
    asked = len(Network.asked)
    body = {"connector": "network", "config": config, "channel_id": channel["id"]}
    for refused in (
        await root.problem("POST", "channels/check", body),
        await root.problem("PATCH", path, {"config": config}),
        await root.problem("PATCH", path, {"config": config, "save_anyway": True}),
    ):
        assert (refused["status"], refused["code"], refused["field"]) == (422, "secret_again", "token")
    assert len(Network.asked) == asked, "nobody was asked with the stored secret"
    assert (await root.get(path))["config"]["base_url"] == "https://net.example"
    assert (await root.did("POST", "channels/check", {**body, "secrets": {"token": "good"}}))["state"] == "ok"
    moved = await root.did("PATCH", path, {"config": config, "secrets": {"token": "good"}})
    assert moved["config"]["base_url"] == address


async def test_who_manages_one_queue_manages_no_channel_not_even_its_own(served: Served, root: Browser) -> None:
    channel = await root.did("POST", "channels", await draft(root))
    scoped = GrantView(role="administrator", scope_kind="queue", scope_id=channel["queue_id"])
    lina = await served.logged_in("lina", scoped)
    path = f"channels/{channel['id']}"
    body = {"connector": "network", "config": channel["config"], "channel_id": channel["id"]}
    for method, where, said in (
        ("PATCH", path, {"name": "Mine"}), ("POST", f"{path}/pause", None), ("DELETE", path, None), ("POST", f"{path}/oauth", None),
        ("POST", "channels/check", body),
    ):  # fmt: skip
        assert (await lina.problem(method, where, said))["status"] == 403, where
    assert (await root.get(path))["state"] == "ok"


async def test_a_check_leaves_no_trace(served: Served, root: Browser) -> None:
    body = await draft(root)
    before = await served.sql("select count(*) from event")
    await root.did("POST", "channels/check", {k: body[k] for k in ("connector", "config", "secrets")})
    assert await served.sql("select 1 from channel") == []
    assert await served.sql("select 1 from secret") == []
    assert await served.sql("select 1 from channel_memory") == []
    assert await served.sql("select count(*) from event") == before


async def test_a_channel_is_paused_resumed_and_archived(served: Served, root: Browser) -> None:
    channel = await root.did("POST", "channels", await draft(root))
    path = f"channels/{channel['id']}"
    assert (await root.did("POST", f"{path}/pause"))["state"] == "paused"
    assert (await root.did("POST", f"{path}/resume"))["state"] == "ok"
    await root.did("DELETE", path)
    assert (await root.get("channels"))["items"] == []
    assert [c["id"] for c in (await root.get("channels?archived=true"))["items"]] == [channel["id"]]
    assert await served.sql("select 1 from secret") == []
    assert (await root.problem("POST", f"{path}/pause"))["status"] == 404
    assert (await root.problem("PATCH", path, {"name": "Back"}))["status"] == 404


async def test_channels_of_others_do_not_exist(served: Served, root: Browser) -> None:
    channel = await root.did("POST", "channels", await draft(root))
    queue = await served.kit.queue()
    nora = await served.logged_in("nora", GrantView(role="agent", scope_kind="queue", scope_id=queue))
    assert (await nora.get("channels"))["items"] == []
    for path in ("", "/health"):
        assert (await nora.problem("GET", f"channels/{channel['id']}{path}"))["status"] == 404
    assert (await nora.problem("POST", "channels", await draft(root)))["status"] == 403
