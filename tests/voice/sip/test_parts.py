"""The parts of the driver that need no telephone."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.voice.sip.conftest import Context
from unisono.app.doctor import Level, look_at_telephony
from unisono.app.settings import Settings
from unisono.contract.voice import Cause, Endpoint, EndpointKind, Hangup, Refused, Verstat
from unisono.testing.telephony.kamailio import CONFIG
from unisono.voice.sip.callers import caller_of, number_of, plain
from unisono.voice.sip.door import Barred, Door, Way
from unisono.voice.sip.driver import SipDriver
from unisono.voice.sip.endpoint.replacing import replaces_of
from unisono.voice.sip.endpoint.sounds import BadSound, built_in, read_wave
from unisono.voice.sip.settings import BadSipSettings, SipSettings, read_settings

pytestmark = pytest.mark.voice


def settings(**more: Any) -> SipSettings:
    return read_settings({"trunk": "sip.provider.example", "phones": "phones.example:5060", "may_dial": ["+49"], **more})


def number(address: str) -> Endpoint:
    return Endpoint(kind=EndpointKind.NUMBER, address=address)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("+491701234567", "sip:+491701234567@sip.provider.example"),
        ("0170 123-4567", "sip:+491701234567@sip.provider.example"),
        ("00491701234567", "sip:+491701234567@sip.provider.example"),
    ],
)
def test_a_number_is_written_anew_before_it_is_dialled(address: str, target: str) -> None:
    assert Door(settings(), lambda: 0.0).find(number(address), "anna") == Way(target=target, inside=False)


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        (number("+15551234567"), "forbidden"),
        (number("+4990012345"), "forbidden"),
        (number("110"), "emergency"),
        (number("+112"), "emergency"),
        (number("+49170123;phone-context=evil"), "bad_number"),
        (number("+49170123\r\nTo: x"), "bad_number"),
        (number("+4９170123456"), "bad_number"),
        (number("anna"), "bad_number"),
        (Endpoint(kind=EndpointKind.AGENT, address="anna@evil.example"), "bad_phone"),
        (Endpoint(kind=EndpointKind.AGENT, address="sip:anna@phones.example:5060?Route=evil"), "ok"),
        (Endpoint(kind=EndpointKind.AGENT, address="a b"), "bad_phone"),
        (Endpoint(kind=EndpointKind.AGENT, address=""), "no_phone"),
        (Endpoint(kind=EndpointKind.SIP, address="sip:x@evil.example"), "forbidden"),
        (Endpoint(kind=EndpointKind.SIP, address="sip:x@evil.example@phones.example:5060"), "bad_phone"),
        (Endpoint(kind=EndpointKind.VISITOR, address="x"), "unknown_endpoint"),
    ],
)
def test_what_is_dialled_is_put_together_from_checked_parts(endpoint: Endpoint, code: str) -> None:
    found = Door(settings(never_dial=["+49900"]), lambda: 0.0).find(endpoint, "anna")
    if code == "ok":
        assert found == Way(target="sip:anna@phones.example:5060", inside=True)
    else:
        assert isinstance(found, Barred)
        assert found.code == code


def test_an_emergency_number_is_dialled_where_the_trunk_tells_where_we_are() -> None:
    found = Door(settings(location=True, may_dial=[]), lambda: 0.0).find(number("112"), "anna")
    assert found == Way(target="sip:112@sip.provider.example", inside=False)


def test_the_longer_beginning_counts() -> None:
    door = Door(settings(may_dial=["+49", "+4990012"], never_dial=["+49900"]), lambda: 0.0)
    assert isinstance(door.find(number("+4990012345"), "a"), Way)
    assert isinstance(door.find(number("+4990098765"), "a"), Barred)


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"calls_per_hour": 2}, "too_many_an_hour"),
        ({"outside_at_once": 2}, "too_many_at_once"),
        ({"minutes_per_hour": 5}, "too_long_an_hour"),
    ],
)
def test_what_goes_out_has_limits_that_pass(limit: dict[str, int], code: str) -> None:
    now = 0.0
    door = Door(settings(**limit), lambda: now)
    for leg in ("one", "two"):
        assert isinstance(door.find(number("+491701234567"), "anna"), Way)
        door.opened(leg)
    now = 200.0
    barred = door.find(number("+491701234567"), "anna")
    assert isinstance(barred, Barred)
    assert barred.code == code
    door.closed("one")
    door.closed("one")
    door.closed("two")
    now = 4000.0
    assert isinstance(door.find(number("+491701234567"), "anna"), Way)


@pytest.mark.parametrize(
    ("written", "country", "read"),
    [
        ("+49 30 123456", "49", "+4930123456"),
        ("030123456", "43", "+4330123456"),
        ("0043123456", "49", "+43123456"),
        ("201", "49", None),
        ("anna", "49", None),
    ],
)
def test_numbers_are_read_as_trunks_write_them(written: str, country: str, read: str | None) -> None:
    assert number_of(written, country) == read


def test_who_calls_is_believed_as_far_as_the_trunk_vouches() -> None:
    headers = {
        "from": '"Bank" <sip:+4966666@evil.example>;tag=1',
        "p-asserted-identity": '"Real" <sip:+4930123456@trunk;verstat=TN-Validation-Passed>',
    }
    believed = caller_of(headers, "", country="49", trusts_identity=True)
    assert (believed.address, believed.display_name, believed.verstat) == ("+4930123456", "Real", Verstat.PASSED)
    doubted = caller_of(headers, "", country="49", trusts_identity=False)
    assert (doubted.address, doubted.verstat) == ("+4966666", Verstat.UNKNOWN)
    hidden = caller_of({**headers, "privacy": "id"}, "", country="49", trusts_identity=True)
    assert (hidden.address, hidden.display_name, hidden.verstat) == ("", "", Verstat.WITHHELD)
    assert (
        caller_of({"from": '"Anonymous" <sip:anonymous@anonymous.invalid>'}, "", country="49", trusts_identity=False).address
        == ""
    )


@pytest.mark.parametrize(
    ("refer_to", "read"),
    [
        ("<sip:b@x?Replaces=a%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>", "a@h;to-tag=1;from-tag=2"),
        ("<sip:b@x;transport=udp?Require=x&REPLACES=a%3Bfrom-tag%3D2%3Bto-tag%3D1%3Bearly-only>", "a;to-tag=1;from-tag=2"),
        ("<sip:b@x>", None),
        ("<sip:b@x?Replaces=a>", None),
        ("<sip:b@x?Replaces=a%3Bto-tag%3D1>", None),
        ("<sip:b@x?Replaces=a%0D%0AX%3A1%3Bto-tag%3D1%3Bfrom-tag%3D2>", None),
        ("<sip:b@x?Replaces=a%3Bto-tag%3D1%0D%0A%3Bfrom-tag%3D2>", None),
        ("<sip:b@x?Replaces=a%20b%3Bto-tag%3D1%3Bfrom-tag%3D2>", None),
        (f"<sip:b@x?Replaces={'a' * 500}%3Bto-tag%3D1%3Bfrom-tag%3D2>", None),
    ],
)
def test_the_talk_to_be_taken_over_is_read_strictly(refer_to: str, read: str | None) -> None:
    assert replaces_of(refer_to) == read


def test_a_stranger_s_words_steer_no_terminal() -> None:
    assert plain("\x1b[31mred\u202e\r\n", 100) == "[31mred"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"listen": "here"}, "listen"),
        ({"rtp_ports": "1-2"}, "rtp_ports"),
        ({"trunk": "sip:evil@x"}, "trunk"),
        ({"allow": ["everybody"]}, "allow"),
        ({"media_from": ["everybody"]}, "media_from"),
        ({"may_dial": ["49"]}, "may_dial"),
        ({"transport": "pigeon"}, "transport"),
        ({"country": "+49"}, "country"),
        ({"headers": [f"X-{n}" for n in range(11)]}, "headers"),
        ({"calls": 0}, "calls"),
        ({"truck": "x"}, "truck"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(wrong: dict[str, Any], word: str) -> None:
    with pytest.raises(BadSipSettings, match=word):
        settings(**wrong)


def test_what_cannot_be_played_is_said() -> None:
    with pytest.raises(BadSound, match="WAV"):
        read_wave(b"RIFF....", "hello")
    assert set(built_in()) >= {"music", "ringing", "busy", "beep", "notice"}


def test_the_doctor_says_whether_the_endpoint_can_run(tmp_path: Path) -> None:
    file = tmp_path / "voice.toml"
    house = Settings(data=str(tmp_path))
    assert look_at_telephony(house) == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        file.write_text(f'[sip]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\nmay_dial = ["+49"]\n', encoding="utf-8")
        note, fine = look_at_telephony(house)
    assert (note.level, fine.level) == (Level.NOTE, Level.OK)
    assert "in use" in note.text
    file.write_text('[sip]\nlisten = "127.0.0.1:5060"\ntrunk = "192.0.2.1"\nmay_dial = ["+49"]\n', encoding="utf-8")
    assert [f.level for f in look_at_telephony(house) if "cannot reach it" in f.text] == [Level.ERROR]
    file.write_text("[sip]\nlisten = 5\n", encoding="utf-8")
    assert look_at_telephony(house)[0].level is Level.ERROR
    file.write_text("listen = 5\n", encoding="utf-8")
    assert look_at_telephony(house)[0].level is Level.ERROR


def test_the_guide_shows_the_configuration_that_was_tried() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "connect-sip.md").read_text(encoding="utf-8")
    assert f"```text\n{CONFIG.read_text(encoding='utf-8')}```" in guide


def test_the_guide_names_every_setting() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "how-to" / "connect-sip.md").read_text(encoding="utf-8")
    assert [name for name in SipSettings.__struct_fields__ if f"`{name}`" not in guide] == []


class Mute:
    """An endpoint that says nothing."""

    def send(self, _: object) -> None: ...


async def test_who_is_told_to_stop_while_the_endpoint_is_asked_stops(tmp_path: Path) -> None:
    driver = SipDriver(Context({"trunk": "sip.provider.example", "phones": "phones.example"}, tmp_path))
    driver._link = Mute()  # type: ignore[assignment]  # what is asked goes nowhere
    asking = [
        asyncio.create_task(driver.snapshot()),
        asyncio.create_task(driver.do(Hangup(command_id="1", call_id="2", cause=Cause.NORMAL))),
    ]
    await asyncio.sleep(0)
    for task in asking:
        task.cancel()
    done, _ = await asyncio.wait(asking, timeout=10)
    assert [task.cancelled() for task in done] == [True, True]


async def test_who_asks_an_endpoint_that_goes_is_told_so(tmp_path: Path) -> None:
    driver = SipDriver(Context({"trunk": "sip.provider.example", "phones": "phones.example"}, tmp_path))
    driver._link = Mute()  # type: ignore[assignment]  # what is asked goes nowhere
    looking = asyncio.create_task(driver.snapshot())
    hanging_up = asyncio.create_task(driver.do(Hangup(command_id="1", call_id="2", cause=Cause.NORMAL)))
    await asyncio.sleep(0)
    await driver._lose()
    with pytest.raises(OSError, match="no answer"):
        await looking
    refused = await hanging_up
    assert isinstance(refused, Refused)
    assert (refused.code, refused.again) == ("cut", True)
