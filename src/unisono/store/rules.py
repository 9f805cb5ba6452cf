"""The store for rules, what they were applied to, and the places of those who follow the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from unisono.service.ports.base import Cursor, LoggedEvent
from unisono.service.ports.rules import Application, RuleChange, RuleFacts, StoredRule
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("rules")


class PgRules:
    """Implements `service.ports.Rules`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def all(self, *, enabled: bool | None = None) -> list[StoredRule]:
        """Return the rules in their order."""
        return [msgspec.convert(dict(row), StoredRule) for row in await self._connection.fetch(_SQL["all"], enabled)]

    async def add(self, rule: StoredRule) -> None:
        """Add it behind the others."""
        await self._connection.execute(
            _SQL["add"], rule.id, rule.name, rule.trigger, rule.after_s, rule.match_all, msgspec.to_builtins(rule.conditions),
            msgspec.to_builtins(rule.actions), rule.stop, rule.enabled, self._now,
        )  # fmt: skip

    async def change(self, rule_id: UUID, change: RuleChange) -> bool:
        """Write what is named; False when there is no such rule."""
        named = {n: msgspec.to_builtins(v) for n, v in msgspec.structs.asdict(change).items() if v is not UNSET}
        named["changed_at"] = self._now
        columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(named, 2))
        status = await self._connection.execute(
            f"update rule set {columns}, version = version + 1 where id = $1", rule_id, *named.values()
        )
        return str(status) == "UPDATE 1"

    async def remove(self, rule_id: UUID) -> bool:
        """Take it away, with what it was applied to."""
        return await self._connection.fetchval(_SQL["remove"], rule_id) is not None

    async def order(self, rule_ids: Sequence[UUID]) -> None:
        """Put them in this order."""
        await self._connection.execute(_SQL["order"], list(rule_ids), self._now)

    async def facts(self, asked: Sequence[tuple[UUID, UUID | None]]) -> list[RuleFacts]:
        """Return the facts of interactions, in their order."""
        rows = await self._connection.fetch(_SQL["facts"], [one for one, _ in asked], [message for _, message in asked])
        return [RuleFacts(**dict(row)) for row in rows]

    async def applied_lately(self, interaction_ids: Sequence[UUID], since: datetime) -> dict[tuple[UUID, UUID], int]:
        """Return how often each (interaction, rule) was applied."""
        rows = await self._connection.fetch(_SQL["applied_lately"], list(interaction_ids), since)
        return {(row["interaction_id"], row["rule_id"]): row["n"] for row in rows}

    async def record(self, application: Application) -> bool:
        """Write it down; False when it stands there already."""
        a = application
        found = await self._connection.fetchval(
            _SQL["record"], a.id, a.rule_id, a.interaction_id, a.conversation_id, a.occasion, a.at, a.findings
        )
        return found is not None

    async def finish_record(self, application_id: UUID, done: list[dict[str, Any]], error: str) -> None:
        """Write what was done."""
        await self._connection.execute(_SQL["finish_record"], application_id, done, error)

    async def applications(
        self, *, conversation_id: UUID | None = None, rule_id: UUID | None = None, limit: int
    ) -> list[Application]:
        """Return applications, newest first."""
        rows = await self._connection.fetch(_SQL["applications"], conversation_id, rule_id, limit)
        return [Application(**dict(row)) for row in rows]

    async def acknowledged_since(self, conversation_id: UUID, since: datetime) -> bool:
        """Tell whether something was sent by itself."""
        return bool(await self._connection.fetchval(_SQL["acknowledged_since"], conversation_id, since))

    async def too_long_waiting(self, rule_id: UUID, after_s: int, limit: int) -> list[UUID]:
        """Return what waits for longer, and has not met this rule yet."""
        rows = await self._connection.fetch(_SQL["too_long_waiting"], rule_id, after_s, self._now, limit)
        return [row["id"] for row in rows]

    async def looked(self, rule_id: UUID, interaction_ids: Sequence[UUID]) -> None:
        """Remember that a rule of waiting was asked about these."""
        await self._connection.execute(_SQL["looked"], rule_id, list(interaction_ids))

    async def past(self, classes: Sequence[int] | None, since: datetime, before: UUID | None, limit: int) -> list[UUID]:
        """Return interactions that began since, newest first."""
        kept = None if classes is None else list(classes)
        return [row["id"] for row in await self._connection.fetch(_SQL["past"], kept, since, before, limit)]

    async def said_in(self, interaction_ids: Sequence[UUID], *, first: bool) -> dict[UUID, list[UUID]]:
        """Return what customers said in each of these enquiries, oldest first."""
        found: dict[UUID, list[UUID]] = {}
        for row in await self._connection.fetch(_SQL["said_in"], list(interaction_ids)):
            said = found.setdefault(row["interaction_id"], [])
            if not (first and said):
                said.append(row["id"])
        return found

    async def waiting_now(self, classes: Sequence[int] | None, limit: int) -> list[UUID]:
        """Return what waits or is offered now."""
        kept = None if classes is None else list(classes)
        return [row["id"] for row in await self._connection.fetch(_SQL["waiting_now"], kept, limit)]


class PgFollowers:
    """Implements `service.ports.Followers`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def take(self, name: str) -> tuple[Cursor | None] | None:
        """Return and lock where one stands; None while another node follows for it."""
        row = await self._connection.fetchrow(_SQL["take"], name)
        if row is None:
            return None
        return (Cursor.parse(row["cursor"]) if row["cursor"] else None,)

    async def move(self, name: str, cursor: Cursor) -> None:
        """Write where one stands."""
        await self._connection.execute(_SQL["move"], name, str(cursor))

    async def next_events(self, cursor: Cursor, types: Sequence[str] | None, limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types, or of all."""
        kinds = None if types is None else list(types)
        rows = await self._connection.fetch(_SQL["next_events"], cursor.epoch, str(cursor.xid), cursor.id, kinds, limit)
        return [_logged(row) for row in rows]


def _logged(row: Any) -> LoggedEvent:
    facts = dict(row)
    cursor = Cursor(facts.pop("epoch"), facts.pop("xid"), facts.pop("id"))
    return LoggedEvent(cursor=cursor, **facts)
