"""From a query to what must be found in a post before the query itself is looked at.

A compiled query is a list of entries, any of which makes it fit. An entry needs one feature of each of its groups and none of
its `nots`; where that does not say all (long phrases, NEAR, numbers, NOT over several things), `late` holds the parts of the
tree that decide in the end. `docs/explanation/listening.md` tells why.
"""

from collections.abc import Callable
from itertools import pairwise, product
from sys import intern
from typing import Final

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.listening.query import All, Any, Near, Node, Not, Phrase, Term

MOST_ENTRIES: Final = 64
MOST_PAIRS: Final = 16

Group = frozenset[str]
#: The share of posts that have one of these features, as far as is known.
Share = Callable[[Group], float]


class Entry(Struct, frozen=True):
    """One way for a query to fit."""

    groups: tuple[Group, ...]
    nots: Group
    late: tuple[Node, ...]


def pair(first: str, second: str) -> str:
    """Return the feature of two words that follow each other; no word holds a space."""
    return intern(f"{first} {second}")


def compiled(query: Node, share: Share) -> list[Entry]:
    """Return a query's entries. Raises Invalid when it asks for nothing that must be there: every post would be looked at."""
    tree = _pushed(query)
    options = tree.parts if isinstance(tree, Any) and not _flat(tree) else (tree,)
    if len(options) > MOST_ENTRIES:
        options = (tree,)
    entries = [_entry(option, share) for option in options]
    if not all(entry.groups for entry in entries):
        raise Invalid(
            "This query only says what must not be there, or asks for a number alone. Add a word, phrase or field.",
            code="query_open", field="query",
        )  # fmt: skip
    return entries


def _pushed(node: Node) -> Node:
    """The same with NOT as deep as it goes without becoming OR, and without All in All, Any in Any."""
    match node:
        case Not(part):
            inner = _pushed(part)
            if isinstance(inner, Not):
                return inner.part
            return All(tuple(Not(one) for one in inner.parts)) if isinstance(inner, Any) else Not(inner)
        case All(parts):
            return All(tuple(one for part in map(_pushed, parts) for one in (part.parts if isinstance(part, All) else (part,))))
        case Any(parts):
            return Any(tuple(one for part in map(_pushed, parts) for one in (part.parts if isinstance(part, Any) else (part,))))
        case _:
            return node


def _entry(node: Node, share: Share) -> Entry:
    groups: list[Group] = []
    nots: set[str] = set()
    late: list[Node] = []
    for part in node.parts if isinstance(node, All) else (node,):
        if isinstance(part, Not):
            if (feature := _flat(part.part)) is not None:
                nots |= feature
            else:
                late.append(part)
        elif (feature := _flat(part)) is not None:
            groups.append(feature)
        else:
            groups += _needed(part, share)
            late.append(part)
    return Entry(tuple(dict.fromkeys(groups)), frozenset(nots), tuple(late))


def _flat(node: Node) -> Group | None:
    """The features of which one means that the node fits, and none that it does not; None when there are no such."""
    match node:
        case Term(forms):
            return frozenset(forms)
        case Phrase((first, second)) if (pairs := _pairs(first, second)) is not None:
            return pairs
        case Any(parts):
            found = [_flat(part) for part in parts]
            return None if any(one is None for one in found) else frozenset().union(*(one for one in found if one))
        case _:
            return None


def _pairs(first: Term, second: Term) -> Group | None:
    forms = list(product(first.forms, second.forms))
    if len(forms) > MOST_PAIRS or any(form.endswith("*") for both in forms for form in both):
        return None
    return frozenset(pair(*both) for both in forms)


def _needed(node: Node, share: Share) -> list[Group]:
    """Groups that a post has something of whenever the node fits; empty when nothing can be said."""
    if (flat := _flat(node)) is not None:
        return [flat]
    match node:
        case Phrase(terms):
            found: list[Group] = []
            for first, second in pairwise(terms):
                pairs = _pairs(first, second)
                found += [pairs] if pairs is not None else [frozenset(first.forms), frozenset(second.forms)]
            return list(dict.fromkeys(found))
        case Near(left, right, _):
            return [*_needed(Any(left), share), *_needed(Any(right), share)]
        case All(parts):
            return [group for part in parts for group in _needed(part, share)]
        case Any(parts):
            choices = [_needed(part, share) for part in parts]
            return [frozenset().union(*(min(groups, key=share) for groups in choices))] if all(choices) else []
        case _:
            return []
