"""What a mail says and carries: its text, its HTML and its files, from whatever structure its program gave it."""

import re
from email.message import Message
from typing import Final

from msgspec import Struct, field

from unisono.connectors._mail.html_text import MAX_HTML_CHARS, html_as_text, text_as_html, too_deep
from unisono.connectors._mail.mime import MALFORMED, Mail, content_type, decoded_bytes, parameter, payload, raw_header
from unisono.contract import InAttachment

MAX_FILES: Final = 100
MAX_DEPTH: Final = 60
_SHOWN: Final = frozenset({"text/plain", "text/html", "text/enriched", "text/markdown"})
_NAMES: Final = {
    "message/rfc822": "mail.eml", "application/ms-tnef": "winmail.dat", "text/calendar": "invitation.ics",
    "message/delivery-status": "delivery-status.txt", "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "feedback-report.txt", "text/rfc822-headers": "headers.txt",
    "application/pgp-signature": "signature.asc", "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s", "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m", "application/pgp-encrypted": "pgp.txt", "text/directory": "contact.vcf",
    "text/vcard": "contact.vcf", "text/x-vcard": "contact.vcf",
}  # fmt: skip
_ENCRYPTED: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_LOOKS_LIKE_HTML: Final = re.compile(r"^\s{0,200}<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


class Block(Struct, frozen=True, kw_only=True):
    """A piece of the message in one or both forms."""

    plain: str | None = None
    html: str | None = None


class Body(Struct, kw_only=True):
    """All of a mail. problems: what could not be taken as it was meant, in words for a person; full: nothing was left out."""

    text: str = ""
    html: str | None = None
    files: list[InAttachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    encrypted: bool = False
    full: bool = True


def body_of(mail: Mail) -> Body:
    """Return what a mail says. When something had to be left out, the whole mail is among the files."""
    found = Body()
    if mail.shallow:
        found.problems.append(f"This mail was not taken apart: {mail.shallow}. The original is attached.")
        found.full = False
        text, _ = decoded_bytes(mail.body[:100_000], parameter(mail.head, "charset") or None)
        blocks = [Block(html=text) if _LOOKS_LIKE_HTML.match(text) else Block(plain=text)]
    else:
        blocks = _blocks(mail.head, found, 0)
    assemble(found, blocks)
    if not found.full:
        found.files.append(
            InAttachment(
                name="original.eml", media_type="message/rfc822", size_bytes=len(mail.content), content=mail.content
            )
        )  # fmt: skip
    return found


def assemble(found: Body, blocks: list[Block]) -> None:
    """Put the pieces together: text from every one, HTML only when one has it."""
    harmless = [_without_bomb(_with_plain_ends(block), found) for block in blocks]
    if not harmless:
        harmless = _named_text(found)
    found.text = "\n\n".join(text for block in harmless if (text := _text_of(block, found)).strip()).strip("\n")
    if any(block.html for block in harmless):
        found.html = "\n<hr>\n".join(block.html or text_as_html(block.plain or "") for block in harmless)


def _named_text(found: Body) -> list[Block]:
    """Some programs give the message itself a file name; it is shown as well when there is nothing else."""
    for file in found.files:
        if file.media_type in ("text/plain", "text/html") and file.content:
            text, _ = decoded_bytes(file.content, None)
            return [Block(html=text) if file.media_type == "text/html" else Block(plain=text)]
    return []


def _with_plain_ends(block: Block) -> Block:
    """Lines end in a mail as its program likes; here they end with a line feed."""
    if block.plain is None or "\r" not in block.plain:
        return block
    return Block(plain=block.plain.replace("\r\n", "\n").replace("\r", "\n"), html=block.html)


def _without_bomb(block: Block, found: Body) -> Block:
    if block.html is None or not too_deep(block.html):
        return block
    found.problems.append("The formatted text is nested too deeply to be shown; the original is attached.")
    found.full = False
    without_tags = re.sub(r"<[^<>]{0,500}>", " ", block.html[:MAX_HTML_CHARS])
    return Block(plain=block.plain or re.sub(r"[ \t]{2,}", " ", without_tags).strip())


def _text_of(block: Block, found: Body) -> str:
    if block.plain is not None and (block.plain.strip() or block.html is None):
        return block.plain
    if block.html is not None and len(block.html) > MAX_HTML_CHARS:
        found.problems.append("The plain text shows only the beginning of a very long formatted text.")
    return html_as_text(block.html or "")


def _blocks(part: Message, found: Body, depth: int) -> list[Block]:
    kind = content_type(part)
    children = part.get_payload()
    found.encrypted = found.encrypted or (kind in _ENCRYPTED and parameter(part, "smime-type") != "signed-data")
    if kind.startswith("multipart/") and isinstance(children, list) and depth < MAX_DEPTH:
        inner = [_blocks(child, found, depth + 1) for child in children if isinstance(child, Message)]
        return _best(inner) if kind == "multipart/alternative" else [block for blocks in inner for block in blocks]
    return _leaf(part, kind, found)


def _best(alternatives: list[list[Block]]) -> list[Block]:
    """The alternatives say the same: the plainest for the text, the last (richest) for the HTML (RFC 2046, 5.1.4)."""
    plain = next((blocks for blocks in alternatives if blocks and all(b.html is None for b in blocks)), None)
    rich = next((blocks for blocks in reversed(alternatives) if any(b.html is not None for b in blocks)), None)
    if plain is None or rich is None:
        return rich or plain or []
    text = "\n\n".join(block.plain or "" for block in plain)
    html = "\n".join(block.html or text_as_html(block.plain or "") for block in rich)
    return [Block(plain=text, html=html)]


def _leaf(part: Message, kind: str, found: Body) -> list[Block]:
    name = file_name(part)
    if kind.startswith("multipart/"):
        # Its boundary never comes: all that can be done is to show what is there.
        found.problems.append("The parts of this mail have no borders; it is shown as it came.")
    elif kind not in _SHOWN or name or _disposition(part) == "attachment":
        _keep_file(part, kind, name, found)
        return []
    content = payload(part)
    charset = parameter(part, "charset") or None
    if charset is None and kind == "text/html" and (meta := _META_CHARSET.search(content[:4_000])):
        charset = meta[1].decode("ascii")
    text, believed = decoded_bytes(content, charset)
    if not believed and charset is not None:
        found.problems.append(f"The character set is not {charset[:40]!r} as the mail claims; the likeliest was used.")
    if kind == "text/html" or (kind == "text/plain" and _LOOKS_LIKE_HTML.match(text)):
        return [Block(html=text)]
    if parameter(part, "format").lower() == "flowed":
        text = unflowed(text, delsp=parameter(part, "delsp").lower() == "yes")
    return [Block(plain=text)]


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except MALFORMED:
        return ""


def file_name(part: Message) -> str:
    """Return the name that a part's sender gave it, without any path; empty when there is none."""
    name = parameter(part, "filename", "content-disposition") or parameter(part, "name")
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip().strip(".")[:200]


def default_name(kind: str, number: int) -> str:
    """Return a name for a file without one."""
    ending = re.sub(r"[^a-z0-9]", "", kind.rsplit("/", 1)[-1].removeprefix("x-"))[:8] or "bin"
    return _NAMES.get(kind) or f"file-{number}.{ending}"


def _keep_file(part: Message, kind: str, name: str, found: Body) -> None:
    if len(found.files) >= MAX_FILES:
        if found.full:
            found.problems.append(f"More than {MAX_FILES} files came along; the others are in the original, which is attached.")
        found.full = False
        return
    content = _file_content(part, kind, found)
    found.files.append(
        InAttachment(
            name=name or default_name(kind, len(found.files) + 1), media_type=kind, size_bytes=len(content), content=content,
            content_id=content_id(part),
        )
    )  # fmt: skip


def content_id(part: Message) -> str | None:
    """Return the id by which the HTML names a part (`cid:`), without its brackets."""
    return raw_header(part, "Content-ID").strip("<> ")[:500] or None


def _file_content(part: Message, kind: str, found: Body) -> bytes:
    inner = part.get_payload()
    if not isinstance(inner, list):
        return payload(part)
    try:
        if kind == "message/rfc822":
            return inner[0].as_bytes() if inner and isinstance(inner[0], Message) else b""
        return b"\n".join(one.as_bytes() for one in inner if isinstance(one, Message))
    except (*MALFORMED, KeyError):
        # The library cannot write again what it could read.
        found.problems.append("A mail within this mail could not be taken out; the original is attached.")
        found.full = False
        return b""


def unflowed(text: str, *, delsp: bool) -> str:
    """Return format=flowed text with its paragraphs on one line each (RFC 3676, section 4)."""
    lines: list[str] = []
    open_depth: int | None = None
    for raw in text.replace("\r\n", "\n").split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "
        if flows and delsp:
            line = line[:-1]
        if open_depth == depth and lines and line != "-- ":
            lines[-1] += line
        else:
            lines.append((">" * depth + " " if depth else "") + line)
        open_depth = depth if flows else None
    return "\n".join(lines)
