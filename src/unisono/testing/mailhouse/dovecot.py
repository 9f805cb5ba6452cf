"""A real IMAP server of another maker: Dovecot of the distribution, on loopback, with a directory of its own.

It takes any mailbox with one password, and access tokens when an identity provider is named, which it asks about each token
(RFC 7662). Nothing of the machine's own Dovecot is read or changed.
"""

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from unisono.testing.lab import PeerMissing

PROGRAM: Final = Path("/usr/sbin/dovecot")
IMAP_PROGRAM: Final = Path("/usr/lib/dovecot/imap")
PASSWORD: Final = "secret"
MISSING: Final = "Dovecot is not on this machine. Type: sudo apt-get install --no-install-recommends dovecot-imapd"
_START_S: Final = 10.0
_TOGETHER: Final = 1_000
_CONFIG: Final = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
{encryption}
disable_plaintext_auth = no
auth_mechanisms = plain login{tokens}
auth_username_chars =
auth_failure_delay = 0
mail_location = {storage}:{dir}/mail/%u
mail_fsync = never
first_valid_uid = 1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_max_userip_connections = 200
service anvil {{
  chroot =
  # Without this, a refused log-in slows down all others that come from the same address.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
{token_db}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {dir}/shared
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
"""
_ENCRYPTION: Final = """ssl = yes
ssl_cert = <{file}
ssl_key = <{file}"""
_TOKEN_DB: Final = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2
}}
"""
# A token opens every mailbox of its owner's domain: so shared mailboxes open with a person's token, others do not.
_OAUTH2: Final = """
introspection_mode = post
introspection_url = {introspection}
username_attribute = username
username_format = %d
active_attribute = active
active_value = true
"""


class Dovecot:
    """The server; use as a context manager, or `start` and `stop`. All of it blocks: call it from a thread where that matters.

    introspection: where an identity provider tells whether a token is good; empty: passwords only. storage: maildir for a
    file a mail, mdbox for large mailboxes. certificate: a file with a certificate and its key; then `port` takes STARTTLS,
    and `tls_port` is encrypted from the first byte.
    """

    def __init__(self, *, introspection: str = "", storage: str = "maildir", certificate: Path | None = None) -> None:
        self._introspection = introspection
        self._storage = storage
        self._certificate = certificate
        self.tls_port = 0
        self._server: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> "Dovecot":
        self.start()
        return self

    def __exit__(self, *why: object) -> None:
        self.stop()

    @staticmethod
    def version() -> str:
        """Return the version that is installed. Raises PeerMissing."""
        if not (PROGRAM.is_file() and IMAP_PROGRAM.is_file()):
            raise PeerMissing(MISSING)
        said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True, timeout=20)
        return said.stdout.split()[0]

    def start(self) -> None:
        """Start it in a fresh directory, on a free port the first time and the same one later. Raises PeerMissing."""
        self.version()
        self.directory = Path(tempfile.mkdtemp(prefix="unisono-mail-"))
        self.port = self.port or _free_port()
        if self._certificate is not None:
            self.tls_port = self.tls_port or _free_port()
        (self.directory / "mail").mkdir()
        (self.directory / "shared").touch()
        self._configure()
        self.resume()

    def _configure(self) -> None:
        entry = pwd.getpwnam("nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)
        facts = {
            "dir": self.directory, "port": self.port, "user": entry.pw_name, "group": grp.getgrgid(entry.pw_gid).gr_name,
            "password": PASSWORD, "storage": self._storage, "introspection": self._introspection, "tls_port": self.tls_port,
            "encryption": _ENCRYPTION.format(file=self._certificate) if self._certificate else "ssl = no",
        }  # fmt: skip
        token_db = _TOKEN_DB.format(**facts) if self._introspection else ""
        tokens = " xoauth2 oauthbearer" if self._introspection else ""
        (self.directory / "oauth2").write_text(_OAUTH2.format(**facts), encoding="utf-8")
        self._config = self.directory / "dovecot.conf"
        self._config.write_text(_CONFIG.format(**facts, token_db=token_db, tokens=tokens), encoding="utf-8")
        if os.geteuid() == 0:
            for path in (self.directory, self.directory / "mail"):
                os.chown(path, entry.pw_uid, entry.pw_gid)

    def resume(self) -> None:
        """Start it again on the same mailboxes, after `halt`."""
        self._server = subprocess.Popen([PROGRAM, "-F", "-c", self._config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._server.poll() is None:
            try:
                with self.client("probe@shop.example"):
                    return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.02)
        log = self.directory / "log"
        said = log.read_text(encoding="utf-8")[-2_000:] if log.exists() else "It says nothing."
        self.stop()
        raise RuntimeError(f"Dovecot did not start: {said}")

    def halt(self) -> None:
        """End the server; the mailboxes stay."""
        server, self._server = self._server, None
        if server is not None:
            server.send_signal(signal.SIGTERM)
            server.wait(20)

    def stop(self) -> None:
        """End the server and remove its directory."""
        self.halt()
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- mailboxes -----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Give a logged-in client of the standard library: another reading of the protocol than the product's."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=30)
        try:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            yield client
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def deliver(self, user: str, content: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Put a mail into a mailbox; `at` is when it came in."""
        self.deliver_all(user, [(content, at)], folder)

    def deliver_all(self, user: str, mails: Iterable[tuple[bytes, datetime | None]], folder: str = "INBOX") -> int:
        """Put many mails into a mailbox, many at a time (RFC 3502), and return how many."""
        count = 0
        with self.client(user) as client:
            together: list[bytes] = []
            for content, at in mails:
                together.append(_literal(content, at or datetime.now(UTC)))
                count += 1
                if len(together) == _TOGETHER:
                    _append(client, folder, together)
                    together = []
            if together:
                _append(client, folder, together)
        return count

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the mails of a folder, oldest first."""
        with self.client(user) as client:
            client.select(f'"{folder}"', readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            if not numbers:
                return []
            fetched = client.fetch(b",".join(numbers).decode(), "(BODY.PEEK[])")[1]
        return [part[1] for part in fetched if isinstance(part, tuple)]

    def remove(self, user: str, message_id: str, folder: str = "INBOX") -> None:
        """Remove a mail for good."""
        with self.client(user) as client:
            client.select(f'"{folder}"')
            for number in client.search(None, "HEADER", "Message-ID", f'"{message_id}"')[1][0].split():
                client.store(number.decode(), "+FLAGS", "\\Deleted")
            client.expunge()

    def share(self, login: str, mailbox: str) -> None:
        """Let a log-in name of its own open a mailbox, with the one password."""
        # Dovecot doubles a backslash in a name before it looks the name up.
        login = login.replace("\\", "\\\\")
        with (self.directory / "shared").open("a", encoding="utf-8") as file:
            file.write(f"{login}:{{PLAIN}}{PASSWORD}::::::user={mailbox}\n")
        # Dovecot looks at the file once a second at most.
        time.sleep(1.1)


def _literal(content: bytes, at: datetime) -> bytes:
    when = imaplib.Time2Internaldate(at).encode()
    return b" %s {%d+}\r\n%s" % (when, len(content), content)


def _append(client: imaplib.IMAP4, folder: str, literals: list[bytes]) -> None:
    """The standard library knows APPEND of one mail only, and waits for the server in the middle of it."""
    client.send(b'many APPEND "%s"' % folder.encode() + b"".join(literals) + b"\r\n")
    while not (line := client.readline()).startswith(b"many "):
        if not line:
            raise OSError("Dovecot ended the connection while it took mails.")
    if not line.startswith(b"many OK"):
        raise OSError(f"Dovecot did not take the mails: {line[:200]!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
