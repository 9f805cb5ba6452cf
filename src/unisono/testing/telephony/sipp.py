"""sipp from the system's packages: callers and phones, each a script of what it sends and what it waits for.

A script is put together from a few steps; sound is an `Ear`'s, whose port stands in the session description.
"""

import asyncio
import contextlib
import itertools
import re
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_NUMBERS: Final = itertools.count(1)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE scenario SYSTEM "sipp.dtd"><scenario name="unisono">\n'


SIPP: Final = Path("/usr/bin/sipp")


#: By the call's name in its log the script says that it waits; the word is a message of that name.
_WORD: Final = ('<nop><action><log message="[call_id]"/></action></nop>', '<recv request="MESSAGE"/>')


def _sdp(port: int, direction: str, formats: str) -> str:
    names = {"8": "PCMA/8000", "0": "PCMU/8000", "101": "telephone-event/8000", "9": "G722/8000"}
    lines = [
        "v=0",
        "o=sipp 1 1 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio {port or '[rtpstream_audio_port]'} RTP/AVP {formats}",
        *(f"a=rtpmap:{name} {names[name]}" for name in formats.split()),
        *(["a=fmtp:101 0-15"] if "101" in formats.split() else []),
        f"a={direction}",
    ]
    return "\n".join(lines) + "\n"


