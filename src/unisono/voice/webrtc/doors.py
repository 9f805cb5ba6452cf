"""The HTTP routes of a line's page, for visitors' browsers. Nothing here needs a cookie; a call is named in `Authorization`."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from unisono.contract import HttpRequest, HttpResponse, Route
from unisono.contract.voice import CALLER
from unisono.domain.errors import Invalid, UnisonoError
from unisono.service.channel_context import Outside
from unisono.voice.webrtc import acts, call_backs, look, visitors
from unisono.voice.webrtc.board import Board, decode
from unisono.voice.webrtc.exchange import MOST_PIECE_BYTES, MOST_WORD_BYTES, Exchange
from unisono.voice.webrtc.relays import Relays
from unisono.voice.webrtc.views import VisitorView, visitor_view

_T = TypeVar("_T")
Handle = Callable[[HttpRequest], Awaitable[HttpResponse]]
_SMALL: Final = 4_000
# The page takes silence for a broken line after 12 s.
_BEAT_S: Final = 4.0
_BEARER: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{10,60})")
#: What the page has words for, and the visitor can do something about.
_CONFLICTS: Final = frozenset(
    {"not_recording", "pieces_missing"}
    | {"no_call_backs", "other_consent", "window_gone", "not_called_from_here", "too_many_wishes"}
)
_RECORDING: Final = re.compile(r"[0-9]{1,6}")


class Refusal(Exception):
    """What a visitor's browser is answered instead."""

    def __init__(self, status: int, code: str, wait_s: float = 0.0) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.wait_s = wait_s


class NewCall(Struct, frozen=True, kw_only=True):
    """A visitor calls. word: random, made by the browser."""

    word: str
    language: str = "en"
    name: str = ""
    number: str = ""


class SaidWord(Struct, frozen=True, kw_only=True):
    """What this end has to say of its connection with another."""

    peer: str
    word: dict[str, Any]


class Key(Struct, frozen=True, kw_only=True):
    """A key that was pressed."""

    key: str


class Whole(Struct, frozen=True, kw_only=True):
    """A message is complete, and the call with it; with no pieces it was thrown away."""

    pieces: int
    seconds: float = 0.0
    type: str = ""


class Hall(Struct, frozen=True, kw_only=True):
    """What the doors of all lines share. key: what calls' names and tokens are made of. most_calls: at once, in the house.

    outside: what wishes to be called back come in by; without it pages offer none.
    """

    exchange: Exchange
    key: bytes
    relays: Relays
    allowances: visitors.Allowances
    most_calls: int = 500
    outside: Outside | None = None


