"""A contact centre at work, for the routing figures: queues, classes, skills, people and what waits, the same on every run."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from unisono.app.build import Running
from unisono.domain.ids import new_id
from unisono.store.driver import Connection

SKILLS, PROFILES, QUEUES, CHANNELS, SETS = 100, 60, 8, 8, 120
UNITS, CAPACITY = 12, 60

Needs = tuple[int, ...]


class Shape(Struct, frozen=True):
    """What people can do and what is needed: skills by number, 6 to 14 of 100 in each profile, skewed sets of needs."""

    profiles: list[list[int]]
    sets: list[Needs]

    def needs(self, chance: random.Random) -> Needs:
        """Return what one enquiry needs; the first sets are wanted most."""
        return self.sets[min(int(chance.expovariate(1 / 25)), len(self.sets) - 1)]


def shape(chance: random.Random) -> Shape:
    """Draw the shape of a centre; somebody has each set of needs."""
    profiles = [sorted(chance.sample(range(SKILLS), chance.randint(6, 14))) for _ in range(PROFILES)]
    sets: list[Needs] = [(skill,) for skill in sorted({skill for profile in profiles for skill in profile})]
    while len(sets) < SETS:
        sets.append(tuple(sorted(chance.sample(chance.choice(profiles), 2))))
    return Shape(profiles, sets)


class Centre(Struct, frozen=True, kw_only=True):
    """What was loaded. `masks`: what each agent can do, a bit for each skill; `needs`: likewise of each enquiry."""

    agents: list[UUID]
    queues: list[UUID]
    channels: list[UUID]
    masks: dict[UUID, int]
    needs: dict[UUID, int]


async def load(running: Running, agents: int, waiting: int, *, seed: int = 7, capacity: int = CAPACITY) -> Centre:
    """Fill a fresh house: people of 60 profiles, enquiries with 120 sets of needs over eight queues and channels.

    capacity: units that each agent has; with 0 nothing can be offered yet. No work interrupts other work, so that a slot is
    what it takes to be offered something. Raises what the database raises.
    """
    chance = random.Random(seed)
    now = running.clock.now()
    skills = [new_id() for _ in range(SKILLS)]
    drawn = shape(chance)
    people = [new_id() for _ in range(agents)]
    async with running.pool.acquire() as connection:
        await connection.execute("set session_replication_role = replica")
        await connection.execute("update work_class set interrupts = '{}'")
        queues, channels = await _places(connection)
        await connection.executemany(
            "insert into skill (id, key, name) values ($1, $2, '{}')", [(skill, f"s{n}") for n, skill in enumerate(skills)]
        )
        await _people(connection, now, people, capacity)
        await connection.copy_records_to_table(
            "agent_skill", columns=["user_id", "skill_id", "level"],
            records=[(p, skills[s], 1 + s % 3) for n, p in enumerate(people) for s in drawn.profiles[n % PROFILES]],
        )  # fmt: skip
        await connection.copy_records_to_table(
            "queue_member", columns=["queue_id", "user_id"], records=[(q, p) for p in people for q in queues]
        )
        wants = [drawn.needs(chance) for _ in range(waiting)]
        enquiries = await _enquiries(connection, now, queues, channels, wants, chance)
        await connection.execute("set session_replication_role = origin")
        await connection.execute("analyze")
        await connection.execute("checkpoint")
    return Centre(
        agents=people, queues=queues, channels=channels,
        masks={p: sum(1 << s for s in drawn.profiles[n % PROFILES]) for n, p in enumerate(people)},
        needs={e: sum(1 << s for s in needs) for e, needs in zip(enquiries, wants, strict=True)},
    )  # fmt: skip


async def _places(connection: Connection) -> tuple[list[UUID], list[UUID]]:
    queues, channels = [new_id() for _ in range(QUEUES)], [new_id() for _ in range(CHANNELS)]
    await connection.executemany(
        "insert into queue (id, key, name, offer_s) values ($1, $2, '{}', 3600)", [(q, f"q{n}") for n, q in enumerate(queues)]
    )
    classes = [row["id"] for row in await connection.fetch("select id from work_class order by key")]
    await connection.executemany(
        "insert into channel (id, connector, network, medium, name, queue_id, work_class_id) "
        "values ($1, 'sandbox', 'sandbox', 'post', $2, $3, $4)",
        [(c, f"c{n}", queues[n % QUEUES], classes[n % len(classes)]) for n, c in enumerate(channels)],
    )
    await connection.execute("insert into access_class (channel_id, queue_id) select id, queue_id from channel")
    return queues, channels


async def _people(connection: Connection, now: datetime, people: list[UUID], capacity: int) -> None:
    await connection.copy_records_to_table(
        "app_user", columns=["id", "login", "login_key", "name", "name_key"],
        records=[(p, f"a{n}", f"a{n}", f"Agent {n}", f"agent {n}") for n, p in enumerate(people)],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "agent", columns=["user_id", "state", "capacity", "idle_since"],
        records=[(p, "available", capacity, now - timedelta(seconds=n % 600, microseconds=n)) for n, p in enumerate(people)],
    )  # fmt: skip


async def _enquiries(
    connection: Connection, now: datetime, queues: list[UUID], channels: list[UUID], wants: list[Needs], chance: random.Random
) -> list[UUID]:
    classes = await connection.fetch("select id, channel_id, queue_id from access_class")
    access = {(row["channel_id"], row["queue_id"]): row["id"] for row in classes}
    places = [chance.randrange(CHANNELS) for _ in wants]
    since = [now - timedelta(seconds=chance.randrange(3600)) for _ in wants]
    talks = [(new_id(), new_id(), channels[place], queues[place % QUEUES]) for place in places]
    await connection.copy_records_to_table("customer", columns=["id"], records=[(talk[0],) for talk in talks])
    await connection.copy_records_to_table(
        "identity", columns=["id", "customer_id", "network", "remote_id", "first_seen_at"],
        records=[(talk[0], talk[0], "sandbox", str(n), now) for n, talk in enumerate(talks)],
    )  # fmt: skip
    await connection.copy_records_to_table(
        "conversation",
        columns=["id", "channel_id", "visibility", "root_remote_id", "identity_id", "access_class", "last_said_at"],
        records=[(t[0], t[2], "public", str(n), t[0], access[t[2], t[3]], since[n]) for n, t in enumerate(talks)],
    )
    await connection.executemany(
        "insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, skills, units, waiting_since, "
        "due_at, created_at, updated_at) values ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8, $9, $8, $8)",
        [
            (
                t[1], t[0], t[2], access[t[2], t[3]], t[3], [{"skill": f"s{s}", "level": 1} for s in needs], UNITS, since[n],
                since[n] + timedelta(hours=1),
            )
            for n, (t, needs) in enumerate(zip(talks, wants, strict=True))
        ],
    )  # fmt: skip
    return [talk[1] for talk in talks]
