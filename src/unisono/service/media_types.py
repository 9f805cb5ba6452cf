"""What kind of file some bytes are, by their beginning; and which kinds a browser may show in our pages.

Source of the patterns: WHATWG, MIME Sniffing, section 6 (images, audio and video, archives).
"""

import re
from typing import Final

_UNKNOWN: Final = "application/octet-stream"
# (offset, bytes at that offset, type); the first that fits counts.
_PATTERNS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"%PDF-", "application/pdf"),
)
# Of these the bytes decide alone: a file that only says that it is one is none.
_BY_BYTES: Final = frozenset(kind for _, _, kind in _PATTERNS)
# Kinds that a browser could run in our origin; they are stored, and downloaded as nothing in particular.
_ACTIVE: Final = re.compile(r"html|xml|svg|script|css|wasm|flash|java|multipart|message/rfc822", re.IGNORECASE)
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
INLINE: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})


def sniff(head: bytes, declared: str) -> str:
    """Return the type of a file from its first bytes (64 are enough), else the declared one if that is harmless."""
    for offset, pattern, kind in _PATTERNS:
        if head[offset : offset + len(pattern)] == pattern:
            return kind
    plain = declared.partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(plain) or plain in _BY_BYTES or _ACTIVE.search(plain):
        return _UNKNOWN
    return plain
