"""What the AppView knows: every post that the firehose told of, by whom, and what became of the accounts."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

Json = dict[str, Any]
POST = "app.bsky.feed.post"
GATE = "app.bsky.feed.threadgate"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Post(Struct, kw_only=True):
    """A post as it stands in its author's repository. at: when the AppView saw it, or when it was told to have."""

    uri: str
    cid: str
    did: str
    record: Json
    at: datetime


class Index:
    """Grows by events of the firehose; `now` is the doubles' clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.posts: dict[str, Post] = {}
        self.gates: set[str] = set()
        self.handles: dict[str, str] = {}
        #: Accounts that are not active: why.
        self.closed: dict[str, str] = {}
        #: What Jetstream has to tell, oldest first.
        self.events: list[Json] = []
        #: Posts that are to be put at another time than now: a server that was away catches up.
        self.backdated: dict[str, datetime] = {}
        self._grown = asyncio.Condition()
        self._last = _EPOCH

    async def take(self, event: Json) -> None:
        """Take in an event of the firehose."""
        at = max(self._now(), self._last + timedelta(microseconds=1))
        self._last = at
        did, kind = event["did"], event["kind"]
        told: Json = {"did": did, "time_us": (at - _EPOCH) // timedelta(microseconds=1), "kind": kind}
        if kind == "commit":
            self._commit(did, event["commit"], at)
            told["commit"] = event["commit"]
        elif kind == "identity":
            self.handles[did] = event.get("handle") or self.handles.get(did) or "handle.invalid"
            told["identity"] = {"did": did, "handle": self.handles[did], "seq": event["seq"], "time": event["time"]}
        else:
            if event["active"]:
                self.closed.pop(did, None)
            else:
                self.closed[did] = event.get("status") or "deleted"
            account = {"active": event["active"], "did": did, "seq": event["seq"], "time": event["time"]}
            told["account"] = account | ({} if event["active"] else {"status": self.closed[did]})
        async with self._grown:
            self.events.append(told)
            self._grown.notify_all()

    def _commit(self, did: str, commit: Json, at: datetime) -> None:
        uri = f"at://{did}/{commit['collection']}/{commit['rkey']}"
        if commit["operation"] == "delete":
            self.posts.pop(uri, None)
            self.gates.discard(f"at://{did}/{POST}/{commit['rkey']}")
        elif commit["collection"] == POST:
            at = self.backdated.pop(commit["rkey"], at)
            self.posts[uri] = Post(uri=uri, cid=commit["cid"], did=did, record=commit["record"], at=at)
        elif commit["collection"] == GATE:
            self.gates.add(str(commit["record"]["post"]))

    async def until(self, holds: Callable[[], bool], within_s: float = 20.0) -> None:
        """Wait until the firehose has told so much that something holds."""
        async with asyncio.timeout(within_s), self._grown:
            await self._grown.wait_for(holds)

    async def after(self, place: int) -> None:
        """Wait for an event beyond so many."""
        async with self._grown:
            await self._grown.wait_for(lambda: len(self.events) > place)

    def shown(self) -> list[Post]:
        """Return the posts that can be seen, oldest first."""
        return sorted((post for post in self.posts.values() if post.did not in self.closed), key=lambda post: post.at)
