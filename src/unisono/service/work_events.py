"""Events about a unit of work, all made alike."""

from typing import Any
from uuid import UUID

from unisono.service.ports import NewEvent
from unisono.service.ports.work import InteractionFacts


def work_event(
    type_: str, work: InteractionFacts, *, actor_id: UUID | None = None, agent_id: UUID | None = None, **body: Any
) -> NewEvent:
    """Return the event `interaction.<type_>` for this unit of work."""
    return NewEvent(
        type=f"interaction.{type_}", actor_id=actor_id, access_class=work.access_class, channel_id=work.channel_id,
        conversation_id=work.conversation_id, interaction_id=work.id, queue_id=work.queue_id,
        agent_id=agent_id or work.agent_id, body=body,
    )  # fmt: skip


def agent_event(agent_id: UUID, **body: Any) -> NewEvent:
    """Return the event that something about an agent changed: state, or capacity in use."""
    return NewEvent(type="agent.changed", agent_id=agent_id, body=body)
