"""Reading a mailbox: places, pages, waiting, large mails, and servers that are not well."""

import asyncio
import concurrent.futures
import gc
import json
import threading
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.connectors.email.box import Box, answer
from tests.connectors.email.scripted import Say, ScriptedImap
from unisono.contract import Created, NotReached, PullFailed, Raw, Sent, Unreadable
from unisono.domain.words import ChannelState
from unisono.testing.faultproxy import Effect, FaultProxy, Match

pytestmark = pytest.mark.peer
FETCH = Match(data=rb" FETCH [^\r\n]*BODY\.PEEK\[\][^\r\n]*\r\n")


def texts(found: list[Created]) -> list[str]:
    return [message.text for message in found]


# -- places ----------------------------------------------------------------------------------------------------------------


async def test_a_folder_that_was_made_anew_is_read_again_and_nothing_is_doubled(box: Box) -> None:
    box.write("Frage", "Erste", message_id="<1@kunde.example>")
    box.write("Frage", "Zweite", message_id="<2@kunde.example>")
    page = await box.connector.pull("inbox", None, 50)
    before = {raw.ingest_key for raw in page.raws}
    contents = box.imap.mails(box.address)
    await box.connector.close()
    with box.imap.client(box.address) as client:
        client.create("Neu")
    moved = await box.open(folder="Neu")
    for content in [*contents, contents[0].replace(b"Erste", b"Dritte").replace(b"<1@", b"<3@")]:
        box.imap.deliver(box.address, content, "Neu")
    again = await moved.pull("inbox", page.next_cursor, 50)
    keys = {raw.ingest_key for raw in again.raws}
    assert len(again.raws) == 3
    assert before < keys, "what is known has the key that it had"
    assert (await moved.pull("inbox", again.next_cursor, 50)).raws == []


async def test_the_same_mail_by_two_ways_has_one_key(box: Box) -> None:
    at = datetime.now(UTC)
    box.write("Frage", "Hallo", message_id="<1@kunde.example>", at=at, Received="from a by b", Delivered_To="x@y.example")
    box.write("Frage", "Hallo", message_id="<1@kunde.example>", at=at, Received="from c by d", X_Spam="no")
    raws = (await box.connector.pull("inbox", None, 50)).raws
    assert len({raw.ingest_key for raw in raws}) == 1


async def test_different_mails_with_one_message_id_are_all_there(box: Box) -> None:
    for n in range(3):
        box.write("Formular", f"Anliegen {n}", message_id="<immer-gleich@kunde.example>")
    found, _ = await box.pulled()
    assert texts(found) == ["Anliegen 0", "Anliegen 1", "Anliegen 2"]
    assert len({message.remote_id for message in found}) == 3
    sent = await box.connector.send(answer(found[2]), 1)
    assert isinstance(sent, Sent)
    assert b"In-Reply-To: <immer-gleich@kunde.example>\r\n" in box.smtp.taken[0].content


@pytest.mark.parametrize(
    "cursor",
    ["garbage", "null", "[]", "{}", '{"v": 2, "validity": 1, "uid": 1}', '{"v": 1, "validity": "x", "uid": 1}', "\x00", "9" * 10_000,
     '{"v": 1, "validity": 1, "uid": 18446744073709551617}'],
)  # fmt: skip
async def test_a_cursor_that_is_none_of_ours_starts_over(box: Box, cursor: str) -> None:
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    assert texts((await box.pulled(cursor))[0]) == ["Hallo"]


async def test_a_cursor_from_the_future_starts_over(box: Box) -> None:
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    _, cursor = await box.pulled()
    future = json.dumps(json.loads(cursor or "") | {"uid": 4_000_000_000})
    assert texts((await box.pulled(future))[0]) == ["Hallo"]


