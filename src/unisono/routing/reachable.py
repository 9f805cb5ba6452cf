"""What nobody in the house can ever take, however long it waits: a skill that nobody has, a queue without people."""

from collections.abc import Iterable
from uuid import UUID

from unisono.routing.bits import Bits
from unisono.routing.classes import WorkClass, class_key
from unisono.routing.facts import AgentFacts, Need, Step, Waiting

_Asked = tuple[UUID, tuple[Need, ...], tuple[Step, ...]]


def unreachable(items: Iterable[Waiting], agents: Iterable[AgentFacts]) -> list[Waiting]:
    """Return those whose needs no agent meets after the last step of relaxation, available or not."""
    bits = Bits()
    masks = {bits.agent(agent) for agent in agents}
    known: dict[_Asked, bool] = {}
    return [item for item in items if not _reachable(item, masks, bits, known)]


def _reachable(item: Waiting, masks: set[int], bits: Bits, known: dict[_Asked, bool]) -> bool:
    asked = (item.queue_id, item.needs, item.steps)
    found = known.get(asked)
    if found is None:
        last = max((step.after_s for step in item.steps), default=0.0)
        work_class = WorkClass(class_key(item, item.since.timestamp() + last), item, bits)
        found = known[asked] = any(work_class.match(mask) > 0.0 for mask in masks)
    return found
