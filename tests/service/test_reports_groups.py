"""No figure about people is of fewer than five, and no difference of any two: also of those that are cut in different ways.

Each enquiry carries one bit of its own as its time, so that a sum tells exactly which enquiries are in it.
"""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests import kit
from tests.kit import House
from unisono.domain.ids import uuid7_at
from unisono.service.ports import Tx
from unisono.service.ports.reports import Asked, Dated
from unisono.service.reports.facts import Facts
from unisono.service.reports.fold import judge_cuts
from unisono.service.reports.judge import judge_week
from unisono.service.reports.kinds import BY

LEAST = 5
MONDAY = date(2026, 11, 2)
BITS = 60
FIELDS = {"ms": "resolution_ms", "worked_ms": "worked_ms", "wrap_ms": "wrap_ms", "waited_ms": "waited_ms", "next_ms": "next_ms"}
#: Sets of enquiries, each with a question that shows it.
Sets = dict[int, str]


class World:
    """Two weeks of three queues on five channels; few people on weekends, two in the smallest queue.

    All of it follows from the seed, ids and words too, so that what once failed fails again.
    """

    def __init__(self, house: House, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house = house
        self.chance = random.Random(seed)
        self.who: list[UUID] = []
        self.minted = 0
        self.monday = UUID(int=0)
        monkeypatch.setattr(kit, "new_id", self.mint)
        self.codes = [self.mint() for _ in range(3)]

    def mint(self) -> UUID:
        self.minted += 1
        return uuid7_at(self.minted, self.chance.randbytes(10))

    async def fill(self, items: int = 280) -> None:
        house, chance = self.house, self.chance
        self.queues = [await house.queue() for _ in range(3)]
        teams = [self.mint(), self.mint()]
        for n, team in enumerate(teams):
            await house.sql("insert into team (id, key, name) values ($1, $2, $2)", team, f"t{n}")
        for queue, team in zip(self.queues, (teams[0], teams[1], teams[1]), strict=True):
            await house.sql("update queue set team_id = $2 where id = $1", queue, team)
        self.teams = teams
        places = []
        self.channels = []
        for n, queue in enumerate((0, 0, 1, 1, 2)):
            channel = await house.channel(self.queues[queue], medium=("post", "mail")[n % 2])
            await house.sql("update channel set network = $2 where id = $1", channel.id, ("x", "mastodon", "email")[n % 3])
            self.channels.append(channel.id)
            places.append((queue, channel.access_class))
        people = [(await house.agent()).id for _ in range(12)]
        dated = []
        words = []
        for n in range(items):
            queue, access_class = places[chance.choice((0, 0, 0, 1, 2, 2, 3, 4))]
            day = MONDAY + timedelta(days=chance.choice((0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 12)))
            team = [people[:9], people[3:10], people[10:]][queue]
            team = team[:3] if day.weekday() >= 5 else team
            agent = chance.choice(team)
            at = datetime.combine(day, time(9), UTC)
            bits = {field: 1 << (n % BITS) if n // BITS == k else 0 for k, field in enumerate(FIELDS.values())}
            facts = Facts(
                interaction_id=self.mint(), conversation_id=None, access_class=access_class, arrived_at=at, since=at, closed_at=at,
                closed_by=agent, code_id=chance.choice(self.codes), ending="code", next_n=1, **bits,
            )  # fmt: skip
            self.monday = facts.interaction_id if day == MONDAY and queue == 0 else self.monday
            dated.append(Dated(facts=facts, arrived_day=day, arrived_hour=9, answered_day=None, late_day=None, closed_day=day))
            words.append((facts.interaction_id, chance.choice(("de", "en", "fr")), chance.choice(("", "a", "a,b", "b"))))
            self.who.append(agent)
        async with house.db.write() as tx:
            await tx.reports.put(dated)
        await house.sql(
            "update report_fact f set language = w.language, skills = w.skills "
            "from unnest($1::uuid[], $2::text[], $3::text[]) w(id, language, skills) where f.interaction_id = w.id",
            *([one[column] for one in words] for column in range(3)),
        )
        async with house.db.write() as tx:
            assert await tx.reports.recount(10_000) > 0
        house.clock.advance(30 * 86_400)
        await judge_cuts(house.db)

    async def again(self, tx: Tx) -> Dated:
        """What was done on Monday in the first queue, with a transfer more than was known: its day has to be judged anew."""
        facts = msgspec.structs.replace((await tx.reports.facts([self.monday]))[self.monday], transfers=1)
        return Dated(facts=facts, arrived_day=MONDAY, arrived_hour=9, answered_day=None, late_day=None, closed_day=MONDAY)

    def people(self, which: int) -> int:
        return len({self.who[n] for n in range(len(self.who)) if which >> n & 1})


def set_of(sums: Any) -> int:
    return sum(sums[name] << (BITS * k) for k, name in enumerate(FIELDS))


def spans() -> list[tuple[date, date]]:
    days = [MONDAY + timedelta(days=n) for n in range(14)]
    return [
        (days[0], days[13]), (days[0], days[6]), (days[7], days[13]), (days[0], days[5]), (days[0], days[4]), (days[1], days[13]),
        *((day, day) for day in days), (days[5], days[6]), (days[0], days[12]),
    ]  # fmt: skip


def filters(world: World) -> Iterable[dict[str, Any]]:
    yield {}
    yield from ({"queue_ids": (queue,)} for queue in world.queues)
    yield {"queue_ids": tuple(world.queues[:2])}
    yield from ({"team_ids": (team,)} for team in world.teams)
    yield from ({"channel_ids": (channel,)} for channel in world.channels)
    yield {"networks": ("x",)}
    yield {"media": ("mail",)}
    yield from ({"languages": (word,)} for word in ("de", "en"))
    yield {"languages": ("de", "en")}
    yield from ({"code_ids": (code,)} for code in world.codes)
    yield {"skills": ("a",)}
    yield {"queue_ids": (world.queues[1],), "languages": ("fr",)}


async def everything_shown(house: House, world: World) -> tuple[Sets, int]:
    """Every figure that can be asked for, as sets of enquiries; and how many questions that took."""
    shown: Sets = {}
    asked_for = 0
    async with house.db.read() as tx:
        for (first, last), chosen, by in product(spans(), filters(world), ("", *BY)):
            if (first, last) != spans()[0] and by not in {"", "queue", "language", "channel"}:
                continue
            try:
                rows = await tx.reports.counted_of_people(Asked(first=first, last=last, by=by, **chosen), "closed", LEAST)
            except ValueError:
                continue
            asked_for += 1
            for row in rows:
                where = f"{first} to {last} by {by or 'nothing'}, {chosen}: {row.key}"
                shown.setdefault(set_of(row.sums), where)
    return shown, asked_for


@pytest.mark.parametrize("seed", [1, 2])
async def test_no_figure_and_no_difference_of_figures_is_of_fewer_than_five(
    house: House, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(house, seed, monkeypatch)
    await world.fill()
    shown, asked_for = await everything_shown(house, world)
    shown.pop(0, None)
    assert asked_for > 300
    assert len(shown) > 80
    for which, where in shown.items():
        assert world.people(which) >= LEAST, where
    compared = 0
    sets = sorted(shown, key=int.bit_count)
    for n, small in enumerate(sets):
        for large in sets[n + 1 :]:
            if small & large == small:
                compared += 1
                rest = world.people(large ^ small)
                assert rest >= LEAST, f"{shown[large]}\nminus {shown[small]}\nis of {rest}"
    assert compared > 500


async def test_most_is_shown_all_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hides everything would pass the test above."""
    world = World(house, 1, monkeypatch)
    await world.fill()
    async with house.db.read() as tx:
        [total] = await tx.reports.counted_of_people(Asked(first=spans()[0][0], last=spans()[0][1], by=""), "closed", LEAST)
        queues = await tx.reports.counted_of_people(Asked(first=spans()[0][0], last=spans()[0][1], by="queue"), "closed", LEAST)
    assert total.sums["n"] >= 0.8 * len(world.who)
    assert {row.key for row in queues} >= {str(queue) for queue in world.queues[:2]}
    assert str(world.queues[2]) not in {row.key for row in queues}, "two people work there"


async def test_what_is_chosen_is_what_its_row_shows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no part is too small, the smallest stands in the row and behind the filter alike."""
    world = World(house, 1, monkeypatch)
    await world.fill()
    first, last = spans()[0]
    compared = 0
    async with house.db.read() as tx:
        for by, name in (("language", "languages"), ("channel", "channel_ids"), ("code", "code_ids")):
            for row in await tx.reports.counted_of_people(Asked(first=first, last=last, by=by), "closed", LEAST):
                if row.key is not None:
                    value = row.key if by == "language" else UUID(row.key)
                    chosen: dict[str, Any] = {name: (value,)}
                    [alone] = await tx.reports.counted_of_people(Asked(first=first, last=last, by="", **chosen), "closed", LEAST)
                    assert set_of(alone.sums) == set_of(row.sums), (by, row.key)
                    compared += 1
    assert compared > 5


async def test_what_came_late_is_cut_only_once_it_was_judged(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(house, 1, monkeypatch)
    await world.fill()
    asked = Asked(first=MONDAY, last=MONDAY, by="channel", queue_ids=(world.queues[0],))

    async def shown() -> set[str | None]:
        async with house.db.read() as tx:
            return {row.key for row in await tx.reports.counted_of_people(asked, "closed", LEAST)}

    before = await shown()
    assert before - {None}
    async with house.db.write() as tx:
        await tx.reports.put([await world.again(tx)])
    async with house.db.write() as tx:
        await tx.reports.recount(10)
    assert await shown() == {None}, "it stands together"
    await judge_cuts(house.db)
    assert await shown() == before


async def test_without_the_rule_small_groups_would_show(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(house, 1, monkeypatch)
    await world.fill()
    while await judge_week(house.db, 1, spans()[0][1]):
        pass
    async with house.db.read() as tx:
        rows = await tx.reports.counted_of_people(Asked(first=spans()[0][0], last=spans()[0][1], by="queue"), "closed", 1)
    assert min(world.people(set_of(row.sums)) for row in rows) == 2
