"""The store for interactions, offers, agents and their capacity."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.domain.ids import new_ids
from unisono.domain.words import InteractionState
from unisono.routing.facts import NO_PROMISE, AgentFacts, Decision, Need, Params, Reserve, Step, Waiting
from unisono.service.ports.base import NewEvent
from unisono.service.ports.work import Duties, InteractionChange, InteractionFacts, OfferFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("work")
_as_json = msgspec.json.Encoder().encode
_PARAMS = ("cost", "handling_s", "patience_s", "decay_s", "growth", "cap", "fades", "deferrable", "interrupts", "one_at_a_time")


class PgWork:
    """Implements `service.ports.Work`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def interaction(self, interaction_id: UUID, *, lock: bool = False) -> InteractionFacts | None:
        """Return one interaction; `lock` keeps it until the commit."""
        row = await self._connection.fetchrow(_SQL["interaction_locked" if lock else "interaction"], interaction_id)
        return InteractionFacts(**dict(row)) if row else None

    async def open_of(self, conversation_id: UUID) -> InteractionFacts | None:
        """Return and lock the open interaction of a conversation."""
        row = await self._connection.fetchrow(_SQL["open_of"], conversation_id)
        return InteractionFacts(**dict(row)) if row else None

    async def change(self, interaction_id: UUID, change: InteractionChange) -> None:
        """Write what the change names, and raise the version; what becomes active is in these hands from now on."""
        named = {k: v for k, v in msgspec.structs.asdict(change).items() if v is not msgspec.UNSET}
        if named.get("state") == InteractionState.ACTIVE.value:
            named["held_since"] = self._now
        if "preferred_agent_id" in named:
            named["preferred_since"] = self._now if named["preferred_agent_id"] is not None else None
        if "state" in named:
            # Whatever else becomes of it ends its having been interrupted.
            named.setdefault("interrupted_by", None)
        columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(named, start=3))
        row = await self._connection.fetchrow(
            f"update interaction set updated_at = $2, version = version + 1{', ' + columns if columns else ''} "
            "where id = $1 returning conversation_id",
            interaction_id, self._now, *named.values(),
        )  # fmt: skip
        if row is not None and "access_class" in named:
            await self._connection.execute(_SQL["follow_access"], row["conversation_id"], named["access_class"])

    async def hold(self, interaction_id: UUID, agent_id: UUID, units: int, *, engages: bool = True) -> bool:
        """Take capacity; the guard stands in the statement."""
        if await self._connection.fetchval(_SQL["held"], interaction_id, agent_id, units, engages) is not None:
            return True
        return await self._connection.fetchval(_SQL["hold"], interaction_id, agent_id, units, engages) is not None

    async def would_be_second(self, interaction_id: UUID, agent_id: UUID) -> bool:
        """Tell whether somebody has one in hand already of what one has one at a time."""
        return bool(await self._connection.fetchval(_SQL["would_be_second"], interaction_id, agent_id))

    async def release(self, interaction_id: UUID) -> UUID | None:
        """Give capacity back; returns whose it was."""
        agent_id: UUID | None = await self._connection.fetchval(_SQL["release"], interaction_id, self._now)
        return agent_id

    async def offer(self, offer_id: UUID, *, lock: bool = False) -> OfferFacts | None:
        """Return one offer."""
        row = await self._connection.fetchrow(_SQL["offer_locked" if lock else "offer"], offer_id)
        return OfferFacts(**dict(row)) if row else None

    async def open_offer_of(self, interaction_id: UUID) -> OfferFacts | None:
        """Return and lock the open offer of an interaction."""
        row = await self._connection.fetchrow(_SQL["open_offer_of"], interaction_id)
        return OfferFacts(**dict(row)) if row else None

    async def end_offer(self, offer_id: UUID, state: str, reason: str = "") -> None:
        """Close an open offer."""
        await self._connection.execute(_SQL["end_offer"], offer_id, state, self._now, reason)

    async def overdue_offered(self) -> InteractionFacts | None:
        """Return and lock one interaction whose offer's time is over."""
        row = await self._connection.fetchrow(_SQL["overdue_offered"], self._now)
        return InteractionFacts(**dict(row)) if row else None

    async def duties(self) -> Duties:
        """Return what the clock has to do now."""
        row: Any = await self._connection.fetchrow(_SQL["duties"], self._now)
        return Duties(**dict(row))

    async def commit_offers(self, token: int, decisions: Sequence[Decision], told: NewEvent) -> list[UUID] | None:
        """Turn decisions into offers, and tell of each; returns which were, or None when the token is stale."""
        offered: list[UUID] | None = await self._connection.fetchval(
            _SQL["commit_offers"], token,
            [d.interaction_id for d in decisions], [d.agent_id for d in decisions], new_ids(len(decisions)),
            [d.version for d in decisions], [d.units for d in decisions],
            # As texts: an array of them goes over as it is, one of jsonb is written out and quoted for both sides to read again.
            [_as_json(d.reason).decode() for d in decisions], self._now,
            told.type, told.v,
        )  # fmt: skip
        return offered

    async def waiting(self, ids: Iterable[UUID]) -> list[Waiting]:
        """Return those of `ids` that wait."""
        return [_waiting(row) for row in await self._connection.fetch(_SQL["waiting"], list(ids), self._now)]

    async def waiting_of_customers(self, customer_ids: Iterable[UUID]) -> set[UUID]:
        """Return what of these customers waits."""
        rows = await self._connection.fetch(_SQL["waiting_of_customers"], list(customer_ids))
        return {row["id"] for row in rows}

    async def all_waiting(self, size: int) -> AsyncIterator[list[Waiting]]:
        """Yield all that waits, a page at a time, as it stands when this begins."""
        async with self._connection.transaction(readonly=True):
            cursor = await self._connection.cursor(_SQL["all_waiting"], self._now)
            while rows := await cursor.fetch(size):
                yield [_waiting(row) for row in rows]

    async def agents(self, ids: Iterable[UUID]) -> list[AgentFacts]:
        """Return those of `ids` that are agents."""
        return [_agent(row) for row in await self._connection.fetch(_SQL["agents"], list(ids))]

    async def everybody(self, size: int) -> AsyncIterator[list[AgentFacts]]:
        """Yield all agents, some at a time."""
        async with self._connection.transaction(readonly=True):
            cursor = await self._connection.cursor(_SQL["all_agents"])
            while rows := await cursor.fetch(size):
                yield [_agent(row) for row in rows]

    async def reserves(self) -> list[Reserve]:
        """Return the idle reserves of the queues."""
        return [
            Reserve(queue_ids=frozenset({row["id"]}), agents=row["reserve_agents"], units=row["reserve_units"])
            for row in await self._connection.fetch(_SQL["reserves"])
        ]

    async def agent(self, agent_id: UUID) -> AgentFacts | None:
        """Return one agent."""
        found = await self.agents([agent_id])
        return found[0] if found else None

    async def set_agent_state(self, agent_id: UUID, state: str, reason: str) -> bool:
        """Write the state; returns whether it changed."""
        return await self._connection.fetchval(_SQL["set_agent_state"], agent_id, state, reason, self._now) is not None

    async def count_missed(self, agent_id: UUID, *, reset: bool) -> int:
        """Count a missed offer, or begin anew."""
        missed: int | None = await self._connection.fetchval(_SQL["count_missed"], agent_id, reset)
        return missed or 0

    async def held_by(self, agent_id: UUID) -> list[InteractionFacts]:
        """Return and lock what an agent has in hand."""
        return [InteractionFacts(**dict(row)) for row in await self._connection.fetch(_SQL["held_by"], agent_id)]

    async def wrap_up(self, interaction_id: UUID, code_id: UUID, user_id: UUID, note_message_id: UUID | None) -> None:
        """Record what it was about."""
        await self._connection.execute(_SQL["wrap_up"], interaction_id, code_id, user_id, note_message_id, self._now)

    async def code_exists(self, code_id: UUID) -> bool:
        """Tell whether a wrap-up code can be used."""
        return bool(await self._connection.fetchval(_SQL["code_exists"], code_id))

    async def queue_exists(self, queue_id: UUID) -> bool:
        """Tell whether a queue can take work."""
        return bool(await self._connection.fetchval(_SQL["queue_exists"], queue_id))


