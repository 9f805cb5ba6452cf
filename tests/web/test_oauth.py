"""An account is authorised in the browser: there and back, for the right person, the right account, once."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import msgspec
import pytest
import pytest_asyncio

from tests.web.conftest import PASSWORD, Browser, MakeHouse, Served, serve
from tests.web.network import Networks
from unisono.egress.client import EgressFactory
from unisono.service.first_run import first_administrator
from unisono.testing.mailhouse.identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with IdentityProvider() as running:
        yield running


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    house = await make_house(registry=Networks())
    async with EgressFactory(allow_private=True) as http_for:
        house = msgspec.structs.replace(house, outside=msgspec.structs.replace(house.outside, http_for=http_for))
        async with house.db.write() as tx:
            hashed = await house.passwords.hash(PASSWORD)
            await first_administrator(tx, login="root", name="Root", locale="en", password_hash=hashed)
        running = await serve(house)
        yield running
        await running.close()


async def connected(root: Browser, provider: IdentityProvider, name: str = "Net") -> dict[str, Any]:
    """Add a channel that nobody has authorised yet."""
    queue = (await root.get("queues"))["items"][0]
    body = {
        "connector": "authorised", "name": name, "queue_id": queue["id"], "save_anyway": True,
        "config": {"base_url": provider.url, "client_id": CLIENT_ID}, "secrets": {"client_secret": CLIENT_SECRET},
    }  # fmt: skip
    made: dict[str, Any] = await root.did("POST", "channels", body)
    assert made["state"] == "reauth_needed"
    return made


async def agreed(root: Browser, channel: dict[str, Any], link: str = "Allow") -> str:
    """Begin, agree at the provider's page, and return the way back."""
    begun = await root.did("POST", f"channels/{channel['id']}/oauth")
    async with httpx2.AsyncClient(trust_env=False) as person:
        page = (await person.get(begun["authorize_url"])).text
    found = page.split(f">{link}</a>")[0].rsplit('href="', 1)[1].rstrip('"').replace("&amp;", "&")
    back = urlsplit(found)
    assert begun["redirect_uri"] == f"{back.scheme}://{back.netloc}{back.path}"
    return f"{back.path}?{back.query}"


async def came_back(browser: Browser, way: str) -> str:
    """Return where the desk is led to."""
    answer = await browser.ask("GET", way)
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def test_a_channel_is_authorised_and_works_without_a_word_typed(
    served: Served, root: Browser, provider: IdentityProvider
) -> None:
    channel = await connected(root, provider)
    assert await came_back(root, await agreed(root, channel)) == f"/channels/{channel['id']}?oauth=done"
    now = await root.get(f"channels/{channel['id']}")
    assert (now["state"], now["handle"]) == ("ok", "@shop")
    assert "oauth" in now["secrets_set"]
    [row] = await served.sql("select ciphertext from secret where name = 'oauth'")
    assert b"access-" not in row["ciphertext"]
    [audit] = await served.sql("select action from audit where action = 'channel.authorised'")
    assert audit["action"] == "channel.authorised"


async def test_a_code_is_bound_to_who_began_and_counts_once(served: Served, root: Browser, provider: IdentityProvider) -> None:
    channel = await connected(root, provider)
    way = await agreed(root, channel)
    other = await served.logged_in("vera", "administrator")
    assert await came_back(other, way) == f"/channels/{channel['id']}?oauth=other_person"
    assert await came_back(served.browser(), way) == f"/channels/{channel['id']}?oauth=logged_out"
    assert await came_back(root, way) == f"/channels/{channel['id']}?oauth=done"
    assert await came_back(root, way) == f"/channels/{channel['id']}?oauth=no_token"
    assert (await root.get(f"channels/{channel['id']}"))["state"] == "ok"


async def test_a_code_that_somebody_slips_in_fits_no_verifier(root: Browser, provider: IdentityProvider) -> None:
    channel = await connected(root, provider)
    ours, theirs = await agreed(root, channel), await agreed(root, channel)
    state, code = parse_qs(urlsplit(ours).query)["state"][0], parse_qs(urlsplit(theirs).query)["code"][0]
    assert (await came_back(root, f"/api/v1/channels/oauth/callback?state={state}&code={code}")).endswith("oauth=no_token")


