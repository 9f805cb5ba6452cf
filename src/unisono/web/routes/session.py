"""Log in and out, the first run, and links by which people set their passwords."""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from unisono import __version__
from unisono.domain.errors import Invalid
from unisono.service.actor import access_of, hash_of
from unisono.service.first_run import set_up, set_up_needed
from unisono.service.house import House
from unisono.service.links import PASSWORD, LinkView, look_at_link, purpose_of, use_password_link
from unisono.service.log_in import NewSession, log_in, log_out
from unisono.service.settings import read_settings
from unisono.service.setup_views import UserView
from unisono.service.views import AgentView
from unisono.service.writing_aid.use import is_on
from unisono.web.asking import Body
from unisono.web.authenticate import COOKIE, HouseDep, authenticate, session_cookie
from unisono.web.csrf import csrf_token_of
from unisono.web.events.hub import Hub
from unisono.web.needs import PUBLIC, needs


class SessionView(Struct, frozen=True, kw_only=True):
    """Whether somebody is logged in here, and what writes of this browser must carry."""

    authenticated: bool
    setup_needed: bool
    csrf_token: str
    organisation: str


class OrganisationView(Struct, frozen=True, kw_only=True):
    """Whose house this is."""

    name: str


class MeView(Struct, frozen=True, kw_only=True):
    """Who is logged in, and what they may do somewhere. aid: the house has a writing aid."""

    user: UserView
    actions: list[str]
    agent: AgentView | None
    organisation: OrganisationView
    demo: bool
    version: str
    aid: bool


class LogIn(Body):
    """A login and its password."""

    login: str
    password: str


class SetUp(Body):
    """What the page behind a link sends. For a password link only `password` counts."""

    password: str
    login: str = ""
    name: str = ""
    locale: str = "de"


async def organisation_name(house: House) -> str:
    """Return the name that an administrator set, else the deployment's."""
    async with house.db.read() as tx:
        name: str = (await read_settings(tx))["organisation.name"]
    return name or house.settings.organisation


async def me_view(house: House, user_id: Any) -> MeView:
    """Return what the desk needs to know of a person."""
    async with house.db.read() as tx:
        (user,) = await tx.people.user_views([user_id])
        access = await access_of(tx, user_id)
        agents = await tx.reading.agents([user_id])
        aid = is_on(await read_settings(tx))
    return MeView(
        user=user, actions=sorted(access.actions), agent=agents[0] if agents else None,
        organisation=OrganisationView(name=await organisation_name(house)), demo=house.settings.demo, version=__version__,
        aid=aid,
    )  # fmt: skip


@get("/session", opt=needs(PUBLIC), tags=["Session"])
async def look(request: Request[Any, Any, Any], house: HouseDep) -> SessionView:
    """Tell whether this browser is logged in; sets the CSRF cookie."""
    return SessionView(
        authenticated=await authenticate(request) is not None, setup_needed=await set_up_needed(house.db),
        csrf_token=csrf_token_of(request), organisation=await organisation_name(house),
    )  # fmt: skip


@post("/session", opt=needs(PUBLIC), status_code=200, tags=["Session"])
async def begin(request: Request[Any, Any, Any], house: HouseDep, data: JSONBody[LogIn]) -> Response[MeView]:
    """Log in. Too many failures are answered with 429 and Retry-After."""
    carried = request.cookies.get(COOKIE)
    session = await log_in(
        house.db, house.passwords, house.settings.pepper, login=data.login, password=data.password,
        address=request.client.host if request.client else "", user_agent=request.headers.get("user-agent", ""),
        replaces=hash_of(carried) if carried else None,
    )  # fmt: skip
    return await _entered(house, session)


@delete("/session", opt=needs(PUBLIC), tags=["Session"])
async def end(request: Request[Any, Any, Any], house: HouseDep) -> Response[None]:
    """Log out; being logged out already is no error."""
    carried = request.cookies.get(COOKIE)
    if carried:
        await log_out(house.db, hash_of(carried))
        hub: Hub = request.app.state["hub"]
        hub.end_session(hash_of(carried))
    return Response(None, status_code=204, cookies=[session_cookie(house, "", 0)])


@get("/setup/{token:str}", opt=needs(PUBLIC), tags=["Session"])
async def look_at(house: HouseDep, token: FromPath[str]) -> LinkView:
    """Tell what a one-time link is for: `setup` (first administrator) or `password`."""
    return await look_at_link(house.db, token, await organisation_name(house))


@post("/setup/{token:str}", opt=needs(PUBLIC), status_code=200, tags=["Session"])
async def use(request: Request[Any, Any, Any], house: HouseDep, token: FromPath[str], data: JSONBody[SetUp]) -> Response[MeView]:
    """Use a one-time link: make the first administrator, or set a password. Logs in."""
    agent = request.headers.get("user-agent", "")
    if await purpose_of(house.db, token) == PASSWORD:
        session = await use_password_link(house.db, house.passwords, token, data.password, user_agent=agent)
    else:
        if not data.login:
            raise Invalid("A login is missing.", code="bad_login_name", field="login")
        session = await set_up(
            house.db, house.passwords, token, login=data.login, name=data.name or data.login, password=data.password,
            locale=data.locale, user_agent=agent,
        )  # fmt: skip
    return await _entered(house, session)


async def _entered(house: House, session: NewSession) -> Response[MeView]:
    max_age_s = int((session.expires_at - house.clock.now()).total_seconds())
    cookies: list[Cookie] = [session_cookie(house, session.id, max_age_s)]
    return Response(await me_view(house, session.user_id), cookies=cookies, headers={"cache-control": "no-store"})


ROUTES = [look, begin, end, look_at, use]
