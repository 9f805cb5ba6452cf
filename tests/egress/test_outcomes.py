"""What is told of a request that brought no answer, and how much an answer may cost."""

import asyncio
import gzip
import logging
import time
import tracemalloc

import pytest

from tests.egress.kit import Peer, client, ok, saying
from tests.peers import free_port
from unisono.contract import NotReached
from unisono.testing.faultproxy import Effect, FaultProxy


async def failed(url: str, method: str = "POST", *, patience: float = 0.5, **more: object) -> NotReached:
    async with client(url, patience=patience) as http:
        with pytest.raises(NotReached) as reached:
            await http.request(method, url, **({"json": {"text": "Moin"}} if method == "POST" else {}), **more)  # type: ignore[arg-type]
    return reached.value


async def test_a_refused_connection_sent_nothing():
    assert not (await failed(f"http://127.0.0.1:{free_port()}")).sent


async def test_a_line_that_is_cut_after_the_request_may_have_sent_it():
    async with Peer(saying(ok(b"{}"))) as peer, FaultProxy(peer.port) as proxy:
        for effect in (Effect.DROP, Effect.ACCEPT_THEN_DROP):
            proxy.add(effect)
            assert (await failed(proxy.url)).sent
    assert len(peer.heard) == 1


async def test_silence_after_the_request_may_have_sent_it():
    async with Peer(saying(b"")) as peer:
        assert (await failed(peer.url, patience=0.02)).sent
        assert (await failed(peer.url, "GET", patience=0.02)).sent


async def test_a_peer_that_never_takes_the_body_did_not_get_it_whole():
    """TLS that does not come about: the request never began."""
    async with Peer(saying(b"220 this is no TLS\r\n")) as peer:
        url = peer.url.replace("http:", "https:")
        assert not (await failed(url)).sent


async def test_an_answer_that_ends_too_early_is_no_answer():
    async with Peer(saying(ok(b"x" * 100))) as peer, FaultProxy(peer.port) as proxy:
        proxy.add(Effect.CUT, after_bytes=4)
        assert (await failed(proxy.url)).sent


async def test_what_is_no_http_is_no_answer():
    async with Peer(saying(b"* OK IMAP4rev1 ready\r\n\r\n")) as peer:
        assert (await failed(peer.url)).sent


async def test_a_header_that_cannot_be_written_was_not_sent():
    async with Peer(saying(ok(b"{}"))) as peer, client(peer.url) as http:
        with pytest.raises(NotReached) as reached:
            await http.request("GET", peer.url, headers={"x-name": "a\r\nx-other: b"})
    assert not reached.value.sent
    assert peer.heard == []


async def test_the_answer_comes_whatever_its_status():
    async with (
        Peer(saying(b"HTTP/1.1 503 No\r\nRetry-After: 7\r\ncontent-length: 2\r\n\r\nno")) as peer,
        client(peer.url) as http,
    ):
        answer = await http.request("GET", f"{peer.url}/x?token=s3cret")
    assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "7", b"no")
    assert "s3cret" not in answer.url


async def test_a_body_has_a_largest_size():
    async with Peer(saying(ok(b"x" * 1_001))) as peer, client(peer.url) as http:
        assert len((await http.request("GET", peer.url, max_bytes=1_001)).body) == 1_001
        with pytest.raises(NotReached, match="1000 bytes"):
            await http.request("GET", peer.url, max_bytes=1_000)