async def test_history_begins_where_it_was_asked_for(box: Box) -> None:
    now = datetime.now(UTC)
    for days in (400, 10, 3, 0):
        box.write("Frage", f"{days} Tage alt", message_id=f"<{days}@kunde.example>", at=now - timedelta(days=days))
    assert texts((await box.pulled())[0]) == ["0 Tage alt"]
    await box.open(history_days=20)
    assert texts((await box.pulled())[0]) == ["10 Tage alt", "3 Tage alt", "0 Tage alt"]
    await box.open(since=(now - timedelta(days=500)).date().isoformat())
    assert len((await box.pulled())[0]) == 4
    await box.open(history_days=0)
    nothing, cursor = await box.pulled()
    assert nothing == []
    box.write("Frage", "Ganz neu", message_id="<neu@kunde.example>", at=now - timedelta(days=900))
    assert texts((await box.pulled(cursor))[0]) == ["Ganz neu"], "what comes in later is news, however old it says to be"


async def test_of_a_large_mailbox_only_what_is_wanted_is_fetched(box: Box) -> None:
    """Dovecot's own books say how much it sent. `make bench ONLY=mailbox` measures the same with 300,000 mails."""
    now = datetime.now(UTC)
    mail = "From: Berta <berta@kunde.example>\r\nSubject: Frage\r\nMessage-ID: <%d@kunde.example>\r\n\r\nText %d\r\n" + "x" * 500
    old, new = now - timedelta(days=30), now
    mails = [((mail % (n, n)).encode(), new if n >= 3_940 else old) for n in range(4_000)]
    assert box.imap.deliver_all(box.address, mails) == 4_000
    assert (await told_by_dovecot(box))["body_count"] == 0
    page = await box.connector.pull("inbox", None, 50)
    await box.connector.close()
    sent = await told_by_dovecot(box)
    assert [b"Text %d" % n in raw.body for n, raw in enumerate(page.raws, 3_940)] == [True] * 50
    assert page.has_more
    assert sent["body_count"] == 50
    assert sent["out"] < 100_000
    await box.open(history_days=0)
    assert (await box.connector.pull("inbox", None, 50)).raws == []
    await box.connector.close()
    assert (await told_by_dovecot(box))["body_count"] == 0


async def told_by_dovecot(box: Box) -> dict[str, int]:
    """Return what Dovecot wrote down about the last log-in to this mailbox, once it is over."""
    log = box.imap.directory / "log"
    seen = box.logged
    for _ in range(200):
        ended = [line for line in log.read_text().splitlines() if f"imap({box.address})" in line and "Disconnected" in line]
        if len(ended) > seen:
            box.logged = len(ended)
            return {name: int(value) for name, _, value in (part.partition("=") for part in ended[-1].split()) if value.isdigit()}
        await asyncio.sleep(0.02)
    raise AssertionError("Dovecot has not noticed that the log-in is over")


async def test_a_mail_that_was_removed_meanwhile_holds_up_nothing(box: Box) -> None:
    for n in range(4):
        box.write("Frage", f"Text {n}", message_id=f"<{n}@kunde.example>")
    page = await box.connector.pull("inbox", None, 2)
    box.imap.remove(box.address, "<2@kunde.example>")
    rest, _ = await box.pulled(page.next_cursor)
    assert texts(rest) == ["Text 3"]


@pytest.mark.parametrize("after", ["leave", "seen", "move"])
async def test_mails_are_marked_or_moved_only_when_they_are_stored(box: Box, after: str) -> None:
    with box.imap.client(box.address) as client:
        client.create("Erledigt")
    await box.open(after=after, done_folder="Erledigt")
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    _, cursor = await box.pulled()
    assert flags(box) == [b""], "nobody has said yet that it is stored"
    await box.connector.pull("inbox", cursor, 50)
    assert flags(box) == {"leave": [b""], "seen": [b"\\Seen"], "move": []}[after]
    assert len(box.imap.mails(box.address, "Erledigt")) == (1 if after == "move" else 0)


def flags(box: Box) -> list[bytes]:
    with box.imap.client(box.address) as client:
        client.select("INBOX", readonly=True)
        numbers = client.search(None, "ALL")[1][0].split()
        told = [client.fetch(n.decode(), "(FLAGS)")[1][0] for n in numbers]
    found = [line.partition(b"FLAGS (")[2].partition(b")")[0] for line in told if isinstance(line, bytes)]
    return [flag.replace(b"\\Recent", b"").strip() for flag in found]


# -- what cannot be read ---------------------------------------------------------------------------------------------------


