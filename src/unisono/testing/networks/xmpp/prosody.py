"""Prosody as a process: one domain, an archive in memory, a file store, no other servers.

The program is looked for in the environment variable `PROSODY`, on the PATH, and where Debian puts it.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Final

from unisono.testing.certificates import certify
from unisono.testing.lab import PeerMissing

DOMAIN: Final = "unisono.test"
MAX_UPLOAD_BYTES: Final = 2_000_000
_VARIABLE: Final = "PROSODY"
_START_S: Final = 60.0
_CONFIG: Final = """
run_as_root = true
pidfile = "{folder}/pid"
data_path = "{folder}/data"
log = {{ warn = "*console" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{ }}
http_interfaces = {{ "127.0.0.1" }}
http_ports = {{ {http_port} }}
https_ports = {{ }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "ping", "carbons", "mam", "smacks", "offline" }}
modules_disabled = {{ "s2s" }}
component_interfaces = {{ "127.0.0.1" }}
component_ports = {{ {component_port} }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = false
authentication = "internal_plain"
storage = {{ archive = "memory" }}
storage_archive_item_limit = 1000000
max_archive_query_results = 250
archive_expires_after = "never"
c2s_stanza_size_limit = 262144
ssl = {{ key = "{folder}/key.pem", certificate = "{folder}/certificate.pem" }}
VirtualHost "{domain}"
Component "people.{domain}"
  component_secret = "secret-of-people"
Component "upload.{domain}" "http_file_share"
  http_host = "127.0.0.1"
  http_external_url = "{store_url}/"
  http_file_share_size_limit = {size}
  http_file_share_daily_quota = 1000000000
"""


def find_prosody() -> Path:
    """Return the program. Raises PeerMissing."""
    found = os.environ.get(_VARIABLE) or shutil.which("prosody") or "/usr/bin/prosody"
    if not os.access(found, os.X_OK):
        raise PeerMissing(
            "XMPP is played by Prosody, which is not there. Type `make peers` in a checkout of this project as root, or "
            f"`apt-get install prosody`; or name the program in {_VARIABLE}."
        )
    return Path(found)


class Prosody:
    """The server while it runs. `store_url`: by which address it says that its file store can be reached."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.http_port = _free_port()
        self.component_port = _free_port()

    async def start(self, store_url: str = "") -> None:
        """Start it. Raises PeerMissing."""
        program = find_prosody()
        self._directory = tempfile.TemporaryDirectory(prefix="prosody-")
        folder = Path(self._directory.name)
        self._accounts = folder / "data" / DOMAIN.replace(".", "%2e") / "accounts"
        self._accounts.mkdir(parents=True)
        certify(folder, DOMAIN)
        config = _CONFIG.format(
            folder=folder, port=self.port, http_port=self.http_port, component_port=self.component_port, domain=DOMAIN,
            size=MAX_UPLOAD_BYTES,
            store_url=store_url or f"http://127.0.0.1:{self.http_port}",
        )  # fmt: skip
        (folder / "prosody.cfg.lua").write_text(config, encoding="utf-8")
        self._program, self._folder, self._log = program, folder, folder / "log"
        await self._run()

    async def _run(self) -> None:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._program, "-F", "--config", self._folder / "prosody.cfg.lua", cwd=self._folder, stdout=log, stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        await self._until_it_answers()

    async def _until_it_answers(self) -> None:
        try:
            async with asyncio.timeout(_START_S):
                while self._process.returncode is None:
                    with contextlib.suppress(OSError):
                        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                        writer.close()
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        said = self._log.read_text(errors="replace")[-1_000:]
        await self.stop()
        raise PeerMissing(f"Prosody did not start: {said}")

    async def restart(self) -> None:
        """End it and start it anew: accounts stay, what lay in the archive is gone."""
        await self._end()
        await self._run()

    async def stop(self) -> None:
        """End it."""
        await self._end()
        self._directory.cleanup()

    async def _end(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def account(self, name: str) -> tuple[str, str]:
        """Make an account with a name that nobody has; returns address and password."""
        local = f"{name}-{secrets.token_hex(4)}"
        return f"{local}@{DOMAIN}", self.set_password(f"{local}@{DOMAIN}")

    def set_password(self, address: str) -> str:
        """Give an account another password, as an administrator does; returns it."""
        password = secrets.token_hex(12)
        name = address.partition("@")[0].replace("-", "%2d")
        (self._accounts / f"{name}.dat").write_text(f'return {{ ["password"] = "{password}"; }};\n', encoding="utf-8")
        return password


def _free_port() -> int:
    """Return a port that is free: the server cannot be asked which one it took."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
