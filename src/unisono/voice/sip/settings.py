"""What a site says of its trunk and its phones. Read strictly: a word that is not known is told, not ignored."""

import ipaddress
import re
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from unisono.voice.sip.guard import MOST_NETWORKS

_SERVER: Final = re.compile(r"([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
_PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,14}")


class BadSipSettings(ValueError):
    """The settings cannot be used; the text names the one, what was found and what is expected."""


class SipSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """listen: address and port for SIP, on this machine alone unless said otherwise. rtp_ports: first and last for sound.

    trunk, user, password, auth_user, transport: the provider's or exchange's server, and who we are there. register_s: how often
        we register; 0 for a trunk that knows us by our address. allow: addresses or networks that may speak to us, beside the
        trunk's and the phones' own. media_from: addresses or networks whose sound is heard from any port, beside where each call
        says that it sends from.
    phones, phones_user, phones_password: the registrar at which the agents' phones are known, and who we are there.
    country: digits before national numbers. numbers: ours that may be shown to those we call, the first by default.
    may_dial, never_dial: beginnings of numbers (`+49`); without the first nothing outside is dialled. sip_hosts: other servers
        whose SIP addresses may be dialled. calls_per_hour, minutes_per_hour, outside_at_once: the most that goes out.
    emergency: numbers that are refused unless `location` says that the trunk tells where we are.
    calls, calls_per_second: the most that comes in. rtp_timeout_s, longest_call_s, longest_hold_s, drain_s: limits in seconds.
    refer: transfers are handed to the trunk by REFER instead of being carried by us.
    recordings: folder in which recordings lie until the house has fetched them, instead of one in the data directory.
    headers: those of strangers that are passed on. trusts_identity: the trunk vouches for P-Asserted-Identity.
    """

    listen: str = "127.0.0.1:5060"
    rtp_ports: str = "20000-20999"
    trunk: str = "127.0.0.1"
    user: str = "unisono"
    password: str = ""
    auth_user: str = ""
    transport: str = "udp"
    register_s: int = 0
    allow: list[str] = field(default_factory=list)
    media_from: list[str] = field(default_factory=list)
    phones: str = ""
    phones_user: str = "unisono-desk"
    phones_password: str = ""
    country: str = "49"
    numbers: list[str] = field(default_factory=list)
    may_dial: list[str] = field(default_factory=list)
    never_dial: list[str] = field(default_factory=list)
    sip_hosts: list[str] = field(default_factory=list)
    calls_per_hour: int = 120
    minutes_per_hour: int = 600
    outside_at_once: int = 20
    emergency: list[str] = field(default_factory=lambda: ["110", "112", "911", "999"])
    location: bool = False
    calls: int = 30
    calls_per_second: int = 20
    rtp_timeout_s: int = 30
    longest_call_s: float = 4 * 3600.0
    longest_hold_s: float = 900.0
    drain_s: float = 30.0
    refer: bool = False
    recordings: str = ""
    headers: list[str] = field(default_factory=list)
    trusts_identity: bool = False

    @property
    def listen_at(self) -> tuple[str, int]:
        """Where SIP is listened to."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def rtp_range(self) -> tuple[int, int]:
        """First and last port for sound."""
        first, _, last = self.rtp_ports.partition("-")
        return int(first), int(last)

    @property
    def recordings_dir(self) -> Path | None:
        """The folder of recordings, absolute; None for one in the data directory."""
        return Path(self.recordings).expanduser().resolve() if self.recordings else None

    @property
    def phones_server(self) -> str:
        """The registrar of the agents' phones; the trunk's server (an exchange) when none is named."""
        return self.phones or self.trunk


def read_settings(found: dict[str, Any]) -> SipSettings:
    """Return the settings. Raises BadSipSettings."""
    try:
        settings = msgspec.convert(found, SipSettings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSipSettings(f"A setting of the SIP line cannot be used: {error}. Nothing was started.") from None
    for complaint in _complaints(settings):
        raise BadSipSettings(f"{complaint} Nothing was started; correct it and start again.")
    return settings


def _complaints(settings: SipSettings) -> list[str]:
    wrong: list[str] = []
    host, _, port = settings.listen.rpartition(":")
    if not _is_address(host.strip("[]")) or not port.isdigit() or not 0 < int(port) < 65535:
        wrong.append(f"listen = {settings.listen!r}: an address of this machine and a port are expected, as 127.0.0.1:5060.")
    if not re.fullmatch(r"\d{1,5}-\d{1,5}", settings.rtp_ports):
        wrong.append(f"rtp_ports = {settings.rtp_ports!r}: two ports are expected, as 20000-20999.")
    else:
        first, last = settings.rtp_range
        if not 1024 <= first < last <= 65535 or last - first < 8 * settings.calls:
            wrong.append(f"rtp_ports = {settings.rtp_ports!r}: {settings.calls} calls need {8 * settings.calls} ports over 1023.")
    for name in ("trunk", "phones_server"):
        server = getattr(settings, name)
        if not _SERVER.fullmatch(server):
            wrong.append(f"{name.removesuffix('_server')} = {server!r}: a server is expected, as sip.example.org:5060.")
    wrong += [
        f"numbers has {n!r}: one of ours is expected, as +4930123456." for n in settings.numbers if not _PREFIX.fullmatch(n)
    ]
    for name in ("allow", "media_from"):
        wrong += [
            f"{name} has {entry!r}: an address or a network is expected."
            for entry in getattr(settings, name)
            if not _is_network(entry)
        ]
    if len(settings.media_from) > MOST_NETWORKS:
        wrong.append(f"media_from has {len(settings.media_from)} networks; {MOST_NETWORKS} are the most.")
    for name in ("may_dial", "never_dial"):
        entries = getattr(settings, name)
        wrong += [
            f"{name} has {e!r}: the beginning of a number is expected, as +49." for e in entries if not _PREFIX.fullmatch(e)
        ]
    if settings.transport not in {"udp", "tcp"}:
        wrong.append(f"transport = {settings.transport!r}: udp or tcp is expected.")
    if not re.fullmatch(r"[1-9]\d{0,3}|", settings.country):
        wrong.append(f"country = {settings.country!r}: digits are expected, as 49.")
    if len(settings.headers) > 10:
        wrong.append(f"headers has {len(settings.headers)} names; ten are the most.")
    if min(settings.calls, settings.calls_per_second, settings.rtp_timeout_s) < 1 or settings.calls > 1000:
        wrong.append("calls, calls_per_second and rtp_timeout_s are at least 1, calls at most 1000.")
    return wrong


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
