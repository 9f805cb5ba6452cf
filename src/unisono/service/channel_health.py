"""How a channel is: what the store knows of it, what its budgets have left, and what its connector states of itself."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from unisono.contract.manifest import Manifest
from unisono.domain.errors import NotFound
from unisono.service.budgets import ChannelBudgets, Standing
from unisono.service.channel_context import Outside
from unisono.service.connectors import grade_of
from unisono.service.instant import maybe_instant
from unisono.service.setup_views import BudgetView, ChannelHealthView, ConnectorFacts

#: A connector whose network ends its API so soon is warned of.
WARN_DAYS: Final = 90
_NOT_YOURS: Final = "This channel does not exist, or is not yours to see."


async def channel_health(outside: Outside, channel_id: UUID) -> ChannelHealthView:
    """Return a channel's condition. Raises NotFound."""
    async with outside.db.read() as tx:
        found = await tx.setup.channel_health(channel_id)
        views = await tx.setup.channels([channel_id])
    if found is None or not views:
        raise NotFound(_NOT_YOURS)
    manifest = outside.registry.manifest(views[0].connector)
    budgets = ChannelBudgets(manifest, channel_id, views[0].config, outside.ledger, outside.clock)
    return msgspec.structs.replace(
        found,
        budgets=[_budget(standing) for standing in await budgets.standing()],
        currency=manifest.currency if manifest.costs else "",
        connector=_facts(outside, manifest, outside.clock.now().date()),
    )


def _budget(standing: Standing) -> BudgetView:
    return BudgetView(
        bucket=standing.bucket, scope=standing.scope, per=standing.per, per_s=standing.per_s, amount=standing.amount,
        left=standing.left, used=standing.used, spent_until=maybe_instant(standing.spent_until),
        spent_for=standing.spent_for.name.lower() if standing.spent_for is not None else None,
    )  # fmt: skip


def _facts(outside: Outside, manifest: Manifest, today: date) -> ConnectorFacts:
    ends_in = (date.fromisoformat(manifest.sunset) - today).days if manifest.sunset else None
    return ConnectorFacts(
        version=manifest.version, api_version=manifest.api_version, sunset=manifest.sunset, sunset_in_days=ends_in,
        sunset_soon=ends_in is not None and ends_in <= WARN_DAYS, grade=grade_of(outside.registry, manifest.id),
        verified_against=list(manifest.verified_against), oauth=manifest.oauth is not None,
    )  # fmt: skip
