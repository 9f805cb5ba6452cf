"""Mails as structure: parsed within bounds, headers and texts decoded whatever their senders claim.

The library's newer policies parse headers by recursive descent; a header of a stranger's making keeps that busy for minutes.
So the plain policy is used, every header is cut to a length that real ones keep, and decoding is done here, last and tolerant.
"""

import codecs
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses
from typing import Final

from msgspec import Struct

MAX_HEADER_CHARS: Final = 32_000
MAX_TEXT_HEADER_CHARS: Final = 4_000
MAX_HEAD_BYTES: Final = 500_000
MAX_CONTAINERS: Final = 50
MAX_LINES: Final = 1_000_000
_CONTAINER: Final = re.compile(rb"^content-type:\s{0,80}(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n|\r\r")
_FOLD: Final = re.compile(r"[\r\n]+[ \t]*")
# Bounded on both sides: an open one takes quadratic time on a long text without any at sign (lengths of RFC 5321, 4.5.3.1).
_ADDRESS: Final = re.compile(r"[^\s\x00-\x1f\x7f<>\"'(),:;@\\]{1,64}@[^\s\x00-\x1f\x7f<>\"'(),:;@\\]{1,255}")
# What the library's header code raises on some of the things that people and programs put into headers.
MALFORMED: Final = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, HeaderParseError, RecursionError, OverflowError,
)  # fmt: skip
# Codecs of Python that no mail is written in; some take quadratic time.
_NO_CHARSETS: Final = frozenset({"idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_SUPERSETS: Final = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874",
}  # fmt: skip
_NAMES: Final = {
    "x-sjis": "cp932", "ks_c_5601-1987": "cp949", "iso-8859-8-i": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
    "windows-874": "cp874", "x-mac-roman": "mac-roman", "macintosh": "mac-roman", "x-gbk": "gb18030", "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "iso-10646-ucs-2": "utf-16", "unicode": "utf-16",
}  # fmt: skip


class _Policy(Compat32):
    """Headers cut to a bound as they are read; raw 8-bit ones readable whenever they are asked for."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name[:200], value[:MAX_HEADER_CHARS]

    def header_fetch_parse(self, name: str, value: str) -> str:
        del name
        return _readable(value)


_POLICY: Final = _Policy()


class Mail(Struct, frozen=True, kw_only=True):
    """A parsed mail. shallow: why only its header was parsed; `body` is then all that follows the header."""

    head: Message
    content: bytes
    shallow: str = ""

    @property
    def body(self) -> bytes:
        """What follows the header."""
        return split_head(self.content)[1]


def split_head(content: bytes) -> tuple[bytes, bytes]:
    """Return (header, body) of a mail's bytes, whatever its line ends."""
    if content[:2] == b"\r\n" or content[:1] == b"\n":
        return b"", content.lstrip(b"\r\n")
    found = _HEAD_END.search(content)
    return (content, b"") if found is None else (content[: found.start()], content[found.end() :])


def parse(content: bytes) -> Mail:
    """Parse a mail as far as it is safe to; never fails (a mail without any header has no keys)."""
    reason = _too_much(content)
    if not reason:
        try:
            return Mail(head=message_from_bytes(content, policy=_POLICY), content=content)
        except MALFORMED as error:
            reason = f"its parts cannot be told apart ({type(error).__name__})"
    return Mail(head=parse_head(content), content=content, shallow=reason)


def parse_head(content: bytes) -> Message:
    """Parse the header alone, cut to a bound."""
    head = split_head(content)[0][:MAX_HEAD_BYTES]
    try:
        return BytesHeaderParser(policy=_POLICY).parsebytes(head + b"\r\n\r\n")
    except MALFORMED:
        return Message(policy=_POLICY)


def _too_much(content: bytes) -> str:
    """Say why a mail is not taken apart: the parser's time grows with depth times lines."""
    if len(split_head(content)[0]) > MAX_HEAD_BYTES:
        return "its header is larger than any real one"
    if content.count(b"\n") > MAX_LINES:
        return "it has too many lines"
    if sum(1 for _ in _CONTAINER.finditer(content)) > MAX_CONTAINERS:
        return "it holds too many mails within mails"
    return ""


def header(mail: Message, name: str) -> str:
    """Return the first header of this name as text on one line, encoded words decoded; empty when there is none."""
    value = raw_header(mail, name)
    return decoded_words(value[:MAX_TEXT_HEADER_CHARS])


def raw_header(mail: Message, name: str) -> str:
    """Return the first header of this name on one line, encoded words as they stand."""
    return next(raw_headers(mail, name), "")


def raw_headers(mail: Message, name: str) -> Iterator[str]:
    """Yield all headers of this name, topmost first."""
    wanted = name.lower()
    for key, value in mail.raw_items():
        if key.lower() == wanted:
            yield _FOLD.sub(" ", _readable(str(value))).strip()


def _readable(value: str) -> str:
    """Return a header whose raw bytes were smuggled through as surrogates."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return decoded_bytes(value.encode("utf-8", "surrogateescape"), None)[0]
    return value


def decoded_words(value: str) -> str:
    """Decode encoded words (RFC 2047), also where they stand in places that the RFC forbids."""
    if "=?" not in value:
        return value
    try:
        chunks = decode_header(value)
        return "".join(chunk if isinstance(chunk, str) else decoded_bytes(chunk, charset)[0] for chunk, charset in chunks)
    except MALFORMED:
        return value


def addresses(mail: Message, name: str) -> list[tuple[str, str]]:
    """Return (display name, address) of all addresses in all headers of this name that look like one."""
    found: list[tuple[str, str]] = []
    for value in raw_headers(mail, name):
        try:
            pairs = getaddresses([value])
        except MALFORMED:
            pairs = []
        for shown, address in pairs:
            if is_address(address):
                found.append((decoded_words(shown[:1_000]).strip(), address.strip()))
            else:
                # Names without quotes and other freedoms: what looks like an address is taken as one.
                found += [("", match[0]) for match in _ADDRESS.finditer(f"{shown} {address}"[:MAX_TEXT_HEADER_CHARS])]
        if not pairs:
            found += [("", match[0]) for match in _ADDRESS.finditer(value)]
    return found


def is_address(text: str) -> bool:
    """Tell whether a text can be an address: one at sign, something on both sides, nothing that ends a line."""
    return len(text) <= 320 and _ADDRESS.fullmatch(text.strip()) is not None and text.isprintable()


def decoded_bytes(content: bytes, charset: str | None) -> tuple[str, bool]:
    """Return (text, whether the declared character set was believed).

    UTF-8 that is declared as something Western is UTF-8: no other text looks like it by chance. Unknown character sets
    and bytes that do not fit are read as UTF-8, then as Windows-1252, which fits everything.
    """
    declared = known_charset(charset)
    if declared in (None, "cp1252", "cp1254", "ascii", "iso8859-15"):
        guess = "utf-8"
        try:
            text = content.decode(guess)
        except UnicodeDecodeError:
            pass
        else:
            return text.removeprefix("\ufeff"), charset is None or text.isascii()
    for candidate, believed in ((declared, True), ("utf-8", False), ("cp1252", charset is None)):
        if candidate is None:
            continue
        try:
            return content.decode(candidate).removeprefix("\ufeff"), believed
        except (UnicodeError, LookupError, ValueError):
            continue
    return content.decode("latin-1"), False


def known_charset(name: str | None) -> str | None:
    """Return Python's name of a character set, widened to what is meant by it in practice; None when it is unknown.

    Source of the widening: WHATWG, Encoding, section 4.2.
    """
    if not name:
        return None
    plain = name.strip().strip("\"'").lower().partition("*")[0]
    try:
        found = codecs.lookup(_NAMES.get(plain, plain))
        if found.name in _NO_CHARSETS:
            return None
        b"".decode(found.name)  # codecs that are no character sets (zlib, rot13) are refused here
    except (LookupError, ValueError, TypeError):
        return None
    return _SUPERSETS.get(found.name, found.name)


def content_type(part: Message) -> str:
    """Return a part's media type in lower case; `text/plain` for what cannot be read."""
    try:
        return part.get_content_type()
    except MALFORMED:
        return "text/plain"


def parameter(part: Message, name: str, of: str = "content-type") -> str:
    """Return a parameter of a header, decoded (RFC 2231 and RFC 2047); empty when there is none."""
    try:
        value = part.get_param(name, "", of)
        if isinstance(value, tuple):
            charset, _, text = value
            return decoded_bytes(text.encode("latin-1", "surrogateescape"), charset)[0]
        return decoded_words(str(value)[:MAX_TEXT_HEADER_CHARS])
    except MALFORMED:
        return ""


def payload(part: Message) -> bytes:
    """Return a leaf's content with its transfer encoding undone, as far as it can be."""
    try:
        content = part.get_payload(decode=True)
    except MALFORMED:
        plain = part.get_payload()
        return plain.encode("utf-8", "surrogateescape") if isinstance(plain, str) else b""
    return content if isinstance(content, bytes) else b""
