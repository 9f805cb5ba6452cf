"""The web application, built for one house."""

from typing import Any

from litestar import Litestar, Router
from litestar.connection import Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware

from unisono.service.actor import Actor
from unisono.service.house import House
from unisono.web.csrf import Csrf, csrf_config
from unisono.web.headers import security_headers
from unisono.web.needs import check_needs
from unisono.web.problems import HANDLERS
from unisono.web.routes import channels, health, me, queues, session, users

API = "/api/v1"
MAX_BODY_BYTES = 1_000_000


def _actor(request: Request[Actor, Any, Any]) -> Actor:
    return request.user


def build_app(house: House) -> Litestar:
    """Return the ASGI application: API, event stream, webhooks, connectors' pages and the desk.

    Nothing is opened before the server starts it, so that it can be built to be looked at.
    """

    def provide_house() -> House:
        return house

    api = Router(
        API,
        route_handlers=[*session.ROUTES, *me.ROUTES, *users.ROUTES, *queues.ROUTES, *channels.ROUTES, *health.ROUTES],
    )
    return Litestar(
        route_handlers=[api],
        state=State({"house": house}),
        dependencies={
            "house": Provide(provide_house, sync_to_thread=False),
            "actor": Provide(_actor, sync_to_thread=False),
        },
        guards=[check_needs],
        middleware=[DefineMiddleware(Csrf, config=csrf_config(house))],
        before_send=[security_headers(house)],
        exception_handlers=HANDLERS,
        openapi_config=health.openapi_config(),
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
        debug=False,
    )