async def test_a_body_without_a_length_has_one_too():
    async def on_and_on(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    async with Peer(on_and_on) as peer, client(peer.url) as http:
        with pytest.raises(NotReached, match="100000 bytes"):
            await http.request("GET", peer.url, max_bytes=100_000)


async def test_a_packed_body_may_not_become_a_large_one():
    """A gzip bomb: 50 kB on the line, 50 MB unpacked; neither time nor memory is spent on it."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    async with Peer(saying(ok(bomb, "content-encoding: gzip"))) as peer, client(peer.url) as http:
        tracemalloc.start()
        with pytest.raises(NotReached, match="1000000 bytes"):
            await http.request("GET", peer.url, max_bytes=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 10_000_000


async def test_a_bomb_of_many_members_is_one_bomb():
    member = gzip.compress(b"\0" * 900_000)
    async with Peer(saying(ok(member * 40, "content-encoding: gzip"))) as peer, client(peer.url) as http:
        with pytest.raises(NotReached, match="1000000 bytes"):
            await http.request("GET", peer.url, max_bytes=1_000_000)


async def test_packed_bodies_are_unpacked_all_their_members():
    body = gzip.compress(b"Moin ") + gzip.compress("Müller".encode())
    async with Peer(saying(ok(body, "content-encoding: gzip"))) as peer, client(peer.url) as http:
        assert (await http.request("GET", peer.url)).body.decode() == "Moin Müller"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"Moin" * 100)[:-12], "gzip"),
        (b"no gzip at all", "gzip"),
        (b"\x8b\x02\x80Moin\x03", "br"),
        (b"x", "deflate"),
    ],
    ids=["cut", "not packed", "brotli", "deflate"],
)
async def test_what_cannot_be_unpacked_is_no_answer(body: bytes, encoding: str):
    async with Peer(saying(ok(body, f"content-encoding: {encoding}"))) as peer:
        assert (await failed(peer.url, "GET")).sent


async def test_an_answer_in_drips_ends_in_time():
    """Slow-loris: each byte comes within the time for a byte, the whole would take for ever."""
    async with Peer(saying(ok(b"x" * 10_000))) as peer, FaultProxy(peer.port) as proxy:
        proxy.add(Effect.DRIP, chunk_bytes=1, delay_s=0.01)
        begun = time.monotonic()
        assert (await failed(proxy.url, "GET", timeout_s=10.0, patience=0.05)).sent
        assert time.monotonic() - begun < 5.0


async def test_a_stream_is_read_line_by_line_as_it_comes():
    async def speak(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nda")
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(b"ta: eins\r\n\r\ndata: \xc3\xbcber\nlast")
        await writer.drain()
        writer.close()

    async with Peer(speak) as peer, client(peer.url) as http, http.stream("GET", peer.url) as answer:
        assert answer.status == 200
        assert [line async for line in answer.lines()] == ["data: eins", "", "data: über", "last"]
    assert b"accept-encoding: identity" in peer.heard[0].lower()


async def test_a_stream_that_falls_silent_ends():
    async with Peer(saying(b"HTTP/1.1 200 OK\r\n\r\ndata: eins\n")) as peer, client(peer.url) as http:
        lines = []
        with pytest.raises(NotReached) as reached:
            async with http.stream("GET", peer.url, idle_s=0.1) as answer:
                async for line in answer.lines():
                    lines += [line]
    assert lines == ["data: eins"]
    assert reached.value.sent


async def test_a_stream_cannot_send_a_line_without_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("unisono.egress.bodies.MAX_LINE_BYTES", 10_000)

    async def on_and_on(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 1_000)
            await writer.drain()

    async with Peer(on_and_on) as peer, client(peer.url) as http, http.stream("GET", peer.url) as answer:
        with pytest.raises(NotReached, match="line without end"):
            async for _ in answer.lines():
                pass


async def test_a_stream_that_cannot_be_opened_says_whether_it_was_asked():
    async with client(url := f"http://127.0.0.1:{free_port()}") as http:
        with pytest.raises(NotReached) as reached:
            async with http.stream("GET", url):
                pass
    assert not reached.value.sent


async def test_a_packed_stream_is_refused():
    packed = ok(b"\x1f\x8b", "content-encoding: gzip")
    async with Peer(saying(packed)) as peer, client(peer.url) as http, http.stream("GET", peer.url) as answer:
        with pytest.raises(NotReached, match="packed"):
            _ = [chunk async for chunk in answer.chunks()]


async def test_the_log_does_not_hold_addresses_with_tokens(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    async with Peer(saying(ok(b"{}"))) as peer, client(peer.url) as http:
        url = f"{peer.url}/bot123456:t0ken/getUpdates?secret=s3cret"
        await http.request("GET", url, headers={"authorization": "Bearer g3heim"})
        with pytest.raises(NotReached) as reached:
            await http.request("GET", f"{url}&x=1", max_bytes=1)
    told = caplog.text + str(reached.value)
    assert "127.0.0.1" in told
    assert not any(secret in told for secret in ("t0ken", "s3cret", "g3heim"))


async def test_an_upload_arrives_as_it_was_given():
    async with Peer(saying(ok(b"{}"))) as peer, client(peer.url) as http:
        await http.request("POST", peer.url, form={"text": "Grüße"}, files={"file": ("a.txt", b"inhalt", "text/plain")})
        await http.request("PUT", peer.url, params=[("id[]", "1"), ("id[]", "2")], content=b"raw")
    whole = b"".join(peer.heard)
    assert b'filename="a.txt"' in whole
    assert b"inhalt" in whole
    assert "Grüße".encode() in whole
    assert b"PUT /?id%5B%5D=1&id%5B%5D=2" in whole
    assert whole.lower().count(b"user-agent: unisono/") == 2
