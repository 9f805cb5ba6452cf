"""The router at work: one active by a fenced lease, in memory, with grouped commits; others stand by.

It follows the event log: whatever names an interaction, an agent or a queue is read again, the pure state decides, and a
group of decisions becomes offers in one transaction. What the store refuses (stale, no capacity) is read again.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from uuid import UUID

import structlog

from unisono.contract.context import Clock
from unisono.domain.errors import UnisonoError
from unisono.routing.facts import Decision
from unisono.routing.state import RouterState
from unisono.service.expire import expire_offers, wake_parked
from unisono.service.ports import Bell, Cursor, Database, LoggedEvent, NewEvent
from unisono.service.work_events import agent_event

LEASE = "router"
LEASE_S = 2.0
GROUP = 100
PAGE = 500
_RELOAD = frozenset({"queue.changed", "user.changed", "skill.changed", "work_class.changed"})
_log = structlog.get_logger("router")


class LeaseLost(Exception):
    """Another router is active; this one stands by."""


class Router:
    """Drives `routing.RouterState` over the event log."""

    def __init__(self, db: Database, bell: Bell, clock: Clock, holder: str) -> None:
        self._db = db
        self._bell = bell
        self._clock = clock
        self._holder = holder
        self._state = RouterState()
        self._token = 0
        self._cursor: Cursor | None = None

    async def run(self) -> None:
        """Stand by, be active while the lease holds, stand by again; until cancelled."""
        while True:
            try:
                if await self._acquire():
                    await self.load()
                    await self._be_active()
            except LeaseLost:
                _log.warning("router_replaced")
            except UnisonoError as error:
                _log.error("router_paused", code=error.code)
            await asyncio.sleep(0.5)

    async def _acquire(self) -> bool:
        async with self._db.write() as tx:
            token = await tx.leases.acquire(LEASE, self._holder, LEASE_S)
        if token is None:
            return False
        self._token = token
        return True

    async def load(self) -> None:
        """Read all that waits and everybody who can take it, from a known place in the log."""
        async with self._db.read() as tx:
            self._cursor = await tx.log.head()
            self._state = RouterState()
            self._state.set_reserves(await tx.work.reserves())
            for agent in await tx.work.agents(None):
                self._state.put_agent(agent)
            for item in await tx.work.waiting(None):
                self._state.put_waiting(item)

    async def _be_active(self) -> None:
        async with self._bell.listen("events") as listener:
            renewed = self._clock.now()
            while True:
                await self.step()
                now = self._clock.now()
                if (now - renewed).total_seconds() > LEASE_S / 4:
                    if not await self._acquire():
                        raise LeaseLost
                    renewed = now
                await listener.wait(min(LEASE_S / 4, await self._until_expiry(), self._until_relaxed()))

    async def _until_expiry(self) -> float:
        async with self._db.read() as tx:
            due = await tx.work.next_offer_expiry()
        return LEASE_S if due is None else max(0.01, (due - self._clock.now()).total_seconds())

    def _until_relaxed(self) -> float:
        due = self._state.next_moment()
        return LEASE_S if due is None else max(0.01, (due - self._clock.now()).total_seconds())

    async def step(self) -> int:
        """Follow the log, let the clock do its part, decide and commit until nothing is left; returns the offers made.

        Raises LeaseLost when a commit was fenced off.
        """
        await expire_offers(self._db)
        await wake_parked(self._db)
        made = 0
        while True:
            await self._follow()
            decisions = self._state.decide(self._clock.now(), GROUP)
            if not decisions:
                return made
            made += await self._commit(decisions)

    async def _follow(self) -> None:
        while True:
            async with self._db.read() as tx:
                assert self._cursor is not None
                events = await tx.log.after(self._cursor, PAGE)
            if events is None:
                await self.load()
                return
            if not events:
                return
            await self._apply(events)
            self._cursor = events[-1].cursor

    async def _apply(self, events: list[LoggedEvent]) -> None:
        if any(e.type in _RELOAD for e in events):
            await self.load()
            return
        await self._read_again(
            {e.interaction_id for e in events if e.interaction_id is not None},
            {e.agent_id for e in events if e.agent_id is not None},
        )

    async def _read_again(self, interactions: Iterable[UUID], agents: Iterable[UUID]) -> None:
        wanted, people = set(interactions), set(agents)
        async with self._db.read() as tx:
            waiting = {item.id: item for item in await tx.work.waiting(wanted)} if wanted else {}
            known = {agent.id: agent for agent in await tx.work.agents(people)} if people else {}
        for interaction_id in wanted:
            if interaction_id in waiting:
                self._state.put_waiting(waiting[interaction_id])
            else:
                self._state.remove_waiting(interaction_id)
        for agent_id in people:
            if agent_id in known:
                self._state.put_agent(known[agent_id])
            else:
                self._state.remove_agent(agent_id)

    async def _commit(self, decisions: list[Decision]) -> int:
        async with self._db.write() as tx:
            offers = await tx.work.commit_offers(self._token, decisions)
            for offer in offers or ():
                tx.emit(
                    NewEvent(
                        type="interaction.offered", access_class=offer.access_class, channel_id=offer.channel_id,
                        conversation_id=offer.conversation_id, interaction_id=offer.interaction_id,
                        queue_id=offer.queue_id, agent_id=offer.agent_id, body={"offer_id": offer.offer_id},
                    )
                )  # fmt: skip
            for agent_id in {offer.agent_id for offer in offers or ()}:
                tx.emit(agent_event(agent_id))
        if offers is None:
            raise LeaseLost
        refused = {d.interaction_id: d for d in decisions}
        for offer in offers:
            refused.pop(offer.interaction_id, None)
        if refused:
            await self._read_again(refused, {d.agent_id for d in refused.values()})
        return len(offers)

    async def stop(self) -> None:
        """Give the lease up, so that a standby need not wait for its end."""
        with contextlib.suppress(UnisonoError):
            async with self._db.write() as tx:
                await tx.leases.release(LEASE, self._holder)
