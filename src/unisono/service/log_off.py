"""Log somebody off whose desk is lost: they went without logging off, or their machine died."""

from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.words import AgentState
from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.step_back import OFFERS_AND_ACTIVE, step_back

MAX_REASON_CHARS: Final = 500


async def log_off(db: Database, access: Access, agent_id: UUID, reason: str) -> None:
    """Set somebody offline. Their offers, and active work that cannot wait, go back to the head of the queue, to them first.

    Work of a class that can be deferred stays theirs. Who and why is kept in the audit. Raises Forbidden, NotFound, Invalid
    without a reason; Conflict when they are logged off already, or it is oneself: for that there is one's own state.
    """
    access.require("agent.manage")
    if not 0 < len(reason.strip()) <= MAX_REASON_CHARS:
        raise Invalid("Say why: the reason is kept with who decided.", code="empty", field="reason")
    if agent_id == access.user_id:
        raise Conflict("This logs off others. Set your own state at the desk's menu.", code="log_off_self")
    async with db.write() as tx:
        if await tx.work.agent(agent_id) is None:
            raise NotFound("This person takes no work.")
        changed = await step_back(
            tx, agent_id, AgentState.OFFLINE.value, "lost", returned=OFFERS_AND_ACTIVE, cause="lost", actor_id=access.user_id,
            keep_deferrable=True, prefer=True,
        )  # fmt: skip
        if not changed:
            raise Conflict("This person is logged off already.", code="logged_off")
        await tx.hands.forget_desk(agent_id)
        await tx.privacy.audit(access.user_id, "agent.logged_off", "agent", str(agent_id), {"reason": reason.strip()})
