"""People with an account on the PDS, seen from outside: plain requests with their own session."""

import asyncio
import base64
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2
import msgspec
from msgspec import Struct

from unisono.testing.networks.bluesky.index import GATE, POST, Index, Json


class Person(Struct, kw_only=True):
    """Somebody on the PDS. `password` is the account's own, `access` an open session."""

    did: str
    handle: str
    password: str
    access: str
    http: httpx2.AsyncClient
    index: Index

    async def ask(self, nsid: str, *, method: str = "POST", **more: Any) -> Any:
        """Ask the PDS; returns the JSON of its answer. Raises httpx2.HTTPStatusError."""
        headers = {"authorization": f"Bearer {self.access}", **more.pop("headers", {})}
        answer = await self.http.request(method, f"/xrpc/{nsid}", headers=headers, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def post(
        self, text: str, at: datetime, *, mention: "Person | None" = None, reply: Mapping[str, Json] | None = None,
        pictures: Sequence[tuple[bytes, str, str]] = (), rkey: str = "", seen_at: datetime | None = None, **more: Any,
    ) -> Json:  # fmt: skip
        """Write a post and return its address and content id, once the AppView shows it.

        mention: who is named in front. pictures: bytes, media type, alternative text. seen_at: the AppView puts it there.
        """
        record = post_record(text, at, mention=mention, reply=reply, **more)
        if pictures:
            images = [{"image": await self.upload(content, kind), "alt": alt} for content, kind, alt in pictures]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        body: Json = {"repo": self.did, "collection": POST, "record": record} | ({"rkey": rkey} if rkey else {})
        if seen_at is not None:
            assert rkey, "what is backdated needs a key of its own"
            self.index.backdated[rkey] = seen_at
        made: Json = await self.ask("com.atproto.repo.createRecord", json=body)
        await self.index.until(lambda: made["uri"] in self.index.posts)
        return {"uri": made["uri"], "cid": made["cid"]}

    async def post_many(self, records: Sequence[Json]) -> None:
        """Write many posts in few commits."""
        before = sum(1 for post in self.index.posts.values() if post.did == self.did)
        for start in range(0, len(records), 100):
            writes = [
                {"$type": "com.atproto.repo.applyWrites#create", "collection": POST, "value": record}
                for record in records[start : start + 100]
            ]
            await self.ask("com.atproto.repo.applyWrites", json={"repo": self.did, "writes": writes})
        wanted = before + len(records)
        await self.index.until(lambda: sum(1 for post in self.index.posts.values() if post.did == self.did) >= wanted, 600.0)

    async def upload(self, content: bytes, media_type: str) -> Json:
        """Upload a file and return how records name it."""
        made = await self.ask("com.atproto.repo.uploadBlob", content=content, headers={"content-type": media_type})
        blob: Json = made["blob"]
        return blob

    async def delete(self, uri: str) -> None:
        """Delete a post, and wait until the AppView knows."""
        body = {"repo": self.did, "collection": POST, "rkey": uri.rpartition("/")[2]}
        await self.ask("com.atproto.repo.deleteRecord", json=body)
        await self.index.until(lambda: uri not in self.index.posts)

    async def close_replies(self, uri: str, at: datetime) -> None:
        """Let nobody answer a post (a threadgate)."""
        rkey = uri.rpartition("/")[2]
        record = {"$type": GATE, "post": uri, "allow": [], "createdAt": written(at)}
        body = {"repo": self.did, "collection": GATE, "rkey": rkey, "record": record}
        await self.ask("com.atproto.repo.putRecord", json=body)
        await self.index.until(lambda: uri in self.index.gates)

    async def rename(self, handle: str) -> None:
        """Take another handle."""
        await self.ask("com.atproto.identity.updateHandle", json={"handle": handle})
        await self.index.until(lambda: self.index.handles[self.did] == handle)
        self.handle = handle

    async def pause(self) -> None:
        """Close the account for a while."""
        await self.ask("com.atproto.server.deactivateAccount", json={})
        await self.index.until(lambda: self.did in self.index.closed)

    async def app_password(self, name: str, *, direct_messages: bool = True) -> str:
        """Make a password for a program."""
        body = {"name": name, "privileged": direct_messages}
        made = await self.ask("com.atproto.server.createAppPassword", json=body)
        return str(made["password"])

    async def revoke(self, name: str) -> None:
        """Withdraw a program's password."""
        await self.ask("com.atproto.server.revokeAppPassword", json={"name": name})


def post_record(
    text: str, at: datetime, *, mention: Person | None = None, reply: Mapping[str, Json] | None = None, **more: Any
) -> Json:
    """Return a post as its author's program would write it."""
    record: Json = {"$type": POST, "text": text, "createdAt": written(at), "langs": ["de"], **more}
    if mention is not None:
        name = f"@{mention.handle}"
        record["text"] = f"{name} {text}"
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": mention.did}
        record["facets"] = [{"index": {"byteStart": 0, "byteEnd": len(name)}, "features": [feature]}]
    if reply is not None:
        record["reply"] = dict(reply)
    return record


async def until_tokens_differ(token: str) -> None:
    """Wait until the second of a token is over: the PDS makes the same one again for the same account within it."""
    claims = token.split(".")[1]
    made_at = int(msgspec.json.decode(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["iat"])
    await asyncio.sleep(max(0.0, made_at + 1.01 - time.time()))


def written(at: datetime) -> str:
    """Return a time as records hold it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
