"""Skills, levels, queues and whether somebody is engaged, as bits of one whole number: "can they take it" is one comparison."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from unisono.routing.facts import AgentFacts, Need

_UNENGAGED: Final = "unengaged"


class Bits:
    """Gives each (skill, level) and each queue its bit. A level sets the bits of all levels up to it."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int] | UUID | str, int] = {}
        self.unengaged = self._bit(_UNENGAGED)
        """Who has this bit set may take what one has one at a time."""

    def _bit(self, key: tuple[str, int] | UUID | str) -> int:
        return 1 << self._places.setdefault(key, len(self._places))

    def queues(self, queue_ids: Iterable[UUID]) -> int:
        """Return the bits of these queues."""
        return sum(self._bit(queue_id) for queue_id in queue_ids)

    def need(self, need: Need, lower: int = 0) -> int:
        """Return the bit that who meets the need has set, `lower` levels below what was asked."""
        return self._bit((need.skill, max(1, need.level - lower)))

    def needs(self, needs: Iterable[Need], lower: int = 0) -> int:
        """Return the bits of several needs."""
        mask = 0
        for need in needs:
            mask |= self.need(need, lower)
        return mask

    def agent(self, agent: AgentFacts) -> int:
        """Return all that an agent can do and serves, as things stand in their hands."""
        mask = self.queues(agent.queue_ids) | (0 if agent.engaged else self.unengaged)
        for skill, level in agent.skills.items():
            for below in range(1, level + 1):
                mask |= self._bit((skill, below))
        return mask
