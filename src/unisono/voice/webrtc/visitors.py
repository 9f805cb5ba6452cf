"""Who a visitor is: whoever holds the token that was given for a call. It names the call and nothing else, and dies with it.

The browser makes a random word before it calls; call and token are keyed hashes of it, so that a request that is sent twice
over a bad line is one call, and nobody can find another's.
"""

import base64
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import Final

from msgspec import Struct

_WORD: Final = re.compile(r"[0-9a-f]{32,64}")
# Calls from one address, and what one call may ask: enough for an office behind one address, not for a machine.
CALLS: Final = (20.0, 600.0)
ASKS: Final = (240.0, 60.0)
_MOST_KNOWN: Final = 20_000


class Pass(Struct, frozen=True, kw_only=True):
    """A new call's name, the visitor's mark in it, and the token."""

    call_id: str
    visitor: str
    token: str


def pass_of(key: bytes, line: str, word: str) -> Pass | None:
    """Return the pass of a browser's random word, always the same one; None for what is no such word."""
    if not _WORD.fullmatch(word):
        return None
    names = [
        _text(hmac.digest(key, f"{use}:{line}:{word}".encode(), hashlib.sha256)[:18]) for use in ("call", "visitor", "token")
    ]
    return Pass(call_id=names[0], visitor=names[1], token=names[2])


def digest_of(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


class Allowances:
    """How much strangers may ask, by who they are: a bucket that fills again with time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def spend(self, kind: str, who: str, allowance: tuple[float, float]) -> float:
        """Return 0 and take one, or for how many seconds to wait. allowance: so many in so many seconds."""
        most, seconds = allowance
        now = self._now().timestamp()
        left, at = self._left.pop((kind, who), (most, now))
        left = min(most, left + (now - at) * most / seconds)
        granted = left >= 1.0
        self._left[(kind, who)] = (left - 1.0 if granted else left, now)
        while len(self._left) > _MOST_KNOWN:
            self._left.popitem(last=False)
        return 0.0 if granted else (1.0 - left) * seconds / most


def network_of(client: str) -> str:
    """Return what counts as one place: an IPv4 address, or the half of an IPv6 address that a household has."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return ":".join(address.exploded.split(":")[:4]) if isinstance(address, IPv6Address) else str(address)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
