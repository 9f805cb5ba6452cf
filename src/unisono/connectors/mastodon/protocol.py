"""The connector: pulling forward from a cursor, listening as a hint, and answering in the thread's own visibility."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from unisono.connectors.mastodon.api import Api, decoded
from unisono.connectors.mastodon.read import MISSHAPEN, known_revision, moment, read_item, visibility_of
from unisono.connectors.mastodon.text import plain_text
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    HostRefused,
    MediaLimit,
    NotReached,
    NotSent,
    OutAttachment,
    OutMessage,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    Reject,
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

PAGE = 40
KEY_WINDOW_S = 3_600
_FIRST_PAGES = 25
_RECHECK_EVERY = timedelta(minutes=5)
_RECHECK_KEPT = 200
_TOGETHER = 20
_SENT_KEPT = 100
_MEDIA_POLLS = 20
_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")


class _Watched(msgspec.Struct):
    """A status that may still be edited or deleted, with the revision that we know."""

    id: str
    root: str
    revision: int


class _Found(msgspec.Struct):
    """What the last look found, until it is known to be stored: `at` is the cursor that was handed out with it."""

    at: str
    gone: list[str] = []
    changed: list[_Watched] = []


class Mastodon:
    """One account on one server."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._cursor_checked = False
        self._watching = asyncio.Lock()

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the server told at the last check, or Mastodon's own defaults."""
        return self._ctx.account.caps or caps_of({})

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
            recent = [item for item in page if _said_at(item, since) >= since]
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

    async def _status_raw(self, status: dict[str, Any], kind: str, known: _Watched | None = None) -> Raw:
        root = known.root if known else await self._root_of(status)
        revision = known_revision(status)
        body = {"kind": kind, "status": status, "root": root, "me": await self._me(), "known": known is not None}
        if kind == "status" and known is None:
            await self._watch(_Watched(id=str(status["id"]), root=root, revision=revision))
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

    async def _watched(self) -> list[_Watched]:
        stored = await self._ctx.memory.get("watched")
        return msgspec.json.decode(stored, type=list[_Watched]) if stored else []

    async def _watch(self, *statuses: _Watched, gone: Sequence[str] = ()) -> None:
        async with self._watching:
            new = {s.id for s in statuses} | set(gone)
            kept = [s for s in await self._watched() if s.id not in new] + list(statuses)
            await self._ctx.memory.put("watched", msgspec.json.encode(kept[-_RECHECK_KEPT:]))

    async def _pull_changes(self, place: str | None) -> Page:
        """Look again at what we know: the stream tells of edits and deletions, but nobody repeats what it missed.

        What was found is forgotten only when the next cursor shows that it has been stored.
        """
        await self._settle(place)
        now = self._ctx.clock.now()
        if place is not None and timedelta() <= now - _instant(place) < _RECHECK_EVERY:
            return Page(raws=[], next_cursor=_encoded_cursor(place))
        raws: list[Raw] = []
        found = _Found(at=now.isoformat())
        watched = await self._watched()
        seen = await self._look_at([one.id for one in watched])
        for one in watched:
            status = seen.get(one.id)
            if status is None:
                raws.append(self._deleted_raw(one.id))
                found.gone.append(one.id)
            elif (revision := known_revision(status)) > one.revision:
                raws.append(await self._status_raw(status, "status", one))
                found.changed.append(_Watched(id=one.id, root=one.root, revision=revision))
        await self._ctx.memory.put("found", msgspec.json.encode(found))
        return Page(raws=raws, next_cursor=_encoded_cursor(found.at))

    async def _settle(self, place: str | None) -> None:
        stored = await self._ctx.memory.get("found")
        found = msgspec.json.decode(stored, type=_Found) if stored else None
        if found is not None and found.at == place:
            await self._watch(*found.changed, gone=found.gone)
        if found is not None:
            await self._ctx.memory.delete("found")

    async def _look_at(self, status_ids: list[str]) -> dict[str, dict[str, Any]]:
        """Return those that still stand; many in one request where the server can (Mastodon 4.3)."""
        found: dict[str, dict[str, Any]] = {}
        for some in _batched(status_ids, _TOGETHER):
            try:
                answer = await self._api.request("GET", "/api/v1/statuses", params=[("id[]", one) for one in some])
            except NotReached as error:
                raise PullFailed(self._api.silent(error)) from error
            if answer.status not in (404, 405, 422):
                self._api.demand(answer)
                listed = decoded(answer)
                found |= (
                    {str(s["id"]): s for s in listed if isinstance(s, dict) and "id" in s} if isinstance(listed, list) else {}
                )
            for one in some:
                # Left out may also mean that the server shows fewer at a time than it was asked for.
                if one not in found and (status := await self._look(one)) is not None:
                    found[one] = status
        return found

    async def _look(self, status_id: str) -> dict[str, Any] | None:
        try:
            answer = await self._api.request("GET", f"/api/v1/statuses/{status_id}")
        except NotReached as error:
            raise PullFailed(self._api.silent(error)) from error
        if answer.status in (404, 410):
            return None
        self._api.demand(answer)
        found = decoded(answer)
        if not isinstance(found, dict) or "id" not in found:
            raise PullFailed(self._api.misshapen(f"/api/v1/statuses/{status_id}"))
        return found

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
            if any(one.id == payload for one in await self._watched()):
                yield self._deleted_raw(payload)
        elif event == "status.update":
            with contextlib.suppress(*MISSHAPEN):
                status = msgspec.json.decode(payload)
                known = [one for one in await self._watched() if one.id == str(status.get("id"))]
                if known:
                    yield await self._status_raw(status, "status", known[0])
                    known[0].revision = known_revision(status)
                    await self._watch(known[0])
        elif event in ("notification", "conversation", "update"):
            yield None

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
        return {remote_id: await self._look(remote_id) is not None for remote_id in remote_ids}

    # -- answering ---------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Post a status in the thread, in the visibility of what it answers, never wider than the thread's."""
        try:
            visibility = await self._visibility(message)
            if not isinstance(visibility, str):
                return visibility
            media: list[str] = []
            for attachment in message.attachments:
                uploaded = await self._upload(attachment)
                if not isinstance(uploaded, str):
                    return uploaded
                media.append(uploaded)
            answer = await self._api.request(
                "POST",
                "/api/v1/statuses",
                json=_status(message, visibility, media),
                headers={"idempotency-key": message.key},
            )
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except HostRefused as error:
            return Retry(reason=str(error))
        except PullFailed as error:
            return Retry(reason=error.health.what, after_s=error.after_s)
        if answer.status != 200:
            return self._api.refusal(answer)
        try:
            status = msgspec.json.decode(answer.body)
            sent = Sent(remote_id=str(status["id"]), url=str(status.get("url") or ""))
        except MISSHAPEN:
            return Unknown(reason="The server's answer could not be read.")
        await self._keep_sent(message.key, sent.remote_id)
        return sent

    async def _visibility(self, message: OutMessage) -> str | SendResult:
        private = message.thread.visibility is Visibility.PRIVATE
        if message.in_reply_to is None:
            return "direct" if private else "public"
        answer = await self._api.request("GET", f"/api/v1/statuses/{message.in_reply_to}")
        if answer.status in (404, 410):
            return Reject(
                code="gone",
                human="What was to be answered has been deleted by its author. The answer was kept, not sent.",
            )
        if answer.status >= 400:
            refusal = self._api.refusal(answer)
            return Retry(reason=f"status {answer.status}") if isinstance(refusal, Unknown) else refusal
        parent = decoded(answer)
        if private or not isinstance(parent, dict):
            return "direct" if private else Retry(reason="The server's answer could not be read.")
        return str(parent["visibility"]) if visibility_of(parent) is Visibility.PUBLIC else "direct"

    async def _upload(self, attachment: OutAttachment) -> str | SendResult:
        form = {"description": attachment.alt_text} if attachment.alt_text else None
        answer = await self._api.request(
            "POST", "/api/v2/media", form=form,
            files={"file": (attachment.name, await attachment.read(), attachment.media_type)}, timeout_s=120.0,
        )  # fmt: skip
        if answer.status >= 500:
            return Retry(reason=f"media upload: status {answer.status}")
        if answer.status not in (200, 202):
            return self._api.refusal(answer)
        uploaded = decoded(answer)
        if not isinstance(uploaded, dict) or "id" not in uploaded:
            return Retry(reason="The server's answer to an upload could not be read.")
        media_id = str(uploaded["id"])
        for _ in range(_MEDIA_POLLS if answer.status == 202 else 0):
            ready = await self._api.request("GET", f"/api/v1/media/{media_id}")
            if ready.status == 200:
                break
            if ready.status != 206:
                return Reject(code="media", human="The server could not process the attachment.")
            await self._ctx.clock.sleep(1.0)
        else:
            if answer.status == 202:
                return Retry(reason="The server still works on the attachment.")
        return media_id

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look among our newest statuses for one that answers the same item with the same words, and is no other answer."""
        try:
            mine = await self._api.listed(f"/api/v1/accounts/{await self._me()}/statuses", [("limit", str(PAGE))])
        except HostRefused as error:
            return Undecidable(reason=str(error))
        except PullFailed as error:
            return Undecidable(reason=error.health.what)
        wanted = _words(_with_mention(message))
        others = {remote_id for key, remote_id in await self._sent() if key != message.key}
        # The oldest first: of two equal answers the earlier one was sent earlier.
        for status in reversed(mine):
            same_place = str(status.get("in_reply_to_id") or "") == (message.in_reply_to or "")
            recent = _said_at(status, message.created_at) >= message.created_at - timedelta(minutes=5)
            same_words = same_place and recent and _words(_content(status)) == wanted
            if same_words and str(status["id"]) not in others:
                await self._keep_sent(message.key, str(status["id"]))
                return Sent(remote_id=str(status["id"]), url=str(status.get("url") or ""))
        return NotSent()

    async def _sent(self) -> list[tuple[str, str]]:
        stored = await self._ctx.memory.get("sent")
        return msgspec.json.decode(stored, type=list[tuple[str, str]]) if stored else []

    async def _keep_sent(self, key: str, remote_id: str) -> None:
        async with self._watching:
            kept = [*(await self._sent()), (key, remote_id)][-_SENT_KEPT:]
            await self._ctx.memory.put("sent", msgspec.json.encode(kept))


def caps_of(instance: dict[str, Any]) -> Caps:
    """Return what a server allows by its description (`GET /api/v2/instance`), Mastodon's defaults for what it leaves out."""
    configuration = instance.get("configuration") or {}
    statuses = configuration.get("statuses") or {}
    media = configuration.get("media_attachments") or {}
    types = [t for t in media.get("supported_mime_types") or _IMAGES if isinstance(t, str)]
    return Caps(
        text=TextLimit(
            unit=TextUnit.CHARS, maximum=int(statuses.get("max_characters") or 500),
            url_cost=int(statuses.get("characters_reserved_per_url") or 23), mention_domain_free=True,
        ),
        media=MediaLimit(
            max_count=int(statuses.get("max_media_attachments") or 4), types=tuple(types),
            max_bytes=int(media.get("image_size_limit") or 16_777_216), alt_text=True,
            max_alt_chars=int(media.get("description_limit") or 1_500),
        ),
        content_warning=True, push=True, echo=True, edits=True, deletes=True, key_window_s=KEY_WINDOW_S, rate_per_s=20,
    )  # fmt: skip


