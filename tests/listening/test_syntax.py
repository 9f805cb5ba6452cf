"""The language of monitors, and errors that point at the character."""

import pytest

from unisono.listening.query import All, Any, Count, Near, Not, Phrase, Term
from unisono.listening.syntax import MOST_CHARACTERS, MOST_DEPTH, MOST_TERMS, QueryError, parse


def term(word: str) -> Term:
    return Term((word,))


A, B, C = term("a"), term("b"), term("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a b", All((A, B))), ("a AND b", All((A, B))), ("a OR b c", Any((A, All((B, C))))), ("(a OR b) c", All((Any((A, B)), C))),
        ("a NOT b", All((A, Not(B)))), ("a -b", All((A, Not(B)))), ("NOT NOT a", Not(Not(A))), ("a-b", Phrase((A, B))),
        ('"a b"', Phrase((A, B))), ("„A B“", Phrase((A, B))), ("«a b»", Phrase((A, B))), ("a NEAR/5 b", Near((A,), (B,), 5)),
        ("a near/5 b c", All((Near((A,), (B,), 5), C))), ("a or b", All((A, term("or"), B))),
        ('(a OR b) NEAR/2 "b c"', Near((A, B), (Phrase((B, C)),), 2)), ("lie*", term("lie*")), ("#Lie*", term("#lie*")),
        ("lang:de,EN", Term(("lang:de", "lang:en"))), ("site:https://www.Acme.example/x", term("site:acme.example")),
        ("author:@Anna", term("author:anna")), ("has:link", term("has:link")), ("followers:>1k", Count("followers", least=1001)),
        ("followers:<=50", Count("followers", most=50)), ("followers:10..2k", Count("followers", 10, 2000)),
        ("followers:7", Count("followers", 7, 7)), ('channel:"Haus eins"', term("channel:haus eins")),
    ],
)  # fmt: skip
def test_what_a_query_means(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "code", "at", "end"),
    [
        ("", "query_empty", 0, 1), ("  ", "query_empty", 0, 2), ("a (b", "query_bracket", 2, 3), ("a) b", "query_bracket", 1, 2),
        ("a ()", "query_bracket", 2, 4), ("a OR", "query_end", 4, 5), ("OR a", "query_operator", 0, 2), ("a AND OR b", "query_operator", 6, 8),
        ('a "b', "query_quote", 2, 3), ("a NEAR b", "query_near", 2, 6), ("a NEAR/0 b", "query_near", 2, 8),
        ("a NEAR/3 (b c)", "query_near", 9, 10), ("a NEAR/2 b NEAR/2 c", "query_near", 11, 17), ("a NEAR/2 lang:de", "query_near", 9, 16),
        ("x foo:bar", "query_field", 2, 9), ("http://x.example", "query_field", 0, 16), ("lang:", "query_field", 0, 5),
        ("has:nothing", "query_field", 0, 11), ("followers:many", "query_count", 0, 14), ("a *b", "query_wildcard", 2, 4),
        ("a b*c", "query_wildcard", 2, 5), ("a l*", "query_wildcard", 2, 4), ("a !!!", "query_word", 2, 5), ('a "!"', "query_word", 2, 5),
        ("a NOT", "query_end", 5, 6),
    ],
)  # fmt: skip
def test_an_error_points_at_the_character(text: str, code: str, at: int, end: int) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    error = refused.value
    assert (error.code, error.at, error.end, error.field) == (code, at, end, "query")
    assert str(error).endswith((".", code)) or ":" in str(error)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * (MOST_CHARACTERS + 1), "query_size"), ("a " * (MOST_TERMS + 1), "query_size"),
        ("(" * (MOST_DEPTH + 2) + "a" + ")" * (MOST_DEPTH + 2), "query_deep"), ("NOT " * (MOST_DEPTH + 2) + "a", "query_deep"),
    ],
)  # fmt: skip
def test_there_is_a_limit_to_everything(text: str, code: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert refused.value.code == code
