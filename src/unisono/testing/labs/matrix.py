"""Matrix's lab: a Synapse of its own behind a fault proxy."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec

from unisono.contract import Clock
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match, Pause, http_answer
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Setting, Shown, Wire
from unisono.testing.networks.matrix import Homeserver

Json = dict[str, Any]
# What a pull asks for; waiting for news asks the same place for less.
_READS = Match(methods=("GET",), path=r"/client/v3/sync\?.*lazy_load_members")
_SENDS = Match(methods=("PUT",), path=r"/send/m\.room\.message/(?!notice)")
_RENEWS = Match(methods=("POST",), path=r"/client/v3/(refresh|login)")
_BEARER = re.compile(rb"(?i)\r\nauthorization: Bearer (\S+)")
_EXPIRED = http_answer(401, b'{"errcode":"M_UNKNOWN_TOKEN","error":"Access token has expired","soft_logout":true}')
_AT_ONCE = 16
_FILES = ("m.image", "m.file", "m.audio", "m.video")


class MatrixLab(Lab):
    """Customers write with their own tokens, straight to the server; the connector goes through the proxy."""

    connector = "matrix"
    peer = "Synapse 1.163 (a Matrix homeserver on this machine, without federation)"
    real_peer: ClassVar[bool] = True

    async def start(self, clock: Clock) -> None:
        """Start the server, which takes some seconds, and the proxy."""
        self.clock = clock
        self._server = Homeserver()
        await self._server.start()
        self._proxy = FaultProxy(int(self._server.url.rsplit(":", 1)[1]))
        await self._proxy.start()
        self._admin = await self._server.join("admin", admin=True)

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        await self._server.stop()

    async def fresh(self) -> Setting:
        """Make three accounts; who writes first opens a room."""
        self._proxy.calm()
        self._us, anna, ben = [await self._server.join(name) for name in ("firma", ANNA, BEN)]
        self._people = {ANNA: anna, BEN: ben}
        self._chats: dict[str, str] = {}
        self._public = ""
        self._asked_before = len(self._proxy.seen)
        config = {"base_url": self._proxy.url, "user": self._us.user_id}
        return Setting(config=config, secrets={"password": self._us.password})

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (Wire(proxy=self._proxy, sends=_SENDS, reads=_READS, renews=_RENEWS),)

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write in the chat with us, or in the room for everybody, naming us."""
        del at
        person = self._people[who]
        kind = visibility or (to.visibility if to is not None else Visibility.PRIVATE)
        room = await self._room(who, kind)
        contents = [
            {
                "msgtype": "m.image" if file.media_type.startswith("image/") else "m.file", "body": file.name,
                "url": await person.upload(file.content, file.media_type),
                "info": {"mimetype": file.media_type, "size": len(file.content)},
            }
            for file in files
        ]  # fmt: skip
        for content in contents:
            await person.write(room, content)
        event = await person.write(room, self._text(text, kind, to))
        return Item(text=text, who=who, visibility=kind, handle=(room, event))

    async def _room(self, who: str, kind: Visibility) -> str:
        if kind is Visibility.PRIVATE:
            if who not in self._chats:
                self._chats[who] = await self._people[who].open_chat(self._us.user_id)
            return self._chats[who]
        if not self._public:
            self._public = await self._admin.open_room("Schaufenster")
            for person in (self._us, *self._people.values()):
                await person.enter(self._public)
        return self._public

    def _text(self, text: str, kind: Visibility, to: Item | Shown | None = None) -> Json:
        content: Json = {"msgtype": "m.text", "body": text}
        if kind is Visibility.PUBLIC:
            content |= {"body": f"{self._us.user_id}: {text}", "m.mentions": {"user_ids": [self._us.user_id]}}
        if to is not None:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": to.handle[1]}}
        return content

    async def flood(self, texts: Sequence[str]) -> None:
        """Let anna write, some at once: the server stores what comes together in one go."""
        await self.say(texts[0])
        room, anna = self._chats[ANNA], self._people[ANNA]
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def write(text: str) -> None:
            async with at_once:
                await anna.write(room, self._text(text, Visibility.PRIVATE))

        await asyncio.gather(*(write(text) for text in texts[1:]))

    async def edit(self, item: Item, text: str) -> Item:
        """Change a message, as programs do: by another one that replaces it."""
        new = self._text(text, item.visibility)
        content = {
            **new, "body": f"* {new['body']}", "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": item.handle[1]},
        }  # fmt: skip
        await self._people[item.who].write(item.handle[0], content)
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Take a message back."""
        await self._people[item.who].redact(*item.handle)

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Matrix tells that something was read."""
        return (DeliveryState.READ,)

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Read it."""
        del state
        room, event = shown.handle
        path = f"/client/v3/rooms/{quote(room)}/receipt/m.read/{quote(event)}"
        await self._people[shown.recipient or ANNA].ask("POST", path, json={})

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return our messages as customers see them: the files before a message, and its text."""
        found: list[tuple[int, Shown]] = []
        rooms = [(who, room) for who, room in self._chats.items()] + ([("", self._public)] if self._public else [])
        for who, room in rooms:
            joined = (await self._us.ask("GET", "/client/v3/joined_rooms"))["joined_rooms"]
            if room not in joined:
                continue
            reader = self._people[who or ANNA]
            files: list[bytes] = []
            for event in await reader.said_in(room):
                content = event.get("content", {})
                if event["type"] != "m.room.message" or event["sender"] != self._us.user_id or "body" not in content:
                    continue
                is_file = content["msgtype"] in _FILES
                if is_file:
                    files.append(await reader.download(content["url"]))
                    if content.get("filename", content["body"]) == content["body"]:
                        continue
                answered = content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
                found.append((event["origin_server_ts"], Shown(
                    text=content["body"], visibility=Visibility.PRIVATE if who else Visibility.PUBLIC,
                    remote_id=event["event_id"], to=(room, answered) if answered else None, recipient=who,
                    files=tuple(files), handle=(room, event["event_id"]),
                )))  # fmt: skip
                files = []
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with another program."""
        room = to.handle[0]
        content = {"msgtype": "m.text", "body": text, "m.relates_to": {"m.in_reply_to": {"event_id": to.handle[1]}}}
        event = await self._us.write(room, content)
        return Shown(text=text, visibility=to.visibility, remote_id=event, to=to.handle, handle=(room, event))

    async def say_strangely(self, text: str) -> Item:
        """From now on events come in the form of a later version."""
        path = r"/client/v3/(sync|rooms/[^/]+/messages)"
        self._proxy.add(Effect.REWRITE, Match(methods=("GET",), path=path), count=None, rewrite=_of_next_year)
        return await self.say(text)

    async def throttle(self, pause: Pause, seconds: float, *, sends: bool) -> None:
        """Ask for a pause by header, by the older field of the answer, or without saying how long."""
        body: Json = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}
        headers = {"retry-after": str(round(seconds))} if pause is Pause.RETRY_AFTER else {}
        if pause is Pause.RESET_EPOCH:
            body["retry_after_ms"] = round(seconds * 1_000)
        answer = http_answer(429, msgspec.json.encode(body), headers=headers)
        self._proxy.add(Effect.ANSWER, _SENDS if sends else _READS, answer=answer)

    async def expire(self) -> None:
        """Let every token that was used so far have expired, as the server says it after their lifetime."""
        for token in self._tokens():
            match = Match(data=b"(?i)\r\nauthorization: Bearer " + re.escape(token))
            self._proxy.add(Effect.ANSWER, match, count=None, answer=_EXPIRED)

    def _tokens(self) -> set[bytes]:
        return {found[1] for one in self._proxy.seen[self._asked_before :] if (found := _BEARER.search(one.raw))}

    async def renewals(self) -> int:
        """Count the tokens that were renewed, or fetched by logging in."""
        seen = self._proxy.seen[self._asked_before :]
        return sum(1 for one in seen if _RENEWS.fits(one.method, one.path, one.raw) and one.status == 200)

    async def revoke(self) -> None:
        """Change the password, and end what was opened with it."""
        password = await self._server.change_password(self._admin, self._us)
        self._us = await self._server.log_in(self._us.user_id, password)

    async def authorise(self) -> Mapping[str, str]:
        """Tell the new password."""
        return {"password": self._us.password}


def _of_next_year(body: bytes) -> bytes:
    """Return an answer whose events have fields and kinds that nobody knows today."""

    def newer(value: Any) -> Any:
        if isinstance(value, list):
            return [newer(one) for one in value]
        if not isinstance(value, dict):
            return value
        grown = {key: newer(one) for key, one in value.items()}
        if "event_id" in value and "content" in value:
            grown["since_next_year"] = {"mood": "curious", "rings": [1, 2]}
            grown["content"] = {**grown["content"], "org.example.depth": {"of": 3}, "m.mood": None}
            if grown["content"].get("msgtype") == "m.text":
                grown["content"]["msgtype"] = "m.hologram"
        return grown

    return msgspec.json.encode(newer(msgspec.json.decode(body)))


lab = MatrixLab
