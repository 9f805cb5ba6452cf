"""Presence as it is shown to colleagues: the value, who says so, until when and why. Since when is told to nobody."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from unisono.presence.divert import Rules
from unisono.presence.merge import Merged
from unisono.service.access import Access
from unisono.service.instant import Instant, maybe_instant
from unisono.service.ports import Database
from unisono.service.ports.presence import OwnRule


class PresenceView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person's presence. line: what their telephone does, beside and not below it. until, reason: where they are known."""

    user_id: UUID
    value: str
    source: str | None = None
    until: Instant | None = None
    reason: str = ""
    line: str = "free"


class MyPresence(Struct, frozen=True, kw_only=True):
    """One's own presence, whether one set it, and where one's calls go."""

    presence: PresenceView
    own: bool
    available: str
    away: str
    busy: str
    unknown: str
    deputy_id: UUID | None


def view_of(user_id: UUID, merged: Merged) -> PresenceView:
    """Return how it is shown."""
    return PresenceView(
        user_id=user_id, value=merged.value.value, source=merged.source.value if merged.source is not None else None,
        until=maybe_instant(merged.until), reason=merged.reason.value, line=merged.line.value,
    )  # fmt: skip


def value_of(merged: Merged) -> Mapping[str, Any] | None:
    """Return it as a live topic carries it; None for who is unknown."""
    if merged == Merged(next_at=merged.next_at):
        return None
    found: dict[str, Any] = {"value": merged.value.value}
    if merged.source is not None:
        found["source"] = merged.source.value
    if merged.until is not None:
        found["until"] = maybe_instant(merged.until)
    if merged.reason:
        found["reason"] = merged.reason.value
    if merged.line != "free":
        found["line"] = merged.line.value
    return found


async def presences(db: Database, access: Access, user_ids: Collection[UUID]) -> list[PresenceView]:
    """Return the presence of these people. Raises Forbidden for who may not see colleagues."""
    access.require("agent.read")
    async with db.read() as tx:
        found = await tx.presence.merged(user_ids)
    return [view_of(user_id, found.get(user_id, Merged())) for user_id in user_ids]


async def my_presence(db: Database, access: Access) -> MyPresence:
    """Return one's own."""
    async with db.read() as tx:
        merged = (await tx.presence.merged([access.user_id])).get(access.user_id, Merged())
        rule = await tx.presence.rule(access.user_id) or OwnRule(rules=Rules())
    ways = rule.rules
    return MyPresence(
        presence=view_of(access.user_id, merged), own=merged.source == "own", available=ways.available.value,
        away=ways.away.value, busy=ways.busy.value, unknown=ways.unknown.value, deputy_id=rule.deputy_id,
    )  # fmt: skip
