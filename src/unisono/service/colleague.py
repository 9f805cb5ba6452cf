"""Whether a certain colleague may be given, or asked about, a unit of work."""

from uuid import UUID

from unisono.domain.errors import Conflict, Invalid
from unisono.domain.words import AgentState
from unisono.service.actor import access_of
from unisono.service.ports import Tx
from unisono.service.ports.hands import Standing
from unisono.service.ports.work import InteractionFacts


async def check_colleague(
    tx: Tx, work: InteractionFacts, agent_id: UUID, person: Standing | None, *, by: UUID, asked: bool = False
) -> Standing:
    """Return how the colleague stands; `person` was locked before. asked: they are to read it, in whoever's hands it stays.

    Raises Invalid for who takes no enquiries or may not do that, Conflict for who is logged off, unless it is oneself.
    """
    if person is None or person.disabled:
        raise Invalid("This colleague takes no enquiries.", code="no_agent", field="agent_id")
    rights = await access_of(tx, agent_id)
    if not (rights.sees(work.access_class, work.agent_id) if asked else rights.sees(work.access_class, agent_id, "work.answer")):
        raise Invalid(
            f"This colleague may not {'read' if asked else 'work on'} enquiries of this queue and channel. Nothing was changed; "
            "give them the right first.",
            code="agent_without_right", field="agent_id",
        )  # fmt: skip
    if person.state == AgentState.OFFLINE.value and agent_id != by:
        raise Conflict(
            "This colleague is logged off. Nothing was changed; choose somebody else or a queue.", code="agent_offline"
        )
    return person
