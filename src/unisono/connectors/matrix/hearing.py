"""Hearing: the stream of what happens (`/sync`) is cursor and truth; where it leaves something out, the room is walked.

Source: Matrix specification v1.11, Client-Server API, "Syncing", "Room previews", "Direct messaging".
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from unisono.connectors.matrix.answers import Json, decoded, demand, unreachable
from unisono.connectors.matrix.api import Api, dicts, inside, room_path
from unisono.connectors.matrix.cursors import Place, Walk, lies_ahead, place_of, written
from unisono.connectors.matrix.inviting import Inviting
from unisono.connectors.matrix.rooms import Room, Rooms
from unisono.contract import Ctx, Page, Raw

_NOTHING: Final[Mapping[str, Any]] = {
    "room": {"rooms": []}, "presence": {"types": []}, "account_data": {"types": []},
}  # fmt: skip
_ALL: Final[Mapping[str, Any]] = {
    "presence": {"types": []}, "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 100}, "account_data": {"types": []}, "ephemeral": {"types": ["m.receipt"]},
        "state": {"lazy_load_members": True, "include_redundant_members": True},
    },
}  # fmt: skip
_HINTS: Final[Mapping[str, Any]] = {
    "presence": {"types": []}, "account_data": {"types": []},
    "room": {
        "timeline": {"limit": 1}, "state": {"types": []}, "account_data": {"types": []}, "ephemeral": {"types": ["m.receipt"]},
    },
}  # fmt: skip
_WAIT_S: Final = 30.0
#: Pages of a room's past at the first look.
_FIRST_PAGES: Final = 20
#: What of a room is taken in; reactions, names and the like are not.
_SAID: Final = frozenset({"m.room.message", "m.sticker", "m.room.encrypted"})
_KEY: Final = "io.unisono.key"
_PART: Final = "io.unisono.part"


class Hearing:
    """Pulls for the account."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._rooms = Rooms(api)
        self._inviting = Inviting(ctx, api)
        self._events: dict[tuple[str, str], Json | None] = {}
        self._checked = False

    async def pull(self, cursor: str | None) -> Page:
        """Return what happened since the cursor. Raises PullFailed."""
        place = place_of(cursor)
        if place is not None and not self._checked and lies_ahead(place.at, await self._newest()):
            place = None
        self._checked = True
        if place is not None and place.walks:
            return await self._walk(place)
        answer = await self._api.sync(place.at if place else None, _ALL)
        if answer.status == 400 and place is not None:
            # Not a token of this server: begin anew, overlap is harmless.
            place, answer = None, await self._api.sync(None, _ALL)
        demand(answer, self._api.base, self._api.session.field)
        return await self._step(place, decoded(answer, Json))

    async def _newest(self) -> str:
        answer = await self._api.sync(None, _NOTHING)
        demand(answer, self._api.base, self._api.session.field)
        return str(decoded(answer, Json).get("next_batch") or "")

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Wait at the server for something to happen, and say that it is time to pull."""
        since: str | None = None
        while True:
            answer = await self._api.sync(since, _HINTS, wait_s=_WAIT_S if since else 0.0)
            demand(answer, self._api.base, self._api.session.field)
            told = decoded(answer, Json)
            happened = any(inside(told, "rooms", kind) for kind in ("join", "invite", "leave"))
            if happened and since is not None:
                yield None
            since = str(told.get("next_batch") or "")
            if not since:
                raise unreachable("unreadable", service=self._api.base, status=answer.status)

    # -- one step of the stream ----------------------------------------------------------------------------------------

    async def _step(self, place: Place | None, told: Json) -> Page:
        newest = told.get("next_batch")
        if not isinstance(newest, str) or not newest:
            raise unreachable("unreadable", service=self._api.base, status=200)
        me = await self._api.session.me()
        raws: list[Raw] = []
        walks: list[Walk] = []
        gap = False
        for kind in ("join", "leave"):
            for room, part in _rooms(told, kind):
                timeline, state = inside(part, "timeline") or {}, dicts(inside(part, "state", "events"))
                events = dicts(inside(timeline, "events"))
                self._rooms.changed(room, state + events)
                if place is None or _is_new(state, events, me):
                    past, cut = await self._past(room, events, state, str(timeline.get("prev_batch") or ""))
                    raws += past
                    gap |= cut
                elif timeline.get("limited"):
                    walks.append(Walk(room, place.at, newest))
                else:
                    raws += await self._raws(room, events, state)
                raws += await self._read(room, dicts(inside(part, "ephemeral", "events")), me)
        waiting = dict.fromkeys(place.joins if place else ())
        invited = dict(_rooms(told, "invite"))
        joined, waits = await self._inviting.accept({**{room: {} for room in waiting}, **invited}, me)
        raws.sort(key=lambda raw: raw.received_at)
        now = self._ctx.clock.now()
        raws = [msgspec.structs.replace(raw, received_at=now) for raw in raws]
        following = Place(v=1, at=newest, walks=tuple(walks), joins=tuple(waits))
        return Page(raws=raws, next_cursor=written(following), has_more=bool(walks or joined), gap=gap)

    async def _walk(self, place: Place) -> Page:
        """Fetch a page of a room in which more happened than the stream showed, forwards from where we were."""
        walk, *others = place.walks
        events, state, end = list[Json](), list[Json](), ""
        if await self._rooms.get(walk.room) is not None:
            events, state, end = await self._api.messages(walk.room, {"dir": "f", "from": walk.at, "to": walk.to})
        rest = (Walk(walk.room, end, walk.to), *others) if end and end != walk.at else tuple(others)
        now = self._ctx.clock.now()
        raws = [msgspec.structs.replace(raw, received_at=now) for raw in await self._raws(walk.room, events, state)]
        following = msgspec.structs.replace(place, walks=rest)
        return Page(raws=raws, next_cursor=written(following), has_more=True)

    async def _past(self, room: str, events: list[Json], state: list[Json], before: str) -> tuple[list[Raw], bool]:
        """Return what was said in a room that we have just come to, in the days that are asked for."""
        since = self._ctx.clock.now() - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))
        found, members, cut = list(events), list(state), False
        for page in range(_FIRST_PAGES + 1):
            if not before or (found and _moment(found[0]) < since):
                break
            if page == _FIRST_PAGES:
                cut = True
                break
            older, more, before = await self._api.messages(room, {"dir": "b", "from": before})
            found = older[::-1] + found
            members += more
        recent = {str(event.get("event_id")): event for event in found if _moment(event) >= since}
        return await self._raws(room, list(recent.values()), members), cut

    # -- items ---------------------------------------------------------------------------------------------------------

    async def _raws(self, room: str, events: list[Json], state: list[Json]) -> list[Raw]:
        names = _names(state + events)
        raws: list[Raw] = []
        for event in events:
            body = await self._body(room, event)
            if body is not None:
                body["name"] = names.get(str(event.get("sender")), "")
                # `received_at` sorts the rooms' items among each other until they are handed out.
                raws.append(_raw(f"event:{event['event_id']}:0", body, _moment(event)))
        return raws

    async def _body(self, room: str, event: Json) -> Json | None:
        """Return what `read` needs to know of an event; None for what is none of our business."""
        event_id, content, kind = event.get("event_id"), event.get("content"), event.get("type")
        if not isinstance(event_id, str) or "state_key" in event or not isinstance(content, dict):
            return None
        me = await self._api.session.me()
        if kind == "m.room.redaction":
            return {"kind": "deleted", "event": event, "room": room}
        if kind not in _SAID or not content:
            return None
        facts = await self._rooms.get(room)
        if facts is None or (facts.encrypted and facts.public):
            return None
        own = event.get("sender") == me
        if own and content.get(_PART) is not None:
            return None
        if kind == "m.room.encrypted":
            return None if own else await self._encrypted(room, event, facts, me)
        body: Json = {"kind": "said", "event": event, "room": room, "public": facts.public, "me": me}
        if inside(content, "m.relates_to", "rel_type") == "m.replace":
            return await self._edited(room, event, body)
        answered = inside(content, "m.relates_to", "m.in_reply_to", "event_id")
        if isinstance(answered, str) and (own or facts.public):
            body["answers"] = inside(await self._event(room, answered), "sender")
        if own:
            body["customer"] = (
                body.get("answers") if body.get("answers") not in (None, me) else await self._other(room, facts, me)
            )
            return body if body["customer"] else None
        return body

    async def _edited(self, room: str, event: Json, body: Json) -> Json | None:
        """An edit counts when it is of the one who said it; servers pass on others as well."""
        target = inside(event, "content", "m.relates_to", "event_id")
        original = await self._event(room, target) if isinstance(target, str) else None
        if original is None or original.get("sender") != event.get("sender"):
            return None
        return {**body, "kind": "edited"}

    async def _encrypted(self, room: str, event: Json, facts: Room, me: str) -> Json:
        await self._inviting.explain(room)
        shell = {name: event.get(name) for name in ("event_id", "sender", "origin_server_ts", "type")} | {"content": {}}
        return {"kind": "encrypted", "event": shell, "room": room, "public": facts.public, "me": me}

    async def _event(self, room: str, event: str) -> Json | None:
        if (room, event) not in self._events:
            if len(self._events) > 1_000:
                self._events.clear()
            self._events[room, event] = await self._api.event(room, event)
        return self._events[room, event]

    async def _other(self, room: str, facts: Room, me: str) -> str | None:
        """Return with whom a chat of two is."""
        if facts.public:
            return None
        params = {"not_membership": "ban"}
        members = dicts((await self._api.ask("GET", f"{room_path(room)}/members", params=params)).get("chunk"))
        others = [str(one["state_key"]) for one in members if one.get("state_key") not in (me, None)]
        return others[0] if len(others) == 1 else None

    async def _read(self, room: str, events: list[Json], me: str) -> list[Raw]:
        """Return which of our messages somebody has read: the one that the receipt names, and those shortly before it."""
        raws: list[Raw] = []
        for event in events:
            content = event.get("content")
            for event_id, receipts in content.items() if isinstance(content, dict) else ():
                readers = inside(receipts, "m.read")
                if not isinstance(readers, dict) or not set(readers) - {me}:
                    continue
                facts = await self._rooms.get(room)
                if facts is None or facts.public:
                    continue
                raws += await self._read_up_to(room, str(event_id), me)
        return raws

    async def _read_up_to(self, room: str, event_id: str, me: str) -> list[Raw]:
        around = await self._api.found(f"{room_path(room)}/context/{event_id}?limit=20")
        named = inside(around, "event")
        events = [named, *dicts(inside(around, "events_before"))] if isinstance(named, dict) else []
        return [
            _raw(f"read:{one['event_id']}:0", {"kind": "read", "event": {"event_id": one["event_id"]}}, self._ctx.clock.now())
            for one in events
            if one.get("sender") == me and one.get("type") == "m.room.message" and isinstance(one.get("event_id"), str)
        ]


def _raw(key: str, body: Json, at: datetime) -> Raw:
    return Raw(ingest_key=key, body=msgspec.json.encode(body), received_at=at)


def _rooms(told: Json, kind: str) -> list[tuple[str, Json]]:
    found = inside(told, "rooms", kind)
    return [(room, part) for room, part in found.items() if isinstance(part, dict)] if isinstance(found, dict) else []


def _is_new(state: list[Json], events: list[Json], me: str) -> bool:
    """Tell whether we have just come into a room: then the server gives all of its state, its beginning included."""
    entered = any(
        event.get("type") == "m.room.member" and event.get("state_key") == me
        and inside(event, "content", "membership") == "join"
        and inside(event, "unsigned", "prev_content", "membership") != "join"
        for event in events
    )  # fmt: skip
    return entered or any(event.get("type") == "m.room.create" for event in state + events)


def _names(events: list[Json]) -> dict[str, str]:
    return {
        str(event.get("state_key")): str(inside(event, "content", "displayname") or "")
        for event in events
        if event.get("type") == "m.room.member"
    }


def _moment(event: Json) -> datetime:
    """Return when an event says that it happened; long ago where that cannot be read."""
    try:
        return datetime.fromtimestamp(float(event["origin_server_ts"]) / 1_000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime(1970, 1, 1, tzinfo=UTC)