@dataclass
class Caller:
    """Whoever calls: `to` at a server. headers: further lines of the INVITE. from_: the whole From, without its tag."""

    to: str
    port: int
    from_: str = '"Maria" <sip:+4930123456@127.0.0.1:[local_port]>'
    headers: Sequence[str] = ()
    formats: str = "8 101"
    _sequence: int = 1
    steps: list[str] = field(default_factory=list)

    def invites(self) -> "Caller":
        """Send the INVITE."""
        more = "".join(f"{line}\n" for line in self.headers)
        self.steps.append(
            _send(
                f"INVITE sip:{self.to}@[remote_ip]:[remote_port] SIP/2.0\n"
                "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
                f"From: {self.from_};tag=[pid]c[call_number]\nTo: <sip:{self.to}@[remote_ip]:[remote_port]>\n"
                f"Call-ID: [call_id]\nCSeq: {self._sequence} INVITE\nContact: <sip:caller@[local_ip]:[local_port]>\n"
                f"Max-Forwards: 20\n{more}Content-Type: application/sdp\nContent-Length: [len]\n\n"
                + _sdp(self.port, "sendrecv", self.formats)
            )
        )
        return self

    def is_answered(self) -> "Caller":
        """Wait for the 200, and confirm it."""
        self.steps += [
            *(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183)),
            '<recv response="200" rrs="true"/>',
            _send(self._within("ACK", self._sequence)),
        ]
        return self

    def rings(self) -> "Caller":
        """Wait until it rings."""
        self.steps += ['<recv response="100" optional="true"/>', '<recv response="180"/>']
        return self

    def is_refused(self, code: int) -> "Caller":
        """Wait for a final answer that is no answer."""
        self.steps += [
            *(f'<recv response="{other}" optional="true"/>' for other in (100, 180, 183)),
            f'<recv response="{code}"/>',
            _send(
                f"ACK sip:{self.to}@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\n"
                f"From: {self.from_};tag=[pid]c[call_number]\n[last_To:]\nCall-ID: [call_id]\n"
                f"CSeq: {self._sequence} ACK\nMax-Forwards: 20\nContent-Length: 0\n"
            ),
        ]
        return self

    def cancels(self) -> "Caller":
        """Give up before it was answered."""
        early, done = (next(_NUMBERS) % 200 + 20 for _ in range(2))
        self.steps += [
            _send(
                f"CANCEL sip:{self.to}@[remote_ip]:[remote_port] SIP/2.0\n"
                "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-3]\n"
                f"From: {self.from_};tag=[pid]c[call_number]\nTo: <sip:{self.to}@[remote_ip]:[remote_port]>\n"
                f"Call-ID: [call_id]\nCSeq: {self._sequence} CANCEL\nMax-Forwards: 20\nContent-Length: 0\n"
            ),
            # Which of the two comes first is the network's business.
            f'<recv response="487" optional="true" next="{early}"/>',
            '<recv response="200"/>',
            f'<recv response="487" next="{done}"/>',
            f'<label id="{early}"/>',
            '<recv response="200"/>',
            f'<label id="{done}"/>',
        ]
        return self

    def waits(self, seconds: float) -> "Caller":
        """Let time pass; whatever comes meanwhile is a fault."""
        self.steps.append(f'<pause milliseconds="{int(seconds * 1000)}"/>')
        return self

    def waits_for_word(self) -> "Caller":
        """Wait until `Sipp.word` says so; whatever comes meanwhile is a fault."""
        self.steps += _WORD
        return self

    def holds(self, *, held: bool = True) -> "Caller":
        """Put the other side on hold by re-INVITE, or take it back."""
        self._sequence += 1
        body = _sdp(self.port, "sendonly" if held else "sendrecv", self.formats)
        self.steps += [
            _send(self._within("INVITE", self._sequence, "Content-Type: application/sdp\n", body)),
            '<recv response="100" optional="true"/>',
            '<recv response="200" rrs="true"/>',
            _send(self._within("ACK", self._sequence)),
        ]
        return self

    def moves(self, port: int) -> "Caller":
        """Have the sound at another port from now on, and say so by re-INVITE."""
        self.port = port
        return self.holds(held=False)

    def refers(self, target: str, *, outcome: str = "") -> "Caller":
        """Ask the other side to call somebody; wait for the answer 202, and with `outcome` for that word in a NOTIFY."""
        self._sequence += 1
        self.steps += [_send(self._within("REFER", self._sequence, f"Refer-To: {target}\n")), '<recv response="202"/>']
        self.steps += _notified(outcome)
        return self

    def tells_key(self, digit: str) -> "Caller":
        """Press a key whose sound the line cannot carry, by INFO."""
        self._sequence += 1
        headers, body = "Content-Type: application/dtmf-relay\n", f"Signal={digit}\nDuration=160\n"
        self.steps += [_send(self._within("INFO", self._sequence, headers, body)), '<recv response="200"/>']
        return self

    def is_told_key(self, digit: str) -> "Caller":
        """Hear a key whose sound the line cannot carry, by INFO."""
        check = f'<ereg regexp="Signal= *{re.escape(digit)}" search_in="body" check_it="true" assign_to="7"/>'
        self.steps += [
            f'<recv request="INFO"><action>{check}</action></recv>',
            '<Reference variables="7"/>',
            _reply("200 OK"),
        ]
        return self

    def is_referred(self) -> "Caller":
        """Be asked to call somebody else, and report that it was done."""
        self._sequence += 1
        done = "SIP/2.0 200 OK\n"
        headers = "Event: refer\nSubscription-State: terminated;reason=noresource\nContent-Type: message/sipfrag\n"
        self.steps += [
            '<recv request="REFER"/>',
            _reply("202 Accepted").replace(";tag=[pid]p[call_number]", ""),
            _send(self._within("NOTIFY", self._sequence, headers, done)),
            '<recv response="200"/>',
        ]
        return self

    def speaks(self, file: str) -> "Caller":
        """Send a file of A-law over and over, by sipp itself; `port` is 0 then, and sipp's own."""
        self.steps.append(f'<nop><action><exec rtp_stream="{file},-1,8"/></action></nop>')
        return self

    def hangs_up(self) -> "Caller":
        """Say BYE."""
        self._sequence += 1
        self.steps += [_send(self._within("BYE", self._sequence)), '<recv response="200"/>']
        return self

    def is_hung_up(self) -> "Caller":
        """Wait for the other side's BYE, answering what it asks meanwhile."""
        self.steps += _until_bye(self.port, self.formats)
        return self

    def script(self) -> str:
        """Return the scenario."""
        return _HEAD + "\n".join(self.steps) + "\n</scenario>\n"

    def _within(self, method: str, sequence: int, headers: str = "", body: str = "") -> str:
        return (
            f"{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[routes]\n"
            f"From: {self.from_};tag=[pid]c[call_number]\nTo: <sip:{self.to}@[remote_ip]:[remote_port]>[peer_tag_param]\n"
            f"Call-ID: [call_id]\nCSeq: {sequence} {method}\nContact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 20\n"
            f"{headers}Content-Length: [len]\n\n{body}"
        )


