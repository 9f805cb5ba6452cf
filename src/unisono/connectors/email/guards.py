"""What keeps an answer from going in circles, and an answer from losing its thread."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from unisono.contract import Ctx

_HOUR: Final = timedelta(hours=1)
_SECRET: Final = "reply_key"  # noqa: S105 - the name under which it is kept
_KEY_CHARS: Final = 26
_MAC_CHARS: Final = 8
_MAX_LOCAL: Final = 64


class Rate:
    """Counts mails to one address; the same mail again counts once."""

    def __init__(self, ctx: Ctx, per_hour: int) -> None:
        self._ctx = ctx
        self._per_hour = per_hour

    async def allows(self, address: str, key: str) -> bool:
        """Tell whether one more mail may go to this address, and count it."""
        if self._per_hour <= 0:
            return True
        name = "to:" + hashlib.sha256(address.lower().encode()).hexdigest()[:32]
        now = self._ctx.clock.now()
        stored = await self._ctx.memory.get(name)
        known = msgspec.json.decode(stored, type=list[tuple[str, float]]) if stored else []
        recent = [(k, at) for k, at in known if at > (now - _HOUR).timestamp()]
        if any(k == key for k, _ in recent):
            return True
        if len(recent) >= self._per_hour:
            return False
        recent.append((key, now.timestamp()))
        await self._ctx.memory.put(name, msgspec.json.encode(recent), ttl_s=int(_HOUR.total_seconds()))
        return True


async def reply_secret(ctx: Ctx) -> bytes:
    """Return the secret that signs reply addresses; made at first use."""
    stored = await ctx.secrets.get(_SECRET)
    if stored is None:
        async with ctx.secrets.single_flight(_SECRET):
            stored = await ctx.secrets.get(_SECRET)
            if stored is None:
                stored = secrets.token_hex(32)
                await ctx.secrets.put(_SECRET, stored)
    return bytes.fromhex(stored)


def reply_address(address: str, key: str, secret: bytes) -> str:
    """Return our address with the answer's key in its plus part: `help+u<key><signature>@…`, safe for any letter case."""
    local, _, domain = address.rpartition("@")
    token = f"u{_packed(key)}{_signature(key, secret)}"
    # Longer ones are refused by many servers (RFC 5321, section 4.5.3.1.1).
    return f"{local}+{token}@{domain}" if len(local) + 1 + len(token) <= _MAX_LOCAL else address


def answered_key(plus_parts: Sequence[str], secret: bytes) -> str | None:
    """Return the key of our answer that one of these plus parts names; None when none was signed by us."""
    for part in plus_parts:
        body = part.lower()
        if len(body) != 1 + _KEY_CHARS + _MAC_CHARS or body[0] != "u":
            continue
        try:
            key = str(UUID(bytes=base64.b32decode(body[1 : 1 + _KEY_CHARS].upper() + "======")))
        except ValueError:
            continue
        if hmac.compare_digest(_signature(key, secret), body[1 + _KEY_CHARS :]):
            return key
    return None


def _packed(key: str) -> str:
    return base64.b32encode(UUID(key).bytes).decode().rstrip("=").lower()


def _signature(key: str, secret: bytes) -> str:
    return base64.b32encode(hmac.digest(secret, key.encode(), "sha256")).decode().lower()[:_MAC_CHARS]
