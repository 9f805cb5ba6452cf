"""Nothing is ever in nobody's hands: what is open, in whose hands, and the proof that each is in exactly one pair."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.words import InteractionState
from unisono.routing.facts import AgentFacts, Waiting
from unisono.routing.reachable import unreachable
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.look import sight_of
from unisono.service.ports import Database, Tx

GONE_AFTER_S: Final = 86_400.0
"""So long somebody may be logged off with work in hand that can wait; then it goes back."""
PAGE: Final = 200
SHOWN: Final = 200
#: What cannot be, and is looked for all the same.
KINDS: Final = (
    "offered_without_offer", "offer_without_work", "no_capacity_held", "hands_closed", "hands_gone", "two_pairs_of_hands",
    "wrap_up_left", "queue_archived", "capacity_without_work", "consult_over", "loan_not_returned", "sum_wrong",
)  # fmt: skip
UNREACHABLE: Final = "nobody_can"


class HandsState(Struct, frozen=True, kw_only=True):
    """How many open enquiries are in a state; oldest: since when, and of which conversation; null when there is none."""

    state: str
    count: int
    oldest_at: Instant | None
    oldest_conversation_id: UUID | None


class HandsTrouble(Struct, frozen=True, kw_only=True):
    """An enquiry, or an agent's capacity, that needs a person: `kind` tells what is wrong."""

    kind: str
    interaction_id: UUID | None
    conversation_id: UUID | None
    queue_id: UUID | None
    agent_id: UUID | None
    skills: list[str]


class HandsView(Struct, frozen=True, kw_only=True):
    """Whose hands everything that is open is in.

    open: counted for itself; states: counted by state, whose sum must be `open`. in_queue, with_agent: in the hands of a queue,
    of one agent; their sum must be `open` as well. adds_up: both do, and nothing is broken. broken: what cannot be; it is mended
    within a minute, or needs a person. nobody_can: what waits for skills that nobody has, or in a queue without people, at the
    last step of relaxation too. At most 200 of each are listed; the counts are whole.
    """

    open: int
    states: list[HandsState]
    in_queue: int
    with_agent: int
    adds_up: bool
    broken_count: int
    broken: list[HandsTrouble]
    nobody_can_count: int
    nobody_can: list[HandsTrouble]


async def hands(db: Database, access: Access) -> HandsView:
    """Return whose hands all open work is in that the asker supervises."""
    classes = sight_of(access, "work.supervise").classes
    async with db.read() as tx:
        counted = {found.state: found for found in await tx.custody.states(classes)}
        broken = [b for b in await tx.custody.broken(GONE_AFTER_S) if classes is None or b.access_class in classes]
        lost = await nobody_can(tx)
        places = {
            place.id: place
            for place in await tx.custody.places([*(b.interaction_id for b in broken if b.interaction_id), *(i.id for i in lost)])
            if classes is None or place.access_class in classes
        }
    states = [
        HandsState(
            state=state.value, count=found.count if found else 0, oldest_at=instant(found.oldest_at) if found else None,
            oldest_conversation_id=found.oldest_conversation_id if found else None,
        )
        for state in InteractionState if state != InteractionState.CLOSED
        for found in [counted.get(state.value)]
    ]  # fmt: skip
    total = next((found.open for found in counted.values()), 0)
    in_queue = sum(found.count - found.with_agent for found in counted.values())
    with_agent = sum(found.with_agent for found in counted.values())
    unreached = [i for i in lost if i.id in places]
    return HandsView(
        open=total, states=states, in_queue=in_queue, with_agent=with_agent,
        adds_up=sum(s.count for s in states) == total == in_queue + with_agent and not broken,
        broken_count=len(broken),
        broken=[
            HandsTrouble(
                kind=b.kind, interaction_id=b.interaction_id, agent_id=b.agent_id, skills=[],
                conversation_id=place.conversation_id if place else None, queue_id=place.queue_id if place else None,
            )
            for b in broken[:SHOWN] for place in [places.get(b.interaction_id) if b.interaction_id else None]
        ],
        nobody_can_count=len(unreached),
        nobody_can=[
            HandsTrouble(
                kind=UNREACHABLE, interaction_id=i.id, agent_id=None,
                skills=[need.skill for need in i.needs if not need.optional],
                conversation_id=places[i.id].conversation_id, queue_id=i.queue_id,
            )
            for i in unreached[:SHOWN]
        ],
    )  # fmt: skip


async def nobody_can(tx: Tx) -> list[Waiting]:
    """Return what waits and nobody who works here can ever be offered, longest waiting first."""
    kinds = await tx.custody.kinds_waiting()
    if not kinds:
        return []
    # Asked of kinds: a hundred thousand enquiries are of some hundred, and ten thousand people of some dozen.
    gone = await tx.custody.agents_disabled()
    people: dict[tuple[frozenset[tuple[str, int]], frozenset[UUID]], AgentFacts] = {}
    async for some in tx.work.everybody(PAGE):
        for agent in some:
            if agent.id not in gone:
                people.setdefault((frozenset(agent.skills.items()), agent.queue_ids), agent)
    lost = unreachable(await _waiting(tx, kinds), people.values())
    found = await _waiting(tx, await tx.custody.of_kinds(item.id for item in lost)) if lost else []
    return sorted(found, key=lambda item: (item.since, item.id))


async def _waiting(tx: Tx, ids: Sequence[UUID]) -> list[Waiting]:
    return [item for start in range(0, len(ids), PAGE) for item in await tx.work.waiting(ids[start : start + PAGE])]
