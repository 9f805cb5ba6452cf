"""The demo's past is one that could have happened: every figure is what a plain count of the log gives, and nothing is left to do."""

from datetime import date
from typing import Any

from tests.app.test_demo_seed import CHANNELS, PASSWORD
from tests.kit import House
from unisono.app.demo.history import tell_past
from unisono.app.demo.seed import seed
from unisono.service.clockwork import tell_due
from unisono.service.passwords import Passwords
from unisono.service.ports.reports import Asked
from unisono.service.reports.fold import fold_reports
from unisono.service.reports.judge import judge_week
from unisono.service.tally import fold_all

DAYS = 7
LONG = (date(2000, 1, 1), date(2100, 1, 1))


async def told(house: House) -> int:
    seeded = await seed(house.outside, Passwords(time_cost=1, memory_kib=64), PASSWORD, CHANNELS)
    return await tell_past(house.db, house.outside.bell, house.clock, seeded, DAYS)


async def counted(house: House, sql: str) -> Any:
    return (await house.sql(sql))[0][0]


async def test_a_new_house_has_a_past_and_an_old_one_keeps_its_own(house: House) -> None:
    many = await told(house)
    assert many > 7 * 4
    assert await counted(house, "select count(*) from interaction where state = 'closed'") == many
    assert (
        await counted(house, "select count(distinct (waiting_since at time zone 'Europe/Berlin')::date) from interaction") == DAYS
    )
    before = await counted(house, "select count(*) from event")
    assert await told(house) == 0
    assert await counted(house, "select count(*) from event where type not like 'setting%'") <= before


async def test_reports_and_tallies_are_what_a_plain_count_of_the_log_gives(house: House) -> None:
    many = await told(house)
    await fold_reports(house.db)
    while await judge_week(house.db, 1, LONG[1]):
        pass
    await fold_all(house.db)
    answers = await counted(house, "select count(*) from event where type = 'answer.queued'")
    late = await counted(
        house, "select count(*) from event where type = 'interaction.breached' and body->>'kind' = 'first_response'"
    )
    async with house.db.read() as tx:
        [arrived] = await tx.reports.counted(Asked(first=LONG[0], last=LONG[1], by=""), "arrived")
        [answered] = await tx.reports.counted_of_people(Asked(first=LONG[0], last=LONG[1], by=""), "answered", 1)
        hours = await tx.reports.by_hour(Asked(first=LONG[0], last=LONG[1], by=""))
    assert arrived.sums["n"] == sum(n for _, _, n in hours) == many
    assert (answered.sums["n"], answered.sums["breached"]) == (answers, late)
    assert 0 < late < answers / 2
    sums = "select sum(arrived), sum(answered), sum(in_time), sum(late), sum(handled) from tally_day where skill = ''"
    assert list((await house.sql(sums))[0]) == [many, answers, answers - late, late, answers]


async def test_nothing_of_the_past_is_left_to_do(house: House) -> None:
    await told(house)
    before = await counted(house, "select count(*) from event")
    assert await tell_due(house.db) == 0
    assert await counted(house, "select count(*) from event") == before
    assert await counted(house, "select count(*) from outbox") == 0
    assert await counted(house, "select count(*) from capacity_hold") == 0
    assert await counted(house, "select count(*) from event where at > now()") <= before
    assert await counted(house, "select count(*) from message") == await counted(house, "select count(*) from message_terms")
    assert await house.route() == 0


async def test_of_calls_no_past_is_made_up(house: House) -> None:
    seeded = await seed(house.outside, Passwords(time_cost=1, memory_kib=64), PASSWORD, CHANNELS)
    await house.sql("update channel set medium = 'call'")
    assert await tell_past(house.db, house.outside.bell, house.clock, seeded, DAYS) == 0
