"""Which push services may be spoken to: those of the browsers' makers, and one that an administrator names.

A subscription comes from a browser, so its address is not to be trusted: without this, it could lead into the house.
"""

from typing import Final

import httpx2

from unisono.contract.context import Http
from unisono.contract.manifest import Manifest
from unisono.service.channel_context import Outside

#: Chrome and Edge on Android, Firefox, Edge on Windows, Safari. Sources: the makers' notes on web push.
MAKERS: Final = (
    "fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.services.mozilla.com", "*.notify.windows.com",
    "web.push.apple.com", "*.push.apple.com",
)  # fmt: skip
_MANIFEST: Final = Manifest(
    id="push", name="push", version="1", contract=1, network="push", medium="post", title={}, summary={}, auth="none",
    hosts=(*MAKERS, "{config.service}"),
)  # fmt: skip


def push_http(outside: Outside, service: str) -> Http:
    """Return the client that speaks to push services and to nothing else. service: the setting `push.service`."""
    return outside.http_for(_MANIFEST, {"service": service})


def may_be_told(endpoint: str, service: str) -> bool:
    """Tell whether an endpoint belongs to a service that may be spoken to."""
    try:
        place, own = httpx2.URL(endpoint), httpx2.URL(service) if service else None
    except (httpx2.InvalidURL, ValueError):
        return False
    if place.userinfo:
        return False
    if own is not None and own.host and (place.scheme, place.host, place.port) == (own.scheme, own.host, own.port):
        return True
    if place.scheme != "https" or place.port is not None:
        return False
    return any(place.host.endswith(name[1:]) if name.startswith("*") else place.host == name for name in MAKERS)
