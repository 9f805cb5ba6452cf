"""The servers that help two browsers to find each other, each time with a password of its own for the relay.

Source: draft-uberti-behave-turn-rest-00, as coturn has it (`use-auth-secret`): the name is the end of its time, the password an
HMAC of the name. Whoever copies one from a page has it for hours, not for ever.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from unisono.contract import Clock
from unisono.service.ports.phone import IceServer

_RELAYS: Final = ("turn:", "turns:")


class Relays:
    """servers: as they are set. secret: the relay's; without one what is set is passed on. lasts: how long a password holds."""

    def __init__(self, servers: Sequence[IceServer], secret: str, lasts: timedelta, clock: Clock) -> None:
        self._servers = tuple(servers)
        self._secret, self._lasts, self._clock = secret.encode(), lasts, clock

    def now(self) -> list[IceServer]:
        """Return the servers for one who asks now."""
        return [self._for_now(server) for server in self._servers]

    def _for_now(self, server: IceServer) -> IceServer:
        if not self._secret or server.username or not server.urls[0].startswith(_RELAYS):
            return server
        end = int((self._clock.now() + self._lasts).timestamp())
        # The second half tells apart who asks at once, for the relay's quotas; it names nobody.
        name = f"{end}:{secrets.token_hex(4)}"
        digest = hmac.digest(self._secret, name.encode(), "sha1")
        return replace(server, username=name, credential=base64.b64encode(digest).decode())
