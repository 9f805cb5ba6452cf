"""What a desk holds, and how a frame of the event stream changes it; the desk's own reducer folds the same frames.

Views are upserts: one replaces what is held unless that has a higher version. The same frame twice, or an old view that
comes late, changes nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from unisono.service.ports.base import Cursor

View = dict[str, Any]
_KEYS = {
    "messages": "id",
    "agents": "user_id",
    "channels": "id",
    "queues": "id",
    "customers": "id",
    "consults": "id",
    "cases": "id",
    "mentions": "id",
    "calls": "id",
}


class DeskState(Struct, kw_only=True):
    """Views by kind and id, and where something was removed (`kind id` -> cursor)."""

    work: dict[str, View] = field(default_factory=dict)
    messages: dict[str, View] = field(default_factory=dict)
    offers: dict[str, View] = field(default_factory=dict)
    agents: dict[str, View] = field(default_factory=dict)
    channels: dict[str, View] = field(default_factory=dict)
    queues: dict[str, View] = field(default_factory=dict)
    customers: dict[str, View] = field(default_factory=dict)
    consults: dict[str, View] = field(default_factory=dict)
    cases: dict[str, View] = field(default_factory=dict)
    mentions: dict[str, View] = field(default_factory=dict)
    calls: dict[str, View] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)


def plain(view: object) -> Any:
    """Return a view as the stream carries it: JSON's own types."""
    return msgspec.json.decode(msgspec.json.encode(view))


def apply_frame(state: DeskState, frame: Mapping[str, Any]) -> None:
    """Apply one durable frame."""
    apply_views(state, frame, frame.get("cursor"))
    gone: Mapping[str, Iterable[str]] = frame.get("gone") or {}
    for kind, ids in gone.items():
        for view_id in ids:
            getattr(state, kind).pop(view_id, None)
            state.removed[f"{kind} {view_id}"] = frame["cursor"]


def apply_views(state: DeskState, views: Mapping[str, Any], cursor: str | None = None) -> None:
    """Lay views over the state; `cursor` is the position at which they were true."""
    for item in views.get("work") or ():
        if _is_fresh(state, "work", item["interaction"]["id"], cursor):
            _upsert_work(state.work, item)
    for kind, key in _KEYS.items():
        held: dict[str, View] = getattr(state, kind)
        for view in views.get(kind) or ():
            if _is_fresh(state, kind, view[key], cursor):
                _upsert(held, view[key], view)
    for offer in views.get("offers") or ():
        before = state.offers.get(offer["id"])
        if before is None or before["state"] == "open":
            state.offers[offer["id"]] = offer


def _is_fresh(state: DeskState, kind: str, view_id: str, cursor: str | None) -> bool:
    removed_at = state.removed.get(f"{kind} {view_id}")
    return removed_at is None or (cursor is not None and _place(cursor) > _place(removed_at))


def _place(cursor: str) -> tuple[int, int, UUID]:
    parsed = Cursor.parse(cursor)
    return (parsed.epoch, parsed.xid, parsed.id)


def _upsert(held: dict[str, View], view_id: str, view: View) -> None:
    before = held.get(view_id)
    if before is None or before["version"] <= view["version"]:
        held[view_id] = view


def _upsert_work(held: dict[str, View], item: View) -> None:
    """An interaction and its conversation change apart, so each half keeps the newer one; `last` goes with the latter."""
    view_id = item["interaction"]["id"]
    before = held.get(view_id)
    if before is None:
        held[view_id] = item
        return
    interaction = before if before["interaction"]["version"] > item["interaction"]["version"] else item
    conversation = before if before["conversation"]["version"] > item["conversation"]["version"] else item
    held[view_id] = {
        **item,
        "interaction": interaction["interaction"],
        "conversation": conversation["conversation"],
        "last": conversation["last"],
    }
