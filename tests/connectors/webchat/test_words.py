"""The parts without a server: hours, settings, sessions, counters, files, colours, and what an item says."""

import base64
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.connectors.webchat import Webchat, look
from unisono.connectors.webchat.hours import open_times, parse_hours
from unisono.connectors.webchat.options import BadOption, options_of
from unisono.connectors.webchat.read import Changed, Left, Saw, TookBack, Wrote, item, read_item
from unisono.connectors.webchat.sessions import LIFE_S, Sessions, visitor_mark
from unisono.connectors.webchat.strangers import Allowance, Strangers, network_of
from unisono.connectors.webchat.uploads import UploadedFile, problem_with, safe_name
from unisono.contract import Account, AuthorGone, Created, Deleted, Edited, Raw, Reject, Sent, Status, Unreadable, load_manifest
from unisono.domain.words import ChannelState, DeliveryState, Visibility
from unisono.testing.context import DictMemory, DictSecrets

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


class Hand:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def context(**config):
    account = Account(channel_id=uuid4(), name="Kanal", config=config)
    return SimpleNamespace(account=account, clock=Hand(), secrets=DictSecrets({}), memory=DictMemory())


# -- hours


def test_hours_are_understood_as_people_write_them():
    spans = parse_hours("Mo-Fr 08:00-19:00, Sa 09.00–14.00; Sun 10:00-12:00")
    assert [(span.days, span.opens, span.closes) for span in spans] == [
        ((0, 1, 2, 3, 4), 480, 1140), ((5,), 540, 840), ((6,), 600, 720),
    ]  # fmt: skip
    assert parse_hours("Sa-Mo 10:00-24:00")[0].days == (5, 6, 0)
    assert parse_hours("") == ()


@pytest.mark.parametrize(
    "text", ["immer", "Mo-Fr", "Mo 8-19", "Xy 08:00-19:00", "Mo 19:00-08:00", "Mo 08:70-19:00", "Mo 08:00-25:00"]
)
def test_hours_that_cannot_be_read_are_refused_with_an_example(text):
    with pytest.raises(ValueError, match="08:00-19:00"):
        parse_hours(text)


def test_opening_times_follow_the_zone_over_the_change_of_the_clocks():
    times = open_times(parse_hours("Mo-So 08:00-20:00"), BERLIN, datetime(2026, 10, 23, 22, 30, tzinfo=UTC), days=3)
    assert [start.hour for start, _ in times] == [6, 7, 7]
    assert [(end - start).seconds for start, end in times] == [43_200] * 3


def test_midnight_is_the_end_of_the_day():
    ((_, end),) = open_times(parse_hours("Mo 10:00-24:00"), BERLIN, NOW, days=1)
    assert end == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


# -- settings


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"colour": "petrol"}, "colour"), ({"colour": "#12345"}, "colour"), ({"hours": "immer"}, "hours"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"time_zone": "../etc"}, "time_zone"), ({"language": "fr"}, "language"),
        ({"allowed_origins": "www.firma.example"}, "allowed_origins"), ({"allowed_origins": "https://a.example/pfad"}, "allowed_origins"),
        ({"privacy_url": "javascript:alert(1)"}, "privacy_url"), ({"max_file_mb": "viel"}, "max_file_mb"),
    ],
)  # fmt: skip
async def test_a_setting_that_cannot_be_used_is_named_by_the_check(config, field):
    with pytest.raises(BadOption) as bad:
        options_of(config)
    assert bad.value.field == field
    health = await Webchat(context(**config)).check()
    assert (health.state, health.field) == (ChannelState.MISCONFIGURED, field)


async def test_without_any_setting_the_chat_works():
    health = await Webchat(context()).check()
    assert (health.state, health.handle) == (ChannelState.OK, "Kanal")


def test_other_websites_are_named_or_kept_out():
    assert not options_of({}).allows("https://www.firma.example")
    named = options_of({"allowed_origins": "https://www.Firma.example/ https://shop.firma.example:8443"})
    assert named.allows("https://www.firma.example")
    assert named.allows("https://shop.firma.example:8443")
    assert not named.allows("http://www.firma.example")
    assert not named.allows("https://firma.example")
    assert options_of({"allowed_origins": "*"}).allows("https://anything.example")


def test_the_manifest_and_the_settings_name_the_same_things_in_both_languages():
    manifest = load_manifest(Webchat.folder)
    assert set(manifest.config["properties"]) == set(type(options_of({})).__struct_fields__)
    for name, schema in manifest.config["properties"].items():
        assert {"de", "en"} == set(schema["title"]) == set(schema["description"])
        if "default" in schema:
            assert schema["default"] == getattr(options_of({}), name)


# -- sessions


async def test_the_same_word_is_the_same_session_and_another_channels_token_is_none():
    ctx = context()
    first, again = await Sessions(ctx).begin("ab" * 16), await Sessions(ctx).begin("ab" * 16)
    assert first is not None
    assert again is not None
    assert first.id == again.id
    assert (await Sessions(ctx).begin("cd" * 16)).id != first.id
    assert (await Sessions(ctx).resume(first.token)).id == first.id
    assert await Sessions(context()).resume(first.token) is None
    other = context()
    other.secrets = ctx.secrets
    assert await Sessions(other).resume(first.token) is None


