"""Log in: a password becomes a session. Failures are counted, and who fails often waits."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import UnisonoError
from unisono.service.actor import Unauthenticated, hash_of
from unisono.service.passwords import Passwords
from unisono.service.ports import Database, Tx
from unisono.service.ports.people import Attempts, UserChange
from unisono.service.settings import read_settings

WINDOW: Final = timedelta(minutes=15)
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)
# How many failures are nothing unusual: one person who mistypes, one login from many places, a whole office behind one
# address.
ALLOWED: Final[Mapping[str, int]] = {"pair": 5, "login": 20, "address": 50}
MAX_AGENT_CHARS: Final = 300


class Throttled(UnisonoError):
    """Too many failures; the same request may succeed after `retry_after_s`."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class NewSession(Struct, frozen=True, kw_only=True):
    """A session that has just begun; `id` goes into the cookie and is known to nobody else."""

    id: str
    user_id: UUID
    expires_at: datetime


def login_key(login: str) -> str:
    """Return the key under which a login is unique: case and spaces at its ends don't count."""
    return login.strip().casefold()


async def log_in(
    db: Database, passwords: Passwords, pepper: bytes, *, login: str, password: str, address: str, user_agent: str = "",
    replaces: bytes | None = None,
) -> NewSession:  # fmt: skip
    """Return a new session. `replaces`: a session that the browser still carried; it ends.

    Raises Throttled before the password is looked at, Unauthenticated when login and password do not fit together
    (which of the two is not told).
    """
    keys = _keys(pepper, login_key(login), address)
    # Counted before the password is looked at: a thousand guesses at once are counted one after the other.
    async with db.write() as tx:
        await _count(tx, keys)
        user = await tx.people.user_by_login(login_key(login))
    fits = await passwords.verify(user.password_hash if user else None, password)
    if user is None or user.disabled or not fits:
        raise Unauthenticated("Login and password do not fit together.", code="bad_login")
    renewed = await passwords.hash(password) if passwords.outdated(user.password_hash or "") else None
    async with db.write() as tx:
        await tx.people.forget_attempts([keys["pair"]], tx.now - 2 * LONGEST_PAUSE)
        await _uncount(tx, [keys["login"], keys["address"]])
        if renewed is not None:
            await tx.people.change_user(user.id, UserChange(password_hash=renewed))
        return await begin_session(tx, user.id, user_agent=user_agent, replaces=replaces)


async def begin_session(tx: Tx, user_id: UUID, *, user_agent: str = "", replaces: bytes | None = None) -> NewSession:
    """Begin a session within a verb's transaction; its id was never used before."""
    if replaces is not None:
        await tx.people.end_session(replaces)
    session_id = secrets.token_urlsafe(32)
    settings = await read_settings(tx)
    expires_at = tx.now + timedelta(seconds=settings["session.absolute_s"])
    await tx.people.add_session(hash_of(session_id), user_id, expires_at, user_agent[:MAX_AGENT_CHARS])
    return NewSession(id=session_id, user_id=user_id, expires_at=expires_at)


async def log_out(db: Database, session: bytes) -> None:
    """End a session; ending it twice is ending it once."""
    async with db.write() as tx:
        await tx.people.end_session(session)


def _keys(pepper: bytes, login: str, address: str) -> dict[str, bytes]:
    def key(*parts: str) -> bytes:
        return hmac.new(pepper, "\0".join(parts).encode(), sha256).digest()

    return {"pair": key("pair", login, address), "login": key("login", login), "address": key("address", address)}


async def _count(tx: Tx, keys: Mapping[str, bytes]) -> None:
    counts = await tx.people.attempts(list(keys.values()))
    until = max((c.blocked_until for c in counts.values() if c.blocked_until is not None), default=None)
    if until is not None and until > tx.now:
        wait_s = max(1, round((until - tx.now).total_seconds()))
        raise Throttled(f"Too many failed log-ins; the next one is possible in {wait_s} seconds.", retry_after_s=wait_s)
    await tx.people.put_attempts({key: counted(counts[key], ALLOWED[kind], tx.now) for kind, key in keys.items()})


def counted(before: Attempts, allowed: int, now: datetime) -> Attempts:
    """Return the count after one more failure: beyond what is allowed the pause doubles each time."""
    fresh = now - before.since > WINDOW and (before.blocked_until is None or now - before.blocked_until > WINDOW)
    failures = 1 if fresh else before.failures + 1
    beyond = failures - allowed
    # The exponent is bounded: a float of 2 ** 2000 does not exist.
    pause = min(FIRST_PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE) if beyond >= 0 else None
    return Attempts(
        failures=failures, since=now if fresh else before.since, blocked_until=now + pause if pause is not None else None
    )


async def _uncount(tx: Tx, keys: list[bytes]) -> None:
    """A success takes its own count back; failures of others under the same address stay counted."""
    counts = await tx.people.attempts(keys)
    await tx.people.put_attempts(
        {
            key: Attempts(failures=max(0, c.failures - 1), since=c.since, blocked_until=c.blocked_until)
            for key, c in counts.items()
        }
    )
