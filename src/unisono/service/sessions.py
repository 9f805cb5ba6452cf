"""Where somebody is logged in, and how that ends."""

from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.ports import Database
from unisono.service.settings import read_settings

#: So much of the hash names a session; it opens nothing.
NAME_DIGITS = 16


class SessionOfView(Struct, frozen=True, kw_only=True):
    """A session. `id` names it and opens nothing; current: it is the one that asks."""

    id: str
    created_at: Instant
    last_seen_at: Instant
    expires_at: Instant
    user_agent: str
    current: bool


async def sessions_of(db: Database, user_id: UUID, current: bytes | None) -> list[SessionOfView]:
    """Return the sessions that are good now, the last used first."""
    async with db.read() as tx:
        idle_s = (await read_settings(tx))["session.idle_s"]
        found = await tx.admin.sessions(user_id, idle_s)
    return [
        SessionOfView(
            id=one.id_hash.hex()[:NAME_DIGITS], created_at=instant(one.created_at), last_seen_at=instant(one.last_seen_at),
            expires_at=instant(one.expires_at), user_agent=one.user_agent, current=one.id_hash == current,
        )
        for one in found
    ]  # fmt: skip


async def end_session_of(db: Database, access: Access, user_id: UUID, name: str) -> None:
    """End one session of somebody. Raises NotFound."""
    if len(name) != NAME_DIGITS or not set(name) <= set("0123456789abcdef"):
        raise NotFound("This session does not exist, or is over.")
    async with db.write() as tx:
        if not await tx.admin.end_session(user_id, name):
            raise NotFound("This session does not exist, or is over.")
        await tx.privacy.audit(access.user_id, "session.ended", "user", str(user_id), {})


async def end_sessions_of(db: Database, access: Access, user_id: UUID, *, but: bytes | None = None) -> int:
    """End all sessions of somebody, or all but one; returns how many."""
    async with db.write() as tx:
        count = await tx.people.end_sessions_of(user_id, but=but)
        await tx.privacy.audit(access.user_id, "session.ended", "user", str(user_id), {"count": count})
    return count
