"""Webhooks of all products: the challenge, the signature over the raw bytes, and the batch taken apart.

Source: Meta for Developers, Graph API, "Webhooks: Getting Started". `X-Hub-Signature-256: sha256=<hex>` is HMAC-SHA256 with the
app's secret. Signatures hold no time; a repeated delivery is the same item by its key.
"""

import hashlib
import hmac
from typing import Any

import msgspec
from msgspec import Struct

from unisono.contract import MISSHAPEN, Challenge, Ctx, Deny, HttpRequest, HttpResponse

SIGNATURE = "x-hub-signature-256"


class Told(Struct, frozen=True, kw_only=True):
    """One thing of a batch. account: whose entry it stood in. field: of a change; "" for `messaging`. at: as the entry says."""

    object: str
    account: str
    field: str
    value: dict[str, Any]
    at: int = 0


class Batch(Struct, frozen=True, kw_only=True):
    """What a rightly signed push brought; `rest` is its body when it cannot be taken apart."""

    told: list[Told] = []
    rest: bytes = b""


async def opened(ctx: Ctx, request: HttpRequest) -> Challenge | Batch | Deny:
    """Return the answer to a challenge, what a push brought, or why nothing is taken."""
    if request.method == "GET":
        return _challenged(request, await ctx.secrets.get("verify_token"))
    secret = await ctx.secrets.get("app_secret")
    if not secret:
        return Deny(reason="no_secret", status=403)
    kind, _, given = request.headers.get(SIGNATURE, "").partition("=")
    if kind != "sha256" or not given:
        return Deny(reason="no_signature")
    expected = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        return Deny(reason="wrong_signature")
    return _parted(request.body)


def _challenged(request: HttpRequest, token: str | None) -> Challenge | Deny:
    def asked(name: str) -> str:
        return (request.query.get(name) or [""])[0]

    challenge = asked("hub.challenge")
    if asked("hub.mode") != "subscribe" or not challenge:
        return Deny(reason="no_challenge", status=400)
    if not token or not hmac.compare_digest(token.encode(), asked("hub.verify_token").encode("utf-8", "replace")):
        return Deny(reason="wrong_verify_token", status=403)
    return Challenge(response=HttpResponse(body=challenge.encode(), media_type="text/plain"))


def _parted(body: bytes) -> Batch:
    """It is signed, so it is the network's: what cannot be taken apart is kept whole for a person to look at."""
    try:
        found = msgspec.json.decode(body)
        told = [one for entry in found["entry"] for one in _entry(str(found.get("object", "")), entry)]
    except (*MISSHAPEN, KeyError, TypeError, AttributeError):
        return Batch(rest=body)
    return Batch(told=told)


def _entry(object_: str, entry: dict[str, Any]) -> list[Told]:
    account, at = str(entry["id"]), entry.get("time")
    when = at if isinstance(at, int) else 0
    found = [
        Told(object=object_, account=account, field=str(change["field"]), value=change["value"], at=when)
        for change in entry.get("changes") or ()
        if isinstance(change["value"], dict)
    ]
    return found + [
        Told(object=object_, account=account, field="", value=value, at=when)
        for value in (*(entry.get("messaging") or ()), *(entry.get("standby") or ()))
        if isinstance(value, dict)
    ]


def unreadable_key(body: bytes) -> str:
    """Return the key of something that is kept only for a person to look at."""
    return f"unreadable:{hashlib.sha256(body).hexdigest()[:32]}:0"
