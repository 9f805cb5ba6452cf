"""The web chat's lab: visitors' browsers, by the requests that they make. The house itself is the network."""

import asyncio
import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import msgspec

from unisono.contract import Clock
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.lab import ANNA, BEN, Doors, Item, Lab, LabFile, Setting, Shown

_AT_ONCE = 24
_EACH = 25
_TRIES = 4


class Refused(Exception):
    """The chat did not take what a visitor sent."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class Visitor:
    """One browser: what its script would keep and send."""

    def __init__(self, base: str, address: str) -> None:
        # Visitors come from addresses of their own; the house trusts what a proxy on this machine says of that.
        self._http = httpx2.AsyncClient(
            base_url=base, headers={"x-forwarded-for": address}, timeout=60.0, trust_env=False, verify=False
        )
        self._word = secrets.token_hex(16)
        self._token = ""

    async def close(self) -> None:
        """Close the window."""
        await self._http.aclose()

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Make a request. Raises Refused."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        answer = await self._http.request(method, path, json=body, headers=headers)
        if answer.status_code >= 400:
            raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:200]}", answer.status_code)
        return answer

    async def write(self, key: str, text: str, files: Sequence[LabFile] = (), **more: Any) -> None:
        """Send a message; the same key again is the same message."""
        body = {
            "key": key, "text": text, "word": self._word, "language": "de",
            "files": [
                {"name": file.name, "type": file.media_type, "content": base64.b64encode(file.content).decode()} for file in files
            ],
            **more,
        }  # fmt: skip
        self._token = (await self._until_taken("POST", "/messages", body)).json()["token"]

    async def _until_taken(self, method: str, path: str, body: Any) -> httpx2.Response:
        """Send it again while the house is in trouble, as the chat's script does."""
        for _ in range(_TRIES):
            try:
                return await self.ask(method, path, body)
            except (Refused, httpx2.TransportError) as error:
                last = error
                if isinstance(error, Refused) and error.status < 500:
                    break
        raise last

    async def lines(self) -> list[dict[str, Any]]:
        """Return the conversation; nothing before the first message, and after the last."""
        if not self._token:
            return []
        try:
            found: list[dict[str, Any]] = (await self.ask("GET", "/lines")).json()["lines"]
        except Refused:
            return []
        return found


class WebchatLab(Lab):
    """Two visitors of a chat in a house that runs."""

    connector = "webchat"
    peer = "the chat's own routes, over real HTTP"

    async def start(self, clock: Clock) -> None:
        """Nothing is to be started: the chat lives in the house."""
        self.clock = clock
        self._visitors: dict[str, Visitor] = {}
        self._base = ""

    async def stop(self) -> None:
        """Close all windows."""
        await self._close()

    async def _close(self) -> None:
        for visitor in self._visitors.values():
            await visitor.close()
        self._visitors = {}

    async def fresh(self) -> Setting:
        """Close all windows, and give the settings of a chat."""
        await self._close()
        return Setting(config={"title": "Firma", "language": "de", "agent_names": "full"})

    async def connected(self, doors: Doors) -> None:
        """Open two windows."""
        self._base = doors.page_url.rstrip("/")
        self._visitors = {who: Visitor(self._base, _address()) for who in (ANNA, BEN)}

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Send a message; a chat has one thread, and it is private."""
        del visibility, to, at
        key = uuid4().hex
        await self._visitors[who].write(key, text, files)
        return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=key)

    async def repeat(self, item: Item, times: int) -> None:
        """Send the same message again, as a script does over a bad line."""
        await asyncio.gather(*(self._visitors[item.who].write(item.handle, item.text) for _ in range(times)))

    async def say_strangely(self, text: str) -> Item:
        """Send what a later script might send."""
        key = uuid4().hex
        await self._visitors[ANNA].write(key, text, since_next_year={"mood": "curious"}, gestures=["wave"])
        return Item(text=text, who=ANNA, visibility=Visibility.PRIVATE, handle=key)

    async def flood(self, texts: Sequence[str]) -> None:
        """Let many visitors write at once; each alone may only write so much."""
        room = asyncio.Semaphore(_AT_ONCE)

        async def visit(part: Sequence[str]) -> None:
            async with room:
                await _write_quickly(self._base, part)

        await asyncio.gather(*(visit(texts[start : start + _EACH]) for start in range(0, len(texts), _EACH)))

    async def shown(self) -> list[Shown]:
        """Return what stands on the visitors' screens of ours."""
        found: list[tuple[str, Shown]] = []
        for who, visitor in self._visitors.items():
            for line in await visitor.lines():
                if not line["ours"] or line.get("deleted"):
                    continue
                files = [(await visitor.ask("GET", f"/files/{file['id']}")).content for file in line.get("files", [])]
                shown = Shown(
                    text=line.get("text", ""), visibility=Visibility.PRIVATE, remote_id=line["id"], recipient=who,
                    files=tuple(files), handle=line["id"],
                )  # fmt: skip
                found.append((line["at"], shown))
        return [shown for _, shown in sorted(found, key=lambda pair: pair[0])]

    async def edit(self, item: Item, text: str) -> Item:
        """Change a message."""
        await self._visitors[item.who].ask("POST", "/edit", {"key": item.handle, "text": text})
        return Item(text=text, who=item.who, visibility=item.visibility, handle=item.handle)

    async def delete(self, item: Item) -> None:
        """Take a message back."""
        await self._visitors[item.who].ask("POST", "/delete", {"key": item.handle})

    async def leave(self, who: str) -> None:
        """Delete the whole conversation."""
        await self._visitors[who].ask("POST", "/forget", {})

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """The answer arrived in the browser, or was read there."""
        await self._visitors[shown.recipient].ask("POST", "/seen", {"ids": [shown.handle], "state": state.value})

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Answers arrive, then they are read."""
        return (DeliveryState.DELIVERED, DeliveryState.READ)


async def _write_quickly(base: str, texts: Sequence[str]) -> None:
    """Write as one visitor over one connection, so plainly that the visitor costs the machine next to nothing."""
    parts = urlsplit(base)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    word, token, address = secrets.token_hex(16), "", _address()
    try:
        for text in texts:
            body = msgspec.json.encode({"key": uuid4().hex, "text": text, "word": word, "language": "de"})
            head = [
                f"POST {parts.path}/messages HTTP/1.1", f"host: {parts.netloc}", "content-type: application/json",
                f"content-length: {len(body)}", f"x-forwarded-for: {address}",
            ] + ([f"authorization: Bearer {token}"] if token else [])  # fmt: skip
            writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(answer.partition("content-length:")[2].partition("\r\n")[0])
            said = await reader.readexactly(length)
            if not answer.startswith("http/1.1 201"):
                raise Refused(f"POST /messages: {answer[:40]} {said[:200]!r}", int(answer.split()[1]))
            token = msgspec.json.decode(said)["token"]
    finally:
        writer.close()


def _address() -> str:
    """An address of the block for tests between machines (RFC 2544)."""
    lot = secrets.token_bytes(3)
    return f"198.{18 + lot[0] % 2}.{lot[1]}.{lot[2]}"


lab = WebchatLab
