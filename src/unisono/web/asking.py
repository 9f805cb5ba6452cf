"""What writes share: bodies that refuse unknown fields, and the idempotency key of a POST."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from litestar.connection import Request
from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.service.actor import Actor
from unisono.service.once import Key

Asking = Request[Actor, Any, Any]


class Body(Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of what a request may carry; a mistyped field is told, never passed over."""


def header_key(request: Asking) -> UUID | None:
    """Return the request's Idempotency-Key. Raises Invalid for one that is no UUIDv7."""
    word = request.headers.get("idempotency-key")
    if word is None:
        return None
    try:
        key = UUID(word)
    except ValueError:
        key = None
    if key is None or key.version != 7:
        raise Invalid("Idempotency-Key must be a UUIDv7 that the client makes, one for each command.", code="bad_idempotency_key")
    return key


async def key_of(request: Asking) -> Key | None:
    """Return the request's Idempotency-Key with what was asked under it. Raises Invalid for one that is no UUIDv7."""
    key = header_key(request)
    if key is None:
        return None
    verb = f"{request.method} {request.url.path}"
    digest = sha256(await request.body()).digest()
    return Key(key=key, actor_id=request.user.user_id, verb=verb, digest=digest)


def id_under(key: Key | None) -> UUID:
    """Return the id of what a command makes: its key, so that the same command can never make a second one."""
    return key.key if key is not None else new_id()
