"""Budgets' meters: read and changed under a lock, for all nodes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.contract.budgets import Purpose
from unisono.policy.budget import Meter
from unisono.service.ports.budgets import MeterKey
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("budgets")


class PgBudgets:
    """Implements `service.ports.Budgets`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def locked(self, channel_id: UUID, keys: Sequence[MeterKey]) -> dict[MeterKey, Meter]:
        """Return the meters, nobody else's until the commit; those that are not there yet begin now."""
        rows = await self._connection.fetch(_SQL["locked"], *_columns(keys))
        if len(rows) < len(keys):
            await self._connection.execute(_SQL["begin_missing"], *_columns(keys), channel_id, self._now)
            rows = await self._connection.fetch(_SQL["locked"], *_columns(keys))
        return _meters(rows)

    async def of(self, keys: Sequence[MeterKey]) -> dict[MeterKey, Meter]:
        """Return the meters that are there."""
        return _meters(await self._connection.fetch(_SQL["of"], *_columns(keys)))

    async def put(self, meters: Mapping[MeterKey, Meter]) -> None:
        """Store meters that are locked."""
        for key, meter in meters.items():
            await self._connection.execute(
                _SQL["put"], key.scope, key.bucket, key.per, meter.started_at, list(meter.slots), meter.aligned, meter.told,
                meter.spent_until, None if meter.spent_for is None else int(meter.spent_for), self._now,
            )  # fmt: skip


def _columns(keys: Sequence[MeterKey]) -> tuple[list[str], list[str], list[str]]:
    return [key.scope for key in keys], [key.bucket for key in keys], [key.per for key in keys]


def _meters(rows: Sequence[Any]) -> dict[MeterKey, Meter]:
    return {
        MeterKey(row["scope"], row["bucket"], row["per"]): Meter(
            started_at=row["started_at"], slots=tuple(row["slots"]), aligned=row["aligned"], told=row["told"],
            spent_until=row["spent_until"], spent_for=None if row["spent_for"] is None else Purpose(row["spent_for"]),
        )
        for row in rows
    }  # fmt: skip
