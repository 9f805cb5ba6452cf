"""Agents of whom nothing is heard any more: the browser was closed, the machine or its network is gone."""

from typing import Final
from uuid import UUID

import structlog

from unisono.domain.words import AgentState
from unisono.service.metrics import DESKS_LOST
from unisono.service.ports import Database
from unisono.service.settings import read_settings
from unisono.service.step_back import OFFERS_AND_ACTIVE, step_back

#: How often a node writes down which desks are open there; one that was silent for three times as long begins anew.
BEAT_S: Final = 30.0
NODE_FRESH_S: Final = 3 * BEAT_S
_BATCH: Final = 50
_log = structlog.get_logger("hands")


async def desks_open(db: Database, node: str, user_ids: list[UUID]) -> None:
    """Write down whose desks are open at a node; called every `BEAT_S`, and when a desk opens."""
    async with db.write() as tx:
        await tx.hands.desks_open(node, user_ids, NODE_FRESH_S)


async def log_off_lost(db: Database) -> int:
    """Set agents offline whose desk, session and tokens were silent for the time that the house has set; returns how many.

    Their offers, and active work that cannot wait, go back to the head of the queue, to them first if they return in time.
    Work of a class that can be deferred stays theirs for now. Who never opened a desk is left alone, and so is everybody
    while no node listens.
    """
    async with db.read() as tx:
        grace_s = float((await read_settings(tx))["desk.lost_after_s"])
        silent = await tx.hands.lost_desks(grace_s, NODE_FRESH_S, _BATCH)
    lost = 0
    for agent_id in silent:
        async with db.write() as tx:
            if not await tx.hands.is_lost(agent_id, grace_s):
                continue
            await tx.hands.forget_desk(agent_id)
            lost += await step_back(
                tx, agent_id, AgentState.OFFLINE.value, "lost", returned=OFFERS_AND_ACTIVE, cause="lost", keep_deferrable=True,
                prefer=True,
            )  # fmt: skip
    if lost:
        DESKS_LOST.inc(lost)
        _log.info("desks_lost", agents=lost)
    return lost
