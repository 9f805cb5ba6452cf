"""Where a connector may go: the manifest's hosts, and never into the deployment's own network by a detour.

A name is resolved once, its addresses are checked, and the connection goes to a checked address: a name that answers
differently a moment later (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore2

from unisono.contract.context import HostRefused
from unisono.contract.manifest import Manifest

_PLACE = re.compile(r"^\{config\.([a-z_][a-z0-9_]*)\}$")
Origin = tuple[str, int | None]


class AllowedHosts:
    """The hosts of a manifest, `{config.x}` filled in from the channel's settings.

    A host that an administrator typed into the settings may be private when the deployment allows private hosts.
    """

    def __init__(self, manifest: Manifest, config: Mapping[str, object], *, allow_private: bool) -> None:
        self._hosts: set[Origin] = set()
        self._suffixes: set[str] = set()
        self.allow_private = allow_private
        for entry in manifest.hosts:
            self._add(entry, config)

    def _add(self, entry: str, config: Mapping[str, object]) -> None:
        place = _PLACE.match(entry)
        text = str(config.get(place[1]) or "") if place else entry
        if not text:
            return
        if text.startswith("*."):
            self._suffixes.add(text[1:].lower())
            return
        parts = urlsplit(text if "//" in text else f"//{text}")
        if parts.hostname:
            self._hosts.add((parts.hostname.lower(), parts.port if place else None))

    def check(self, url: str) -> tuple[str, int]:
        """Return (host, port) of a URL. Raises HostRefused for anything that is not allowed."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise HostRefused(f"This is no address that can be used ({error}). Nothing was sent.") from error
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise HostRefused("Only plain http and https addresses can be used. Nothing was sent.")
        wanted = port or (443 if parts.scheme == "https" else 80)
        exact = any(h == host and (p is None or p == wanted) for h, p in self._hosts) or (host, port) in self._hosts
        if not exact and not any(host.endswith(suffix) for suffix in self._suffixes):
            raise HostRefused(f"{host} is not among the hosts of this channel. Nothing was sent.")
        return host, wanted


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the Internet; what is embedded in IPv6 forms counts as itself."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if embedded is not None:
            return is_public(str(embedded))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        """Resolve, check, and try the addresses in turn. Raises HostRefused when none may be used."""
        try:
            addresses = await resolve(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} has no address: {error}") from error
        usable = [a for a in addresses if self._allow_private or is_public(a)]
        if not usable:
            raise HostRefused(
                f"{host} lies in a private network. Nothing was sent. Set UNISONO_ALLOW_PRIVATE_HOSTS=true if it is meant."
            )
        failure: Exception = httpcore2.ConnectError(f"{host} cannot be reached")
        for address in usable:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore2.ConnectError as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)
