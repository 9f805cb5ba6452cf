"""Connecting an account of Meta from the desk's form alone: what is wrong is said in the asker's language, with what to do."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from tests.connectors.graph.kit import TLS
from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from unisono.app.registry import Connectors
from unisono.egress.client import EgressFactory
from unisono.service.first_run import first_administrator
from unisono.testing.networks.graph import GraphNetwork, GraphServer


class Place(msgspec.Struct):
    """A network, and a house that can reach it."""

    network: GraphNetwork
    url: str
    served: Served

    async def draft(self, connector: str) -> dict[str, Any]:
        """What an administrator types to connect an account of a product."""
        secrets = {"app_secret": self.network.app_secret, "verify_token": "word-of-ours"}
        if connector == "whatsapp":
            number = self.network.whatsapp.add("Brookwatt")
            config = {"phone_number_id": number.id, "business_account_id": number.account, "base_url": self.url}
            return {"connector": connector, "config": config, "secrets": {"access_token": number.token, **secrets}}
        page = self.network.pages.add("Brookwatt")
        config = {"page_id": page.id, "base_url": self.url}
        if connector == "instagram":
            config["account_id"] = self.network.instagram.add(page, "brookwatt").id
        return {"connector": connector, "config": config, "secrets": {"access_token": page.token, **secrets}}


@pytest_asyncio.fixture
async def place(make_house: MakeHouse) -> AsyncIterator[Place]:
    network = GraphNetwork()
    async with GraphServer(network) as server, EgressFactory(allow_private=True, verify=TLS) as http_for:
        house = await make_house(registry=Connectors())
        house = msgspec.structs.replace(house, outside=msgspec.structs.replace(house.outside, http_for=http_for))
        async with house.db.write() as tx:
            await first_administrator(
                tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD)
            )
        served = await serve(house)
        yield Place(network, server.url, served)
        await served.close()


@pytest_asyncio.fixture
async def root(place: Place) -> Browser:
    browser = place.served.browser()
    await browser.log_in("root")
    return browser


CONNECTORS = ["facebook", "whatsapp", "instagram", "messenger"]


async def both(root: Browser, body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the check says in English and in German."""
    found = [await root.did("POST", "channels/check", body, headers={"accept-language": language}) for language in ("en", "de")]
    return found[0], found[1]


@pytest.mark.parametrize("connector", CONNECTORS)
async def test_the_form_alone_connects_an_account(root: Browser, place: Place, connector: str) -> None:
    body = await place.draft(connector)
    health, _ = await both(root, body)
    assert health["state"] == "ok", health
    assert health["remote_id"]
    queue = (await root.get("queues"))["items"][0]["id"]
    channel = await root.did("POST", "channels", {**body, "name": "Meta", "queue_id": queue})
    assert channel["state"] == "ok"
    form = {one["id"]: one for one in (await root.get("connectors"))["items"]}[connector]
    assert form["grade"] in ("silver", "gold")


@pytest.mark.parametrize("connector", CONNECTORS)
@pytest.mark.parametrize(
    ("ends", "english", "german"),
    [
        ("unknown", "is not valid. Copy it again", "gilt nicht. Bitte"),
        ("expired", "has expired. Make one that does not expire", "ist abgelaufen. Bitte eines ohne Ablauf"),
        ("revoked", "was withdrawn at Meta", "bei Meta entzogen"),
    ],
)
async def test_a_token_that_does_not_work_says_what_to_do(
    root: Browser, place: Place, connector: str, ends: str, english: str, german: str
) -> None:
    body = await place.draft(connector)
    token = body["secrets"]["access_token"]
    if ends == "unknown":
        body["secrets"]["access_token"] = "EAAGtyped-wrongly"
    elif ends == "expired":
        place.network.tokens.expire(token)
    else:
        place.network.tokens.revoke(token)
    in_english, in_german = await both(root, body)
    assert (in_english["state"], in_english["field"]) == ("reauth_needed", "access_token")
    assert english in in_english["what"]
    assert german in in_german["what"]
    assert token not in str(in_english)
    queue = (await root.get("queues"))["items"][0]["id"]
    refused = await root.problem(
        "POST", "channels", {**body, "name": "Meta", "queue_id": queue}, headers={"accept-language": "de"}
    )
    assert german in refused["detail"]


@pytest.mark.parametrize("connector", CONNECTORS)
@pytest.mark.parametrize(
    ("change", "field", "english", "german"),
    [
        ({"base_url": "http://127.0.0.1:9"}, "base_url", "does not answer", "antwortet nicht"),
        ({"api_version": "v9.0"}, "api_version", "no longer answers version v9.0", "kennt Version v9.0 seiner API nicht mehr"),
    ],
)
async def test_a_wrong_address_or_version_is_named(
    root: Browser, place: Place, connector: str, change: dict[str, str], field: str, english: str, german: str
) -> None:
    body = await place.draft(connector)
    body["config"] |= change
    in_english, in_german = await both(root, body)
    assert in_english["field"] == in_german["field"] == field
    assert english in in_english["what"]
    assert german in in_german["what"]


@pytest.mark.parametrize("connector", CONNECTORS)
async def test_a_wrong_app_secret_is_named(root: Browser, place: Place, connector: str) -> None:
    body = await place.draft(connector)
    body["secrets"]["app_secret"] = "0" * 32
    in_english, in_german = await both(root, body)
    assert in_english["field"] == "app_secret"
    assert "App secret" in in_english["what"] or "app secret" in in_english["what"]
    assert "App-Geheimnis" in in_german["what"]


async def test_another_pages_token_is_named_with_the_page(root: Browser, place: Place) -> None:
    body = await place.draft("facebook")
    body["secrets"]["access_token"] = place.network.pages.add("Nachbarin").token
    in_english, in_german = await both(root, body)
    assert (in_english["state"], in_english["field"]) == ("misconfigured", "access_token")
    assert "belongs to Nachbarin" in in_english["what"]
    assert "gehört zu Nachbarin" in in_german["what"]


async def test_a_number_of_another_account_is_named(root: Browser, place: Place) -> None:
    body = await place.draft("whatsapp")
    other = place.network.whatsapp.add("Andere")
    place.network.whatsapp.numbers[other.id].account = body["config"]["business_account_id"]
    body["config"]["phone_number_id"] = place.network.whatsapp.add("Fremde").id
    in_english, in_german = await both(root, body)
    assert (in_english["state"], in_german["state"]) == ("misconfigured", "misconfigured")
    assert "Check the id" in in_english["what"]
    assert "Kennung" in in_german["what"]
