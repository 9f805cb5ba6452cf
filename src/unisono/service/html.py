"""HTML from outside, made harmless before it is stored (nh3): no scripts, no styles, no foreign request on opening."""

from urllib.parse import urlsplit

import nh3
from msgspec import Struct

MAX_HTML_CHARS = 1_000_000

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre",
    "q", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "*": {"dir", "lang"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}


class CleanHtml(Struct, frozen=True, kw_only=True):
    """Harmless HTML, and how many pictures from other hosts were left out."""

    html: str
    remote_images: int


def clean_html(html: str) -> CleanHtml | None:
    """Return the HTML without anything active or foreign; None when it is too large to be shown (the text is)."""
    if len(html) > MAX_HTML_CHARS:
        return None
    remote = 0

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal remote
        if (tag, attribute) == ("img", "src"):
            if urlsplit(value.strip()).scheme.lower() == "cid":
                return value.strip()
            remote += 1
            return None
        return value

    cleaned = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=keep, url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip
    return CleanHtml(html=cleaned, remote_images=remote)
