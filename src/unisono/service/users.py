"""People of the house: add, change, grant, disable. The last administrator stays."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import UNSET

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access, resolve
from unisono.service.actions import ADMINISTRATOR, APART
from unisono.service.leave import leave_work
from unisono.service.log_in import login_key
from unisono.service.passwords import Passwords, check_password
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.people import NewUser, UserChange
from unisono.service.setup_views import GrantView
from unisono.service.text import sort_key, storable
from unisono.service.words import LOCALES
from unisono.service.work_events import agent_event

THEMES: Final = ("system", "light", "dark")
NARROWED: Final = ("brand", "team", "queue", "channel")
MAX_NAME_CHARS: Final = 200


async def add_user(
    db: Database, access: Access, user_id: UUID, *, login: str, name: str, email: str = "", locale: str = "de",
    grants: Sequence[GrantView] = (), password_hash: str | None = None,
) -> UUID:  # fmt: skip
    """Add a person with their grants; without a password they get in by a password link.

    Raises Invalid, Conflict when the login is taken, Forbidden when a grant gives more than the asker has.
    """
    async with db.write() as tx:
        await insert_user(tx, user_id, login=login, name=name, email=email, locale=locale, password_hash=password_hash)
        await give_grants(tx, access, user_id, grants)
        await tx.privacy.audit(access.user_id, "user.added", "user", str(user_id), {})
        tx.emit(user_event(user_id, access.user_id))
    return user_id


async def insert_user(
    tx: Tx, user_id: UUID, *, login: str, name: str, email: str, locale: str, password_hash: str | None
) -> None:
    """Add a person within a verb's transaction. Raises Invalid and Conflict."""
    user = NewUser(
        id=user_id, login=checked_login(login), login_key=login_key(login), name=checked_name(name),
        name_key=sort_key(name), email=checked_email(email), locale=_one_of(locale, LOCALES, "locale"),
        password_hash=password_hash,
    )  # fmt: skip
    if not await tx.people.add_user(user):
        raise Conflict(f"The login {user.login!r} is taken.", code="login_taken", field="login")


async def change_user(
    db: Database, access: Access, user_id: UUID, *, login: str | None = None, name: str | None = None,
    email: str | None = None, locale: str | None = None, theme: str | None = None, disabled: bool | None = None,
) -> None:  # fmt: skip
    """Change what is named. Disabling ends all sessions, gives open work back and makes tokens useless.

    Raises NotFound, Invalid, Conflict when the login is taken or nobody would administer the house any more.
    """
    async with db.write() as tx:
        administrators = await tx.people.administrators(lock=True)
        user = await tx.people.user(user_id)
        if user is None:
            raise NotFound("This person does not exist.")
        change = UserChange(
            login=UNSET if login is None else checked_login(login),
            login_key=UNSET if login is None else login_key(login),
            name=UNSET if name is None else checked_name(name),
            name_key=UNSET if name is None else sort_key(name),
            email=UNSET if email is None else checked_email(email),
            locale=UNSET if locale is None else _one_of(locale, LOCALES, "locale"),
            theme=UNSET if theme is None else _one_of(theme, THEMES, "theme"),
            disabled_at=UNSET if disabled is None or disabled == user.disabled else (tx.now if disabled else None),
        )
        if not await tx.people.change_user(user_id, change):
            raise Conflict(f"The login {change.login!r} is taken.", code="login_taken", field="login")
        if disabled and not user.disabled:
            if administrators == {user_id}:
                raise last_administrator()
            await tx.people.end_sessions_of(user_id)
            await leave_work(tx, user_id, actor_id=access.user_id)
        if (name is not None or disabled is not None) and await tx.setup.touch_agent(user_id):
            tx.emit(agent_event(user_id))
        if access.user_id != user_id or disabled is not None:
            await tx.privacy.audit(access.user_id, "user.changed", "user", str(user_id), {"disabled": disabled})
        tx.emit(user_event(user_id, access.user_id))


async def set_grants(db: Database, access: Access, user_id: UUID, grants: Sequence[GrantView]) -> None:
    """Replace a person's grants. Raises NotFound, Invalid, Forbidden, Conflict for the last administrator."""
    async with db.write() as tx:
        administrators = await tx.people.administrators(lock=True)
        if await tx.people.user(user_id) is None:
            raise NotFound("This person does not exist.")
        await give_grants(tx, access, user_id, grants)
        if administrators and not await tx.people.administrators():
            raise last_administrator()
        await tx.privacy.audit(
            access.user_id, "user.granted", "user", str(user_id), {"roles": sorted({grant.role for grant in grants})}
        )
        tx.emit(user_event(user_id, access.user_id))


