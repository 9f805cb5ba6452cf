"""Rules of X's filtered stream.

Source: docs.x.com, x-api/posts/filtered-stream/integrate/build-a-rule and operators (2026-08): words are compared as tokens,
whatever their case; an accent in a rule or a post must be in the other as well; a blank is AND and binds before OR; a rule takes
1,024 characters. A repost says nothing of its own and is not heard.
"""

import re
from collections.abc import Sequence
from typing import Final

from unisono.listening.query import Term
from unisono.listening.translate.less import Every, Less, Some
from unisono.listening.translate.spelling import Typed, asked_word, spellings

#: Of what a self-serve app may write in a rule.
LONGEST: Final = 1_024
_NO_REPOSTS: Final = " -is:retweet"
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,15}")


def rules(tree: Less, typed: Typed) -> tuple[str, ...] | None:
    """Return rules, of which a post that the query finds fits at least one."""
    asked = _asked(tree, typed)
    if asked is None:
        return None
    return tuple(f"({text}){_NO_REPOSTS}" for text in _fitting(asked, LONGEST - len(_NO_REPOSTS) - 2))


_Ask = str | tuple[str, tuple["_Ask", ...]]


def _asked(tree: Less, typed: Typed) -> _Ask | None:
    """The tree in X's terms; what X cannot be asked is left out under AND, and takes its OR with it."""
    match tree:
        case Term():
            return _term(tree, typed)
        case Every(parts):
            known = [found for part in parts if (found := _asked(part, typed)) is not None]
            return _joined("and", known) if known else None
        case Some(parts):
            some: list[_Ask | None] = [_asked(part, typed) for part in parts]
            return None if any(one is None for one in some) else _joined("or", [one for one in some if one is not None])


def _joined(kind: str, asks: Sequence[_Ask]) -> _Ask:
    """One AND or OR without another of its kind in it, each part once."""
    parts = [part for ask in asks for part in (ask[1] if isinstance(ask, tuple) and ask[0] == kind else (ask,))]
    return (kind, tuple(dict.fromkeys(parts)))


def _term(term: Term, typed: Typed) -> _Ask | None:
    if all(form.startswith("author:") for form in term.forms):
        authors = [form.partition(":")[2] for form in term.forms]
        return _joined("or", [f"from:{name}" for name in authors]) if all(_NAME.fullmatch(name) for name in authors) else None
    word = asked_word(term)
    if word is None:
        return None
    ways = spellings(word.lstrip("#@"), typed)
    if ways is None:
        return None
    if word[0] == "#":
        return ("or", tuple(f"#{way}" for way in ways))
    names = tuple(f"@{way}" for way in ways if _NAME.fullmatch(way))
    if word[0] == "@":
        return ("or", names) if len(names) == len(ways) else None
    # A word is found in tags and names as well.
    words = tuple(quoted for way in ways for quoted in _quoted(way))
    return ("or", (*words, *(f"#{way}" for way in ways if "'" not in way), *names))


def _quoted(word: str) -> tuple[str, ...]:
    if word.isalnum():
        return (word,)
    return (f'"{word}"', f'"{word.replace(chr(39), chr(8217))}"') if "'" in word else (f'"{word}"',)


def _text(ask: _Ask) -> str:
    if isinstance(ask, str):
        return ask
    kind, parts = ask
    if len(parts) == 1:
        return _text(parts[0])
    if kind == "or":
        return f"({' OR '.join(_text(part) for part in parts)})"
    return " ".join(_text(part) for part in parts)


def _fitting(ask: _Ask, room: int) -> list[str]:
    """Rules within the room: an OR is parted, of an AND the shortest parts stay."""
    text = _text(ask)
    if len(text) <= room or isinstance(ask, str):
        return [text]
    kind, parts = ask
    if kind == "or":
        return _packed([one for part in parts for one in _fitting(part, room)], room)
    kept: list[_Ask] = []
    for part in sorted(parts, key=lambda one: len(_text(one))):
        if len(_text(("and", (*kept, part)))) > room:
            break
        kept.append(part)
    return [_text(("and", tuple(kept)))] if kept else _fitting(min(parts, key=lambda one: len(_text(one))), room)


def _packed(texts: list[str], room: int) -> list[str]:
    packed: list[str] = []
    for text in texts:
        if packed and len(packed[-1]) + len(text) + 8 <= room:
            packed[-1] = f"{packed[-1]} OR ({text})"
        else:
            packed.append(f"({text})")
    return packed