@pytest.mark.parametrize("word", ["", "kurz", "AB" * 16, "ab" * 15, "ab" * 33, "ab" * 16 + "\n"])
async def test_a_word_that_is_no_random_word_begins_nothing(word):
    assert await Sessions(context()).begin(word) is None


@given(st.text(max_size=80))
async def test_no_made_up_token_is_a_session(token):
    assert await Sessions(context()).resume(token) is None


async def test_a_touched_token_is_no_session():
    sessions = Sessions(context())
    token = (await sessions.begin("ab" * 16)).token
    session_id, issued, signature = token.split(".")
    for changed in (
        f"{'A' * 22}.{issued}.{signature}",
        f"{session_id}.{int(issued) + 1}.{signature}",
        f"{session_id}.{issued}.{signature[:-1]}A",
    ):
        assert changed == token or await sessions.resume(changed) is None


async def test_a_token_is_renewed_while_it_is_used_and_ends_when_it_is_not():
    ctx = context()
    session = await Sessions(ctx).begin("ab" * 16)
    ctx.clock.at += timedelta(days=2)
    renewed = await Sessions(ctx).resume(session.token)
    assert renewed.id == session.id
    assert renewed.token != session.token
    ctx.clock.at += timedelta(seconds=LIFE_S - 86_400)
    assert await Sessions(ctx).resume(session.token) is None
    assert (await Sessions(ctx).resume(renewed.token)).id == session.id


def test_the_mark_that_colleagues_see_says_nothing_of_the_session():
    assert visitor_mark("abc") not in ("abc", "#abc")
    assert len(visitor_mark("x")) == 7


# -- counters


def test_a_bucket_empties_and_fills_again_by_time():
    hand = Hand()
    counter = Strangers(hand.now)
    rule = Allowance(3, 0.5)
    assert [counter.spend("m", "a", rule) for _ in range(4)] == [0, 0, 0, 2.0]
    assert counter.spend("m", "b", rule) == 0
    hand.at += timedelta(seconds=2)
    assert [counter.spend("m", "a", rule) for _ in range(2)] == [0, 2.0]
    hand.at += timedelta(days=1)
    assert [counter.spend("m", "a", rule) for _ in range(4)] == [0, 0, 0, 2.0]


def test_only_so_many_strangers_are_remembered():
    counter = Strangers(Hand().now)
    for number in range(20_050):
        counter.spend("m", str(number), Allowance(1, 1))
    assert len(counter._buckets) == 20_000


def test_one_household_counts_as_one():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("testclient") == "testclient"


# -- files

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "


@pytest.mark.parametrize(
    ("type_", "content", "problem"),
    [
        ("image/png", PNG, None), ("image/webp", WEBP, None), ("application/pdf", b"%PDF-1.7", None), ("text/plain", "äöü".encode(), None),
        ("image/png", b"<script>", "file_type"), ("image/svg+xml", b"<svg/>", "file_type"), ("text/html", b"<p>", "file_type"),
        ("text/plain", b"a\x00b", "file_type"), ("text/plain", b"\xff\xfe", "file_type"), ("image/jpeg", PNG, "file_type"),
        ("application/zip", b"PK\x03\x04", "file_type"), ("image/png", PNG + bytes(1_000_000), "file_too_large"),
    ],
)  # fmt: skip
def test_a_file_must_be_what_it_says(type_, content, problem):
    assert problem_with([UploadedFile(name="x", type=type_, content=content)], 1_000_000) == problem


def test_as_many_files_as_allowed_and_none_where_they_are_off():
    file = UploadedFile(name="x.png", type="image/png", content=PNG)
    assert problem_with([file] * 3, 1_000) is None
    assert problem_with([file] * 4, 1_000) == "too_many_files"
    assert problem_with([file], 0) == "files_off"


@pytest.mark.parametrize(
    ("name", "safe"), [("../../etc/passwd", ".._.._etc_passwd"), ("", "file"), ("a\x00b.png", "a_b.png"), ("C:\\x", "C__x")]
)
def test_a_file_name_has_no_path(name, safe):
    assert safe_name(name) == safe


# -- colours and the script


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(st.integers(0, 0xFFFFFF))
def test_text_on_any_brand_colour_can_be_read(number):
    colour = f"#{number:06x}"
    one, other = sorted((_luminance(colour), _luminance(look.ink_on(colour))))
    assert (other + 0.05) / (one + 0.05) >= 4.5


def test_the_script_is_small_and_holds_nothing_that_could_end_it():
    import gzip

    script = look.script(options_of({"title": "</script><b>", "hours": "Mo-Fr 08:00-19:00, Sa 09:00-14:00"}), "x", NOW)
    assert len(gzip.compress(script)) < 12_000
    assert b"</script>" not in script
    assert not any(mark in script for mark in (b"[[SETTINGS", b"[[LOOK", b"[[TEXTS"))
    assert b"http" not in script.replace(b"http://www.w3.org/2000/svg", b"").replace(b"https?:", b"")


