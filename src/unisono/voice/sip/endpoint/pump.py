"""Who hears whom: one thread carries sound between the calls, 20 ms at a time.

What goes on the wire is paced by the C stack's own clock; this only fills its buffers in time, so a late tick costs nothing
until the lead is used up.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from baresip import AudioNotActive, AudioRestarted

from unisono.voice.sip.endpoint.sounds import RATE, SAMPLE_BYTES
from unisono.voice.sip.endpoint.tape import Tape

FRAME_S: Final = 0.02
FRAME_BYTES: Final = int(RATE * FRAME_S) * SAMPLE_BYTES
QUIET: Final = bytes(FRAME_BYTES)
#: How far ahead a sound is written: longer than the thread is ever late on a busy machine, shorter than one hears.
LEAD_S: Final = 0.3
#: What is heard but not yet passed on, at the most; beyond it the oldest goes, so that talk stays prompt.
_MOST_FRAMES, _KEPT_FRAMES = 8, 3
#: Parked calls are fed by every fifth tick; how far ahead a conversation has been written is looked at once a second.
_PARKED_EVERY: Final = 5
_LOOK_EVERY: Final = 50
_DRAUGHT: Final = 65_536


@dataclass(eq=False)
class Track:
    """Sounds in turn. `loop_from`: where it begins again after the last; None to end. `ended`: called in the pump's thread."""

    sounds: Sequence[bytes]
    loop_from: int | None = None
    ended: Callable[[], None] | None = None
    _index: int = 0
    _at: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes, with silence after the end."""
        parts: list[bytes] = []
        wanted = size
        while wanted and self._index < len(self.sounds):
            piece = self.sounds[self._index][self._at : self._at + wanted]
            parts.append(piece)
            wanted -= len(piece)
            self._at += len(piece)
            if self._at >= len(self.sounds[self._index]):
                self._index, self._at = self._index + 1, 0
                if self._index >= len(self.sounds) and self.loop_from is not None:
                    self._index = self.loop_from
        if self._index >= len(self.sounds) and self.ended is not None:
            ended, self.ended = self.ended, None
            ended()
        return b"".join(parts) + bytes(wanted)


@dataclass(eq=False)
class Wire:
    """The sound of one call. `audio`: the stack's buffers. `track`: what it hears instead of the others."""

    audio: Any
    track: Track | None = None
    tape: Tape | None = None
    _heard: bytearray = field(default_factory=bytearray)
    _written_to: float = 0.0
    _said: int = 0
    _open: bool = True

    def listen(self) -> bytes:
        """Return the next frame that the far side said; silence when there is none."""
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            self._heard += self.audio.read(4 * FRAME_BYTES)
        if len(self._heard) > _MOST_FRAMES * FRAME_BYTES:
            del self._heard[: len(self._heard) - _KEPT_FRAMES * FRAME_BYTES]
        if len(self._heard) < FRAME_BYTES:
            return QUIET
        frame = bytes(self._heard[:FRAME_BYTES])
        del self._heard[:FRAME_BYTES]
        return frame

    def forget(self) -> None:
        """Drop what was said before anybody listened."""
        self._heard.clear()
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            while self.audio.read(_DRAUGHT):
                pass

    def say(self, frame: bytes) -> None:
        """Put one frame on its way to the far side, two frames behind the clock, so that an uneven tick is not heard."""
        try:
            if self._said % _LOOK_EVERY == 0 and self.audio.info().tx_buffered > _MOST_FRAMES * FRAME_BYTES:
                self.audio.flush_tx()
                self._said = 0
            if self._said == 0:
                self.audio.write(QUIET + QUIET)
            self.audio.write(frame)
        except (AudioNotActive, AudioRestarted):
            self._said = 0
            return
        self._said += 1

    def feed(self, now: float) -> None:
        """Fill up the lead from the track."""
        if self.track is None:
            return
        if self._written_to < now:
            self._written_to = now
        due = int((now + LEAD_S - self._written_to) / FRAME_S)
        if due <= 0:
            return
        try:
            # A stream that was just renegotiated has lost its buffer; a fresh one is found by asking.
            self.audio.info()
            self.audio.write(self.track.take(due * FRAME_BYTES))
        except (AudioNotActive, AudioRestarted):
            return
        self._written_to += due * FRAME_S

    def hush(self) -> None:
        """Drop what was written ahead, so that a new sound is heard at once."""
        self._written_to, self._said = 0.0, 0
        try:
            self.audio.flush_tx()
        except (AudioNotActive, AudioRestarted):
            return


