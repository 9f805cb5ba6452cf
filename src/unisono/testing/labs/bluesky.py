"""Bluesky's lab: its own PDS, with doubles of what stands behind a PDS, behind fault proxies.

The PDS is looked for in the folder that the environment variable `BLUESKY_PDS` names, and where `make peers` puts it.
"""

import asyncio
import contextvars
import re
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec

from unisono.contract import Clock
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match, http_answer
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Setting, Shown, Wire
from unisono.testing.networks.bluesky import BlueskyNetwork
from unisono.testing.networks.bluesky.accounts import post_record, until_tokens_differ
from unisono.testing.networks.bluesky.index import Json

_T = TypeVar("_T")
_READS = Match(methods=("GET",), path=r"/xrpc/(app\.bsky\.notification\.listNotifications|chat\.bsky\.convo\.getLog)")
_SENDS = Match(methods=("POST",), path=r"/xrpc/(com\.atproto\.repo\.putRecord|chat\.bsky\.convo\.sendMessage)")
_RENEWS = Match(methods=("POST",), path=r"/xrpc/com\.atproto\.server\.(refresh|create)Session")
_BEARER = re.compile(rb"(?i)\r\nauthorization: Bearer (\S+)")
_EXPIRED = http_answer(400, b'{"error":"ExpiredToken","message":"Token has expired"}')
_PROGRAM = "unisono"
_AT_ONCE = 4


