"""The connector: pulling forward from a cursor, listening as a hint, and answering in the thread's own visibility."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from unisono.connectors.mastodon.answering import Answering
from unisono.connectors.mastodon.api import PAGE, Api, decoded
from unisono.connectors.mastodon.limits import caps_for, caps_of
from unisono.connectors.mastodon.public import Public
from unisono.connectors.mastodon.read import MISSHAPEN, known_revision, moment, read_item, said_at
from unisono.connectors.mastodon.seeking import Seeking
from unisono.connectors.mastodon.watch import Found, Watch, Watched
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    HostRefused,
    NotReached,
    OutMessage,
    Overheard,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    Response,
    SendResult,
    Sought,
    ThreadRef,
)
from unisono.domain.words import ChannelState

_FIRST_PAGES = 25
_RECHECK_EVERY = timedelta(minutes=5)


class Mastodon:
    """One account on one server."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._cursor_checked = False
        self._watch = Watch(ctx.memory, self._api)
        self._answering = Answering(ctx, self._api, self._me)
        self._public = Public(ctx, self._api)
        self._seeking = Seeking(ctx, self._api, self._public)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the server told at the last check, or Mastodon's own defaults; the mention of the customer counts too."""
        caps = self._ctx.account.caps or caps_of({})
        return caps if thread is None or thread.customer is None else caps_for(caps, thread.customer.handle)

    async def check(self) -> Health:
        """Ask who we are and what the server allows."""
        if not self._api.base.startswith(("https://", "http://")):
            what = "The server's address must begin with https://, for example https://social.example."
            return Health(state=ChannelState.MISCONFIGURED, what=what, field="base_url")
        try:
            me = await self._api.entity("/api/v1/accounts/verify_credentials")
            instance = await self._api.entity("/api/v2/instance")
            return Health(
                state=ChannelState.OK, remote_id=str(me["id"]), handle="@" + str(me.get("acct", "")),
                realm=urlsplit(self._api.base).netloc, caps=caps_of(instance),
            )  # fmt: skip
        except HostRefused as error:
            return Health(state=ChannelState.MISCONFIGURED, what=str(error), field="base_url")
        except PullFailed as error:
            field = {ChannelState.REAUTH_NEEDED: "access_token", ChannelState.FORBIDDEN: "access_token"}.get(
                error.health.state, "base_url"
            )
            return msgspec.structs.replace(error.health, field=field)
        except MISSHAPEN:
            what = f"{self._api.base} answers, but not as a Mastodon server does. Check the address."
            return Health(state=ChannelState.MISCONFIGURED, what=what, field="base_url")

    # -- hearing -----------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what is new: mentions, what we said elsewhere, or what has changed of what we know."""
        place = _decoded_cursor(cursor)
        if stream == "recheck":
            return await self._pull_changes(place)
        path, params = "/api/v1/notifications", [("types[]", "mention")]
        if stream == "own":
            path = f"/api/v1/accounts/{await self._me()}/statuses"
            params = [("exclude_reblogs", "true")]
        if place is not None and not self._cursor_checked and await self._lies_ahead(path, params, place):
            place = None
        self._cursor_checked = True
        if place is None:
            items = await self._newest(path, params)
            more = False
        else:
            items = await self._api.listed(path, [*params, ("min_id", place), ("limit", str(PAGE))])
            more = len(items) >= PAGE
        items = sorted(items, key=lambda item: _number(item["id"]))
        raws = [raw for item in items if (raw := await self._raw(item, stream)) is not None]
        newest = str(items[-1]["id"]) if items else place or "0"
        return Page(raws=raws, next_cursor=_encoded_cursor(newest), has_more=more)

    async def _newest(self, path: str, params: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return what was said in the first days that are asked for, walking back a bounded number of pages."""
        since = self._ctx.clock.now() - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))
        found: list[dict[str, Any]] = []
        older: list[tuple[str, str]] = []
        for _ in range(_FIRST_PAGES):
            page = await self._api.listed(path, [*params, ("limit", str(PAGE)), *older])
            recent = [item for item in page if said_at(item, since) >= since]
            found += recent
            if len(page) < PAGE or len(recent) < len(page):
                break
            older = [("max_id", str(page[-1]["id"]))]
        return found

    async def _lies_ahead(self, path: str, params: list[tuple[str, str]], place: str) -> bool:
        newest = await self._api.listed(path, [*params, ("limit", "1")])
        return bool(newest) and _number(place) > _number(newest[0]["id"])

    async def _raw(self, item: dict[str, Any], stream: str) -> Raw | None:
        status = item if stream == "own" else item.get("status")
        if not isinstance(status, dict) or "id" not in status:
            return None
        if stream == "own" and not status.get("in_reply_to_id") and not status.get("mentions"):
            return None
        return await self._status_raw(status, "own" if stream == "own" else "status")

    async def _status_raw(self, status: dict[str, Any], kind: str, known: Watched | None = None) -> Raw:
        root = known.root if known else await self._root_of(status)
        revision = known_revision(status)
        body = {"kind": kind, "status": status, "root": root, "me": await self._me(), "known": known is not None}
        if kind == "status" and known is None:
            await self._watch.put(Watched(id=str(status["id"]), root=root, revision=revision))
        return Raw(
            ingest_key=f"status:{status['id']}:{revision}",
            body=msgspec.json.encode(body),
            received_at=self._ctx.clock.now(),
        )

    async def _root_of(self, status: dict[str, Any]) -> str:
        """The first of the thread that can be known: the topmost ancestor on this server, or what that answers."""
        if not status.get("in_reply_to_id"):
            return str(status["id"])
        path = f"/api/v1/statuses/{status['id']}/context"
        try:
            answer = await self._api.request("GET", path)
        except NotReached as error:
            raise PullFailed(self._api.silent(error)) from error
        above: Any = None
        if answer.status not in (404, 410):
            # A wrong root would put the item into a conversation of its own for good, so anything else is asked again.
            self._api.demand(answer)
            context = decoded(answer)
            above = context.get("ancestors") if isinstance(context, dict) else None
        top = above[0] if isinstance(above, list) and above and isinstance(above[0], dict) and "id" in above[0] else status
        return str(top.get("in_reply_to_id") or top["id"])

    async def _me(self) -> str:
        if self._ctx.account.remote_id:
            return self._ctx.account.remote_id
        known = await self._ctx.memory.get("me")
        if known is None:
            me = await self._api.entity("/api/v1/accounts/verify_credentials")
            if "id" not in me:
                raise PullFailed(self._api.misshapen("/api/v1/accounts/verify_credentials"))
            known = str(me["id"]).encode()
            await self._ctx.memory.put("me", known)
        return known.decode()

    # -- what changed ------------------------------------------------------------------------------------------------

    async def _pull_changes(self, place: str | None) -> Page:
        """Look again at what we know: the stream tells of edits and deletions, but nobody repeats what it missed.

        What was found is forgotten only when the next cursor shows that it has been stored.
        """
        await self._watch.settle(place)
        now = self._ctx.clock.now()
        if place is not None and timedelta() <= now - _instant(place) < _RECHECK_EVERY:
            return Page(raws=[], next_cursor=_encoded_cursor(place))
        raws: list[Raw] = []
        found = Found(at=now.isoformat())
        watched = await self._watch.known()
        seen = await self._watch.look_at([one.id for one in watched])
        for one in watched:
            status = seen.get(one.id)
            if status is None:
                raws.append(self._deleted_raw(one.id))
                found.gone.append(one.id)
            elif (revision := known_revision(status)) > one.revision:
                raws.append(await self._status_raw(status, "status", one))
                found.changed.append(Watched(id=one.id, root=one.root, revision=revision))
        await self._watch.found(found)
        return Page(raws=raws, next_cursor=_encoded_cursor(found.at))

    def _deleted_raw(self, status_id: str) -> Raw:
        body = msgspec.json.encode({"kind": "deleted", "id": status_id})
        return Raw(ingest_key=f"deleted:{status_id}:0", body=body, received_at=self._ctx.clock.now())

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Follow the account's stream of server-sent events; most events only say that it is time to pull."""
        url = f"{self._api.base}/api/v1/streaming/user"
        async with self._ctx.http.stream("GET", url, headers=await self._api.headers()) as answer:
            if answer.status >= 400:
                self._api.demand(Response(status=answer.status, headers=answer.headers, body=b"", url=url))
            event = ""
            async for line in answer.lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    async for raw in self._heard(event, line[5:].strip()):
                        yield raw

    async def _heard(self, event: str, payload: str) -> AsyncIterator[Raw | None]:
        if event == "delete":
            if any(one.id == payload for one in await self._watch.known()):
                yield self._deleted_raw(payload)
        elif event == "status.update":
            with contextlib.suppress(*MISSHAPEN):
                status = msgspec.json.decode(payload)
                known = [one for one in await self._watch.known() if one.id == str(status.get("id"))]
                if known:
                    yield await self._status_raw(status, "status", known[0])
                    known[0].revision = known_revision(status)
                    await self._watch.put(known[0])
        elif event in ("notification", "conversation", "update"):
            yield None

    def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Hear what is said in public on the server."""
        return self._public.overhear(place)

    def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Look for what monitors want, where not all is to be heard."""
        return self._seeking.seek(place, wanted)

    async def adopt(self, remote_id: str, url: str) -> Raw | None:
        """Return somebody's status as an item of this account."""
        status = await self._public.find(remote_id, url)
        return None if status is None else await self._status_raw(status, "status")

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw, self._ctx.account.realm or urlsplit(self._api.base).netloc)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file of a status."""
        answer = await self._ctx.http.request("GET", ref, max_bytes=max_bytes, timeout_s=60.0)
        self._api.demand(answer)
        return answer.body

    async def still_there(self, remote_ids: list[str]) -> dict[str, bool]:
        """Tell which statuses still stand."""
        return {remote_id: await self._watch.look(remote_id) is not None for remote_id in remote_ids}

    # -- answering ---------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Post a status in the thread, in the visibility of what it answers, never wider than the thread's."""
        return await self._answering.send(message)

    async def report(self, remote_id: str, author_id: str, reason: str) -> SendResult:
        """Report a status to the moderators of our server. Source: docs.joinmastodon.org/methods/reports."""
        return await self._answering.report(remote_id, author_id, reason)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether an answer stands among our newest statuses."""
        return await self._answering.reconcile(message)


def _number(status_id: object) -> tuple[int, str]:
    """Ids sort as numbers where they are numbers (snowflakes), by length and text elsewhere."""
    text = str(status_id)
    return (len(text.lstrip("0")), text)


def _instant(text: str) -> datetime:
    try:
        return moment(text)
    except MISSHAPEN:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _encoded_cursor(place: str) -> str:
    return msgspec.json.encode({"v": 1, "at": place}).decode()


def _decoded_cursor(cursor: str | None) -> str | None:
    """Return the place, or None (a safe restart) for anything that is no cursor of ours."""
    if cursor is None:
        return None
    try:
        found = msgspec.json.decode(cursor)
        return str(found["at"]) if found["v"] == 1 and isinstance(found["at"], str) else None
    except MISSHAPEN:
        return None