@dataclass(eq=False)
class Room:
    """Wires that hear one another. `quiet`: those who hear and are not heard. `tape`: where it is recorded, with `left` left."""

    wires: list[Wire]
    quiet: list[Wire] = field(default_factory=list)
    tape: Tape | None = None
    left: Wire | None = None

    def pass_on(self) -> None:
        """Carry one frame from each to all others."""
        said = [(wire, wire.listen()) for wire in self.wires]
        for wire in self.quiet:
            wire.listen()
        for wire in (*self.wires, *self.quiet):
            if wire.track is None:
                wire.say(mixed([frame for other, frame in said if other is not wire]))
        if self.tape is not None:
            # Without the caller it is a talk among ourselves (a consultation), and that is never recorded.
            there = any(wire is self.left for wire in self.wires)
            caller = next((frame for wire, frame in said if wire is self.left), QUIET)
            self.tape.add(caller, mixed([frame for wire, frame in said if wire is not self.left]) if there else QUIET)


def mixed(frames: Sequence[bytes]) -> bytes:
    """Return the sum of equally long frames, cut where it would be too loud."""
    loud = [frame for frame in frames if frame is not QUIET]
    if not loud:
        return QUIET
    if len(loud) == 1:
        return loud[0]
    total = np.zeros(FRAME_BYTES // SAMPLE_BYTES, dtype=np.int32)
    for frame in loud:
        total += np.frombuffer(frame, dtype=np.int16)
    return total.clip(-32768, 32767).astype(np.int16).tobytes()


class Pump:
    """The thread. Everything else calls it from the event loop; a lock keeps the two apart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wires: list[Wire] = []
        self._rooms: list[Room] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, within a tick."""
        self._stopping.set()
        self._thread.join(1)

    def add(self, wire: Wire) -> None:
        """Take up the sound of a call."""
        with self._lock:
            self._wires.append(wire)

    def drop(self, wire: Wire) -> None:
        """Forget a call."""
        with self._lock:
            self._wires = [w for w in self._wires if w is not wire]
            for room in self._rooms:
                room.wires = [w for w in room.wires if w is not wire]
                room.quiet = [w for w in room.quiet if w is not wire]

    def play(self, wire: Wire, track: Track | None) -> None:
        """Let a call hear a track from now on, or with None those whom it is joined with."""
        with self._lock:
            wire.track = track
            wire.hush()

    def open(self, room: Room) -> None:
        """Begin a conversation, unless it has begun."""
        with self._lock:
            if room not in self._rooms:
                self._rooms.append(room)

    def change(self, room: Room, wires: Sequence[Wire], quiet: Sequence[Wire]) -> None:
        """Let exactly these be in it."""
        with self._lock:
            for wire in (*wires, *quiet):
                if wire not in room.wires and wire not in room.quiet:
                    wire.forget()
            room.wires, room.quiet = list(wires), list(quiet)

    def record(self, room: Room, tape: Tape | None, left: Wire | None) -> None:
        """Record a conversation, or with None no longer."""
        with self._lock:
            room.tape, room.left = tape, left

    def listen_to(self, wire: Wire, tape: Tape | None) -> None:
        """Record one side alone (a message that is left), or with None no longer."""
        with self._lock:
            wire.forget()
            wire.tape = tape

    def close(self, room: Room) -> None:
        """End a conversation."""
        with self._lock:
            self._rooms = [r for r in self._rooms if r is not room]

    def _run(self) -> None:
        due = time.monotonic()
        tick = 0
        while not self._stopping.is_set():
            due += FRAME_S
            now = time.monotonic()
            if due > now:
                self._stopping.wait(due - now)
            elif now - due > 1.0:
                # The machine slept; what was to be said then is not said now.
                due = now
            with self._lock:
                for room in self._rooms:
                    room.pass_on()
                for wire in self._wires:
                    if wire.tape is not None:
                        wire.tape.add(wire.listen(), QUIET)
                if tick % _PARKED_EVERY == 0:
                    for wire in self._wires:
                        wire.feed(now)
            tick += 1
