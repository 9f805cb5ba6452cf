"""A contact centre at work, for the routing figures: queues, classes, skills, people and what waits, the same on every run."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from unisono.app.build import Running
from unisono.domain.ids import new_id

SKILLS, PROFILES, QUEUES, CHANNELS, SETS = 100, 60, 8, 8, 120
UNITS, CAPACITY = 12, 60


class Centre(Struct, frozen=True, kw_only=True):
    """What was loaded. `masks`: the skills that somebody has or something needs, a bit each, for who asks the database."""

    agents: list[UUID]
    queues: list[UUID]
    channels: list[UUID]
    masks: dict[UUID, int]


async def load(running: Running, agents: int, waiting: int, *, seed: int = 7, used: int = 0) -> Centre:
    """Fill a fresh house: skills drawn as performance.md part 2 says, people of 60 profiles, enquiries of 120 needs.

    used: units that each agent has in hand already (with nothing behind them: only for measuring decisions).
    """
    chance = random.Random(seed)
    now = running.clock.now()
    skills = [(new_id(), f"s{n}") for n in range(SKILLS)]
    profiles = [sorted(chance.sample(range(SKILLS), chance.randint(6, 14))) for _ in range(PROFILES)]
    held = sorted({skill for profile in profiles for skill in profile})
    sets = [(skill,) for skill in held] + [tuple(sorted(chance.sample(chance.choice(profiles), 2))) for _ in range(SETS - len(held))]
    people = [new_id() for _ in range(agents)]
    queues = [new_id() for _ in range(QUEUES)]
    channels = [new_id() for _ in range(CHANNELS)]
    wants = [_skewed(chance, sets) for _ in range(waiting)]
    levels = {profile: {skill: chance.randint(1, 3) for skill in skills_} for profile, skills_ in enumerate(profiles)}
    async with running.pool.acquire() as connection:
        await connection.execute("set session_replication_role = replica")
        names = [{"de": key, "en": key} for _, key in skills]
        await connection.executemany("insert into skill (id, key, name) values ($1, $2, $3)", [(i, k, n) for (i, k), n in zip(skills, names, strict=True)])
        await connection.executemany("insert into queue (id, key, name, offer_s) values ($1, $2, '{}', 3600)", [(q, f"q{n}") for n, q in enumerate(queues)])
        classes = [row["id"] for row in await connection.fetch("select id from work_class order by key")]
        await connection.executemany(
            "insert into channel (id, connector, network, medium, name, queue_id, work_class_id) values ($1, 'sandbox', 'sandbox', 'post', $2, $3, $4)",
            [(c, f"c{n}", queues[n % QUEUES], classes[n % len(classes)]) for n, c in enumerate(channels)],
        )
        access = {
            (row["channel_id"], row["queue_id"]): row["id"]
            for row in await connection.fetch(
                "insert into access_class (channel_id, queue_id) select id, queue_id from channel returning id, channel_id, queue_id"
            )
        }
        await connection.copy_records_to_table(
            "app_user", columns=["id", "login", "login_key", "name", "name_key"],
            records=[(p, f"a{n}", f"a{n}", f"Agent {n}", f"agent {n}") for n, p in enumerate(people)],
        )
        await connection.copy_records_to_table(
            "agent", columns=["user_id", "state", "capacity", "used", "idle_since"],
            records=[(p, "available", CAPACITY, used, now - timedelta(seconds=n % 600)) for n, p in enumerate(people)],
        )
        await connection.copy_records_to_table(
            "agent_skill", columns=["user_id", "skill_id", "level"],
            records=[(p, skills[s][0], levels[n % PROFILES][s]) for n, p in enumerate(people) for s in profiles[n % PROFILES]],
        )
        await connection.copy_records_to_table(
            "queue_member", columns=["queue_id", "user_id"], records=[(q, p) for p in people for q in queues]
        )
        await _enquiries(connection, now, queues, channels, access, wants)
        await connection.execute("set session_replication_role = origin")
        await connection.execute("analyze")
        await connection.execute("checkpoint")
    masks = {p: sum(1 << s for s in profiles[n % PROFILES]) for n, p in enumerate(people)}
    return Centre(agents=people, queues=queues, channels=channels, masks=masks)


async def _enquiries(connection, now: datetime, queues, channels, access, wants) -> None:
    rows = []
    chance = random.Random(len(wants))
    for number, needs in enumerate(wants):
        place = chance.randrange(CHANNELS)
        since = now - timedelta(seconds=chance.randrange(3600))
        rows.append((new_id(), new_id(), new_id(), channels[place], queues[place % QUEUES], needs, since))
    await connection.copy_records_to_table("identity", columns=["id", "customer_id", "network", "remote_id", "first_seen_at"], records=[(r[2], r[2], "sandbox", str(n), now) for n, r in enumerate(rows)])
    await connection.copy_records_to_table("customer", columns=["id"], records=[(r[2],) for r in rows])
    await connection.copy_records_to_table(
        "conversation", columns=["id", "channel_id", "visibility", "root_remote_id", "identity_id", "access_class", "last_said_at"],
        records=[(r[0], r[3], "public", str(n), r[2], access[r[3], r[4]], r[6]) for n, r in enumerate(rows)],
    )
    await connection.executemany(
        "insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, skills, units, waiting_since, due_at, created_at, updated_at) "
        "values ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8, $9, $8, $8)",
        [(r[1], r[0], r[3], access[r[3], r[4]], r[4], [{"skill": f"s{s}", "level": 1} for s in r[5]], UNITS, r[6], r[6] + timedelta(hours=1)) for r in rows],
    )


def _skewed(chance: random.Random, sets):
    return sets[min(int(chance.expovariate(1 / 25)), len(sets) - 1)]
