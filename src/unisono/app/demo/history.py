"""Three weeks before the first day: who wrote, who answered and how it ended, so that reports and parity have something to show.

Told once, before anything works: each day in one transaction, by a clock that stands at that day's end. Rows, log and clocks are
those that the verbs would have left, so that every figure can be counted anew from the log.
"""

import os
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from unisono.app.demo.material import company, outage, threads
from unisono.app.demo.script import PUBLIC_KINDS, Step
from unisono.app.demo.seed import Seeded
from unisono.contract.context import Clock
from unisono.contract.inbound import Author
from unisono.domain.ids import uuid7_at
from unisono.domain.words import DeliveryState, Direction, Visibility
from unisono.routing.clocks import What
from unisono.service.clocks import Happened, feed
from unisono.service.clockwork import tell_due
from unisono.service.ports import Bell
from unisono.service.ports.base import NewEvent
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.talk import NewInteraction, NewMessage, ThreadKey, Touch
from unisono.service.text import terms
from unisono.store.database import PgDatabase
from unisono.store.history import close_past, write_past

DAYS: Final = 21
#: Enquiries on a day from Monday to Friday, and on one of a weekend.
USUAL: Final = (14, 20)
WEEKEND: Final = (4, 7)
#: How long the first answer takes, as a share of what its queue promises: usually a third of this, at most five quarters of it.
PACE: Final = {"chat": 0.1, "message": 0.9, "post": 1.0, "mail": 1.1}
#: Of so many in a hundred nobody knows any more what came of it: they left a chat before somebody was there.
GAVE_UP: Final = 8


class Exchange(Struct, frozen=True, kw_only=True):
    """A first message and the company's answer to it."""

    asked: Step
    answer: str


class Past(Struct, frozen=True, kw_only=True):
    """An enquiry of a day gone by. answered_at: None where the customer left before."""

    id: UUID
    channel: ChannelFacts
    exchange: Exchange
    name: str
    remote_id: str
    asked_at: datetime
    taken_at: datetime
    answered_at: datetime | None
    closed_at: datetime
    agent_id: UUID | None
    code_id: UUID | None


class _Evening:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


async def tell_past(house: PgDatabase, bell: Bell, clock: Clock, seeded: Seeded, days: int = DAYS) -> int:
    """Give a new house its past; returns how many enquiries. Nothing where there is one already."""
    evening = _Evening()
    db = PgDatabase(house.pool, evening, bell)
    async with house.read() as tx:
        if await tx.connection.fetchval("select exists (select from interaction)"):
            return 0
        channels = [facts for one in seeded.channels.values() if (facts := await tx.channels.facts(one)) is not None]
        codes = [code.id for code in await tx.setup.codes() if not code.archived]
        members = {queue.id: list(queue.member_ids) for queue in await tx.setup.queues(None)}
    # Of a call more would be left than its words.
    written = [one for one in channels if one.medium in PACE and members.get(one.queue_id)]
    if not written:
        return 0
    zone = ZoneInfo(company().time_zone)
    today = clock.now().astimezone(zone).date()
    told = 0
    for ago in range(days, 0, -1):
        day = today - timedelta(days=ago)
        evening.at = datetime.combine(day, time(23, 50), zone).astimezone(UTC)
        past = list(_of_day(day, zone, written, members, codes))
        await _write(db, past)
        while await tell_due(db):
            pass
        told += len(past)
    return told


