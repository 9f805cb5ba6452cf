"""Where the tests find programs of other makers, and what happens when one is missing.

Under CI=true a missing program fails the test; elsewhere the test is skipped with the command that installs it.
`make peers` (part of `make test`) provides them all.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest

import peers as installer

# Debian's Chromium as root, silent towards the outside.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> Path:
    """Return the browser, for Playwright's `executable_path`; start it with `CHROMIUM_ARGS`."""
    return require_binary("chromium", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def dovecot() -> Path:
    """Return Dovecot's master program; IMAP and LMTP are there as well."""
    require_binary("dovecot-lmtpd", "/usr/lib/dovecot/lmtp")
    require_binary("dovecot-imapd", "/usr/lib/dovecot/imap")
    return require_binary("dovecot-imapd", "/usr/sbin/dovecot")


def system_postgres() -> Path:
    """Return the folder with the programs of the system's PostgreSQL: Debian 12's 15, or a later one."""
    return require_binary("postgresql-15", *installer.PACKAGES["postgresql-15"]).parent


def mastodon_mock() -> Path:
    """Return the program `mastodon_mock`, a Mastodon server with fault injection, from an environment of its own."""
    program = installer.MASTODON / "bin" / "mastodon_mock"
    if not program.is_file():
        _missing(f"{program} is not there. Type: make peers")
    return program


def synapse() -> Path:
    """Return the Python of the environment that holds Synapse, a Matrix homeserver."""
    python = installer.SYNAPSE / "bin" / "python"
    if not (installer.SYNAPSE / ".unisono-peer").is_file():
        _missing(f"{installer.SYNAPSE} holds no Synapse. Type: make peers")
    return python


def radicale() -> Path:
    """Return the Python of the environment that holds Radicale, a calendar server."""
    python = installer.RADICALE / "bin" / "python"
    if not (installer.RADICALE / ".unisono-peer").is_file():
        _missing(f"{installer.RADICALE} holds no Radicale. Type: make peers")
    return python


def prosody() -> Path:
    """Return Prosody, an XMPP server."""
    return require_binary("prosody", *installer.PACKAGES["prosody"])


def slapd() -> Path:
    """Return OpenLDAP's server, an organisation's directory."""
    return require_binary("slapd", *installer.PACKAGES["slapd"])


def nats_server() -> Path:
    """Return the NATS server, whose JetStream carries what is heard between nodes."""
    return require_binary("nats-server", *installer.PACKAGES["nats-server"])


def bluesky_pds() -> Path:
    """Return the folder with Bluesky's own PDS: `node`, and `node_modules`."""
    if not (installer.PDS / ".unisono-peer").is_file():
        _missing(f"{installer.PDS} holds no Bluesky PDS. Type: make peers")
    return installer.PDS


def require_binary(package: str, *patterns: str) -> Path:
    """Return the first program that is there; a star in a pattern stands for a version.

    `package`: the Debian package that brings it, for the message.
    """
    for pattern in patterns:
        for found in sorted(Path("/").glob(pattern.lstrip("/"))):
            if os.access(found, os.X_OK):
                return found
    _missing(f"{' or '.join(patterns)} is not there. Type: make peers, or {installer.install_command([package])}")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago.

    Another process can take it before you do: let a server bind port 0 and ask it where that is possible.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _missing(text: str) -> NoReturn:
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(text, pytrace=False)
    pytest.skip(text)
