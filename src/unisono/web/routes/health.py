"""Signs of life, settings, and the description of this interface."""

from typing import Any

from litestar import Router, get, patch
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import JSONBody
from msgspec import Struct

from unisono import __version__
from unisono.service.page import Page
from unisono.service.settings import change_settings, settings_views
from unisono.service.setup_views import SettingView
from unisono.web.authenticate import COOKIE, ActorDep, HouseDep
from unisono.web.describe import DescriptionPlugin
from unisono.web.needs import PUBLIC, needs

OPENAPI_PATH = "/api/v1/openapi.json"


class AliveView(Struct, frozen=True, kw_only=True):
    """`ok` when the database answers."""

    status: str
    version: str


@get("/health", opt=needs(PUBLIC), tags=["Administration"])
async def alive(house: HouseDep) -> AliveView:
    """Tell whether this node and its database answer; 503 otherwise."""
    async with house.db.read() as tx:
        await tx.setup.alive()
    return AliveView(status="ok", version=__version__)


@get("/settings", opt=needs("setting.read"), tags=["Administration"])
async def settings(house: HouseDep) -> Page[SettingView]:
    """Return the settings of the house."""
    async with house.db.read() as tx:
        return Page(items=await settings_views(tx))


@patch("/settings", opt=needs("setting.manage"), tags=["Administration"])
async def edit_settings(house: HouseDep, actor: ActorDep, data: JSONBody[dict[str, Any]]) -> Page[SettingView]:
    """Change settings by name; null goes back to the default."""
    await change_settings(house.db, actor.access, data)
    async with house.db.read() as tx:
        return Page(items=await settings_views(tx))


ROUTES = [alive, settings, edit_settings]


def _only_the_document(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """The library serves pages of its own around the document; they would load scripts from elsewhere."""
    if connection.scope["path"].rstrip("/") != OPENAPI_PATH:
        raise NotFoundException


def openapi_config() -> OpenAPIConfig:
    """Return how the interface describes itself: OpenAPI 3.1 at one address, no pages."""
    return OpenAPIConfig(
        title="Unisono", version=__version__, use_handler_docstrings=True, render_plugins=[DescriptionPlugin()],
        openapi_router=Router(
            OPENAPI_PATH, route_handlers=[], include_in_schema=False, opt=needs(PUBLIC), guards=[_only_the_document]
        ),
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE),
                "token": SecurityScheme(type="http", scheme="bearer"),
            }
        ),
        security=[{"session": []}, {"token": []}],
    )  # fmt: skip
