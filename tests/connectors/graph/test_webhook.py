"""Only who knows the app's secret comes in, and the challenge is answered to who knows the word alone."""

import json
from uuid import uuid4

import pytest

from tests.connectors.graph.kit import push
from unisono.connectors._graph.webhook import SIGNATURE, Batch, opened
from unisono.contract import Account, Challenge, Deny, HttpRequest
from unisono.testing.context import KitContext, RealClock


@pytest.fixture
def ctx() -> KitContext:
    account = Account(channel_id=uuid4(), name="x")
    return KitContext(account, None, {"app_secret": "s3cret", "verify_token": "word"}, RealClock())  # type: ignore[arg-type]


def asked(**query: str) -> HttpRequest:
    return HttpRequest(method="GET", path="", query={k.replace("_", ".", 1): [v] for k, v in query.items()}, headers={}, body=b"")


async def test_the_challenge_is_echoed_as_plain_text(ctx: KitContext):
    found = await opened(ctx, asked(hub_mode="subscribe", hub_verify_token="word", hub_challenge="1158201444"))
    assert isinstance(found, Challenge)
    assert (found.response.body, found.response.media_type) == (b"1158201444", "text/plain")


@pytest.mark.parametrize("token", ["other", "", "wörd"])
async def test_another_word_is_not_answered(ctx: KitContext, token: str):
    assert isinstance(await opened(ctx, asked(hub_mode="subscribe", hub_verify_token=token, hub_challenge="1")), Deny)


async def test_the_signature_is_taken_over_the_raw_bytes(ctx: KitContext):
    # Meta escapes; whoever decodes and encodes again signs something else.
    body = rb'{"object":"page","entry":[{"id":"1","time":2,"changes":[{"field":"feed","value":{"m":"\u00fc \ud83d\ude00 \/"}}]}]}'
    found = await opened(ctx, push(body, "s3cret"))
    assert isinstance(found, Batch)
    assert [told.value["m"] for told in found.told] == ["ü \U0001f600 /"]
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    request = push(body, "s3cret")
    assert isinstance(await opened(ctx, HttpRequest(method="POST", path="", query={}, headers=request.headers, body=again)), Deny)


@pytest.mark.parametrize("header", ["", "sha256=", "sha256=00", "sha1=abc", "sha256=ü"])
async def test_no_signature_and_other_signatures_are_denied(ctx: KitContext, header: str):
    request = HttpRequest(method="POST", path="", query={}, headers={SIGNATURE: header}, body=b"{}")
    assert isinstance(await opened(ctx, request), Deny)


@pytest.mark.parametrize("body", [b"null", b"{", b'{"entry":[1]}', b'{"entry":[{"changes":[]}]}', b"[" * 50_000])
async def test_what_is_signed_and_cannot_be_taken_apart_is_kept_whole(ctx: KitContext, body: bytes):
    found = await opened(ctx, push(body, "s3cret"))
    assert isinstance(found, Batch)
    assert (found.told, found.rest) == ([], body)
