"""Roles, what grants give, sessions, and service accounts with their tokens."""

from datetime import datetime
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from unisono.domain.errors import NotFound
from unisono.domain.ids import new_id
from unisono.service.api_tokens import make_service_token, remove_service_token
from unisono.service.grants_preview import GrantsPreview, preview_grants
from unisono.service.page import Page
from unisono.service.roles import all_actions, put_role, remove_role
from unisono.service.service_accounts import add_service
from unisono.service.sessions import SessionOfView, end_session_of, end_sessions_of, sessions_of
from unisono.service.setup_views import GrantView, RoleView, TokenView, UserView
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs
from unisono.web.routes.users import Grant


class RoleBody(Body):
    """What a role allows."""

    actions: list[str]


class GrantsToSee(Body):
    """Grants that somebody might be given."""

    roles: tuple[Grant, ...]


class ServiceBody(Body):
    """A service account to add: a program with grants of its own."""

    login: str
    name: str
    roles: tuple[Grant, ...] = ()


class ServiceTokenBody(Body):
    """What the token is for, when it ends by itself, and what of the account's it may do at most (null: all)."""

    name: str
    expires_at: datetime | None = None
    actions: list[str] | None = None


class ActionView(Struct, frozen=True, kw_only=True):
    """Something that can be allowed. reach: classes (narrowed by the grant's scope), anywhere, or house (organisation only)."""

    name: str
    reach: str


class CountView(Struct, frozen=True, kw_only=True):
    """How many."""

    count: int


@get("/actions", opt=needs("user.read"), tags=["Administration"], sync_to_thread=False)
def actions() -> Page[ActionView]:
    """Return what can be allowed."""
    return Page(items=[ActionView(name=name, reach=reach) for name, reach in all_actions()])


@put("/roles/{name:str}", opt=needs("user.manage"), tags=["Administration"])
async def set_role(house: HouseDep, actor: ActorDep, name: FromPath[str], data: JSONBody[RoleBody]) -> RoleView:
    """Add a role of one's own, or change what it allows."""
    await put_role(house.db, actor.access, name, data.actions)
    async with house.db.read() as tx:
        return next(role for role in await tx.people.roles() if role.name == name)


@delete("/roles/{name:str}", opt=needs("user.manage"), tags=["Administration"])
async def drop_role(house: HouseDep, actor: ActorDep, name: FromPath[str]) -> None:
    """Take a role of one's own away that nobody has."""
    await remove_role(house.db, actor.access, name)


@post("/users/preview", opt=needs("user.manage"), tags=["Administration"], status_code=200)
async def preview(house: HouseDep, data: JSONBody[GrantsToSee]) -> GrantsPreview:
    """Return what somebody with these grants could see and do; nothing is written."""
    return await preview_grants(house.db, _views(data.roles))


@get("/users/{user_id:uuid}/sessions", opt=needs("user.manage"), tags=["Administration"])
async def sessions(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID]) -> Page[SessionOfView]:
    """Return where somebody is logged in."""
    return Page(items=await sessions_of(house.db, user_id, actor.session))


@delete("/users/{user_id:uuid}/sessions", opt=needs("user.manage"), tags=["Administration"], status_code=200)
async def end_sessions(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID]) -> CountView:
    """End all sessions of somebody."""
    return CountView(count=await end_sessions_of(house.db, actor.access, user_id))


@get("/me/sessions", opt=needs(SIGNED_IN), tags=["Session"])
async def my_sessions(house: HouseDep, actor: ActorDep) -> Page[SessionOfView]:
    """Return where one is logged in."""
    return Page(items=await sessions_of(house.db, actor.user_id, actor.session))


@delete("/me/sessions/{name:str}", opt=needs(SIGNED_IN), tags=["Session"])
async def end_my_session(house: HouseDep, actor: ActorDep, name: FromPath[str]) -> None:
    """End one of one's sessions."""
    await end_session_of(house.db, actor.access, actor.user_id, name)


@post("/services", opt=needs("user.manage"), tags=["Administration"])
async def new_service(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[ServiceBody]) -> UserView:
    """Add a service account; it has tokens and no password."""
    user_id = id_under(await key_of(request))
    await add_service(house.db, actor.access, user_id, data.login, data.name, _views(data.roles))
    async with house.db.read() as tx:
        return (await tx.people.user_views([user_id]))[0]


@get("/services/{user_id:uuid}/tokens", opt=needs("user.manage"), tags=["Administration"])
async def service_tokens(house: HouseDep, user_id: FromPath[UUID]) -> Page[TokenView]:
    """Return the tokens of a service account."""
    async with house.db.read() as tx:
        if not await tx.admin.is_service(user_id):
            raise NotFound("This service account does not exist.")
        return Page(items=await tx.people.tokens_of(user_id))


@post("/services/{user_id:uuid}/tokens", opt=needs("user.manage"), tags=["Administration"])
async def new_service_token(
    house: HouseDep, actor: ActorDep, user_id: FromPath[UUID], data: JSONBody[ServiceTokenBody]
) -> TokenView:
    """Make a token of a service account; its secret is in this answer and nowhere else."""
    return await make_service_token(house.db, actor.access, user_id, new_id(), data.name, data.expires_at, data.actions)


@delete("/services/{user_id:uuid}/tokens/{token_id:uuid}", opt=needs("user.manage"), tags=["Administration"])
async def drop_service_token(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID], token_id: FromPath[UUID]) -> None:
    """Make a token of a service account useless."""
    await remove_service_token(house.db, actor.access, user_id, token_id)


def _views(grants: tuple[Grant, ...]) -> list[GrantView]:
    return [GrantView(role=g.role, scope_kind=g.scope_kind, scope_id=g.scope_id) for g in grants]


ROUTES = [
    actions, set_role, drop_role, preview, sessions, end_sessions, my_sessions, end_my_session, new_service, service_tokens,
    new_service_token, drop_service_token,
]  # fmt: skip
