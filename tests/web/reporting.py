"""A house with two weeks of work behind it: two queues of many, one of two people, some names that spreadsheets misread."""

import random
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from msgspec import Struct

from tests.web.conftest import Served
from unisono.domain.ids import new_id
from unisono.service.ports.reports import Dated
from unisono.service.reports.facts import Facts
from unisono.service.reports.fold import judge_cuts
from unisono.store.database import PgDatabase

MONDAY = date(2026, 11, 2)
LAST = MONDAY + timedelta(days=13)
SMALL = "=Kleine"


class Work(Struct, frozen=True, kw_only=True):
    """What was done, to hold against what is told: (day, queue, agent, channel, code) of each enquiry."""

    queues: list[UUID]
    channels: list[UUID]
    codes: list[UUID]
    people: list[UUID]
    done: list[tuple[date, UUID, UUID, UUID, UUID]]


async def two_weeks(served: Served, items: int = 240, seed: int = 7) -> Work:
    """Fill the house; every day of the two weeks is over."""
    kit, chance = served.kit, random.Random(seed)
    queues = [await kit.queue() for _ in range(3)]
    for queue, name in zip(queues, ("Technik", "Verkauf", SMALL), strict=True):
        await served.sql("update queue set name = $2, key = $3 where id = $1", queue, {"de": name, "en": name}, f"k{queue}")
    channels = [await kit.channel(queue, medium=medium) for queue, medium in zip(queues, ("mail", "post", "chat"), strict=True)]
    codes = [new_id() for _ in range(2)]
    for n, code in enumerate(codes):
        await served.sql("insert into wrap_up_code (id, key, name) values ($1, $2, $3)", code, f"code{n}", {"de": f"Grund {n}"})
    people = [await served.person(f"agent{n}", "agent") for n in range(12)]
    customer, facts, done = new_id(), [], []
    await served.sql("insert into customer (id) values ($1)", customer)
    for n in range(items):
        which = chance.choice((0, 0, 0, 1, 1, 2))
        day = MONDAY + timedelta(days=chance.randrange(14))
        team = [people[:8], people[2:10], people[10:]][which]
        agent, code, channel = chance.choice(team), chance.choice(codes), channels[which]
        at = datetime.combine(day, time(8, n % 60), UTC)
        conversation = await _conversation(served, channel.id, channel.access_class, customer, n)
        one = Facts(
            interaction_id=new_id(), conversation_id=conversation, access_class=channel.access_class, arrived_at=at, since=at,
            answered_at=at + timedelta(minutes=9), answered_by=agent, first_ms=540_000, closed_at=at + timedelta(hours=1),
            closed_by=agent, code_id=code, ending="code", resolution_ms=3_600_000, worked_ms=600_000, transfers=n % 7 == 0,
            late_at=at + timedelta(minutes=5) if n % 9 == 0 else None,
        )  # fmt: skip
        late = None if one.late_at is None else day
        facts.append(Dated(facts=one, arrived_day=day, arrived_hour=9, answered_day=day, late_day=late, closed_day=day))
        done.append((day, queues[which], agent, channel.id, code))
    db = served.house.db
    assert isinstance(db, PgDatabase)
    async with db.write() as tx:
        await tx.reports.put(facts)
    async with db.write() as tx:
        await tx.reports.recount(10_000)
    await judge_cuts(db)
    return Work(queues=queues, channels=[c.id for c in channels], codes=codes, people=people, done=done)


async def _conversation(served: Served, channel_id: UUID, access_class: int, customer: UUID, n: int) -> UUID:
    conversation = new_id()
    identity = uuid5(channel_id, str(n))
    await served.sql(
        "with y as (insert into identity (id, customer_id, network, remote_id, display_name, first_seen_at) "
        "values ($1, $2, 'scripted', $3, $4, now()) returning id) "
        "insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class) "
        "select $5, $6, 'public', $3, y.id, $7 from y",
        identity, customer, f"r{n}-{channel_id}", f"Kundin {n}", conversation, channel_id, access_class,
    )  # fmt: skip
    return conversation