def _waiting(row: Any) -> Waiting:
    facts = dict(row)
    needs = tuple(msgspec.convert(need, Need) for need in facts.pop("skills"))
    steps = tuple(msgspec.convert(step, Step) for step in facts.pop("steps"))
    due_at = facts.pop("due_at")
    refused = frozenset(facts.pop("refused"))
    numbers = {name: facts.pop(name) for name in _PARAMS}
    numbers["interrupts"] = frozenset(numbers["interrupts"] or ())
    promise = float(facts.pop("first_response_s"))
    # A channel without a class weighs as the defaults say.
    known = numbers if numbers["cost"] is not None else {"one_at_a_time": numbers["one_at_a_time"]}
    params = Params(promise_s=promise, **known)
    # The driver turns infinity into the last date there is, without a zone.
    due = due_at if due_at.tzinfo is not None else NO_PROMISE
    return Waiting(**facts, needs=needs, due_at=due, refused=refused, steps=steps, params=params)


def _agent(row: Any) -> AgentFacts:
    facts = dict(row)
    levels = dict(pair.rsplit(":", 1) for pair in facts.pop("skills"))
    queues = frozenset(facts.pop("queue_ids"))
    lendable = {UUID(class_id): units for class_id, units in (facts.pop("lendable") or {}).items()}
    return AgentFacts(**facts, lendable=lendable, skills={skill: int(level) for skill, level in levels.items()}, queue_ids=queues)
