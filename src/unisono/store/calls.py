"""The store for calls: their state, what telephony was asked, and what it told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.calls import Call, Stand
from unisono.contract.voice import CALLER, Command, VoicePowers
from unisono.service.call_views import CallLegView, CallView
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.calls import CallFacts, InLine, NewCall, NewRecording, Pending, ReadyRecording
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

    async def count_from(self, number_hash: bytes, since: datetime, most: int) -> bool:
        """Count a call, unless there were too many."""
        return await self._connection.fetchval(_SQL["count_from"], number_hash, since, most, self._now) is not None

    async def forget_from(self, before: datetime) -> None:
        """Forget older calls."""
        await self._connection.execute(_SQL["forget_from"], before)

    async def call_back_open(self, conversation_id: UUID) -> bool:
        """Tell whether a call-back to them is open."""
        return bool(await self._connection.fetchval(_SQL["call_back_open"], conversation_id))

    async def driver_taken(self, name: str, channel_id: UUID | None) -> bool:
        """Tell whether a name is another's."""
        return bool(await self._connection.fetchval(_SQL["driver_taken"], name, channel_id))

    async def owner_of_phone(self, driver: str, addresses: Sequence[str]) -> UUID | None:
        """Return whose phone this is."""
        found = await self._connection.fetch(_SQL["owner_of_phone"], driver, list(addresses))
        return found[0]["user_id"] if len(found) == 1 else None

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

    async def want_call_back(self, interaction_id: UUID, call_id: UUID | None, why: str) -> None:
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

    async def calls_out_since(self, channel_id: UUID, user_id: UUID, since: datetime) -> tuple[int, int]:
        """Return how many calls a line, and a person, made since then."""
        row: Any = await self._connection.fetchrow(_SQL["calls_out_since"], channel_id, user_id, since)
        return row["of_line"], row["of_person"]

    async def powers(self, driver: str) -> VoicePowers | None:
        """Return what a driver can do."""
        found = await self._connection.fetchval(_SQL["powers"], driver)
        return msgspec.convert(found, VoicePowers) if found is not None else None

    async def tell_powers(self, driver: str, powers: VoicePowers) -> None:
        """Note what a driver can do."""
        await self._connection.execute(_SQL["tell_powers"], driver, msgspec.to_builtins(powers), self._now)

    async def consent(self, call_id: UUID, side: str, *, given: bool, how: str, noted_by: UUID | None) -> None:
        """Note what a side said about being recorded."""
        await self._connection.execute(_SQL["consent"], call_id, side, given, how, noted_by, self._now)

    async def consents(self, call_id: UUID) -> dict[str, bool]:
        """Return what each side said."""
        return {row["side"]: row["given"] for row in await self._connection.fetch(_SQL["consents"], call_id)}

    async def recording_ready(self, recording: NewRecording) -> bool:
        """Note a recording that is to be fetched."""
        noted = await self._connection.fetchval(
            _SQL["recording_ready"], recording.id, recording.call_id, recording.driver, recording.kind, recording.uri,
            recording.sha256, recording.media_type, recording.size_bytes, recording.duration_s, self._now,
        )  # fmt: skip
        return noted is not None

    async def ready_recordings(self, driver: str, limit: int) -> list[ReadyRecording]:
        """Return recordings to fetch now."""
        rows = await self._connection.fetch(_SQL["ready_recordings"], driver, self._now, limit)
        return [ReadyRecording(**dict(row)) for row in rows]

    async def keep_recording(self, recording_id: UUID, attachment_id: UUID, size_bytes: int, sha256: bytes, name: str) -> bool:
        """Attach a recording to its call's message."""
        kept = await self._connection.fetchval(_SQL["keep_recording"], recording_id, attachment_id, size_bytes, sha256, name)
        return kept is not None

    async def recording_of(self, attachment_id: UUID) -> tuple[UUID, str] | None:
        """Return the recording that a file is."""
        row = await self._connection.fetchrow(_SQL["recording_of"], attachment_id)
        return (row["call_id"], row["kind"]) if row else None

    async def refuse_recording(self, recording_id: UUID) -> None:
        """Note that a recording is not kept."""
        await self._connection.execute(_SQL["refuse_recording"], recording_id)

    async def recording_later(self, recording_id: UUID, at: datetime) -> None:
        """Try again then."""
        await self._connection.execute(_SQL["recording_later"], recording_id, at)

    async def standing(self) -> list[InLine]:
        """Return the callers who wait, with their place."""
        return [InLine(**dict(row)) for row in await self._connection.fetch(_SQL["standing"])]

    async def told(self, call_id: UUID, what: list[int | None]) -> None:
        """Note what a caller was told last."""
        await self._connection.execute(_SQL["told"], call_id, {"told": what})

    async def is_blocked(self, network: str, remote_id: str) -> bool:
        """Return whether an identity is blocked."""
        return bool(await self._connection.fetchval(_SQL["is_blocked"], network, remote_id))

    async def keep_apart(self, channel_id: UUID, ingest_key: str) -> None:
        """Keep a call from being taken in."""
        await self._connection.execute(_SQL["keep_apart"], channel_id, ingest_key)

    async def let_in(self, channel_id: UUID, ingest_key: str) -> None:
        """Let it be taken in."""
        await self._connection.execute(_SQL["let_in"], channel_id, ingest_key)

    async def queue_of(self, key: str) -> UUID | None:
        """Return a queue by its key."""
        found: UUID | None = await self._connection.fetchval(_SQL["queue_of"], key)
        return found

    async def live_places(self) -> list[tuple[UUID, int, UUID | None]]:
        """Return (call, access class, agent) of live calls with work."""
        rows = await self._connection.fetch(_SQL["live_places"])
        return [(row["id"], row["access_class"], row["agent_id"]) for row in rows]

    async def of_conversation(self, conversation_id: UUID) -> list[UUID]:
        """Return the calls of a conversation."""
        return [row["id"] for row in await self._connection.fetch(_SQL["of_conversation"], conversation_id)]

    async def set_phone(self, user_id: UUID, driver: str, address: str) -> None:
        """Note where an agent's phone rings."""
        if address:
            await self._connection.execute(_SQL["set_phone"], user_id, driver, address)
        else:
            await self._connection.execute(_SQL["drop_phone"], user_id, driver)

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
