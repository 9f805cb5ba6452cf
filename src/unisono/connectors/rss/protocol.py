"""The connector: a feed that is asked politely, and only for what is new."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from unisono.connectors.rss.public import overheard
from unisono.connectors.rss.reading import Entry, NoFeed, entries_of, raw_of, read_entry
from unisono.connectors.rss.words import trouble
from unisono.contract import (
    MISSHAPEN,
    Caps,
    Ctx,
    Event,
    Health,
    HostRefused,
    NotReached,
    NotSent,
    OutMessage,
    Overheard,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    Reject,
    Response,
    SendResult,
    ThreadRef,
    pause_of,
)
from unisono.domain.words import ChannelState, Visibility

LARGEST_FEED: Final = 20_000_000
#: How often a feed is asked that is heard by itself, as the manifest says of a channel's; and entries at a time.
ASKED_EVERY_S: Final = 300.0
MOST_HEARD: Final = 200
_LATER_S: Final = 3_600.0
_REMEMBERED: Final = 50


class Cursor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we have. of: hash of the feed as it was; done: so many of its entries were taken; newest: marks of some of them."""

    v: int = 1
    etag: str = ""
    modified: str = ""
    of: str = ""
    done: int = 0
    newest: tuple[str, ...] = ()


class Feed:
    """One feed."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._url = str(ctx.account.config.get("url", ""))
        self._parsed: tuple[str, list[Entry]] = ("", [])

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what feeds can do: tell, and tell of changes. Answers are given where the entry stands."""
        return Caps(reply=False, visibilities=(Visibility.PUBLIC,), echo=False, threads=False, reconcile=False, edits=True)

    async def check(self) -> Health:
        """Fetch the feed and see whether it is one."""
        try:
            answer = await self._fetched(Cursor())
            entries = await self._entries(answer)
        except HostRefused as error:
            return Health(state=ChannelState.MISCONFIGURED, what=str(error), field="url")
        except PullFailed as error:
            return error.health
        name = next((entry.feed for entry in entries if entry.feed), "")
        return Health(state=ChannelState.OK, remote_id=self._url, handle=name, realm=self._realm)

    @property
    def _realm(self) -> str:
        return urlsplit(self._url).hostname or ""

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return entries that the feed did not show before, oldest first; a feed that stands unchanged costs one short answer."""
        known = _cursor(cursor)
        answer = await self._fetched(known)
        if answer.status == 304:
            return Page(raws=[], next_cursor=cursor)
        entries = await self._entries(answer)
        digest = self._parsed[0]
        done = known.done if known.of == digest and known.done <= len(entries) else 0
        some = entries[done : done + limit]
        now = self._ctx.clock.now()
        reached, more = done + len(some), done + len(some) < len(entries)
        marks = {_mark(entry) for entry in entries}
        # Feeds show their newest entries only: when nothing that we know is left among them, some went by unseen.
        gap = bool(known.newest and entries and known.of != digest and not marks & set(known.newest))
        after = Cursor(
            # The feed is only called unchanged once all of it was taken.
            etag="" if more else answer.headers.get("etag", ""), modified="" if more else answer.headers.get("last-modified", ""),
            of=digest, done=reached, newest=known.newest if more else tuple(_mark(e) for e in entries[-_REMEMBERED:]),
        )  # fmt: skip
        return Page(
            raws=[raw_of(entry, now) for entry in some], next_cursor=msgspec.json.encode(after).decode(), has_more=more, gap=gap
        )

    async def _fetched(self, known: Cursor) -> Response:
        headers = {"accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"}
        if known.etag:
            headers["if-none-match"] = known.etag
        if known.modified:
            headers["if-modified-since"] = known.modified
        try:
            answer = await self._ctx.http.request("GET", self._url, headers=headers, max_bytes=LARGEST_FEED)
        except NotReached as error:
            raise PullFailed(trouble("silent", url=self._url, why=error)) from error
        self._demand(answer)
        return answer

    def _demand(self, answer: Response) -> None:
        match answer.status:
            case 304 | 200:
                return
            case 301 | 302 | 303 | 307 | 308:
                to = urljoin(self._url, answer.headers.get("location", ""))
                raise PullFailed(trouble("moved", to=to), _LATER_S)
            case 401 | 403:
                raise PullFailed(trouble("forbidden", status=answer.status), _LATER_S)
            case 404 | 410:
                raise PullFailed(trouble("gone", status=answer.status), _LATER_S)
            case 429:
                raise PullFailed(trouble("pause"), pause_of(answer, self._ctx.clock.now(), _LATER_S))
            case 503 if "retry-after" in answer.headers:
                raise PullFailed(trouble("pause"), pause_of(answer, self._ctx.clock.now()))
        raise PullFailed(trouble("trouble", status=answer.status))

    async def _entries(self, answer: Response) -> list[Entry]:
        digest = hashlib.sha256(answer.body).hexdigest()[:32]
        if self._parsed[0] != digest:
            try:
                # A large feed takes its time; whoever else works in this process does not wait for it.
                entries = await asyncio.to_thread(entries_of, answer.body, self._ctx.clock.now())
            except NoFeed as error:
                at = urljoin(self._url, error.elsewhere)
                hint = (f"The page names one: {at} ", f"Die Seite nennt einen: {at} ") if error.elsewhere else ("", "")
                raise PullFailed(trouble("page", hint=hint), _LATER_S) from None
            self._parsed = (digest, entries)
        return self._parsed[1]

    async def overhear(self, place: str | None) -> AsyncIterator[Overheard]:
        """Yield what stands in the feed, and then what is new in it as often as it is asked. Raises PullFailed, HostRefused."""
        while True:
            page = await self.pull("entries", place, MOST_HEARD)
            place = page.next_cursor
            yield overheard(page, self._realm, self._ctx.clock.now())
            if not page.has_more:
                await self._ctx.clock.sleep(ASKED_EVERY_S)

    def read(self, raw: Raw) -> list[Event]:
        """Return what an entry says. Pure. Raises Unreadable."""
        return read_entry(raw, self._realm, work=bool(self._ctx.account.config.get("work", True)))

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Refuse: a feed takes nothing."""
        return Reject(code="no_reply", human="A feed takes no answers. Answer where the entry stands; the link leads there.")

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Nothing was ever sent."""
        return NotSent()


def _cursor(text: str | None) -> Cursor:
    try:
        found = msgspec.json.decode(text or "{}", type=Cursor)
    except MISSHAPEN:
        return Cursor()
    return found if found.v == 1 and found.done >= 0 else Cursor()


def _mark(entry: Entry) -> str:
    return hashlib.sha256(entry.id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