def _status(message: OutMessage, visibility: str, media: list[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"status": _with_mention(message), "visibility": visibility}
    if message.in_reply_to:
        body["in_reply_to_id"] = message.in_reply_to
    if media:
        body["media_ids"] = media
    if warning := message.details.get("content_warning"):
        body["spoiler_text"] = warning
        body["sensitive"] = True
    return body


def _with_mention(message: OutMessage) -> str:
    """A reply reaches its reader only when it names them."""
    handle = message.recipient.handle
    if not handle or re.search(rf"(?<![\w@/]){re.escape(handle)}(?![\w.-]*\w|@)", message.text, re.IGNORECASE):
        return message.text
    return f"{handle} {message.text}"


def _words(text: str) -> list[str]:
    """Words for comparison; a mention is shown without its domain."""
    return ["@" + word[1:].split("@")[0].lower() if word.startswith("@") else word for word in text.split()]


def _number(status_id: object) -> tuple[int, str]:
    """Ids sort as numbers where they are numbers (snowflakes), by length and text elsewhere."""
    text = str(status_id)
    return (len(text.lstrip("0")), text)


def _said_at(status: dict[str, Any], otherwise: datetime) -> datetime:
    try:
        return moment(status["created_at"])
    except MISSHAPEN:
        return otherwise


def _content(status: dict[str, Any]) -> str:
    try:
        return plain_text(status.get("content") or "")
    except MISSHAPEN:
        return ""


def _batched(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


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
