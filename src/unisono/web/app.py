"""The web application, built for one house."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.connection import Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware

from unisono.service.actor import Actor
from unisono.service.house import House
from unisono.web import call_pages, desk, hooks, pages
from unisono.web.closing import Closing
from unisono.web.csrf import Csrf, csrf_config
from unisono.web.events.hub import Hub
from unisono.web.headers import security_headers
from unisono.web.kept_settings import KeptSettings
from unisono.web.needs import check_needs
from unisono.web.problems import HANDLERS
from unisono.web.routes import (
    accounts,
    administration,
    alert_targets,
    answering,
    attachments,
    bonds,
    bulk,
    calls,
    cases,
    channels,
    consults,
    customers,
    directory,
    estimates,
    events,
    evidence,
    hands,
    health,
    listening,
    me,
    own_calendars,
    own_figures,
    people_figures,
    phone,
    presence,
    push,
    queues,
    report_schedules,
    reports,
    saved_views,
    service_levels,
    session,
    simulations,
    spam,
    steering,
    tags,
    talk,
    telephones,
    triage,
    users,
    work,
    work_classes,
    writing_aid,
)
from unisono.web.timing import Timing

API = "/api/v1"
MAX_BODY_BYTES = 1_000_000

_API_ROUTES = [
    *session.ROUTES, *me.ROUTES, *work.ROUTES, *talk.ROUTES, *answering.ROUTES, *events.ROUTES,
    *attachments.ROUTES, *users.ROUTES, *queues.ROUTES,
    *consults.ROUTES, *work_classes.ROUTES, *hands.ROUTES, *estimates.ROUTES, *simulations.ROUTES, *service_levels.ROUTES,
    *channels.ROUTES, *people_figures.ROUTES, *health.ROUTES,
    *cases.ROUTES,
    *evidence.ROUTES,
    *own_figures.ROUTES,
    *steering.ROUTES,
    *bonds.ROUTES,
    *administration.ROUTES,
    *customers.ROUTES,
    *reports.ROUTES, *report_schedules.ROUTES,
    *tags.ROUTES, *saved_views.ROUTES, *bulk.ROUTES, *spam.ROUTES,
    *push.ROUTES,
    *calls.ROUTES,
    *telephones.ROUTES,
    *listening.ROUTES,
    *alert_targets.ROUTES,
    *triage.ROUTES,
    *writing_aid.ROUTES,
    *phone.ROUTES,
    *presence.ROUTES,
    *accounts.ROUTES,
    *own_calendars.ROUTES,
    *directory.ROUTES,
]  # fmt: skip


def _actor(request: Request[Actor, Any, Any]) -> Actor:
    return request.user


def build_app(house: House, extra_routes: Sequence[Any] = ()) -> tuple[Litestar, Callable[[], None]]:
    """Return the ASGI application (API, event stream, webhooks, connectors' pages, desk), and what ends its streams.

    extra_routes: further handlers of the composition root; each says in its `opt` what it needs. Nothing is opened
    before the server starts the application, so that it can be built to be looked at.
    """
    closing = Closing()
    settings = KeptSettings(house)
    hub = Hub(house, settings)
    closing.on_close(hub.close)

    def provide_house() -> House:
        return house

    app = Litestar(
        route_handlers=[
            Router(API, route_handlers=_API_ROUTES), *hooks.ROUTES, *pages.ROUTES, *call_pages.ROUTES, *desk.ROUTES,
            *extra_routes,
        ],
        state=State({
            "house": house, "settings": settings, "hub": hub, "closing": closing, "desk": desk.load_desk(),
        }),
        dependencies={
            "house": Provide(provide_house, sync_to_thread=False),
            "actor": Provide(_actor, sync_to_thread=False),
        },
        guards=[check_needs],
        middleware=[Timing(), DefineMiddleware(Csrf, config=csrf_config(house))],
        before_send=[security_headers(house)],
        exception_handlers=HANDLERS,
        openapi_config=health.openapi_config(),
        request_max_body_size=MAX_BODY_BYTES,
        on_startup=[hub.start],
        on_shutdown=[hub.stop],
        logging_config=None,
        debug=False,
    )  # fmt: skip
    return app, closing.close
