"""Pulling: a company reads what it was told, from a cursor, at its own pace."""

from datetime import timedelta
from typing import Any

from unisono.testing.sandbox.model import Account, Refused
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.wire import Wire

MOST = 500


def pull(network: SandboxNetwork, wire: Wire, company: Account, after: str | None, limit: int) -> dict[str, Any]:
    """Return the next entries after a cursor of an earlier page; without one, from the oldest that is kept.

    `gap` says that entries between the cursor and this page are no longer kept. Raises Refused (400) for a cursor that
    this network never gave.
    """
    face = network.face(company.face)
    before = network.now() - timedelta(seconds=face.retention_s) if face.retention_s is not None else None
    pruned = network.store.prune(company.id, before=before, keep=face.retention_entries)
    seq = _place(network, after) if after is not None else 0
    limit = max(1, min(limit, MOST))
    found = network.store.entries(company.id, seq, limit + 1)
    page = found[:limit]
    # Without news the cursor still moves over what was pruned, so that one gap is told once.
    newest = page[-1].seq if page else max(seq, pruned)
    return {
        "entries": wire.entries(page), "next": f"{network.store.generation}.{newest}", "more": len(found) > limit,
        "gap": after is not None and seq < pruned,
    }  # fmt: skip


def own(
    network: SandboxNetwork, wire: Wire, company: Account, *, in_reply_to: int | None, to: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return what a company said itself, newest first; of one place if `in_reply_to` or `to` says so."""
    condition, values = "author = ? and deleted_at is null", [company.id]
    if in_reply_to is not None:
        condition, values = condition + " and parent = ?", [*values, in_reply_to]
    if to is not None:
        condition, values = condition + " and peer = ?", [*values, to]
    items = network.store.items_where(f"{condition} order by id desc limit ?", [*values, max(1, min(limit, 100))])
    return wire.items(items, company.id)


def _place(network: SandboxNetwork, cursor: str) -> int:
    generation, _, number = cursor.partition(".")
    if generation != network.store.generation or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise Refused(400, "bad_cursor", "This cursor was not given by this network. Begin without one.")
    if int(number) > network.store.newest_seq():
        raise Refused(400, "bad_cursor", "This cursor lies in the future. Begin without one.")
    return int(number)
