"""What the router is told and what it says. No type here has a field for network or medium (DESIGN, law 2).

`gc=False`: facts point at nothing that could point back, and a hundred thousand of them are for the collector to leave alone.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

NO_PROMISE: Final = datetime.max.replace(tzinfo=UTC)
"""`due_at` of what has no promised answer."""


class Need(Struct, frozen=True, gc=False):
    """A skill at a level. Optional ones give way when nobody free has them."""

    skill: str
    level: int = 1
    optional: bool = False


class Params(Struct, frozen=True, kw_only=True, gc=False):
    """What one class of work costs and how it behaves: the same formula for all, other numbers for each.

    cost: what one minute of waiting costs, the loss of who leaves included (patience x loss is added by who sets it).
    handling_s: mean handling time. patience_s: mean time until who waits gives up; None when nobody leaves.
    decay_s: mean time in which an answer loses its worth (a post leaves the timeline); None when it keeps it.
    growth: how much more urgent each minute of waiting makes it, as a share. promise_s: time promised for an answer, the
    window over which urgency rises; None when nothing is promised. cap: urgency at the end of that window.
    fades: once the promise is broken, its worth decays (with decay_s) instead of staying at the cap.
    deferrable: it can wait for hours, so it leaves the idle reserve alone. interrupts: classes of work, by id, of which it may
    borrow units from somebody whose hands are full of them, when nobody has room; nothing that is deferrable does.
    one_at_a_time: whoever has such work in hand gets no second one, whatever room they have.
    """

    cost: float = 1.0
    handling_s: float = 300.0
    patience_s: float | None = None
    decay_s: float | None = None
    growth: float = 0.02
    promise_s: float | None = None
    cap: float = 4.0
    fades: bool = False
    deferrable: bool = False
    interrupts: frozenset[UUID] = frozenset()
    one_at_a_time: bool = False


class Step(Struct, frozen=True, kw_only=True, gc=False):
    """One step of relaxation, taken `after_s` seconds of waiting: it widens, never narrows; steps add up.

    lower: levels that every skill may lie below what was asked. drop: skills no longer asked.
    queue_ids: queues whose agents may take it as well.
    """

    after_s: float
    lower: int = 0
    drop: frozenset[str] = frozenset()
    queue_ids: frozenset[UUID] = frozenset()


class Waiting(Struct, frozen=True, kw_only=True, gc=False):
    """An enquiry that waits, reduced to what may decide about it.

    units: capacity that it takes. since: when it was said. due_at: promised answer. value: weight of the customer, 1 is
    usual. steps: relaxation, in order of time. preferred_until: until when the preferred agent comes first; None: as long as it
    waits. refused: agents that declined it or let it pass, for whom it is not the
    first choice again.
    """

    id: UUID
    version: int
    queue_id: UUID
    needs: tuple[Need, ...]
    units: int
    priority: int
    since: datetime
    due_at: datetime
    params: Params = Params()
    value: float = 1.0
    steps: tuple[Step, ...] = ()
    preferred_agent_id: UUID | None = None
    preferred_until: datetime | None = None
    refused: frozenset[UUID] = frozenset()


class AgentFacts(Struct, frozen=True, kw_only=True, gc=False):
    """A person who can take work. `free`: units left; `skills`: level by skill key.

    lendable: units that their active work holds, by class; what is lent already, or has borrowed itself, lends nothing.
    engaged: has something in hand of which one has one at a time.
    """

    id: UUID
    available: bool
    free: int
    skills: dict[str, int]
    queue_ids: frozenset[UUID]
    idle_since: datetime
    lendable: dict[UUID, int] = {}
    engaged: bool = False


class Reserve(Struct, frozen=True, kw_only=True):
    """Agents kept idle for what cannot wait: work that can be deferred starts only while more than `agents` are idle.

    It counts who serves one of the queues with these skills and has `units` free. A fraction is kept on average: of the
    starts of deferred work that share is held to the next higher whole number (Bhulai-Koole 2003, a threshold; Legros-
    Jouini-Koole 2015, its adaptation).
    """

    queue_ids: frozenset[UUID]
    agents: float
    units: int
    needs: tuple[Need, ...] = ()


class Reason(Struct, frozen=True, kw_only=True, gc=False):
    """Why this one to that person, in a code and numbers; says nothing about other people.

    index and what it is made of: value x cost x rate x horizon x urgency x match (see `index`). value: how much its customer
    counts. step: of relaxation. borrowed: units that the work in hand lends until this is over.
    """

    code: str
    waited_s: int
    due_in_s: int | None = None
    skills: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    step: int = 0
    index: float = 0.0
    value: float = 1.0
    urgency: float = 1.0
    match: float = 1.0
    borrowed: int = 0


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """Offer this to them.

    interrupts: what may lend them the units that are not free; empty when enough are. engages: of this one has one at a time.
    """

    interaction_id: UUID
    version: int
    agent_id: UUID
    units: int
    reason: Reason
    interrupts: frozenset[UUID] = frozenset()
    engages: bool = False
