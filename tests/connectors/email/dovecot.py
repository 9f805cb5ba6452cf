"""A real Dovecot on loopback, with mailboxes of its own, for one run of the tests."""

import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.peers import dovecot, free_port

CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
mail_location = maildir:{dir}/mail/%u
first_valid_uid = 1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_max_userip_connections = 100
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    auto = create
  }}
}}
"""


class Dovecot:
    """The server and where its mailboxes lie."""

    def __init__(self) -> None:
        program = dovecot()
        self.directory = Path(tempfile.mkdtemp(prefix="unisono-mail-"))
        self.port = free_port()
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        entry = pwd.getpwnam(user)
        group = "nogroup" if user == "nobody" else str(entry.pw_gid)
        (self.directory / "mail").mkdir()
        if os.geteuid() == 0:
            for path in (self.directory, self.directory / "mail"):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        config = self.directory / "dovecot.conf"
        config.write_text(CONFIG.format(dir=self.directory, port=self.port, user=user, group=group))
        self._server = subprocess.Popen([program, "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                with self.client("probe@shop.example"):
                    return
            except (OSError, imaplib.IMAP4.error):
                if self._server.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"Dovecot did not start: {(self.directory / 'log').read_text()[-2000:]}")

    def client(self, user: str) -> imaplib.IMAP4:
        """A logged-in client of the standard library: another reading of the protocol than the product's."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(user, "secret")
        return client

    def deliver(self, user: str, content: bytes, folder: str = "INBOX") -> None:
        """Put a mail into a mailbox."""
        with self.client(user) as client:
            status, _ = client.append(folder, None, None, content)
            assert status == "OK"

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the mails of a folder."""
        with self.client(user) as client:
            client.select(folder, readonly=True)
            _, found = client.search(None, "ALL")
            return [client.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in found[0].split()]

    def stop(self) -> None:
        """End the server and remove its directory."""
        self._server.send_signal(signal.SIGTERM)
        self._server.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)
