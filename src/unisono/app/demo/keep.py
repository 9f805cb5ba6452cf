"""What the demo keeps beside the house's database: ports, the visitors' password, tokens of its networks."""

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unisono.app.postgres.ownership import OwnerLock
from unisono.domain.errors import Unavailable

_WORDS = ("kiebitz", "spatz", "zaunkoenig", "meise", "eule", "storch", "reiher", "moewe", "austernfischer", "seeschwalbe")


class Keep:
    """A small file of names and texts that only its owner may read. One process at a time writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / "demo.json"
        self._held: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8")) if self._path.is_file() else {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no second demo run on the same directory while the block runs. Raises Unavailable if one does already.

        It would turn the channels of the first to networks of its own, before it found that the desk's port is taken.
        """
        lock = OwnerLock(self.folder / "running.lock")
        if not lock.take():
            lock.release()
            raise Unavailable(
                f"A demo already runs on {self.folder.parent}; nothing was changed. Open its page, end it with Ctrl+C before "
                "this one is started, or give this one a directory and a port of its own with --data and --port."
            )
        try:
            yield
        finally:
            lock.release()

    def get(self, name: str) -> str | None:
        """Return what is kept under a name."""
        value = self._held.get(name)
        return None if value is None else str(value)

    def put(self, name: str, value: str) -> None:
        """Keep something; the file is replaced whole, so that it is never half written."""
        if self._held.get(name) == value:
            return
        self._held[name] = value
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._held, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def password(self) -> str:
        """Return what visitors log in with: made at the first start, the same for everybody of the company."""
        known = self.get("password")
        if known is None:
            known = f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}"
            self.put("password", known)
        return known

    def secret(self, name: str) -> str:
        """Return a long secret, made when it is first asked for."""
        known = self.get(name)
        if known is None:
            known = secrets.token_urlsafe(24)
            self.put(name, known)
        return known

    def port(self, name: str) -> int:
        """Return the port that a part of the demo had last time, if it is free, else another one."""
        known = int(self.get(name) or 0)
        found = known if known and _is_free(known) else _free()
        self.put(name, str(found))
        return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
