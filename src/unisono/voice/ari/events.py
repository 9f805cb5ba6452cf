"""The event socket: what the exchange tells while it is open. What happens while it is not is told to nobody.

Source: docs.asterisk.org, "Asterisk REST Interface", events; an application has one socket, a second one takes it over and the
first is told `ApplicationReplaced`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from unisono.voice.ari.api import Api, Denied, Unreachable
from unisono.voice.ari.settings import Settings
from unisono.voice.ari.wire import Event, read_event

_OPEN_S: Final = 10.0
#: A line that carries nothing is asked whether it still stands; so a dead one is noticed in twice this time.
_PING_S: Final = 10.0
_MAX_BYTES: Final = 1_000_000


@asynccontextmanager
async def listening(api: Api, settings: Settings) -> AsyncIterator[AsyncIterator[Event]]:
    """Open the socket, and yield what it tells until it ends. Raises Unreachable, or Denied for a wrong user."""
    # The one HTTP client says whether we may go there at all; a web socket is nothing that it can open.
    await api.info()
    base = settings.url
    url = f"{'wss' if base.startswith('https') else 'ws'}://{base.partition('://')[2]}/ari/events"
    try:
        async with connect(
            f"{url}?{urlencode({'app': settings.app})}", additional_headers={"Authorization": api.authorization},
            max_size=_MAX_BYTES, open_timeout=_OPEN_S, ping_interval=_PING_S, ping_timeout=_PING_S, proxy=None,
            user_agent_header="Unisono",
        ) as socket:  # fmt: skip

            async def events() -> AsyncIterator[Event]:
                async for text in socket:
                    if (event := read_event(text)) is not None:
                        yield event

            yield events()
    except InvalidStatus as error:
        raise Denied(error.response.status_code, "The event socket is refused.") from error
    except (OSError, TimeoutError, WebSocketException) as error:
        if isinstance(error, Unreachable):
            raise
        raise Unreachable(f"{urlsplit(base).hostname}: {type(error).__name__}", sent=False) from error
