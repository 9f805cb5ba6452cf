"""Mails too large to be fetched whole: their texts are fetched, their files stay at the server until they are asked for."""

import base64
import binascii
import quopri
from email.utils import decode_rfc2231
from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.connectors._mail.body import Block, Body, assemble, default_name, unflowed
from unisono.connectors._mail.mime import decoded_bytes, decoded_words
from unisono.connectors._mail.raw import CutFile, CutText, Facts
from unisono.contract import InAttachment

MAX_SECTIONS: Final = 200
MAX_TEXT_BYTES: Final = 500_000
_MAX_DEPTH: Final = 30
_SHOWN: Final = frozenset({"text/plain", "text/html"})


class Ref(Struct, frozen=True, kw_only=True):
    """Where a file lies: in a mail of a folder; the Message-ID finds the mail again when it was moved."""

    folder: str
    validity: int
    uid: int
    section: str
    encoding: str
    message_id: str = ""

    def text(self) -> str:
        """Return it as a text for the attachment's row."""
        return msgspec.json.encode(self).decode()


def ref_of(text: str) -> Ref | None:
    """Return where a file lies; None when the text does not say so."""
    try:
        return msgspec.json.decode(text, type=Ref)
    except msgspec.DecodeError:
        return None


class Section(Struct, frozen=True, kw_only=True):
    """A leaf of a mail's structure as the server tells it (RFC 3501, section 7.4.2)."""

    number: str
    media_type: str
    charset: str
    encoding: str
    size: int
    name: str
    content_id: str | None
    disposition: str
    flowed: bool

    @property
    def shown(self) -> bool:
        """Whether it is part of the message itself."""
        return self.media_type in _SHOWN and not self.name and self.disposition != "attachment"


def sections_of(structure: Any) -> list[Section]:
    """Return the leaves of a BODYSTRUCTURE as IMAPClient gives it; what cannot be understood is left out."""
    found: list[Section] = []
    _collect(structure, "", found, 0)
    return found


def _collect(part: Any, number: str, found: list[Section], depth: int) -> None:
    if depth > _MAX_DEPTH or len(found) >= MAX_SECTIONS or not isinstance(part, tuple) or not part:
        return
    if isinstance(part[0], list):
        for place, child in enumerate(part[0], 1):
            _collect(child, f"{number}.{place}" if number else str(place), found, depth + 1)
    elif len(part) >= 7:
        found.append(_section(part, number or "1"))


def _section(part: tuple[Any, ...], number: str) -> Section:
    parameters = _pairs(part[2])
    media_type = f"{_text(part[0])}/{_text(part[1])}".lower()
    disposition, more = _disposition(part[7:])
    return Section(
        number=number, media_type=media_type, charset=parameters.get("charset", ""), encoding=_text(part[5]).lower(),
        size=part[6] if isinstance(part[6], int) else 0, name=_name(more, "filename") or _name(parameters, "name"),
        content_id=_text(part[3]).strip("<> ")[:500] or None, disposition=disposition,
        flowed=parameters.get("format", "").lower() == "flowed",
    )  # fmt: skip


def _disposition(extension: tuple[Any, ...]) -> tuple[str, dict[str, str]]:
    for value in extension:
        if isinstance(value, tuple) and len(value) == 2 and _text(value[0]).lower() in ("attachment", "inline"):
            return _text(value[0]).lower(), _pairs(value[1])
    return "", {}


def _pairs(value: Any) -> dict[str, str]:
    if not isinstance(value, tuple):
        return {}
    return {_text(value[n]).lower(): _text(value[n + 1]) for n in range(0, len(value) - 1, 2)}


def _name(parameters: dict[str, str], key: str) -> str:
    plain = parameters.get(key)
    if plain:
        return decoded_words(plain).replace("\\", "/").rsplit("/", 1)[-1][:200]
    coded = parameters.get(f"{key}*") or "".join(parameters.get(f"{key}*{n}*") or "" for n in range(10))
    charset, _, text = decode_rfc2231(coded)
    return _percent_decoded(text or "", charset)[:200]


def _percent_decoded(text: str, charset: str | None) -> str:
    raw = quopri.decodestring(text.replace("=", "=3D").replace("%", "="))
    return decoded_bytes(raw, charset)[0]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def undone(content: bytes, encoding: str) -> bytes:
    """Undo a transfer encoding, also of a text that was cut somewhere."""
    if encoding == "base64":
        clean = b"".join(content.split())
        try:
            return base64.b64decode(clean[: len(clean) // 4 * 4])
        except (binascii.Error, ValueError):
            return content
    return quopri.decodestring(content) if encoding == "quoted-printable" else content


def body_of_cut(facts: Facts) -> Body:
    """Return what a mail says of which only the texts were fetched."""
    found = Body()
    blocks: list[Block] = []
    for text in facts.texts or ():
        said, _ = decoded_bytes(undone(text.content, text.encoding), text.charset or None)
        if len(text.content) < text.size:
            found.problems.append(f"Of a text of {text.size:,} bytes the first {len(text.content):,} are shown.")
        blocks.append(_block(text, said))
    assemble(found, _one_of_both(blocks))
    found.files = [_file(file, number) for number, file in enumerate(facts.files, 1)]
    if facts.texts is not None:
        found.problems.append(f"This mail has {facts.size:,} bytes; its texts were fetched, its files are fetched one by one.")
    return found


def _block(text: CutText, said: str) -> Block:
    if text.media_type == "text/html":
        return Block(html=said)
    return Block(plain=unflowed(said, delsp=False) if text.flowed else said)


def _one_of_both(blocks: list[Block]) -> list[Block]:
    """The first text in each form says the same, as a rule; the structure of alternatives was not kept."""
    if len(blocks) >= 2 and blocks[0].html is None and blocks[1].html is not None:
        return [Block(plain=blocks[0].plain, html=blocks[1].html), *blocks[2:]]
    return blocks


def _file(file: CutFile, number: int) -> InAttachment:
    return InAttachment(
        name=file.name or default_name(file.media_type, number),
        media_type=file.media_type,
        size_bytes=file.size,
        ref=file.ref,
        content_id=file.content_id,
    )
