"""Figures of days: what is folded from the log is what a plain count of the tables says, to the last item."""

import asyncio
import contextlib
import random
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tests.kit import House, Person
from tests.service.test_work import code
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.service import tally
from unisono.service.accept import accept_offer
from unisono.service.answer import Answer, answer
from unisono.service.clockwork import tell_due
from unisono.service.finish import finish, wrap_up
from unisono.service.parity import compared
from unisono.service.ports import NewEvent
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.reading import Sight
from unisono.service.ports.tallies import MediumTally, Tally
from unisono.service.reopen import reopen
from unisono.service.spread import bin_of, edges, quantile, unpacked
from unisono.service.tally import fold, fold_all, forget_old
from unisono.service.transfer import transfer

PROMISED_S = 600
BERLIN = ZoneInfo("Europe/Berlin")


class Day:
    """A house in which things happen at random."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.dice = random.Random(seed)
        self.arrivals: dict[tuple[UUID, UUID, Any], int] = {}

    async def set_up(self) -> None:
        house = self.house
        self.queues = [await house.queue(first_response_s=PROMISED_S) for _ in range(2)]
        self.channels = [
            await house.channel(self.queues[0], medium="post", units=1), await house.channel(self.queues[1], medium="mail", units=1)
        ]  # fmt: skip
        self.people = [await house.agent(*self.queues, capacity=6) for _ in range(2)]
        self.code = await code(house)

    def day(self) -> Any:
        return self.house.clock.now().astimezone(BERLIN).date()

    async def _work(self, states: tuple[str, ...]) -> Any:
        rows = await self.house.sql("select * from interaction where state = any($1) order by id", list(states))
        return self.dice.choice(rows) if rows else None

    def _who(self, agent_id: UUID) -> Person:
        return next(person for person in self.people if person.id == agent_id)

    async def step(self) -> None:
        deed = self.dice.choices(
            (self.arrives, self.accepts, self.answers, self.ends, self.moves, self.time, self.reopens, self.gives_up, self.folds),
            (6, 5, 6, 3, 2, 5, 1, 1, 3),
        )[0]
        # What cannot be done now is no matter here: nothing happened.
        with contextlib.suppress(UnisonoError):
            await deed()
        # Two things never happen at the very same instant.
        self.house.clock.advance(0.001)

    async def arrives(self) -> None:
        channel: ChannelFacts = self.dice.choice(self.channels)
        at = self.house.clock.now() - timedelta(seconds=self.dice.choice((0, 30, 900)))
        await self.house.hear(channel, {"id": str(new_id()), "by": str(new_id()), "text": "Frage", "at": at.isoformat()})
        await self.house.route()

    async def accepts(self) -> None:
        rows = await self.house.sql("select id, agent_id from offer where state = 'open' order by id")
        if rows:
            await accept_offer(self.house.db, self._who(rows[0]["agent_id"]).access, rows[0]["id"])

    async def answers(self) -> None:
        work = await self._work(("active",))
        if work:
            draft = Answer(message_id=new_id(), text="Moin", visibility="public")
            await answer(self.house.outside, self._who(work["agent_id"]).access, work["id"], draft)

    async def ends(self) -> None:
        work = await self._work(("active",))
        if work:
            await finish(self.house.db, self._who(work["agent_id"]).access, work["id"])
            await wrap_up(self.house.db, self._who(work["agent_id"]).access, work["id"], self.code)

    async def moves(self) -> None:
        work = await self._work(("active", "waiting"))
        if work:
            other = next(q for q in self.queues if q != work["queue_id"])
            who = self._who(work["agent_id"]) if work["agent_id"] else self.people[0]
            await transfer(self.house.db, who.access, work["id"], queue_id=other, note="Bitte")
            await self.house.route()

    async def time(self) -> None:
        self.house.clock.advance(self.dice.choice((5, 60, 400, 700, 40_000)))
        if self.dice.random() < 0.7:
            await tell_due(self.house.db)

    async def reopens(self) -> None:
        work = await self._work(("closed",))
        if work:
            await reopen(self.house.db, self.people[0].access, work["conversation_id"])

    async def gives_up(self) -> None:
        work = await self._work(("waiting",))
        if work:
            async with self.house.db.write() as tx:
                facts = await tx.work.interaction(work["id"], lock=True)
                assert facts is not None
                await tx.connection.execute(
                    "update interaction set state = 'closed', closed_at = $2, updated_at = $2 where id = $1", work["id"], tx.now
                )
                tx.emit(
                    NewEvent(
                        type="interaction.wrapped_up", interaction_id=work["id"], queue_id=facts.queue_id,
                        channel_id=facts.channel_id, conversation_id=facts.conversation_id, body={"code": "abandoned"},
                    )
                )  # fmt: skip
            await self.house.router.load()

    async def told_enough(self) -> bool:
        """Whether some were answered and some late."""
        counted = (await recounted(self.house)).values()
        return sum(t.answered for t in counted) > 4 and sum(t.late for t in counted) > 0

    async def folds(self) -> None:
        await fold(self.house.db)


async def folded(house: House) -> dict[tuple[Any, UUID], Tally]:
    """What stands in the tallies, by day and channel."""
    found: dict[tuple[Any, UUID], Tally] = {}
    for row in await house.sql("select * from tally_day where skill = ''"):
        key = row["day"], row["channel_id"]
        found[key] = found.get(key, Tally()).plus(Tally(**{name: row[name] for name in Tally.__struct_fields__}))
    return found


RECOUNT = """
with work as (
    select i.*, exists (select from event e where e.interaction_id = i.id and e.type = 'interaction.wrapped_up'
                        and e.body->>'code' = 'abandoned') as gave_up,
           (select min(e.at) from event e where e.interaction_id = i.id and e.type = 'interaction.breached'
            and e.body->>'kind' in ('first_response', 'next_response')) as told_at,
           i.waiting_since + make_interval(secs => $1) as promised
    from interaction i
), marks as (
    select channel_id, created_at as at, 'arrived' as what, 0::float8 as s from work
    union all select channel_id, closed_at, case when gave_up then 'abandoned' else 'handled' end, 0 from work where state = 'closed'
    union all select channel_id, first_response_at, 'answered', extract(epoch from first_response_at - waiting_since)::float8
        from work where first_response_at is not null
    union all select channel_id, first_response_at, 'in_time', 0 from work
        where first_response_at <= promised and previous_id is null
    union all select channel_id, coalesce(least(told_at, first_response_at), first_response_at, told_at), 'late', 0 from work
        where previous_id is null and (first_response_at > promised or (first_response_at is null and told_at is not null))
)
select channel_id, (at at time zone 'Europe/Berlin')::date as day, what, count(*)::int as n, sum(greatest(s, 0)) as s
from marks group by 1, 2, 3
"""


async def recounted(house: House) -> dict[tuple[Any, UUID], Tally]:
    """What a plain count over all work says."""
    found: dict[tuple[Any, UUID], dict[str, Any]] = {}
    for row in await house.sql(RECOUNT, PROMISED_S):
        counts = found.setdefault((row["day"], row["channel_id"]), {})
        counts[row["what"]] = row["n"]
        if row["what"] == "answered":
            counts["answered_s"] = row["s"]
    return {key: Tally(**counts) for key, counts in found.items()}


def plain(tallies: dict[tuple[Any, UUID], Tally]) -> dict[Any, Any]:
    """Comparable: seconds to the millisecond, and without what only the log knows."""
    return {
        key: {n: round(getattr(t, n), 3) for n in Tally.__struct_fields__ if n != "moved_in"} for key, t in tallies.items()
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_folded_figures_are_what_a_plain_count_says(house: House, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "BATCH", 7)
    day = Day(house, seed)
    await day.set_up()
    # What comes of a step hangs on ids too, which no seed decides: on until there is enough to compare.
    for n in range(2_000):
        await day.step()
        if n >= 150 and await day.told_enough():
            break
    await fold_all(house.db)
    counted = await recounted(house)
    assert sum(t.answered for t in counted.values()) > 4, "nothing happened, so this would prove nothing"
    assert sum(t.late for t in counted.values()) > 0
    # Moved between queues of one promise: the sums of a channel are those of its work, wherever it is.
    found = {key: t for key, t in plain(await folded(house)).items() if any(t.values())}
    assert found == plain(counted)
    assert await fold_all(house.db) == 0
    moved = (await house.sql("select count(*) as n from event where type = 'interaction.transferred' and body->>'queue_id' is not null"))[0]["n"]  # fmt: skip
    assert sum(t.moved_in for t in (await folded(house)).values()) == moved
    [[waits]] = await house.sql("select coalesce(sum(hist), 0) from tally_wait")
    assert sum(unpacked(int(waits)).values()) == sum(t.answered for t in counted.values())


async def test_two_nodes_fold_once(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, *({"id": str(n), "by": f"c{n}", "text": "Frage"} for n in range(20)))
    await asyncio.gather(*(fold_all(house.db) for _ in range(4)))
    await fold_all(house.db)
    assert sum(t.arrived for t in (await folded(house)).values()) == 20


async def test_an_erased_enquiry_was_counted_and_names_nobody(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "text": "Frage", "by": "anna", "name": "Anna"})
    await fold_all(house.db)
    columns = await house.sql(
        "select column_name from information_schema.columns where table_name in ('tally_day', 'tally_wait') "
        "and column_name in ('agent_id', 'user_id', 'customer_id', 'identity_id', 'interaction_id', 'conversation_id')"
    )
    assert columns == []


async def test_skills_are_counted_beside_the_whole(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    await house.sql(
        "update channel set skills = $2 where id = $1", channel.id,
        [{"skill": s, "level": 1, "optional": False} for s in ("french", "billing")],
    )  # fmt: skip
    async with house.db.write() as tx:
        facts = await tx.channels.facts(channel.id)
    assert facts is not None
    await house.hear(facts, {"id": "1", "text": "Question"}, {"id": "2", "text": "Autre", "by": "bert"})
    await fold_all(house.db)
    rows = await house.sql("select skill, arrived from tally_day order by skill")
    assert [(row["skill"], row["arrived"]) for row in rows] == [("", 2), ("billing", 2), ("french", 2)]


async def test_today_is_the_queues_own_day_and_old_days_go(house: House) -> None:
    far = await house.queue(time_zone="Pacific/Auckland")
    channel = await house.channel(far)
    await house.hear(channel, {"id": "1", "text": "Question"})
    await fold_all(house.db)
    stored = (await house.sql("select day from tally_day"))[0]["day"]
    assert stored == house.clock.now().astimezone(ZoneInfo("Pacific/Auckland")).date()
    async with house.db.read() as tx:
        assert [one.tally.arrived for one in await tx.tallies.today()] == [1]
    house.clock.advance(86_400)
    async with house.db.read() as tx:
        assert await tx.tallies.today() == []
        assert (await tx.tallies.by_medium(Sight(classes=None), 7))[0].tally.arrived == 1
        assert await tx.tallies.by_medium(Sight(classes=frozenset()), 7) == []
    house.clock.advance(900 * 86_400)
    await forget_old(house.db)
    assert await house.sql("select from tally_day") == []


@pytest.mark.parametrize("seed", range(5))
def test_a_quantile_of_counts_is_the_quantile_of_the_spans_within_a_tenth(seed: int) -> None:
    dice = random.Random(seed)
    spans = sorted(dice.lognormvariate(6, 1.5) for _ in range(400))
    counts: dict[int, int] = {}
    for one in spans:
        counts[bin_of(one)] = counts.get(bin_of(one), 0) + 1
        low, high = edges(bin_of(one))
        assert low <= one < high or one < 1
    for share in (0.1, 0.5, 0.9, 1.0):
        exact = spans[max(0, int(share * len(spans)) - 1)]
        told = quantile(counts, share)
        assert told is not None
        assert abs(told - exact) <= 0.11 * exact
    assert quantile({}, 0.5) is None


def test_media_are_compared_with_the_soonest_of_those_with_enough_answers() -> None:
    def of(medium: str, seconds: float, n: int) -> MediumTally:
        tally = Tally(arrived=n, answered=n, answered_s=seconds * n, in_time=n - 1, late=1)
        return MediumTally(medium=medium, tally=tally, bins={bin_of(seconds): n})

    view = compared(
        {m.medium: m for m in (of("mail", 600, 20), of("post", 900, 20), of("chat", 5, 2))}, {"call": (3, "x")}, 7, "now"
    )
    assert [m.medium for m in view.media] == ["call", "chat", "mail", "post"]
    assert view.compared_with == "mail"
    by = {m.medium: m for m in view.media}
    assert by["mail"].times == 1.0
    assert by["post"].times == pytest.approx(1.5, rel=0.1)
    assert by["chat"].times is None
    assert by["call"].waiting == 3
    assert view.spread == by["post"].times
    assert by["post"].level == pytest.approx(0.95)