async def test_a_mail_that_is_none_is_kept_with_its_bytes_and_the_others_go_on(box: Box) -> None:
    noise = Path(__file__).parents[2].joinpath("fixtures/mails/noise.eml").read_bytes().replace(b"\0", b"?")
    box.write("Frage", "Vorher", message_id="<1@kunde.example>")
    box.imap.deliver(box.address, noise)
    box.write("Frage", "Nachher", message_id="<2@kunde.example>")
    page = await box.connector.pull("inbox", None, 50)
    assert len(page.raws) == 3
    with pytest.raises(Unreadable, match="kept"):
        box.connector.read(page.raws[1])
    assert noise.split()[3] in page.raws[1].body, "its bytes are there for whoever looks at it"
    read = [box.connector.read(raw)[0] for raw in (page.raws[0], page.raws[2])]
    assert [event.text for event in read if isinstance(event, Created)] == ["Vorher", "Nachher"]


async def test_one_mail_at_which_the_server_breaks_is_given_up_after_some_tries_and_told_of(box: Box) -> None:
    for n in range(3):
        box.write("Frage", f"Text {n}", message_id=f"<{n}@kunde.example>")
    async with FaultProxy(box.imap.port, raw=True) as line:
        box.imap_port = line.port
        await box.open()
        # Whatever is asked of the second mail's body ends the connection; in a page it is among the others.
        line.add(Effect.DROP, Match(data=rb"UID FETCH (?:1[:,]|[\d:,]*\b2\b)[^\r\n]*BODY\.PEEK\[\]"), count=None)
        found: list[Raw] = []
        cursor: str | None = None
        told_of: list[ChannelState] = []
        for _ in range(15):
            try:
                page = await box.connector.pull("inbox", cursor, 50)
            except PullFailed as error:
                told_of.append(error.health.state)
                continue
            found, cursor = [*found, *page.raws], page.next_cursor
            if not page.has_more:
                break
    assert set(told_of) == {ChannelState.UNREACHABLE}
    assert len(told_of) <= 8
    told = [event for raw in found for event in box.connector.read(raw) if isinstance(event, Created)]
    assert [message.remote_id for message in told] == [f"<{n}@kunde.example>" for n in range(3)], "none is left out"
    assert (told[0].text, told[2].text) == ("Text 0", "Text 2")
    assert "Look at it in the mailbox" in told[1].text


async def test_a_line_that_breaks_now_and_then_loses_nothing(box: Box) -> None:
    for n in range(10):
        box.write("Frage", f"Text {n}", message_id=f"<{n}@kunde.example>")
    async with FaultProxy(box.imap.port, raw=True) as line:
        box.imap_port = line.port
        await box.open(timeout_s=1)
        effects: list[tuple[Effect, dict[str, object]]] = [
            (Effect.CUT, {"after_bytes": 40}), (Effect.DROP, {}), (Effect.ACCEPT_THEN_HANG, {"delay_s": 2.0}),
            (Effect.ANSWER, {"answer": b"\x00\xff* NONSENSE\r\n"}), (Effect.CUT, {"after_bytes": 900}),
        ]  # fmt: skip
        found: list[Raw] = []
        troubles: list[str] = []
        cursor: str | None = None
        for effect, more in effects:
            line.add(effect, FETCH, **more)
            try:
                page = await box.connector.pull("inbox", cursor, 2)
            except PullFailed as error:
                troubles.append(error.health.what)
                continue
            finally:
                line.calm()
            found, cursor = [*found, *page.raws], page.next_cursor
        rest, _ = await box.pulled(cursor)
    told = [event.text for raw in found for event in box.connector.read(raw) if isinstance(event, Created)]
    assert len(troubles) >= 3
    assert all(what.isprintable() for what in troubles)
    assert told + texts(rest) == [f"Text {n}" for n in range(10)]


# -- large mails -----------------------------------------------------------------------------------------------------------


