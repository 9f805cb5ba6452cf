#!/usr/bin/env python3
"""Provide the real programs that the tests talk to: a browser, a mail server, a database, an XMPP server, a Mastodon, a
Matrix homeserver, a Bluesky PDS, a calendar server, a directory, a message broker, a SIP proxy and a telephone tester.

Debian's packages are installed when this runs as root; otherwise the command to type is printed, and the tests
that need a missing program say so. Nothing that is already there is touched, and no daemon is left running.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import node
from steps import (
    CACHE,
    REQUIREMENTS,
    Failed,
    fingerprint,
    is_alive,
    is_stamped,
    make_venv,
    one_at_a_time,
    pip_install,
    retry,
    run,
    say,
)

# Package -> paths of which one shows that the package, or an equal, is there. A star stands for a version.
PACKAGES = {
    "chromium": ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
    "coturn": ["/usr/bin/turnserver"],
    "dovecot-imapd": ["/usr/lib/dovecot/imap"],
    "dovecot-lmtpd": ["/usr/lib/dovecot/lmtp"],
    "fonts-dejavu-core": ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
    "fonts-noto-color-emoji": ["/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"],
    "kamailio": ["/usr/sbin/kamailio"],
    "libc6-dev": ["/usr/include/stdlib.h"],
    "nats-server": ["/usr/sbin/nats-server", "/usr/bin/nats-server"],
    "postgresql-15": ["/usr/lib/postgresql/15/bin/postgres", "/usr/lib/postgresql/1[6-9]/bin/postgres"],
    "prosody": ["/usr/bin/prosody"],
    "sip-tester": ["/usr/bin/sipp"],
    "sipvicious": ["/usr/bin/svmap"],
    "slapd": ["/usr/sbin/slapd", "/usr/lib/openldap/slapd"],
    "tcc": ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/tcc"],
}
SERVICES = ["coturn", "dovecot", "kamailio", "nats-server", "postgresql", "prosody", "slapd"]
POLICY = Path("/usr/sbin/policy-rc.d")

# A program with other dependencies than the product's has an environment of its own.
MASTODON = CACHE / "peers" / "mastodon-mock"
MASTODON_LOCK = REQUIREMENTS / "peers.txt"
SYNAPSE = CACHE / "peers" / "synapse"
SYNAPSE_LOCK = REQUIREMENTS / "synapse.txt"
RADICALE = CACHE / "peers" / "radicale"
RADICALE_LOCK = REQUIREMENTS / "radicale.txt"
PDS = CACHE / "peers" / "bluesky-pds"
PDS_LOCK = [REQUIREMENTS / "bluesky-pds" / name for name in (".npmrc", "package.json", "package-lock.json")]


def main() -> None:
    with one_at_a_time("peers"):
        _python_peers()
        _npm_peers()
        missing = missing_packages()
        if missing:
            _debian_peers(missing)


def missing_packages() -> list[str]:
    """Return the Debian packages whose programs are not on this machine."""
    return [name for name, paths in PACKAGES.items() if not any(_exists(path) for path in paths)]


def install_command(packages: list[str]) -> str:
    """Return what a person types to install the packages."""
    return f"sudo apt-get update && sudo apt-get install --no-install-recommends {' '.join(packages)}"


def _exists(pattern: str) -> bool:
    return any(Path("/").glob(pattern.lstrip("/")))


def _python_peers() -> None:
    """Install Mastodon's, Matrix's and a calendar's servers; Synapse takes about a minute and 200 MB."""
    for folder, lock in ((MASTODON, MASTODON_LOCK), (SYNAPSE, SYNAPSE_LOCK), (RADICALE, RADICALE_LOCK)):
        wanted = fingerprint([lock], str(folder))
        stamp = folder / ".unisono-peer"
        if is_stamped(stamp, wanted) and is_alive(folder):
            continue
        make_venv(folder)
        pip_install(folder, lock)
        stamp.write_text(wanted, encoding="utf-8")


def _npm_peers() -> None:
    """Install Bluesky's PDS with the desk's Node: about a minute, and half a gigabyte."""
    wanted = fingerprint([*PDS_LOCK, node.LOCK], str(PDS))
    stamp = PDS / ".unisono-peer"
    program = PDS / "node"
    if is_stamped(stamp, wanted) and program.is_file():
        return
    folder = node.install()
    PDS.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for path in PDS_LOCK:
        shutil.copy(path, PDS / path.name)
    # No install script is run: what must be compiled lies compiled in its package.
    command = [str(folder / "npm"), "ci", "--ignore-scripts", "--no-progress", "--loglevel=error"]
    retry(command, cwd=PDS, env=node.environment(folder))
    program.unlink(missing_ok=True)
    program.symlink_to((folder / "node").resolve())
    stamp.write_text(wanted, encoding="utf-8")


def _debian_peers(missing: list[str]) -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        raise Failed(
            f"This system has no apt-get. Install what Debian calls {', '.join(missing)} with its own package manager. "
            "Until then the tests that need them are skipped, or fail where CI=true."
        )
    if os.geteuid() != 0:
        raise Failed(
            f"The tests also need {', '.join(missing)}. Type: {install_command(missing)}\n"
            "Until then the tests that need them are skipped, or fail where CI=true."
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    with _no_daemon_left_running():
        retry([apt, *quiet, "update"], env=environment)
        retry([apt, *quiet, "install", "-y", "--no-install-recommends", *missing], env=environment)
    still = missing_packages()
    if still:
        raise Failed(f"apt-get ended well, but these programs are still not there: {', '.join(still)}.")


@contextlib.contextmanager
def _no_daemon_left_running() -> Iterator[None]:
    """Keep packages from starting their services; stop one that was started all the same."""
    running = {name for name in SERVICES if _is_running(name)}
    ours = not POLICY.exists()
    if ours:
        # 101 is "action forbidden by policy": Debian's documented answer for `invoke-rc.d`.
        POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)
        for name in SERVICES:
            if name not in running and _is_running(name):
                subprocess.run(["service", name, "stop"], check=False)


def _is_running(service: str) -> bool:
    if not Path("/etc/init.d", service).exists() or shutil.which("service") is None:
        return False
    return subprocess.run(["service", service, "status"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    code = run(main)
    if code:
        say("The tests run without what is missing.")
    sys.exit(code)
