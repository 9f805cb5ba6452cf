"""Synapse as a process: one server name, SQLite, no federation, and limits that do not get in the way.

The program is looked for in the environment variable `SYNAPSE_PYTHON` (a Python that has `matrix-synapse`), and where
`make peers` puts it.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Any, Final

import httpx2
import msgspec

from unisono.testing.lab import PeerMissing
from unisono.testing.networks.matrix.people import Person

NAME: Final = "unisono.test"
MAX_UPLOAD_BYTES: Final = 2_000_000
_VARIABLE: Final = "SYNAPSE_PYTHON"
_FROM_MAKE: Final = Path(".cache/peers/synapse/bin/python")
_START_S: Final = 180.0
_WIDE: Final = {"per_second": 100_000, "burst_count": 100_000}


def find_synapse() -> Path:
    """Return the Python that runs Synapse. Raises PeerMissing."""
    python = Path(os.environ.get(_VARIABLE) or _FROM_MAKE).absolute()
    if not os.access(python, os.X_OK):
        raise PeerMissing(
            f"Matrix is played by Synapse, which is not at {python}. Type `make peers` in a checkout of this project; or install "
            f"matrix-synapse into an environment of its own and name its Python in {_VARIABLE}."
        )
    return python


class Homeserver:
    """The server while it runs."""

    def __init__(self) -> None:
        self.url = ""
        self._secret = secrets.token_hex(16)

    async def start(self) -> None:
        """Start it, which takes some seconds. Raises PeerMissing."""
        python = find_synapse()
        self._directory = tempfile.TemporaryDirectory(prefix="synapse-")
        folder = Path(self._directory.name)
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        (folder / "homeserver.yaml").write_bytes(msgspec.json.encode(self._config(folder, port)))
        with (folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                python, "-m", "synapse.app.homeserver", "-c", folder / "homeserver.yaml", cwd=folder, stdout=log, stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
        self.http = httpx2.AsyncClient(base_url=self.url, timeout=120.0, trust_env=False, verify=False)
        self._log = folder / "log"
        await self._until_it_answers()

    def _config(self, folder: Path, port: int) -> dict[str, Any]:
        """Return the configuration; YAML takes JSON."""
        key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        return {
            "server_name": NAME, "report_stats": False, "signing_key": f"ed25519 a_test {key}",
            "listeners": [{"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "resources": [{"names": ["client"]}]}],
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "media_store_path": str(folder / "media"), "max_upload_size": str(MAX_UPLOAD_BYTES),
            "registration_shared_secret": self._secret, "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16), "bcrypt_rounds": 4, "trusted_key_servers": [],
            "suppress_key_server_warning": True, "presence": {"enabled": False}, "user_directory": {"enabled": False},
            "rc_message": _WIDE, "rc_registration": _WIDE, "rc_admin_redaction": _WIDE, "rc_invites": {
                "per_room": _WIDE, "per_user": _WIDE, "per_issuer": _WIDE,
            },
            "rc_login": {"address": _WIDE, "account": _WIDE, "failed_attempts": _WIDE},
            "rc_joins": {"local": _WIDE, "remote": _WIDE}, "rc_joins_per_room": _WIDE, "rc_room_creation": _WIDE,
            "rc_media_create": _WIDE, "refreshable_access_token_lifetime": "1h",
        }  # fmt: skip

    async def _until_it_answers(self) -> None:
        try:
            async with asyncio.timeout(_START_S):
                while self._process.returncode is None:
                    with contextlib.suppress(httpx2.HTTPError):
                        if (await self.http.get("/_matrix/client/versions")).status_code == 200:
                            return
                    await asyncio.sleep(0.2)
        except TimeoutError:
            pass
        said = self._log.read_text(errors="replace")[-1_000:]
        await self.stop()
        raise PeerMissing(f"Synapse did not start: {said}")

    async def stop(self) -> None:
        """End it."""
        await self.http.aclose()
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._directory.cleanup()

    async def join(self, name: str, *, admin: bool = False) -> Person:
        """Make an account with a name that nobody has."""
        username = f"{name}-{secrets.token_hex(4)}"
        password = secrets.token_hex(12)
        asked = await self.http.get("/_synapse/admin/v1/register")
        nonce = asked.json()["nonce"]
        parts = (nonce, username, password, "admin" if admin else "notadmin")
        mac = hmac.new(self._secret.encode(), b"\0".join(part.encode() for part in parts), hashlib.sha1).hexdigest()
        body = {
            "nonce": nonce, "username": username, "password": password, "admin": admin, "mac": mac, "displayname": name.title(),
        }  # fmt: skip
        made = await self.http.post("/_synapse/admin/v1/register", json=body)
        made.raise_for_status()
        return Person(http=self.http, user_id=made.json()["user_id"], password=password, token=made.json()["access_token"])

    async def log_in(self, user_id: str, password: str) -> Person:
        """Open another session of an account."""
        who = {"type": "m.id.user", "user": user_id}
        body = {"type": "m.login.password", "identifier": who, "password": password}
        opened = await self.http.post("/_matrix/client/v3/login", json=body)
        opened.raise_for_status()
        return Person(http=self.http, user_id=user_id, password=password, token=opened.json()["access_token"])

    async def change_password(self, admin: Person, person: Person) -> str:
        """Give an account another password and end its sessions, as an administrator does; returns the new password."""
        password = secrets.token_hex(12)
        path = f"/_synapse/admin/v1/reset_password/{person.user_id}"
        headers = {"authorization": f"Bearer {admin.token}"}
        answer = await self.http.post(path, json={"new_password": password, "logout_devices": True}, headers=headers)
        answer.raise_for_status()
        return password


def _free_port() -> int:
    """Return a port that is free: the server cannot be asked which one it took."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
