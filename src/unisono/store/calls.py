"""The store for calls: their state, what telephony was asked, and what it told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.calls import Call, Stand
from unisono.contract.voice import CALLER, Command
from unisono.service.call_views import CallLegView, CallView
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.calls import CallFacts, NewCall, Pending
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("calls")


class PgCalls:
    """Implements `service.ports.Calls`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, call: NewCall) -> bool:
        """Write a call; False when it is known already."""
        added = await self._connection.fetchval(
            _SQL["add"], call.id, call.driver, call.call_id, call.channel_id, call.conversation_id, call.interaction_id,
            call.outgoing, call.asked_by, call.stage, msgspec.to_builtins(call.call), call.path, call.offered_at,
        )  # fmt: skip
        return added is not None

    async def find(self, driver: str, call_id: str) -> CallFacts | None:
        """Return a call by telephony's name."""
        return await self._one("where driver = $1 and call_id = $2", driver, call_id)

    async def get(self, call_id: UUID, *, lock: bool = False) -> CallFacts | None:
        """Return a call by ours."""
        return await self._one("where id = $1" + (" for no key update" if lock else ""), call_id)

    async def of_work(self, interaction_id: UUID) -> CallFacts | None:
        """Return the live call of a unit of work."""
        return await self._one("where interaction_id = $1 and ended_at is null order by id desc limit 1", interaction_id)

    async def live(self, driver: str) -> list[CallFacts]:
        """Return the calls of a driver that are not over."""
        rows = await self._connection.fetch(f"{_SQL['call']} where driver = $1 and ended_at is null order by id", driver)
        return [_facts(row) for row in rows]

    async def drivers(self) -> list[str]:
        """Return the drivers that have live calls."""
        return [row["driver"] for row in await self._connection.fetch(_SQL["drivers"])]

    async def behind(self, limit: int) -> list[UUID]:
        """Return live calls that have not followed their work."""
        return [row["id"] for row in await self._connection.fetch(_SQL["behind"], limit)]

    async def save(self, facts: CallFacts, *, view_changed: bool) -> None:
        """Write what a step changed."""
        seen = facts.call.facts
        await self._connection.execute(
            _SQL["save"], facts.id, msgspec.to_builtins(facts.call), facts.path, facts.stage, facts.work_version, facts.trouble,
            facts.answered_at, facts.ended_at, seen.cause.value if seen.cause else None, seen.by.value if seen.by else None,
            facts.interaction_id, int(view_changed), facts.owes,
        )  # fmt: skip

    async def place(self, channel_id: UUID, remote_ids: Sequence[str]) -> list[UUID]:
        """Tie calls to their work."""
        return [row["id"] for row in await self._connection.fetch(_SQL["place"], channel_id, list(remote_ids))]

    async def remember(self, call_id: UUID, event_id: str, type_: str, at: datetime) -> bool:
        """Note that an event was heard."""
        return await self._connection.fetchval(_SQL["remember"], call_id, event_id, type_, at) is not None

    async def ask(self, call_id: UUID, driver: str, commands: Sequence[Command]) -> None:
        """Write commands."""
        for command in commands:
            await self._connection.execute(
                _SQL["ask"], UUID(command.command_id), call_id, driver, msgspec.to_builtins(command), self._now
            )

    async def pending(self, driver: str, limit: int) -> list[Pending]:
        """Return the next command of each call."""
        rows = await self._connection.fetch(_SQL["pending"], driver)
        due = sorted((row for row in rows if row["next_at"] <= self._now), key=lambda row: row["place"])
        return [
            Pending(
                id=row["id"], call_id=row["call_id"], attempts=row["attempts"],
                command=msgspec.convert(row["body"], Command),
            )
            for row in due[:limit] if row["body"] is not None
        ]  # fmt: skip

    async def settle(self, command_id: UUID, state: str, code: str = "") -> None:
        """Note what became of a command."""
        await self._connection.execute(_SQL["settle"], command_id, state, code, self._now)

    async def later(self, command_id: UUID, at: datetime) -> None:
        """Let a command wait."""
        await self._connection.execute(_SQL["later"], command_id, at)

    async def ask_again(self, command_ids: Iterable[UUID]) -> int:
        """Give commands once more."""
        return len(await self._connection.fetch(_SQL["ask_again"], list(command_ids), self._now))

    async def drop_bodies(self, call_id: UUID) -> None:
        """Forget what the commands said."""
        await self._connection.execute(_SQL["drop_bodies"], call_id)

    async def phone_of(self, user_id: UUID, driver: str) -> str | None:
        """Return where an agent's phone rings."""
        address: str | None = await self._connection.fetchval(_SQL["phone_of"], user_id, driver)
        return address

    async def customer_address(self, conversation_id: UUID) -> str | None:
        """Return the number of whom a conversation is with."""
        address: str | None = await self._connection.fetchval(_SQL["customer_address"], conversation_id)
        return address

    async def line(self, driver: str, address: str) -> tuple[UUID, str] | None:
        """Return the line that an address belongs to."""
        row = await self._connection.fetchrow(_SQL["line"], driver, address)
        return (row["id"], row["state"]) if row else None

    async def views(self, ids: Iterable[UUID]) -> list[CallView]:
        """Return calls as the desk shows them."""
        rows = await self._connection.fetch(f"{_SQL['call']} where id = any($1::uuid[]) order by id", list(ids))
        return [view_of(_facts(row)) for row in rows]

    async def of_interactions(self, ids: Iterable[UUID]) -> list[UUID]:
        """Return the calls of units of work."""
        return [row["id"] for row in await self._connection.fetch(_SQL["of_interactions"], list(ids))]

    async def want_call_back(self, interaction_id: UUID, call_id: UUID, why: str) -> None:
        """Note that a unit of work is a call-back."""
        await self._connection.execute(_SQL["want_call_back"], interaction_id, call_id, why, self._now)

    async def call_backs_of(self, identity_id: UUID) -> list[UUID]:
        """Return the call-backs of a number that wait."""
        return [row["id"] for row in await self._connection.fetch(_SQL["call_backs_of"], identity_id)]

    async def end_call_back(self, interaction_id: UUID, how: str) -> bool:
        """Note how a call-back ended."""
        return await self._connection.fetchval(_SQL["end_call_back"], interaction_id, how, self._now) is not None

    async def owing(self, limit: int) -> list[UUID]:
        """Return calls whose customer is still to be called back."""
        return [row["id"] for row in await self._connection.fetch(_SQL["owing"], limit)]

    async def _one(self, condition: str, *values: object) -> CallFacts | None:
        row = await self._connection.fetchrow(f"{_SQL['call']} {condition}", *values)
        return _facts(row) if row else None


