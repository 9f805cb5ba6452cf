"""The store for the watch over hands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from unisono.service.custody import KINDS
from unisono.service.ports.custody import Broken, Place, StateCount
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("custody")
#: What becomes wrong by lying for long: asked with the time since when it has.
_TIMED: Final = frozenset({"hands_gone", "wrap_up_left"})
_OF_ONE: Final = {kind: _SQL.get(f"{kind}_of", _SQL[kind]) for kind in KINDS}


class PgCustody:
    """Implements `service.ports.Custody`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def broken(self, gone_after_s: float, only: UUID | None = None) -> list[Broken]:
        """Return what cannot be."""
        gone_at = self._now - timedelta(seconds=gone_after_s)
        return [one for kind in KINDS for one in await self._broken(kind, gone_at, only)]

    async def _broken(self, kind: str, gone_at: datetime, only: UUID | None) -> list[Broken]:
        asked: list[object] = [gone_at] if kind in _TIMED else []
        if only is None:
            statement = f"select * from ({_SQL[kind]}) b order by interaction_id, agent_id"
        else:
            asked.append(only)
            # An agent's sum is the only thing that is wrong of nobody's work.
            named = "agent_id" if kind == "sum_wrong" else "interaction_id"
            statement = f"select * from ({_OF_ONE[kind]}) b where b.{named} = ${len(asked)}"
        return [Broken(kind=kind, **dict(row)) for row in await self._connection.fetch(statement, *asked)]

    async def end_consult_hold(self, interaction_id: UUID) -> None:
        """Drop what a consult that is over still holds."""
        await self._connection.execute(_SQL["end_consult_hold"], interaction_id)

    async def end_loan(self, interaction_id: UUID) -> None:
        """Take back what was lent to nothing."""
        await self._connection.execute(_SQL["end_loan"], interaction_id)

    async def add_up(self, agent_id: UUID) -> bool:
        """Set an agent's units in use to the sum of what they hold."""
        return await self._connection.fetchval(_SQL["add_up"], agent_id) is not None

    async def states(self, classes: Iterable[int] | None) -> list[StateCount]:
        """Return open interactions by state."""
        rows = await self._connection.fetch(_SQL["states"], None if classes is None else list(classes))
        return [StateCount(**dict(row)) for row in rows]

    async def kinds_waiting(self) -> list[UUID]:
        """Return one waiting interaction of each kind."""
        return [row["id"] for row in await self._connection.fetch(_SQL["kinds_waiting"])]

    async def of_kinds(self, ids: Iterable[UUID]) -> list[UUID]:
        """Return all that waits and is of the kind of one of these."""
        return [row["id"] for row in await self._connection.fetch(_SQL["of_kinds"], list(ids))]

    async def agents_disabled(self) -> set[UUID]:
        """Return who has been disabled."""
        return {row["id"] for row in await self._connection.fetch(_SQL["agents_disabled"])}

    async def places(self, ids: Iterable[UUID]) -> list[Place]:
        """Return where these interactions stand."""
        return [Place(**dict(row)) for row in await self._connection.fetch(_SQL["places"], list(ids))]
