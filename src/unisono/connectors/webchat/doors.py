"""The chat's HTTP routes, for visitors' browsers. Nothing here needs a cookie; a session is named in `Authorization`."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

from unisono.connectors.webchat import look, strangers
from unisono.connectors.webchat.answers import as_json, loaded, shared
from unisono.connectors.webchat.asked import (
    ChangedText,
    NewMessage,
    OneKey,
    Refusal,
    Seen,
    bearer_of,
    body_of,
    check_key,
    check_message,
    check_text,
    ended_key,
    first_of,
    seconds_of,
)
from unisono.connectors.webchat.options import BadOption, Options, options_of
from unisono.connectors.webchat.read import Changed, Left, Saw, TookBack, Wrote, item
from unisono.connectors.webchat.sessions import Session, Sessions
from unisono.connectors.webchat.uploads import problem_with
from unisono.connectors.webchat.window import Shown, ShownFile, Window, digest
from unisono.contract import Ctx, HttpRequest, HttpResponse, Route
from unisono.domain.errors import UnisonoError

Handle = Callable[[HttpRequest], Awaitable[HttpResponse]]
_MOST_STREAMS = 2_000
_STREAMS_EACH = 4
_LONGEST_POLL_S = 25.0
_ENDED_FOR_S = 40 * 86_400
_BY_MAIL = {"de": "Bitte antworten Sie mir per E-Mail an {email}.", "en": "Please answer me by e-mail at {email}."}


class Doors:
    """Handles the requests of one channel's visitors."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._sessions = Sessions(ctx)
        self._strangers = strangers.strangers_of(ctx.account.channel_id, ctx.clock.now)

    def routes(self) -> list[Route]:
        """Return the routes; they answer other websites only if the settings name them."""
        small = 40_000
        asked: list[tuple[str, str, Handle, int]] = [
            ("GET", "/", self._page, small),
            ("GET", "/page.css", self._page_style, small),
            ("GET", "/icon.svg", self._icon, small),
            ("GET", "/chat.js", self._script, small),
            ("POST", "/messages", self._write, self._largest_message()),
            ("POST", "/edit", self._edit, small),
            ("POST", "/delete", self._delete, small),
            ("POST", "/forget", self._forget, small),
            ("POST", "/seen", self._seen, small),
            ("GET", "/events", self._events, small),
            ("GET", "/lines", self._lines, small),
            ("GET", "/files/{id}", self._file, small),
        ]
        routes = [Route(method=m, path=p, handle=self._guarded(h), max_bytes=size) for m, p, h, size in asked]
        files = (self._page, self._page_style, self._script, self._icon)
        called = sorted({path for _, path, handle, _ in asked if handle not in files})
        return routes + [Route(method="OPTIONS", path=path, handle=self._guarded(_nothing), max_bytes=small) for path in called]

    def _options(self) -> Options:
        try:
            return options_of(self._ctx.account.config)
        except BadOption:
            # `check` tells the administrator; the chat goes on with what it has by default.
            return Options()

    def _largest_message(self) -> int:
        return self._options().max_file_mb * 1_400_000 + 100_000

    # -- what a browser loads ------------------------------------------------------------------------------------------

    async def _script(self, request: HttpRequest) -> HttpResponse:
        content = look.script(self._options(), self._ctx.account.name, self._ctx.clock.now())
        # Websites of others load it with a script element, which asks nobody's leave.
        return loaded(request, content, "text/javascript", {"cross-origin-resource-policy": "cross-origin"})

    async def _page(self, request: HttpRequest) -> HttpResponse:
        options = self._options()
        framing = " ".join(sorted(options.origins)) if "*" not in options.origins else "*"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; base-uri 'none';"
            f" form-action 'none'; frame-ancestors 'self' {framing}"
        )
        headers = {"content-security-policy": policy.strip(), "referrer-policy": "no-referrer", "vary": "accept-language"}
        account = self._ctx.account
        content = look.page(options, account.name, f"/c/{account.channel_id}", request.headers.get("accept-language", ""))
        return loaded(request, content, "text/html", headers)

    async def _icon(self, request: HttpRequest) -> HttpResponse:
        return loaded(request, look.icon(self._options()), "image/svg+xml", {})

    async def _page_style(self, request: HttpRequest) -> HttpResponse:
        return loaded(request, look.page_style(), "text/css", {})

    # -- what a visitor does -------------------------------------------------------------------------------------------

    async def _write(self, request: HttpRequest) -> HttpResponse:
        """Take a message; it is stored for good before the browser is told so."""
        new = body_of(request, NewMessage)
        options = self._options()
        session = await self._session_or_new(request, new.word)
        check_message(new)
        if problem := problem_with(new.files, options.max_file_mb * 1_000_000 if options.files else 0):
            raise Refusal(413 if problem == "file_too_large" else 422, problem)
        self._spend(request, session, sum(len(file.content) for file in new.files))
        now = self._ctx.clock.now()
        email = new.email.strip()
        default = _BY_MAIL.get(new.language, _BY_MAIL["en"]).format(email=email) if email else ""
        wrote = Wrote(
            session=session.id, key=new.key, at=now, text=new.text.strip() or default, name=" ".join(new.name.split())[:60],
            email=email, consent_at=now if email else None, consent_text=new.consent_text[:500] if email else "", files=new.files,
        )  # fmt: skip
        await self._ctx.intake.put([item(wrote, now)])
        return as_json(201, {"token": session.token, "key": new.key, "at": now})

    async def _edit(self, request: HttpRequest) -> HttpResponse:
        """Change one's own message."""
        session, changed = await self._session(request), body_of(request, ChangedText)
        check_key(changed.key)
        check_text(changed.text)
        self._spend(request, session)
        now = self._ctx.clock.now()
        revision = int(now.timestamp() * 1_000)
        sent = Changed(session=session.id, key=changed.key, at=now, revision=revision, text=changed.text.strip())
        await self._ctx.intake.put([item(sent, now)])
        return as_json(200, {"token": session.token})

    async def _delete(self, request: HttpRequest) -> HttpResponse:
        """Take one's own message back."""
        session, one = await self._session(request), body_of(request, OneKey)
        check_key(one.key)
        self._spend(request, session)
        now = self._ctx.clock.now()
        await self._ctx.intake.put([item(TookBack(session=session.id, key=one.key, at=now), now)])
        return as_json(200, {"token": session.token})

    async def _forget(self, request: HttpRequest) -> HttpResponse:
        """Delete the whole conversation; the session ends with it."""
        session = await self._session(request)
        now = self._ctx.clock.now()
        await self._ctx.intake.put([item(Left(session=session.id, at=now), now)])
        await self._ctx.memory.put(ended_key(session.id), b"1", ttl_s=_ENDED_FOR_S)
        return as_json(200, {})

    async def _seen(self, request: HttpRequest) -> HttpResponse:
        """Note that answers arrived or were read; only those of the visitor's own conversation count."""
        session, seen = await self._session(request), body_of(request, Seen)
        if len(seen.ids) > 200:
            raise Refusal(422, "body")
        self._allow("reads", session.id, strangers.READS)
        wanted = {str(message_id) for message_id in seen.ids}
        lines = await self._window(session).lines()
        now = self._ctx.clock.now()
        known = [Saw(message=line.id, state=seen.state, at=now) for line in lines if line.ours and line.id in wanted]
        if known:
            await self._ctx.intake.put([item(one, now) for one in known])
        return as_json(200, {"token": session.token})

    # -- what a visitor sees -------------------------------------------------------------------------------------------

    async def _events(self, request: HttpRequest) -> HttpResponse:
        """Stream the conversation as it changes."""
        session = await self._session(request)
        self._allow("reads", session.id, strangers.READS)
        if not self._strangers.may_open_stream(session.id, each=_STREAMS_EACH, most=_MOST_STREAMS):
            raise Refusal(503, "busy", 10.0)
        events = self._window(session).events(request.headers.get("last-event-id", ""))
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return HttpResponse(stream=self._counted(session, events), media_type="text/event-stream", headers=headers)

    async def _counted(self, session: Session, events: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
        with self._strangers.open_stream(session.id):
            try:
                async for event in events:
                    yield event
            finally:
                await events.aclose()

    async def _lines(self, request: HttpRequest) -> HttpResponse:
        """Give the conversation; with `since` and `wait`, as soon as it has changed. For where streams do not get through."""
        session = await self._session(request)
        self._allow("reads", session.id, strangers.READS)
        window = self._window(session)
        since, wait_s = first_of(request, "since"), seconds_of(first_of(request, "wait"))
        lines = await window.lines()
        if digest(lines) == since and wait_s:
            await window.wait(min(wait_s, _LONGEST_POLL_S))
            lines = await window.lines()
        mark = digest(lines)
        return as_json(200, {"mark": mark, "lines": lines if mark != since else None})

    async def _file(self, request: HttpRequest) -> HttpResponse:
        """Give a file of the conversation."""
        session = await self._session(request)
        self._allow("reads", session.id, strangers.READS)
        window = self._window(session)
        found = _file_of(await window.lines(), request.path_params.get("id", ""))
        content = await window.file(found) if found is not None else None
        if found is None or content is None:
            raise Refusal(404, "no_file")
        headers = {
            "content-disposition": "inline" if found.type.startswith("image/") else "attachment",
            "x-content-type-options": "nosniff", "cache-control": "private, max-age=3600",
            "content-security-policy": "sandbox; default-src 'none'",
        }  # fmt: skip
        return HttpResponse(body=content, media_type=found.type, headers=headers)

    # -- who may -------------------------------------------------------------------------------------------------------

    def _guarded(self, handle: Handle) -> Handle:
        """Answer only our own page and the websites that the settings name, and turn refusals into answers."""

        async def guarded(request: HttpRequest) -> HttpResponse:
            origin = request.headers.get("origin", "")
            foreign = bool(origin) and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
            if foreign and not self._options().allows(origin):
                return as_json(403, {"error": "origin"})
            try:
                response = await handle(request)
            except Refusal as refusal:
                retry = {"retry-after": str(int(refusal.wait_s) + 1)} if refusal.wait_s else {}
                response = as_json(refusal.status, {"error": refusal.code, "wait_s": round(refusal.wait_s)}, retry)
            except UnisonoError as error:
                self._ctx.log.error("chat_unavailable", code=error.code)
                response = as_json(503, {"error": "unavailable"}, {"retry-after": "5"})
            return shared(response, origin) if foreign else response

        return guarded

    async def _session(self, request: HttpRequest) -> Session:
        session = await self._sessions.resume(bearer_of(request))
        if session is None:
            raise Refusal(401, "session")
        await self._refuse_ended(session)
        return session

    async def _session_or_new(self, request: HttpRequest, word: str) -> Session:
        known = await self._sessions.resume(bearer_of(request))
        session = known or await self._sessions.begin(word)
        if session is None:
            raise Refusal(401, "session")
        if known is None:
            self._allow("sessions", strangers.network_of(request.client), strangers.SESSIONS)
        await self._refuse_ended(session)
        return session

    async def _refuse_ended(self, session: Session) -> None:
        if await self._ctx.memory.get(ended_key(session.id)) is not None:
            raise Refusal(410, "ended")

    def _spend(self, request: HttpRequest, session: Session, size_bytes: int = 0) -> None:
        where = strangers.network_of(request.client)
        self._allow("messages", session.id, strangers.MESSAGES)
        self._allow("address", where, strangers.ADDRESS)
        if size_bytes:
            self._allow("bytes", where, strangers.BYTES, size_bytes)

    def _allow(self, kind: str, who: str, allowance: strangers.Allowance, amount: float = 1.0) -> None:
        if wait_s := self._strangers.spend(kind, who, allowance, amount):
            raise Refusal(429, "slow_down", wait_s)

    def _window(self, session: Session) -> Window:
        return Window(self._ctx, self._options(), session.id)


async def _nothing(_: HttpRequest) -> HttpResponse:
    """Answer a browser that asks whether it may ask."""
    return HttpResponse(status=204)


def _file_of(lines: list[Shown], file_id: str) -> ShownFile | None:
    return next((file for line in lines for file in line.files if file.id == file_id), None)