def test_every_text_of_the_chat_is_there_in_both_languages_and_is_used():
    import json

    texts = json.loads((Webchat.folder / "static" / "texts.json").read_text())
    code = (Webchat.folder / "static" / "chat.js").read_text()
    assert set(texts["de"]) == set(texts["en"])
    for key in texts["de"]:
        assert f"'{key}'" in code or key.startswith(("e_", "notice_")), f"{key} is not used"


# -- what an item says


def test_a_message_is_private_and_of_a_visitor_without_a_name():
    (event,) = read_item(item(Wrote(session="s", key="k", at=NOW, text="Hallo"), NOW))
    assert isinstance(event, Created)
    assert (event.remote_id, event.thread.root_id, event.thread.visibility) == ("s/k", "s", Visibility.PRIVATE)
    assert (event.author.remote_id, event.author.display_name, event.author.handle) == ("s", "", visitor_mark("s"))


def test_consent_to_mail_is_recorded_with_time_address_and_words():
    wrote = Wrote(session="s", key="k", at=NOW, text="Bitte", email="a@b.example", consent_at=NOW, consent_text="Ja, gern")
    (event,) = read_item(item(wrote, NOW))
    assert isinstance(event, Created)
    assert event.details == {
        "reply_by": "email", "email": "a@b.example", "consent_at": NOW.isoformat(), "consent_text": "Ja, gern",
    }  # fmt: skip


def test_files_come_along_byte_for_byte():
    wrote = Wrote(
        session="s", key="k", at=NOW, text="", files=[UploadedFile(name="../z.png", type="image/png", content=PNG, alt="Z")]
    )
    (event,) = read_item(item(wrote, NOW))
    assert isinstance(event, Created)
    (file,) = event.attachments
    assert (file.name, file.content, file.size_bytes, file.alt_text) == (".._z.png", PNG, len(PNG), "Z")
    assert base64.b64encode(PNG) in item(wrote, NOW).body


@pytest.mark.parametrize(
    ("sent", "key", "kind"),
    [
        (Changed(session="s", key="k", at=NOW, revision=7, text="x"), "message:s/k:7", Edited),
        (TookBack(session="s", key="k", at=NOW), "delete:s/k:0", Deleted),
        (Left(session="s", at=NOW), "forget:s:0", AuthorGone),
        (Saw(message=str(UUID(int=1)), state="read", at=NOW), f"seen:{UUID(int=1)}:read", Status),
    ],
)
def test_each_thing_that_is_done_has_one_key_and_one_event(sent, key, kind):
    raw = item(sent, NOW)
    (event,) = read_item(raw)
    assert raw.ingest_key == key
    assert isinstance(event, kind)
    if isinstance(event, Status):
        assert (event.state, event.client_key) == (DeliveryState.READ, str(UUID(int=1)))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"kind":"message"}', b'{"kind":"party"}', b"\xff", b"null"])
def test_what_is_no_item_is_unreadable(body):
    with pytest.raises(Unreadable):
        read_item(Raw(ingest_key="x", body=body, received_at=NOW))


# -- sending


async def test_sending_is_letting_it_stand_and_the_same_for_ever(out_message):
    chat = Webchat(context())
    assert chat.capabilities().native_idempotency
    for attempt in (1, 2, 9):
        assert await chat.send(out_message(), attempt) == Sent(remote_id="key")
    assert await chat.reconcile(out_message()) == Sent(remote_id="key")


@pytest.mark.parametrize(("over", "taken"), [(-1, True), (0, True), (1, False)])
async def test_a_long_answer_is_refused_in_words(out_message, over, taken):
    result = await Webchat(context()).send(out_message(text="x" * (8_000 + over)), 1)
    assert isinstance(result, Sent if taken else Reject)


@pytest.mark.law6
async def test_an_answer_for_a_public_thread_is_not_sent(out_message):
    result = await Webchat(context()).send(out_message(visibility=Visibility.PUBLIC), 1)
    assert isinstance(result, Reject)
    assert result.code == "private_only"


async def test_typing_is_remembered_for_a_moment(out_message):
    ctx = context()
    chat = Webchat(ctx)
    await chat.typing(out_message().thread, True)
    assert list(ctx.memory.values) == ["typing:root"]
    await chat.typing(out_message().thread, False)
    assert ctx.memory.values == {}


@pytest.fixture
def out_message():
    from unisono.contract import Author, OutMessage, ThreadRef

    def make(text: str = "Moin", visibility: Visibility = Visibility.PRIVATE) -> OutMessage:
        return OutMessage(
            key="key", thread=ThreadRef(visibility=visibility, root_id="root"), in_reply_to=None, recipient=Author(remote_id="root"),
            text=text, created_at=NOW,
        )  # fmt: skip

    return make
