"""An account of the homeserver, as a customer's program uses it. Source: Matrix specification, Client-Server API v1.11."""

import itertools
import secrets
from typing import Any
from urllib.parse import quote

import httpx2
from msgspec import Struct

Json = dict[str, Any]
_serial = itertools.count()


class Person(Struct):
    """Somebody with a token of their own, who talks straight to the server."""

    http: httpx2.AsyncClient
    user_id: str
    password: str
    token: str

    async def ask(self, method: str, path: str, **more: Any) -> Json:
        """Return the JSON of an answer. Raises httpx2.HTTPStatusError."""
        answer = await self.http.request(method, f"/_matrix{path}", headers={"authorization": f"Bearer {self.token}"}, **more)
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    async def open_chat(self, with_whom: str, *, encrypted: bool = False, direct: bool = True) -> str:
        """Make a room of a few and invite somebody; returns its id."""
        body: Json = {"preset": "trusted_private_chat", "is_direct": direct, "invite": [with_whom]}
        if encrypted:
            content = {"algorithm": "m.megolm.v1.aes-sha2"}
            body["initial_state"] = [{"type": "m.room.encryption", "state_key": "", "content": content}]
        return str((await self.ask("POST", "/client/v3/createRoom", json=body))["room_id"])

    async def open_room(self, name: str) -> str:
        """Make a room that everybody may enter; returns its id."""
        body = {"preset": "public_chat", "name": name}
        return str((await self.ask("POST", "/client/v3/createRoom", json=body))["room_id"])

    async def enter(self, room: str) -> None:
        """Join a room."""
        await self.ask("POST", f"/client/v3/join/{quote(room)}", json={})

    async def write(self, room: str, content: Json, kind: str = "m.room.message") -> str:
        """Send an event; returns its id."""
        path = f"/client/v3/rooms/{quote(room)}/send/{kind}/{secrets.token_hex(4)}-{next(_serial)}"
        return str((await self.ask("PUT", path, json=content))["event_id"])

    async def redact(self, room: str, event: str) -> None:
        """Take an event back."""
        await self.ask("PUT", f"/client/v3/rooms/{quote(room)}/redact/{quote(event)}/{secrets.token_hex(8)}", json={})

    async def upload(self, content: bytes, media_type: str) -> str:
        """Store a file; returns its address (`mxc://`)."""
        found = await self.http.post(
            "/_matrix/media/v3/upload", content=content,
            headers={"authorization": f"Bearer {self.token}", "content-type": media_type},
        )  # fmt: skip
        found.raise_for_status()
        return str(found.json()["content_uri"])

    async def download(self, mxc: str) -> bytes:
        """Return a file."""
        path = f"/_matrix/client/v1/media/download/{mxc.removeprefix('mxc://')}"
        found = await self.http.get(path, headers={"authorization": f"Bearer {self.token}"})
        found.raise_for_status()
        return found.content

    async def said_in(self, room: str) -> list[Json]:
        """Return the events of a room, oldest first."""
        found: list[Json] = []
        params = {"dir": "f", "limit": "1000"}
        while True:
            page = await self.ask("GET", f"/client/v3/rooms/{quote(room)}/messages", params=params)
            found += page["chunk"]
            if not page["chunk"] or "end" not in page:
                return found
            params["from"] = page["end"]
