"""People, their grants, and the roles."""

from uuid import UUID

from litestar import get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from unisono.domain.errors import NotFound
from unisono.service.house import House
from unisono.service.instant import Instant, instant
from unisono.service.links import make_password_link
from unisono.service.once import once
from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.setup_views import GrantView, RoleView, UserView
from unisono.service.users import add_user, change_user, set_grants
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class Grant(Body):
    """A role in a scope: organisation or self, or the brand, team, queue or channel that `scope_id` names."""

    role: str
    scope_kind: str = "organisation"
    scope_id: UUID | None = None


class NewUserBody(Body):
    """A person to add. They get in by a password link."""

    login: str
    name: str
    email: str = ""
    locale: str = "de"
    roles: tuple[Grant, ...] = ()


class ChangeUserBody(Body):
    """What changes of a person; what is not named stays."""

    login: str | None = None
    name: str | None = None
    email: str | None = None
    locale: str | None = None
    disabled: bool | None = None


class GrantsBody(Body):
    """All grants of a person; what is missing is taken away."""

    roles: tuple[Grant, ...]


class PasswordLinkView(Struct, frozen=True, kw_only=True):
    """A link by which a person sets their password, once. Hand it to them; it is not shown again."""

    url: str
    expires_at: Instant


@get("/users", opt=needs("user.read"), tags=["Administration"])
async def users(house: HouseDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None) -> Page[UserView]:
    """Return people by name, disabled ones too."""
    size = bounded(limit)
    place_after: tuple[str, UUID] | None = parse_place(after, tuple[str, UUID]) if after else None
    async with house.db.read() as tx:
        found, more = paged(await tx.people.users(place_after, size + 1), size)
        last = await tx.people.name_key(found[-1].id) if more else None
    return Page(items=found, next=place(last, found[-1].id) if more else None)


@get("/users/{user_id:uuid}", opt=needs("user.read"), tags=["Administration"])
async def user(house: HouseDep, user_id: FromPath[UUID]) -> UserView:
    """Return one person."""
    return await _user(house, user_id)


@post("/users", opt=needs("user.manage"), tags=["Administration"])
async def add(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewUserBody]) -> UserView:
    """Add a person with their grants."""
    key = await key_of(request)
    user_id = await once(
        house.db, key,
        lambda db: add_user(
            db, actor.access, id_under(key), login=data.login, name=data.name, email=data.email, locale=data.locale,
            grants=_grants(data.roles),
        ),
        UUID,
    )  # fmt: skip
    return await _user(house, user_id)


@patch("/users/{user_id:uuid}", opt=needs("user.manage"), tags=["Administration"])
async def change(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID], data: JSONBody[ChangeUserBody]) -> UserView:
    """Change a person. Disabling ends their sessions at once and gives their work back."""
    await change_user(
        house.db, actor.access, user_id, login=data.login, name=data.name, email=data.email, locale=data.locale,
        disabled=data.disabled,
    )  # fmt: skip
    return await _user(house, user_id)


@put("/users/{user_id:uuid}/grants", opt=needs("user.manage"), tags=["Administration"])
async def grant(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID], data: JSONBody[GrantsBody]) -> UserView:
    """Replace a person's grants; open streams follow at once."""
    await set_grants(house.db, actor.access, user_id, _grants(data.roles))
    return await _user(house, user_id)


@post("/users/{user_id:uuid}/password-link", opt=needs("user.manage"), tags=["Administration"])
async def password_link(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID]) -> PasswordLinkView:
    """Make a link by which a person sets their password. An older one no longer works, so a repeated request is harmless."""
    made = await make_password_link(house.db, actor.access, user_id)
    return PasswordLinkView(url=f"{house.settings.public_url}/setup/{made.token}", expires_at=instant(made.expires_at))


@get("/roles", opt=needs("user.read"), tags=["Administration"])
async def roles(house: HouseDep) -> Page[RoleView]:
    """Return the roles with their actions."""
    async with house.db.read() as tx:
        return Page(items=await tx.people.roles())


def _grants(grants: tuple[Grant, ...]) -> list[GrantView]:
    return [GrantView(role=g.role, scope_kind=g.scope_kind, scope_id=g.scope_id) for g in grants]


async def _user(house: House, user_id: UUID) -> UserView:
    async with house.db.read() as tx:
        found = await tx.people.user_views([user_id])
    if not found:
        raise NotFound("This person does not exist.")
    return found[0]


ROUTES = [users, user, add, change, grant, password_link, roles]
