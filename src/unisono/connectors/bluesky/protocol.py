"""The connector: which stream is pulled by whom, and where an answer goes."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import ClassVar

from unisono.connectors.bluesky.answering import Answering
from unisono.connectors.bluesky.answers import demand
from unisono.connectors.bluesky.api import Api
from unisono.connectors.bluesky.chat import Chat
from unisono.connectors.bluesky.checking import look
from unisono.connectors.bluesky.jetstream import Jetstream
from unisono.connectors.bluesky.limits import caps_of, caps_of_chat
from unisono.connectors.bluesky.notifications import Notifications
from unisono.connectors.bluesky.own import Own
from unisono.connectors.bluesky.public import Public
from unisono.connectors.bluesky.read import read_item
from unisono.connectors.bluesky.seeking import Seeking
from unisono.connectors.bluesky.watch import Watch
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    OutMessage,
    Overheard,
    Page,
    Raw,
    ReconcileResult,
    Reject,
    SendResult,
    Sought,
    ThreadRef,
)
from unisono.domain.words import Visibility


class Bluesky:
    """One account on one service of the AT Protocol."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._watch = Watch(ctx, self._api)
        self._notifications = Notifications(ctx, self._api, self._watch)
        self._own = Own(ctx, self._api)
        self._chat = Chat(ctx, self._api)
        self._answering = Answering(ctx, self._api)
        self._jetstream = Jetstream(ctx, self._api, self._watch)
        self._public = Public(ctx, self._api)
        self._seeking = Seeking(ctx, self._api)

    @property
    def _direct_messages(self) -> bool:
        return bool(self._ctx.account.config.get("direct_messages", True))

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what Bluesky allows, in posts or in direct messages."""
        caps = caps_of(direct_messages=self._direct_messages)
        private = thread is not None and thread.visibility is Visibility.PRIVATE
        return caps_of_chat(caps) if private else caps

    async def check(self) -> Health:
        """Open the account, and see whether it may do what the settings ask for."""
        return await look(self._ctx, self._api)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what is new: of others, of ours from elsewhere, in chats, or what of the known is gone."""
        match stream:
            case "own":
                return await self._own.pull(cursor, limit)
            case "chat":
                return await self._chat.pull(cursor) if self._direct_messages else Page(raws=[], next_cursor=cursor)
            case "recheck":
                return await self._watch.pull(cursor)
        return await self._notifications.pull(cursor, limit)

    def listen(self) -> AsyncIterator[Raw | None]:
        """Follow the live stream."""
        return self._jetstream.listen()

    def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Hear everything that is posted on Bluesky; no account is needed for it."""
        return self._public.overhear(place)

    def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Look for what monitors want, where not all is to be heard."""
        return self._seeking.seek(place, wanted)

    async def adopt(self, remote_id: str, url: str) -> Raw | None:
        """Return somebody's post as an item of this account."""
        del url
        return await self._public.adopt(remote_id)

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a picture."""
        answer = await self._ctx.http.request("GET", ref, max_bytes=max_bytes, timeout_s=60.0)
        demand(answer, self._ctx.clock.now())
        return answer.body

    async def still_there(self, remote_ids: list[str]) -> dict[str, bool]:
        """Tell which posts still stand."""
        shown = await self._api.posts(remote_ids)
        return {remote_id: remote_id in shown for remote_id in remote_ids}

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Send to where the thread is, and nowhere else: an address of a post is no chat, a chat is no post."""
        private = message.thread.visibility is Visibility.PRIVATE
        if private and not self._direct_messages:
            return Reject(code="visibility", human="Direct messages are switched off for this channel. Nothing was sent.")
        if private == message.thread.root_id.startswith("at://"):
            return Reject(code="visibility", human="This answer was written for another kind of thread. Nothing was sent.")
        return await (self._chat.send(message) if private else self._answering.send(message))

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether an answer stands where it was to stand."""
        private = message.thread.visibility is Visibility.PRIVATE
        return await (self._chat.reconcile(message) if private else self._answering.reconcile(message))

    async def retract(self, remote_id: str) -> SendResult:
        """Delete a post of ours. A direct message could be hidden from ourselves only."""
        if not remote_id.startswith("at://"):
            return Reject(code="refused", human="A direct message on Bluesky cannot be taken back.")
        return await self._answering.retract(remote_id)
