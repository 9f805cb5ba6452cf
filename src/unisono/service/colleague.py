"""Whether a certain colleague may be given, or asked about, a unit of work."""

from uuid import UUID

from unisono.domain.errors import Conflict, Invalid
from unisono.domain.words import AgentState
from unisono.service.actor import access_of
from unisono.service.ports import Tx
from unisono.service.ports.hands import Standing
from unisono.service.ports.work import InteractionFacts


async def check_colleague(
    tx: Tx, work: InteractionFacts, agent_id: UUID, person: Standing | None, *, by: UUID, action: str = "work.answer"
) -> Standing:
    """Return how the colleague stands; `person` was locked before.

    Raises Invalid for who takes no enquiries or may not `action` this one, Conflict for who is logged off, unless it is oneself.
    """
    if person is None or person.disabled:
        raise Invalid("This colleague takes no enquiries.", code="no_agent", field="agent_id")
    if not (await access_of(tx, agent_id)).sees(work.access_class, agent_id, action):
        raise Invalid(
            "This colleague may not work on enquiries of this queue and channel. Nothing was changed; give them the right first.",
            code="agent_without_right", field="agent_id",
        )  # fmt: skip
    if person.state == AgentState.OFFLINE.value and agent_id != by:
        raise Conflict(
            "This colleague is logged off. Nothing was changed; choose somebody else or a queue.", code="agent_offline"
        )
    return person
