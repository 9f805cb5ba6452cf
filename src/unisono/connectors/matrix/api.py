"""Questions to the homeserver. Source: Matrix specification v1.11, Client-Server API."""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec

from unisono.connectors.matrix.answers import Json, decoded, demand, silent, unreachable
from unisono.connectors.matrix.session import Session
from unisono.contract import Ctx, NotReached, Response

#: Events of a page of a room's history; Synapse gives a thousand at most.
PAGE: Final = 500
_SYNC_BYTES: Final = 50_000_000


class Api:
    """The account's questions. Each raises PullFailed with what is wrong and when to ask again."""

    def __init__(self, ctx: Ctx) -> None:
        self.session = Session(ctx)

    @property
    def base(self) -> str:
        """The homeserver's address."""
        return self.session.base

    async def tried(self, method: str, path: str, **more: Any) -> Response:
        """Return an answer whatever its status."""
        try:
            return await self.session.request(method, path, **more)
        except NotReached as error:
            raise silent(self.base, error) from error

    async def ask(self, method: str, path: str, **more: Any) -> Json:
        """Return what the server answers."""
        answer = await self.tried(method, path, **more)
        demand(answer, self.base, self.session.field)
        return decoded(answer, Json)

    async def found(self, path: str) -> Json | None:
        """Return what stands there, None when nothing does or it is not for us to see."""
        answer = await self.tried("GET", path)
        if answer.status in (403, 404):
            return None
        demand(answer, self.base, self.session.field)
        return decoded(answer, Json)

    async def sync(self, since: str | None, filter_: Mapping[str, Any], *, wait_s: float = 0.0) -> Response:
        """Return what happened since a place; `wait_s`: for how long the server may wait for something to happen."""
        asked: dict[str, Any] = dict(filter_)
        if since is None:
            # Synapse answers the same first question for two minutes from its memory, with a place that lies back.
            asked["room"] = {**asked["room"], "not_rooms": [f"!{secrets.token_hex(8)}:unisono.invalid"]}
        params = {
            "filter": msgspec.json.encode(asked).decode(), "set_presence": "offline", "timeout": str(int(wait_s * 1_000)),
        } | ({"since": since} if since is not None else {})  # fmt: skip
        return await self.tried("GET", "/client/v3/sync", params=params, timeout_s=wait_s + 30.0, max_bytes=_SYNC_BYTES)

    async def messages(self, room: str, params: Mapping[str, str]) -> tuple[list[Json], list[Json], str]:
        """Return a page of a room's events, the members who speak in it, and where the next begins (empty: there is none)."""
        asked = {"limit": str(PAGE), "filter": '{"lazy_load_members":true}', **params}
        page = await self.ask("GET", f"{room_path(room)}/messages", params=asked, max_bytes=_SYNC_BYTES)
        chunk, state, end = page.get("chunk"), page.get("state"), page.get("end")
        if not isinstance(chunk, list):
            raise unreachable("unreadable", service=self.base, status=200)
        return dicts(chunk), dicts(state), end if isinstance(end, str) and chunk else ""

    async def event(self, room: str, event: str) -> Json | None:
        """Return an event, None when it is unknown here or not for us to see."""
        return await self.found(f"{room_path(room)}/event/{quote(event, safe='')}")


def room_path(room: str) -> str:
    """Return the path of a room's questions."""
    return f"/client/v3/rooms/{quote(room, safe='')}"


def dicts(value: Any) -> list[Json]:
    """Return what of a list is an object."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inside(value: Any, *path: str) -> Any:
    """Return what stands deep in an answer, None where it is of another shape."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
