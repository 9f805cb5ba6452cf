"""Who is heard in a call: whom signalling named, from where it named them; the kernel drops every other packet of sound.

The stack takes sound from any sender, so whoever guessed a port could speak into a call, or silence it. It lets nobody choose
otherwise, but it shows each SIP message that comes and goes: from both session descriptions (RFC 3264) follows which of our
sockets hears whom, and those get a packet filter as the door of SIP has. A peer that moves says so by a new offer (re-INVITE,
UPDATE), and is heard from there once we have answered it; by sending from elsewhere alone nobody moves a call. So nothing is
latched on to (RFC 7362): both sides send from where they receive (RFC 4961), and who does not is named in `media_from`.
"""

import ipaddress
import logging
import re
import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from unisono.voice.sip.guard import Network, attach, from_port, listening, program

_log = logging.getLogger("unisono.voice.sip")
#: Where the stack shows its messages.
_SHOWN: Final = "baresip.native.sip"
#: Calls whose descriptions are kept; more than there can be, so that forgetting them is nobody's duty.
_KEPT: Final = 10_000
#: Attributes that concern one message and are not ours to keep: a message longer than that is no SIP that we answer.
_LONGEST: Final = 65_536


class Spot(NamedTuple):
    """Where sound comes from or is heard: `host` None when it is a name. `control`: the port of its RTCP."""

    host: Network | None
    port: int
    control: int


class Heard(NamedTuple):
    """From now on the socket of this port hears these alone; `whom` None: nobody yet."""

    port: int
    whom: Spot | None


def spot_of(description: str) -> Spot | None:
    """Return where a session description wants its sound; None when it says nothing usable (no sound, or on hold by 0.0.0.0)."""
    session, *sections = re.split(r"^m=", description, flags=re.MULTILINE)
    sound = next((one for one in sections if one.startswith("audio ")), None)
    named = re.search(r"^audio (\d{1,5})[ /]", sound) if sound is not None else None
    if sound is None or named is None:
        return None
    where = re.search(r"^c=IN IP[46] ([^\s/]{1,64})", sound, re.MULTILINE) or re.search(
        r"^c=IN IP[46] ([^\s/]{1,64})", session, re.MULTILINE
    )
    port = int(named[1])
    if where is None or not 0 < port < 65_536:
        return None
    try:
        address = ipaddress.ip_address(where[1])
    except ValueError:
        return Spot(None, port, port + 1)
    if address.is_unspecified:
        return None
    control = re.search(r"^a=rtcp:(\d{1,5})\b", sound, re.MULTILINE)
    return Spot(ipaddress.ip_network(address), port, int(control[1]) if control else port + 1)


class Book:
    """What was described of each call, message by message. Pure."""

    def __init__(self) -> None:
        self._ours: OrderedDict[str, int] = OrderedDict()
        self._theirs: dict[str, Spot] = {}
        self._asked: dict[str, tuple[str, Spot]] = {}

    def read(self, shown: str) -> Heard | None:
        """Take a message as the stack shows it; returns who is heard where from now on, if that changes."""
        if len(shown) > _LONGEST:
            return None
        way, _, message = shown.replace("\r\n", "\n").partition("\n")
        head, _, body = message.partition("\n\n")
        call, turn = _header(head, "Call-ID|i"), " ".join(_header(head, "CSeq").split())
        spot = spot_of(body) if body.startswith("v=") else None
        first = head.partition("\n")[0]
        is_answer = first.startswith("SIP/2.0 ")
        if way.startswith("TX"):
            return self._sent(call, turn, spot, first if is_answer else "")
        if spot is None or (is_answer and not first.startswith(("SIP/2.0 1", "SIP/2.0 2"))):
            return None
        if not is_answer and not first.startswith("ACK "):
            # An offer: what it asks for holds once we say so.
            if call in self._ours or len(self._asked) < _KEPT:
                self._asked[call] = (turn, spot)
            return None
        return self._agreed(call, spot)

    def _sent(self, call: str, turn: str, spot: Spot | None, status: str) -> Heard | None:
        if status and status[8:9] not in {"1", "2"}:
            asked = self._asked.get(call)
            if asked is not None and asked[0] == turn:
                del self._asked[call]
            return None
        if spot is None:
            return None
        self._ours[call] = spot.port
        self._ours.move_to_end(call)
        if len(self._ours) > _KEPT:
            old, _ = self._ours.popitem(last=False)
            self._theirs.pop(old, None)
        asked = self._asked.get(call)
        if asked is not None and asked[0] == turn:
            del self._asked[call]
            return self._agreed(call, asked[1])
        return Heard(spot.port, self._theirs.get(call))

    def _agreed(self, call: str, spot: Spot) -> Heard | None:
        port = self._ours.get(call)
        if port is None:
            return None
        self._theirs[call] = spot
        return Heard(port, spot)


def _header(head: str, names: str) -> str:
    found = re.search(rf"^(?:{names})[ \t]*:[ \t]*(.{{0,512}})$", head, re.MULTILINE | re.IGNORECASE)
    return found[1].strip() if found else ""


class MediaGuard(logging.Handler):
    """Reads what the stack shows, and closes sockets to strangers. `beside`: networks from which sound may come besides.

    Nothing that is shown goes further than here: messages name people.
    """

    def __init__(self, beside: Sequence[Network], close: Callable[[Heard, Sequence[Network]], int] | None = None) -> None:
        super().__init__(logging.DEBUG)
        self._book, self._beside, self._close = Book(), beside, close or close_off
        self._said = False

    def listen(self) -> None:
        """Be shown the messages, alone."""
        shown = logging.getLogger(_SHOWN)
        shown.setLevel(logging.DEBUG)
        shown.propagate = False
        shown.addHandler(self)

    def stop(self) -> None:
        """Be shown nothing more."""
        logging.getLogger(_SHOWN).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a message; called by the stack's own thread."""
        try:
            heard = self._book.read(record.getMessage())
            if heard is not None:
                self._close(heard, self._beside)
        except Exception as error:
            if not self._said:
                self._said = True
                _log.error("strangers can be heard in calls: no packet filter could be set (%s)", type(error).__name__)


def close_off(heard: Heard, beside: Sequence[Network]) -> int:
    """Let a call's two sockets, for sound and its control, hear whom they should; returns how many there were."""
    closed = 0
    for port in (heard.port, heard.port + 1):
        for sock in listening(port):
            if sock.type != socket.SOCK_DGRAM:
                continue
            whom = heard.whom
            peer = (
                from_port(whom.host, (whom.port, whom.control), sock.family) if whom is not None and whom.host is not None else []
            )
            attach(sock, [*program(beside, sock.family)[:-1], *peer, *program([], sock.family)])
            closed += 1
    return closed
