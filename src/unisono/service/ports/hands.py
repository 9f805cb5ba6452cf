"""What is asked of the store about whose hands work is in, and whether those hands are still there."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.work import InteractionFacts


class Standing(Struct, frozen=True, kw_only=True):
    """How an agent stands. `free`: units left; below nought when the capacity was lowered."""

    state: str
    free: int
    disabled: bool


class Hands(Protocol):
    """Port for work in progress."""

    async def lock_agents(self, ids: Iterable[UUID]) -> dict[UUID, Standing]:
        """Lock agents in the order of their ids, so that two verbs on the same people never wait for each other."""

    async def lock_work(self, ids: Iterable[UUID]) -> list[InteractionFacts]:
        """Return and lock interactions in the order of their ids."""

    async def got_meanwhile(self, agent_id: UUID, known: Iterable[UUID]) -> list[InteractionFacts]:
        """Return and lock what an agent has beyond `known`, passing over what somebody else is at just now.

        For who holds the agent's row already: waiting for an interaction then could be waiting in a circle.
        """

    async def deferrable(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of a class of work that can wait for hours."""

    async def desks_open(self, node: str, user_ids: Iterable[UUID], pause_s: float) -> None:
        """Write down that these desks are open at this node; an agent's row is written every 25 s at the most.

        pause_s: a node that was silent for longer begins anew.
        """

    async def lost_desks(self, grace_s: float, fresh_s: float, limit: int) -> list[UUID]:
        """Return who is logged in as an agent and whose desk, session and tokens were silent for `grace_s`.

        Nobody, unless a node has listened for as long without a pause and was heard of within `fresh_s`.
        """

    async def is_lost(self, agent_id: UUID, grace_s: float) -> bool:
        """Tell it of one again, within the verb's transaction."""

    async def forget_desk(self, agent_id: UUID) -> None:
        """End the watch over a desk; the next stream begins it anew."""

    async def forget_nodes(self, before_s: float) -> None:
        """Drop nodes that were not heard of for so long."""
