"""Feeds as they are: without ids, without dates, moved, behind a log-in, no feeds at all, or out to do harm."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from unisono.connectors.rss import Feed
from unisono.contract import Account, Created, Edited, Event, PullFailed, Raw, Reject, Unreadable, load_manifest
from unisono.domain.words import ChannelState, ReplyRule
from unisono.testing.clock import START, FakeClock
from unisono.testing.context import make_ctx

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Forum</title>{items}</channel></rss>"""
ITEM = "<item><title>{title}</title><link>https://forum.example/{title}</link>{more}</item>"


class Server:
    """Answers whatever it was told to."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 200, {}, b""
        self.asked: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append({name.lower(): value for name, value in self.headers.items()})
                same = server.headers.get("ETag") and self.headers.get("if-none-match") == server.headers["ETag"]
                body = b"" if same else server.body
                self.send_response(304 if same else server.status)
                for name, value in {**server.headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/feed"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def show(self, *items: str) -> None:
        self.body = RSS.format(items="".join(items)).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@asynccontextmanager
async def feed(server: Server, **config: Any) -> AsyncIterator[Feed]:
    account = Account(channel_id=uuid4(), name="feed", config={"url": server.url, **config})
    async with make_ctx(account, load_manifest(Feed.folder), clock=FakeClock()) as ctx:
        yield Feed(ctx)


def item(title: str, more: str = "") -> str:
    return ITEM.format(title=title, more=more)


async def said(connector: Feed, cursor: str | None = None) -> tuple[list[Event], str | None]:
    page = await connector.pull("entries", cursor, 100)
    return [event for raw in page.raws for event in connector.read(raw)], page.next_cursor


async def test_an_entry_without_id_and_date_is_one_enquiry_with_a_link_to_answer(server: Server) -> None:
    server.show(item("Kaputt", "<description>Der &lt;b&gt;Zähler&lt;/b&gt; steht.&lt;br/&gt;Was nun?</description>"))
    async with feed(server) as connector:
        events, _ = await said(connector)
        created = events[0]
        assert isinstance(created, Created)
        assert (created.subject, created.text) == ("Kaputt", "Der Zähler steht.\nWas nun?")
        assert created.author.display_name == "Forum"
        assert created.can_reply.rule is ReplyRule.DEEPLINK
        assert created.can_reply.url == "https://forum.example/Kaputt"
        assert created.addressed
    async with feed(server, work=False) as quiet:
        (created, _), _ = await said(quiet)
        assert isinstance(created, Created)
        assert not created.addressed


async def test_the_same_feed_brings_nothing_twice_and_an_unchanged_one_is_not_sent_again(server: Server) -> None:
    server.show(item("Eins"), item("Zwei"))
    server.headers = {"ETag": '"a"'}
    async with feed(server) as connector:
        events, cursor = await said(connector)
        assert len({event.remote_id for event in events if isinstance(event, Created)}) == 2
        assert await said(connector, cursor) == ([], cursor)
        assert server.asked[-1]["if-none-match"] == '"a"'
        server.headers = {}
        again = await connector.pull("entries", cursor, 100)
        assert again.raws == [], "without a mark of the server the content itself tells that nothing is new"


async def test_an_entry_that_reads_otherwise_is_a_new_version(server: Server) -> None:
    server.show(item("Eins", "<guid>1</guid><description>Alt</description>"))
    async with feed(server) as connector:
        first = await connector.pull("entries", None, 100)
        server.show(item("Eins", "<guid>1</guid><description>Neu</description>"))
        connector._ctx.clock.advance(60)
        second = await connector.pull("entries", first.next_cursor, 100)
        assert first.raws[0].ingest_key != second.raws[0].ingest_key
        edits = [event for raw in (*first.raws, *second.raws) for event in connector.read(raw) if isinstance(event, Edited)]
        assert edits[0].revision < edits[1].revision
        assert edits[1].text == "Neu"


async def test_when_all_that_is_known_has_left_the_feed_a_gap_is_told_once(server: Server) -> None:
    async with feed(server) as connector:
        server.show(*(item(f"Alt{n}") for n in range(5)))
        page = await connector.pull("entries", None, 100)
        server.show(*(item(f"Mitte{n}") for n in range(3)), item("Alt4"))
        page = await connector.pull("entries", page.next_cursor, 100)
        assert not page.gap
        server.show(*(item(f"Neu{n}") for n in range(5)))
        page = await connector.pull("entries", page.next_cursor, 100)
        assert page.gap
        assert not (await connector.pull("entries", page.next_cursor, 100)).gap


@pytest.mark.parametrize(
    "cursor", ["", "garbage", '{"v": 9}', '{"v": 1, "of": "x", "done": 10000}', "[" * 5_000, '{"v":1,"done":-4}']
)
async def test_a_spoilt_cursor_begins_anew(server: Server, cursor: str) -> None:
    server.show(item("Eins"), item("Zwei"))
    async with feed(server) as connector:
        assert len((await connector.pull("entries", cursor, 100)).raws) == 2


async def test_a_large_feed_comes_in_pages(server: Server) -> None:
    server.show(*(item(f"Nr{n:03}") for n in range(250)))
    async with feed(server) as connector:
        seen: list[str] = []
        cursor, more = None, True
        while more:
            page = await connector.pull("entries", cursor, 100)
            seen += [raw.ingest_key for raw in page.raws]
            cursor, more = page.next_cursor, page.has_more
        assert len(seen) == len(set(seen)) == 250


@pytest.mark.parametrize(
    ("status", "headers", "state", "word"),
    [
        (404, {}, ChannelState.MISCONFIGURED, "neue Adresse"),
        (410, {}, ChannelState.MISCONFIGURED, "neue Adresse"),
        (401, {}, ChannelState.FORBIDDEN, "Anmeldung"),
        (429, {"Retry-After": "120"}, ChannelState.THROTTLED, "seltener"),
        (503, {"Retry-After": "60"}, ChannelState.THROTTLED, "seltener"),
        (500, {}, ChannelState.UNREACHABLE, "Störung"),
        (301, {"Location": "https://elsewhere.example/feed"}, ChannelState.MISCONFIGURED, ""),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    server: Server, status: int, headers: dict[str, str], state: ChannelState, word: str
) -> None:
    server.status, server.headers = status, headers
    async with feed(server) as connector:
        health = await connector.check()
        assert health.state is state
        assert health.field == "url"
        assert word in health.texts.get("de", health.what)


async def test_a_page_instead_of_a_feed_names_the_feed_that_it_names(server: Server) -> None:
    server.body = b'<html><head><link rel="alternate" type="application/rss+xml" href="/forum.rss"></head><p>Hallo</html>'
    async with feed(server) as connector:
        health = await connector.check()
        assert health.state is ChannelState.MISCONFIGURED
        assert "/forum.rss" in health.texts["de"]


async def test_a_feed_that_declares_entities_is_refused(server: Server) -> None:
    bomb = (
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    server.body = RSS.format(items=item("&b;&f;")).replace("<rss", f"{bomb}<rss").encode()
    async with feed(server) as connector:
        with pytest.raises(PullFailed):
            await connector.pull("entries", None, 100)


async def test_nothing_is_ever_sent_into_a_feed_and_what_is_no_entry_is_kept_for_a_person(server: Server) -> None:
    server.show(item("Eins"))
    async with feed(server) as connector:
        assert isinstance(await connector.send(None, 1), Reject)  # type: ignore[arg-type]
        with pytest.raises(Unreadable):
            connector.read(Raw(ingest_key="x", body=b'{"id": 7}', received_at=connector._ctx.clock.now()))


async def test_as_a_source_a_feed_tells_each_entry_once_and_goes_on_from_its_place(server: Server) -> None:
    server.show(item("zwei", "<description>mit Text</description><author>zoe@forum.example</author>"), item("eins"))
    async with feed(server) as connector:
        steps = connector.overhear(None)
        first = await anext(steps)
        assert [post.text for post in first.posts] == ["eins", "zwei\nmit Text"]
        assert (first.posts[1].url, first.at) == ("https://forum.example/zwei", START)
        # Asked again after a while: only what is new, and the place says how far it came.
        server.show(item("drei"), item("zwei", "<description>mit Text</description><author>zoe@forum.example</author>"))
        second = await anext(steps)
        assert [post.text for post in second.posts if post.text == "drei"] == ["drei"]
        await steps.aclose()
    async with feed(server) as again:
        steps = again.overhear(second.place)
        assert (await anext(steps)).posts == ()
        await steps.aclose()
        server.show(item("ganz anders"))
        steps = again.overhear(second.place)
        assert (await anext(steps)).gap
        await steps.aclose()
