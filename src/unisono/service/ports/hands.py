"""What is asked of the store about whose hands work is in, and whether those hands are still there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.work import InteractionFacts


class Standing(Struct, frozen=True, kw_only=True):
    """How an agent stands. `free`: units left; below nought when the capacity was lowered."""

    state: str
    reason: str
    free: int
    disabled: bool


class Hands(Protocol):
    """Port for work in progress."""

    async def lock_agents(self, ids: Iterable[UUID]) -> dict[UUID, Standing]:
        """Lock agents in the order of their ids; verbs on work say `locks.lock_people`, which knows whom else they will need."""

    async def lock_work_about(self, conversation_ids: Iterable[UUID], message_ids: Iterable[UUID]) -> None:
        """Lock in the order of their ids what is open in these conversations, and whatever these messages belong to."""

    async def lock_work_of(self, customer_ids: Iterable[UUID]) -> None:
        """Lock in the order of their ids all work, open or not, with these people."""

    async def got_meanwhile(self, agent_id: UUID, known: Iterable[UUID]) -> list[InteractionFacts]:
        """Return and lock what an agent has beyond `known`, passing over what somebody else is at just now.

        For who holds the agent's row already: waiting for an interaction then could be waiting in a circle.
        """

    async def deferrable(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of a class of work that can wait for hours."""

    async def parked_units(self, interaction_id: UUID) -> int:
        """Return what work keeps while it is parked: its class's share of its units."""

    async def overdue_parked(self) -> InteractionFacts | None:
        """Return and lock one parked interaction whose time has come, or whose customer wrote."""

    async def overdue_wrap_up(self) -> InteractionFacts | None:
        """Return and lock one interaction whose wrap-up time is over, or whose customer wrote again."""

    async def customer_wrote_on(self, interaction_id: UUID) -> bool:
        """Tell whether the customer wrote since it was parked or finished."""

    async def give_offer(
        self, interaction_id: UUID, offer_id: UUID, agent_id: UUID, reason: dict[str, Any], given_by: UUID | None
    ) -> None:
        """Write an open offer to a certain agent, for as long as its queue lets offers stand."""

    async def given_by(self, offer_id: UUID) -> UUID | None:
        """Return the colleague who handed over what an offer offers; None when nobody did."""

    async def experts(self, queue_id: UUID, skill: str, level: int, but: UUID | None) -> int:
        """Return how many of a queue's people have a skill at this level, without one of them."""

    async def wrap_up_s(self, queue_id: UUID) -> int:
        """Return the seconds that a queue gives for wrapping up; 0: nothing ends by itself."""

    async def talks_to_others(self, agent_id: UUID, interaction_id: UUID) -> bool:
        """Tell whether an agent has work in hand or offered besides this."""

    async def is_wrapping_up(self, agent_id: UUID) -> bool:
        """Tell whether wrap-up time of an agent still runs."""

    async def silent(self, limit: int) -> list[UUID]:
        """Return active work whose customer has waited for as long as its queue allows for a sign of the agent."""

    async def is_silent(self, interaction_id: UUID) -> bool:
        """Tell it of one again, within the verb's transaction."""

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

    async def desks(self, user_ids: Iterable[UUID]) -> dict[UUID, tuple[datetime, datetime | None]]:
        """Return since when each is in their state, and when their desk was last heard of."""

    async def holds(self, agent_id: UUID) -> int:
        """Return how many open enquiries somebody has."""

    async def forget_desk(self, agent_id: UUID) -> None:
        """End the watch over a desk; the next stream begins it anew."""

    async def forget_nodes(self, before_s: float) -> None:
        """Drop nodes that were not heard of for so long."""