@pytest.mark.parametrize("state", ["", "nonsense", "a.b.c", "dGVzdA.AAAA.BBBB"])
async def test_a_state_that_was_not_given_here_leads_nowhere(root: Browser, state: str) -> None:
    assert await came_back(root, f"/api/v1/channels/oauth/callback?state={state}&code=x") == "/channels?oauth=unknown_state"


async def test_a_refusal_changes_nothing(root: Browser, provider: IdentityProvider) -> None:
    channel = await connected(root, provider)
    assert (await came_back(root, await agreed(root, channel, "Deny"))).endswith("oauth=denied")
    assert (await root.get(f"channels/{channel['id']}"))["state"] == "reauth_needed"


async def test_another_account_is_not_put_under_the_channel_and_no_account_is_connected_twice(
    served: Served, root: Browser, provider: IdentityProvider
) -> None:
    channel, second = await connected(root, provider), await connected(root, provider, "Second")
    await came_back(root, await agreed(root, channel))
    assert (await came_back(root, await agreed(root, second))).endswith("oauth=same_account")
    provider.person = "somebody"
    assert (await came_back(root, await agreed(root, channel))).endswith("oauth=other_account")
    assert (await root.get(f"channels/{channel['id']}"))["handle"] == "@shop"
    rows = await served.sql("select owner_id from secret where name = 'oauth'")
    assert [row["owner_id"] for row in rows] == [UUID(channel["id"])]


async def test_a_withdrawn_authorisation_is_given_anew_and_waiting_answers_go_on(
    served: Served, root: Browser, provider: IdentityProvider
) -> None:
    channel = await connected(root, provider)
    await came_back(root, await agreed(root, channel))
    provider.revoke("shop")
    failed = await root.problem("PATCH", f"channels/{channel['id']}", {"config": channel["config"]})
    assert (failed["status"], failed["state"]) == (422, "reauth_needed")
    assert await came_back(root, await agreed(root, channel)) == f"/channels/{channel['id']}?oauth=done"
    assert (await root.get(f"channels/{channel['id']}"))["state"] == "ok"


async def test_what_was_authorised_is_given_back_with_the_channel(
    served: Served, root: Browser, provider: IdentityProvider
) -> None:
    channel = await connected(root, provider)
    await came_back(root, await agreed(root, channel))
    [given] = [one for one in provider.asked if one.path == "/token"]
    await root.did("DELETE", f"channels/{channel['id']}")
    back = [one.form for one in provider.asked if one.path == "/revoke"]
    assert [form["token_type_hint"] for form in back] == ["refresh_token", "access_token"]
    assert all(form["token"].startswith(form["token_type_hint"].split("_")[0]) for form in back)
    assert provider.owner_of(back[1]["token"]) is None
    assert given.status == 200
    [audit] = await served.sql("select body from audit where action = 'channel.withdrawn'")
    assert audit["body"] == {"taken": True}
    assert await served.sql("select 1 from secret") == []


async def test_a_network_that_does_not_answer_keeps_no_channel(served: Served, root: Browser, provider: IdentityProvider) -> None:
    channel = await connected(root, provider)
    await came_back(root, await agreed(root, channel))
    await served.sql('update channel set config = config || \'{"base_url": "http://127.0.0.1:1"}\'')
    await root.did("DELETE", f"channels/{channel['id']}")
    [audit] = await served.sql("select body from audit where action = 'channel.withdrawn'")
    assert audit["body"] == {"taken": False}
    assert await served.sql("select 1 from secret") == []
    assert (await root.get("channels"))["items"] == []


async def test_an_authorisation_is_not_taken_to_another_host(served: Served, root: Browser, provider: IdentityProvider) -> None:
    channel = await connected(root, provider)
    await came_back(root, await agreed(root, channel))
    with IdentityProvider() as other:
        body = {"config": {"base_url": other.url, "client_id": CLIENT_ID}, "save_anyway": True}
        refused = await root.problem("PATCH", f"channels/{channel['id']}", body)
        assert (refused["code"], refused["field"]) == ("secret_again", "client_secret")
        moved = await root.did("PATCH", f"channels/{channel['id']}", body | {"secrets": {"client_secret": CLIENT_SECRET}})
        assert moved["state"] == "reauth_needed"
        assert other.asked == []
