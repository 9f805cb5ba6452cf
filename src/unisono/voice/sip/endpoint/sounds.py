"""What callers hear that no person says: tones that are made here, and recordings from the house's own folder.

PCM, signed 16 bit in this machine's order, one channel, 8,000 samples a second: what a telephone line carries.
"""

import io
import wave
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
SAMPLE_BYTES: Final = 2
Samples = NDArray[np.int16]

#: Longest recording that is played, and most that is kept of it.
LONGEST_S: Final = 600
#: The notes of the built-in hold music, Hz: a slow broken chord. Every bar has the first of them.
NOTES: Final = (440.0, 554.37, 659.26, 880.0, 659.26, 554.37)
_NOTE_S, _LOUDNESS = 0.5, 5000


class BadSound(Exception):
    """A recording cannot be played; the text says which and why."""


def tone(hertz: float, seconds: float, loudness: int = _LOUDNESS) -> Samples:
    """Return a tone that begins and ends softly, so that it does not click."""
    time = np.arange(int(seconds * RATE)) / RATE
    fade = np.minimum(1.0, np.minimum(time, seconds - time) / 0.02)
    samples: Samples = (np.sin(2 * np.pi * hertz * time) * fade * loudness).astype(np.int16)
    return samples


def silence(seconds: float) -> Samples:
    """Return quiet."""
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def built_in() -> dict[str, Samples]:
    """Return the tones that need no file: hold music, a ringing and a busy tone, a beep, and one for what has no recording."""
    notice = np.concatenate([tone(700, 0.15), tone(900, 0.15), silence(0.2)])
    return {
        # The root sounds under each note, as a drone does.
        "music": np.concatenate([tone(note, _NOTE_S) + tone(NOTES[0], _NOTE_S, _LOUDNESS) for note in NOTES]),
        # Germany's call tone and busy tone. Source: ITU-T E.180, supplement 2.
        "ringing": np.concatenate([tone(425, 1.0), silence(4.0)]),
        "busy": np.concatenate([tone(425, 0.48), silence(0.48)]),
        "beep": np.concatenate([tone(1000, 0.2), silence(0.1)]),
        "notice": notice,
    }


def read_wave(content: bytes, name: str) -> Samples:
    """Return a WAV file as this line carries it. `name`: for the message. Raises BadSound."""
    try:
        with wave.open(io.BytesIO(content), "rb") as file:
            channels, width, rate, frames = file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()
            if width != SAMPLE_BYTES:
                raise BadSound(f"{name} has {8 * width} bits a sample; 16 are needed. Convert: sox IN -b 16 -r 8000 -c 1 OUT")
            if frames > LONGEST_S * rate:
                raise BadSound(f"{name} is {frames / rate:.0f} s long; {LONGEST_S} s are the most.")
            raw = file.readframes(frames)
    except (EOFError, wave.Error) as error:
        raise BadSound(f"{name} cannot be read as WAV ({error}).") from None
    samples = np.frombuffer(raw, dtype="<i2").astype(np.float64)
    samples = samples[: len(samples) - len(samples) % channels].reshape(-1, channels).mean(axis=1)
    if rate != RATE and len(samples):
        # Smooth first, so that what 8,000 samples cannot carry does not come back as a whistle.
        if rate > RATE:
            width_of = max(1, round(rate / RATE))
            samples = np.convolve(samples, np.ones(width_of) / width_of, mode="same")
        wanted = np.arange(int(len(samples) * RATE / rate)) * (rate / RATE)
        samples = np.interp(wanted, np.arange(len(samples)), samples)
    narrow: Samples = samples.astype(np.int16)
    return narrow


class Sounds:
    """All that can be played, by name: tones that are made here, and recordings that the house has sent."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {name: samples.tobytes() for name, samples in built_in().items()}
        self._sent: dict[str, bytes] = {}
        self._lasting: dict[tuple[str | None, float], bytes] = {}

    def put(self, file: str, wave_bytes: bytes) -> None:
        """Keep a recording of the house under its name. Raises BadSound; then what was there before stays."""
        self._sent[file] = read_wave(wave_bytes, file).tobytes()
        self._lasting = {key: block for key, block in self._lasting.items() if key[0] != file}

    def tone(self, name: str) -> bytes:
        """Return a built-in tone."""
        return self._known[name]

    def spoken(self, file: str | None) -> bytes:
        """Return an announcement; where there is no recording of it a short tone, so that nobody hears nothing at all."""
        return (self._sent.get(file) if file else None) or self._known["notice"]

    def music(self, file: str | None, seconds: float = 0.0) -> bytes:
        """Return hold music, repeated until it lasts so long; one block for all who hear it."""
        block = (self._sent.get(file) if file else None) or self._known["music"]
        wanted = int(seconds * RATE) * SAMPLE_BYTES
        if len(block) >= wanted:
            return block
        key = (file, seconds)
        if key not in self._lasting:
            self._lasting[key] = (block * (wanted // len(block) + 1))[:wanted]
        return self._lasting[key]
