"""The PDS as a process, with the doubles behind it."""

import asyncio
import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from msgspec import Struct

from unisono.contract import Clock
from unisono.domain.length import measure
from unisono.testing.lab import PeerMissing
from unisono.testing.networks.bluesky.accounts import Person
from unisono.testing.networks.bluesky.appview import AppView
from unisono.testing.networks.bluesky.chat import Chat
from unisono.testing.networks.bluesky.index import Index
from unisono.testing.networks.bluesky.server import Doubles

_VARIABLE = "BLUESKY_PDS"
_FROM_MAKE = Path(".cache/peers/bluesky-pds")
_PROGRAM = Path(__file__).parent / "pds.mjs"
_START_S = 120.0
# What the package gives its server; nobody but this machine can reach it.
_ADMIN = ("admin", "admin-pass")


class Pds(Struct, frozen=True):
    """Where the server lies: its Node, and the folder of its packages."""

    node: Path
    packages: Path


def find_pds() -> Pds:
    """Return the PDS. Raises PeerMissing."""
    folder = Path(os.environ.get(_VARIABLE) or _FROM_MAKE).absolute()
    found = Pds(node=folder / "node", packages=folder / "node_modules")
    if not os.access(found.node, os.X_OK) or not (found.packages / "@atproto" / "dev-env").is_dir():
        raise PeerMissing(
            f"Bluesky is played by its own PDS, which is not in {folder}. Type `make peers` in a checkout of this project; or "
            f"install @atproto/dev-env with npm, put a link named `node` beside node_modules, and name the folder in {_VARIABLE}."
        )
    return found


class BlueskyNetwork:
    """The network while it runs. `index` and `chat` are the doubles' knowledge, `doubles` their server."""

    def __init__(self, clock: Clock) -> None:
        self.index = Index(clock.now)
        self.appview = AppView(self.index)
        self.chat = Chat(clock.now, self._member, lambda text: measure(text, "graphemes"))
        self.doubles = Doubles(self.index, self.appview, self.chat)
        self.url = ""
        self.directory = ""

    def _member(self, did: str) -> dict[str, Any]:
        return {"did": did, "handle": self.index.handles[did], "displayName": self.index.handles[did].partition("-")[0].title()}

    async def start(self) -> None:
        """Start the doubles and the PDS, which takes some seconds. Raises PeerMissing."""
        found = find_pds()
        self._directory = tempfile.TemporaryDirectory(prefix="bluesky-")
        await self.doubles.start()
        self._log = Path(self._directory.name) / "log"
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                found.node, _PROGRAM, found.packages, f"http://127.0.0.1:{self.doubles.port}",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log, limit=50_000_000,
                env={**os.environ, "TMPDIR": self._directory.name, "LOG_ENABLED": "false"},
            )  # fmt: skip
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START_S):
                ready = msgspec.json.decode(await self._process.stdout.readline() or b"{}")
        except TimeoutError:
            ready = {}
        if "pds" not in ready:
            said = self._log.read_text(errors="replace")[-1_000:]
            await self.doubles.stop()
            await self._end()
            raise PeerMissing(f"The Bluesky PDS did not start: {said}")
        self.url, self.directory = ready["pds"], ready["plc"]
        self.http = httpx2.AsyncClient(base_url=self.url, timeout=60.0, trust_env=False, verify=False)
        self.doubles.pds = self.http
        self._events = asyncio.create_task(self._listen(), name="bluesky-firehose")

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            await self.index.take(msgspec.json.decode(line))

    async def stop(self) -> None:
        """End all of it."""
        await self.doubles.stop()
        await self.http.aclose()
        await self._end()
        self._events.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._events

    async def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

        self._directory.cleanup()

    async def join(self, name: str) -> Person:
        """Make an account; names are made unique."""
        mark, password = secrets.token_hex(4), secrets.token_urlsafe(12)
        handle = f"{name}-{mark}.test"
        body = {"email": f"{name}-{mark}@example.test", "handle": handle, "password": password}
        made = await self.http.post("/xrpc/com.atproto.server.createAccount", json=body)
        made.raise_for_status()
        account = made.json()
        person = Person(
            did=account["did"], handle=handle, password=password, access=account["accessJwt"], http=self.http, index=self.index
        )
        await self.index.until(lambda: person.did in self.index.handles)
        return person

    async def delete_account(self, person: Person) -> None:
        """Delete an account for good, as its owner may (the mail with the code is left out)."""
        answer = await self.http.post("/xrpc/com.atproto.admin.deleteAccount", json={"did": person.did}, auth=_ADMIN)
        answer.raise_for_status()
        await self.index.until(lambda: self.index.closed.get(person.did) == "deleted")
