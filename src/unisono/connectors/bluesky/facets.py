"""Facets: where in a text links, mentions and tags stand, counted in UTF-8 bytes. Source: lexicon app.bsky.richtext.facet."""

from typing import Any

import regex
from msgspec import Struct

_LINK = regex.compile(r"(?<![\p{L}\p{N}@/])https?://[^\s<>\"'“”„]+", regex.IGNORECASE)
_MENTION = regex.compile(
    r"(?<![\p{L}\p{N}_@/.])@((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])"
)
_TAG = regex.compile(r"(?<![\p{L}\p{N}_/&])[#＃]((?=[^\s\p{P}]*[^\d\s\p{P}])[^\s\p{P}]{1,64})")
_SENTENCE_END = ".,;:!?…"


class Span(Struct, frozen=True, kw_only=True):
    """A part of a text: `kind` is link, mention or tag; start and end in characters."""

    kind: str
    value: str
    start: int
    end: int


def spans_of(text: str) -> list[Span]:
    """Return what stands in a text, in order, none over another."""
    found = [_link(match) for match in _LINK.finditer(text)]
    for kind, pattern in (("mention", _MENTION), ("tag", _TAG)):
        for match in pattern.finditer(text):
            span = Span(kind=kind, value=match[1], start=match.start(), end=match.end())
            if all(span.end <= other.start or span.start >= other.end for other in found):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def facet(text: str, span: Span, did: str = "") -> dict[str, Any]:
    """Return a facet; did: whom a mention means."""
    kinds = {
        "link": {"$type": "app.bsky.richtext.facet#link", "uri": span.value},
        "mention": {"$type": "app.bsky.richtext.facet#mention", "did": did},
        "tag": {"$type": "app.bsky.richtext.facet#tag", "tag": span.value},
    }
    start = len(text[: span.start].encode())
    index = {"byteStart": start, "byteEnd": start + len(text[span.start : span.end].encode())}
    return {"index": index, "features": [kinds[span.kind]]}


def whole_text(text: str, facets: Any) -> str:
    """Return a text in which a link that is shown shortened or under another name stands in full.

    What does not fit the text is passed over, as clients do.
    """
    raw = text.encode("utf-8", "surrogatepass")
    done = len(raw)
    for start, end, uri in sorted(_links(facets), reverse=True):
        if not 0 <= start < end <= done:
            continue
        try:
            shown = raw[start:end].decode()
        except UnicodeDecodeError:
            continue
        raw = raw[:start] + _written_out(shown, uri).encode("utf-8", "surrogatepass") + raw[end:]
        done = start
    return raw.decode("utf-8", "replace")


def _links(facets: Any) -> list[tuple[int, int, str]]:
    found = []
    for one in facets if isinstance(facets, list) else ():
        index, features = one.get("index") or {}, one.get("features") or ()
        uris = [f["uri"] for f in features if str(f.get("$type", "")).endswith("#link") and isinstance(f.get("uri"), str)]
        if uris and isinstance(index.get("byteStart"), int) and isinstance(index.get("byteEnd"), int):
            found.append((index["byteStart"], index["byteEnd"], uris[0]))
    return found


def _written_out(shown: str, uri: str) -> str:
    bare = uri.partition("://")[2]
    if shown.rstrip("/") in (uri.rstrip("/"), bare.rstrip("/")):
        return shown
    short = shown.rstrip(".…")
    if short != shown and (bare.startswith(short) or uri.startswith(short)):
        return uri
    return f"{shown} ({uri})"


def _link(match: Any) -> Span:
    url = match[0].rstrip(_SENTENCE_END)
    while url.endswith(")") and url.count("(") < url.count(")"):
        url = url[:-1].rstrip(_SENTENCE_END)
    return Span(kind="link", value=url, start=match.start(), end=match.start() + len(url))
