"""Spikes: an outage shows within minutes, days and weeks have their pattern, small counts cry no wolf."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import exp

import pytest

from tests.app.demo_kit import FEEDS
from unisono.listening.spikes import WINDOWS_S, Spike, calm, chance_of, spike, usual_of

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
Rate = Callable[[datetime], float]


def poisson(dice: random.Random, mean: float) -> int:
    """Knuth's way; means here are small."""
    limit, product, count = exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


def said(rate: Rate, days: int, seed: int) -> list[datetime]:
    """Posts at random, at a rate an hour that depends on when it is; people answer each other, so they scatter."""
    dice = random.Random(seed)
    found: list[datetime] = []
    for step in range(days * 288):
        at = START + step * STEP
        mood = dice.gammavariate(4, 0.25)
        found += [at + STEP * dice.random() for _ in range(poisson(dice, rate(at) / 12 * mood))]
    return sorted(found)


def alerts(posts: list[datetime], begin: datetime, end: datetime, since: datetime = START) -> Iterator[tuple[datetime, Spike]]:
    """Look every five minutes; after an alert not again before it is calm."""
    hours = Counter(at.replace(minute=0, second=0, microsecond=0) for at in posts)
    at, spiking, usual = begin, False, usual_of(hours, since, begin)
    low = dict.fromkeys(WINDOWS_S, 0)
    high = 0
    while at <= end:
        while high < len(posts) and posts[high] <= at:
            high += 1
        for window in WINDOWS_S:
            while low[window] < high and posts[low[window]] <= at - timedelta(seconds=window):
                low[window] += 1
        if at.minute == 0:
            usual = usual_of({hour: count for hour, count in hours.items() if hour + timedelta(hours=1) <= at}, since, at)
        counted = {window: high - low[window] for window in WINDOWS_S}
        if spiking:
            spiking = not calm(usual, at, counted)
        elif (found := spike(usual, at, counted)) is not None:
            spiking = True
            yield at, found
        at += STEP


def daily(at: datetime) -> float:
    """Nine times as much at noon of a working day as at night; half of it at week-ends."""
    return (9.0 if 8 <= at.hour < 20 else 1.0) * (0.5 if at.weekday() >= 5 else 1.0)


@pytest.mark.parametrize("level", [0.05, 0.6, 4.0])
def test_days_and_weeks_alone_cry_no_wolf(level: float) -> None:
    posts = said(lambda at: level * daily(at), 42, seed=7)
    assert len(list(alerts(posts, START + timedelta(days=14), START + timedelta(days=42)))) <= 1


@pytest.mark.parametrize("level", [0.05, 0.6, 4.0])
@pytest.mark.parametrize("hour", [3, 14])
def test_an_outage_is_told_within_minutes_by_night_and_by_day(level: float, hour: int) -> None:
    outage = START + timedelta(days=30, hours=hour)

    def rate(at: datetime) -> float:
        return level * daily(at) + (30 + 12 * level * 9 if outage <= at < outage + timedelta(hours=2) else 0)

    posts = said(rate, 31, seed=11)
    found = list(alerts(posts, outage - timedelta(hours=1), outage + timedelta(hours=4)))
    assert len(found) == 1
    assert outage < found[0][0] <= outage + timedelta(minutes=25)
    assert found[0][1].posts >= 5


def test_an_earlier_outage_does_not_make_the_next_one_usual() -> None:
    first, second = START + timedelta(days=21, hours=14), START + timedelta(days=28, hours=14)

    def rate(at: datetime) -> float:
        return daily(at) + (200 if any(one <= at < one + timedelta(hours=3) for one in (first, second)) else 0)

    found = list(alerts(said(rate, 29, seed=3), second - timedelta(hours=2), second + timedelta(hours=2)))
    assert [at for at, _ in found if at <= second + timedelta(minutes=10)]


def test_a_monitor_that_has_just_begun_waits_until_it_knows_more_unless_much_is_said() -> None:
    posts = [START + timedelta(minutes=10 * n) for n in range(12)]
    assert list(alerts(posts, START + timedelta(minutes=5), START + timedelta(hours=2))) == []
    many = sorted([*posts, *(START + timedelta(minutes=60, seconds=n) for n in range(200))])
    assert list(alerts(many, START + timedelta(minutes=5), START + timedelta(hours=2)))


def test_the_chance_of_a_count_is_that_of_the_distribution() -> None:
    # Width 0.25 and mean 4: a negative binomial with size 4 and success 1/2, whose tails are sums of powers of two.
    assert chance_of(0, 4.0, 0.25) == 1.0
    assert chance_of(1, 4.0, 0.25) == pytest.approx(1 - 0.5**4)
    assert chance_of(2, 4.0, 0.25) == pytest.approx(1 - 0.5**4 - 4 * 0.5**5)
    assert chance_of(60, 4.0, 0.25) < 1e-10


def test_real_posts_of_a_year_raise_few_alerts_and_the_strike_is_among_them() -> None:
    path = FEEDS / "de-bahn.jsonl"
    if not path.exists():
        pytest.skip(f"{path.name} is not there: it may not be passed on; set UNISONO_TEST_FEEDS to where it is")
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    posts = sorted(datetime.fromisoformat(row["created_at"]) for row in rows if row["created_at"])
    begin = posts[0].replace(minute=0, second=0, microsecond=0)
    found = list(alerts(posts, begin + timedelta(days=14), posts[-1], since=begin))
    # A sample of some six posts a day over a year: what stands out is told, and that is rare.
    assert len(found) <= 12, [f"{at:%Y-%m-%d %H:%M} {one}" for at, one in found]
