"""The connector: pulling from a cursor, listening for hints, and answering where the thread stands."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from unisono.connectors.sandbox import pushes
from unisono.connectors.sandbox.api import Api, decoded, unreachable
from unisono.connectors.sandbox.public import Public
from unisono.connectors.sandbox.read import ingest_key, read_entry
from unisono.connectors.sandbox.wire import Item, OwnItems, Picture, PulledPage, Rules, Who
from unisono.contract import (
    MISSHAPEN,
    Caps,
    Challenge,
    Ctx,
    Deny,
    Event,
    Health,
    HostRefused,
    HttpRequest,
    MediaLimit,
    NotReached,
    NotSent,
    OutAttachment,
    OutMessage,
    Overheard,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    Response,
    Retry,
    SendResult,
    Sent,
    TextLimit,
    TextUnit,
    ThreadRef,
    Undecidable,
    Unknown,
)
from unisono.domain.words import ChannelState, Visibility

RATE_PER_S = 500
# Our clock and the network's may differ by so much.
_CLOCKS_S = 120
_FIRST_CAPS = Caps(
    push=True, webhook=True, challenge=True, edits=True, deletes=True, account_deletion=True, statuses=True, typing=True,
    retract=True, rate_per_s=RATE_PER_S,
)  # fmt: skip


class Cursor(msgspec.Struct, frozen=True):
    """Where we are: the network's own cursor, and for which form of ours."""

    v: int
    at: str


