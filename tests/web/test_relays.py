"""Who calls from a page, and whose phone it is that rings, get a password of their own for the relay; its secret stays at home."""

import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.callkit import Exchange as Telephone
from tests.web.conftest import Browser, MakeHouse, Served, serve
from tests.web.test_calls import Both
from unisono.app.settings import Settings
from unisono.app.webrtc import phone_at, relays
from unisono.domain.errors import Invalid
from unisono.voice.webrtc.exchange import Exchange

pytestmark = pytest.mark.voice
SECRET = "north-by-northwest"
SERVERS = (
    "stun:stun.example.org:3478 turn:turn.example.org:3478?transport=udp turns:turn.example.org:5349 "
    "turn://fixed:word@old.example.org:3478"
)
FIXED = [
    {"urls": ["stun:stun.example.org:3478"]},
    {"urls": ["turn:old.example.org:3478"], "username": "fixed", "credential": "word"},
]


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    house = await make_house(Both())
    at = Exchange(db=house.db, bell=house.outside.bell, fanout=house.fanout, files=house.outside.files, clock=house.outside.clock)
    settings = Settings(ice_servers=SERVERS, turn_secret=SECRET, turn_minutes=30)
    house = replace(house, phone=phone_at(at, bytes(32), relays(settings, house.outside.clock)))
    running = await serve(house)
    telephone = Telephone(running.kit, house.outside.clock)
    await telephone.line(await running.kit.queue(), driver="webrtc", numbers=["shop"])
    yield running
    await running.close()


def checked(servers: list[dict[str, Any]]) -> set[str]:
    """Check servers as the relay does; returns the names under which one may use it."""
    assert [one for one in servers if one.get("username", "fixed") == "fixed"] == FIXED
    names = set()
    for url in ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:5349"):
        (relay,) = [one for one in servers if one["urls"] == [url]]
        digest = hmac.new(SECRET.encode(), relay["username"].encode(), hashlib.sha1).digest()
        assert relay["credential"] == base64.b64encode(digest).decode()
        end, _, who = relay["username"].partition(":")
        assert 25 * 60 < int(end) - time.time() <= 30 * 60
        names.add(who)
    return names


async def test_the_visitor_s_page_and_the_desk_get_passwords_that_end(served: Served) -> None:
    browser: Browser = await served.logged_in("anna", "agent")
    shown = []
    for word in ("a" * 32, "b" * 32):
        answer = await browser.http.post("/call/shop/calls", json={"word": word, "name": "Ada", "language": "en"})
        assert answer.status_code == 201, answer.text
        shown.append((answer.text, checked(answer.json()["servers"])))
    desk = await browser.ask("GET", "phone")
    shown.append((desk.text, checked(desk.json()["servers"])))
    assert len(set.union(*(names for _, names in shown))) == 6, "nobody gets what another has"
    assert not any(SECRET in text for text, _ in shown)


def test_a_secret_that_no_relay_could_use_is_said(served: Served) -> None:
    for servers in ("", "stun:stun.example.org:3478", "turn://fixed:word@old.example.org"):
        with pytest.raises(Invalid, match="UNISONO_TURN_SECRET"):
            relays(Settings(ice_servers=servers, turn_secret=SECRET), served.house.outside.clock)
