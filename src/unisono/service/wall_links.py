"""Links for screens on a wall: whoever has one sees the wallboard that its maker may see, and nothing else."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actor import Unauthenticated, access_of, hash_of
from unisono.service.instant import Instant, instant, maybe_instant
from unisono.service.ports import Database
from unisono.service.ports.tallies import WallLink

PREFIX: Final = "uniwall_"
MAX_NAME: Final = 60
MOST_DAYS: Final = 730
SEEN_EVERY: Final = timedelta(minutes=1)


class WallLinkView(Struct, frozen=True, kw_only=True):
    """A link for a screen. Its token is told once, when it is made."""

    id: UUID
    name: str
    created_by: UUID
    created_at: Instant
    expires_at: Instant
    last_seen_at: Instant | None


class NewWallLink(Struct, frozen=True, kw_only=True):
    """A link that was just made; `token` is known to nobody else."""

    link: WallLinkView
    token: str


async def make_wall_link(db: Database, access: Access, name: str, days: int) -> NewWallLink:
    """Make a link that is good for so many days. Raises Forbidden, Invalid."""
    access.require("queue.manage")
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME:
        raise Invalid(f"Name the screen, in {MAX_NAME} characters at the most.", code="screen_name", field="name")
    if not 0 < days <= MOST_DAYS:
        raise Invalid(f"A link is good for 1 to {MOST_DAYS} days.", code="out_of_range", field="days")
    token = PREFIX + secrets.token_urlsafe(32)
    link_id = new_id()
    async with db.write() as tx:
        await tx.tallies.add_link(link_id, name, hash_of(token), access.user_id, tx.now + timedelta(days=days))
        await tx.privacy.audit(access.user_id, "wallboard.linked", "wall_link", str(link_id), {"days": days})
        (link,) = [one for one in await tx.tallies.links() if one.id == link_id]
    return NewWallLink(link=_view(link), token=token)


async def wall_links(db: Database, access: Access) -> list[WallLinkView]:
    """Return all links that are good, newest first. Raises Forbidden."""
    access.require("queue.manage")
    async with db.read() as tx:
        return [_view(link) for link in await tx.tallies.links()]


async def end_wall_link(db: Database, access: Access, link_id: UUID) -> None:
    """End a link; its screens go dark with their next question. Raises Forbidden, NotFound."""
    access.require("queue.manage")
    async with db.write() as tx:
        if not await tx.tallies.end_link(link_id):
            raise NotFound("This link does not exist any more.")
        await tx.privacy.audit(access.user_id, "wallboard.unlinked", "wall_link", str(link_id), {})


async def access_of_screen(db: Database, token: str) -> Access:
    """Return what a screen's maker may see now. Raises Unauthenticated for a link that ended, or whose maker did."""
    async with db.read() as tx:
        found = await tx.tallies.link(hash_of(token)) if token.startswith(PREFIX) else None
        access = await access_of(tx, found.created_by) if found is not None else None
        stale = found is not None and is_stale(found.last_seen_at, tx.now)
    if found is None or access is None or not access.may("queue.read"):
        raise Unauthenticated(
            "This link for a screen has ended. Make a new one under Supervision, Wallboard.", code="wall_link_ended"
        )
    if stale:
        async with db.write() as tx:
            await tx.tallies.saw_link(found.id)
    return access


def _view(link: WallLink) -> WallLinkView:
    return WallLinkView(
        id=link.id, name=link.name, created_by=link.created_by, created_at=instant(link.created_at),
        expires_at=instant(link.expires_at), last_seen_at=maybe_instant(link.last_seen_at),
    )  # fmt: skip


def is_stale(seen_at: datetime | None, now: datetime) -> bool:
    """Whether it is time to write down that a screen is alive."""
    return seen_at is None or now - seen_at > SEEN_EVERY