class Sandbox:
    """One company's account on one network of the sandbox."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._realm = str(ctx.account.config.get("face", ""))
        self._public = Public(ctx)

    # -- what is there -------------------------------------------------------------------------------------------------

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the network told at the last check; private threads have a limit of their own."""
        caps = self._ctx.account.caps or _FIRST_CAPS
        if thread is None:
            return caps
        if thread.visibility is Visibility.PRIVATE:
            return msgspec.structs.replace(caps, text=caps.private_text or caps.text)
        return msgspec.structs.replace(caps, reply_window_s=None)

    async def check(self) -> Health:
        """Ask who we are and what the network allows."""
        config = self._ctx.account.config
        if not str(config.get("base_url", "")).startswith(("http://", "https://")):
            what = "The server's address must begin with http:// or https://, for example http://127.0.0.1:8700."
            return Health(state=ChannelState.MISCONFIGURED, what=what, field="base_url")
        try:
            known = await self._api.request("GET", "/face")
            if known.status == 404:
                what = f"The server has no network {self._realm!r}. Enter the name that stands in its pages' addresses."
                return Health(state=ChannelState.MISCONFIGURED, what=what, field="face")
            self._api.demand(known)
            rules = decoded(known, Rules)
            me = await self._api.get("/me", Who)
        except HostRefused as error:
            return Health(state=ChannelState.MISCONFIGURED, what=str(error), field="base_url")
        except NotReached as error:
            return unreachable(f"{self._api.root} does not answer: {error}").health
        except PullFailed as error:
            return error.health
        wanted = str(config.get("account") or "").lstrip("@").lower()
        if wanted and wanted != me.handle.lower():
            what = f"The access token belongs to @{me.handle}, not to @{wanted}. Enter that account's token, or change the name."
            return Health(state=ChannelState.MISCONFIGURED, what=what, field="account")
        renewable = bool(await self._ctx.secrets.get("refresh_token"))
        return Health(
            state=ChannelState.OK, remote_id=me.id, handle=f"@{me.handle}", realm=self._realm,
            caps=caps_of(rules, refresh=renewable),
        )  # fmt: skip

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what we were told since the cursor."""
        place = _place(cursor)
        page = await self._page(place, limit)
        received_at = self._ctx.clock.now()
        raws = [Raw(ingest_key=ingest_key(bytes(e)), body=bytes(e), received_at=received_at) for e in page.entries]
        next_cursor = msgspec.json.encode(Cursor(v=1, at=page.next)).decode()
        return Page(raws=raws, next_cursor=next_cursor, has_more=page.more, gap=page.gap)

    async def _page(self, place: str | None, limit: int) -> PulledPage:
        params = {"limit": str(limit)} | ({"after": place} if place else {})
        try:
            answer = await self._api.request("GET", "/items", params=params)
        except NotReached as error:
            raise unreachable(f"The network does not answer: {error}") from error
        if answer.status == 400 and place is not None:
            # The network does not know this cursor: begin anew. What we have already, the inbox keeps out.
            return await self._page(None, limit)
        self._api.demand(answer)
        return decoded(answer, PulledPage)

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Follow the stream of server-sent events; each only says that there is something to pull."""
        url = f"{self._api.root}/stream"
        async with self._ctx.http.stream("GET", url, headers=await self._api.headers(), idle_s=60.0) as answer:
            if answer.status >= 300:
                self._api.demand(Response(status=answer.status, headers=answer.headers, body=b"", url=url))
            async for line in answer.lines():
                if line.startswith("data:"):
                    yield None

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought."""
        return pushes.verify(request, await self._ctx.secrets.get("webhook_secret"), self._ctx.clock.now())

    def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Hear what is said in public on this network."""
        return self._public.overhear(place)

    async def adopt(self, remote_id: str, url: str) -> Raw | None:
        """Return somebody's post as an item of this account."""
        del url
        return await self._public.adopt(remote_id)

    def read(self, raw: Raw) -> list[Event]:
        """Return what an entry says."""
        return read_entry(raw, self._realm)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file of an item."""
        answer = await self._api.request("GET", f"/media/{ref}", max_bytes=max_bytes, timeout_s=60.0)
        self._api.demand(answer)
        return answer.body

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Say it where the thread stands. The key makes a repetition harmless as long as the network remembers it."""
        media: list[str] = []
        try:
            for attachment in message.attachments:
                uploaded = await self._upload(attachment)
                if not isinstance(uploaded, str):
                    return uploaded
                media.append(uploaded)
        except NotReached as error:
            # Nothing was said yet, so this is no open question.
            return Retry(reason=f"A file could not be uploaded: {error}")
        except PullFailed as error:
            return Retry(reason=error.health.what, after_s=error.after_s)
        body = {**_placed(message), "text": message.text, "media": media}
        if warning := message.details.get("content_warning"):
            body["warning"] = warning
        try:
            answer = await self._api.request("POST", "/items", json=body, headers={"idempotency-key": message.key})
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except PullFailed as error:
            return Retry(reason=error.health.what, after_s=error.after_s)
        if answer.status != 201:
            return self._api.refusal(answer)
        try:
            item = msgspec.json.decode(answer.body, type=Item)
        except MISSHAPEN:
            return Unknown(reason="The network's answer could not be read.")
        return Sent(remote_id=item.id, url=item.url)

    async def _upload(self, attachment: OutAttachment) -> str | SendResult:
        content = await attachment.read()
        answer = await self._api.request(
            "POST", "/media", files={"file": (attachment.name, content, attachment.media_type)},
            form={"alt": attachment.alt_text} if attachment.alt_text else None, timeout_s=120.0,
        )  # fmt: skip
        if answer.status == 201:
            try:
                return msgspec.json.decode(answer.body, type=Picture).id
            except MISSHAPEN:
                return Retry(reason="The network's answer to a file could not be read.")
        refusal = self._api.refusal(answer)
        return Retry(reason=refusal.reason) if isinstance(refusal, Unknown) else refusal

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for the message among what we said at its place: by our key, or, once keys are forgotten, by its words.

        Raises PullFailed when the network cannot be asked; the question stays open then.
        """
        place = _placed(message)
        params = {name: value for name in ("in_reply_to", "to") if (value := place.get(name))}
        if "to" in params:
            params.pop("in_reply_to", None)
        own = (await self._api.get("/own", OwnItems, {**params, "limit": "100"})).items
        for item in own:
            if item.key == message.key:
                return Sent(remote_id=item.id, url=item.url)
        window_s = self.capabilities().key_window_s
        age = self._ctx.clock.now() - message.created_at
        if window_s is not None and age < timedelta(seconds=window_s - _CLOCKS_S):
            return NotSent(reason="Nothing with our key is there.")
        since = message.created_at - timedelta(seconds=_CLOCKS_S)
        alike = [i for i in own if i.key is None and i.created_at >= since and i.text.split() == message.text.split()]
        match alike:
            case []:
                return NotSent(reason="Nothing with these words is there.")
            case [item]:
                return Sent(remote_id=item.id, url=item.url)
        return Undecidable(reason=f"{len(alike)} of our messages with these very words stand there; nobody can tell them apart.")

    async def retract(self, remote_id: str) -> SendResult:
        """Take one of our messages back; one that is gone already counts as taken back."""
        try:
            answer = await self._api.request("DELETE", f"/items/{remote_id}")
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except PullFailed as error:
            return Retry(reason=error.health.what, after_s=error.after_s)
        if answer.status in (200, 204, 404, 410):
            return Sent(remote_id=remote_id)
        return self._api.refusal(answer)

    async def typing(self, thread: ThreadRef, on: bool) -> None:
        """Show the customer of a private thread that somebody writes; whether it arrives does not matter."""
        if thread.visibility is not Visibility.PRIVATE or thread.customer is None:
            return
        try:
            await self._api.request("POST", "/typing", json={"to": thread.customer.remote_id, "on": on}, timeout_s=5.0)
        except (NotReached, PullFailed):
            self._ctx.log.debug("typing_not_shown")


def caps_of(rules: Rules, *, refresh: bool) -> Caps:
    """Return what a network allows by its own description."""
    units = {unit.value: unit for unit in TextUnit}
    return msgspec.structs.replace(
        _FIRST_CAPS,
        text=TextLimit(unit=units.get(rules.unit, TextUnit.CHARS), maximum=rules.max_text, url_cost=rules.url_cost),
        private_text=TextLimit(unit=TextUnit.CHARS, maximum=rules.max_direct),
        media=MediaLimit(
            max_count=rules.media_count, types=rules.media_types, max_bytes=rules.media_bytes, alt_text=True,
            max_alt_chars=rules.max_alt,
        ),
        content_warning=True, private_reply=True, refresh=refresh, key_window_s=_whole(rules.key_window_s),
        reply_window_s=_whole(rules.direct_window_s), retention_s=_whole(rules.retention_s),
    )  # fmt: skip


def _placed(message: OutMessage) -> dict[str, Any]:
    """Where a message goes. Only the thread's own visibility decides, so that nothing private can become public.

    A private answer to a public post names that post, and the network links the two.
    """
    if message.thread.visibility is Visibility.PRIVATE:
        answered = message.in_reply_to or message.thread.links_to
        return {"to": message.recipient.remote_id} | ({"in_reply_to": answered} if answered else {})
    return {"in_reply_to": message.in_reply_to or message.thread.root_id}


def _place(cursor: str | None) -> str | None:
    """Return the network's cursor, or None (a safe restart) for anything that is none of ours."""
    if cursor is None:
        return None
    try:
        found = msgspec.json.decode(cursor, type=Cursor)
    except MISSHAPEN:
        return None
    return found.at if found.v == 1 else None


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)
