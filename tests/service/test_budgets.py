"""A channel's budgets, and what the house does when one is spent."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.kit import House, OneConnector, Scripted, StepClock
from tests.service.test_sending import delivery, send, written
from tests.service.test_work import working
from unisono.contract import BudgetSpent, Health, NoToken, OutMessage, Purpose, SendResult
from unisono.contract.manifest import Limit, Manifest
from unisono.domain.words import ChannelState
from unisono.service.budgets import ChannelBudgets, MemoryMeters, StoredMeters
from unisono.service.intake import pull_round

MANIFEST = Manifest(
    id="paid", name="Paid", version="1", contract=1, network="paid", medium="post", title={}, summary={}, auth="none",
    limits=(
        Limit(bucket="dm", amount=15, per_s=900), Limit(bucket="dm", amount=20, per_s=86_400),
        Limit(bucket="chat", amount=1, per_s=1, scope="thread"), Limit(bucket="app", amount=3, per_s=60, scope="app", keep=0),
    ),
    costs={"post": 0.1, "read": 0.01},
)  # fmt: skip
ONE, OTHER = UUID(int=1), UUID(int=2)


def budgets(meters: MemoryMeters, clock: StepClock, channel_id: UUID = ONE, **config: Any) -> ChannelBudgets:
    return ChannelBudgets(MANIFEST, channel_id, {"client_id": "ours"} | config, meters, clock)


async def taken(held: ChannelBudgets, bucket: str, purpose: Purpose = Purpose.REPLY, **more: Any) -> int:
    """Take until it is refused."""
    for count in range(1_000):
        try:
            await held.take(bucket, purpose, **more)
        except BudgetSpent:
            return count
    raise AssertionError("It is never spent.")


async def test_of_two_limits_of_one_bucket_both_hold() -> None:
    clock, meters = StepClock(), MemoryMeters()
    held = budgets(meters, clock)
    assert await taken(held, "dm") == 15
    clock.advance(1_900)
    assert await taken(held, "dm") == 5
    with pytest.raises(BudgetSpent) as spent:
        await held.take("dm", Purpose.REPLY)
    assert spent.value.until is not None
    assert (spent.value.until - clock.now()).total_seconds() > 3_600


async def test_channels_of_one_app_share_its_limit_and_threads_do_not_share_theirs() -> None:
    clock, meters = StepClock(), MemoryMeters()
    one, other = budgets(meters, clock), budgets(meters, clock, OTHER)
    assert await taken(one, "app") == 3
    assert await taken(other, "app") == 0
    assert await taken(budgets(meters, clock, OTHER, client_id="another"), "app") == 3
    assert await taken(one, "chat", thread="+49 30 1") == 1
    assert await taken(one, "chat", thread="+49 30 2") == 1
    assert not any("30" in key.scope for key in meters.meters), "a thread's root can be somebody's number"


async def test_money_bounds_what_has_a_price_and_nothing_is_taken_from_the_bucket() -> None:
    clock, meters = StepClock(datetime(2026, 11, 2, 12, tzinfo=UTC)), MemoryMeters()
    held = budgets(meters, clock, budget_day=1.0)
    await held.charge("read", 80)
    with pytest.raises(BudgetSpent) as spent:
        await held.take("dm", Purpose.READ, operation="read")
    assert (spent.value.bucket, spent.value.until) == ("money", datetime(2026, 11, 3, tzinfo=UTC))
    assert await taken(held, "dm", operation="post") == 2
    assert await taken(held, "dm") == 13
    with pytest.raises(KeyError):
        await held.take("dm", Purpose.REPLY, operation="unheard of")


class Thrifty(Scripted):
    """A connector that lets what its budget and its token say pass."""

    stops: list[Exception] = []  # noqa: RUF012

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        if self.stops:
            raise self.stops.pop(0)
        return await super().send(message, attempt)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Any:
        if self.stops:
            raise self.stops.pop(0)
        return await super().pull(stream, cursor, limit)


@pytest.fixture
def thrifty(house: House) -> House:
    house.outside.registry._code = Thrifty  # type: ignore[attr-defined]
    assert isinstance(house.outside.registry, OneConnector)
    Thrifty.stops = []
    return house


async def test_an_answer_waits_while_its_budget_is_spent_and_is_sent_after(thrifty: House) -> None:
    person, _, interaction = await working(thrifty)
    until = datetime.fromtimestamp(thrifty.clock.now().timestamp() + 90, UTC)
    Thrifty.stops = [BudgetSpent("dm", until)]
    await written(thrifty, person, interaction)
    await send(thrifty)
    assert await delivery(thrifty) == ["retrying"]
    [row] = await thrifty.sql("select attempts, error_code, next_at from outbox")
    assert (row["attempts"], row["error_code"], row["next_at"]) == (0, "budget_spent", until)
    thrifty.clock.advance(91)
    await send(thrifty)
    assert await delivery(thrifty) == ["sent"]


async def test_a_token_that_cannot_be_renewed_stops_sending_as_a_refused_authorisation_does(thrifty: House) -> None:
    person, _, interaction = await working(thrifty)
    Thrifty.stops = [NoToken(Health(state=ChannelState.REAUTH_NEEDED, what="Authorise anew."))]
    await written(thrifty, person, interaction)
    await send(thrifty)
    assert await delivery(thrifty) == ["retrying"]
    [row] = await thrifty.sql("select state, state_what from channel")
    assert (row["state"], row["state_what"]) == ("reauth_needed", "Authorise anew.")


async def test_while_answers_wait_for_an_authorisation_receiving_goes_on_and_does_not_hide_it(thrifty: House) -> None:
    person, _, interaction = await working(thrifty)
    Thrifty.stops = [NoToken(Health(state=ChannelState.REAUTH_NEEDED, what="Authorise anew."))]
    await written(thrifty, person, interaction)
    await send(thrifty)
    async with thrifty.db.read() as tx:
        [channel] = await tx.channels.running()
    told = await pull_round(thrifty.outside, channel, Thrifty(None))  # type: ignore[arg-type]
    assert told.went_on
    assert [row["state"] for row in await thrifty.sql("select state from channel")] == ["reauth_needed"]
    thrifty.clock.advance(61)
    await send(thrifty)
    assert await delivery(thrifty) == ["sent"]
    await pull_round(thrifty.outside, channel, Thrifty(None))  # type: ignore[arg-type]
    assert [row["state"] for row in await thrifty.sql("select state from channel")] == ["ok"]


async def test_a_pull_without_budget_is_seen_and_is_no_failure(thrifty: House) -> None:
    channel = await thrifty.channel()
    until = datetime.fromtimestamp(thrifty.clock.now().timestamp() + 90, UTC)
    Thrifty.stops = [BudgetSpent("mentions", until)]
    told = await pull_round(thrifty.outside, channel, Thrifty(None))  # type: ignore[arg-type]
    assert told.health is not None
    assert told.health.state is ChannelState.THROTTLED
    assert told.after_s == 90
    [row] = await thrifty.sql("select state, state_what from channel")
    assert row["state"] == "throttled"
    assert "mentions" in row["state_what"]


async def test_nodes_that_spend_at_once_spend_no_more_than_there_is(house: House) -> None:
    channel = await house.channel()
    nodes = [
        ChannelBudgets(MANIFEST, channel.id, {"client_id": "ours", "budget_day": 1.0}, StoredMeters(house.db), house.clock)
        for _ in range(4)
    ]

    async def one(number: int) -> bool:
        try:
            await nodes[number % 4].take("dm", Purpose.REPLY, operation="post")
        except BudgetSpent:
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(24)))) == 10, "the money of the day, ten times a tenth"
    [standing] = [s for s in await nodes[0].standing() if s.bucket == "dm" and s.per_s == 900]
    assert (standing.left, standing.amount) == (5, 15)
    [money] = [s for s in await nodes[0].standing() if s.bucket == "money" and s.per == "day"]
    assert (money.used, money.left, money.spent_for) == (1.0, 0.0, Purpose.REPLY)


async def test_what_is_spent_stays_spent_over_a_restart(house: House) -> None:
    channel = await house.channel()
    config = {"client_id": "ours"}
    assert await taken(ChannelBudgets(MANIFEST, channel.id, config, StoredMeters(house.db), house.clock), "dm") == 15
    assert await taken(ChannelBudgets(MANIFEST, channel.id, config, StoredMeters(house.db), house.clock), "dm") == 0
