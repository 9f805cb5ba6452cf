"""Security headers of every answer."""

from collections.abc import Awaitable, Callable
from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from unisono.service.house import House

# Pages for customers: those of connectors, and those from which they call.
PUBLIC_PAGES: Final = ("/c/", "/call/")
# Files are shown from memory (blob:), so that what is erased lives in no cache. Style attributes are set by the desk's own
# scripts; style elements and inline scripts are not allowed.
_DESK: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'; frame-src 'self' blob:"
)


def security_headers(house: House) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return a hook that adds the headers which an answer does not bring itself."""
    sources = "".join(f" {source}" for source in house.settings.frame_sources)
    common = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
    if house.settings.secure:
        common["strict-transport-security"] = "max-age=31536000"
    desk = {
        **common,
        "content-security-policy": _DESK + sources,
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "geolocation=(), camera=(), payment=(), usb=()",
    }

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        wanted = common if str(scope.get("path", "")).startswith(PUBLIC_PAGES) else desk
        for name, value in wanted.items():
            headers.setdefault(name, value)

    return add
