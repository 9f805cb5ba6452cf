"""A channel's budgets: rate limits of its manifest and money of its settings, counted once for all nodes."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.contract.budgets import BudgetSpent, Purpose
from unisono.contract.context import Clock
from unisono.contract.manifest import Manifest
from unisono.policy.budget import DAY, KEEP_MONEY, MONTH, Gauge, Meter, add, begun, latest, learn, left, take, used
from unisono.service.ports import Database
from unisono.service.ports.budgets import MeterKey

MONEY: Final = "money"
_SETTINGS: Final = {DAY: "budget_day", MONTH: "budget_month"}


class MeterLedger(Protocol):
    """Where meters stand, for all nodes."""

    async def change(
        self, channel_id: UUID, keys: Sequence[MeterKey], decide: Callable[[Mapping[MeterKey, Meter]], Mapping[MeterKey, Meter]]
    ) -> None:
        """Store what `decide` makes of the meters as they stand, alone over all nodes; a meter that is not there is left out."""

    async def of(self, keys: Sequence[MeterKey]) -> Mapping[MeterKey, Meter]:
        """Return the meters that are there."""


class MemoryMeters:
    """Meters of one process, for checks and tests."""

    def __init__(self) -> None:
        self.meters: dict[MeterKey, Meter] = {}

    async def change(
        self, channel_id: UUID, keys: Sequence[MeterKey], decide: Callable[[Mapping[MeterKey, Meter]], Mapping[MeterKey, Meter]]
    ) -> None:
        """Change them at once; nothing else runs meanwhile."""
        del channel_id
        self.meters |= decide(await self.of(keys))

    async def of(self, keys: Sequence[MeterKey]) -> Mapping[MeterKey, Meter]:
        """Return those that are there."""
        return {key: self.meters[key] for key in keys if key in self.meters}


class StoredMeters:
    """Meters in the store, for all nodes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def change(
        self, channel_id: UUID, keys: Sequence[MeterKey], decide: Callable[[Mapping[MeterKey, Meter]], Mapping[MeterKey, Meter]]
    ) -> None:
        """Change them under a lock. Raises Unavailable when the store does not answer."""
        async with self._db.write() as tx:
            await tx.budgets.put(decide(await tx.budgets.locked(channel_id, keys)))

    async def of(self, keys: Sequence[MeterKey]) -> Mapping[MeterKey, Meter]:
        """Return the meters that are there."""
        async with self._db.read() as tx:
            return await tx.budgets.of(keys)


class Standing(Struct, frozen=True, kw_only=True):
    """How a budget of a channel stands: what is left for answers of how much, in which window, and since when it is refused.

    amount: None for money that is counted and not bounded. per_s: None for the calendar's `day` or `month` in `per`.
    """

    bucket: str
    scope: str
    amount: float | None
    left: float | None
    used: float
    per: str
    per_s: float | None
    spent_until: datetime | None
    spent_for: Purpose | None


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

    async def standing(self) -> list[Standing]:
        """Return how the limits of the channel and its app, and its money, stand now; threads' own are left out."""
        gauges = {
            key: gauge
            for bucket in dict.fromkeys(limit.bucket for limit in self._manifest.limits if limit.scope != "thread")
            for key, gauge in self._gauges(bucket, None).items()
        }
        gauges |= self._money() if self._manifest.costs else {}
        meters = await self._ledger.of(list(gauges))
        now = self._clock.now()
        return [_standing(key, gauge, meters.get(key), now) for key, gauge in gauges.items()]

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


def _standing(key: MeterKey, gauge: Gauge, meter: Meter | None, now: datetime) -> Standing:
    amount = gauge.amount if meter is None or meter.told is None else meter.told
    bounded = math.isfinite(amount)
    rest = left(gauge, meter, now)
    held_back = meter is not None and meter.spent_until is not None and meter.spent_until > now
    return Standing(
        bucket=key.bucket, scope=key.scope.partition(":")[0], amount=amount if bounded else None,
        left=round(rest, 6) if bounded else None,
        used=round(used(gauge, meter, now), 6), per=key.per, per_s=None if isinstance(gauge.per, str) else gauge.per,
        spent_until=meter.spent_until if meter is not None and held_back else None,
        spent_for=meter.spent_for if meter is not None and held_back else None,
    )  # fmt: skip
