"""One's own things: profile, password, API tokens, state at work."""

from datetime import datetime
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from unisono.domain.ids import new_id
from unisono.service.agent_state import set_agent_state
from unisono.service.api_tokens import make_token, remove_token
from unisono.service.page import Page
from unisono.service.setup_views import TokenView
from unisono.service.users import change_user, set_password
from unisono.service.views import AgentView
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs
from unisono.web.routes.session import MeView, me_view


class NewPassword(Body):
    """The old password proves who asks."""

    old: str
    new: str


class ChangeMe(Body):
    """What one may change of oneself; what is not named stays."""

    name: str | None = None
    email: str | None = None
    locale: str | None = None
    theme: str | None = None
    password: NewPassword | None = None


class ChangeState(Body):
    """available, busy, away or offline, with a reason word."""

    state: str
    reason: str = ""


class NewToken(Body):
    """What the token is for, when it ends by itself, and what of one's own it may do at most (null: all)."""

    name: str
    expires_at: datetime | None = None
    actions: list[str] | None = None


@get("/me", opt=needs(SIGNED_IN), tags=["Session"])
async def me(house: HouseDep, actor: ActorDep) -> MeView:
    """Return who is logged in and what they may do."""
    return await me_view(house, actor.user_id)


@patch("/me", opt=needs(SIGNED_IN), tags=["Session"])
async def change_me(house: HouseDep, actor: ActorDep, data: JSONBody[ChangeMe]) -> MeView:
    """Change one's own profile or password; a new password ends all other sessions."""
    if data.password is not None:
        await set_password(
            house.db, house.passwords, actor.user_id, old=data.password.old, new=data.password.new, keep=actor.session
        )
    profile = (data.name, data.email, data.locale, data.theme)
    if any(value is not None for value in profile):
        await change_user(
            house.db, actor.access, actor.user_id, name=data.name, email=data.email, locale=data.locale, theme=data.theme
        )
    return await me_view(house, actor.user_id)


@put("/me/agent-state", opt=needs("work.answer"), tags=["Session"])
async def change_state(house: HouseDep, actor: ActorDep, data: JSONBody[ChangeState]) -> AgentView:
    """Say whether one takes work. Going away gives open offers back, going offline also active work."""
    await set_agent_state(house.db, actor.access, data.state, data.reason)
    async with house.db.read() as tx:
        (agent,) = await tx.reading.agents([actor.user_id])
    return agent


@get("/me/tokens", opt=needs("token.own"), tags=["Session"])
async def tokens(house: HouseDep, actor: ActorDep) -> Page[TokenView]:
    """Return one's API tokens, without their secrets."""
    async with house.db.read() as tx:
        return Page(items=await tx.people.tokens_of(actor.user_id))


@post("/me/tokens", opt=needs("token.own"), tags=["Session"])
async def add_token(house: HouseDep, actor: ActorDep, data: JSONBody[NewToken]) -> TokenView:
    """Make an API token. Its secret is in this answer and nowhere else, so the request is carried out each time."""
    return await make_token(house.db, actor.access, new_id(), data.name, data.expires_at, data.actions)


@delete("/me/tokens/{token_id:uuid}", opt=needs("token.own"), tags=["Session"])
async def drop_token(house: HouseDep, actor: ActorDep, token_id: FromPath[UUID]) -> Response[None]:
    """Make one of one's tokens useless."""
    await remove_token(house.db, actor.access, token_id)
    return Response(None, status_code=204)


ROUTES = [me, change_me, change_state, tokens, add_token, drop_token]
