"""What a visitor may send along: a few kinds of file, and only if the bytes are what they say."""

import re
from collections.abc import Sequence

from msgspec import Struct

TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain")
MOST_FILES = 3
_STARTS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/pdf": (b"%PDF-",),
}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")


class UploadedFile(Struct, frozen=True, kw_only=True):
    """A file in a message; in JSON its bytes are base64."""

    name: str
    type: str
    content: bytes
    alt: str = ""


def problem_with(files: Sequence[UploadedFile], max_bytes: int) -> str | None:
    """Return why these files are not taken (`files_off`, `too_many_files`, `file_too_large`, `file_type`), or None."""
    if not files:
        return None
    if max_bytes == 0:
        return "files_off"
    if len(files) > MOST_FILES:
        return "too_many_files"
    if sum(len(file.content) for file in files) > max_bytes:
        return "file_too_large"
    return None if all(_is_what_it_says(file) for file in files) else "file_type"


def safe_name(name: str) -> str:
    """Return a name without a path or what a file system takes amiss."""
    return _UNSAFE.sub("_", name.strip())[-120:] or "file"


def _is_what_it_says(file: UploadedFile) -> bool:
    match file.type:
        case "image/webp":
            return file.content[:4] == b"RIFF" and file.content[8:12] == b"WEBP"
        case "text/plain":
            return b"\x00" not in file.content and _is_utf8(file.content)
    return file.content.startswith(_STARTS.get(file.type, ())) if file.type in _STARTS else False


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
