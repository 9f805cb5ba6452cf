"""Who is together, from the merges that stand: a function of them alone, so that undoing one leaves what was before.

A merge is an edge between two customers as they once came; a person is what is connected. Nothing is moved together, so
nothing has to be told apart again: taking an edge away gives the partition that there would be had it never been made.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Root(Struct, frozen=True, kw_only=True):
    """A customer as they came, with what decides who stands for a group."""

    id: UUID
    value: float
    held: bool
    created_at: datetime


def groups(customers: Iterable[UUID], merges: Iterable[tuple[UUID, UUID]]) -> list[frozenset[UUID]]:
    """Return who is together, each customer in exactly one group; the order of the merges changes nothing."""
    parent = {customer: customer for customer in customers}

    def root(one: UUID) -> UUID:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in merges:
        parent.setdefault(a, a)
        parent.setdefault(b, b)
        parent[root(a)] = root(b)
    found: dict[UUID, set[UUID]] = {}
    for customer in parent:
        found.setdefault(root(customer), set()).add(customer)
    return sorted((frozenset(group) for group in found.values()), key=min)


def lead(group: Iterable[Root]) -> UUID:
    """Return who stands for a group: under a legal hold first, then who counts most, then who came first.

    So no merge lets a hold or a raised value fall under the table.
    """
    return min(group, key=lambda c: (not c.held, -c.value, c.created_at, c.id)).id


def leads(roots: Mapping[UUID, Root], merges: Iterable[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Return for each customer who stands for them; themself if they are alone or lead."""
    result: dict[UUID, UUID] = {}
    for group in groups(roots, merges):
        first = lead(roots[customer] for customer in group)
        result |= dict.fromkeys(group, first)
    return result
