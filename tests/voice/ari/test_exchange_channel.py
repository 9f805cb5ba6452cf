"""An exchange is connected at the desk like any channel: what is wrong is said in words, and calls come as soon as it is saved."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.db import Pool
from tests.kit import Person
from tests.voice.ari.conftest import SETTINGS
from tests.web.conftest import PASSWORD as ROOTS
from tests.web.conftest import Browser, MakeHouse, Served, make_house, serve
from unisono.app.exchanges import Exchanges
from unisono.app.registry import Connectors
from unisono.contract import load_manifest
from unisono.contract.voice import VoicePowers
from unisono.egress.client import EgressFactory
from unisono.service.first_run import first_administrator
from unisono.testing.asterisk.model import Phone
from unisono.testing.asterisk.server import PASSWORD, ScriptedAsterisk
from unisono.voice.ari import Exchange
from unisono.voice.ari.exchange import PAGE
from unisono.voice.line import Line

pytestmark = pytest.mark.voice
OURS = "+498001"
LINES: dict[str, Any] = load_manifest(Line.folder).config["properties"]
__all__ = ["make_house"]


@pytest_asyncio.fixture
async def served(make_house: MakeHouse, factory: EgressFactory) -> AsyncIterator[Served]:
    """A house that may reach its own network."""
    house = await make_house(Connectors())
    house = replace(house, outside=replace(house.outside, http_for=factory))
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(ROOTS))
    running = await serve(house)
    yield running
    await running.close()


@pytest_asyncio.fixture
async def root(served: Served) -> Browser:
    browser = served.browser()
    await browser.log_in("root")
    return browser


def form(exchange: ScriptedAsterisk, password: str = PASSWORD, **config: Any) -> dict[str, Any]:
    """Return what an administrator enters."""
    plain = {name: value for name, value in SETTINGS.items() if name != "password"}
    return {
        "connector": "asterisk", "config": {"url": exchange.url, **plain, "numbers": [OURS], **config},
        "secrets": {"password": password},
    }  # fmt: skip


async def test_the_form_asks_for_the_exchange_and_for_the_line(root: Browser) -> None:
    found = next(one for one in (await root.get("connectors"))["items"] if one["id"] == "asterisk")
    properties = found["config"]["properties"]
    assert properties["password"]["secret"] is True
    assert {"url", "username", "app", "trunk", "allowed", "numbers", "language"} <= set(properties)
    shared = {name for name, schema in properties.items() if schema in LINES.values()}
    assert shared == set(LINES) - {"driver"} - PAGE, "no setting of the exchange hides one of the line"
    assert "no real Asterisk" in " ".join(found["verified_against"])


async def test_what_is_wrong_is_said_with_what_to_do_and_where(root: Browser, exchange: ScriptedAsterisk) -> None:
    async def says(body: dict[str, Any]) -> tuple[str, str, str]:
        health = await root.did("POST", "channels/check", body)
        return health["state"], health["field"], health["what"]

    state, field, what = await says(form(exchange, password="not-this-one"))
    assert (state, field) == ("reauth_needed", "password")
    assert "ari.conf" in what
    assert "not-this-one" not in what
    state, field, what = await says(form(exchange, url="http://127.0.0.1:1"))
    assert (state, field) == ("unreachable", "url")
    assert "does not answer" in what
    exchange.switch.arrive("unisono")
    state, field, what = await says(form(exchange))
    assert (state, field) == ("misconfigured", "app")
    assert "uses the application unisono already" in what
    exchange.switch.leave("unisono")
    exchange.faults.refuse = lambda method, path: 403
    assert (await says(form(exchange)))[:2] == ("forbidden", "username")
    exchange.faults.refuse = lambda method, path: 404
    assert (await says(form(exchange)))[:2] == ("misconfigured", "url")
    exchange.faults.refuse = None
    problem = await root.problem("POST", "channels/check", form(exchange, trunk="PJSIP/carrier"))
    assert problem["field"] == "trunk"
    health = await root.did("POST", "channels/check", form(exchange))
    assert (health["state"], health["handle"]) == ("ok", f"unisono@127.0.0.1:{exchange.port}")


def test_every_answer_of_check_has_its_german_and_its_english() -> None:
    words = tomllib.loads((Exchange.folder / "words.toml").read_text(encoding="utf-8"))
    assert all(set(texts) == {"de", "en"} for texts in words.values())


async def test_a_host_of_the_own_network_is_refused_unless_it_is_meant(
    make_house: MakeHouse, exchange: ScriptedAsterisk, pool: Pool
) -> None:
    async with EgressFactory(allow_private=False) as strict:
        house = await make_house(Connectors())
        running = await serve(replace(house, outside=replace(house.outside, http_for=strict)))
        async with house.db.write() as tx:
            await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(ROOTS))
        browser = running.browser()
        await browser.log_in("root")
        health = await browser.did("POST", "channels/check", form(exchange))
        await running.close()
    assert (health["state"], health["field"]) == ("misconfigured", "url")
    assert "UNISONO_ALLOW_PRIVATE_HOSTS" in health["what"]
    assert exchange.asked == []


@pytest_asyncio.fixture
async def voice(served: Served, tmp_path: Path) -> AsyncIterator[None]:
    """The part of the role `voice` that works exchanges."""
    house = served.house
    running = SimpleNamespace(outside=house.outside, db=house.db, bell=house.bell, clock=house.outside.clock, data_dir=tmp_path)
    task = asyncio.create_task(Exchanges(running, "test").run())  # type: ignore[arg-type]
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], Awaitable[object]], kit: Any) -> None:
    """Let the router decide until something holds."""
    async with asyncio.timeout(30):
        while not await holds():
            await kit.route()
            await asyncio.sleep(0.01)


async def test_once_it_is_saved_calls_come_and_when_it_is_paused_the_line_is_let_go(
    served: Served, root: Browser, exchange: ScriptedAsterisk, voice: None
) -> None:
    queue = (await root.get("queues"))["items"][0]["id"]
    channel = await root.did("POST", "channels", {**form(exchange), "name": "Exchange", "queue_id": queue})
    assert channel["secrets_set"] == ["password"]
    assert PASSWORD not in str(await served.sql("select * from channel")) + str(await served.sql("select * from secret"))

    async def connected() -> bool:
        return bool(exchange.opened)

    await until(connected, served.kit)
    anna: Person = await served.kit.agent(queue)
    await served.sql("insert into agent_phone (user_id, driver, address) values ($1, 'asterisk', '201')", anna.id)
    await served.kit.router.load()
    exchange.switch.phones["PJSIP/201"] = Phone.ANSWERS
    call = exchange.switch.call_in("+4930123456", OURS, "unisono")

    async def talking() -> bool:
        return bool(await served.sql("select 1 from call where call_id = $1 and stage = 'talking'", call.id))

    await until(talking, served.kit)
    assert len({one.bridge for one in exchange.switch.channels.values()}) == 1
    exchange.switch.hang_up(call.id)

    async def over() -> bool:
        return not exchange.switch.channels

    await until(over, served.kit)
    await root.did("POST", f"channels/{channel['id']}/pause")

    async def let_go() -> bool:
        return not any(app.active for app in exchange.switch.apps.values())

    await until(let_go, served.kit)


async def test_two_exchanges_have_two_names_in_the_house(served: Served, root: Browser, exchange: ScriptedAsterisk) -> None:
    queue = (await root.get("queues"))["items"][0]["id"]

    async def saved(name: str, **config: Any) -> dict[str, Any]:
        body = {**form(exchange, **config), "name": name, "queue_id": queue, "save_anyway": True}
        return dict((await root.ask("POST", "channels", body)).json())

    first = await saved("Exchange")
    async with served.house.db.write() as tx:
        await tx.calls.tell_powers("sip", VoicePowers())
    for taken in ("asterisk", "webrtc", "sip"):
        refused = await saved("Branch", app="branch", numbers=["+498002"], driver=taken)
        assert (refused["code"], refused["field"]) == ("driver_taken", "driver"), refused
        assert taken in refused["detail"]
    second = await saved("Branch", app="branch", numbers=["+498002"], driver="branch")
    assert second["config"]["driver"] == "branch"
    back = await root.ask(
        "PATCH", f"channels/{second['id']}", {"config": {**second["config"], "driver": "asterisk"}, "save_anyway": True}
    )
    assert (back.status_code, back.json()["code"]) == (422, "driver_taken")
    # An exchange keeps its own name, and gives it free when it is archived.
    kept = await root.ask("PATCH", f"channels/{first['id']}", {"config": first["config"], "save_anyway": True})
    assert kept.status_code == 200
    await root.did("DELETE", f"channels/{first['id']}")
    assert "id" in await saved("Exchange anew", app="other", numbers=["+498003"])


async def test_of_two_that_were_saved_with_one_name_only_the_first_is_worked(
    served: Served, root: Browser, exchange: ScriptedAsterisk, tmp_path: Path
) -> None:
    queue = (await root.get("queues"))["items"][0]["id"]
    for name in ("one", "two"):
        await root.did("POST", "channels", {**form(exchange, app=name, driver=name), "name": name, "queue_id": queue})
    await served.sql("update channel set config = config || '{\"driver\": \"one\"}' where connector = 'asterisk'")
    rows = await served.sql("select id, name from channel where connector = 'asterisk' order by id")
    async with served.house.db.read() as tx:
        channels = {one.id: one for one in await tx.channels.running()}
    running = SimpleNamespace(outside=served.house.outside, db=served.house.db, bell=served.house.bell, data_dir=tmp_path)
    worked = {one.id: channels[one.id] for one in channels.values() if one.connector == "asterisk"}
    assert Exchanges(running, "test")._alone(worked) == [rows[0]["id"]]  # type: ignore[arg-type]  # what it needs of a node
    assert Exchanges(running, "test", frozenset({"one"}))._alone(worked) == []  # type: ignore[arg-type]  # what it needs of a node
