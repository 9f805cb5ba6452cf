"""What the scripted networks hold, on disk: written whole, shortly after it changed and at the end."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from msgspec import DecodeError

LOOKS_EVERY_S: Final = 0.5
_log = structlog.get_logger("demo")


class KeptNetwork:
    """One network's file. `kept` returns what has to be written; only its owner may read it, for tokens stand in it."""

    def __init__(self, path: Path, kept: Callable[[], bytes]) -> None:
        self._path = path
        self._kept = kept
        self._written = b""

    def take_up(self, take_up: Callable[[bytes], None]) -> None:
        """Let the network go on from its file. One that cannot be read is put aside, and the network begins anew."""
        if not self._path.is_file():
            return
        content = self._path.read_bytes()
        try:
            take_up(content)
        except DecodeError as error:
            aside = self._path.with_suffix(".unreadable")
            self._path.replace(aside)
            _log.warning("network_begins_anew", kept=str(aside), why=str(error))
        else:
            self._written = content

    def write(self) -> None:
        """Write what changed; the file is replaced whole, so that it is never half written."""
        content = self._kept()
        if content == self._written:
            return
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        fresh.replace(self._path)
        self._written = content

    async def keep_up(self) -> None:
        """Write again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            self.write()