def large_mail(size: int) -> bytes:
    lines = [
        "From: Berta <berta@kunde.example>", "To: hilfe@shop.example", "Subject: =?utf-8?Q?Gro=C3=9Fe_Datei?=",
        "Message-ID: <gross@kunde.example>", "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="g"', "", "--g",
        'Content-Type: multipart/alternative; boundary="h"', "", "--h", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable", "", "Hier die gro=C3=9Fe Datei.", "", "--h",
        "Content-Type: text/html; charset=utf-8", "", "<p>Hier die <b>große</b> Datei.</p>", "--h--", "--g",
        "Content-Type: application/octet-stream; name*=utf-8''%C3%9Cbersicht.bin", "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename*=utf-8''%C3%9Cbersicht.bin", "", "",
    ]  # fmt: skip
    line = b"QUJD" * 19 + b"\r\n"
    return "\r\n".join(lines).encode() + line * (size // len(line)) + b"--g--\r\n"


async def test_a_mail_of_50_mb_comes_in_parts_and_its_file_when_it_is_asked_for(box: Box) -> None:
    content = large_mail(50_000_000)
    box.imap.deliver(box.address, content)
    box.write("Frage", "Danach", message_id="<2@kunde.example>")
    await box.open(max_mail_mb=2)
    page = await box.connector.pull("inbox", None, 50)
    assert sum(len(raw.body) for raw in page.raws) < 20_000, "the file stays at the server"
    [mail, after] = [event for raw in page.raws for event in box.connector.read(raw) if isinstance(event, Created)]
    assert (mail.subject, mail.text, after.text) == ("Große Datei", "Hier die große Datei.", "Danach")
    assert "<b>große</b>" in (mail.html or "")
    assert mail.details["cut_bytes"] == len(content)
    [file] = mail.attachments
    assert (file.name, file.media_type, file.content) == ("Übersicht.bin", "application/octet-stream", None)
    assert file.ref is not None
    fetched = await box.connector.get_media(file.ref, 60_000_000)
    assert fetched == b"ABC" * 19 * (50_000_000 // 78)
    with pytest.raises(NotReached, match="too large"):
        await box.connector.get_media(file.ref, 1_000_000)
    with pytest.raises(NotReached):
        await box.connector.get_media("{}", 1_000)
    again = await box.connector.pull("inbox", None, 50)
    assert again.raws[0].ingest_key == page.raws[0].ingest_key


async def test_a_file_is_found_again_after_its_mail_was_moved(box: Box) -> None:
    with box.imap.client(box.address) as client:
        client.create("Erledigt")
    await box.open(max_mail_mb=1, after="move", done_folder="Erledigt")
    box.imap.deliver(box.address, large_mail(1_200_000))
    [mail], cursor = await box.pulled()
    await box.connector.pull("inbox", cursor, 50)
    assert box.imap.mails(box.address) == []
    ref = mail.attachments[0].ref
    assert ref is not None
    assert len(await box.connector.get_media(ref, 5_000_000)) > 800_000
    box.imap.remove(box.address, "<gross@kunde.example>", "Erledigt")
    with pytest.raises(NotReached, match="no longer"):
        await box.connector.get_media(ref, 5_000_000)


async def test_a_page_is_bounded_in_bytes_as_well(box: Box) -> None:
    for n in range(4):
        box.imap.deliver(box.address, large_mail(5_000_000).replace(b"<gross@", b"<%d@" % n))
    sizes, cursor = [], None
    while True:
        page = await box.connector.pull("inbox", cursor, 50)
        sizes.append(len(page.raws))
        cursor = page.next_cursor
        if not page.has_more:
            break
    assert sum(sizes) == 4
    assert max(sizes) == 1


# -- waiting ---------------------------------------------------------------------------------------------------------------


async def test_waiting_ends_with_the_connection_and_begins_anew_with_what_came_meanwhile(box: Box) -> None:
    async with FaultProxy(box.imap.port, raw=True) as line:
        box.imap_port = line.port
        await box.open()
        listening = box.connector.listen()
        await asyncio.wait_for(anext(listening), 10)
        waiting = asyncio.ensure_future(anext(listening))
        await asyncio.sleep(0.3)
        await line.stop()
        with pytest.raises(PullFailed) as failed:
            await asyncio.wait_for(waiting, 10)
        assert failed.value.health.state is ChannelState.UNREACHABLE
        box.write("Frage", "Während der Störung", message_id="<1@kunde.example>")
        with pytest.raises(PullFailed):
            await anext(box.connector.listen())
        await line.start()
        again = box.connector.listen()
        await asyncio.wait_for(anext(again), 10)
        assert texts((await box.pulled())[0]) == ["Während der Störung"]
        hint = asyncio.ensure_future(anext(again))
        await asyncio.sleep(0.3)
        box.write("Frage", "Danach", message_id="<2@kunde.example>")
        await asyncio.wait_for(hint, 10)
        await again.aclose()  # type: ignore[attr-defined]


async def test_twenty_mailboxes_that_wait_hold_no_thread_that_others_need(box: Box) -> None:
    """asyncio's own pool has a handful of threads: whoever waits in them stops everybody."""
    asyncio.get_running_loop().set_default_executor(concurrent.futures.ThreadPoolExecutor(max_workers=1))
    listening = [box.connector.listen() for _ in range(20)]
    await asyncio.gather(*(anext(one) for one in listening))
    waiting = [asyncio.ensure_future(anext(one)) for one in listening]
    await asyncio.sleep(0.3)
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 42), 2) == 42
    assert sum(thread.name == "unisono-imap" and thread.daemon for thread in threading.enumerate()) >= 20
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    await asyncio.wait_for(asyncio.gather(*waiting), 20)
    for one in listening:
        await one.aclose()  # type: ignore[attr-defined]


