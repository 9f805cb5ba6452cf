"""The scripted X itself: its page for people, its calls for a demo, its authorisation, and what its script can spoil."""

import asyncio
import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.connectors.x.conftest import Desk
from unisono.testing.networks.x import Refused, XServer
from unisono.testing.sandbox.faults import Effect, Fault


async def test_a_person_sees_answers_arrive_on_the_page(desk: Desk) -> None:
    post = desk.x.post_mention(desk.anna, desk.us, "Wo ist mein <b>Paket</b>?")
    desk.x.dm(desk.ben, desk.us, "Vertraulich")
    assert desk.x.answers(desk.us) == []
    await desk.connector.send(desk.answer(await desk.one(), "Unterwegs."), 1)
    [said] = desk.x.answers(desk.us)
    assert said.reply_to == post.id
    async with httpx2.AsyncClient(base_url=desk.x.url, trust_env=False) as client:
        page = (await client.get("/u/exampleshop")).text
        assert "Unterwegs." in page
        assert "answers @anna" in page
        assert "Wo ist mein &lt;b&gt;Paket&lt;/b&gt;?" in page
        assert "direct message to @exampleshop" in page
        assert "/u/exampleshop" in (await client.get("/")).text


async def test_an_app_is_authorised_with_pkce(desk: Desk) -> None:
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": desk.us.app.client_id, "redirect_uri": "http://127.0.0.1/back", "state": "s",
        "scope": "tweet.read users.read offline.access", "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    async with httpx2.AsyncClient(base_url=desk.x.url, trust_env=False) as client:
        assert "Authorise the app for @exampleshop?" in (await client.get("/i/oauth2/authorize", params=asked)).text
        back = (await client.get("/i/oauth2/allowed", params=asked)).headers["location"]
        code = parse_qs(urlsplit(back).query)["code"][0]
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1/back", "code_verifier": verifier,
        }  # fmt: skip
        proof = (desk.us.app.client_id, desk.us.app.client_secret)
        tokens = (await client.post("/2/oauth2/token", data=form, auth=proof)).json()
        me = await client.get("/2/users/me", headers={"authorization": f"Bearer {tokens['access_token']}"})
        assert me.json()["data"]["username"] == "exampleshop"
        assert (await client.post("/2/oauth2/token", data=form, auth=proof)).status_code == 400, "a code is good once"
        used = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert (await client.post("/2/oauth2/token", data=used, auth=proof)).status_code == 200
        assert (await client.post("/2/oauth2/token", data=used, auth=proof)).status_code == 400, "a refresh token is good once"


async def test_rate_limits_are_told_and_held(desk: Desk) -> None:
    async with httpx2.AsyncClient(base_url=desk.x.url, trust_env=False) as client:
        headers = {"authorization": f"Bearer {desk.us.grant.access}"}
        answers = [await client.get("/2/dm_events", headers=headers) for _ in range(16)]
        assert [answer.status_code for answer in answers] == [200] * 15 + [429]
        assert answers[0].headers["x-rate-limit-remaining"] == "14"
        desk.clock.advance(901)
        assert (await client.get("/2/dm_events", headers=headers)).status_code == 200


def test_the_rules_of_posts_are_held() -> None:
    x = XServer()
    shop, anna = x.company("Shop", "shop"), x.person("Anna")
    stranger = x.network.post(anna.id, "ohne euch")
    for text, reply_to in (("Hallo", stranger.id), ("$AAA und $BBB", None)):
        with pytest.raises(Refused) as refused:
            x.network.say_by_api(shop.user.id, text, reply_to=reply_to, quotes=None, media=())
        assert refused.value.status == 403
    with pytest.raises(Refused) as refused:
        x.network.post(anna.id, "x" * 281)
    assert refused.value.status == 400
    called = x.post_mention(anna, shop, "hallo")
    x.network.say_by_api(shop.user.id, "Ja?", reply_to=called.id, quotes=None, media=())
    with pytest.raises(Refused, match="duplicate"):
        x.network.say_by_api(shop.user.id, "Ja?", reply_to=called.id, quotes=None, media=())


@pytest.mark.parametrize(
    ("effect", "arrive"), [(None, [0, 1]), (Effect.LOSE, [1]), (Effect.DUPLICATE, [0, 0, 0, 1]), (Effect.REORDER, [1, 0])]
)
async def test_pushes_are_spoilt_by_script(desk: Desk, effect: Effect | None, arrive: list[int]) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if head.startswith("post"):
            heard.append(await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0])))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        from unisono.testing.networks.x.model import Hook, Subscription

        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        pushing, app = desk.x.pushing, desk.us.app.client_id
        pushing.hooks[1] = Hook(id=1, app=app, url=url, at=desk.clock.now())
        pushing.subscriptions[2] = Subscription(
            id=2, app=app, event_type="post.mention.create", user=desk.us.user.id, webhook=1
        )  # fmt: skip
        if effect is not None:
            desk.x.fault(Fault(effect=effect))
        posts = []
        for number in range(2):
            posts.append(str(desk.mention(f"Nummer {number}").id))
            if effect is not Effect.REORDER:
                await pushing.settle()
        await pushing.settle()
    order = [next(place for place, post in enumerate(posts) if f'"id":"{post}"'.encode() in body) for body in heard]
    assert order == arrive
