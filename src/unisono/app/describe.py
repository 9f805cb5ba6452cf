"""The API's description, without a running house: routes are put together, nothing is opened."""

from typing import Any, cast

from unisono import __version__
from unisono.service.house import House, WebSettings
from unisono.web.app import build_app
from unisono.web.describe import document


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document as JSON's own types."""
    settings = WebSettings(public_url="http://unisono.example", version=__version__, csrf_secret=bytes(32), pepper=bytes(32))
    nothing = cast("Any", None)
    house = House(
        outside=nothing,
        fanout=nothing,
        passwords=nothing,
        settings=settings,
        simulator=nothing,
        report_files=nothing,
        fitter=nothing,
    )
    app, _ = build_app(house)
    return document(app)
