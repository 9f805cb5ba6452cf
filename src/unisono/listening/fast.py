"""The matcher with its innermost part in C, where somebody had that compiled; it finds what `Matcher` finds.

The part is one file, `core.c`. No header of Python is needed, and nothing is compiled by itself: who runs the house does it, with
the system's compiler.
"""

import ctypes
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final, TypeVar

from unisono.listening.compile import Entry
from unisono.listening.matcher import OBSERVE_EVERY, Frequencies, Matcher
from unisono.listening.post import Post, fields_of
from unisono.listening.query import Node
from unisono.listening.words import Words, words_of

Key = TypeVar("Key", bound=Hashable)

#: What the part answers for a text with tags, names, apostrophes or links in it.
MARKED: Final = -2
_ROOM: Final = 4_096


class Core:
    """The compiled part. Raises OSError for a library that cannot be loaded."""

    def __init__(self, library: Path) -> None:
        # Holding the interpreter's lock: the part is no faster for being called by several threads, and not made for it.
        found = ctypes.PyDLL(str(library))
        number, text, numbers = ctypes.c_uint32, ctypes.c_char_p, ctypes.POINTER(ctypes.c_uint32)
        for name, result, arguments in (
            ("new", ctypes.c_void_p, []),
            ("free", None, [ctypes.c_void_p]),
            ("feature", number, [ctypes.c_void_p, text, number]),
            ("pair", ctypes.c_int, [ctypes.c_void_p, number, number, number]),
            ("entry", ctypes.c_int, [ctypes.c_void_p, numbers, number, numbers, number]),
            ("match", ctypes.c_int64, [ctypes.c_void_p, text, number, ctypes.c_int, text, number, ctypes.c_void_p, number]),
            ("candidates", ctypes.c_uint64, [ctypes.c_void_p]),
        ):
            function: Any = getattr(found, f"unisono_{name}")
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)

    new: Any
    free: Any
    feature: Any
    pair: Any
    entry: Any
    match: Any
    candidates: Any


class FastMatcher(Matcher[Key]):
    """A `Matcher` whose drawers lie in the compiled part."""

    def __init__(self, core: Core, frequencies: Frequencies | None = None) -> None:
        super().__init__(frequencies)
        self._core = core
        self._handle = core.new()
        if not self._handle:
            raise MemoryError
        self._late: list[tuple[int, tuple[Node, ...]]] = []
        self._match = core.match
        self._make_room(_ROOM)

    def _make_room(self, room: int) -> None:
        self._room = room
        self._out = (ctypes.c_uint32 * room)()
        self._at = ctypes.addressof(self._out)

    def __del__(self) -> None:
        if handle := getattr(self, "_handle", None):
            self._core.free(handle)

    @property
    def candidates(self) -> int:
        """On how many entries something was looked at, since the start."""
        return int(self._core.candidates(self._handle))

    @candidates.setter
    def candidates(self, value: int) -> None:
        pass

    def _file(self, entry: Entry, number: int) -> None:
        first, *others = sorted((tuple(sorted(group)) for group in entry.groups), key=self.frequencies.share)
        for feature in (*first, *(feature for group in others for feature in group), *entry.nots):
            self._learn(feature)
        for late in entry.late:
            self._learn_late(late)
        code = [number << 1, len(others)]
        if entry.late:
            code[0] = len(self._late) << 1 | 1
            self._late.append((number, entry.late))
        for group in others:
            code += [len(group), *map(self._feature, group)]
        code += [len(entry.nots), *map(self._feature, entry.nots)]
        anchors = list(map(self._feature, first))
        if not self._core.entry(self._handle, _numbers(anchors), len(anchors), _numbers(code), len(code)):
            raise MemoryError

    def _feature(self, name: str) -> int:
        raw = name.encode()
        feature = int(self._core.feature(self._handle, raw, len(raw)))
        first, space, second = name.partition(" ")
        if not feature or (space and not self._core.pair(self._handle, self._feature(first), self._feature(second), feature)):
            raise MemoryError
        return feature

    def match(self, post: Post) -> list[Key]:
        if len(post.texts) == 1 and post.texts[0].isascii() and not (self._fields or self._stems):
            plain = post.texts[0].lower().encode()
            count = self._match(self._handle, plain, len(plain), 0, b"", 0, self._at, self._room)
            if count != MARKED:
                return self._found(post, None, count, plain, 0, b"")
        return self.match_words(post, words_of(post.texts))

    def match_words(self, post: Post, words: Words) -> list[Key]:
        more: set[str] = set()
        for at, forms in words.more.items():
            more.update(forms)
            self._add_pairs(more, words, at)
        if self._fields:
            more.update(fields_of(post, words))
        if self._stems:
            self._add_stems(more, words)
        plain, others = "\n".join(words.plain).encode(), "\n".join(more).encode()
        count = self._match(self._handle, plain, len(plain), 1, others, len(others), self._at, self._room)
        return self._found(post, words, count, plain, 1, others)

    def _found(self, post: Post, words: Words | None, count: int, plain: bytes, lines: int, more: bytes) -> list[Key]:
        self._heard += 1
        if not self._heard % OBSERVE_EVERY:
            words = words or words_of(post.texts)
            self.frequencies.observe(self._vocabulary.intersection(words.plain))
        if not count:
            return []
        if count < 0:
            raise MemoryError
        if count > self._room:
            self._make_room(2 * count)
            count = self._match(self._handle, plain, len(plain), lines, more, len(more), self._at, self._room)
        found = self._out[:count]
        numbers = {code >> 1 for code in found if not code & 1}
        if len(numbers) < len(found):
            numbers |= self._checked([code >> 1 for code in found if code & 1], post, words or words_of(post.texts))
        if self._dead:
            numbers -= self._dead
        keys = self._keys
        return [keys[number] for number in numbers]  # type: ignore[misc]

    def _checked(self, checks: list[int], post: Post, words: Words) -> set[int]:
        features = {*words.places(), *fields_of(post, words)}
        if self._stems:
            self._add_stems(features, words)
        seen = self._seen(features, post, words)
        return {number for number, late in map(self._late.__getitem__, checks) if all(node.fits(seen) for node in late)}


def _numbers(values: list[int]) -> Any:
    return (ctypes.c_uint32 * len(values))(*values)