@dataclass
class Phone:
    """Whoever is called. `port`: where its sound is heard."""

    port: int
    formats: str = "8 101"
    steps: list[str] = field(default_factory=list)

    def rings(self, seconds: float = 0.0) -> "Phone":
        """Take the INVITE in, and ring."""
        # What names the caller's side of the dialog: the tag of their From.
        keep = '<ereg regexp="tag=[^; ]*" search_in="hdr" header="From:" assign_to="1"/>'
        self.steps += [
            f'<recv request="INVITE" rrs="true"><action>{keep}</action></recv>',
            '<Reference variables="1"/>',
            _reply("180 Ringing"),
        ]
        if seconds:
            self.steps.append(f'<pause milliseconds="{int(seconds * 1000)}"/>')
        return self

    def is_taken_over(self, replaces: str) -> "Phone":
        """Take the INVITE in only when it replaces that talk of ours; and do not ring, for we speak already."""
        keep = '<ereg regexp="tag=[^; ]*" search_in="hdr" header="From:" assign_to="1"/>'
        keep += f'<ereg regexp="{re.escape(replaces)}" search_in="hdr" header="Replaces:" check_it="true" assign_to="2"/>'
        self.steps += [
            f'<recv request="INVITE" rrs="true"><action>{keep}</action></recv>',
            '<Reference variables="1,2"/>',
        ]
        return self

    def challenges(self, user: str, password: str, *, shows: str) -> "Phone":
        """Take the INVITE in only from who knows the password, and shows that number; then ring."""
        keep = '<ereg regexp="tag=[^; ]*" search_in="hdr" header="From:" assign_to="1"/>'
        keep += (
            f'<ereg regexp="{re.escape(shows)}" search_in="hdr" header="P-Preferred-Identity:" check_it="true" assign_to="2"/>'
        )
        self.steps += [
            '<recv request="INVITE"/>',
            _challenge("401 Unauthorized"),
            '<recv request="ACK"/>',
            *_checked("INVITE", user, password, keep),
            '<Reference variables="1,2"/>',
            '<nop next="5"/>',
            '<label id="8"/>',
            _reply("403 Forbidden"),
            '<label id="5"/>',
            _reply("180 Ringing"),
        ]
        return self

    def answers(self, *, late_ringing: bool = False) -> "Phone":
        """Take the call. late_ringing: a 180 goes out after the 200, as it does behind proxies that reorder."""
        self.steps.append(_reply("200 OK", _sdp(self.port, "sendrecv", self.formats)))
        if late_ringing:
            self.steps.append(_reply("180 Ringing"))
        self.steps.append('<recv request="ACK"/>')
        return self

    def speaks(self, file: str) -> "Phone":
        """See `Caller.speaks`."""
        self.steps.append(f'<nop><action><exec rtp_stream="{file},-1,8"/></action></nop>')
        return self

    def refuses(self, line: str = "486 Busy Here", *, names: str = "") -> "Phone":
        """Do not take it. names: who is to be called instead (a Contact), as a phone that is forwarded says it."""
        answer = _reply(line)
        if names:
            answer = answer.replace("Contact: <sip:phone@[local_ip]:[local_port]>", f"Contact: {names}")
        self.steps += [answer, '<recv request="ACK"/>']
        return self

    def is_cancelled(self) -> "Phone":
        """Wait until the other side gives up."""
        self.steps += [
            '<recv request="CANCEL"/>',
            _reply("200 OK"),
            _send(
                "SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]p[call_number]\n[last_Call-ID:]\n"
                "CSeq: 1 INVITE\nContent-Length: 0\n"
            ),
            '<recv request="ACK" optional="true"/>',
        ]
        return self

    def waits(self, seconds: float) -> "Phone":
        """Let time pass; whatever comes meanwhile is a fault."""
        self.steps.append(f'<pause milliseconds="{int(seconds * 1000)}"/>')
        return self

    def waits_for_word(self) -> "Phone":
        """Wait until `Sipp.word` says so; whatever comes meanwhile is a fault."""
        self.steps += _WORD
        return self

    def holds(self, *, held: bool = True) -> "Phone":
        """Put the other side on hold by re-INVITE, or take it back."""
        body = _sdp(self.port, "sendonly" if held else "sendrecv", self.formats)
        self.steps += [
            _send(self._within("INVITE", "Content-Type: application/sdp\n", body)),
            '<recv response="100" optional="true"/>',
            '<recv response="200"/>',
            _send(self._within("ACK", again=True)),
        ]
        return self

    def refers(self, target: str, *, outcome: str = "") -> "Phone":
        """Ask for a transfer; see `Caller.refers`."""
        self.steps += [_send(self._within("REFER", f"Refer-To: {target}\n")), '<recv response="202"/>', *_notified(outcome)]
        return self

    def hangs_up(self) -> "Phone":
        """Say BYE."""
        self.steps += [_send(self._within("BYE")), '<recv response="200"/>']
        return self

    def is_hung_up(self) -> "Phone":
        """Wait for the other side's BYE, answering what it asks meanwhile."""
        self.steps += _until_bye(self.port, self.formats)
        return self

    def script(self) -> str:
        """Return the scenario."""
        return _HEAD + "\n".join(self.steps) + "\n</scenario>\n"

    _asked: int = 0

    def _within(self, method: str, headers: str = "", body: str = "", *, again: bool = False) -> str:
        self._asked += not again
        # A request against the direction of the INVITE: its From is our To.
        return (
            f"{method} [next_url] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n[routes]\n"
            f"From: <sip:phone@127.0.0.1>;tag=[pid]p[call_number]\nTo: <sip:unisono@127.0.0.1>;[$1]\n"
            f"Call-ID: [call_id]\nCSeq: {self._asked} {method}\nContact: <sip:phone@[local_ip]:[local_port]>\nMax-Forwards: 20\n"
            f"{headers}Content-Length: [len]\n\n{body}"
        )


