"""Mastodon's lab: `mastodon-mock`, a second implementation of the API by other people, behind a fault proxy.

The program is looked for in the environment variable `MASTODON_MOCK`, on the PATH, and where `make peers` puts it.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from unisono.contract import Clock
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, PeerMissing, Setting, Shown, Wire

_PROGRAM = "mastodon_mock"
_VARIABLE = "MASTODON_MOCK"
_FROM_MAKE = Path(".cache/peers/mastodon-mock/bin") / _PROGRAM
_START_S = 120.0
_AT_ONCE = 8
_EACH = 50
_PAGE = 40
_READS = Match(methods=("GET",), path=r"/api/v1/notifications|/api/v1/accounts/\w+/statuses")


def find_program() -> Path:
    """Return the program. Raises PeerMissing."""
    named = os.environ.get(_VARIABLE) or shutil.which(_PROGRAM) or str(_FROM_MAKE)
    if not os.access(named, os.X_OK):
        raise PeerMissing(
            f"Mastodon is played by the program {_PROGRAM}, which is not there. Type `pip install mastodon-mock` (best into an "
            f"environment of its own) and name the program in {_VARIABLE}, or `make peers` in a checkout of this project."
        )
    return Path(named).absolute()


class Person(msgspec.Struct, frozen=True):
    """An account of the server, with its own token."""

    id: str
    username: str
    access_token: str


class MastodonLab(Lab):
    """Customers write with their own tokens, straight to the server; the connector goes through the proxy."""

    connector = "mastodon"
    peer = "mastodon-mock 0.6.1 (another implementation of the API, not a live server)"
    #: The server counts a link as long as it is; Mastodon itself counts 23.
    counts_links = False

    async def start(self, clock: Clock) -> None:
        """Start the server, which takes some seconds, and the proxy."""
        program = find_program()
        self.clock = clock
        self._directory = tempfile.TemporaryDirectory(prefix="mastodon-lab-")
        port = _free_port()
        self._base = f"http://127.0.0.1:{port}"
        with (Path(self._directory.name) / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                program, "serve", "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning",
                cwd=self._directory.name, stdout=log, stderr=log,
            )  # fmt: skip
        self._http = httpx2.AsyncClient(base_url=self._base, timeout=60.0, trust_env=False, verify=False)
        self._proxy = FaultProxy(port)
        await self._proxy.start()
        await self._until_it_answers()

    async def _until_it_answers(self) -> None:
        try:
            async with asyncio.timeout(_START_S):
                while self._process.returncode is None:
                    with contextlib.suppress(httpx2.HTTPError):
                        await self._http.get("/api/v1/streaming/health")
                        return
                    await asyncio.sleep(0.2)
        except TimeoutError:
            pass
        said = (Path(self._directory.name) / "log").read_text(errors="replace")[-1_000:]
        await self.stop()
        raise PeerMissing(f"{_PROGRAM} did not start: {said}")

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        await self._http.aclose()
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._directory.cleanup()

    async def fresh(self) -> Setting:
        """Make three accounts."""
        self._proxy.calm()
        mark = secrets.token_hex(4)
        self._us, anna, ben = [await self._join(f"{name}_{mark}") for name in ("firma", ANNA, BEN)]
        self._people = {ANNA: anna, BEN: ben}
        return Setting(config={"base_url": self._proxy.url}, secrets={"access_token": self._us.access_token})

    async def _join(self, username: str) -> Person:
        made = await self._ask("POST", "/api/v1/_mock/dev_user", "", json={"username": username})
        return msgspec.convert(made, Person)

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (Wire(proxy=self._proxy, sends=Match(methods=("POST",), path=r"/api/v1/statuses$"), reads=_READS),)

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write a status that names us, as clients do also in replies."""
        del at
        person = self._people[who]
        private = visibility is Visibility.PRIVATE or (
            visibility is None and to is not None and to.visibility is Visibility.PRIVATE
        )
        media = [
            (await self._ask("POST", "/api/v2/media", person.access_token, files={"file": (f.name, f.content, f.media_type)}))[
                "id"
            ]
            for f in files
        ]
        status = await self._write(person, f"@{self._us.username} {text}", private=private, to=to, media=media)
        return Item(text=text, who=who, visibility=_visibility(status), handle=str(status["id"]))

    async def _write(
        self, person: Person, text: str, *, private: bool, to: Item | Shown | None, media: Sequence[str] = ()
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"status": text, "visibility": "direct" if private else "public"}
        body |= {"in_reply_to_id": to.handle} if to is not None else {}
        body |= {"media_ids": list(media)} if media else {}
        found: dict[str, Any] = await self._ask("POST", "/api/v1/statuses", person.access_token, json=body)
        return found

    async def flood(self, texts: Sequence[str]) -> None:
        """Let a crowd write, some at once: the server is slow with people who have said thousands of things."""
        room = asyncio.Semaphore(_AT_ONCE)
        mark = secrets.token_hex(4)

        async def write(number: int, part: Sequence[str]) -> None:
            async with room:
                person = await self._join(f"crowd_{mark}_{number}")
                for text in part:
                    await self._write(person, f"@{self._us.username} {text}", private=False, to=None)

        parts = [texts[start : start + _EACH] for start in range(0, len(texts), _EACH)]
        await asyncio.gather(*(write(number, part) for number, part in enumerate(parts)))

    async def edit(self, item: Item, text: str) -> Item:
        """Change a status; it goes on naming us."""
        body = {"status": f"@{self._us.username} {text}"}
        await self._ask("PUT", f"/api/v1/statuses/{item.handle}", self._people[item.who].access_token, json=body)
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Delete a status."""
        await self._ask("DELETE", f"/api/v1/statuses/{item.handle}", self._people[item.who].access_token)

    async def lose(self, item: Item) -> None:
        """Delete a status that we have not heard of yet, so that nobody tells us of it."""
        await self.delete(item)

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return our statuses as the server shows them."""
        found: list[dict[str, Any]] = []
        older = ""
        while True:
            path = f"/api/v1/accounts/{self._us.id}/statuses?limit={_PAGE}{older}"
            page = await self._ask("GET", path, self._us.access_token)
            found += page
            if len(page) < _PAGE:
                return [await self._shown(status) for status in reversed(found)]
            older = f"&max_id={page[-1]['id']}"

    async def _shown(self, status: dict[str, Any]) -> Shown:
        names = {person.id: who for who, person in self._people.items()}
        mentioned = [names[str(one["id"])] for one in status["mentions"] if str(one["id"]) in names]
        visibility = _visibility(status)
        files = [(await self._http.get(urlsplit(media["url"]).path)).content for media in status["media_attachments"]]
        return Shown(
            text=_text_of(status["content"]), visibility=visibility, remote_id=str(status["id"]), to=status["in_reply_to_id"],
            recipient=mentioned[0] if mentioned and visibility is Visibility.PRIVATE else "", files=tuple(files),
            handle=str(status["id"]),
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with another program."""
        named = f"@{self._people[to.who].username} {text}"
        status = await self._write(self._us, named, private=to.visibility is Visibility.PRIVATE, to=to)
        return await self._shown(status)

    async def say_strangely(self, text: str) -> Item:
        """From now on lists come in the form of a later version."""
        self._proxy.add(Effect.REWRITE, _READS, count=None, rewrite=_of_next_year)
        return await self.say(text)

    async def revoke(self) -> None:
        """Withdraw the token."""
        await self._ask("POST", "/oauth/revoke", "", data={"token": self._us.access_token})

    async def authorise(self) -> Mapping[str, str]:
        """Log in anew."""
        made = await self._ask("POST", "/api/v1/_mock/login", "", json={"username": self._us.username})
        self._us = msgspec.structs.replace(self._us, access_token=made["access_token"])
        return {"access_token": self._us.access_token}

    async def _ask(self, method: str, path: str, token: str, **more: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await self._http.request(method, path, headers=headers, **more)
        answer.raise_for_status()
        return answer.json()


def _free_port() -> int:
    """Return a port that is free: the server cannot be asked which one it took."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _visibility(status: Mapping[str, Any]) -> Visibility:
    return Visibility.PRIVATE if status["visibility"] == "direct" else Visibility.PUBLIC


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in ("br", "p"):
            self.parts.append("\n")


def _text_of(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts).strip()


def _of_next_year(body: bytes) -> bytes:
    """Return an answer with fields, kinds and nested things that nobody knows today."""

    def newer(value: Any) -> Any:
        if isinstance(value, list):
            return [newer(one) for one in value]
        if not isinstance(value, dict):
            return value
        grown = {key: newer(one) for key, one in value.items()} | {"since_next_year": {"mood": "curious", "rings": [1, 2]}}
        if "media_attachments" in value:
            hologram = {"id": "1", "type": "hologram", "url": None, "preview_url": None, "meta": {"depth": 3}}
            grown |= {"poll": {"kind": "ranked"}, "language": "tlh-Latn", "media_attachments": [hologram]}
        return grown

    return msgspec.json.encode(newer(msgspec.json.decode(body)))


lab = MastodonLab