def _of_day(
    day: date, zone: ZoneInfo, channels: Sequence[ChannelFacts], members: dict[UUID, list[UUID]], codes: Sequence[UUID]
) -> Iterable[Past]:
    # The same days at each start on the same date: what is shown to one can be shown to another.
    chance = random.Random(day.toordinal())  # noqa: S311 - nothing is kept secret by it
    exchanges = _exchanges()
    # Each has their turn: where five work in a queue, five have worked, and reports may show what they did.
    turns = {queue: cycle(chance.sample(people, len(people))) for queue, people in members.items() if people}
    for n in range(chance.randint(*(WEEKEND if day.weekday() >= 5 else USUAL))):
        channel = chance.choice(channels)
        asked_at = datetime.combine(day, time(7), zone).astimezone(UTC) + timedelta(seconds=chance.triangular(0, 43_200, 12_000))
        pace = PACE[channel.medium] * (1.0 if day.weekday() < 5 else 1.2)
        waited = chance.triangular(0.05, 1.25, 0.3) * pace * channel.first_response_s
        leaves = channel.medium == "chat" and chance.randrange(100) < GAVE_UP
        answered_at = asked_at + timedelta(seconds=waited)
        end = datetime.combine(day, time(23, 30), zone).astimezone(UTC)
        closed_at = min(answered_at + timedelta(seconds=chance.triangular(60, 1_800, 240)), end)
        answered_at = min(answered_at, closed_at)
        yield Past(
            id=_id_of(asked_at), channel=channel, exchange=chance.choice(exchanges[channel.medium]),
            remote_id=f"past-{day:%Y%m%d}-{n}",
            name=f"{chance.choice(outage().first_names)} {chance.choice(outage().last_names)}", asked_at=asked_at,
            taken_at=asked_at + (answered_at - asked_at) * 0.6, answered_at=None if leaves else answered_at, closed_at=closed_at,
            agent_id=None if leaves else next(turns[channel.queue_id]),
            code_id=None if leaves else chance.choice(codes),
        )  # fmt: skip


def _exchanges() -> dict[str, list[Exchange]]:
    """Return what is asked and answered in the demo's own threads, by the medium that it would come in by."""
    found: dict[str, list[Exchange]] = {}
    steps = {step.key: step for step in threads()}
    for step in steps.values():
        asked = steps.get(step.parent or "")
        if step.by_company and asked is not None and not asked.by_company and asked.who is not None and asked.parent is None:
            media = ("post",) if asked.kind in PUBLIC_KINDS else ("mail",) if asked.kind == "mail" else ("message", "chat")
            for medium in media:
                found.setdefault(medium, []).append(Exchange(asked=asked, answer=step.text))
    everything = [one for some in found.values() for one in some]
    return {medium: found.get(medium) or everything for medium in PACE}


async def _write(db: PgDatabase, past: Sequence[Past]) -> None:
    events: list[tuple[datetime, NewEvent]] = []
    async with db.write() as tx:
        happened: list[Happened] = []
        for channel in {one.channel.id: one.channel for one in past}.values():
            mine = [one for one in past if one.channel.id == channel.id]
            authors = {one.id: _author(one) for one in mine}
            identities = await tx.talk.resolve_identities(channel.network, list(authors.values()))
            keys = {one.id: _key(one, identities[channel.realm, one.remote_id].id) for one in mine}
            threads_of = await tx.talk.conversations_of(channel.id, list(keys.values()), channel.access_class)
            places = {one.id: threads_of[keys[one.id]].id for one in mine}
            said = {one.id: _messages(one, places[one.id], keys[one.id].identity_id) for one in mine}
            await tx.talk.insert_interactions([_work(one, places[one.id]) for one in mine])
            await tx.talk.insert_messages([message for some in said.values() for message in some])
            await tx.talk.touch_conversations([_touch(one, said[one.id]) for one in mine])
            happened += [fact for one in mine for fact in _happened(one, said[one.id])]
            events += [told for one in mine for told in _events(one, places[one.id], said[one.id])]
        await feed(tx, happened)
        await write_past(tx.connection, sorted(events, key=lambda told: told[0]))
        await close_past(tx.connection, [(o.id, o.agent_id, o.answered_at, o.closed_at, o.code_id) for o in past])


def _id_of(at: datetime) -> UUID:
    return uuid7_at(round(at.timestamp() * 1_000), os.urandom(10))


def _author(one: Past) -> Author:
    handle = one.name.casefold().replace(" ", ".")
    return Author(remote_id=one.remote_id, realm=one.channel.realm, handle=f"@{handle}", display_name=one.name)


def _key(one: Past, identity_id: UUID) -> ThreadKey:
    public = one.channel.medium == "post"
    visibility = Visibility.PUBLIC if public else Visibility.PRIVATE
    return ThreadKey(visibility=visibility.value, root_remote_id=one.remote_id, identity_id=identity_id)