@dataclass
class Registrar:
    """Who takes registrations, of those who know the password."""

    user: str
    password: str
    steps: list[str] = field(default_factory=list)

    def registers(self) -> "Registrar":
        """Challenge, check the digest, and take it or refuse."""
        self.steps += [
            '<recv request="REGISTER"/>',
            _challenge("401 Unauthorized"),
            *_checked("REGISTER", self.user, self.password),
            _send(
                "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]r[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
                "[last_Contact:];expires=60\nContent-Length: 0\n"
            ).replace("<send>", '<send next="9">'),
            '<label id="8"/>',
            _reply("403 Forbidden"),
            '<label id="9"/>',
        ]
        return self

    def script(self) -> str:
        """Return the scenario."""
        return _HEAD + "\n".join(self.steps) + "\n</scenario>\n"


def _challenge(line: str) -> str:
    return _send(
        f"SIP/2.0 {line}\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]q[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
        'WWW-Authenticate: Digest realm="provider", nonce="47ebe028cda119c35d4877b383027d28", algorithm=MD5\n'
        "Content-Length: 0\n"
    )


def _checked(request: str, user: str, password: str, more: str = "") -> list[str]:
    """Wait for the request again, and go to label 8 when its digest is not that of the password."""
    verify = f'<verifyauth assign_to="7" username="{user}" password="{password}"/>'
    return [
        f'<recv request="{request}" rrs="true"><action>{more}{verify}</action></recv>',
        '<nop test="7" next="6"/>',
        '<nop next="8"/>',
        '<label id="6"/>',
    ]


def _send(message: str) -> str:
    return f"<send><![CDATA[\n{message}\n]]></send>"


def _reply(line: str, body: str = "") -> str:
    kind = "Content-Type: application/sdp\n" if body else ""
    tag = "" if line.startswith("200 ") and not body else ";tag=[pid]p[call_number]"
    return _send(
        f"SIP/2.0 {line}\n[last_Via:]\n[last_Record-Route:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\n[last_CSeq:]\n"
        f"Contact: <sip:phone@[local_ip]:[local_port]>\n{kind}Content-Length: [len]\n\n{body}"
    )


