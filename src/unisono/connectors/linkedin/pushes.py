"""Webhooks: the challenge that LinkedIn repeats every two hours, and notifications signed over their raw bytes.

Source: Microsoft Learn, LinkedIn API documentation, "Webhook Validation". Signatures hold no time; what comes twice is the same
item by its key.
"""

import hashlib
import hmac
from datetime import datetime

import msgspec
from msgspec import Struct

from unisono.connectors.linkedin.read import COMMENTED, REMOVED, SHARED, ingest_key, unreadable_key
from unisono.connectors.linkedin.shapes import Item, Notification
from unisono.contract import MISSHAPEN, Challenge, Deny, HttpRequest, HttpResponse, Raw

SIGNATURE = "x-li-signature"
_KIND = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


class _Batch(Struct, frozen=True):
    type: str
    notifications: list[msgspec.Raw] = []


def verify(request: HttpRequest, secret: str | None, now: datetime) -> Challenge | list[Raw] | Deny:
    """Return the answer to a challenge, what a push brought, or why nothing is taken."""
    if not secret:
        return Deny(reason="no_secret", status=403)
    if request.method == "GET":
        return _challenged(request, secret)
    given = request.headers.get(SIGNATURE, "")
    if not given:
        return Deny(reason="no_signature")
    expected = _hmac(secret, b"hmacsha256=" + request.body)
    if not hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace")):
        return Deny(reason="wrong_signature")
    return _parted(request.body, now)


def _challenged(request: HttpRequest, secret: str) -> Challenge | Deny:
    code = (request.query.get("challengeCode") or [""])[0]
    if not code:
        return Deny(reason="no_challenge", status=400)
    answer = {"challengeCode": code, "challengeResponse": _hmac(secret, code.encode())}
    return Challenge(response=HttpResponse(body=msgspec.json.encode(answer)))


def _hmac(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def _parted(body: bytes, now: datetime) -> list[Raw]:
    """It is signed, so it is LinkedIn's: what cannot be taken apart is kept whole for a person to look at."""
    try:
        batch = msgspec.json.decode(body, type=_Batch)
    except MISSHAPEN:
        return [Raw(ingest_key=unreadable_key(body), body=body, received_at=now)]
    if batch.type != _KIND:
        return []
    return [raw for one in batch.notifications if (raw := _raw(bytes(one), now)) is not None]


def _raw(one: bytes, now: datetime) -> Raw | None:
    try:
        told = msgspec.json.decode(one, type=Notification)
    except MISSHAPEN:
        return Raw(ingest_key=unreadable_key(one), body=one, received_at=now)
    if not _is_whole(told):
        return None
    if told.action in REMOVED:
        told = msgspec.structs.replace(told, said=None)
    return Raw(
        ingest_key=ingest_key(told), body=msgspec.json.encode(Item(told=told)), received_at=now,
        account=told.page.rpartition(":")[2],
    )  # fmt: skip


def _is_whole(told: Notification) -> bool:
    """Whether a push tells all that is needed. What the page itself says, and what lacks its words, is left to the pull."""
    if told.action in REMOVED:
        return bool(told.activity)
    said = told.said
    if told.action in COMMENTED:
        return said is not None and said.comment is not None and bool(said.comment.owner) and said.comment.owner != told.page
    return told.action in SHARED and said is not None and said.share is not None and bool(said.share.owner)
