"""Public streams over real sockets: Jetstream by web socket, a Mastodon server by server-sent events; cut, repeated, flooded, gone."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.kit import House, OneConnector, Person, Scripted
from tests.service.test_listening import ear, found, heard, monitor, post, said, somebody, source
from unisono.app.registry import Connectors
from unisono.contract import Overheard, Sought
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.egress.client import EgressFactory
from unisono.service.listening.sources import add_source, list_sources
from unisono.testing.clock import RealClock

POST = "app.bsky.feed.post"
NOW = datetime.now(UTC)


class Jetstream:
    """A stream that keeps what was said, sends it again from a cursor on, and hangs up when it is told to."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.events: list[dict[str, Any]] = []
        self.cursors: list[int | None] = []
        self.cut_after: int | None = None
        self.url = ""

    def say(self, key: str, text: str, *, did: str = "did:plc:zoe", ago_s: float = 30.0, operation: str = "create") -> None:
        said_at = self.house.clock.now() - timedelta(seconds=ago_s)
        at = int(said_at.timestamp() * 1e6) + len(self.events)
        commit: dict[str, Any] = {"operation": operation, "collection": POST, "rkey": key}
        if operation == "create":
            commit["record"] = {"text": text, "langs": ["de"], "createdAt": said_at.isoformat()}
        self.events.append({"did": did, "time_us": at, "kind": "commit", "commit": commit})

    async def tell(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        query = parse_qs(urlsplit(socket.request.path).query)
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        self.cursors.append(cursor)
        sent = 0
        for event in self.events:
            if cursor is None or event["time_us"] >= cursor:
                await socket.send(json.dumps(event))
                sent += 1
                if sent == self.cut_after:
                    # Cut off, not taken leave of.
                    socket.transport.abort()
                    return
        await socket.send("not JSON at all")


@asynccontextmanager
async def jetstream(house: House) -> AsyncIterator[Jetstream]:
    """The stream behind a real socket."""
    stream = Jetstream(house)

    def plain(_: ServerConnection, request: Request) -> Response | None:
        return Response(200, "OK", Headers(), b"Welcome to Jetstream") if request.path == "/" else None

    async with serve(stream.tell, "127.0.0.1", 0, process_request=plain) as server:
        stream.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield stream


class Server:
    """A Mastodon server: a public stream that tells what comes while it stands, and a timeline that is walked forward."""

    def __init__(self) -> None:
        self.statuses: dict[int, dict[str, Any]] = {}
        self.pushes: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self.url = ""
        self.refuses = False
        #: So many pages of tags are told, then the server hangs up.
        self.pages: int | None = None

    def say(self, number: int, text: str, **more: Any) -> dict[str, Any]:
        status = {
            "id": str(number), "created_at": NOW.isoformat(), "content": f"<p>{text}</p>", "visibility": "public", "language": "de",
            "url": f"{self.url}/@zoe/{number}", "account": {"id": "7", "acct": "zoe", "followers_count": 12},
            "tags": [{"name": word[1:].lower(), "url": ""} for word in text.replace(",", "").split() if word.startswith("#")], **more,
        }  # fmt: skip
        self.statuses[number] = status
        return status

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.asked.append(path)
        if self.refuses:
            writer.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
        elif path.startswith("/api/v1/streaming/public"):
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n:)\n\n")
            for event, payload in self.pushes:
                writer.write(f"event: {event}\ndata: {payload}\n\n".encode())
        elif path.startswith("/api/v1/timelines/tag/") and self.pages == 0:
            writer.close()
            return
        elif path.startswith("/api/v1/timelines/tag/"):
            self.pages = None if self.pages is None else self.pages - 1
            self._page(writer, self._tagged(path))
        else:
            after = int(parse_qs(urlsplit(path).query)["min_id"][0])
            self._page(writer, [self.statuses[number] for number in sorted(self.statuses) if number > after][:40])
        await writer.drain()
        writer.close()

    def _tagged(self, path: str) -> list[dict[str, Any]]:
        """The statuses under a tag: after `min_id` the nearest, without it the newest."""
        tag, query = urlsplit(path).path.rpartition("/")[2], parse_qs(urlsplit(path).query)
        found = [one for number, one in sorted(self.statuses.items()) if tag in [named["name"] for named in one["tags"]]]
        limit = int(query["limit"][0])
        if "min_id" not in query:
            return found[-limit:]
        return [one for one in found if int(one["id"]) > int(query["min_id"][0])][:limit]

    def _page(self, writer: asyncio.StreamWriter, page: list[dict[str, Any]]) -> None:
        body = msgspec.json.encode(page[::-1])
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        )
        writer.write(body)


@asynccontextmanager
async def mastodon() -> AsyncIterator[Server]:
    """The server behind a real socket."""
    found = Server()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield found


