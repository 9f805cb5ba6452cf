"""Calls between browsers, put together: the driver for the switchboard, and the phone for the web role."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import unquote, urlsplit

from unisono.app.build import Running
from unisono.app.settings import Settings
from unisono.contract import Clock
from unisono.contract.connector import Route
from unisono.domain.errors import Invalid
from unisono.service.channel_context import Outside
from unisono.service.ports.phone import IceServer
from unisono.voice.webrtc.desk_phone import DeskPhone
from unisono.voice.webrtc.doors import Doors, Hall
from unisono.voice.webrtc.driver import WebrtcDriver
from unisono.voice.webrtc.exchange import Exchange
from unisono.voice.webrtc.lines import look_of
from unisono.voice.webrtc.relays import Relays
from unisono.voice.webrtc.visitors import Allowances

_SCHEMES: Final = frozenset({"stun", "stuns", "turn", "turns"})


def exchange_of(running: Running) -> Exchange:
    """Return where boards are kept."""
    return Exchange(db=running.db, bell=running.bell, fanout=running.fanout, files=running.outside.files, clock=running.clock)


def webrtc_driver(running: Running) -> WebrtcDriver:
    """Return the driver."""
    return WebrtcDriver(exchange_of(running))


def desk_phone(running: Running) -> DeskPhone:
    """Return the phones of everybody's desk, with the pages that visitors call from. Raises Invalid for a bad setting."""
    exchange = exchange_of(running)
    return phone_at(exchange, running.keyring.derive("calls"), relays(running.settings, exchange.clock), running.outside)


def phone_at(exchange: Exchange, key: bytes, servers: Relays | None = None, outside: Outside | None = None) -> DeskPhone:
    """Return the phones at an exchange. key: what the names of calls are made of, the same at every node."""
    servers = servers or Relays((), "", timedelta(), exchange.clock)
    hall = Hall(exchange=exchange, key=key, relays=servers, allowances=Allowances(exchange.clock.now), outside=outside)

    async def doors(line: str) -> Sequence[Route] | None:
        look = await look_of(exchange.db, line)
        return None if look is None else Doors(hall, line, look, f"/call/{line}").routes()

    return DeskPhone(exchange, servers, doors)


def relays(settings: Settings, clock: Clock) -> Relays:
    """Return the servers that help browsers to find each other, as the settings have them. Raises Invalid."""
    servers = ice_servers(settings.ice_servers)
    if settings.turn_secret and not any(one.urls[0].startswith("turn") and not one.username for one in servers):
        raise Invalid(
            "UNISONO_TURN_SECRET is set, but UNISONO_ICE_SERVERS names no relay without a user: write turn:host:port there.",
            code="bad_ice_server",
        )
    return Relays(servers, settings.turn_secret, timedelta(minutes=settings.turn_minutes), clock)


def ice_servers(text: str) -> list[IceServer]:
    """Return the servers that a setting names, separated by spaces. Raises Invalid."""
    return [_server(word) for word in text.split()]


def _server(word: str) -> IceServer:
    scheme, _, rest = word.partition(":")
    parts = urlsplit("//" + rest.removeprefix("//"))
    if scheme not in _SCHEMES or not parts.hostname:
        raise Invalid(
            f"{word!r} is no STUN or TURN server. Write stun:host:port, or turn://user:password@host:port.", code="bad_ice_server"
        )
    place = parts.netloc.rpartition("@")[2] + (f"?{parts.query}" if parts.query else "")
    return IceServer(urls=[f"{scheme}:{place}"], username=unquote(parts.username or ""), credential=unquote(parts.password or ""))
