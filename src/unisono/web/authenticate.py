"""Who a request comes from: the session's cookie, or an API token in the Authorization header."""

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from unisono.service.actor import Actor, actor_of_session, actor_of_token
from unisono.service.house import House
from unisono.web.kept_settings import settings_of

COOKIE: Final = "unisono_session"
BEARER: Final = "bearer "

HouseDep = NamedDependency[SkipValidation[House]]
ActorDep = NamedDependency[SkipValidation[Actor]]


def house_of(connection: ASGIConnection[Any, Any, Any, Any]) -> House:
    """Return the house that the application was built for."""
    house: House = connection.app.state["house"]
    return house


def bearer_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the token of the Authorization header, if it carries one."""
    header = connection.headers.get("authorization", "")
    return header[len(BEARER) :].strip() if header[: len(BEARER)].lower() == BEARER else None


async def authenticate(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor | None:
    """Return who asks, or None. A token counts alone: whoever sends one is never taken for the cookie's owner."""
    house = house_of(connection)
    token = bearer_of(connection)
    if token is not None:
        return await actor_of_token(house.db, token)
    session_id = connection.cookies.get(COOKIE)
    if not session_id:
        return None
    return await actor_of_session(house.db, session_id, float(await settings_of(connection).get("session.idle_s")))


def session_cookie(house: House, session_id: str, max_age_s: int) -> Cookie:
    """Return the cookie that carries a session: unreadable for scripts, not sent by other sites' forms."""
    return Cookie(
        key=COOKIE, value=session_id, max_age=max_age_s, path="/", httponly=True, samesite="lax", secure=house.settings.secure
    )  # fmt: skip
