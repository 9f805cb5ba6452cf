"""What a visitor sees of their conversation, and how it changes while they look."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.connectors.webchat.options import Options
from unisono.contract import Author, Ctx, Line
from unisono.domain.words import DeliveryState, Direction

_PAGE = 200
_MOST_LINES = 2_000
# An answer changes while it is young; what stands further up is read anew when the page is opened again.
_TAIL = 30
_CALM_S = 15.0
_LIVELY_S = 2.5
_LIVELY_FOR = timedelta(minutes=3)
_AWAKE_FOR = timedelta(minutes=30)
_LIFE = timedelta(minutes=10)
_OUT = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ})


class ShownFile(Struct, frozen=True, kw_only=True):
    """A file; its bytes are asked for by id."""

    id: str
    name: str
    type: str
    size: int
    alt: str


class Shown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message on the visitor's screen. `key` is the browser's own key of a message that was written there."""

    id: str
    ours: bool
    at: datetime
    text: str = ""
    key: str = ""
    name: str = ""
    edited: bool = False
    deleted: bool = False
    unread: bool = False
    files: tuple[ShownFile, ...] = ()


class Window:
    """One visitor's view."""

    def __init__(self, ctx: Ctx, options: Options, session_id: str) -> None:
        self._ctx = ctx
        self._options = options
        self._session = session_id
        self._author = Author(remote_id=session_id)

    async def lines(self) -> list[Shown]:
        """Return the whole conversation, oldest first."""
        return await self._read_after(None, _MOST_LINES)

    async def file(self, shown: ShownFile) -> bytes | None:
        """Return a file's bytes, if it is there."""
        found: bytes | None = await self._ctx.transcripts.file(self._session, self._author, msgspec.convert(shown.id, UUID))
        return found

    async def wait(self, timeout_s: float) -> bool:
        """Wait until something happened in the conversation."""
        return await self._ctx.transcripts.wait(self._session, timeout_s)

    async def events(self, last_seen: str) -> AsyncGenerator[bytes, None]:
        """Yield server-sent events: `lines` with all or the changed messages, `typing`, and how to go on at the end.

        last_seen: the id of the last `lines` event that the browser has; if nothing changed since, nothing is repeated.
        """
        began = self._ctx.clock.now()
        lines = await self.lines()
        if (now_seen := digest(lines)) != last_seen:
            yield _event("lines", {"all": True, "lines": lines}, now_seen)
        else:
            yield _event("same", {})
        typing, read_at = False, began
        while (now := self._ctx.clock.now()) - began < _LIFE:
            last_at = lines[-1].at if lines else began
            if now - max(last_at, began) > _AWAKE_FOR:
                yield _event("sleep", {})
                return
            lively = now - last_at < _LIVELY_FOR
            # Listening begins before reading, so that nothing falls between the two.
            waiter = asyncio.ensure_future(self.wait(_LIVELY_S if lively else _CALM_S))
            try:
                await asyncio.sleep(0)
                if lively and (is_typing := await self._is_typing()) != typing:
                    typing = is_typing
                    yield _event("typing", {"on": typing})
                rang = await waiter
            finally:
                waiter.cancel()
            now = self._ctx.clock.now()
            if not rang and (now - read_at).total_seconds() < _CALM_S:
                continue
            newer, read_at = await self._refreshed(lines), now
            if newer == lines:
                yield b": still here\n\n"
                continue
            changed, gone = _difference(lines, newer)
            lines = newer
            yield _event("lines", {"all": False, "lines": changed, "gone": gone}, digest(lines))
        yield _event("again", {})

    async def _is_typing(self) -> bool:
        return await self._ctx.memory.get(typing_key(self._session)) is not None

    async def _refreshed(self, lines: list[Shown]) -> list[Shown]:
        if len(lines) <= _TAIL:
            return await self.lines()
        kept = lines[:-_TAIL]
        return kept + await self._read_after(kept[-1].id, _MOST_LINES - len(kept))

    async def _read_after(self, after: str | None, most: int) -> list[Shown]:
        found: list[Shown] = []
        place = None if after is None else msgspec.convert(after, UUID)
        for _ in range(_MOST_LINES // _PAGE):
            page = await self._ctx.transcripts.read(self._session, self._author, after=place, limit=_PAGE)
            found += [self._shown(line) for line in page if _may_show(line)]
            if len(page) < _PAGE or len(found) >= most:
                break
            place = page[-1].message_id
        return found[:most]

    def _shown(self, line: Line) -> Shown:
        ours = line.direction is Direction.OUTBOUND
        files = tuple(
            ShownFile(id=str(file.id), name=file.name, type=file.media_type, size=file.size_bytes, alt=file.alt_text)
            for file in line.files
        )
        return Shown(
            id=str(line.message_id), ours=ours, at=line.said_at, text="" if line.deleted else line.text,
            key="" if ours else (line.remote_id or "").rpartition("/")[2], name=self._name(line.author_name) if ours else "",
            edited=line.revision > 0 and not line.deleted, deleted=line.deleted,
            unread=ours and line.state is not DeliveryState.READ, files=() if line.deleted else files,
        )  # fmt: skip

    def _name(self, full: str) -> str:
        match self._options.agent_names:
            case "full":
                return full
            case "first":
                return full.split(" ")[0]
        return ""


def typing_key(session_id: str) -> str:
    """Return under which key it is remembered for some seconds that a colleague writes to this visitor."""
    return f"typing:{session_id}"


def digest(lines: Sequence[Shown]) -> str:
    """Return a mark of a whole conversation as it stands; two that look alike have the same."""
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()[:24]


def _may_show(line: Line) -> bool:
    """An answer shows once it has left the house; one that waits for approval, or failed, does not."""
    return line.direction is Direction.INBOUND or (line.direction is Direction.OUTBOUND and line.state in _OUT)


def _difference(old: Sequence[Shown], new: Sequence[Shown]) -> tuple[list[Shown], list[str]]:
    before = {line.id: line for line in old}
    after = {line.id for line in new}
    return [line for line in new if before.get(line.id) != line], [line_id for line_id in before if line_id not in after]


def _event(name: str, data: object, event_id: str = "") -> bytes:
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"
