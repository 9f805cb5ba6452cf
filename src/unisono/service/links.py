"""One-time links: the first administrator sets the house up, a person sets their password."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.actor import hash_of
from unisono.service.log_in import NewSession, begin_session
from unisono.service.passwords import Passwords, check_password
from unisono.service.ports import Database, Tx
from unisono.service.ports.people import Link, UserChange, UserFacts
from unisono.service.users import user_event

SET_UP: Final = "setup"
PASSWORD: Final = "password"  # noqa: S105 - the purpose of a link
GOOD_FOR: Final = timedelta(hours=24)


class LinkMade(Struct, frozen=True, kw_only=True):
    """A link's secret part, told once, and until when it is good."""

    token: str
    expires_at: datetime

    @property
    def good_for_s(self) -> int:
        """For how many seconds a link is good."""
        return int(GOOD_FOR.total_seconds())


class LinkView(Struct, frozen=True, kw_only=True):
    """What the page behind a link needs. `login` and `name` are those of the person whose password it sets."""

    purpose: str
    organisation: str
    login: str | None = None
    name: str | None = None


async def make_link(tx: Tx, purpose: str, user_id: UUID | None) -> LinkMade:
    """Make a link within a verb's transaction; unused ones of the same purpose and person no longer work."""
    token = secrets.token_urlsafe(32)
    await tx.people.withdraw_links(purpose, user_id)
    expires_at = tx.now + GOOD_FOR
    await tx.people.add_link(hash_of(token), purpose, user_id, expires_at)
    return LinkMade(token=token, expires_at=expires_at)


async def make_password_link(db: Database, access: Access, user_id: UUID) -> LinkMade:
    """Return a link by which a person sets their password. Raises NotFound, Conflict for somebody disabled."""
    async with db.write() as tx:
        user = await tx.people.user(user_id)
        if user is None:
            raise NotFound("This person does not exist.")
        if user.disabled:
            raise Conflict("This person is disabled; enable them first.", code="disabled")
        if await tx.admin.is_service(user_id):
            raise Conflict("This is a service account: it has tokens and no password.", code="service_account")
        made = await make_link(tx, PASSWORD, user_id)
        await tx.privacy.audit(access.user_id, "user.password_link", "user", str(user_id), {})
    return made


async def look_at_link(db: Database, token: str, organisation: str) -> LinkView:
    """Return what a link is for. Raises NotFound for one that never was, is used or over."""
    async with db.read() as tx:
        link = _good(await tx.people.link(hash_of(token)), tx)
        user = await tx.people.user(link.user_id) if link.user_id is not None else None
    return LinkView(
        purpose=link.purpose, organisation=organisation, login=user.login if user else None, name=user.name if user else None
    )


async def use_password_link(db: Database, passwords: Passwords, token: str, password: str, *, user_agent: str = "") -> NewSession:
    """Set the password, end all sessions of the person and begin a new one. Raises NotFound, Invalid, Conflict."""
    async with db.read() as tx:
        user = await _person(tx, _good(await tx.people.link(hash_of(token)), tx))
    check_password(password, user.login)
    password_hash = await passwords.hash(password)
    async with db.write() as tx:
        link = _good(await tx.people.link(hash_of(token), lock=True), tx)
        user = await _person(tx, link)
        await tx.people.use_link(hash_of(token))
        await tx.people.change_user(user.id, UserChange(password_hash=password_hash))
        await tx.people.end_sessions_of(user.id)
        await tx.privacy.audit(user.id, "user.password", "user", str(user.id), {})
        tx.emit(user_event(user.id, user.id))
        return await begin_session(tx, user.id, user_agent=user_agent)


async def purpose_of(db: Database, token: str) -> str:
    """Return what a good link is for. Raises NotFound."""
    async with db.read() as tx:
        return _good(await tx.people.link(hash_of(token)), tx).purpose


def _good(link: Link | None, tx: Tx) -> Link:
    if link is None or link.used_at is not None or link.expires_at <= tx.now:
        raise NotFound("This link was used, has expired, or never was. Ask for a new one.", code="link_gone")
    return link


async def _person(tx: Tx, link: Link) -> UserFacts:
    if link.purpose != PASSWORD or link.user_id is None:
        raise Invalid("This link is for something else.", code="link_purpose")
    user = await tx.people.user(link.user_id)
    if user is None or user.disabled:
        raise Conflict("This person is disabled.", code="disabled")
    return user
