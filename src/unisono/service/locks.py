"""The order in which every verb locks, so that no two ever wait for each other (`docs/adr/0008-lock-order.md`).

    lease -> identities and customers -> interactions -> conversations -> cases -> agents -> whatever they guard

Within one of these in the order of the ids, in one go. What comes out of this order is taken only if nobody has it
(`skip locked`), and left for the next round otherwise. An offer, clocks and a consult are guarded by the lock on their
interaction; what an agent holds, lends and is asked about, by the lock on the agent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

from unisono.domain.errors import Unavailable
from unisono.service.ports import Tx
from unisono.service.ports.hands import Standing
from unisono.service.ports.work import InteractionFacts

T = TypeVar("T")
_WAITS_S: Final = (0.01, 0.03, 0.1)


def busy() -> Unavailable:
    """Return the error of a transaction that was rolled back because another stood in its way; to repeat it is safe."""
    return Unavailable(
        "Somebody changed the same thing at the same moment. Nothing was changed; repeat the request.", code="busy"
    )


async def patiently(act: Callable[[], Awaitable[T]]) -> T:
    """Do what is one transaction, again if another stood in its way: at most four times. Raises what `act` raises.

    The second line of defence: the order of locks leaves it nothing to do but what comes between two looks of one verb.
    """
    for wait_s in _WAITS_S:
        try:
            return await act()
        except Unavailable as error:
            if error.code != "busy":
                raise
        await asyncio.sleep(wait_s)
    return await act()


async def lock_people(tx: Tx, works: Sequence[InteractionFacts], *agent_ids: UUID | None) -> dict[UUID, Standing]:
    """Lock in one go whose hands this work is in, who is asked about it, and these; returns how they stand.

    The work is locked already, and no agent is. After this a verb may hand the work to any of them, and give it back.
    """
    asked = await tx.consults.asked_on([work.id for work in works])
    wanted = {*agent_ids, *(work.agent_id for work in works), *asked}
    return await tx.hands.lock_agents(one for one in wanted if one is not None)
