"""The application: the interfaces put together, and the page's files."""

from collections.abc import MutableMapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from litestar import Litestar, MediaType, Response, get
from litestar.di import Provide
from litestar.params import FromPath
from litestar.response import Redirect

from unisono.testing.sandbox import admin, api, visitors
from unisono.testing.sandbox.faces import Face
from unisono.testing.sandbox.given import House, TheHouse, dependencies, on_refused, the_house
from unisono.testing.sandbox.model import Refused
from unisono.testing.sandbox.trouble import Message, Receive, Send, Trouble

_STATIC = Path(__file__).with_name("static")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_LARGEST = 20_000_000


@get("/", include_in_schema=False)
async def first(house: TheHouse) -> Redirect:
    """Lead to the first network."""
    return Redirect(f"/{house.network.faces[0].key}/")


@get(
    ["/{face:str}", "/{face:str}/post/{rest:str}", "/{face:str}/u/{rest:str}", "/{face:str}/messages",
     "/{face:str}/messages/{rest:str}"],
    include_in_schema=False,
)  # fmt: skip
async def page(house: TheHouse, face: FromPath[str], rest: FromPath[str] = "") -> Response[str]:
    """Give the page; what it shows, it reads from its own address."""
    del rest
    rules = house.network.face(face)
    html = (_STATIC / "page.html").read_text(encoding="utf-8")
    for name, value in _marks(rules).items():
        html = html.replace(f"[[{name}]]", value)
    guest = f" {_origin(house.call_us)}" if house.call_us else ""
    if guest:
        html = html.replace("</body>", f'<script src="{escape(house.call_us)}" data-side="left"></script>\n</body>')
    policy = (
        f"default-src 'none'; script-src 'self'{guest}; style-src 'self'; img-src 'self' blob:; connect-src 'self'{guest};"
        " base-uri 'none';"
        f" form-action 'none'; frame-ancestors {house.frame_ancestors}"
    )
    headers = {
        "content-security-policy": policy, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }  # fmt: skip
    return Response(html, media_type=MediaType.HTML, headers=headers)


@get("/static/{name:str}", include_in_schema=False)
async def static(house: TheHouse, name: FromPath[str]) -> Response[bytes]:
    """Give one of the page's files, or a network's colours."""
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
    for rules in house.network.faces:
        if name == f"{rules.key}.css":
            return Response(_colours(rules).encode(), media_type="text/css", headers=headers)
    path = _STATIC / name
    if path.parent != _STATIC or path.suffix not in _TYPES or not path.is_file():
        raise Refused(404, "no_file", "The page has no such file.")
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers=headers)


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


def _marks(rules: Face) -> dict[str, str]:
    logo = f"{rules.key}.svg" if (_STATIC / f"{rules.key}.svg").is_file() else "network.svg"
    return {"face": rules.key, "name": escape(rules.name), "pages": str(rules.pages).lower(), "logo": logo}


def _colours(rules: Face) -> str:
    return (
        f":root {{ --accent: {rules.accent}; --on-accent: #fff; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {rules.accent_dark}; --on-accent: #14100c; }} }}\n"
    )


@cache
def _application() -> Litestar:
    """Return the one application of this process; which house a request is for, stands in the request."""
    return Litestar(
        route_handlers=[first, page, static, visitors.media_router, api.router, visitors.router, admin.router],
        dependencies={"house": Provide(the_house, sync_to_thread=False), **dependencies},
        exception_handlers={Refused: on_refused},
        openapi_config=None,
        request_max_body_size=_LARGEST,
        logging_config=None,
    )


def build(house: House) -> Trouble:
    """Return the application for one house, wrapped in its script of faults."""
    app: Any = _application()

    async def housed(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            # Programs learn from every answer what is left of their rate.
            if message["type"] == "http.response.start":
                told: dict[str, str] = scope["state"].get("limit_headers", {})
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in told.items())]
            await send(message)

        scope.setdefault("state", {})["house"] = house
        await app(scope, receive, adding)

    return Trouble(housed, house.script, house.network.now, house.seen)
