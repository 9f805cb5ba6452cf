"""Whether the endpoint could run on this machine, without starting it: each finding is a sentence that says what to do."""

import importlib.util
import os
import socket
import sys
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from unisono.voice.sip.guard import CannotGuard, can_guard
from unisono.voice.sip.settings import BadSipSettings, SipSettings, read_settings


class Check(Struct, frozen=True, kw_only=True):
    """`hurts`: calls cannot come in while it is so; else it is only good to know."""

    text: str
    hurts: bool = True


def check(table: Mapping[str, Any]) -> list[Check]:
    """Return what stands against a line's table of the voice file; nothing when all is well."""
    try:
        settings = read_settings(dict(table))
    except BadSipSettings as error:
        return [Check(text=str(error))]
    return [*_stack(), *_sockets(settings), *_folder(settings), *_reach(settings)]


def _stack() -> list[Check]:
    if not sys.platform.startswith("linux"):
        return [Check(text="The SIP endpoint runs on Linux only, because of its packet filter.")]
    if importlib.util.find_spec("baresip") is None:
        return [
            Check(text="The package baresip-python is not installed. Install Unisono anew, or put a proxy's driver in its place.")
        ]
    try:
        can_guard()
    except CannotGuard as error:
        return [Check(text=str(error))]
    return []


def _sockets(settings: SipSettings) -> list[Check]:
    host, port = settings.listen_at
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == 98:  # EADDRINUSE
                return [
                    Check(
                        text=f"{settings.listen} is in use: by Unisono itself if it runs, else by another program.", hurts=False
                    )
                ]
            return [Check(text=f"{settings.listen} cannot be listened to ({error.strerror}). Name an address of this machine.")]
    return []


def _folder(settings: SipSettings) -> list[Check]:
    place = settings.recordings_dir
    if place is None:
        return []
    while not place.exists() and place != place.parent:
        place = place.parent
    if not os.access(place, os.W_OK):
        return [Check(text=f"Recordings cannot be written to {settings.recordings_dir}. Check owner and permissions.")]
    return []


def _reach(settings: SipSettings) -> list[Check]:
    found = []
    for name, server in (("trunk", settings.trunk), ("phones", settings.phones_server)):
        host = server.partition("]")[0].strip("[") if server.startswith("[") else server.partition(":")[0]
        try:
            socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        except OSError:
            found.append(
                Check(text=f"The server of {name}, {host}, is not known to the name service, so nothing from it is let in.")
            )
    if not settings.may_dial and not settings.sip_hosts:
        found.append(Check(text="Nothing outside may be dialled: may_dial is empty. Calls come in all the same.", hurts=False))
    if settings.listen_at[0] in {"127.0.0.1", "::1"} and not _is_local(settings.trunk):
        found.append(
            Check(text=f"It listens on this machine alone ({settings.listen}); the trunk at {settings.trunk} cannot reach it.")
        )
    return found


def _is_local(server: str) -> bool:
    return server.partition(":")[0] == "localhost" or server.startswith(("127.", "[::1]"))
