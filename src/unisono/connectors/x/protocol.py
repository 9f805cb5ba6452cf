"""The connector: one account on X, by API v2."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from unisono.connectors.x import activity
from unisono.connectors.x.answering import Answering
from unisono.connectors.x.api import Api, unusable
from unisono.connectors.x.hearing import Hearing
from unisono.connectors.x.learning import Rule
from unisono.connectors.x.limits import caps_for, caps_of
from unisono.connectors.x.listening import Listening
from unisono.connectors.x.read import read_item
from unisono.connectors.x.rechecking import Rechecking
from unisono.connectors.x.seeking import Seeking
from unisono.connectors.x.watch import Watch
from unisono.connectors.x.wire import User
from unisono.contract import (
    Caps,
    Challenge,
    Ctx,
    Deny,
    Event,
    Health,
    HostRefused,
    HttpRequest,
    NotReached,
    OutMessage,
    Overheard,
    Page,
    PullFailed,
    Purpose,
    Raw,
    ReconcileResult,
    Retry,
    SendResult,
    Sent,
    Sought,
    ThreadRef,
    Unknown,
)
from unisono.domain.words import ChannelState, Visibility

_FIRST_CAPS = caps_of({}, webhook=True, app=True, refresh=True)


class _Me(Struct, frozen=True):
    data: User


class X:
    """One account."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._watch = Watch(ctx.memory)
        self._rule = Rule(ctx)
        self._hearing = Hearing(ctx, self._api, self._watch, self._rule, self._me)
        self._looking = Rechecking(ctx, self._api, self._watch, self._hearing, self._me)
        self._answering = Answering(ctx, self._api, self._rule, self._looking, self._me, self.capabilities)
        self._listening = Listening(ctx, self._api, self._watch)

    # -- what is there -------------------------------------------------------------------------------------------------

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the account may do; direct messages are longer."""
        caps = self._ctx.account.caps or _FIRST_CAPS
        return caps if thread is None else caps_for(caps, private=thread.visibility is Visibility.PRIVATE)

    async def check(self) -> Health:
        """Ask who we are."""
        try:
            me = await self._who(Purpose.REPLY)
        except HostRefused as error:
            return unusable(error).health
        except PullFailed as error:
            return error.health
        secrets = {name: bool(await self._ctx.secrets.get(name)) for name in ("consumer_secret", "app_bearer")}
        if secrets["app_bearer"]:
            await self._look_at_webhooks()
        caps = caps_of(
            self._ctx.account.config, webhook=secrets["consumer_secret"], app=secrets["app_bearer"],
            refresh=await self._api.renewable(),
        )  # fmt: skip
        return Health(state=ChannelState.OK, remote_id=me.id, handle=f"@{me.username}", caps=caps)

    async def _who(self, purpose: Purpose) -> User:
        found = await self._api.get("/2/users/me", _Me, {"user.fields": "id,name,username"}, "me", purpose, priced="user_read")
        await self._api.billed("user_read", [{"id": found.data.id}])
        return found.data

    async def _look_at_webhooks(self) -> None:
        """A webhook that X called invalid is silent for good; that is said in the log, as pulling goes on."""
        try:
            answer = await self._api.as_app("GET", "/2/webhooks")
        except NotReached:
            return
        if answer is not None and answer.status == 200 and b'"valid":false' in answer.body.replace(b" ", b""):
            self._ctx.log.warning("webhook_invalid", channel=str(self._ctx.account.channel_id))

    async def _me(self) -> str:
        if self._ctx.account.remote_id:
            return self._ctx.account.remote_id
        known = await self._ctx.memory.get("me")
        if known is None:
            me = await self._who(Purpose.READ)
            await self._ctx.memory.put("me", me.id.encode())
            await self._ctx.memory.put("handle", me.username.encode())
            return me.id
        return known.decode()

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what is new in a stream."""
        match stream:
            case "mentions":
                return await self._hearing.mentions(cursor, limit)
            case "own":
                return await self._hearing.own(cursor, limit)
            case "direct":
                return await self._hearing.dms(cursor)
            case "threads":
                return await self._hearing.threads(cursor)
            case _:
                return await self._looking.changes(cursor)

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Hold a stream open."""
        async for raw in self._listening.listen(await self._knows()):
            yield raw

    async def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Hear strangers' posts that monitors look for."""
        async for step in Seeking(self._ctx, self._api).seek(place, wanted):
            yield step

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought."""
        secret = await self._ctx.secrets.get("consumer_secret")
        found = activity.verify(request, secret, activity.Knows(me=self._ctx.account.remote_id or ""), self._ctx.clock.now())
        if isinstance(found, list) and found:
            # It is proved: what we have learnt may be asked for now.
            found = activity.items_of(request.body, await self._knows(), self._ctx.clock.now())
        return found

    async def _knows(self) -> activity.Knows:
        return activity.Knows(
            me=self._ctx.account.remote_id or "", counts=await self._rule.counts(), enterprise=self._rule.enterprise
        )

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file; only X's own interface is shown who we are."""
        if ref.startswith(f"{self._api.base}/2/"):
            answer = await self._api.request("GET", ref[len(self._api.base) :], "media_read", Purpose.READ, max_bytes=max_bytes)
        else:
            answer = await self._ctx.http.request("GET", ref, max_bytes=max_bytes, timeout_s=60.0)
        self._api.demand(answer)
        return answer.body

    async def still_there(self, remote_ids: list[str]) -> dict[str, bool]:
        """Tell which posts still stand."""
        stands: dict[str, bool] = {}
        numbers = [one for one in remote_ids if one.isdigit()]
        for start in range(0, len(numbers), 100):
            some = numbers[start : start + 100]
            gone = (await self._looking.by_ids(some)).gone
            stands |= {one: one not in gone for one in some}
        return stands

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Say it where the thread stands."""
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether an answer stands among what we said lately."""
        return await self._answering.reconcile(message)

    async def retract(self, remote_id: str) -> SendResult:
        """Delete one of our own; what is gone already counts as deleted."""
        direct = await self._answering.kind_of(remote_id) == "dm"
        path = f"/2/dm_events/{remote_id}" if direct else f"/2/tweets/{remote_id}"
        return await self._act("DELETE", path, "dm_delete" if direct else "delete", "delete", remote_id)

    async def hide(self, remote_id: str, hidden: bool) -> SendResult:
        """Hide a reply below our own posts, or show it again."""
        return await self._act("PUT", f"/2/tweets/{remote_id}/hidden", "hide", "manage", remote_id, json={"hidden": hidden})

    async def _act(
        self, method: str, path: str, bucket: str, operation: str, remote_id: str, json: dict[str, bool] | None = None
    ) -> SendResult:
        try:
            answer = await self._api.request(method, path, bucket, Purpose.COMPLIANCE, operation=operation, json=json)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        if answer.status < 300 or (method == "DELETE" and answer.status in (404, 410)):
            return Sent(remote_id=remote_id)
        return self._api.refusal(answer)
