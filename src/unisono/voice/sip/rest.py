"""What a fallen endpoint leaves of a recording: the file is made whole, as far as it got."""

import hashlib
from pathlib import Path
from typing import Any, Final

_HEAD_BYTES: Final = 44
#: Two channels of 16 bit, 8,000 times a second.
_BYTES_PER_S: Final = 32_000


def save_part(part: Path) -> dict[str, Any] | None:
    """Give a recording that was cut off its right length and its name; returns what `RecordingReady` tells, None for nothing."""
    try:
        size = part.stat().st_size
        if size <= _HEAD_BYTES:
            part.unlink()
            return None
        with part.open("r+b") as file:
            # The two lengths of a WAV file stand where its last whole write left them.
            for at, value in ((4, size - 8), (40, size - _HEAD_BYTES)):
                file.seek(at)
                file.write(value.to_bytes(4, "little"))
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        part.replace(part.with_suffix(".wav"))
    except OSError:
        return None
    return {"sha256": digest, "size_bytes": size, "duration_s": (size - _HEAD_BYTES) / _BYTES_PER_S}
