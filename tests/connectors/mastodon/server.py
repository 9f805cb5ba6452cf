"""A second implementation of the Mastodon API on loopback, with accounts that write to us."""

import asyncio
import contextlib
import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.peers import free_port, mastodon_mock

_START_S = 90.0


class Account:
    """Somebody on the server, seen from outside: plain requests with their own token."""

    def __init__(self, base: str, made: dict[str, Any]) -> None:
        self.id = str(made["id"])
        self.name = str(made["username"])
        self.token = str(made["access_token"])
        self._base = base

    def post(self, text: str, **more: Any) -> dict[str, Any]:
        """Write a status and return it."""
        found: dict[str, Any] = ask("POST", f"{self._base}/api/v1/statuses", self.token, {"status": text, **more})
        return found

    def edit(self, status_id: str, text: str) -> dict[str, Any]:
        """Change a status."""
        found: dict[str, Any] = ask("PUT", f"{self._base}/api/v1/statuses/{status_id}", self.token, {"status": text})
        return found

    def delete(self, status_id: str) -> None:
        """Take a status back."""
        ask("DELETE", f"{self._base}/api/v1/statuses/{status_id}", self.token)

    def follow(self, other: "Account") -> None:
        """Follow somebody, so that their statuses come by stream."""
        ask("POST", f"{self._base}/api/v1/accounts/{other.id}/follow", self.token, {})

    def statuses(self) -> list[dict[str, Any]]:
        """Everything that the account has written, newest first."""
        found: list[dict[str, Any]] = ask("GET", f"{self._base}/api/v1/accounts/{self.id}/statuses?limit=40", self.token)
        return found

    def look(self, status_id: str) -> dict[str, Any]:
        """One status."""
        found: dict[str, Any] = ask("GET", f"{self._base}/api/v1/statuses/{status_id}", self.token)
        return found


class Server:
    """The running server. Faults that a test has set are gone with `calm`."""

    def __init__(self) -> None:
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self._dir = tempfile.TemporaryDirectory(prefix="mastodon-")
        self._log = (Path(self._dir.name) / "log").open("wb")
        self._process = subprocess.Popen(
            [mastodon_mock(), "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"],
            cwd=self._dir.name, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.base}/api/v1/streaming/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        said = (Path(self._dir.name) / "log").read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"The Mastodon server did not come up: {said}")

    def account(self, name: str = "") -> Account:
        """Return a new account; names are made unique, as the server forgets nobody."""
        username = f"{name or 'somebody'}_{uuid4().hex[:8]}"
        return Account(self.base, ask("POST", f"{self.base}/api/v1/_mock/dev_user", "", {"username": username}))

    def fault(self, kind: str, *, method: str, path: str, count: int = 1, **effect: Any) -> None:
        """Let the next requests of one kind fail."""
        rule = {"match": {"methods": [method], "path": path}, "effect": {"type": kind, **effect}, "count": count}
        ask("POST", f"{self.base}/api/v1/_mock/faults", "", rule)

    def calm(self) -> None:
        """Remove what is left of the faults."""
        ask("DELETE", f"{self.base}/api/v1/_mock/faults", "")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._dir.cleanup()


class LosingAnswers:
    """A wire to the server on which answers to some requests are lost after the server has done its work.

    `begins`: how the requests begin; `every`: one in so many loses its answer; `most`: so many in all.
    """

    def __init__(self, server: Server, begins: str, *, every: int = 1, most: int = 1_000) -> None:
        self._port = int(server.base.rsplit(":", 1)[1])
        self._begins = begins.encode()
        self._every = every
        self._most = most
        self._seen = 0
        self.lost = 0
        self.base = ""

    async def __aenter__(self) -> "LosingAnswers":
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *why: object) -> None:
        self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._port)
        losing = asyncio.Event()
        back = asyncio.create_task(self._answers(to_reader, writer, losing))
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if data.startswith(self._begins):
                    self._seen += 1
                    if self._seen % self._every == 0 and self.lost < self._most:
                        losing.set()
                to_writer.write(data)
                await to_writer.drain()
        to_writer.close()
        await back

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if losing.is_set():
                    self.lost += 1
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


def ask(method: str, url: str, token: str, body: object = None) -> Any:
    """Send one request by the standard library, apart from the code under test."""
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("content-type", "application/json")
    if token:
        request.add_header("authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {url}: {error.code} {error.read()[:300]!r}") from error