def _facts(row: Any) -> CallFacts:
    facts = dict(row)
    state = facts.pop("state")
    return CallFacts(**facts, call=msgspec.convert(state, Call))


def view_of(facts: CallFacts) -> CallView:
    """Return a call as the desk shows it."""
    so, wish = facts.call.facts, facts.call.intent
    names = [CALLER, *(leg for leg in wish.legs if leg != CALLER)]
    return CallView(
        id=facts.id, channel_id=facts.channel_id, conversation_id=facts.conversation_id, interaction_id=facts.interaction_id,
        driver=facts.driver, outgoing=facts.outgoing, stage=facts.stage,
        legs=[
            CallLegView(
                id=leg, purpose=wish.legs[leg].purpose.value if leg in wish.legs else "customer",
                user_id=wish.legs[leg].user_id if leg in wish.legs else None, state=(so.stand(leg) or Stand.DIALLING).value,
            )
            for leg in names
        ],
        talking=list(so.bridge), recording=so.recording.value, trouble=facts.trouble, offered_at=instant(facts.offered_at),
        answered_at=maybe_instant(facts.answered_at), ended_at=maybe_instant(facts.ended_at),
        cause=so.cause.value if so.cause else None, version=facts.version, consents=sorted(facts.path.get("consents", ())),
        listeners=[UUID(one) for one in facts.path.get("listeners", ())],
    )  # fmt: skip
