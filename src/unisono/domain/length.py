"""Length in the network's own unit. The desk counts the same way; both are held to the same table of examples."""

import unicodedata

import regex

_URL = regex.compile(r"https?://[^\s<>\"'“”„]+", regex.IGNORECASE)
# What the weighted count takes for a link even without a scheme; country codes count all.
# Source: X developer documentation, "Counting characters": every valid URL counts 23, with or without a scheme.
_BARE_DOMAIN = regex.compile(
    r"(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+"
    r"(?:com|org|net|info|biz|edu|gov|app|dev|shop|online|social|news|cloud|blog|[a-z]{2})"
    r"(?:/[^\s<>\"'“”„]*)?(?![\p{L}\p{N}_@-])",
    regex.IGNORECASE,
)
_REMOTE_MENTION = regex.compile(r"(^|[^\p{L}\p{N}_/])(@[\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)@[\p{L}\p{N}.-]+[\p{L}\p{N}]")
_SENTENCE_END = ".,;:!?…"
_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3")
# Source: X developer documentation, "Counting characters": these ranges weigh 1, all else 2.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
# Source: 3GPP TS 23.038, section 6.2.1: the basic set counts 1, its extension table 2.
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")


def graphemes(text: str) -> list[str]:
    """Return what a person sees as characters (UAX #29, extended grapheme clusters)."""
    return _GRAPHEME.findall(text)


def measure(text: str, unit: str, *, url_cost: int | None = None, domain_free: bool = False) -> int:
    """Return the length of a text as a network counts it.

    unit: chars (code points), weighted (X), utf8 (bytes), utf16 (code units), graphemes, or gsm7 (septets; a text with
        any other character travels in UCS-2, whose 16 bits a unit are told in septets, so that 70 units fill 160).
    url_cost: what each link counts, whatever its length; the weighted count knows links without a scheme.
    domain_free: the domain of `@user@domain` is free.
    Raises ValueError for another unit.
    """
    links = 0
    if url_cost is not None:
        text, links = _URL.subn(_after_link, text)
        if unit == "weighted":
            text, more = _BARE_DOMAIN.subn(_after_link, text)
            links += more
    if domain_free:
        text = _REMOTE_MENTION.sub(r"\1\2", text)
    return links * (url_cost or 0) + _count(text, unit)


def _after_link(found: regex.Match[str]) -> str:
    """Return what follows the link in what looks like one: the sentence's signs, and a bracket that it did not open."""
    url = found[0]
    kept = url.rstrip(_SENTENCE_END)
    while kept.endswith(")") and kept.count("(") < kept.count(")"):
        kept = kept[:-1]
    return url[len(kept.rstrip(_SENTENCE_END)) :]


def _count(text: str, unit: str) -> int:
    match unit:
        case "chars":
            return len(text)
        case "utf8":
            return len(text.encode("utf-8", "surrogatepass"))
        case "utf16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case "graphemes":
            return len(graphemes(text))
        case "weighted":
            return sum(_weight(g) for g in graphemes(unicodedata.normalize("NFC", text)))
        case "gsm7":
            return _septets(text)
    raise ValueError(f"{unit!r} is no unit of length; known are chars, weighted, utf8, utf16, graphemes, gsm7.")


def _weight(grapheme: str) -> int:
    if len(grapheme) > 1 and _EMOJI.search(grapheme):
        return 2
    return sum(1 if any(low <= ord(c) <= high for low, high in _LIGHT) else 2 for c in grapheme)


def _septets(text: str) -> int:
    if all(c in _GSM_BASIC or c in _GSM_EXTENDED for c in text):
        return sum(2 if c in _GSM_EXTENDED else 1 for c in text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 * 16 // 7
