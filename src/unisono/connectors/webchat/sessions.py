"""Who a visitor is: a session that only its own browser can name.

The browser makes a random word before its first message. The session's id is a keyed hash of that word, so a first message
that is sent twice over a bad line begins one session, and nobody can find another's. From then on the browser holds a
signed token.
"""

import base64
import hashlib
import hmac
import re
import secrets

from msgspec import Struct

from unisono.contract import Author, Ctx

LIFE_S = 30 * 86_400
RENEW_AFTER_S = 86_400
_WORD = re.compile(r"[0-9a-f]{32,64}")
_TOKEN = re.compile(r"([A-Za-z0-9_-]{22})\.(\d{1,12})\.([A-Za-z0-9_-]{43})")
_KEY = "session_key"


class Session(Struct, frozen=True):
    """A visitor's session; `token` is what their browser should hold from now on."""

    id: str
    token: str

    @property
    def author(self) -> Author:
        """The visitor, by nothing but the session."""
        return Author(remote_id=self.id)


class Sessions:
    """Makes and checks sessions of one channel, with a key that is made once and kept among the channel's secrets."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._key: bytes | None = None

    async def begin(self, word: str) -> Session | None:
        """Return the session of a browser's random word, always the same one; None for what is no such word."""
        if not _WORD.fullmatch(word):
            return None
        key = await self._secret()
        return self._session(key, _short(key, b"session:" + word.encode()))

    async def resume(self, token: str) -> Session | None:
        """Return the session of a token, or None when we never gave it or it is too old."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return None
        key = await self._secret()
        if not hmac.compare_digest(self._signature(key, found[1], found[2]), found[3]):
            return None
        age_s = self._ctx.clock.now().timestamp() - int(found[2])
        if age_s > LIFE_S:
            return None
        return self._session(key, found[1]) if age_s > RENEW_AFTER_S else Session(found[1], token)

    def _session(self, key: bytes, session_id: str) -> Session:
        issued = str(int(self._ctx.clock.now().timestamp()))
        return Session(session_id, f"{session_id}.{issued}.{self._signature(key, session_id, issued)}")

    def _signature(self, key: bytes, session_id: str, issued: str) -> str:
        signed = f"token:{self._ctx.account.channel_id}:{session_id}:{issued}".encode()
        return _text(hmac.digest(key, signed, hashlib.sha256))

    async def _secret(self) -> bytes:
        if self._key is None:
            stored = await self._ctx.secrets.get(_KEY)
            if stored is None:
                async with self._ctx.secrets.single_flight(_KEY):
                    stored = await self._ctx.secrets.get(_KEY)
                    if stored is None:
                        stored = secrets.token_hex(32)
                        await self._ctx.secrets.put(_KEY, stored)
            self._key = bytes.fromhex(stored)
        return self._key


def visitor_mark(session_id: str) -> str:
    """Return a short mark by which colleagues can tell visitors apart; it says nothing about the session's id."""
    return "#" + hashlib.sha256(session_id.encode()).hexdigest()[:6]


def _short(key: bytes, message: bytes) -> str:
    return _text(hmac.digest(key, message, hashlib.sha256)[:16])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