class BlueskyLab(Lab):
    """Customers write to the PDS with sessions of their own; the connector goes through the proxies."""

    connector = "bluesky"
    peer = "Bluesky's own PDS (@atproto/dev-env 0.6.7), with doubles of notifications, chat and Jetstream"
    real_peer: ClassVar[bool] = True
    reset_header: ClassVar[str] = "ratelimit-reset"

    async def start(self, clock: Clock) -> None:
        """Start the network and the proxies."""
        self.clock = clock
        self._network = BlueskyNetwork(clock)
        await self._network.start()
        self._proxy = FaultProxy(int(self._network.url.rsplit(":", 1)[1]))
        self._side = FaultProxy(self._network.doubles.port)
        await self._proxy.start()
        await self._side.start()
        self._network.appview.pictures = self._side.url

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        await self._side.stop()
        await self._network.stop()

    async def fresh(self) -> Setting:
        """Make three accounts, and a password for our program."""
        self._proxy.calm()
        self._side.calm()
        self._us, anna, ben = await asyncio.gather(*(self._network.join(name) for name in ("firma", ANNA, BEN)))
        self._people = {ANNA: anna, BEN: ben}
        self._asked_before = len(self._proxy.seen)
        config = {
            "handle": self._us.handle, "service_url": self._proxy.url, "jetstream_url": self._side.url,
            "media_url": self._side.url, "directory_url": self._side.url,
        }  # fmt: skip
        return Setting(config=config, secrets=dict(await self.authorise()))

    @property
    def wires(self) -> Sequence[Wire]:
        """What the account asks goes to its PDS; pictures and the live stream come from elsewhere."""
        return (Wire(proxy=self._proxy, sends=_SENDS, reads=_READS, renews=_RENEWS), Wire(proxy=self._side))

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Post, naming us, or write into the chat with us."""
        person = self._people[who]
        private = visibility is Visibility.PRIVATE or (
            visibility is None and to is not None and to.visibility is Visibility.PRIVATE
        )
        if private:
            message = self._network.chat.write(self._network.chat.between(person.did, self._us.did), person.did, {"text": text})
            return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=message["id"])
        said = await _apart(
            person.post(
                text, at or self.clock.now(), mention=self._us, reply=self._reply(to),
                pictures=[(file.content, file.media_type, file.name) for file in files],
            )
        )  # fmt: skip
        return Item(text=text, who=who, visibility=Visibility.PUBLIC, handle=said["uri"])

    def _reply(self, to: Item | Shown | None) -> dict[str, Json] | None:
        """Name what is answered and the thread's first, as a program that has seen both does."""
        if to is None:
            return None
        parent = self._network.index.posts[to.handle]
        above = {"uri": parent.uri, "cid": parent.cid}
        return {"root": (parent.record.get("reply") or {}).get("root") or above, "parent": above}

    async def flood(self, texts: Sequence[str]) -> None:
        """Let a crowd write, in large commits."""
        people = await asyncio.gather(*(self._network.join("crowd") for _ in range(_AT_ONCE)))
        at = self.clock.now()
        parts = [texts[number::_AT_ONCE] for number in range(_AT_ONCE)]
        records = [[post_record(text, at, mention=self._us) for text in part] for part in parts]
        await asyncio.gather(*(person.post_many(part) for person, part in zip(people, records, strict=True)))

    async def delete(self, item: Item) -> None:
        """Delete it."""
        if item.visibility is Visibility.PRIVATE:
            self._network.chat.delete(item.handle)
        else:
            await self._people[item.who].delete(item.handle)

    async def lose(self, item: Item) -> None:
        """Delete a post that we have not heard of yet, so that nobody tells us of it."""
        await self.delete(item)

    async def leave(self, who: str) -> None:
        """Delete the account."""
        await self._network.delete_account(self._people[who])

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return our posts as they stand in our repository, and our messages as their chats show them."""
        records: list[Json] = []
        cursor = ""
        while True:
            params = {"repo": self._us.did, "collection": "app.bsky.feed.post", "limit": 100, "reverse": True}
            page = await _apart(
                self._us.ask("com.atproto.repo.listRecords", method="GET", params=params | ({"cursor": cursor} if cursor else {}))
            )
            records += page["records"]
            cursor = page.get("cursor", "")
            if not cursor or not page["records"]:
                break
        posts = [await self._shown(record["uri"], record["value"]) for record in records]
        names = {person.did: who for who, person in self._people.items()}
        messages = [
            Shown(
                text=message["text"], visibility=Visibility.PRIVATE, remote_id=message["id"], handle=message["id"],
                recipient=next((names[did] for did in convo.members if did in names), ""),
            )
            for convo in self._network.chat.of(self._us.did)
            for message in convo.messages
            if message["sender"]["did"] == self._us.did and "text" in message
        ]  # fmt: skip
        return posts + messages

    async def _shown(self, uri: str, record: Json) -> Shown:
        files = [
            (
                await _apart(
                    self._network.http.get(
                        "/xrpc/com.atproto.sync.getBlob", params={"did": self._us.did, "cid": image["image"]["ref"]["$link"]}
                    )
                )
            ).content
            for image in (record.get("embed") or {}).get("images", ())
        ]
        reply = record.get("reply")
        return Shown(
            text=record["text"], visibility=Visibility.PUBLIC, remote_id=uri, to=reply["parent"]["uri"] if reply else None,
            files=tuple(files), handle=uri,
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with another program."""
        if to.visibility is Visibility.PRIVATE:
            convo = self._network.chat.between(self._people[to.who].did, self._us.did)
            message = self._network.chat.write(convo, self._us.did, {"text": text})
            return Shown(text=text, visibility=Visibility.PRIVATE, remote_id=message["id"], handle=message["id"])
        said = await _apart(self._us.post(text, self.clock.now(), reply=self._reply(to)))
        return Shown(text=text, visibility=Visibility.PUBLIC, remote_id=said["uri"], to=to.handle, handle=said["uri"])

    async def say_strangely(self, text: str) -> Item:
        """From now on lists come in the form of a later version."""
        path = r"/xrpc/(app\.bsky\.(notification\.listNotifications|feed\.getPosts)|chat\.bsky\.convo\.)"
        self._proxy.add(Effect.REWRITE, Match(methods=("GET",), path=path), count=None, rewrite=_of_next_year)
        return await self.say(text)

    async def expire(self) -> None:
        """Let every token that was used so far have expired, as the PDS says it two hours later."""
        for token in self._tokens():
            await until_tokens_differ(token.decode())
            self._proxy.add(Effect.ANSWER, _with_token(token), count=None, answer=_EXPIRED)

    def _tokens(self) -> set[bytes]:
        seen = self._proxy.seen[self._asked_before :]
        return {
            found[1] for one in seen if not _RENEWS.fits(one.method, one.path, one.raw) and (found := _BEARER.search(one.raw))
        }

    async def renewals(self) -> int:
        """Count the sessions that were renewed or opened."""
        seen = self._proxy.seen[self._asked_before :]
        return sum(1 for one in seen if _RENEWS.fits(one.method, one.path, one.raw) and one.status == 200)

    async def revoke(self) -> None:
        """Withdraw the app password; what was opened with it ends."""
        await _apart(self._us.revoke(self._password_name))
        await self.expire()

    async def authorise(self) -> Mapping[str, str]:
        """Make a new app password."""
        self._password_name = f"{_PROGRAM}-{secrets.token_hex(3)}"
        return {"app_password": await _apart(self._us.app_password(self._password_name))}


async def _apart(what: Coroutine[Any, Any, _T]) -> _T:
    """Do something for a customer or the network: whoever watches our own side's connections does not see it."""
    return await asyncio.create_task(what, context=contextvars.Context())


def _with_token(token: bytes) -> Match:
    return Match(data=b"(?i)\r\nauthorization: Bearer " + re.escape(token))


def _of_next_year(body: bytes) -> bytes:
    """Return an answer with fields, kinds and nested things that nobody knows today."""

    def newer(value: Any) -> Any:
        if isinstance(value, list):
            return [newer(one) for one in value]
        if not isinstance(value, dict):
            return value
        grown = {key: newer(one) for key, one in value.items()} | {"sinceNextYear": {"mood": "curious", "rings": [1, 2]}}
        if value.get("$type") == "app.bsky.feed.post":
            grown |= {"embed": {"$type": "app.bsky.embed.hologram", "depth": 3}, "langs": ["tlh-Latn"]}
            future = {"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"$type": "app.bsky.richtext.facet#glow"}]}
            grown["facets"] = [*value.get("facets", []), future]
        return grown

    return msgspec.json.encode(newer(msgspec.json.decode(body)))


lab = BlueskyLab
