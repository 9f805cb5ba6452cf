"""A channel's budgets: rate limits of its manifest and money of its settings, counted once for all nodes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.contract.budgets import BudgetSpent, Purpose
from unisono.contract.context import Clock
from unisono.contract.manifest import Manifest
from unisono.policy.budget import DAY, KEEP_MONEY, MONTH, Gauge, Meter, add, begun, latest, learn, take

MONEY: Final = "money"
_SETTINGS: Final = {DAY: "budget_day", MONTH: "budget_month"}


class MeterKey(Struct, frozen=True, order=True):
    """Which meter: whose (a channel, an app, a thread), of which bucket, over which window."""

    scope: str
    bucket: str
    per: str


class MeterLedger(Protocol):
    """Where meters stand, for all nodes."""

    async def change(
        self, channel_id: UUID, keys: Sequence[MeterKey], decide: Callable[[Mapping[MeterKey, Meter]], Mapping[MeterKey, Meter]]
    ) -> None:
        """Store what `decide` makes of the meters as they stand, alone over all nodes; a meter that is not there is left out."""


class MemoryMeters:
    """Meters of one process, for checks and tests."""

    def __init__(self) -> None:
        self.meters: dict[MeterKey, Meter] = {}

    async def change(
        self, channel_id: UUID, keys: Sequence[MeterKey], decide: Callable[[Mapping[MeterKey, Meter]], Mapping[MeterKey, Meter]]
    ) -> None:
        """Change them at once; nothing else runs meanwhile."""
        del channel_id
        self.meters |= decide({key: self.meters[key] for key in keys if key in self.meters})


class ChannelBudgets:
    """Implements `contract.Budgets` for one channel."""

    def __init__(
        self, manifest: Manifest, channel_id: UUID, config: Mapping[str, Any], ledger: MeterLedger, clock: Clock
    ) -> None:
        self._manifest = manifest
        self._channel_id = channel_id
        self._config = config
        self._ledger = ledger
        self._clock = clock

    async def take(
        self, bucket: str, purpose: Purpose, *, operation: str | None = None, amount: int = 1, thread: str | None = None
    ) -> None:
        """Take from a bucket and from the money, or from neither. Raises BudgetSpent."""
        wanted = {key: (gauge, float(amount)) for key, gauge in self._gauges(bucket, thread).items()}
        price = self._price(operation) * amount
        if operation is not None and self._price(operation):
            wanted |= {key: (gauge, price) for key, gauge in self._money().items()}
        if not wanted:
            return
        refused: list[tuple[MeterKey, datetime | None]] = []

        def decide(meters: Mapping[MeterKey, Meter]) -> Mapping[MeterKey, Meter]:
            now = self._clock.now()
            after = {
                key: take(gauge, meters.get(key) or begun(gauge, now), needed, purpose, now)
                for key, (gauge, needed) in wanted.items()
            }
            refused.extend((key, meter.spent_until) for key, meter in after.items() if meter.spent_until is not None)
            return {key: meter for key, meter in after.items() if meter.spent_until is not None} if refused else after

        await self._ledger.change(self._channel_id, sorted(wanted), decide)
        if refused:
            name = next((MONEY for key, _ in refused if key.bucket == MONEY), bucket)
            raise BudgetSpent(name, latest([until for _, until in refused]))

    async def learn(
        self, bucket: str, *, remaining: int, limit: int | None = None, resets_at: datetime | None = None,
        thread: str | None = None,
    ) -> None:  # fmt: skip
        """Lay our meters upon the network's."""
        gauges = list(self._gauges(bucket, thread).items())
        if not gauges:
            return
        key, gauge = next((one for one in gauges if one[1].amount == limit), gauges[0])

        def decide(meters: Mapping[MeterKey, Meter]) -> Mapping[MeterKey, Meter]:
            now = self._clock.now()
            meter = meters.get(key) or begun(gauge, now)
            return {key: learn(gauge, meter, now, remaining=remaining, limit=limit, resets_at=resets_at)}

        await self._ledger.change(self._channel_id, [key], decide)

    async def charge(self, operation: str, amount: int = 1) -> None:
        """Record money that is spent already."""
        price = self._price(operation) * amount
        gauges = self._money()

        def decide(meters: Mapping[MeterKey, Meter]) -> Mapping[MeterKey, Meter]:
            now = self._clock.now()
            return {key: add(gauge, meters.get(key) or begun(gauge, now), price, now) for key, gauge in gauges.items()}

        if price:
            await self._ledger.change(self._channel_id, sorted(gauges), decide)

    def _price(self, operation: str | None) -> float:
        return self._manifest.costs[operation] if operation is not None and self._manifest.costs else 0.0

    def _gauges(self, bucket: str, thread: str | None) -> dict[MeterKey, Gauge]:
        return {
            MeterKey(self._scope(limit.scope, limit.app, thread), bucket, f"{limit.per_s:g}"): Gauge(
                amount=limit.amount, per=limit.per_s, keep=limit.keep
            )
            for limit in self._manifest.limits
            if limit.bucket == bucket
        }

    def _money(self) -> dict[MeterKey, Gauge]:
        """Money is counted also where it is not bounded, to be shown."""
        return {
            MeterKey(f"channel:{self._channel_id}", MONEY, per): Gauge(
                amount=float(self._config.get(name) or 0) or float("inf"), per=per, keep=KEEP_MONEY, whole=False
            )
            for per, name in _SETTINGS.items()
        }

    def _scope(self, scope: str, app: str, thread: str | None) -> str:
        if scope == "app" and self._config.get(app):
            return f"app:{self._manifest.id}:{_short(str(self._config[app]))}"
        if scope == "thread" and thread is not None:
            return f"thread:{self._channel_id}:{_short(thread)}"
        return f"channel:{self._channel_id}"


def _short(name: str) -> str:
    """Return what stands for a name that may be a person's (the root of a thread can be a telephone number)."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
