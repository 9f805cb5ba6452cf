"""Looks from another connection, after each statement of a transaction, at which rows cannot be had: what a verb locks, and when."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

#: The order. What is not named here is guarded by one of these: an offer and clocks by their interaction, capacity by its agent.
ORDER: Final = ("identity", "interaction", "conversation", "case_file", "agent")
_KEYS: Final = {"agent": "user_id"}
#: Rows of one table in one statement: locked by their keys, or only those that nobody has.
_ORDERED: Final = re.compile(r"order by|skip locked|= \$1")


class Watch:
    """Looks at each transaction of a scene, and notes what it locks out of order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.other: Any = None
        self.verb = ""
        self.locked: dict[str, list[UUID]] = {}
        self.wrong: list[str] = []
        self.statements = 0
        for name in ("fetch", "fetchrow", "fetchval", "execute"):
            monkeypatch.setattr(asyncpg.Connection, name, self._looking(getattr(asyncpg.Connection, name)))

    def _looking(self, run: Any) -> Any:
        async def looking(connection: Any, statement: str, *arguments: Any, **options: Any) -> Any:
            result = await run(connection, statement, *arguments, **options)
            if self.other is not None and connection is not self.other:
                if connection.is_in_transaction():
                    await self._look(statement)
                else:
                    self.locked = {}
            return result

        return looking

    async def _look(self, statement: str) -> None:
        self.statements += 1
        other, self.other = self.other, None
        waits = "skip locked" not in statement
        now: dict[str, list[UUID]] = {}
        for table in ORDER:
            key = _KEYS.get(table, "id")
            all_rows = await other.fetch(f"select {key} as id from {table}")
            free = await other.fetch(f"select {key} as id from {table} for no key update skip locked")
            now[table] = sorted({row["id"] for row in all_rows} - {row["id"] for row in free})
        if not any(now.values()):
            self.locked = {}
        for place, table in enumerate(ORDER):
            before = self.locked.get(table, [])
            new = [one for one in now[table] if one not in before]
            if not new or not waits:
                continue
            later = [after for after in ORDER[place + 1 :] if self.locked.get(after)]
            if later:
                self._note(f"{table} after {', '.join(later)}", statement)
            elif before and min(new) < max(before):
                self._note(f"{table} not in the order of its keys", statement)
            elif len(new) > 1 and not _ORDERED.search(statement):
                self._note(f"several of {table} in no order", statement)
        self.locked = now
        self.other = other

    def _note(self, what: str, statement: str) -> None:
        told = f"{self.verb}: {what}: {' '.join(statement.split())[:140]}"
        if told not in self.wrong:
            self.wrong.append(told)

    @asynccontextmanager
    async def over(self, dsn: str, verb: str) -> AsyncIterator[None]:
        """Watch what is done in the block, one thing after the other."""
        self.verb, self.locked = verb, {}
        self.other = await asyncpg.connect(dsn)
        try:
            yield
        finally:
            other, self.other = self.other, None
            await other.close()
