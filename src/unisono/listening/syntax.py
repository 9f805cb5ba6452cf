"""The language of monitors: words, "phrases", OR, AND, NOT, brackets, NEAR/5, wildcards, #tags, @names and fields.

    (acme OR "acme gmbh" OR #acme) AND (kaputt OR stör*) NOT jobs lang:de followers:>1000

Words beside each other must all be there. NOT (or `-`) binds strongest, then NEAR, AND, OR; operators are written in capitals. An
error names its code, its place and what to do.
"""

import re
from sys import intern
from typing import Final, NoReturn

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.listening.query import FIELDS, All, Any, Count, Near, Node, Not, Phrase, Term
from unisono.listening.words import host_of, lowered, term_of

MOST_CHARACTERS: Final = 4_000
MOST_TERMS: Final = 500
MOST_DEPTH: Final = 40
MOST_NEAR: Final = 100
SHORTEST_WILDCARD: Final = 2
HAS: Final = ("link", "media", "image", "video", "audio", "question", "mention", "tag")
IS: Final = ("post", "comment", "reply", "message", "repost", "review")
COUNTS: Final = ("followers",)

_QUOTES = '"„“”«»'
_SPLIT = re.compile(
    rf"""\s*(?:
      (?P<open>\() | (?P<close>\)) |
      (?P<near>NEAR/(?P<within>\d+)\b|near/(?P<within2>\d+)\b) |
      (?P<op>(?:AND|OR|NOT|NEAR)(?=[\s(){_QUOTES}]|$)) |
      (?P<minus>-(?=[\w(@#{_QUOTES}])) |
      (?P<field>[A-Za-z]+):(?P<value>[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]|[^\s(){_QUOTES}]*) |
      (?P<phrase>[{_QUOTES}](?P<said>[^{_QUOTES}]*)(?P<end>[{_QUOTES}])?) |
      (?P<word>[^\s(){_QUOTES}]+)
    )""",
    re.VERBOSE,
)
_BOUND = re.compile(r"^(?P<sign>>=|<=|>|<|=)?(?P<number>\d+)(?P<unit>[kKmM]?)$")
_RANGE = re.compile(r"^(?P<least>\d+)(?P<unit>[kKmM]?)\.\.(?P<most>\d+)(?P<unit2>[kKmM]?)$")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


class QueryError(Invalid):
    """A query that cannot be meant. `at` and `end` say which characters of it, counted from 0."""

    def __init__(self, message: str, code: str, at: int, end: int) -> None:
        super().__init__(message, code=code, field="query", at=at, end=end)
        self.at, self.end = at, end


class _Token(Struct, frozen=True):
    kind: str
    text: str
    at: int
    end: int
    value: str = ""


def parse(text: str) -> Node:
    """Return the tree of a query. Raises QueryError."""
    if len(text) > MOST_CHARACTERS:
        _fail(
            f"A query has at most {MOST_CHARACTERS} characters; make two monitors of it.",
            "query_size",
            MOST_CHARACTERS,
            len(text),
        )
    parser = _Parser(_tokens(text), len(text))
    if parser.ended():
        _fail("There is nothing to look for: type a word.", "query_empty", 0, len(text))
    tree = parser.either(0)
    if not parser.ended():
        token = parser.next()
        _fail("This bracket closes nothing; take it out, or open one before it.", "query_bracket", token.at, token.end)
    return tree


def _fail(message: str, code: str, at: int, end: int) -> NoReturn:
    raise QueryError(message, code, at, max(end, at + 1))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while match := _SPLIT.match(text, at):
        kind = _kind(match)
        found.append(_token(kind, match, match.start(kind)))
        at = match.end()
    return found


def _kind(match: re.Match[str]) -> str:
    kinds = ("open", "close", "near", "op", "minus", "field", "phrase", "word")
    return next(kind for kind in kinds if match[kind] is not None)


def _token(kind: str, match: re.Match[str], at: int) -> _Token:
    end = match.end()
    if kind == "near":
        return _Token("near", match["near"], at, end, match["within"] or match["within2"])
    if kind == "op":
        if match["op"] == "NEAR":
            _fail("NEAR needs a distance, such as NEAR/5: at most five words on.", "query_near", at, end)
        return _Token(match["op"], match["op"], at, end)
    if kind == "minus":
        return _Token("NOT", "-", at, end)
    if kind == "phrase":
        if match["end"] is None:
            _fail("This quotation mark is never closed.", "query_quote", at, at + 1)
        return _Token("phrase", match["said"], at, end)
    if kind == "field":
        return _Token("field", match["field"].lower(), at, end, match["value"].strip(_QUOTES))
    return _Token(kind, match[kind], at, end)


