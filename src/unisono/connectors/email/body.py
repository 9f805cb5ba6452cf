"""What a mail says: its text, its HTML, its files, and where the quoted history begins."""

import re
from email.message import EmailMessage, Message
from html.parser import HTMLParser

from msgspec import Struct

from unisono.contract import InAttachment

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_FILES = 50
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "hr"})
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_QUOTE_HEADS = re.compile(
    r"^\s*(?:-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Weitergeleitete Nachricht|Forwarded message)\b.*"
    r"|_{10,}"
    r"|(?:Am|On)\b.{5,200}(?:schrieb|wrote)\b.{0,200}:"
    r"|(?:Von|From):\s.+)$",
    re.IGNORECASE,
)


class Parts(Struct, kw_only=True):
    """The parts of a mail that people look at."""

    plain: list[str] = []
    html: list[str] = []
    files: list[InAttachment] = []
    problems: list[str] = []


class _Text(HTMLParser):
    """HTML as text: block elements become lines, scripts and styles nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))


def html_as_text(html: str) -> str:
    """Return what an HTML mail says."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def parts_of(mail: EmailMessage) -> Parts:
    """Return a mail's parts, whatever its structure; what cannot be decoded is named among the problems."""
    found = Parts(plain=[], html=[], files=[], problems=[])
    count = 0
    stack: list[tuple[Message, int]] = [(mail, 0)]
    while stack:
        part, depth = stack.pop()
        count += 1
        if count > MAX_PARTS or depth > MAX_DEPTH:
            found.problems.append("too many parts")
            break
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_type() != "message/rfc822":
            stack += [(child, depth + 1) for child in reversed(payload) if isinstance(child, Message)]
            continue
        _leaf(part, found)
    return found


def _leaf(part: Message, found: Parts) -> None:
    kind = part.get_content_type()
    named = part.get_filename()
    attached = part.get_content_disposition() == "attachment" or (named is not None and kind not in ("text/plain", "text/html"))
    if kind in ("text/plain", "text/html") and not attached:
        text = decoded_text(part, found.problems)
        (found.html if kind == "text/html" else found.plain).append(text)
    elif len(found.files) < MAX_FILES:
        content = _content(part, found.problems)
        name = _file_name(part, kind, len(found.files))
        content_id = str(part.get("Content-ID", "")).strip().strip("<>") or None
        found.files.append(
            InAttachment(name=name, media_type=kind, size_bytes=len(content), content=content, content_id=content_id)
        )


def _file_name(part: Message, kind: str, number: int) -> str:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, IndexError):
        name = None
    endings = {"message/rfc822": "eml", "application/ms-tnef": "winmail.dat", "text/calendar": "ics"}
    return str(name) if name else f"{number + 1}.{endings.get(kind, kind.rsplit('/', 1)[-1][:10])}"


def _content(part: Message, problems: list[str]) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError) as error:
        problems.append(f"a file could not be decoded ({type(error).__name__})")
        return b""
    return content if isinstance(content, bytes) else b""


def decoded_text(part: Message, problems: list[str]) -> str:
    """Return a text part. A character set that lies or is unknown is replaced by the likeliest."""
    content = _content(part, problems)
    declared = str(part.get_content_charset() or "utf-8").lower()
    for charset in (declared, "utf-8", "windows-1252"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    problems.append(f"character set {declared[:40]} is unknown or wrong")
    return content.decode("latin-1")


def split_history(text: str) -> tuple[str, str]:
    """Return (what is new, the quoted history with the line that introduces it)."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        rest = lines[place:]
        quoted = all(not r.strip() or r.lstrip().startswith(">") for r in rest) and any(r.strip() for r in rest)
        if (place > 0 and _QUOTE_HEADS.match(line)) or (place > 0 and line.lstrip().startswith(">") and quoted):
            new = "\n".join(lines[:place]).rstrip()
            if new.strip():
                return new, "\n".join(rest)
    return text, ""
