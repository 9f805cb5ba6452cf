"""The lab of feeds: a forum on a port of this machine, whose entries stand in an Atom feed."""

# ruff: noqa: ARG002 - the method of the base takes more than a forum needs

import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from msgspec import Struct

from unisono.contract import Clock
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import FaultProxy, Match
from unisono.testing.lab import ANNA, Item, Lab, LabFile, Setting, Shown, Wire

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:n="urn:next-year">'
    "<title>Forum</title><id>urn:forum</id>"
)


class Written(Struct):
    """An entry of the forum. Source of the form: RFC 4287."""

    id: str
    who: str
    text: str
    at: datetime
    changed: datetime
    extra: str = ""

    def xml(self) -> str:
        """Return the entry as it stands in the feed."""
        stamps = f"<published>{self.at.isoformat()}</published><updated>{self.changed.isoformat()}</updated>"
        author = f"<author><name>{self.who.title()}</name><uri>https://forum.example/{self.who}</uri></author>"
        return (
            f'<entry><id>{self.id}</id><title>Beitrag</title><link href="https://forum.example/{self.id}"/>{author}{stamps}'
            f'<content type="html">{escape(escape(self.text))}</content>{self.extra}</entry>'
        )


class FeedLab(Lab):
    """People who write in a forum."""

    connector: ClassVar[str] = "rss"
    peer: ClassVar[str] = "a forum's Atom feed of unisono.testing"

    async def start(self, clock: Clock) -> None:
        """Start the forum's server, and the proxy."""
        self.clock = clock
        self._lock = threading.RLock()
        self._entries: list[Written] = []
        self._forum = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self._proxy = FaultProxy(int(self._server.server_address[1]))
        await self._proxy.start()

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        self._server.shutdown()
        self._server.server_close()

    async def fresh(self) -> Setting:
        """Open another forum."""
        self._proxy.calm()
        with self._lock:
            self._entries, self._forum = [], self._forum + 1
        return Setting(config={"url": f"{self._proxy.url}/{self._forum}/feed.atom"})

    @property
    def wires(self) -> Sequence[Wire]:
        """The feed is fetched; nothing is sent."""
        return (Wire(proxy=self._proxy, reads=Match(methods=("GET",), path=r"/feed\.atom$")),)

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write an entry."""
        return self._item(self._write(text, who, at))

    async def flood(self, texts: Sequence[str]) -> None:
        """Write many."""
        for text in texts:
            self._write(text, ANNA, None)

    def _write(self, text: str, who: str, at: datetime | None, extra: str = "") -> Written:
        with self._lock:
            when = (at or self.clock.now()).astimezone(UTC)
            entry = Written(f"urn:forum:{self._forum}:{len(self._entries)}", who, text, when, when, extra)
            self._entries.append(entry)
            return entry

    async def edit(self, item: Item, text: str) -> Item:
        """Change an entry."""
        with self._lock:
            item.handle.text, item.handle.changed = text, self.clock.now().astimezone(UTC)
        return self._item(item.handle)

    async def say_strangely(self, text: str) -> Item:
        """Write an entry with elements of another namespace."""
        return self._item(self._write(text, ANNA, None, "<n:mood level='3'><n:of>tomorrow</n:of></n:mood>"))

    async def shown(self) -> list[Shown]:
        """Nothing of ours ever stands there."""
        return []

    def _item(self, entry: Written) -> Item:
        return Item(text=entry.text, who=entry.who, visibility=Visibility.PUBLIC, handle=entry)

    def feed(self) -> bytes:
        """Return the feed as it stands, newest first."""
        with self._lock:
            return (_HEAD + "".join(entry.xml() for entry in reversed(self._entries)) + "</feed>").encode()


def _handler_of(lab: FeedLab) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = lab.feed()
            mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            known = self.headers.get("if-none-match") == mark
            self.send_response(304 if known else 200)
            self.send_header("etag", mark)
            self.send_header("content-type", "application/atom+xml")
            self.send_header("content-length", "0" if known else str(len(body)))
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


lab = FeedLab