class _Parser:
    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens, self._length = tokens, length
        self._at = 0
        self._terms = 0

    def ended(self) -> bool:
        return self._at >= len(self._tokens)

    def peek(self, *kinds: str) -> bool:
        return not self.ended() and self._tokens[self._at].kind in kinds

    def next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def either(self, depth: int) -> Node:
        parts = [self._both(depth)]
        while self.peek("OR"):
            self.next()
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self, depth: int) -> Node:
        parts = [self._near(depth)]
        while not self.ended() and not self.peek("OR", "close"):
            if self.peek("AND"):
                self.next()
            parts.append(self._near(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _near(self, depth: int) -> Node:
        began = self._at
        left = self._single(depth)
        if not self.peek("near"):
            return left
        sign = self.next()
        right_at = self._at
        right = self._single(depth)
        if self.peek("near"):
            more = self.next()
            _fail(
                "NEAR stands between two things; put brackets around one pair, and AND between pairs.",
                "query_near",
                more.at,
                more.end,
            )
        within = int(sign.value)
        if not 1 <= within <= MOST_NEAR:
            _fail(f"NEAR takes a distance from 1 to {MOST_NEAR} words.", "query_near", sign.at, sign.end)
        return Near(self._operands(left, began), self._operands(right, right_at), within)

    def _operands(self, node: Node, began: int) -> tuple[Term | Phrase, ...]:
        parts = node.parts if isinstance(node, Any) else (node,)
        operands = tuple(part for part in parts if isinstance(part, Phrase) or (isinstance(part, Term) and not is_field(part)))
        if len(operands) != len(parts):
            token = self._tokens[min(began, len(self._tokens) - 1)]
            _fail("NEAR takes words, phrases, or brackets with OR between these.", "query_near", token.at, token.end)
        return operands

    def _single(self, depth: int) -> Node:
        if self.ended():
            _fail("Something is missing here: a word, a phrase or a bracket.", "query_end", self._length, self._length + 1)
        token = self.next()
        if depth > MOST_DEPTH:
            _fail(f"Brackets go at most {MOST_DEPTH} deep.", "query_deep", token.at, token.end)
        if token.kind == "NOT":
            return Not(self._single(depth + 1))
        if token.kind == "open":
            if self.peek("close"):
                _fail("There is nothing in these brackets.", "query_bracket", token.at, self._tokens[self._at].end)
            inner = self.either(depth + 1)
            if self.ended():
                _fail("This bracket is never closed.", "query_bracket", token.at, token.end)
            self.next()
            return inner
        self._terms += 1
        if self._terms > MOST_TERMS:
            _fail(f"A query has at most {MOST_TERMS} words; make two monitors of it.", "query_size", token.at, token.end)
        if token.kind == "word":
            return _word(token)
        if token.kind == "phrase":
            return _phrase(token)
        if token.kind == "field":
            return _field(token)
        _fail(f"{token.text} needs something before and after it.", "query_operator", token.at, token.end)


def is_field(term: Term) -> bool:
    """Whether it asks for a field rather than for a word."""
    return term.forms[0].partition(":")[0] in FIELDS and ":" in term.forms[0]


def _term(form: str) -> Term:
    # The same words come in many queries; each is kept once.
    return Term((intern(form),))


def _word(token: _Token) -> Node:
    if "*" in token.text:
        return _wildcard(token)
    asked = term_of(token.text)
    if not asked:
        _fail(f"{token.text} has no letter or digit that could be looked for.", "query_word", token.at, token.end)
    terms = tuple(_term(form) for form in asked)
    return terms[0] if len(terms) == 1 else Phrase(terms)


def _wildcard(token: _Token) -> Term:
    stem, star, rest = token.text.partition("*")
    asked = term_of(stem)
    if rest or len(asked) != 1 or len(asked[0].lstrip("#@")) < SHORTEST_WILDCARD:
        _fail(
            f"A wildcard stands at the end of a word of at least {SHORTEST_WILDCARD} letters, such as lie{star}.",
            "query_wildcard", token.at, token.end,
        )  # fmt: skip
    return _term(asked[0] + "*")


def _phrase(token: _Token) -> Node:
    terms: list[Term] = []
    for word in token.text.split():
        if "*" in word:
            terms.append(_wildcard(_Token("word", word, token.at, token.end)))
        else:
            terms += (_term(form) for form in term_of(word))
    if not terms:
        _fail("There is no word in this phrase.", "query_word", token.at, token.end)
    return terms[0] if len(terms) == 1 else Phrase(tuple(terms))


def _field(token: _Token) -> Node:
    name, value = token.text, token.value
    if name in ("http", "https"):
        _fail("A link is looked for by its host: site:example.org", "query_field", token.at, token.end)
    if name in COUNTS:
        return _count(token)
    if name not in FIELDS:
        known = ", ".join((*FIELDS, *COUNTS))
        _fail(
            f"There is no field {name}; there are {known}. Put quotation marks around text with a colon.",
            "query_field", token.at, token.end,
        )  # fmt: skip
    values = [part for part in value.split(",") if part]
    if not values:
        _fail(f"{name}: needs a value right after the colon.", "query_field", token.at, token.end)
    for allowed in ({"has": HAS, "is": IS}.get(name),):
        wrong = next((part for part in values if allowed and part.lower() not in allowed), None)
        if wrong is not None:
            _fail(f"{name}: takes {', '.join(allowed or ())}.", "query_field", token.at, token.end)
    return Term(tuple(intern(f"{name}:{_folded(name, part)}") for part in values))


def _folded(name: str, value: str) -> str:
    if name == "site":
        return host_of(re.sub(r"^https?://", "", value).partition("/")[0])
    return lowered(value).removeprefix("@") if name == "author" else lowered(value)


def _count(token: _Token) -> Count:
    if found := _RANGE.match(token.value):
        least, most = (
            int(found[n]) * _UNITS[found[u].lower()] for n, u in (("least", "unit"), ("most", "unit2"))
        )  # fmt: skip
        return Count(token.text, least, most)
    bound = _BOUND.match(token.value)
    if bound is None:
        _fail(f"{token.text}: takes a number, such as {token.text}:>1000, <=50 or 10..20.", "query_count", token.at, token.end)
    number = int(bound["number"]) * _UNITS[bound["unit"].lower()]
    match bound["sign"]:
        case ">":
            return Count(token.text, least=number + 1)
        case "<":
            return Count(token.text, most=number - 1)
        case ">=":
            return Count(token.text, least=number)
        case "<=":
            return Count(token.text, most=number)
        case _:
            return Count(token.text, number, number)
