"""Everything that is posted on Bluesky, to whoever listens: Jetstream needs no account.

Source: github.com/bluesky-social/jetstream, README. Events come at least once; a cursor is microseconds since 1970; what is older
than about a day is not kept. The author of a post is told by DID alone, and we ask for no profile.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from unisono.connectors.bluesky.api import POST, Api
from unisono.connectors.bluesky.facets import whole_text
from unisono.connectors.bluesky.jetstream import KEPT, MAX_BYTES, OPEN_S, REWIND, address_of, event_of
from unisono.connectors.bluesky.read import MISSHAPEN, moment, parent_of, root_of, url_of
from unisono.contract import Ctx, Heard, NotReached, Overheard, Raw

_KINDS: Final = {
    "app.bsky.embed.images": "has:image", "app.bsky.embed.video": "has:video", "app.bsky.embed.external": "has:link",
}  # fmt: skip


class Public:
    """Hears the whole network, and takes up what shall be answered."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._base = address_of(ctx)

    async def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Yield every post, and every one that is deleted, from a place on. Raises NotReached, HostRefused."""
        # The one HTTP client says whether we may go there at all; a web socket is nothing that it can open.
        await self._ctx.http.request("GET", f"{self._base}/", timeout_s=OPEN_S, max_bytes=100_000)
        cursor, gap = self._cursor(place)
        query = urlencode([("wantedCollections", POST), *([("cursor", str(cursor))] if cursor else [])])
        scheme = "ws" if self._base.startswith(("http:", "ws:")) else "wss"
        url = f"{scheme}://{self._base.partition('://')[2]}/subscribe?{query}"
        if gap:
            yield Overheard(gap=True)
        try:
            async with connect(url, max_size=MAX_BYTES, open_timeout=OPEN_S, proxy=None, user_agent_header="Unisono") as socket:
                async for text in socket:
                    event = event_of(text)
                    if event is not None and (step := step_of(event)) is not None:
                        yield step
        except (OSError, TimeoutError, WebSocketException) as error:
            raise NotReached(f"{urlsplit(self._base).hostname}: {type(error).__name__}", sent=False) from error

    def _cursor(self, place: str | None) -> tuple[int | None, bool]:
        """Return where to go on, and whether something is lost: garbage and what lies ahead begin now."""
        if place is None or not place.isdigit():
            return None, bool(place)
        at, now = datetime.fromtimestamp(int(place) / 1e6, UTC), self._ctx.clock.now()
        if at > now + REWIND:
            return None, False
        if now - at > KEPT:
            return int((now - KEPT).timestamp() * 1e6), True
        return int(place) - int(REWIND.total_seconds() * 1e6), False

    async def adopt(self, remote_id: str) -> Raw | None:
        """Return a post as an item of this account. Raises what asking for it raises."""
        shown = (await self._api.posts([remote_id])).get(remote_id)
        if shown is None:
            return None
        kept = ("uri", "cid", "author", "record", "indexedAt", "embed", "viewer")
        body = {
            "kind": "post", "post": {name: shown[name] for name in kept if name in shown}, "reason": "heard",
            "me": await self._api.session.me(),
        }  # fmt: skip
        return Raw(ingest_key=f"post:{remote_id}:0", body=msgspec.json.encode(body), received_at=self._ctx.clock.now())


def step_of(event: dict[str, Any]) -> Overheard | None:
    """Return what an event of the stream says, None for what is of no concern or cannot be read."""
    try:
        place = str(int(event["time_us"]))
        at = datetime.fromtimestamp(int(place) / 1e6, UTC)
        if event.get("kind") == "account":
            account = event["account"]
            return Overheard(authors_gone=(str(event["did"]),), place=place, at=at) if account.get("active") is False else None
        commit = event.get("commit")
        if not isinstance(commit, dict) or commit.get("collection") != POST:
            return None
        uri = f"at://{event['did']}/{POST}/{commit['rkey']}"
        if commit["operation"] == "delete":
            return Overheard(gone=(uri,), place=place, at=at)
        return Overheard(posts=(post_of(uri, str(event["did"]), commit["record"], at),), place=place, at=at)
    except MISSHAPEN:
        return None


def post_of(uri: str, did: str, record: dict[str, Any], at: datetime) -> Heard:
    """Return a record as monitors look at it; at: when the network saw it."""
    embed = record.get("embed")
    embed = embed if isinstance(embed, dict) else {}
    inner = embed.get("media")
    media = inner if isinstance(inner, dict) else embed
    languages = record.get("langs")
    root = root_of(uri, record)
    return Heard(
        remote_id=uri, author_id=did, said_at=min(at, _made(record, at)), url=url_of(uri),
        text=whole_text(str(record.get("text") or ""), record.get("facets")), root_id=root, parent_id=parent_of(record),
        language=str(languages[0]).split("-")[0].lower() if isinstance(languages, list) and languages else None,
        more=tuple(str(one["alt"]) for one in media.get("images") or () if isinstance(one, dict) and one.get("alt")),
        traits=("is:reply" if root != uri else "is:post", *(name for kind, name in _KINDS.items() if _is(embed, kind))),
    )  # fmt: skip


def _is(embed: dict[str, Any], kind: str) -> bool:
    media = embed.get("media")
    return kind in (embed.get("$type"), media.get("$type") if isinstance(media, dict) else None)


def _made(record: dict[str, Any], at: datetime) -> datetime:
    """The author writes createdAt as they like: it counts where it lies shortly before the network saw it."""
    try:
        made = moment(str(record["createdAt"]))
    except MISSHAPEN:
        return at
    return made if (at - made).total_seconds() < KEPT.total_seconds() else at
