"""The sound of a phone: a socket that speaks a tone in A-law (RFC 3551) and keeps what it hears."""

import asyncio
import math
import secrets
import struct
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME = 160
_WINDOW = 400
#: How long one speaks on to somebody of whom nothing is heard.
_LISTENED_TO_S = 1.0
#: How much is looked at at once: three tenths of a second.
_SPAN = RATE * 3 // 10


def _decoded() -> NDArray[np.int16]:
    """The 256 values of A-law. Source: ITU-T G.711."""
    table = []
    for code in range(256):
        value = code ^ 0x55
        sign, exponent, mantissa = value & 0x80, (value >> 4) & 7, value & 0x0F
        magnitude = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
        table.append(magnitude if sign else -magnitude)
    return np.array(table, dtype=np.int16)


A_LAW = _decoded()
_ORDER = np.argsort(A_LAW, kind="stable")


def to_a_law(samples: NDArray[np.int16]) -> bytes:
    """Return samples as A-law: of each the nearest code."""
    values = A_LAW[_ORDER]
    at = np.clip(np.searchsorted(values, samples), 1, 255)
    nearer = np.where(
        np.abs(values[at] - samples.astype(np.int32)) < np.abs(values[at - 1] - samples.astype(np.int32)), at, at - 1
    )
    return _ORDER[nearer].astype(np.uint8).tobytes()


def a_law_tone(hertz: float, seconds: float) -> bytes:
    """Return a tone as raw A-law, for sipp to send."""
    time = np.arange(int(RATE * seconds)) / RATE
    return to_a_law((np.sin(2 * np.pi * hertz * time) * 8000).astype(np.int16))


def loudness(samples: NDArray[np.int16], hertz: float) -> float:
    """Return how much of a frequency is in the samples, from 0 to 1 of all their energy (Goertzel).

    Looked at in windows of 50 ms, each for itself: a packet that came late breaks the wave, and the tone is there all the same.
    """
    values = samples[: len(samples) - len(samples) % _WINDOW].astype(np.float64).reshape(-1, _WINDOW)
    energy = float(np.sum(values**2))
    if energy == 0.0:
        return 0.0
    angle = 2 * math.pi * hertz / RATE * np.arange(_WINDOW)
    found = (values @ np.cos(angle)) ** 2 + (values @ np.sin(angle)) ** 2
    return float(2 * np.sum(found) / (energy * _WINDOW))


def steadiness(samples: NDArray[np.int16], hertz: float) -> float:
    """Return the share of windows of 50 ms that are this frequency to nine tenths; a late packet breaks one of them."""
    pieces = samples[: len(samples) - len(samples) % _WINDOW].reshape(-1, _WINDOW)
    return float(np.mean([loudness(piece, hertz) > 0.9 for piece in pieces]))


