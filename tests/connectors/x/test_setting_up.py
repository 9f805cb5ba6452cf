"""Connecting X at the desk by the form alone: what is wrong is said in the asker's language, with what to do."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, make_house, serve
from unisono.app.registry import Connectors
from unisono.egress.client import EgressFactory
from unisono.service.first_run import first_administrator
from unisono.testing.networks.x import Company, XServer

__all__ = ["make_house"]


@pytest_asyncio.fixture
async def x() -> AsyncIterator[XServer]:
    async with XServer() as running:
        yield running


@pytest.fixture
def us(x: XServer) -> Company:
    return x.company("Example Shop", "exampleshop")


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    """A house with all its connectors, which may go to loopback."""
    async with EgressFactory(allow_private=True) as egress:
        house = await make_house(registry=Connectors())
        house = msgspec.structs.replace(house, outside=msgspec.structs.replace(house.outside, http_for=egress))
        async with house.db.write() as tx:
            await first_administrator(
                tx, login="root", name="Root", locale="de", password_hash=await house.passwords.hash(PASSWORD)
            )
        running = await serve(house)
        yield running
        await running.close()


@pytest_asyncio.fixture
async def root(served: Served) -> Browser:
    browser = served.browser()
    await browser.log_in("root")
    return browser


def form(us: Company, url: str, **changes: Any) -> dict[str, Any]:
    """Return what somebody enters; `secrets` and `config` change single fields."""
    config = {**us.config(url), **changes.get("config", {})}
    secrets = {name: value for name, value in {**us.secrets(), **changes.get("secrets", {})}.items() if value}
    return {"connector": "x", "config": config, "secrets": secrets}


async def test_the_form_alone_connects_an_account(root: Browser, x: XServer, us: Company) -> None:
    health = await root.did("POST", "channels/check", form(us, x.url))
    assert (health["state"], health["handle"]) == ("ok", "@exampleshop")
    queue = (await root.get("queues"))["items"][0]["id"]
    channel = await root.did("POST", "channels", {**form(us, x.url), "name": "X", "queue_id": queue})
    assert (channel["state"], channel["handle"]) == ("ok", "@exampleshop")


async def test_the_form_bounds_the_money_and_names_its_fields_in_both_languages(root: Browser) -> None:
    [found] = [one for one in (await root.get("connectors"))["items"] if one["id"] == "x"]
    fields = found["config"]["properties"]
    assert {"budget_day", "budget_month"} <= set(fields)
    assert all(set(field["title"]) == {"de", "en"} for field in fields.values())
    assert fields["refresh_token"]["secret"]
    assert found["grade"] == "silver"


async def test_an_account_is_authorised_in_the_browser_without_a_token_typed(root: Browser, x: XServer, us: Company) -> None:
    nothing = dict.fromkeys(("access_token", "refresh_token"), "")
    body = form(us, x.url, secrets=nothing, config={"authorize_url": f"{x.url}/i/oauth2/authorize"})
    health = await root.did("POST", "channels/check", body, headers={"accept-language": "de"})
    assert (health["state"], health["field"]) == ("reauth_needed", None)
    assert "im Browser" in health["what"]
    queue = (await root.get("queues"))["items"][0]["id"]
    channel = await root.did("POST", "channels", {**body, "name": "X", "queue_id": queue, "save_anyway": True})
    begun = await root.did("POST", f"channels/{channel['id']}/oauth")
    async with httpx2.AsyncClient(base_url=x.url, trust_env=False) as person:
        page = (await person.get(begun["authorize_url"])).text
        agreed = await person.get(page.split("href='")[1].split("'")[0].replace("&amp;", "&"))
    back = urlsplit(agreed.headers["location"])
    answer = await root.ask("GET", f"{back.path}?{back.query}")
    assert answer.headers["location"] == f"/channels/{channel['id']}?oauth=done"
    now = await root.get(f"channels/{channel['id']}")
    assert (now["state"], now["handle"]) == ("ok", "@exampleshop")


async def test_what_was_spent_is_shown(root: Browser, x: XServer, us: Company) -> None:
    queue = (await root.get("queues"))["items"][0]["id"]
    body = {**form(us, x.url, config={"budget_day": 5}), "name": "X", "queue_id": queue}
    channel = await root.did("POST", "channels", body)
    await root.did("POST", "channels/check", {**form(us, x.url), "secrets": {}, "channel_id": channel["id"]})
    budgets = (await root.get(f"channels/{channel['id']}/health"))["budgets"]
    [money] = [one for one in budgets if one["bucket"] == "money" and one["per"] == "day"]
    assert money["used"] == pytest.approx(0.010)


EXPIRED, REVOKED, RENEWED = "expired", "revoked", "renewed"


@pytest.mark.parametrize(
    ("what", "field", "german", "english"),
    [
        ({"secrets": {"access_token": "wrong", "refresh_token": ""}}, "access_token", "Autorisieren Sie das Konto neu", "Authorise the account anew"),
        ({"secrets": {"access_token": "wrong", "refresh_token": "wrong"}}, "refresh_token", "Verbundene Apps", "Connected apps"),
        ({"secrets": {"access_token": "wrong", "client_secret": "wrong"}}, "client_secret", "Developer Console", "Developer Console"),
        ({"config": {"base_url": "http://127.0.0.1:1"}}, "base_url", "Prüfen Sie die Adresse", "Check the address"),
        ({"config": {"base_url": "{url}/elsewhere"}}, "base_url", "Prüfen Sie die Adresse", "Check the address"),
        (EXPIRED, "access_token", "abgelaufen", "expired"),
        (REVOKED, "refresh_token", "entzogen", "withdrawn"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_with_what_to_do(
    root: Browser, x: XServer, us: Company, what: Any, field: str, german: str, english: str
) -> None:
    changes: dict[str, Any] = what if isinstance(what, dict) else {}
    if what == EXPIRED:
        # Somebody who authorised without offline.access has nothing to renew with.
        x.network.expire(us.user.id)
        changes = {"secrets": {"refresh_token": ""}}
    if what == REVOKED:
        x.network.revoke(us.user.id)
    body = form(us, x.url, **changes)
    body["config"]["base_url"] = body["config"]["base_url"].replace("{url}", x.url)
    for language, words in (("de", german), ("en", english)):
        health = await root.did("POST", "channels/check", body, headers={"accept-language": language})
        assert health["state"] != "ok"
        assert health["field"] == field
        assert words in health["what"], health["what"]
        for secret in body["secrets"].values():
            assert secret == "wrong" or secret not in health["what"]
    queue = (await root.get("queues"))["items"][0]["id"]
    refused = await root.problem(
        "POST", "channels", {**body, "name": "X", "queue_id": queue}, headers={"accept-language": "de"}
    )  # fmt: skip
    assert german in refused["detail"]


async def test_an_expired_token_is_renewed_by_the_check_and_the_new_one_is_kept(root: Browser, x: XServer, us: Company) -> None:
    x.network.expire(us.user.id)
    queue = (await root.get("queues"))["items"][0]["id"]
    channel = await root.did("POST", "channels", {**form(us, x.url), "name": "X", "queue_id": queue})
    assert channel["state"] == "ok"
    assert us.grant.renewals == 1
    checked = await root.did("POST", "channels/check", {**form(us, x.url), "secrets": {}, "channel_id": channel["id"]})
    assert checked["state"] == "ok"
    assert us.grant.renewals == 1