async def give_grants(tx: Tx, access: Access, user_id: UUID, grants: Sequence[GrantView]) -> None:
    """Replace a person's grants within a verb's transaction. Raises Invalid; nobody grants more than they have."""
    roles = {role.name: role for role in await tx.people.roles()}
    for grant in grants:
        if grant.role not in roles:
            raise Invalid(f"{grant.role!r} is no role; known are {', '.join(roles)}.", code="no_role", field="role")
        await _check_scope(tx, grant)
        # Who may manage people must not be able to make themself, or a friend, more than they are.
        beyond = set(roles[grant.role].actions) - access.actions - APART
        if beyond:
            raise Invalid(
                f"You cannot grant {grant.role!r}: it allows {', '.join(sorted(beyond))}, which you are not allowed to.",
                code="grants_more", field="role",
            )  # fmt: skip
    await tx.people.set_grants(user_id, grants)
    reach = (await tx.people.reach_of([user_id])).get(user_id, ())
    if resolve(user_id, reach).may("work.answer"):
        if await tx.setup.ensure_agent(user_id):
            tx.emit(agent_event(user_id))
    elif await tx.work.agent(user_id) is not None:
        await leave_work(tx, user_id, actor_id=access.user_id)


async def _check_scope(tx: Tx, grant: GrantView) -> None:
    if grant.scope_kind in {"organisation", "self"}:
        if grant.scope_id is not None:
            raise Invalid(f"The scope {grant.scope_kind} names nothing.", code="bad_scope", field="scope_id")
        return
    if grant.scope_kind not in NARROWED:
        raise Invalid(f"{grant.scope_kind!r} is no scope.", code="bad_scope", field="scope_kind")
    if grant.scope_id is None or not await tx.people.scope_exists(grant.scope_kind, grant.scope_id):
        raise Invalid(f"This {grant.scope_kind} does not exist.", code="bad_scope", field="scope_id")


async def set_password(
    db: Database, passwords: Passwords, user_id: UUID, *, old: str, new: str, keep: bytes | None = None
) -> None:
    """Change one's own password, knowing the old one; all other sessions end. Raises Invalid."""
    async with db.read() as tx:
        user = await tx.people.user(user_id)
    if user is None:
        raise NotFound("This person does not exist.")
    if not await passwords.verify(user.password_hash, old):
        raise Invalid("The old password is not right. Nothing was changed.", code="old_password", field="password.old")
    check_password(new, user.login)
    password_hash = await passwords.hash(new)
    async with db.write() as tx:
        await tx.people.change_user(user_id, UserChange(password_hash=password_hash))
        await tx.people.end_sessions_of(user_id, but=keep)
        await tx.privacy.audit(user_id, "user.password", "user", str(user_id), {})
        tx.emit(user_event(user_id, user_id))


def user_event(user_id: UUID, actor_id: UUID | None) -> NewEvent:
    """Return the event that a person, or what they may do, changed."""
    return NewEvent(type="user.changed", actor_id=actor_id, body={"user_id": user_id})


def last_administrator() -> Conflict:
    """Return the error for a change after which nobody could administer the house."""
    return Conflict(
        f"This is the last {ADMINISTRATOR}. Nothing was changed; give somebody else the role first.",
        code="last_administrator",
    )


def checked_login(login: str) -> str:
    """Return a login without spaces at its ends. Raises Invalid."""
    clean = storable(login).strip()
    if not 2 <= len(clean) <= MAX_NAME_CHARS or any(c.isspace() for c in clean):
        raise Invalid("A login has 2 to 200 characters and no spaces.", code="bad_login_name", field="login")
    return clean


def checked_name(name: str) -> str:
    """Return a name without spaces at its ends. Raises Invalid."""
    clean = " ".join(storable(name).split())
    if not 1 <= len(clean) <= MAX_NAME_CHARS:
        raise Invalid("A name has 1 to 200 characters.", code="bad_name", field="name")
    return clean


def checked_email(email: str) -> str:
    """Return an address or nothing. Raises Invalid for what cannot be one; whether it is reached is not asked."""
    clean = storable(email).strip()
    local, at, domain = clean.rpartition("@")
    if clean and (not at or not local or "." not in domain.strip(".") or " " in clean or len(clean) > 320):
        raise Invalid(f"{clean!r} is no e-mail address.", code="bad_email", field="email")
    return clean


def _one_of(word: str, known: tuple[str, ...], field: str) -> str:
    if word not in known:
        raise Invalid(f"{word!r} is none of {', '.join(known)}.", code="not_one_of", field=field)
    return word
