"""HTML mails as plain text: blocks as lines, quotations marked as in plain mails, nothing that is not shown.

The HTML is first brought into order by nh3 (a browser's parser): on broken HTML the standard library's parser can take
quadratic time, on what nh3 writes it cannot. nh3 itself takes quadratic time on deep nesting, so `too_deep` comes first.
"""

import html as escapes
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

import nh3

MAX_HTML_CHARS: Final = 500_000
MAX_DEPTH: Final = 300
_MAX_QUOTED: Final = 12
_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote"})
_LINES: Final = frozenset({"div", "tr", "li", "dt", "dd", "hr", "section", "article", "header", "footer", "caption", "address"})
_KEPT: Final = {*_PARAGRAPHS, *_LINES, "br", "td", "th", "img", "a", "b", "i", "span"}
_UNSEEN: Final = {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "math"}
_SPACE: Final = re.compile(r"[ \t\r\n\f\u00a0]+")
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
# These end by themselves, so that leaving out their end tags nests nothing.
_SHALLOW: Final = frozenset({
    "area", "base", "body", "br", "col", "dd", "dt", "embed", "head", "hr", "html", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
})  # fmt: skip
# What mail programs put around pictures and into empty lines, without meaning anything.
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u200b\u2060\ufeff]")


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line = ""
        self._quoted = 0
        self._verbatim = 0

    def end_line(self, *, paragraph: bool = False) -> None:
        text = self._line.strip() if not self._verbatim else self._line.rstrip()
        self._line = ""
        mark = self._mark()
        if text:
            self.lines.append(f"{mark} {text}" if mark else text)
        if paragraph and self.lines and self.lines[-1] != mark:
            self.lines.append(mark)

    def _mark(self) -> str:
        return ">" * min(self._quoted, _MAX_QUOTED)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            text = self._line.strip()
            self.end_line()
            if not text:
                self.lines.append(self._mark())
        elif tag in _PARAGRAPHS or tag in _LINES:
            self.end_line(paragraph=tag in _PARAGRAPHS)
        elif tag in ("td", "th") and self._line.strip():
            self._line += " "
        elif tag == "img":
            self._line += (dict(attrs).get("alt") or "").strip()
        if tag == "li":
            self._line = "- "
        elif tag == "blockquote":
            self._quoted += 1
        elif tag == "pre":
            self._verbatim += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS or tag in _LINES:
            self.end_line(paragraph=tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        elif tag == "pre":
            self._verbatim = max(0, self._verbatim - 1)

    def handle_data(self, data: str) -> None:
        if self._verbatim:
            first, *rest = data.split("\n")
            self._line += first
            for line in rest:
                self.end_line()
                self._line = line
        else:
            text = _SPACE.sub(" ", data)
            self._line += text.lstrip(" ") if self._line.endswith(" ") or not self._line else text


def too_deep(html: str) -> bool:
    """Tell whether HTML is nested deeper than any mail program writes it; cleaning such HTML takes quadratic time."""
    depth = 0
    open_tags: Counter[str] = Counter()
    for found in _TAG.finditer(html):
        name = found[2].lower()
        if name in _SHALLOW:
            continue
        if not found[1]:
            depth += 1
            open_tags[name] += 1
            if depth > MAX_DEPTH:
                return True
        elif open_tags[name]:
            depth -= 1
            open_tags[name] -= 1
    return False


def html_as_text(html: str) -> str:
    """Return what an HTML mail says; what is beyond MAX_HTML_CHARS is left out. For HTML that is not `too_deep`."""
    ordered = nh3.clean(
        html[:MAX_HTML_CHARS], tags=_KEPT, attributes={"img": {"alt"}}, clean_content_tags=_UNSEEN, strip_comments=True,
        link_rel=None,
    )  # fmt: skip
    parser = _Lines()
    parser.feed(_INVISIBLE.sub("", ordered))
    parser.close()
    parser.end_line()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parser.lines)).strip()


def text_as_html(text: str) -> str:
    """Return plain text as HTML, for mails that mix both."""
    return f"<p>{escapes.escape(text.strip()).replace(chr(10), '<br>')}</p>"
