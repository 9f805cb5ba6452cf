"""The first run: built-in roles, a link for the first administrator, and a house that can take work at once."""

from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.ids import new_id
from unisono.service.actions import ADMINISTRATOR, BUILT_IN_ROLES
from unisono.service.actor import hash_of
from unisono.service.links import SET_UP, LinkMade, make_link
from unisono.service.log_in import NewSession, begin_session
from unisono.service.passwords import Passwords, check_password
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.setup import NewQueue
from unisono.service.setup_views import CodeView, GrantView
from unisono.service.users import insert_user, user_event

FIRST_QUEUE: Final = ("general", {"de": "Allgemein", "en": "General"})
FIRST_CODES: Final = (
    ("question", {"de": "Frage beantwortet", "en": "Question answered"}),
    ("complaint", {"de": "Beschwerde", "en": "Complaint"}),
    ("order", {"de": "Bestellung oder Auftrag", "en": "Order"}),
    ("praise", {"de": "Lob", "en": "Praise"}),
    ("no_reply", {"de": "Keine Antwort nötig", "en": "No answer needed"}),
    ("other", {"de": "Sonstiges", "en": "Other"}),
)


async def bring_roles_up_to_date(db: Database) -> None:
    """Write the built-in roles as this version has them; run at every start."""
    async with db.write() as tx:
        for role in BUILT_IN_ROLES:
            await tx.people.put_built_in_role(role.name, role.actions)


async def set_up_needed(db: Database) -> bool:
    """Tell whether nobody administers the house yet."""
    async with db.read() as tx:
        return not await tx.people.administrators()


async def make_set_up_link(db: Database) -> LinkMade:
    """Return a link for the first administrator; the one before no longer works.

    Raises Conflict when there is an administrator: they make password links for the others.
    """
    async with db.write() as tx:
        if await tx.people.administrators():
            raise Conflict("The house is set up already; an administrator can make a password link.", code="set_up")
        return await make_link(tx, SET_UP, None)


async def set_up(
    db: Database, passwords: Passwords, token: str, *, login: str, name: str, password: str, locale: str,
    user_agent: str = "",
) -> NewSession:  # fmt: skip
    """Make the first administrator, a first queue and wrap-up codes, and begin a session.

    Raises NotFound for a link that is used or over, Conflict when somebody was faster, Invalid.
    """
    check_password(password, login)
    password_hash = await passwords.hash(password)
    async with db.write() as tx:
        link = await tx.people.link(hash_of(token), lock=True)
        if link is None or link.purpose != SET_UP or link.used_at is not None or link.expires_at <= tx.now:
            raise NotFound("This link was used, has expired, or never was. Ask for a new one.", code="link_gone")
        if await tx.people.administrators():
            raise Conflict("The house is set up already; log in.", code="set_up")
        await tx.people.use_link(hash_of(token))
        user_id = await first_administrator(tx, login=login, name=name, locale=locale, password_hash=password_hash)
        return await begin_session(tx, user_id, user_agent=user_agent)


async def first_administrator(tx: Tx, *, login: str, name: str, locale: str, password_hash: str) -> UUID:
    """Add an administrator who also takes work, with a first queue and codes where there are none yet."""
    user_id = new_id()
    for role in BUILT_IN_ROLES:
        await tx.people.put_built_in_role(role.name, role.actions)
    await insert_user(tx, user_id, login=login, name=name, email="", locale=locale, password_hash=password_hash)
    await tx.people.set_grants(user_id, [GrantView(role=ADMINISTRATOR, scope_kind="organisation")])
    await tx.setup.ensure_agent(user_id)
    await _furnish(tx, user_id)
    await tx.privacy.audit(user_id, "house.set_up", "user", str(user_id), {})
    tx.emit(user_event(user_id, user_id))
    return user_id


async def _furnish(tx: Tx, user_id: UUID) -> None:
    if not await tx.setup.queues(None, archived=True):
        key, name = FIRST_QUEUE
        queue = NewQueue(id=new_id(), key=key, name=name)
        await tx.setup.add_queue(queue)
        await tx.setup.set_members(queue.id, [user_id])
        tx.emit(NewEvent(type="queue.changed", actor_id=user_id, queue_id=queue.id))
    if not await tx.setup.codes():
        for key, name in FIRST_CODES:
            await tx.setup.add_code(CodeView(id=new_id(), key=key, name=name, archived=False))
