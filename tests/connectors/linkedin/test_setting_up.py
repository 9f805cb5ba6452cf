"""Connecting a LinkedIn page at the desk: authorised in the browser, said in the asker's language what is wrong."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, make_house, serve
from unisono.app.registry import Connectors
from unisono.egress.client import EgressFactory
from unisono.service.first_run import first_administrator
from unisono.testing.networks.linkedin import SIGNATURE, Company, LinkedInServer, signature

__all__ = ["make_house"]


@pytest.fixture
def linkedin() -> Iterator[LinkedInServer]:
    server = LinkedInServer(lambda: datetime.now(UTC))
    yield server
    server.close()


@pytest.fixture
def us(linkedin: LinkedInServer) -> Company:
    return linkedin.company("Firma")


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


def form(us: Company, url: str, **secrets: str) -> dict[str, Any]:
    """Return what somebody enters."""
    config = {"organization_id": str(us.id), "client_id": us.client_id, "base_url": url, "auth_url": url}
    return {"connector": "linkedin", "config": config, "secrets": {"client_secret": us.client_secret, **secrets}}


async def saved(root: Browser, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Save a channel."""
    queue = (await root.get("queues"))["items"][0]["id"]
    found: dict[str, Any] = await root.did("POST", "channels", {**body, "name": "LinkedIn", "queue_id": queue, **more})
    return found


async def test_a_page_is_authorised_in_the_browser_without_a_token_typed(
    root: Browser, linkedin: LinkedInServer, us: Company
) -> None:
    body = form(us, linkedin.url)
    health = await root.did("POST", "channels/check", body, headers={"accept-language": "de"})
    assert (health["state"], health["field"]) == ("reauth_needed", None)
    assert "noch nicht autorisiert" in health["what"]
    channel = await saved(root, body, save_anyway=True)
    begun = await root.did("POST", f"channels/{channel['id']}/oauth")
    asked = parse_qs(urlsplit(begun["authorize_url"]).query)
    assert asked["scope"] == ["rw_organization_admin r_organization_social_feed w_organization_social_feed"]
    assert "code_challenge" not in asked, "LinkedIn knows no PKCE for web apps"
    async with httpx2.AsyncClient(trust_env=False) as person:
        agreed = await person.get(begun["authorize_url"])
    back = urlsplit(agreed.headers["location"])
    answer = await root.ask("GET", f"{back.path}?{back.query}")
    assert answer.headers["location"] == f"/channels/{channel['id']}?oauth=done"
    now = await root.get(f"channels/{channel['id']}")
    assert (now["state"], now["handle"]) == ("ok", "Firma")


async def test_a_signed_push_is_stored_and_a_forged_one_is_not(
    root: Browser, served: Served, linkedin: LinkedInServer, us: Company
) -> None:
    channel = await saved(root, form(us, linkedin.url, **linkedin.authorise(us)))
    said = linkedin.comment(linkedin.member(), linkedin.post(us.urn, "Neues"), "Strom weg")
    body = linkedin.pushed(linkedin.news_of(said))
    async with httpx2.AsyncClient(trust_env=False) as person:
        hook = f"{served.base}/hooks/{channel['id']}"
        forged = await person.post(hook, content=body, headers={SIGNATURE: signature("guessed", body)})
        taken = await person.post(hook, content=body, headers={SIGNATURE: signature(us.client_secret, body)})
        challenged = await person.get(hook, params={"challengeCode": "890e4665"})
    assert (forged.status_code, taken.status_code) == (401, 200)
    assert challenged.json()["challengeCode"] == "890e4665"


@pytest.mark.parametrize(
    ("change", "field", "german", "english"),
    [
        ({"organization_id": "1"}, "organization_id", "kennt keine Seite 1", "knows no page 1"),
        ({"api_version": "202401"}, "api_version", "bedient Version 202401", "no longer serves version 202401"),
        ({"base_url": "http://127.0.0.1:1"}, "base_url", "Prüfen Sie die Adresse", "Check the address"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    root: Browser, linkedin: LinkedInServer, us: Company, change: dict[str, str], field: str, german: str, english: str
) -> None:
    body = form(us, linkedin.url, **linkedin.authorise(us))
    body["config"] |= change
    for language, words in (("de", german), ("en", english)):
        health = await root.did("POST", "channels/check", body, headers={"accept-language": language})
        assert (health["state"] != "ok", health["field"]) == (True, field)
        assert words in health["what"], health["what"]
