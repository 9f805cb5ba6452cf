"""The store for who is told of spikes, and what they were told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.instant import maybe_instant
from unisono.service.listening.alert_views import AlertTargetView, AlertTold
from unisono.service.ports.alerts import AlertTarget, Notice
from unisono.service.ports.listening import Classes
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("alerts")


class PgAlerts:
    """Implements `service.ports.Alerts`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def targets(self, classes: Classes) -> list[AlertTargetView]:
        """Return where alerts go."""
        rows = await self._connection.fetch(_SQL["targets"], None if classes is None else list(classes))
        return [AlertTargetView(**{**dict(row), "at": maybe_instant(row["at"])}) for row in rows]

    async def target(self, target_id: UUID) -> AlertTarget | None:
        """Return one of them."""
        row = await self._connection.fetchrow(_SQL["target"], target_id)
        return AlertTarget(**dict(row)) if row else None

    async def add_target(self, target: AlertTarget) -> bool:
        """Keep one."""
        added = await self._connection.fetchval(
            _SQL["add_target"], target.id, target.monitor_id, target.kind, target.channel_id, target.webhook_id, target.address,
            target.locale, self._now,
        )  # fmt: skip
        return added is not None

    async def remove_target(self, target_id: UUID) -> bool:
        """Take one away."""
        return await self._connection.fetchval(_SQL["remove_target"], target_id) is not None

    async def webhooks_of(self, monitor_id: UUID) -> list[UUID]:
        """Return the webhooks that a monitor tells."""
        return [row["webhook_id"] for row in await self._connection.fetch(_SQL["webhooks_of"], monitor_id)]

    async def tell(self, alert_id: UUID, monitor_id: UUID, what: str) -> int:
        """Write what mails and chats are to be told."""
        rows = await self._connection.fetch(_SQL["mailed_to"], monitor_id, alert_id, what)
        if rows:
            ids = [new_id() for _ in rows]
            await self._connection.execute(_SQL["tell"], ids, [row["id"] for row in rows], alert_id, what, self._now)
        return len(rows)

    async def tell_test(self, notice_id: UUID, target_id: UUID) -> None:
        """Write that a target is to be tried."""
        await self._connection.execute(_SQL["tell"], [notice_id], [target_id], None, "test", self._now)

    async def claim(self, limit: int, lease_s: float) -> list[Notice]:
        """Take what is due."""
        return [_notice(dict(row)) for row in await self._connection.fetch(_SQL["claim"], self._now, limit, lease_s)]

    async def sending(self, notice: Notice, lease_s: float) -> bool:
        """Write that it is being handed over."""
        until = self._now + timedelta(seconds=lease_s)
        return await self._connection.fetchval(_SQL["sending"], notice.id, until, notice.attempts) is not None

    async def settle(self, notice: Notice, state: str, problem: str, next_at: datetime | None, not_sent: int) -> bool:
        """Write what became of an attempt."""
        settled = await self._connection.fetchval(
            _SQL["settle"], notice.id, state, problem, next_at, not_sent, self._now, notice.attempts
        )
        if settled and state == "failed" and notice.what == "spiked":
            await self._connection.execute(_SQL["unsay"], notice.alert_id, notice.target.id)
        return settled is not None

    async def told(self, alert_ids: Sequence[UUID]) -> dict[UUID, list[AlertTold]]:
        """Return who was told of alerts."""
        found: dict[UUID, list[AlertTold]] = {}
        for row in await self._connection.fetch(_SQL["told"], list(alert_ids)):
            facts = {**dict(row), "at": maybe_instant(row["at"])}
            found.setdefault(facts.pop("alert_id"), []).append(AlertTold(**facts))
        return found

    async def forget_notices(self, before: datetime, limit: int) -> None:
        """Drop tests that are over."""
        await self._connection.execute(_SQL["forget_notices"], before, limit)


def _notice(facts: dict[str, object]) -> Notice:
    names = [name for name in AlertTarget.__struct_fields__ if name != "id"]
    target = {name: facts.pop(name) for name in names}
    return Notice(target=AlertTarget(id=facts.pop("target_id"), **target), **facts)  # type: ignore[arg-type]  # a row of the query above
