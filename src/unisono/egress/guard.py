"""Where a connector may go: the manifest's hosts, and never into the deployment's own network by a detour.

A name is resolved once, its addresses are checked, and the connection goes to a checked address: a name that answers
differently a moment later (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import httpcore2
import httpx2
from msgspec import Struct

from unisono.contract.context import HostRefused
from unisono.contract.manifest import Manifest

_PLACE: Final = re.compile(r"\{config\.([a-z_][a-z0-9_]*)\}")
_PORTS: Final = {"http": 80, "https": 443}
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# RFC 6052: an IPv4 address behind a translator.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Where clouds hand credentials to the machine itself, outside the link-local range.
_METADATA: Final = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")))
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Entry(Struct, frozen=True):
    """One place that may be reached. typed: an administrator entered it, so it may be meant to be private.

    scheme, port: None is both of http and https on their usual ports. suffix: any name below the host.
    """

    host: str
    scheme: str | None = None
    port: int | None = None
    typed: bool = False
    suffix: bool = False

    def allows(self, scheme: str, host: str, port: int) -> bool:
        """Tell whether a request may go there."""
        same = host.endswith(f".{self.host}") if self.suffix else host == self.host
        # Where http is good enough, https is as well.
        upgraded = self.scheme == "http" and self.port == 80 and scheme == "https" and port == 443
        fits = (self.scheme in (None, scheme) and (self.port or _PORTS[scheme]) == port) or upgraded
        return same and fits


class AllowedHosts:
    """The hosts of a manifest, `{config.x}` filled in from the channel's settings.

    A host that stands in the manifest itself is reached by https, unless the manifest says otherwise.
    """

    def __init__(self, manifest: Manifest, config: Mapping[str, object]) -> None:
        self._entries = [entry for text in manifest.reach if (entry := _entry(text, config)) is not None]

    def check(self, url: httpx2.URL) -> Entry:
        """Return what allows a URL. Raises HostRefused for anything that is not allowed."""
        scheme, host = url.scheme, _host(url)
        if scheme not in _PORTS or not host or url.userinfo:
            raise HostRefused("Only plain http and https addresses can be used. Nothing was sent.")
        port = url.port or _PORTS[scheme]
        for entry in self._entries:
            if entry.allows(scheme, host, port):
                return entry
        raise HostRefused(f"{scheme}://{host}:{port} is not among the hosts of this channel. Nothing was sent.")


def _entry(text: str, config: Mapping[str, object]) -> Entry | None:
    place = _PLACE.fullmatch(text)
    if place:
        text = str(config.get(place[1]) or "").strip()
    else:
        values = [str(config.get(name) or "") for name in _PLACE.findall(text)]
        if not all(re.fullmatch(r"[A-Za-z0-9-]+", value) for value in values):
            return None
        text = _PLACE.sub(lambda found: str(config[found[1]]), text)
    if not text:
        return None
    suffix = text.startswith("*.")
    text = text.removeprefix("*.")
    told = "://" in text
    try:
        url = httpx2.URL(text if told else f"https://{text}")
    except httpx2.InvalidURL:
        return None
    scheme = url.scheme if told or not place else None
    port = url.port or (_PORTS.get(url.scheme) if scheme else None)
    return Entry(host=_host(url), scheme=scheme, port=port, typed=bool(place), suffix=suffix) if _host(url) else None


def _host(url: httpx2.URL) -> str:
    return url.raw_host.decode("ascii").lower().rstrip(".")


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the Internet; what is embedded in IPv6 forms counts as itself."""
    ip = _plain(address)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _METADATA


def is_reachable(address: str) -> bool:
    """Tell whether an address may be reached where private networks are allowed: not the machine's own environment."""
    ip = _plain(address)
    return not (ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in _METADATA)


def _plain(address: str) -> _IP:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if embedded is not None:
            return embedded
    return ip


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, *, private: bool, resolve: Resolve = resolve) -> None:
        self._usable = is_reachable if private else is_public
        self._resolve = resolve
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        """Resolve, check, and try the addresses in turn. Raises HostRefused when none may be used."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"the name {host} was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} has no address: {error}") from error
        usable = [address for address in addresses if self._usable(address)]
        if not usable:
            raise HostRefused(
                f"{host} lies in a private network. Nothing was sent. If it is meant, set UNISONO_ALLOW_PRIVATE_HOSTS=true; "
                "it then counts for hosts that stand in a channel's settings."
            )
        failure: Exception = httpcore2.ConnectError(f"{host} cannot be reached")
        for address in usable:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
