"""From text to words: how monitors and posts are brought to the same form.

Case and accents are folded: `Café` is `cafe`, `STRASSE` is `Straße`. An umlaut is no accent: `Müller` is `Mueller`, but not
`Muller`, as `schön` is not `schon`. Scripts that put no space between words (Han, kana, Thai ...) are taken sign by sign, so that
a word in them is a phrase. `#tag` and `@name` stand for themselves and for the bare word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from msgspec import Struct

#: Between two texts of one post lies so much room that no phrase and no NEAR crosses it.
GAP: Final = 1_000

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PICTURES = "\u2600-\u27bf\U0001f300-\U0001faff"
# Python's \w leaves out the marks by which many scripts write their vowels.
_MARKS = "".join(chr(code) for code in range(0x300, 0x1E00) if unicodedata.category(chr(code))[0] == "M")
_WORD = rf"(?:[^\W{_UNSPACED}]|[{_MARKS}])+"
_TOKEN = re.compile(rf"(?:(?<!\w)[#@])[\w{_MARKS}]+(?:'[\w{_MARKS}]+)?|[{_UNSPACED}]|{_WORD}(?:'{_WORD})?|[{_PICTURES}]")
_LINK = re.compile(r"(?:https?://|www\.)([^\s/?#\"'<>]+)\S*", re.IGNORECASE)
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\uff07": "'"})
# What German and Nordic languages write with two letters where they must, and letters that Unicode does not take apart.
_LETTERS = str.maketrans({
    "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l",
    "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t", "ß": "ss", "µ": "μ",
})  # fmt: skip
_FOLDED_WORDS = 65_536
# Most posts are written in Latin-1 and a few signs besides; these are taken apart byte by byte, in C.
_BEYOND = re.compile("[^\\x00-\\xff\u2013\u2014\u2018-\u201e\u2026\u20ac]")
_BYTES = bytes(
    ord(chr(code).lower()) if re.match(r"\w", chr(code)) else code if chr(code) in "#@'" else 32 for code in range(256)
)
_MARKED = re.compile(r"[#@']")


class Words(Struct, frozen=True):
    """A post's words in their order.

    plain: one form of each word; an empty string stands between two texts.
    more: further forms of the word at that place in `plain`.
    hosts: the hosts that it links to, without `www.`.
    """

    plain: list[str]
    more: dict[int, tuple[str, ...]]
    hosts: tuple[str, ...] = ()

    def places(self) -> dict[str, list[int]]:
        """Return where each form stands, in rising order."""
        found: dict[str, list[int]] = {}
        shift = 0
        for at, word in enumerate(self.plain):
            if not word:
                shift += GAP
                continue
            found.setdefault(word, []).append(at + shift)
            for form in self.more.get(at, ()):
                found.setdefault(form, []).append(at + shift)
        return found


def words_of(texts: Iterable[str]) -> Words:
    """Return the words of a post's texts: what it says, what it quotes, what its pictures are said to show."""
    plain: list[str] = []
    more: dict[int, tuple[str, ...]] = {}
    hosts: list[str] = []
    for text in texts:
        if plain:
            plain.append("")
        if "://" in text or "www." in text or "WWW." in text:
            hosts += [host_of(found) for found in _LINK.findall(text)]
            _add(_LINK.sub(" | ", text), plain, more)
        else:
            _add(text, plain, more)
    return Words(plain, more, tuple(dict.fromkeys(hosts)))


def _add(text: str, plain: list[str], more: dict[int, tuple[str, ...]]) -> None:
    if not text.isascii():
        _add_unicode(text, plain, more)
    elif _MARKED.search(text) is None:
        plain += text.encode().translate(_BYTES).decode().split()
    else:
        _add_tokens(_TOKEN.findall(text.lower()), plain, more)


def _add_unicode(text: str, plain: list[str], more: dict[int, tuple[str, ...]]) -> None:
    if _BEYOND.search(text) is not None or _MARKED.search(text := text.translate(_APOSTROPHES)) is not None:
        _add_tokens(_TOKEN.findall(lowered(text)), plain, more)
        return
    tokens = text.encode("latin-1", "replace").translate(_BYTES).decode("latin-1").split()
    plain += tokens if text.isascii() else map(folded, tokens)


def _add_tokens(tokens: Iterable[str], plain: list[str], more: dict[int, tuple[str, ...]]) -> None:
    for token in tokens:
        if token.isascii() and token.isalnum():
            plain.append(token)
            continue
        for forms in _forms(token):
            if len(forms) > 1:
                more[len(plain)] = forms[1:]
            plain.append(forms[0])


def lowered(text: str) -> str:
    """Return the text in NFC, with case folded and one kind of apostrophe."""
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return small.translate(_APOSTROPHES).replace("i\u0307", "i")


@lru_cache(maxsize=_FOLDED_WORDS)
def _forms(token: str) -> tuple[tuple[str, ...], ...]:
    """Return the places that a token takes, each with its forms."""
    if token[0] in "#@":
        bare = [_parts(part) for part in _TOKEN.findall(token[1:])] or [(token[1:],)]
        return ((*bare[0], token[0] + folded(token[1:])), *bare[1:])
    return (_parts(token),)


def _parts(word: str) -> tuple[str, ...]:
    if "'" not in word:
        return (folded(word),)
    # `acme's` and `l'acme` speak of Acme.
    return (folded(word), *(folded(part) for part in word.split("'") if len(part) > 1))


@lru_cache(maxsize=_FOLDED_WORDS)
def folded(word: str) -> str:
    """Return a lowered word without accents, and with two letters where German or a Nordic language may write them for one."""
    return word if word.isascii() else "".join(map(_bare, word.translate(_LETTERS)))


def _bare(letter: str) -> str:
    # Marks make other letters in most scripts; in Latin and Greek they are accents.
    if letter < "\u0250" or "\u0370" <= letter < "\u0400" or "\u1e00" <= letter < "\u2000":
        return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))
    return "" if "\u0300" <= letter <= "\u036f" else letter


def host_of(address: str) -> str:
    """Return the host of a link's authority, in small letters, without user, port and `www.`."""
    host = address.rpartition("@")[2].partition(":")[0].rstrip(".,;!)]").casefold()
    return host.removeprefix("www.")


def tokens_in(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Yield where each word of a text as it was written stands, and the forms that it is found by."""
    for token in _TOKEN.finditer(text):
        small = lowered(token[0])
        yield token.start(), token.end(), frozenset(form for forms in _forms(small) for form in forms)


def term_of(text: str) -> list[str]:
    """Return what somebody who asks for this text means, word by word."""
    return [token[0] + folded(token[1:]) if token[0] in "#@" else folded(token) for token in _TOKEN.findall(lowered(text))]
