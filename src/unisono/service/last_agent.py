"""Who knows the customer: a new enquiry comes first to whoever served them last, if that is not too long ago."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from unisono.service.ports import Tx
from unisono.service.settings import read_settings


async def last_agents(tx: Tx, conversation_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, by conversation, who served its customer within the days that the house has set; 0 days: nobody."""
    if not conversation_ids:
        return {}
    days = int((await read_settings(tx))["prefer.last_agent_days"])
    return await tx.talk.last_agents(conversation_ids, tx.now - timedelta(days=days)) if days else {}
