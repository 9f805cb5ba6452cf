"""What the inbox holds of a mail: one line of facts from the server, then the mail's bytes as they came.

The line is always put in front when a mail is pulled, so nothing in a mail can pass for it. Bytes without it are a mail alone.
"""

import hashlib
import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from unisono.connectors._mail.mime import header, parse_head, split_head

_MARK: Final = b'{"unisono_mail":'
_BRACKETED: Final = re.compile(r"<([^<>]{1,2000})>")
_UNPRINTABLE: Final = re.compile(r"[^\x21-\x7e]")
_MAX_ID: Final = 900


class CutText(Struct, frozen=True, kw_only=True):
    """A text part of a mail too large to be fetched whole; `content` in its transfer encoding, at most its beginning."""

    media_type: str
    charset: str
    encoding: str
    content: bytes
    size: int
    flowed: bool = False


class CutFile(Struct, frozen=True, kw_only=True):
    """A file that stayed at the server; `ref` says where."""

    name: str
    media_type: str
    size: int
    ref: str
    content_id: str | None = None


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the server said of a mail, and what had to be looked up to read it.

    at: when it came into the mailbox (INTERNALDATE). sent: from the folder of sent mail. twin: another mail with the same
    Message-ID was here before, and this word tells them apart. answers: key of our message whose reply address it was sent
    to. texts, files: instead of a body, when the mail is too large. problem: why nothing but the header is there.
    """

    unisono_mail: int = 1
    uid: int = 0
    at: datetime | None = None
    size: int = 0
    sent: bool = False
    twin: str = ""
    answers: str = ""
    texts: tuple[CutText, ...] | None = None
    files: tuple[CutFile, ...] = ()
    problem: str = ""


def wrapped(facts: Facts, content: bytes) -> bytes:
    """Return the body for the inbox."""
    # The first field comes first and is always written, so that the mark is there.
    fields = msgspec.to_builtins(facts, builtin_types=(bytes, datetime)) | {"unisono_mail": facts.unisono_mail}
    ordered = {"unisono_mail": fields.pop("unisono_mail"), **fields}
    return msgspec.json.encode(ordered) + b"\n" + content


def unwrapped(body: bytes) -> tuple[Facts, bytes]:
    """Return (facts, the mail's bytes)."""
    if body.startswith(_MARK):
        line, _, content = body.partition(b"\n")
        try:
            return msgspec.json.decode(line, type=Facts), content
        except msgspec.DecodeError:
            return Facts(), body
    return Facts(), body


def clean_id(text: str) -> str:
    """Return a Message-ID as it is compared and stored: in brackets, without the white space that folding puts in."""
    inner = "".join(text.split())
    if len(inner) > _MAX_ID or "\x00" in inner:
        inner = hashlib.sha256(inner.encode("utf-8", "surrogatepass")).hexdigest()[:40] + "@long.invalid"
    return f"<{inner}>"


def ids_in(text: str) -> list[str]:
    """Return the Message-IDs that a header names, in order, each once."""
    return list(dict.fromkeys(clean_id(found) for found in _BRACKETED.findall(text)))


def message_id_in(value: str) -> str:
    """Return the Message-ID of a mail from its header's value; empty when there is none."""
    named = ids_in(value)
    if named:
        return named[0]
    # Some programs leave out the brackets.
    word = value.split()[0] if value.split() else ""
    return clean_id(word.strip("<>")) if "@" in word else ""


def digest_of(content: bytes, *, instead_of_body: bytes | None = None) -> str:
    """Return what makes a mail this mail and no other with the same id: date, sender, subject and body.

    Headers that each delivery adds do not count, so the same mail by two ways is one.
    """
    head = parse_head(content)
    seen = "\n".join(header(head, name) for name in ("Date", "From", "Subject"))
    body = split_head(content)[1] if instead_of_body is None else instead_of_body
    plain = body.replace(b"\r\n", b"\n").strip()
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass") + b"\0" + plain).hexdigest()[:24]


def ingest_key(message_id: str, digest: str) -> str:
    """Return the inbox's key of a mail."""
    return f"mail:{_UNPRINTABLE.sub('?', message_id)[:200]}:{digest}"