@pytest_asyncio.fixture
async def outside_world(house: House) -> AsyncIterator[House]:
    """A house with the real connectors and the real HTTP client."""
    async with EgressFactory(allow_private=True) as http_for:
        house.outside = msgspec.structs.replace(house.outside, registry=Connectors(), http_for=http_for)
        yield house


async def hears(house: House, person: Person, connector: str, **config: str) -> UUID:
    """A source of its own, without any account."""
    return (await add_source(house.outside, person.access, new_id(), connector=connector, config=config)).id


async def test_the_whole_of_bluesky_is_heard_without_an_account_and_goes_on_after_a_cut_without_loss_or_double(
    outside_world: House,
) -> None:
    house = outside_world
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme lang:de")
    one = await ear(house)
    async with jetstream(house) as stream:
        source = await hears(house, anna, "bluesky", jetstream_url=stream.url)
        stream.say("1", "Acme geht nicht")
        stream.say("2", "nichts davon")
        stream.say("3", "acme wieder da")
        stream.cut_after = 2
        assert await heard(house, source, one) == "unreachable"
        assert [said(view) for view in await found(house, anna.access)] == ["Acme geht nicht"]
        stream.cut_after = None
        stream.say("1", "", operation="delete")
        assert await heard(house, source, one) == ""
        # The cursor goes back a little; what comes again is no second mention, and what was taken back is gone.
        assert stream.cursors[0] is None
        assert stream.cursors[1] is not None
        assert stream.cursors[1] < stream.events[1]["time_us"]
        (view,) = await found(house, anna.access)
        assert (said(view), view.network, view.url) == (
            "acme wieder da", "bluesky", "https://bsky.app/profile/did:plc:zoe/post/3",
        )  # fmt: skip
        stream.events.append({"did": "did:plc:zoe", "time_us": stream.events[-1]["time_us"] + 1, "kind": "account",
                              "account": {"active": False, "status": "deleted", "did": "did:plc:zoe"}})  # fmt: skip
        assert await heard(house, source, one) == ""
        assert await found(house, anna.access) == []


async def test_a_flood_is_heard_to_its_end_and_how_far_behind_we_are_is_shown(outside_world: House) -> None:
    house = outside_world
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme")
    one = await ear(house)
    async with jetstream(house) as stream:
        source = await hears(house, anna, "bluesky", jetstream_url=stream.url)
        for number in range(3_000):
            stream.say(f"k{number}", "acme!" if number % 10 == 0 else "anderes", ago_s=40.0)
        assert await heard(house, source, one) == ""
        (view,) = await list_sources(house.db)
        assert (view.posts, view.found, view.gaps) == (3_000, 300, 0)
        assert view.lag_s is not None
        assert 39.0 < view.lag_s < 41.0
        (count,) = await house.sql("select count(*) as mentions from mention")
        assert count["mentions"] == 300


async def test_what_the_stream_no_longer_keeps_is_a_gap_that_is_told(outside_world: House) -> None:
    house = outside_world
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme")
    one = await ear(house)
    async with jetstream(house) as stream:
        source = await hears(house, anna, "bluesky", jetstream_url=stream.url)
        long_ago = int((house.clock.now() - timedelta(hours=30)).timestamp() * 1e6)
        await house.sql("update listening_source set place = $1 where id = $2", str(long_ago), source)
        stream.say("1", "acme")
        assert await heard(house, source, one) == ""
        (view,) = await list_sources(house.db)
        assert (view.gaps, view.found) == (1, 1)
        events = await house.sql("select type from event where type = 'source.gap_found'")
        assert len(events) == 1


async def test_a_mastodon_servers_timeline_is_walked_after_a_pause_and_its_stream_is_heard(outside_world: House) -> None:
    house = outside_world
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme followers:>10")
    one = await ear(house)
    async with mastodon() as server:
        source = await hears(house, anna, "mastodon", base_url=server.url)
        first = server.say(100, "Acme <b>kaputt</b>")
        server.pushes = [("update", json.dumps(first)), ("update", json.dumps(server.say(101, "acme boost", reblog={"id": "1"})))]
        assert await heard(house, source, one) == ""
        # Said while nobody listened: more than a page of it, and one that is repeated by the stream.
        for number in range(102, 150):
            server.say(number, "acme" if number % 2 else "anderes")
        server.pushes = [("update", json.dumps(server.statuses[149])), ("delete", "100"), ("update", "{broken")]
        assert await heard(house, source, one) == ""
        views = await found(house, anna.access)
        assert len(views) == 24
        assert {said(view) for view in views} == {"acme"}
        assert next(path for path in server.asked if "timelines" in path).startswith("/api/v1/timelines/public?min_id=10")
        server.refuses = True
        assert await heard(house, source, one) == "reauth_needed"


