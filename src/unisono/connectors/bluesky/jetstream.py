"""The live stream (Jetstream): a hint that there is news, and deletions as they happen.

Source: github.com/bluesky-social/jetstream, README: events come at least once, a cursor is microseconds since 1970, what is
older than about a day is not kept. Nothing rests on it: what it misses is found by pulling and by looking again.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from unisono.connectors.bluesky.api import POST, Api
from unisono.connectors.bluesky.watch import Watch, deleted_raw
from unisono.contract import Ctx, NotReached, Raw

DEFAULT: Final = "https://jetstream2.us-east.bsky.network"
_MEMORY: Final = "jetstream"
#: Repeated on reconnecting, since events come at least once and our place is stored now and then only.
REWIND: Final = timedelta(seconds=5)
#: What is older is not kept by the stream.
KEPT: Final = timedelta(hours=24)
_STORE_EVERY: Final = timedelta(seconds=10)
_MOST_PEOPLE: Final = 300
MAX_BYTES: Final = 1_000_000
OPEN_S: Final = 20.0


class Jetstream:
    """Listens for what concerns the account."""

    def __init__(self, ctx: Ctx, api: Api, watch: Watch) -> None:
        self._ctx = ctx
        self._api = api
        self._watch = watch
        self._base = address_of(ctx)
        self._all = bool(ctx.account.config.get("live_all", False))

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Yield hints and deletions until the connection ends. Raises NotReached."""
        me = await self._api.session.me()
        # The one HTTP client says whether we may go there at all; a web socket is nothing that it can open.
        await self._ctx.http.request("GET", f"{self._base}/", timeout_s=OPEN_S, max_bytes=100_000)
        people = await self._watch.people()
        try:
            async with connect(
                await self._url(me, people), max_size=MAX_BYTES, open_timeout=OPEN_S, proxy=None, user_agent_header="Unisono"
            ) as socket:
                stored = self._ctx.clock.now()
                async for text in socket:
                    event = event_of(text)
                    if event is None:
                        continue
                    async for raw in self._heard(event, text, me):
                        yield raw
                    if self._ctx.clock.now() - stored >= _STORE_EVERY:
                        await self._store(event)
                        stored = self._ctx.clock.now()
                        if not self._all and (await self._watch.people()) != people:
                            # Somebody new wrote: listen to them as well.
                            return
        except (OSError, TimeoutError, WebSocketException) as error:
            host = urlsplit(self._base).hostname
            raise NotReached(f"{host}: {type(error).__name__}", sent=False) from error

    async def _url(self, me: str, people: list[str]) -> str:
        params = [("wantedCollections", POST)]
        if not self._all:
            params += [("wantedDids", did) for did in [me, *people[-_MOST_PEOPLE:]]]
        if (place := await self._place()) is not None:
            params.append(("cursor", str(place)))
        scheme = "ws" if self._base.startswith("http:") else "wss"
        return f"{scheme}://{self._base.partition('://')[2]}/subscribe?{urlencode(params)}"

    async def _place(self) -> int | None:
        """Return where to go on. What the stream no longer keeps is looked for at once in another way."""
        stored = await self._ctx.memory.get(_MEMORY)
        if stored is None or not stored.isdigit():
            return None
        at = datetime.fromtimestamp(int(stored) / 1e6, UTC)
        now = self._ctx.clock.now()
        if at > now + REWIND:
            return None
        if now - at > KEPT:
            self._ctx.log.warning("stream_gap", hours=round((now - at).total_seconds() / 3600))
            await self._watch.soon()
            return None
        return int(stored) - REWIND // timedelta(microseconds=1)

    async def _store(self, event: dict[str, Any]) -> None:
        at = event.get("time_us")
        if isinstance(at, int) and at > 0:
            await self._ctx.memory.put(_MEMORY, str(at).encode())

    async def _heard(self, event: dict[str, Any], text: str | bytes, me: str) -> AsyncIterator[Raw | None]:
        commit = event.get("commit")
        if isinstance(commit, dict):
            uri = f"at://{event.get('did')}/{commit.get('collection')}/{commit.get('rkey')}"
            if commit.get("operation") == "delete":
                if uri in await self._watch.known():
                    await self._watch.drop([uri])
                    await self._store(event)
                    yield deleted_raw(uri, self._ctx.clock.now())
            elif event.get("did") == me or me in (text if isinstance(text, str) else text.decode("utf-8", "replace")):
                await self._store(event)
                yield None
        elif event.get("kind") == "account" and event.get("did") != me:
            account = event.get("account")
            if isinstance(account, dict) and account.get("active") is False and event.get("did") in await self._watch.people():
                # Closed, locked or deleted: the network is asked which, for only the last one is for good.
                await self._watch.soon()
                await self._store(event)
                yield None


def address_of(ctx: Ctx) -> str:
    """Return where the live stream is."""
    return str(ctx.account.config.get("jetstream_url") or DEFAULT).strip().rstrip("/")


def event_of(text: str | bytes) -> dict[str, Any] | None:
    """Return an event of the stream, None for what is none."""
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return None