class Ear(asyncio.DatagramProtocol):
    """One phone's sound. Speaks to whoever speaks to it, as phones behind a router are spoken to, and for as long as they do.

    A port is another call's as soon as the first is over: who went on speaking to it would be heard there, between the words.
    """

    def __init__(self, hertz: float) -> None:
        self._hertz = hertz
        self._heard: list[bytes] = []
        self._peer: Any = None
        self._spoken_to_at = 0.0
        self._transport: asyncio.DatagramTransport | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._number = secrets.randbelow(2**15)
        self._source = secrets.randbelow(2**31)
        self.silent = False
        self.packets = 0
        self.digits: list[int] = []
        self._last = b""

    @classmethod
    async def open(cls, hertz: float = 620.0) -> "Ear":
        """Begin to listen; speaking begins with the first packet that is heard, or with `speak_to`."""
        _, ear = await asyncio.get_running_loop().create_datagram_endpoint(lambda: cls(hertz), local_addr=("127.0.0.1", 0))
        return ear

    @property
    def port(self) -> int:
        """Where it hears."""
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    @property
    def peer(self) -> tuple[str, int]:
        """From where it was spoken to last."""
        assert self._peer is not None, "nothing has been heard yet"
        return (str(self._peer[0]), int(self._peer[1]))

    def speak_to(self, peer: tuple[str, int]) -> None:
        """Begin to speak to somebody of whom nothing has been heard, and go on for as long as one is answered."""
        self._peer, self._spoken_to_at = peer, asyncio.get_running_loop().time()
        if self._speaking is None:
            self._speaking = asyncio.get_running_loop().create_task(self._speak())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Of a kind of its own on Python 3.11, whatever its documentation says.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        kind = data[1] & 0x7F
        self._peer, self._spoken_to_at = addr, asyncio.get_running_loop().time()
        if self._speaking is None:
            self._speaking = asyncio.get_running_loop().create_task(self._speak())
        if kind == 8:
            self.packets += 1
            self._heard.append(data[12:])
        elif kind == 101 and len(data) >= 16 and data[13] & 0x80 and data[4:8] != self._last:
            # A key's end is sent three times; all packets of one key bear the time at which it began.
            self._last = data[4:8]
            self.digits.append(data[12])

    def heard(self, last_s: float | None = None) -> NDArray[np.int16]:
        """Return what was heard, or the last seconds of it."""
        samples = A_LAW[np.frombuffer(b"".join(self._heard), dtype=np.uint8)]
        return samples if last_s is None else samples[-int(last_s * RATE) :]

    async def hears_keys(self, keys: str, within_s: float = 10.0) -> None:
        """Wait until these keys were pressed at the other end, as telephone events (RFC 4733). Raises AssertionError."""
        found = ""
        for _ in range(int(within_s / 0.05)):
            found = "".join("0123456789*#ABCD"[code] for code in self.digits)
            if len(found) >= len(keys):
                break
            await asyncio.sleep(0.05)
        assert found == keys, f"{found!r} was pressed, not {keys!r}"

    def sings(self, hertz: float) -> None:
        """Speak in another tone from now on."""
        self._hertz = hertz

    def forget(self) -> None:
        """Forget what was heard until now."""
        self._heard.clear()

    async def hears(self, hertz: float, *, share: float = 0.2, within_s: float = 10.0, ever: bool = False) -> None:
        """Return once 0.3 s of what is heard consist to that share of a tone. Raises AssertionError in the end.

        ever: what was heard before, since `forget`, counts as well: a short tone may be over before somebody asks.
        """
        best, looked = 0.0, 0
        for _ in range(int(within_s / 0.05)):
            sound = self.heard()
            begins = range(looked, len(sound) - _SPAN, _SPAN // 2) if ever else [len(sound) - _SPAN]
            for begin in begins:
                if begin >= 0:
                    best = max(best, loudness(sound[begin : begin + _SPAN], hertz))
                    looked = begin
            if best >= share:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{hertz} Hz was never heard: {best:.3f} of the energy at best, {self.packets} packets came.")

    async def press(self, digit: str) -> None:
        """Press a key: a telephone event (RFC 4733) of 100 ms."""
        code = "0123456789*#ABCD".index(digit)
        stamp = self._number * FRAME
        for step in range(1, 8):
            end = step > 4
            duration = min(step, 5) * FRAME
            self._send(101, struct.pack("!BBH", code, (0x80 if end else 0) | 10, duration), marker=step == 1, stamp=stamp)
            await asyncio.sleep(0.02)

    async def _speak(self) -> None:
        sound, hertz = a_law_tone(self._hertz, 2.0), self._hertz
        at, due = 0, asyncio.get_running_loop().time()
        while self._transport is not None and not self._transport.is_closing():
            if hertz != self._hertz:
                sound, hertz = a_law_tone(self._hertz, 2.0), self._hertz
            if not self.silent and asyncio.get_running_loop().time() - self._spoken_to_at < _LISTENED_TO_S:
                self._send(8, sound[at : at + FRAME])
            at = (at + FRAME) % (len(sound) - FRAME)
            due += 0.02
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    def _send(self, kind: int, payload: bytes, *, marker: bool = False, stamp: int | None = None) -> None:
        if self._transport is None or self._peer is None:
            return
        self._number = (self._number + 1) & 0xFFFF
        stamp = self._number * FRAME if stamp is None else stamp
        head = struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), self._number, stamp & 0xFFFFFFFF, self._source)
        self._transport.sendto(head + payload, self._peer)

    def close(self) -> None:
        """Hang up the sound."""
        if self._speaking is not None:
            self._speaking.cancel()
        if self._transport is not None:
            self._transport.close()
