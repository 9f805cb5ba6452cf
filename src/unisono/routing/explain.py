"""Who would get an enquiry now, and why; and when nobody would, what is missing. In numbers, never about one colleague."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from unisono.routing.bits import Bits
from unisono.routing.classes import WorkClass, class_key, step_at
from unisono.routing.facts import AgentFacts, Decision, Reserve, Waiting
from unisono.routing.state import RouterState


class Explained(Struct, frozen=True, kw_only=True):
    """What the router would do with one enquiry if it were the next.

    decision: the offer, None when nobody can take it now. Of all agents so many serve its queues (as widened by the step
    reached), of these so many have the skills, are there, have room. step: reached; next_step_at: when the next one comes.
    """

    decision: Decision | None
    serving: int
    skilled: int
    available: int
    with_room: int
    step: int
    next_step_at: datetime | None


def explain(item: Waiting, agents: Iterable[AgentFacts], reserves: Iterable[Reserve], now: datetime) -> Explained:
    """Return who would get it now, with reasons, and how far the rest comes."""
    people = list(agents)
    at = now.timestamp()
    bits = Bits()
    work_class = WorkClass(class_key(item, at), item, bits)
    # Whoever is engaged has the skills, and no room.
    masks: dict[UUID, int] = {agent.id: bits.agent(replace(agent, engaged=False)) for agent in people}
    serving = [agent for agent in people if masks[agent.id] & work_class.queues]
    skilled = [agent for agent in serving if work_class.match(masks[agent.id]) > 0.0]
    available = [agent for agent in skilled if agent.available]
    state = RouterState()
    state.set_reserves(reserves)
    for agent in people:
        state.put_agent(agent)
    state.put_waiting(item)
    step = step_at(item, at)
    later = item.steps[step:]
    return Explained(
        decision=next(iter(state.decide(now, 1)), None), serving=len(serving), skilled=len(skilled), available=len(available),
        with_room=sum(_has_room(agent, item) for agent in available), step=step,
        next_step_at=item.since + timedelta(seconds=later[0].after_s) if later else None,
    )  # fmt: skip


def _has_room(agent: AgentFacts, item: Waiting) -> bool:
    if agent.engaged and item.params.one_at_a_time:
        return False
    lent = sum(units for class_id, units in agent.lendable.items() if class_id in item.params.interrupts)
    return agent.free + (0 if item.params.deferrable or agent.free < 0 else lent) >= item.units
