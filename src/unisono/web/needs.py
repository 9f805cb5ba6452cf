"""Which action a route needs. Every route says so; one that does not answers nobody."""

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from unisono.service.actions import ACTIONS
from unisono.service.actor import Unauthenticated
from unisono.web.authenticate import authenticate

NEEDS: Final = "needs"
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"
EVERYBODY: Final = frozenset({PUBLIC, SIGNED_IN})


def needs(action: str, **opt: Any) -> dict[str, Any]:
    """Return the `opt` of a route: an action of the house, SIGNED_IN, or PUBLIC.

    Raises ValueError for an action that does not exist.
    """
    if action not in EVERYBODY and action not in ACTIONS:
        raise ValueError(f"{action!r} is no action; known are {', '.join(ACTIONS)}")
    return {NEEDS: action, **opt}


async def check_needs(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Find out who asks and whether they may, before anything is read. Guard of the whole application.

    Raises Unauthenticated, Forbidden; RuntimeError for a route that does not say what it needs.
    """
    need = handler.opt.get(NEEDS)
    if need is None:
        raise RuntimeError(f"The route {handler} does not say which action it needs.")
    if need == PUBLIC:
        return
    actor = await authenticate(connection)
    if actor is None:
        raise Unauthenticated("Log in, or send a valid API token.")
    connection.scope["user"] = actor
    if need != SIGNED_IN:
        actor.access.require(need)
