"""The router at work: one active by a fenced lease, in memory, with grouped commits; hot standbys follow along.

It follows the event log: whatever names an interaction, an agent or a queue is read again, the pure state decides, and a
group of decisions becomes offers in one transaction. What the store refuses (stale, no capacity) is read again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from msgspec import Struct
from msgspec.structs import replace

from unisono.contract.context import Clock
from unisono.domain.errors import UnisonoError
from unisono.routing.facts import AgentFacts, Decision
from unisono.routing.state import RouterState
from unisono.service.event_types import OF_MERGES
from unisono.service.expire import end_wrap_ups, expire_offers, wake_parked
from unisono.service.interrupts import take_up_again
from unisono.service.locks import patiently
from unisono.service.long_lived import leave_out
from unisono.service.ports import Bell, Cursor, Database, NewEvent

LEASE = "router"
LEASE_S = 1.2
RENEW_S = 0.3
STANDBY_S = 0.1
CLOCK_S = 0.5
# What rang may still have been hidden behind an older transaction that was open: one more look, soon.
SOON_S = 0.02
# Decisions in one transaction: the first of a spell, so that who is free is offered something soon, and at the most (`write`
# lasts 20 ms).
FIRST, GROUP = 40, 250
# Groups being committed at a time: while one waits for the disk, the next is written. They never hold the same enquiry, and both
# lock enquiries before agents, in one order.
IN_FLIGHT = 2
SLICE = 20
PAGE = 500
# Enquiries, or people, taken in at a time when all are read: some milliseconds.
LOADED = 100
_RELOAD = frozenset(
    {"queue.changed", "user.changed", "skill.changed", "work_class.changed", "estimate.changed", "service_level.changed"}
)
# How much a customer counts may be another for all that they wait with.
_OF_CUSTOMERS = frozenset({"customer.changed", "customer.erased", *OF_MERGES})
# Written by the active router alone, in whose memory it was before.
_OWN = "interaction.offered"
_log = structlog.get_logger("router")


class LeaseLost(Exception):
    """Another router is active; this one stands by."""


class _Flight(Struct, frozen=True, gc=False):
    """A group on its way into the store; the commit yields which of it are offers now."""

    group: list[Decision]
    commit: asyncio.Task[list[UUID]]


class Router:
    """Drives `routing.RouterState` over the event log.

    While groups are being committed, the next is decided: decisions reserve in memory at once, and nothing is offered before
    its commit. What the log says meanwhile about something under way is looked at when its commit has ended.
    """

    def __init__(self, db: Database, bell: Bell, clock: Clock, holder: str) -> None:
        self._db = db
        self._bell = bell
        self._clock = clock
        self._holder = holder
        self._state = RouterState()
        self._token = 0
        self._active = False
        self._cursor: Cursor | None = None
        self._decided: list[Decision] = []
        self._flights: list[_Flight] = []
        self._later_interactions: set[UUID] = set()
        self._later_agents: set[UUID] = set()
        self._clock_due: datetime | None = None

    async def run(self) -> None:
        """Stand by with a state that is kept up to date, be active while the lease holds; until cancelled."""
        while True:
            try:
                async with self._bell.listen("events") as listener:
                    await self.load()
                    _log.info("router_stands_by", holder=self._holder, waiting=self._state.waiting_count)
                    while not await self.acquire():
                        await listener.wait(STANDBY_S)
                        await self._follow()
                        self._state.settle(self._clock.now())
                    _log.info("router_active", token=self._token, waiting=self._state.waiting_count)
                    rung = False
                    async with self._kept_lease():
                        while True:
                            await self.step()
                            rung = await listener.wait(SOON_S if rung else self._pause_s())
            except LeaseLost:
                _log.warning("router_replaced")
            except UnisonoError as error:
                _log.error("router_paused", code=error.code)
                await asyncio.sleep(STANDBY_S)
            finally:
                self._active = False

    async def acquire(self) -> bool:
        """Take or renew the lease; tells whether this router is the active one."""
        async with self._db.write() as tx:
            token = await tx.leases.acquire(LEASE, self._holder, LEASE_S)
        if token is not None:
            self._token = token
        self._active = token is not None
        return self._active

    @asynccontextmanager
    async def _kept_lease(self) -> AsyncIterator[None]:
        keeper = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def _renew(self) -> None:
        # A database that does not answer ends it as well: the lease runs out, and the next step finds this one inactive.
        with contextlib.suppress(UnisonoError):
            active = True
            while active:
                await asyncio.sleep(RENEW_S)
                active = await self.acquire()
        self._active = False

    def _pause_s(self) -> float:
        now = self._clock.now()
        # Once a second all classes are weighed anew: at its beginning, and not when the next slot becomes free.
        second = now.replace(microsecond=0) + timedelta(seconds=1)
        due = [second, *(moment for moment in (self._clock_due, self._state.next_moment()) if moment is not None)]
        return min([CLOCK_S, *(max(0.01, (moment - now).total_seconds()) for moment in due)])

    # -- what is known ------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read all that waits and everybody who can take it, from a known place in the log."""
        async with self._db.read() as tx:
            self._cursor = await tx.log.head()
            self._state = RouterState()
            self._state.set_reserves(await tx.work.reserves())
            async for some in tx.work.everybody(LOADED):
                for agent in some:
                    self._state.put_agent(agent)
            async for page in tx.work.all_waiting(LOADED):
                for item in page:
                    self._state.put_waiting(item)
                self._state.settle(self._clock.now())
        self._clock_due = None
        leave_out(self._state.waiting_count)

    async def _follow(self) -> bool:
        """Apply what is new in the log; tells whether anything was."""
        followed = False
        while True:
            assert self._cursor is not None
            async with self._db.read() as tx:
                found = await tx.log.after_without(self._cursor, PAGE, _OWN if self._active else "")
            if found is None or any(e.type in _RELOAD for e in found[0]):
                await self.load()
                return True
            events, self._cursor = found
            if not events:
                return followed
            followed = True
            is_end = len(events) < PAGE
            if any(e.type == "queue.reserve_changed" for e in events):
                async with self._db.read() as tx:
                    self._state.set_reserves(await tx.work.reserves())
            customers = {UUID(str(e.body["customer_id"])) for e in events if e.type in _OF_CUSTOMERS}
            theirs: set[UUID] = set()
            if customers:
                async with self._db.read() as tx:
                    theirs = await tx.work.waiting_of_customers(customers)
            await self._read_again(
                {e.interaction_id for e in events if e.interaction_id is not None} | theirs,
                {e.agent_id for e in events if e.agent_id is not None},
            )
            if is_end:
                return True

    async def _read_again(self, interactions: Iterable[UUID], agents: Iterable[UUID]) -> None:
        """Put what the store says now into the state.

        A commit under way may or may not be in that already, so it waits for its end; what is decided but not yet under way
        is not in it, and stays reserved.
        """
        flying = [d for flight in self._flights for d in flight.group]
        under_way = {d.interaction_id for d in flying}, {d.agent_id for d in flying}
        decided = {d.interaction_id for d in self._decided}
        wanted, people = set(interactions), set(agents)
        self._later_interactions |= wanted & (under_way[0] | decided)
        self._later_agents |= people & under_way[1]
        wanted -= under_way[0] | decided
        people -= under_way[1]
        if not wanted and not people:
            return
        async with self._db.read() as tx:
            waiting = {item.id: item for item in await tx.work.waiting(wanted)} if wanted else {}
            known = {agent.id: agent for agent in await tx.work.agents(people)} if people else {}
        for interaction_id in wanted:
            if interaction_id in waiting:
                self._state.put_waiting(waiting[interaction_id])
            else:
                self._state.remove_waiting(interaction_id)
        for agent_id in people:
            agent = known.get(agent_id)
            if agent is not None:
                self._state.put_agent(self._less_decided(agent))
            else:
                self._state.remove_agent(agent_id)

    def _less_decided(self, agent: AgentFacts) -> AgentFacts:
        """Return what is left of an agent when what is decided, and not in the store yet, has come to them."""
        mine = [d for d in self._decided if d.agent_id == agent.id]
        if not mine:
            return agent
        free = agent.free - sum(d.units for d in mine)
        engaged = agent.engaged or any(d.engages for d in mine)
        if any(d.interrupts for d in mine):
            return replace(agent, free=max(0, free), lendable={}, engaged=engaged)
        return replace(agent, free=free, engaged=engaged)

    # -- deciding and committing --------------------------------------------------------------------------------------

    async def step(self) -> int:
        """Follow the log, let the clock do its part, decide and commit until nothing is left; returns the offers made.

        Raises LeaseLost when a commit was fenced off, or the lease has run out.
        """
        made = 0
        flights = self._flights
        try:
            while True:
                if not self._active:
                    raise LeaseLost
                await self._mind_the_clock()
                followed = await self._follow()
                await self._decide()
                # Much that is decided takes off beside the group that flies; little waits for it, and grows meanwhile.
                if flights and (len(flights) == IN_FLIGHT or len(self._decided) < GROUP or flights[0].commit.done()):
                    made += await self._land(flights[0])
                elif not flights and not self._decided and not followed:
                    return made
                if self._decided:
                    group, self._decided = self._decided, []
                    flights.append(_Flight(group, asyncio.create_task(self._commit(group))))
        except BaseException:
            commits = [flight.commit for flight in flights]
            self._decided = []
            flights.clear()
            for commit in commits:
                commit.cancel()
            await asyncio.gather(*commits, return_exceptions=True)
            raise

    async def _mind_the_clock(self) -> None:
        now = self._clock.now()
        if self._clock_due is not None and now < self._clock_due:
            return
        async with self._db.read() as tx:
            duties = await tx.work.duties()
        due = (
            (duties.offers, expire_offers), (duties.parked, wake_parked), (duties.wrap_ups, end_wrap_ups),
            (duties.interrupted, take_up_again),
        )  # fmt: skip
        for is_due, what in due:
            if is_due:
                await patiently(partial(what, self._db))
        latest = now + timedelta(seconds=CLOCK_S)
        if any(is_due for is_due, _ in due):
            # What was done may have led to more, and of very much a part alone is done at a time.
            self._clock_due = now
        else:
            self._clock_due = min(duties.next_expiry, latest) if duties.next_expiry is not None else latest

    async def _decide(self) -> None:
        """Decide a group, in slices: what else runs in this process has its turn in between.

        It grows until the oldest commit under way has ended: neither side waits for the other, and little is never held
        up by much.
        """
        now = self._clock.now()
        while len(self._decided) < GROUP:
            some = self._state.decide(now, SLICE)
            self._decided += some
            if len(some) < SLICE or (len(self._decided) >= FIRST and self._lands()):
                return
            await asyncio.sleep(0)

    def _lands(self) -> bool:
        """Tell whether a commit has ended, or none is under way."""
        return not self._flights or self._flights[0].commit.done()

    async def _commit(self, decisions: list[Decision]) -> list[UUID]:
        # What interrupts locks an agent first, so each has a transaction of its own, or two wait for each other.
        groups = [[d for d in decisions if not d.interrupts], *([d] for d in decisions if d.interrupts)]
        made: list[UUID] = []
        for group in filter(None, groups):
            offered = await patiently(partial(self._commit_group, group))
            if offered is None:
                raise LeaseLost
            if offered:
                await self._bell.ring("events")
            made += offered
        return made

    async def _commit_group(self, group: list[Decision]) -> list[UUID] | None:
        """Return what was offered; None when the token is stale."""
        first, lent = group[0], bool(group[0].interrupts)
        async with self._db.write(single=not lent) as tx:
            if lent and not await tx.lending.lend(first.interaction_id, first.agent_id, first.units, first.interrupts):
                return []
            offered = await tx.work.commit_offers(self._token, group, NewEvent(type="interaction.offered"))
            if lent and not offered:
                await tx.lending.recall(first.interaction_id, first.agent_id)
        return offered

    async def _land(self, flight: _Flight) -> int:
        offered = await flight.commit
        self._flights.remove(flight)
        refused = {d.interaction_id: d for d in flight.group}
        for interaction_id in offered:
            refused.pop(interaction_id, None)
        interactions, self._later_interactions = self._later_interactions | refused.keys(), set()
        # What somebody who was interrupted can still lend, the store alone knows.
        looked_at = {d.agent_id for d in flight.group if d.interrupts or d.interaction_id in refused}
        agents, self._later_agents = self._later_agents | looked_at, set()
        await self._read_again(interactions, agents)
        return len(offered)

    async def stop(self) -> None:
        """Give the lease up, so that a standby need not wait for its end."""
        with contextlib.suppress(UnisonoError):
            async with self._db.write() as tx:
                await tx.leases.release(LEASE, self._holder)
