"""Set an agent's state at work to what their presence asks, and back to available when that is over."""

from typing import Final
from uuid import UUID

from unisono.domain.words import AgentState
from unisono.presence.merge import Merged
from unisono.presence.words import NOT_TO_BE_REACHED, Presence, Reason
from unisono.service.agent_state import REASONS
from unisono.service.locks import lock_people
from unisono.service.ports import Database
from unisono.service.settings import read_settings
from unisono.service.step_back import OFFERS, step_back

_STATE: Final = {
    Presence.AWAY: AgentState.AWAY.value, Presence.BUSY: AgentState.BUSY.value, Presence.DND: AgentState.BUSY.value,
}  # fmt: skip


async def match_work(db: Database, user_id: UUID) -> bool:
    """Do it for one agent; tells whether their state was changed. Twice is once.

    Only who is available is set away, and only what was set so is taken back: whoever logs off, or chooses a state by hand
    meanwhile, keeps it. Open offers go back; what is in hand stays.
    """
    async with db.write() as tx:
        held = await tx.work.held_by(user_id)
        await lock_people(tx, held, user_id)
        work = (await tx.presence.at_work([user_id])).get(user_id)
        if work is None:
            return False
        merged = (await tx.presence.merged([user_id])).get(user_id, Merged())
        sources = (await read_settings(tx))["presence.pauses_work"]
        if merged.source in sources and merged.value in NOT_TO_BE_REACHED:
            state = _STATE[merged.value]
            reason = _reason(merged.reason)
            if work.state != AgentState.AVAILABLE.value and not work.held:
                return False
            changed = await step_back(tx, user_id, state, reason, returned=OFFERS)
            await tx.presence.hold(user_id)
            return changed
        if not await tx.presence.let_go(user_id):
            return False
        return await step_back(tx, user_id, AgentState.AVAILABLE.value, "", returned=frozenset())


def _reason(reason: Reason) -> str:
    return reason.value if reason.value in REASONS else ""