class Doors:
    """Handles the requests of one line's visitors. base: the path of the line's page."""

    def __init__(self, hall: Hall, line: str, line_look: look.LineLook, base: str) -> None:
        self._hall = hall
        self._exchange = hall.exchange
        self._line = line
        self._look = line_look
        self._base = base

    def routes(self) -> list[Route]:
        """Return the routes; they answer other websites only if the line's settings name them."""
        files: list[tuple[str, Handle]] = [
            ("/", self._page), ("/page.css", self._page_style), ("/icon.svg", self._icon), ("/call.js", self._script),
        ]  # fmt: skip
        asked: list[tuple[str, str, Handle, int]] = [
            ("POST", "/calls", self._call, _SMALL),
            ("GET", "/events", self._events, _SMALL),
            ("POST", "/word", self._word, MOST_WORD_BYTES + _SMALL),
            ("POST", "/key", self._key, _SMALL),
            ("POST", "/message/{n}", self._piece, MOST_PIECE_BYTES),
            ("POST", "/message", self._message, _SMALL),
            ("POST", "/hang-up", self._hang_up, _SMALL),
            ("GET", "/call-back", self._call_back_offer, _SMALL),
            ("POST", "/call-back", self._call_back, _SMALL),
        ]
        found = [Route(method="GET", path=path, handle=self._guarded(handle), max_bytes=_SMALL) for path, handle in files]
        for method, path, handle, size in asked:
            found.append(Route(method=method, path=path, handle=self._guarded(handle), max_bytes=size))
        asking = dict.fromkeys(path for _, path, _, _ in asked)
        return found + [Route(method="OPTIONS", path=path, handle=self._guarded(_nothing), max_bytes=_SMALL) for path in asking]

    # -- what a browser loads ------------------------------------------------------------------------------------------

    async def _script(self, request: HttpRequest) -> HttpResponse:
        # Websites of others load it with a script element, which asks nobody's leave.
        return _loaded(request, look.script(self._look), "text/javascript", {"cross-origin-resource-policy": "cross-origin"})

    async def _page(self, request: HttpRequest) -> HttpResponse:
        framing = " ".join(sorted(self._look.origins)) if "*" not in self._look.origins else "*"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self' blob:;"
            f" base-uri 'none'; form-action 'none'; frame-ancestors 'self' {framing}"
        )
        headers = {
            "content-security-policy": policy.strip(), "referrer-policy": "no-referrer", "vary": "accept-language",
            "permissions-policy": "microphone=(self), camera=(), geolocation=()",
        }  # fmt: skip
        content = look.page(self._look, self._base, request.headers.get("accept-language", ""))
        return _loaded(request, content, "text/html", headers)

    async def _page_style(self, request: HttpRequest) -> HttpResponse:
        return _loaded(request, look.page_style(), "text/css", {})

    async def _icon(self, request: HttpRequest) -> HttpResponse:
        return _loaded(request, look.icon(self._look), "image/svg+xml", {})

    # -- what a visitor does -------------------------------------------------------------------------------------------

    async def _call(self, request: HttpRequest) -> HttpResponse:
        """Call. The same word twice is the same call."""
        new = _body_of(request, NewCall)
        made = visitors.pass_of(self._hall.key, self._line, new.word)
        if made is None:
            raise Refusal(422, "body")
        board = await self._exchange.board(made.call_id)
        if board is None:
            self._allow("calls", visitors.network_of(request.client), visitors.CALLS)
            async with self._exchange.db.read() as tx:
                if await tx.browser_calls.count() >= self._hall.most_calls:
                    raise Refusal(503, "busy", 30.0)
            change = acts.offer(
                made.call_id, self._line, self._exchange.clock.now(), visitor=made.visitor, name=_line(new.name, 60),
                number=_line(new.number, 30), language=new.language[:2] if new.language[:2] in ("de", "en") else "en",
            )  # fmt: skip
            await self._exchange.begin(visitors.digest_of(made.token), change)
            board = await self._exchange.board(made.call_id) or change.board
        answer = {"token": made.token, "call": await self._view(board), "servers": self._hall.relays.now()}
        return _as_json(201, answer)

    async def _word(self, request: HttpRequest) -> HttpResponse:
        """Say something about a connection."""
        board, said = await self._board(request), _body_of(request, SaidWord)
        await self._exchange.say(board, CALLER, said.peer, said.word)
        return _as_json(200, {})

    async def _key(self, request: HttpRequest) -> HttpResponse:
        """Press a key."""
        board, pressed = await self._board(request), _body_of(request, Key)
        if pressed.key not in acts.KEYS:
            raise Refusal(422, "body")
        await self._exchange.act(board.call_id, lambda so, now: acts.press(so, CALLER, pressed.key, now))
        return _as_json(200, {})

    async def _hang_up(self, request: HttpRequest) -> HttpResponse:
        """Hang up."""
        board = await self._board(request)
        await self._exchange.act(board.call_id, lambda so, now: acts.leave(so, CALLER, now))
        return _as_json(200, {})

    async def _piece(self, request: HttpRequest) -> HttpResponse:
        """Take a piece of a message that the visitor leaves."""
        board, n = await self._board(request), request.path_params.get("n", "")
        recording_id = _message_of(board)
        if not _RECORDING.fullmatch(n) or not recording_id:
            raise Refusal(409, "not_recording")
        await self._exchange.take_piece(board, "", recording_id, int(n), request.body)
        return _as_json(200, {})

    async def _message(self, request: HttpRequest) -> HttpResponse:
        """The message is complete, or was thrown away."""
        board, whole = await self._board(request), _body_of(request, Whole)
        recording_id = _message_of(board)
        if recording_id and whole.pieces <= 0:
            # Thrown away: the visitor may begin anew.
            await self._exchange.forget_recording(recording_id)
        elif recording_id:
            await self._exchange.conclude(board, recording_id, pieces=whole.pieces, media_type=whole.type, seconds=whole.seconds)
            await self._exchange.act(board.call_id, lambda so, now: acts.leave(so, CALLER, now))
        return _as_json(200, {})

    async def _call_back_offer(self, request: HttpRequest) -> HttpResponse:
        """Return when a visitor can be called back, and the words that they agree to."""
        self._allow("asks", visitors.network_of(request.client), visitors.ASKS)
        offered = await call_backs.offer(self._outside(), self._line, (request.query.get("language") or ["en"])[0])
        return _as_json(200, offered)

    async def _call_back(self, request: HttpRequest) -> HttpResponse:
        """Take in that a visitor wishes to be called back. The same word twice is one wish."""
        wish = _body_of(request, call_backs.Wish)
        self._allow("wishes", visitors.network_of(request.client), call_backs.WISHES)
        if not await call_backs.ask(self._outside(), self._line, wish):
            raise Refusal(422, "body")
        return _as_json(201, {})

    def _outside(self) -> Outside:
        if self._hall.outside is None:
            raise Refusal(409, "no_call_backs")
        return self._hall.outside

    # -- what a visitor sees -------------------------------------------------------------------------------------------

    async def _events(self, request: HttpRequest) -> HttpResponse:
        """Stream the call as it changes, the whole of it each time."""
        board = await self._board(request)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return HttpResponse(stream=self._stream(board.call_id), media_type="text/event-stream", headers=headers)

    async def _stream(self, call_id: str) -> AsyncIterator[bytes]:
        before = b""
        while True:
            # Listening begins before reading, so that nothing falls between the two.
            async with self._exchange.bell.listen(self._exchange.topic(call_id)) as listener:
                async with self._exchange.db.write() as tx:
                    kept = await tx.browser_calls.board(call_id)
                    if kept is not None:
                        await tx.browser_calls.seen(call_id, CALLER)
                view = await self._view(decode(kept)) if kept is not None else VisitorView(step="ended", rev=0, cause="lost")
                now = msgspec.json.encode(view)
                yield b"event: call\ndata: " + now + b"\n\n" if now != before else b": still here\n\n"
                before = now
                if view.step == "ended":
                    return
                await listener.wait(_BEAT_S)

    async def _view(self, board: Board) -> VisitorView:
        words = await self._exchange.words(board.call_id, CALLER)
        return visitor_view(board, words, await self._exchange.first_names(board))

    # -- who may -------------------------------------------------------------------------------------------------------

    def _guarded(self, handle: Handle) -> Handle:
        """Answer only our own page and the websites that the settings name, and turn refusals into answers."""

        async def guarded(request: HttpRequest) -> HttpResponse:
            origin = request.headers.get("origin", "")
            foreign = bool(origin) and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
            if foreign and not self._look.allows(origin):
                return _as_json(403, {"error": "origin"})
            try:
                response = await handle(request)
            except Refusal as refusal:
                retry = {"retry-after": str(int(refusal.wait_s) + 1)} if refusal.wait_s else {}
                response = _as_json(refusal.status, {"error": refusal.code, "wait_s": round(refusal.wait_s, 1)}, retry)
            except UnisonoError as error:
                status = 422 if isinstance(error, Invalid) else 409 if error.code in _CONFLICTS else 503
                response = _as_json(status, {"error": error.code if status != 503 else "unavailable"})
            return _shared(response, origin) if foreign else response

        return guarded

    async def _board(self, request: HttpRequest) -> Board:
        found = _BEARER.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            raise Refusal(401, "session")
        digest = visitors.digest_of(found[1])
        self._allow("asks", digest.hex(), visitors.ASKS)
        async with self._exchange.db.read() as tx:
            kept = await tx.browser_calls.by_token(digest)
        if kept is None:
            raise Refusal(410, "ended")
        return decode(kept.board)

    def _allow(self, kind: str, who: str, allowance: tuple[float, float]) -> None:
        if wait_s := self._hall.allowances.spend(kind, who, allowance):
            raise Refusal(429, "slow_down", wait_s)


