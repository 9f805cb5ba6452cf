"""Radicale as a process, with accounts; and a program that writes into its calendars, over HTTP as every other."""

import contextlib
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from tests.peers import free_port, radicale

_CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = warning
"""
_MAKE = (
    '<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
    "<d:displayname>{name}</d:displayname>{more}</d:prop></d:set></c:mkcalendar>"
)


class Owner:
    """Somebody with calendars on the server."""

    def __init__(self, base: str, login: str, password: str) -> None:
        self.base, self.login, self.password = base, login, password
        self._http = httpx2.Client(base_url=base, auth=(login, password))

    def address(self, calendar: str = "") -> str:
        """Return where one calendar lies, or all of them."""
        return f"{self.base}/{self.login}/{calendar}/" if calendar else f"{self.base}/{self.login}/"

    def makes(self, calendar: str, more: str = "") -> None:
        """Make a calendar."""
        body = _MAKE.format(name=calendar, more=more)
        self._http.request("MKCALENDAR", f"/{self.login}/{calendar}/", content=body).raise_for_status()

    def writes(self, calendar: str, uid: str, begin: datetime, end: datetime, *more: str) -> None:
        """Put an event into a calendar, or another in its place."""
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z",
                 f"DTSTART:{_utc(begin)}", f"DTEND:{_utc(end)}", *more, "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
        headers = {"content-type": "text/calendar; charset=utf-8"}
        path = f"/{self.login}/{calendar}/{uid}.ics"
        self._http.put(path, content="\r\n".join(lines).encode(), headers=headers).raise_for_status()

    def takes_out(self, calendar: str, uid: str) -> None:
        """Delete an event."""
        self._http.delete(f"/{self.login}/{calendar}/{uid}.ics").raise_for_status()


class Radicale:
    """The server while it runs."""

    def __init__(self, base: str, folder: Path) -> None:
        self.base, self._folder = base, folder

    @property
    def host(self) -> str:
        """Its host and port."""
        return self.base.removeprefix("http://")

    def owner(self, name: str) -> Owner:
        """Make an account with a name that nobody has."""
        login, password = f"{name}-{secrets.token_hex(3)}", secrets.token_hex(8)
        with (self._folder / "users").open("a", encoding="utf-8") as users:
            users.write(f"{login}:{password}\n")
        return Owner(self.base, login, password)


@contextmanager
def running() -> Iterator[Radicale]:
    """Radicale on a free port of this machine, and an empty folder."""
    python = radicale()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="radicale-") as name:
        folder = Path(name)
        (folder / "users").touch()
        (folder / "config").write_text(_CONFIG.format(port=port, folder=folder), encoding="utf-8")
        log = (folder / "log").open("wb")
        process = subprocess.Popen([python, "-m", "radicale", "--config", str(folder / "config")], stdout=log, stderr=log)
        try:
            _until_it_answers(process, f"http://127.0.0.1:{port}", folder / "log")
            yield Radicale(f"http://127.0.0.1:{port}", folder)
        finally:
            process.terminate()
            process.wait(10)
            log.close()


def _until_it_answers(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    stop_at = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < stop_at:
        with contextlib.suppress(httpx2.HTTPError):
            httpx2.get(f"{base}/.web/")
            return
        time.sleep(0.05)
    raise AssertionError(f"Radicale did not start: {log.read_text(errors='replace')[-1_000:]}")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