def _notified(outcome: str) -> list[str]:
    if not outcome:
        return []
    answer = _reply("200 OK")
    check = f'<ereg regexp="{outcome}" search_in="msg" check_it="true" assign_to="9"/>'
    return [
        '<recv request="NOTIFY"/>',
        answer,
        f'<recv request="NOTIFY"><action>{check}</action></recv>',
        '<Reference variables="9"/>',
        answer,
    ]


def _until_bye(port: int, formats: str) -> list[str]:
    again, asked, told = (next(_NUMBERS) % 200 + 20 for _ in range(3))
    return [
        f'<label id="{again}"/>',
        f'<recv request="INVITE" optional="true" next="{asked}"/>',
        f'<recv request="NOTIFY" optional="true" next="{told}"/>',
        '<recv request="BYE"/>',
        _send(
            "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
        ).replace("<send>", '<send next="19">'),
        f'<label id="{asked}"/>',
        _send(
            "SIP/2.0 200 OK\n[last_Via:]\n[last_Record-Route:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n"
            "Contact: <sip:phone@[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\n"
            + _sdp(port, "sendrecv", formats)
        ),
        f'<recv request="ACK" next="{again}"/>',
        f'<label id="{told}"/>',
        _send(
            "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
        ).replace("<send>", f'<send next="{again}">'),
        '<label id="19"/>',
    ]


class Sipp:
    """One running sipp. `ends_well` waits for its script's end."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, errors: Path, words: Path) -> None:
        self._process, self._port, self._errors, self._words = process, port, errors, words
        self._said = 0

    @staticmethod
    @asynccontextmanager
    async def running(
        program: Path,
        folder: Path,
        script: Caller | Phone | Registrar,
        *,
        port: int,
        server: str = "127.0.0.1:9",
        source: str = "127.0.0.1",
        calls: int = 1,
        at_once: int = 1,
        a_second: float = 10.0,
        more: Sequence[str] = (),
    ) -> AsyncIterator["Sipp"]:
        """Run a script until the block ends. `port`: its own; `server`: where its requests go."""
        name = f"sipp-{next(_NUMBERS)}"
        (folder / f"{name}.xml").write_text(script.script(), encoding="utf-8")
        errors, words = folder / f"{name}.errors", folder / f"{name}.words"
        process = await asyncio.create_subprocess_exec(
            *(str(program), server, "-sf", str(folder / f"{name}.xml"), "-i", source, "-p", str(port), "-mi", source),
            *(
                "-m",
                str(calls),
                "-l",
                str(at_once),
                "-r",
                str(a_second),
                "-nostdin",
                "-trace_err",
                "-error_file",
                str(errors),
                "-trace_logs",
                "-log_file",
                str(words),
                *more,
            ),
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield Sipp(process, port, errors, words)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
                await process.wait()

    @property
    def process_id(self) -> int:
        """The process; for those who measure."""
        return self._process.pid

    async def ends_well(self, within_s: float = 20.0) -> None:
        """Wait for the script's end. Raises AssertionError with sipp's own words when it did not go as written."""
        try:
            async with asyncio.timeout(within_s):
                code = await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"sipp is not at its end after {within_s} s. {self.errors()}") from None
        assert code == 0, f"sipp ended with {code}: {self.errors()}"

    async def word(self, within_s: float = 15.0) -> None:
        """Let a script go on that waits for it. Raises AssertionError when it does not come to that."""
        for _ in range(int(within_s / 0.02)):
            written = self._words.read_text(encoding="utf-8") if self._words.exists() else ""
            waiting = written.rpartition("\n")[0].split()
            if len(waiting) > self._said:
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError(f"sipp waits for no word. {self.errors()}")
        call_id, self._said = waiting[self._said], self._said + 1
        message = (
            f"MESSAGE sip:you@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKword{self._said}\r\n"
            f"From: <sip:test@127.0.0.1>;tag=word\r\nTo: <sip:you@127.0.0.1>\r\nCall-ID: {call_id}\r\n"
            f"CSeq: {self._said} MESSAGE\r\nContent-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(message.encode(), ("127.0.0.1", self._port))

    def vanishes(self) -> None:
        """End it without a word to anybody, as a phone whose battery is empty."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)

    def errors(self) -> str:
        """Return what sipp complained about."""
        return self._errors.read_text(encoding="utf-8", errors="replace")[-3000:] if self._errors.exists() else ""