def _message_of(board: Board) -> str:
    """Return which message the visitor leaves, or just left; empty for none."""
    found = [one.recording_id for one in (board.taking, *board.finishing) if one is not None and not one.user_id]
    return found[0] if found else ""


async def _nothing(_: HttpRequest) -> HttpResponse:
    """Answer a browser that asks whether it may ask."""
    return HttpResponse(status=204)


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _body_of(request: HttpRequest, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.MsgspecError as error:
        raise Refusal(422, "body") from error


def _shared(response: HttpResponse, origin: str) -> HttpResponse:
    """Return an answer that a page of another website may read. Source: Fetch standard, CORS protocol."""
    headers = {
        "access-control-allow-origin": origin, "vary": "origin", "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type", "access-control-max-age": "7200",
        "cross-origin-resource-policy": "cross-origin", "access-control-expose-headers": "retry-after",
    }  # fmt: skip
    return msgspec.structs.replace(response, headers={**response.headers, **headers})


def _loaded(request: HttpRequest, content: bytes, media_type: str, headers: dict[str, str]) -> HttpResponse:
    mark = look.mark_of(content)
    headers = {**headers, "etag": mark, "cache-control": "public, max-age=300", "x-content-type-options": "nosniff"}
    if request.headers.get("if-none-match") == mark:
        return HttpResponse(status=304, headers=headers, media_type=media_type)
    return HttpResponse(body=content, headers=headers, media_type=f"{media_type}; charset=utf-8")


def _as_json(status: int, value: object, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(status=status, body=msgspec.json.encode(value), headers={"cache-control": "no-store", **(headers or {})})
