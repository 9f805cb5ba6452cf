"""Who asks: a person with their access, and how they proved who they are."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import UnisonoError
from unisono.service.access import Access, resolve
from unisono.service.ports import Database, Tx

TOUCH_S = 60.0
TOKEN_PREFIX = "uni_"  # noqa: S105 - how a token begins, so that scanners and people recognise one


class Unauthenticated(UnisonoError):
    """Nobody is logged in, or the session or token is no longer good."""

    code = "unauthenticated"


class Actor(Struct, frozen=True, kw_only=True):
    """The person behind a request.

    proof: hash of the session's id or of the API token. session: the same for a session, None for a token. limited: it is a
    token that may do less than its owner.
    """

    user_id: UUID
    login: str
    name: str
    locale: str
    access: Access
    proof: bytes
    session: bytes | None = None
    limited: bool = False


def hash_of(secret: str) -> bytes:
    """Return how a session's id, a token or a link is stored. They are random and long, so that a plain hash is enough."""
    return sha256(secret.encode()).digest()


async def actor_of_session(db: Database, session_id: str, idle_s: float) -> Actor | None:
    """Return who a session's cookie stands for, or None. Being used is recorded once a minute."""
    return await _actor(db, hash_of(session_id), idle_s)


async def actor_of_token(db: Database, token: str) -> Actor | None:
    """Return who an API token stands for, or None."""
    return await _actor(db, hash_of(token), None)


async def _actor(db: Database, key: bytes, idle_s: float | None) -> Actor | None:
    async with db.read() as tx:
        facts = await (tx.people.token(key) if idle_s is None else tx.people.session(key, idle_s))
        if facts is None:
            return None
        access = await access_of(tx, facts.user_id)
        if facts.actions is not None:
            access = access.limited_to(facts.actions)
        stale = facts.last_seen_at is None or tx.now - facts.last_seen_at > timedelta(seconds=TOUCH_S)
    if stale:
        async with db.write() as tx:
            await (tx.people.touch_token(key) if idle_s is None else tx.people.touch_session(key))
    return Actor(
        user_id=facts.user_id, login=facts.login, name=facts.name, locale=facts.locale, access=access, proof=key,
        session=None if idle_s is None else key, limited=facts.actions is not None,
    )  # fmt: skip


async def access_of(tx: Tx, user_id: UUID) -> Access:
    """Return what a person may do now; nothing for one who is disabled or unknown."""
    return resolve(user_id, (await tx.people.reach_of([user_id])).get(user_id, ()))
