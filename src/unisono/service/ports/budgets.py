"""What is asked of the store about budgets."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.policy.budget import Meter


class MeterKey(Struct, frozen=True, order=True):
    """Which meter: whose (a channel, an app, a thread), of which bucket, over which window."""

    scope: str
    bucket: str
    per: str


class Budgets(Protocol):
    """Meters of budgets."""

    async def locked(self, channel_id: UUID, keys: Sequence[MeterKey]) -> dict[MeterKey, Meter]:
        """Return the meters, nobody else's until the commit; those that are not there yet begin now."""

    async def of(self, keys: Sequence[MeterKey]) -> dict[MeterKey, Meter]:
        """Return the meters that are there, as they stand."""

    async def put(self, meters: Mapping[MeterKey, Meter]) -> None:
        """Store meters that are locked."""