async def test_who_stops_waiting_leaves_no_thread_behind(box: Box) -> None:
    listening = box.connector.listen()
    await anext(listening)
    waiting = asyncio.ensure_future(anext(listening))
    await asyncio.sleep(0.2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await listening.aclose()  # type: ignore[attr-defined]
    await box.connector.close()
    for _ in range(100):
        if not [thread for thread in threading.enumerate() if thread.name == "unisono-imap"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a thread still waits")


async def test_a_connector_that_is_dropped_takes_its_connections_with_it(box: Box) -> None:
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        for _ in range(5):
            await (await box.open(kept=False)).pull("inbox", None, 50)
        gc.collect()
        await asyncio.sleep(0.1)
        gc.collect()
    assert [str(one.message) for one in told if issubclass(one.category, ResourceWarning)] == []


async def test_a_server_without_idle_is_asked_now_and_then(monkeypatch: pytest.MonkeyPatch, box: Box) -> None:
    monkeypatch.setattr("unisono.connectors.email.watch.wait.__defaults__", (60.0, 0.1))
    async with ScriptedImap() as server:
        box.imap_port = server.port
        asked = 0

        async def noop(tag: bytes, _line: bytes, say: Say) -> bool:
            nonlocal asked
            asked += 1
            if asked > 3:
                say(b"* 5 EXISTS\r\n")
            say(tag + b" OK done\r\n")
            return True

        server.on(rb"^NOOP", noop)
        await box.open()
        listening = box.connector.listen()
        await anext(listening)
        await asyncio.wait_for(anext(listening), 10)
        assert asked > 3
        await listening.aclose()  # type: ignore[attr-defined]


# -- servers that are not well -----------------------------------------------------------------------------------------------


async def test_a_folder_with_400_000_wanted_mails_is_looked_at_in_bounded_answers(box: Box) -> None:
    """Python's imaplib gives up at a line of 1 MB; here are 300,000 mails in a row that are wanted, after 100,000 that are not."""
    longest = 0

    async def search(tag: bytes, line: bytes, say: Say) -> bool:
        nonlocal longest
        low, high = (int(number) for number in line.split(b"UID ")[-1].split(b" ")[0].split(b":"))
        answered = b"* SEARCH" + b"".join(b" %d" % uid for uid in range(low, high + 1) if uid > 4_000_100_000) + b"\r\n"
        longest = max(longest, len(answered))
        say(answered + tag + b" OK done\r\n")
        return True

    async with ScriptedImap(facts={b"UIDVALIDITY": 7, b"UIDNEXT": 4_000_400_001}) as server:
        server.exists = 400_000
        server.on(rb"^UID SEARCH", search)
        box.imap_port = server.port
        await box.open()
        cursor = json.dumps({"v": 1, "validity": 7, "uid": 4_000_000_000, "first_day": "2026-01-01", "begun": 4_000_400_001})
        page = await box.connector.pull("inbox", cursor, 50)
    assert json.loads(page.next_cursor or "")["uid"] == 4_000_100_050
    assert page.has_more
    assert longest < 1_000_000


async def test_a_server_that_does_not_say_the_next_uid_is_asked_for_the_last(box: Box) -> None:
    async def search(tag: bytes, line: bytes, say: Say) -> bool:
        say((b"* SEARCH 41\r\n" if b"*" in line else b"* SEARCH\r\n") + tag + b" OK done\r\n")
        return True

    async with ScriptedImap(facts={b"UIDVALIDITY": 7}) as server:
        server.exists = 3
        server.on(rb"^UID SEARCH", search)
        box.imap_port = server.port
        await box.open(history_days=0)
        page = await box.connector.pull("inbox", None, 50)
    assert json.loads(page.next_cursor or "")["uid"] == 41


@pytest.mark.parametrize(
    ("greeting", "state"),
    [
        (b"* BYE [UNAVAILABLE] Too many connections\r\n", ChannelState.THROTTLED),
        (b"* BYE go away\r\n", ChannelState.UNREACHABLE),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ChannelState.UNREACHABLE),
        (b"", ChannelState.UNREACHABLE),
        (b"x" * 2_000_000, ChannelState.UNREACHABLE),
    ],
    ids=["busy", "bye", "http", "silence", "endless line"],
)
async def test_whatever_answers_at_the_port_is_told_of_in_words(box: Box, greeting: bytes, state: ChannelState) -> None:
    async with FaultProxy(box.imap.port, raw=True) as line:
        line.add(Effect.ANSWER, Match(), answer=greeting, count=None)
        box.imap_port = line.port
        await box.open(timeout_s=1)
        with pytest.raises(PullFailed) as failed:
            await box.connector.pull("inbox", None, 50)
    assert failed.value.health.state is state
    assert failed.value.health.what.isprintable()


async def test_a_log_in_that_is_refused_for_being_busy_is_no_wrong_password(box: Box) -> None:
    async def busy(tag: bytes, _line: bytes, say: Say) -> bool:
        say(tag + b" NO [UNAVAILABLE] Try again later\r\n")
        return True

    async with ScriptedImap() as server:
        server.on(rb"^LOGIN", busy)
        box.imap_port = server.port
        await box.open()
        with pytest.raises(PullFailed) as failed:
            await box.connector.pull("inbox", None, 50)
    assert failed.value.health.state is ChannelState.THROTTLED
    assert "password" not in failed.value.health.what


async def test_a_folder_that_vanished_names_those_that_are_there(box: Box) -> None:
    await box.open(folder="Projekte/Weg")
    with pytest.raises(PullFailed) as failed:
        await box.connector.pull("inbox", None, 50)
    health = failed.value.health
    assert (health.state, health.field) == (ChannelState.MISCONFIGURED, "folder")
    assert "'INBOX'" in health.what


async def test_folders_may_have_any_name(box: Box) -> None:
    name = "Anfragen & Größe 你好"
    await box.open(folder="INBOX")
    with box.imap.client(box.address) as client:
        client.create('"Anfragen &- Gr&APYA3w-e &T2BZfQ-"')
    box.imap.deliver(box.address, b"Subject: x\r\n\r\nDa\r\n", "Anfragen &- Gr&APYA3w-e &T2BZfQ-")
    await box.open(folder=name)
    assert texts((await box.pulled())[0]) == ["Da"]


async def test_an_answer_waits_for_no_page(box: Box) -> None:
    box.write("Frage", "Hallo", message_id="<1@kunde.example>")
    [question], cursor = await box.pulled()
    async with FaultProxy(box.imap.port, raw=True) as line:
        box.imap_port = line.port
        await box.open(timeout_s=20)
        held = line.add(Effect.HOLD, Match(data=rb"EXAMINE"))
        reading = asyncio.ensure_future(box.connector.pull("inbox", cursor, 50))
        await asyncio.wait_for(held.reached.wait(), 5)
        sent = await asyncio.wait_for(box.connector.send(replace(answer(question), subject="x"), 1), 5)
        assert isinstance(sent, Sent)
        held.release()
        await reading