def _messages(one: Past, conversation: UUID, identity_id: UUID) -> list[NewMessage]:
    step = one.exchange.asked
    assert step.who is not None
    visibility = (Visibility.PUBLIC if one.channel.medium == "post" else Visibility.PRIVATE).value
    usual: dict[str, Any] = {
        "conversation_id": conversation, "interaction_id": one.id, "channel_id": one.channel.id, "visibility": visibility,
        "language": step.who.lang,
    }  # fmt: skip
    asked = NewMessage(
        id=_id_of(one.asked_at), direction=Direction.INBOUND.value, identity_id=identity_id, occurred_at=one.asked_at,
        received_at=one.asked_at, said_at=one.asked_at, ingest_key=f"past:{one.remote_id}", remote_id=one.remote_id,
        text=step.text, subject=step.subject,
        terms=terms(f"{step.subject} {step.text}", step.who.lang), **usual,
    )  # fmt: skip
    if one.answered_at is None:
        return [asked]
    answer_id = _id_of(one.answered_at)
    answer = NewMessage(
        id=answer_id, direction=Direction.OUTBOUND.value, user_id=one.agent_id, occurred_at=one.answered_at,
        received_at=one.answered_at, said_at=one.answered_at, ingest_key=f"answer:{answer_id}", parent_remote_id=one.remote_id,
        remote_id=f"{one.remote_id}-answer", delivery=DeliveryState.SENT.value, text=one.exchange.answer,
        subject=f"Re: {step.subject}" if step.subject else "", terms=terms(one.exchange.answer, step.who.lang), **usual,
    )  # fmt: skip
    return [asked, answer]


def _touch(one: Past, said: Sequence[NewMessage]) -> Touch:
    # No network knows of it, so nobody can be answered there any more.
    return Touch(
        conversation_id=said[-1].conversation_id, last_message_id=said[-1].id, said_at=said[-1].said_at, inbound_at=one.asked_at,
        reply_rule="no",
    )  # fmt: skip


def _work(one: Past, conversation: UUID) -> NewInteraction:
    who = one.exchange.asked.who
    return NewInteraction(
        id=one.id, conversation_id=conversation, channel_id=one.channel.id, access_class=one.channel.access_class,
        queue_id=one.channel.queue_id, skills=list(one.channel.skills), language=who.lang if who else None,
        units=one.channel.units, priority=one.channel.priority, waiting_since=one.asked_at, due_at=None,
    )  # fmt: skip


def _happened(one: Past, said: Sequence[NewMessage]) -> Iterable[Happened]:
    yield Happened(interaction_id=one.id, what=What.CUSTOMER_SAID, at=one.asked_at, id=str(said[0].id))
    if one.answered_at is not None:
        yield Happened(interaction_id=one.id, what=What.ANSWERED, at=one.answered_at, id=str(said[1].id))
    yield Happened(interaction_id=one.id, what=What.CLOSED, at=one.closed_at)


def _events(one: Past, conversation: UUID, said: Sequence[NewMessage]) -> Iterable[tuple[datetime, NewEvent]]:
    def event(type_: str, by: UUID | None = None, **body: Any) -> NewEvent:
        return NewEvent(
            type=type_, actor_id=by, agent_id=by, access_class=one.channel.access_class, channel_id=one.channel.id,
            queue_id=one.channel.queue_id, conversation_id=conversation, interaction_id=one.id, body=body,
        )  # fmt: skip

    yield one.asked_at, event("message.received", message_id=str(said[0].id), direction="in")
    yield one.asked_at, event("interaction.created", units=one.channel.units, age_s=0.0)
    if one.answered_at is None:
        yield one.closed_at, event("interaction.wrapped_up", code="abandoned")
        return
    yield one.taken_at, event("interaction.taken", one.agent_id)
    yield one.answered_at, event("answer.queued", one.agent_id, message_id=str(said[1].id))
    yield one.closed_at, event("interaction.wrapped_up", one.agent_id, code_id=str(one.code_id))
