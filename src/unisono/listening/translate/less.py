"""What of a query says which words must be there. It finds at least what the query finds."""

from msgspec import Struct

from unisono.listening.query import All, Any, Near, Node, Phrase, Term


class Every(Struct, frozen=True):
    """Parts that must all be there."""

    parts: tuple["Less", ...]


class Some(Struct, frozen=True):
    """Parts of which one must be there."""

    parts: tuple["Less", ...]


Less = Term | Every | Some


class Never(Struct, frozen=True):
    """Nothing on this network fits."""


def lessened(node: Node, network: str) -> Less | Never | None:
    """Return what must be there as words, tags and names under AND and OR; None when that is nothing in particular."""
    match node:
        case Term(forms) if forms[0].startswith("network:"):
            return None if f"network:{network}" in forms else Never()
        case Term():
            return node
        case Phrase(terms):
            return Every(tuple(terms))
        case Near(left, right, _):
            return lessened(All((Any(left), Any(right))), network)
        case All(parts):
            kept = [lessened(part, network) for part in parts]
            if any(isinstance(part, Never) for part in kept):
                return Never()
            known = tuple(part for part in kept if part is not None and not isinstance(part, Never))
            return Every(known) if known else None
        case Any(parts):
            able = [part for part in (lessened(part, network) for part in parts) if not isinstance(part, Never)]
            if not able:
                return Never()
            some = tuple(part for part in able if part is not None)
            return Some(some) if len(some) == len(able) else None
        case _:
            return None
