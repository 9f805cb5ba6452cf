"""Pushes of the network: proved to be from it, then split into items.

Header `x-sandbox-signature: t=<unix seconds>,v1=<hex>`: HMAC-SHA256, keyed with the shared secret, over `<t>.` and the raw
body. The network proves our address with `GET ?challenge=...`, answered by the HMAC over `challenge:` and the challenge;
without that word, whoever asks could have a push signed by us.
"""

import hashlib
import hmac
import re
from datetime import datetime

import msgspec

from unisono.connectors.sandbox.read import ingest_key
from unisono.connectors.sandbox.wire import PushedBatch
from unisono.contract import MISSHAPEN, Challenge, Deny, HttpRequest, HttpResponse, Raw

SIGNATURE = "x-sandbox-signature"
OLDEST_S = 300
_HEADER = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def verify(request: HttpRequest, secret: str | None, now: datetime) -> Challenge | list[Raw] | Deny:
    """Return the items of a push, the answer to a challenge, or why nothing is taken."""
    if not secret:
        return Deny(reason="no_secret", status=403)
    if request.method == "GET":
        asked = (request.query.get("challenge") or [""])[0]
        if not asked:
            return Deny(reason="no_challenge", status=400)
        body = msgspec.json.encode({"response": _hmac(secret, b"challenge:" + asked.encode())})
        return Challenge(response=HttpResponse(body=body))
    found = _HEADER.fullmatch(request.headers.get(SIGNATURE, ""))
    if found is None:
        return Deny(reason="no_signature")
    if not hmac.compare_digest(_hmac(secret, found[1].encode() + b"." + request.body), found[2]):
        return Deny(reason="wrong_signature")
    if abs(now.timestamp() - int(found[1])) > OLDEST_S:
        return Deny(reason="too_old")
    try:
        batch = msgspec.json.decode(request.body, type=PushedBatch)
    except MISSHAPEN:
        # It is signed, so it is theirs: kept whole for a person to look at.
        return [Raw(ingest_key=ingest_key(request.body), body=request.body, received_at=now)]
    return [Raw(ingest_key=ingest_key(bytes(entry)), body=bytes(entry), received_at=now) for entry in batch.entries]


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
