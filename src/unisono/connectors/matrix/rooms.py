"""What kind of room it is: who can read along, whether it is encrypted."""

import asyncio
from typing import Final

from msgspec import Struct

from unisono.connectors.matrix.answers import Json
from unisono.connectors.matrix.api import Api, inside, room_path

#: Into other rooms nobody comes without being invited.
_CLOSED: Final = frozenset({"invite", "private"})


class Room(Struct, frozen=True, kw_only=True):
    """public: strangers can come in or read along. encrypted: we can neither read nor write there."""

    public: bool
    encrypted: bool


async def look(api: Api, room: str) -> Room | None:
    """Return what a room is now; None when we are not in it. Raises PullFailed."""

    async def state(kind: str) -> Json | None:
        return await api.found(f"{room_path(room)}/state/{kind}/")

    create, rules, visibility, encryption = await asyncio.gather(
        *(state(f"m.room.{kind}") for kind in ("create", "join_rules", "history_visibility", "encryption"))
    )
    if create is None:
        return None
    closed = inside(rules, "join_rule") in _CLOSED and inside(visibility, "history_visibility") != "world_readable"
    return Room(public=not closed, encrypted=encryption is not None)


class Rooms:
    """What is known of rooms, as long as the stream of what happens tells of every change."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, Room | None] = {}

    def changed(self, room: str, events: list[Json]) -> None:
        """Forget a room of which the stream tells that it became another."""
        kinds = {event.get("type") for event in events if "state_key" in event}
        if kinds & {"m.room.join_rules", "m.room.history_visibility", "m.room.encryption"}:
            self._known.pop(room, None)

    async def get(self, room: str) -> Room | None:
        """Return what a room is; None when we are not in it. Raises PullFailed."""
        if room not in self._known:
            self._known[room] = await look(self._api, room)
        return self._known[room]
