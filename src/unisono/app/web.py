"""The web role."""

from collections.abc import Sequence
from typing import Any

import structlog
from msgspec.structs import replace

from unisono.app.build import Running
from unisono.app.webrtc import desk_phone
from unisono.web.app import build_app
from unisono.web.server import WebServer

_log = structlog.get_logger("web")


async def serve(
    running: Running, *, demo: bool = False, frame_sources: tuple[str, ...] = (), extra_routes: Sequence[Any] = ()
) -> None:
    """Serve the desk and the API until cancelled; open streams are told first, so that the end takes no time."""
    house = replace(running.house(demo=demo, frame_sources=frame_sources), phone=desk_phone(running))
    app, stop_streams = build_app(house, extra_routes)
    server = WebServer(
        app,
        running.settings.host,
        running.settings.port,
        trusted_proxies=running.settings.trusted_proxies,
        on_stop=stop_streams,
    )
    await server.start()
    _log.info("web_ready", host=running.settings.host, port=server.port)
    try:
        await server.wait()
    finally:
        await server.stop()
