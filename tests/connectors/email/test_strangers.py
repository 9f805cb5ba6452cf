"""Whatever bytes come: read or refused as a whole, twice the same, never anything else."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.connectors.email.golden import MAILS, raw_of, reader
from unisono.connectors._mail.raw import CutFile, CutText, Facts, wrapped
from unisono.contract import Created, Event, Unreadable

READER = reader()
GOOD = [path.read_bytes() for path in sorted(MAILS.glob("*.eml")) if 0 < path.stat().st_size < 20_000]
HOSTILE = [
    b"\0", b"\xff\xfe", b"\r\n\r\n", b"\n", b"--grenze", b"--grenze--", b"=?utf-8?B?", b"?=", b"=?", b"=?x?Q?=", b"<", b">", b"@",
    b"filename*0*=", b"charset=", b'"', b"\\", b"(", b";", b":", b"Content-Type: multipart/mixed; boundary=", b"boundary=\"\"",
    b"Content-Type: message/rfc822\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n", b"References: ", b"<@>", b"=", b"=\r\n",
    b"Date: Mon, 99 Nov 99999 99:99:99 +9999\r\n", b"From: ", b"From: \xe2\x80\xae<a@b>\r\n", b"\xed\xa0\x80", b"+AAA-",
    b'{"unisono_mail":1,"texts":[]}\n', b'{"unisono_mail":', b"charset=utf-7", b"charset=hex", b"charset=idna", b"cid:", b"<blockquote>" * 20,
]  # fmt: skip


def read_twice(body: bytes) -> list[Event]:
    """Read bytes; what comes of it is the same the second time, and can be stored."""
    told: list[tuple[str, object]] = []
    events: list[Event] = []
    for _ in range(2):
        try:
            events = reader().read(raw_of(body))
            told.append(("read", msgspec.to_builtins(events, builtin_types=(bytes, datetime))))
        except Unreadable as error:
            told.append(("unreadable", str(error)))
    assert told[0] == told[1]
    for event in events:
        if isinstance(event, Created):
            assert event.occurred_at.tzinfo is not None
            assert event.occurred_at <= datetime(2026, 11, 4, tzinfo=UTC), "never in the future"
            for text in (event.remote_id, event.thread.root_id, event.author.remote_id, *event.thread.aliases):
                text.encode()
                assert "\0" not in text, "a key of the database"
                assert 0 < len(text) <= 1_000
    return events


@given(st.binary(max_size=4_000))
@example(b"")
@example(b"\r\n")
@example(b"Subject")
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    read_twice(body)


@given(st.lists(st.sampled_from(HOSTILE) | st.binary(max_size=30), max_size=40).map(b"".join))
@settings(max_examples=400)
def test_pieces_of_mails_in_any_order_are_read_or_refused(body: bytes) -> None:
    read_twice(b"Subject: x\r\n" + body)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good mail to which something happened on the way."""
    content = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        match draw(st.integers(0, 4)):
            case 0:
                content[place : place + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del content[place : place + draw(st.integers(1, 200))]
            case 2:
                content[place:place] = content[place : place + draw(st.integers(1, 300))]
            case 3:
                content[place:place] = draw(st.sampled_from(HOSTILE))
            case _:
                del content[place:]
    return bytes(content)


@given(mutated())
@settings(max_examples=800, suppress_health_check=[HealthCheck.too_slow])
def test_good_mails_that_were_damaged_are_read_or_refused(body: bytes) -> None:
    read_twice(body)


@given(
    st.builds(
        Facts, uid=st.integers(0, 2**32), size=st.integers(0, 10**9), sent=st.booleans(), problem=st.text(max_size=20),
        texts=st.lists(
            st.builds(
                CutText, media_type=st.sampled_from(["text/plain", "text/html"]), charset=st.sampled_from(["", "utf-8", "x", "utf-16"]),
                encoding=st.sampled_from(["", "base64", "quoted-printable", "8bit"]), content=st.binary(max_size=200),
                size=st.integers(0, 10**9), flowed=st.booleans(),
            ), max_size=4).map(tuple),
        files=st.lists(
            st.builds(CutFile, name=st.text(max_size=9), media_type=st.just("a/b"), size=st.integers(0, 9), ref=st.just("{}")), max_size=3
        ).map(tuple),
    ),
    st.sampled_from(GOOD),
)  # fmt: skip
@settings(max_examples=200)
def test_mails_that_were_fetched_in_parts_are_read_or_refused(facts: Facts, content: bytes) -> None:
    head = content.partition(b"\r\n\r\n")[0]
    read_twice(wrapped(facts, head))


HEAD = b"From: berta@kunde.example\r\nTo: hilfe@shop.example\r\nSubject: Lieferung\r\nMessage-ID: <1@kunde.example>\r\n"


def nested(depth: int, kind: bytes = b"mixed") -> bytes:
    body = b""
    for n in range(depth):
        body += b'Content-Type: multipart/%b; boundary="g%d"\r\n\r\n--g%d\r\n' % (kind, n, n)
    return HEAD + b"MIME-Version: 1.0\r\n" + body + b"Content-Type: text/plain\r\n\r\nGanz innen\r\n"


MANY = b"\r\n".join(b"--g\r\nContent-Type: image/png; name=%d.png\r\n\r\nx" % n for n in range(2_000))
EXTREMES = {
    "a thousand multiparts": (nested(1_000), "Ganz innen"),
    "fifty multiparts": (nested(50), "Ganz innen"),
    "a thousand mails in mails": (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"Ganz innen", "Ganz innen"),
    "2,000 files": (HEAD + b"Content-Type: multipart/mixed; boundary=g\r\n\r\n--g\r\n\r\nText\r\n" + MANY + b"\r\n--g--", "Text"),
    "a header of 10 MB": (HEAD + b"X-Lang: " + b"x" * 10_000_000 + b"\r\n\r\nText", "Text"),
    "100,000 headers": (HEAD + b"X-Viel: 1\r\n" * 100_000 + b"\r\nText", "Text"),
    "50,000 recipients": (HEAD + b"Cc: " + b", ".join(b"a%d@b.example" % n for n in range(50_000)) + b"\r\n\r\nText", "Text"),
    "100,000 references": (HEAD + b"References: " + b" ".join(b"<%d@b.example>" % n for n in range(100_000)) + b"\r\n\r\nText", "Text"),
    "an open bracket of 1 MB": (HEAD + b"References: " + b"<" * 1_000_000 + b"\r\n\r\nText", "Text"),
    "an open comment": (HEAD + b"Reply-To: " + b"(" * 100_000 + b"\r\n\r\nText", "Text"),
    "an endless encoded word": (HEAD + b"X-A: =?utf-8?Q?" + b"=C3=BC" * 50_000 + b"\r\n\r\nText", "Text"),
    "many encoded words": (HEAD[:-2] + b"\r\nCc: " + b"=?utf-8?Q?a?= " * 50_000 + b"\r\n\r\nText", "Text"),
    "a million lines": (HEAD + b"\r\n" + b"Text\r\n" * 1_200_000, "Text"),
    "a line of 5 MB": (HEAD + b"\r\n" + b"Text " * 1_000_000, "Text"),
    "100,000 quotation marks": (HEAD + b"\r\nText\r\n" + b">" * 100_000, "Text"),
    "a tower of quotations": (HEAD + b"\r\nText\r\n" + b"".join(b">" * n + b" x\r\n" for n in range(2_000)), "Text"),
    "HTML of 5 MB": (HEAD + b"Content-Type: text/html\r\n\r\n<p>Text" + b"<b>x</b>" * 600_000, "Text"),
    "100,000 open tags": (HEAD + b"Content-Type: text/html\r\n\r\nText" + b"<span>" * 100_000, "Text"),
    "an open tag of 1 MB": (HEAD + b"Content-Type: text/html\r\n\r\nText<a " + b"x=y " * 250_000, "Text"),
    "base64 of 5 MB of blanks": (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"Text") + b" " * 5_000_000, "Text"),
    "attributions": (HEAD + b"\r\nText\r\n" + b"Am schrieb " * 200_000, "Text"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.timeout(30)
def test_extremes_are_read_within_bounds_and_nothing_is_left_out(name: str) -> None:
    content, text = EXTREMES[name]
    [event] = READER.read(raw_of(content))
    assert isinstance(event, Created)
    assert event.author.remote_id == "berta@kunde.example"
    assert text in event.text or any(text.encode() in (file.content or b"") for file in event.attachments)
    assert len(event.text) <= len(content) + 100
    if "original.eml" in [file.name for file in event.attachments]:
        assert event.attachments[-1].content == content
        assert event.details["problems"], "a person is told why"


def test_the_meanings_of_the_files_hold_for_every_kind_of_line_end() -> None:
    for path in sorted(MAILS.glob("quoting-*.eml")) + sorted(MAILS.glob("charset-utf-8*.eml")):
        content = path.read_bytes()
        assert _told(content) == _told(content.replace(b"\r\n", b"\n")), path.name


def _told(content: bytes) -> list[tuple[str, str, object]]:
    return [(e.text, e.subject, e.details.get("history")) for e in READER.read(raw_of(content)) if isinstance(e, Created)]


def test_fixtures_are_small_enough_to_be_looked_at() -> None:
    assert sum(path.stat().st_size for path in Path(MAILS).glob("*")) < 1_000_000
