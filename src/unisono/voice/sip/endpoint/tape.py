"""A recording on its way to disk: two channels, the caller left and all others right; written by a thread of its own.

The file is made when recording begins, never before, and gets its name when it is whole.
"""

import hashlib
import os
import queue
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from unisono.voice.sip.endpoint.sounds import RATE, SAMPLE_BYTES

#: Blocks that may wait for the disk: at 20 ms each, ten seconds. A disk that is slower loses sound, not calls.
_WAITING = 500
#: What is louder than this is somebody speaking, not the noise of a line.
_LOUD = 600


class Tape:
    """One recording. `add` is called by the pump; `finish` by whoever ends it.

    quiet_s, on_quiet: when the caller has said nothing for so long, this is called once, from the pump's thread.
    """

    def __init__(
        self,
        path: Path,
        done: Callable[[Path, str, int], None],
        *,
        quiet_s: float = 0.0,
        on_quiet: Callable[[], None] | None = None,
    ) -> None:
        self._path, self._done = path, done
        self._quiet_for_s, self._on_quiet, self._quiet_limit = 0.0, on_quiet, quiet_s
        self._part = path.with_suffix(".part")
        self._blocks: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self.paused = False
        path.parent.mkdir(parents=True, exist_ok=True)
        # What two people said is for nobody else on this machine.
        descriptor = os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._thread = threading.Thread(target=self._write, args=(descriptor,), name="tape", daemon=True)
        self._thread.start()

    def add(self, caller: bytes, others: bytes) -> None:
        """Take one block of both sides, equally long; nothing of it while paused."""
        if self.paused:
            caller = others = bytes(len(caller))
        self._listen_for_quiet(caller)
        both = np.empty(len(caller) // SAMPLE_BYTES * 2, dtype=np.int16)
        both[0::2], both[1::2] = np.frombuffer(caller, dtype=np.int16), np.frombuffer(others, dtype=np.int16)
        try:
            self._blocks.put_nowait(both.tobytes())
        except queue.Full:
            return

    def _listen_for_quiet(self, said: bytes) -> None:
        if self._on_quiet is None:
            return
        loud = bool(said) and int(np.abs(np.frombuffer(said, dtype=np.int16).astype(np.int32)).max()) > _LOUD
        self._quiet_for_s = 0.0 if loud else self._quiet_for_s + len(said) / (RATE * SAMPLE_BYTES)
        if self._quiet_for_s >= self._quiet_limit:
            tell, self._on_quiet = self._on_quiet, None
            tell()

    def finish(self) -> None:
        """End it; what was added is still written, and `done` is called from the writing thread."""
        self._blocks.put(None)

    def _write(self, descriptor: int) -> None:
        length = 0
        with os.fdopen(descriptor, "wb") as raw:
            with wave.open(raw, "wb") as file:
                file.setnchannels(2)
                file.setsampwidth(SAMPLE_BYTES)
                file.setframerate(RATE)
                while (block := self._blocks.get()) is not None:
                    file.writeframes(block)
                    length += len(block)
            raw.flush()
            os.fsync(raw.fileno())
        with self._part.open("rb") as file_again:
            digest = hashlib.file_digest(file_again, "sha256").hexdigest()
        self._part.replace(self._path)
        self._done(self._path, digest, length * 1000 // (RATE * SAMPLE_BYTES * 2))