async def test_a_mastodon_server_is_asked_for_the_tags_that_monitors_name_and_goes_on_after_a_cut_without_loss_or_double(
    outside_world: House,
) -> None:
    house = outside_world
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "#acme kaputt")
    await monitor(house, anna, "acme network:mastodon")
    one = await ear(house)
    first = int(house.clock.now().timestamp() * 1_000) << 16
    async with mastodon() as server:
        with pytest.raises(Invalid) as refused:
            await hears(house, anna, "rss", url=server.url, way="search")
        assert refused.value.code == "unknown_setting"
        source = await hears(house, anna, "mastodon", base_url=server.url, way="search")
        server.say(first, "#acme kaputt, lange her")
        server.pages = 1
        assert await heard(house, source, one) == "unreachable"
        # More than a page since, of which some is not what was looked for; the server hangs up after the first page.
        for number in range(1, 91):
            server.say(first + (number << 16), f"{'#acme kaputt' if number % 2 else '#acme fein'} {number}")
        server.pages = 1
        assert await heard(house, source, one) == "unreachable"
        assert 0 < len(await found(house, anna.access)) < 45
        # One of another server that came here late, and a node that began anew: from the place that was stored.
        server.say(first - (300_000 << 16), "#acme kaputt von fern")
        house.clock.advance(60)
        server.pages = 6
        assert await heard(house, source, one) == "unreachable"
        rows = await house.sql("select text from mention")
        texts = sorted(row["text"] for row in rows)
        # What stood there before somebody listened is found at the seam at the most, nothing else is left out, and none is doubled.
        wanted = sorted([*(f"#acme {'kaputt' if n % 2 else 'fein'} {n}" for n in range(1, 91)), "#acme kaputt von fern"])
        assert [text for text in texts if text != "#acme kaputt, lange her"] == wanted
        assert {urlsplit(path).path for path in server.asked} == {"/api/v1/timelines/tag/acme"}
        # Only the monitor that names a tag could be asked for; whatever comes is held against all of them.
        counted = await house.sql("select monitor_id, count(*) as n from mention_monitor group by 1 order by n")
        assert [row["n"] for row in counted] == [len(rows) - 45, len(rows)]


async def test_a_feed_is_heard_by_its_address_alone_and_only_what_a_monitor_finds_is_kept(outside_world: House) -> None:
    house = outside_world
    anna = await somebody(house, await house.queue())
    await monitor(house, anna, "acme")
    one = await ear(house)
    entries = "".join(f"<item><title>{title}</title><guid>{title}</guid></item>" for title in ("Acme kaputt", "Wetter"))
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Forum</title>{entries}</channel></rss>'.encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        with pytest.raises(Invalid) as refused:
            await hears(house, anna, "rss", url="forum.example/feed")
        assert refused.value.code == "bad_source_address"
        source = await hears(house, anna, "rss", url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed")
        # Between two looks it really waits, so that it is looked at once.
        house.outside = msgspec.structs.replace(house.outside, clock=RealClock())
        hearing = asyncio.create_task(heard(house, source, one))
        try:
            async with asyncio.timeout(30):
                while (await list_sources(house.db))[0].posts < 2:
                    await asyncio.sleep(0.01)
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
    (view,) = await found(house, anna.access)
    assert (said(view), view.network) == ("Acme kaputt", "rss")
    (shown,) = await list_sources(house.db)
    assert (shown.posts, shown.found, shown.health) == (2, 1, "")


class Seeking(Scripted):
    """A network that looks by itself for what it is asked."""

    asked: ClassVar[list[list[Sought]]] = []

    async def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        self.asked.append(list(wanted()))
        yield Overheard(posts=(post(1, "Acme bohrt"), post(2, "Acme schweigt"), post(3, "ACME bohrt nicht")), place="p3")


async def test_a_network_that_looks_by_itself_is_asked_for_what_monitors_want_and_the_rest_is_checked_here(house: House) -> None:
    registry = OneConnector(Seeking)
    house.outside = msgspec.structs.replace(house.outside, registry=registry)
    registry.manifest = lambda connector: msgspec.structs.replace(  # type: ignore[method-assign]  # plays X
        OneConnector.manifest(registry, connector), network="x"
    )
    Seeking.asked = []
    anna = await somebody(house, await house.queue())
    wanted = await monitor(house, anna, "acme bohrt NOT nicht")
    await monitor(house, anna, "bohr* -nie")
    await monitor(house, anna, "acme network:mastodon")
    channel = await house.channel(await house.queue())
    await house.sql("update channel set network = 'x' where id = $1", channel.id)
    heard_by = await source(house, anna, channel)
    assert await heard(house, heard_by, await ear(house)) == ""
    # One that cannot be asked for, and one that is about another network, are not.
    assert Seeking.asked == [[Sought(wanted.hex, ("((acme OR #acme OR @acme) (bohrt OR #bohrt OR @bohrt)) -is:retweet",))]]
    assert {said(view) for view in await found(house, anna.access)} == {"Acme bohrt", "ACME bohrt nicht"}
    reasons = {said(view): len(view.reasons) for view in await found(house, anna.access)}
    assert reasons == {"Acme bohrt": 2, "ACME bohrt nicht": 1}
