"""Pushes: proved over the raw bytes, or not taken at all."""

import asyncio
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from tests.connectors.sandbox.conftest import Desk
from unisono.contract import Challenge, Deny, HttpRequest
from unisono.testing.sandbox.pushes import answer_to, signed

SECRET = "s3cret"


def entry(seq: int = 1, text: str = "hällo 🙈") -> dict:
    author = {"id": "7", "handle": "anna", "name": "Anna"}
    item = {"id": str(seq), "author": author, "created_at": "2026-11-02T09:00:00Z", "text": text, "visibility": "public"}
    return {"seq": str(seq), "type": "item.created", "at": "2026-11-02T09:00:00Z", "why": "mention", "item": item}


def push(desk: Desk, body: bytes, secret: str = SECRET, age_s: int = 0, **headers: str) -> HttpRequest:
    at = int(desk.ctx.clock.now().timestamp()) - age_s
    found = {"x-sandbox-signature": signed(secret, body, at)} | headers
    return HttpRequest(method="POST", path="", query={}, headers=found, body=body)


async def test_a_push_is_split_into_its_items_with_the_keys_that_the_pull_gives(desk: Desk):
    desk.network.say(desk.anna.id, "@brookwatt äöü 🙈")
    pulled = (await desk.connector.pull("main", None, 10)).raws
    lines = desk.server.wire.entries(desk.network.store.entries(desk.us.id, 0, 10))
    import msgspec

    raws = await desk.connector.verify(push(desk, msgspec.json.encode({"entries": lines})))
    assert isinstance(raws, list)
    assert [(raw.ingest_key, raw.body) for raw in raws] == [(raw.ingest_key, raw.body) for raw in pulled]


@pytest.mark.parametrize("escaped", [True, False])
async def test_the_signature_counts_over_the_raw_bytes_however_they_were_written(desk: Desk, escaped: bool):
    body = json.dumps({"entries": [entry(1), entry(2)]}, ensure_ascii=escaped, indent=1).encode()
    raws = await desk.connector.verify(push(desk, body))
    assert isinstance(raws, list)
    assert [desk.connector.read(raw)[0].text for raw in raws] == ["hällo 🙈"] * 2


BODY = json.dumps({"entries": [entry()]}).encode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"secret": "wrong"}, "wrong_signature"),
        ({"x-sandbox-signature": ""}, "no_signature"),
        ({"x-sandbox-signature": "t=1,v1=zz"}, "no_signature"),
        ({"age_s": 301}, "too_old"),
        ({"age_s": -301}, "too_old"),
    ],
)
async def test_what_is_not_surely_from_the_network_is_not_taken(desk: Desk, change: dict, reason: str):
    request = push(desk, BODY, **change)
    assert await desk.connector.verify(request) == Deny(reason=reason)


async def test_a_body_that_was_touched_is_not_taken(desk: Desk):
    request = push(desk, BODY)
    touched = HttpRequest(method="POST", path="", query={}, headers=request.headers, body=BODY + b" ")
    assert await desk.connector.verify(touched) == Deny(reason="wrong_signature")


async def test_an_old_time_cannot_be_made_new(desk: Desk):
    request = push(desk, BODY, age_s=3_600)
    now = int(desk.ctx.clock.now().timestamp())
    renewed = "t=" + str(now) + "," + request.headers["x-sandbox-signature"].split(",")[1]
    again = HttpRequest(method="POST", path="", query={}, headers={"x-sandbox-signature": renewed}, body=BODY)
    assert await desk.connector.verify(again) == Deny(reason="wrong_signature")


async def test_without_a_secret_nothing_is_taken(desk: Desk):
    desk.ctx.secrets.values["webhook_secret"] = ""
    assert await desk.connector.verify(push(desk, BODY, secret="")) == Deny(reason="no_secret", status=403)


async def test_the_signature_is_compared_in_constant_time(desk: Desk, monkeypatch):
    compared: list[tuple] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((a, b)) or real(a, b))
    await desk.connector.verify(push(desk, BODY, secret="wrong"))
    assert len(compared) == 1


async def test_signed_rubbish_is_kept_for_a_person_to_look_at(desk: Desk):
    raws = await desk.connector.verify(push(desk, b"{not json"))
    assert isinstance(raws, list)
    assert (raws[0].body, raws[0].ingest_key.split(":")[0]) == (b"{not json", "unreadable")


async def test_a_challenge_is_answered_with_proof_of_the_secret(desk: Desk):
    request = HttpRequest(method="GET", path="", query={"challenge": ["abc"]}, headers={}, body=b"")
    answer = await desk.connector.verify(request)
    assert isinstance(answer, Challenge)
    assert json.loads(answer.response.body) == {"response": answer_to(SECRET, "abc")}
    assert answer_to(SECRET, "abc") == hmac.new(SECRET.encode(), b"challenge:abc", hashlib.sha256).hexdigest()
    nothing = HttpRequest(method="GET", path="", query={}, headers={}, body=b"")
    assert await desk.connector.verify(nothing) == Deny(reason="no_challenge", status=400)


async def test_nobody_can_have_a_push_signed_by_asking_for_its_challenge(desk: Desk):
    at = str(int(desk.ctx.clock.now().timestamp()))
    asked = HttpRequest(method="GET", path="", query={"challenge": [f"{at}.{BODY.decode()}"]}, headers={}, body=b"")
    answer = await desk.connector.verify(asked)
    assert isinstance(answer, Challenge)
    signature = f"t={at},v1={json.loads(answer.response.body)['response']}"
    forged = HttpRequest(method="POST", path="", query={}, headers={"x-sandbox-signature": signature}, body=BODY)
    assert await desk.connector.verify(forged) == Deny(reason="wrong_signature")


async def test_the_same_push_three_times_at_once_has_the_same_keys(desk: Desk):
    request = push(desk, BODY)
    found = await asyncio.gather(*(desk.connector.verify(request) for _ in range(3)))
    keys = [[raw.ingest_key for raw in raws] for raws in found if isinstance(raws, list)]
    assert keys == [["item:1:0"]] * 3


async def test_a_clock_that_is_a_little_off_does_not_matter(desk: Desk):
    desk.ctx.clock.ahead = timedelta(minutes=4)
    request = push(desk, BODY)
    desk.ctx.clock.ahead = timedelta()
    assert isinstance(await desk.connector.verify(request), list)
