"""What is over teaches the router: folded once, of groups only, used when there is enough of it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.kit import START, House, Person
from tests.service.test_work import code
from unisono.domain.ids import new_id
from unisono.routing.erlang import reserve_for
from unisono.service.accept import accept_offer
from unisono.service.adapt_reserves import adapt_reserves
from unisono.service.estimates import EstimateView, estimates
from unisono.service.finish import finish, wrap_up
from unisono.service.learn import fold, fold_all, forget_old
from unisono.service.learner import one_round
from unisono.service.park import park, unpark
from unisono.service.ports import NewEvent
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.setup import WorkClassChange
from unisono.service.reckon import reckon
from unisono.service.work_classes import change_class
from unisono.store.learning import PgLearning

FRENCH = [{"skill": "french", "level": 1, "optional": False}]
NOW = timedelta(0)


async def class_of(house: House, key: str) -> UUID:
    return (await house.sql("select id from work_class where key = $1", key))[0]["id"]  # type: ignore[no-any-return]


async def channel_of(house: House, queue: UUID, key: str = "chat", *, skills: Sequence[Any] = ()) -> ChannelFacts:
    channel = await house.channel(queue, medium=key)
    await house.sql(
        "update channel set work_class_id = $2, skills = $3 where id = $1", channel.id, await class_of(house, key), list(skills)
    )
    async with house.db.write() as tx:
        facts = await tx.channels.facts(channel.id)
    assert facts is not None
    return facts


async def over(
    house: House, channel: ChannelFacts, people: Sequence[Person], n: int, *, wait_s: float = 20, handling_s: float = 100,
    gave_up: bool = False,
) -> None:  # fmt: skip
    """Let `n` enquiries come, wait, be worked on by these in turn (or be given up) and be over."""
    before = {row["id"] for row in await house.sql("select id from interaction")}
    await house.hear(channel, *({"id": str(new_id()), "text": "Frage", "by": str(new_id())} for _ in range(n)))
    ids = [row["id"] for row in await house.sql("select id from interaction order by id") if row["id"] not in before]
    house.clock.advance(wait_s)
    if not gave_up:
        await _say(house, "interaction.accepted", ids)
        house.clock.advance(handling_s)
    await _say(house, "interaction.wrapped_up", ids, code="abandoned" if gave_up else "done")
    for place, interaction_id in enumerate(ids):
        await house.sql(
            "update interaction set state = 'closed', agent_id = $2, closed_at = $3 where id = $1",
            interaction_id, None if gave_up else people[place % len(people)].id, house.clock.now(),
        )  # fmt: skip


async def _say(house: House, type_: str, ids: Sequence[UUID], **body: object) -> None:
    async with house.db.write() as tx:
        for interaction_id in ids:
            tx.emit(NewEvent(type=type_, interaction_id=interaction_id, body=dict(body)))


async def team(house: House, queue: UUID, size: int, **facts: Any) -> list[Person]:
    return [await house.agent(queue, **facts) for _ in range(size)]


async def sums(house: House) -> list[tuple[Any, ...]]:
    rows = await house.sql(
        "select skill, handled, handled_s, waits, waited_s, gone, at_once from estimate_day order by skill, day"
    )
    return [tuple(row) for row in rows]


async def shown(house: House, person: Person, quantity: str = "handling", skill: str | None = None) -> EstimateView:
    found = await estimates(house.db, person.access)
    return next(e for e in found.items if (e.key, e.quantity, e.skill) == ("chat", quantity, skill))


async def reckoned_with(house: House, channel: ChannelFacts) -> float:
    """The handling time that the router is given for what waits on a channel."""
    async with house.db.read() as tx:
        ids = [
            row["id"]
            for row in await house.sql("select id from interaction where state = 'waiting' and channel_id = $1", channel.id)
        ]
        (found, *_) = await tx.work.waiting(ids)
    return found.params.handling_s


async def test_work_by_the_verbs_is_folded_without_what_it_rested(house: House) -> None:
    queue = await house.queue(offer_s=600)
    channel = await channel_of(house, queue, skills=FRENCH)
    anna = await house.agent(queue, skills={"french": 1})
    await house.hear(channel, {"id": "1", "text": "Bonjour"})
    await house.route()
    house.clock.advance(42)
    offer = (await house.sql("select id from offer where state = 'open'"))[0]["id"]
    interaction = await accept_offer(house.db, anna.access, offer)
    house.clock.advance(100)
    await park(house.db, anna.access, interaction)
    house.clock.advance(5_000)
    await unpark(house.db, anna.access, interaction)
    house.clock.advance(30)
    await finish(house.db, anna.access, interaction)
    house.clock.advance(900)
    assert await fold_all(house.db) == 0
    await wrap_up(house.db, anna.access, interaction, await code(house))
    assert await fold_all(house.db) == 1
    assert await sums(house) == [("", 1, 130.0, 0, 0.0, 0, 0), ("french", 1, 130.0, 0, 0.0, 0, 0)]
    assert await fold_all(house.db) == 0
    assert (await sums(house))[0][1] == 1


async def test_what_is_over_counts_once_over_a_crash_and_with_many_nodes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue)
    await over(house, channel, await team(house, queue, 5), 130)
    kept = PgLearning.move_fold

    async def killed(self: PgLearning, cursor: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PgLearning, "move_fold", killed)
    with pytest.raises(KeyboardInterrupt):
        await fold(house.db)
    assert await sums(house) == []
    monkeypatch.setattr(PgLearning, "move_fold", kept)
    for _ in range(10):
        await asyncio.gather(*(fold(house.db) for _ in range(4)))
    assert [(row[1], row[2]) for row in await sums(house)] == [(130, 13_000.0)]
    assert sum(row["arrivals"] for row in await house.sql("select arrivals from estimate_minute")) == 130


async def test_what_was_erased_while_it_waited_tells_nothing(house: House) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue)
    await over(house, channel, [], 1, gave_up=True)
    await fold_all(house.db)
    before = await sums(house)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    house.clock.advance(60)
    await house.hear(channel, {"id": "1", "kind": "deleted"})
    assert {row["state"] for row in await house.sql("select state from interaction")} == {"closed"}
    await fold_all(house.db)
    assert await sums(house) == before


async def test_work_left_open_for_days_counts_as_four_hours(house: House) -> None:
    queue = await house.queue()
    await over(house, await channel_of(house, queue), await team(house, queue, 1), 1, handling_s=3 * 86_400)
    await fold_all(house.db)
    assert (await sums(house))[0][2] == 4 * 3_600


async def test_the_router_goes_by_what_was_learnt_once_there_is_enough(house: House) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue)
    people = await team(house, queue, 5, state="away")
    await over(house, channel, people, 49)
    await house.hear(channel, {"id": "waits", "text": "Hallo"})
    await house.route()
    await fold_all(house.db)
    assert await reckon(house.db, every=NOW) == 0
    assert ((await shown(house, people[0])).why, await reckoned_with(house, channel)) == ("few_samples", 480)
    await over(house, channel, people, 1)
    await fold_all(house.db)
    loaded: list[str] = []
    house.router.load = _noting(loaded, house.router.load)  # type: ignore[method-assign]
    assert await reckon(house.db, every=NOW) == 1
    used = (20 * 480 + 50 * 100) / 70
    view = await shown(house, people[0])
    assert (view.in_use, view.why, view.samples, view.default_s) == ("estimate", "", 50, 480)
    assert view.used_s == pytest.approx(used, abs=0.1)
    assert (view.estimate_s, view.low_s, view.high_s) == (pytest.approx(100), pytest.approx(100), pytest.approx(100))
    assert await reckoned_with(house, channel) == pytest.approx(used, abs=0.1)
    await house.route()
    assert loaded == ["loaded"]
    (event,) = await house.sql("select body from event where type = 'estimate.changed'")
    assert set(event["body"]) == {"work_class_id", "handling_s", "patience_s"}


def _noting(loaded: list[str], load: Any) -> Any:
    async def noted() -> None:
        loaded.append("loaded")
        await load()

    return noted


async def test_a_number_in_use_stays_until_it_has_moved_by_a_tenth(house: House) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue)
    people = await team(house, queue, 5)
    await over(house, channel, people, 100)
    await one_round(house.db)
    first = await shown(house, people[0])
    await over(house, channel, people, 20, handling_s=110)
    await fold_all(house.db)
    assert await reckon(house.db) == 0, "not twice within five minutes"
    house.clock.advance(301)
    assert await reckon(house.db) == 0
    same = await shown(house, people[0])
    assert (same.used_s, same.since, same.samples) == (first.used_s, first.since, 120)
    await over(house, channel, people, 100, handling_s=400)
    await fold_all(house.db)
    house.clock.advance(301)
    assert await reckon(house.db) == 1
    moved = await shown(house, people[0])
    assert moved.used_s > first.used_s
    assert moved.since is not None
    assert first.since is not None
    assert moved.since > first.since


async def test_of_fewer_than_five_people_nothing_is_used_or_shown(house: House) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue)
    people = await team(house, queue, 9)
    await over(house, channel, people[:4], 200)
    await fold_all(house.db)
    await reckon(house.db, every=NOW)
    view = await shown(house, people[0])
    assert (view.why, view.in_use, view.used_s) == ("few_people", "default", 480)
    assert (view.estimate_s, view.low_s, view.high_s, view.samples) == (None, None, None, None)
    await over(house, channel, people[4:5], 1)
    await fold_all(house.db)
    await reckon(house.db, every=NOW)
    assert (await shown(house, people[0])).in_use == "estimate"


async def test_a_skill_is_not_shown_where_subtracting_would_tell_of_fewer_than_five(house: House) -> None:
    queue = await house.queue()
    plain, french = await channel_of(house, queue), await channel_of(house, queue, skills=FRENCH)
    people = await team(house, queue, 6)
    await over(house, french, people, 120)
    await one_round(house.db)
    assert (await shown(house, people[0], skill="french")).in_use == "estimate", "nobody does anything else"
    await over(house, plain, people[:1], 1)
    await fold_all(house.db)
    await reckon(house.db, every=NOW)
    assert (await shown(house, people[0])).in_use == "estimate"
    hidden = await shown(house, people[0], skill="french")
    assert (hidden.why, hidden.estimate_s, hidden.samples) == ("few_people", None, None)


@pytest.mark.parametrize("learnt", [False, True])
async def test_what_was_learnt_to_be_quick_goes_first(house: House, learnt: bool) -> None:
    """Two classes alike in all numbers that people set; one has shown to take a fifth of the time."""
    queue = await house.queue()
    chats, calls = await channel_of(house, queue, "chat"), await channel_of(house, queue, "call")
    await house.sql("update work_class set cost = 1, handling_s = 300, patience_s = 200 where key in ('chat', 'call')")
    people = await team(house, queue, 5, state="away")
    await house.hear(calls, {"id": "older", "text": "Anruf", "by": "a", "at": (START - timedelta(minutes=1)).isoformat()})
    await over(house, chats, people, 200, handling_s=60)
    await house.hear(chats, {"id": "newer", "text": "Chat", "by": "b"})
    if learnt:
        await one_round(house.db)
    await house.agent(queue, capacity=12)
    async with house.db.read() as tx:
        times = {item.params.handling_s async for page in tx.work.all_waiting(100) for item in page}
    assert (min(times) < 100) is learnt
    assert max(times) == 300
    assert await house.route() == 1
    (offered,) = await house.sql(
        "select c.medium from offer o join interaction i on i.id = o.interaction_id join channel c on c.id = i.channel_id"
    )
    assert offered["medium"] == ("chat" if learnt else "call")


async def test_a_skill_is_learnt_apart_and_drawn_towards_its_class(house: House) -> None:
    queue = await house.queue()
    plain, french = await channel_of(house, queue), await channel_of(house, queue, skills=FRENCH)
    people = await team(house, queue, 5)
    await house.sql("insert into skill (id, key, name) values ($1, 'french', '{}')", new_id())
    await over(house, plain, people, 300, handling_s=100)
    await over(house, french, people, 60, handling_s=400)
    await one_round(house.db)
    whole, skilled = await shown(house, people[0]), await shown(house, people[0], skill="french")
    assert whole.estimate_s == pytest.approx(150)
    assert skilled.estimate_s == pytest.approx(400)
    assert skilled.used_s == pytest.approx((20 * (20 * 480 + 360 * 150) / 380 + 60 * 400) / 80, rel=0.001)
    await house.hear(plain, {"id": "plain", "text": "Hallo"})
    await house.hear(french, {"id": "french", "text": "Bonjour"})
    assert await reckoned_with(house, plain) == whole.used_s
    assert await reckoned_with(house, french) == skilled.used_s


async def test_a_class_that_does_not_learn_goes_by_what_was_set_at_once(house: House) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue)
    people = await team(house, queue, 5)
    await over(house, channel, people, 100)
    await one_round(house.db)
    await house.hear(channel, {"id": "waits", "text": "Hallo"})
    assert await reckoned_with(house, channel) != 480
    await change_class(house.db, people[0].access, await class_of(house, "chat"), WorkClassChange(learns=False))
    assert await reckoned_with(house, channel) == 480
    view = await shown(house, people[0])
    assert (view.in_use, view.used_s, view.why) == ("default", 480, "learning_off")
    assert view.estimate_s == pytest.approx(100), "what was found is still shown"


async def test_patience_counts_the_waits_of_all_where_giving_up_is_told(house: House) -> None:
    queue = await house.queue()
    tells, silent = await channel_of(house, queue), await channel_of(house, queue)
    people = await team(house, queue, 5)
    await over(house, silent, people, 100, wait_s=3_000)
    await fold_all(house.db)
    await reckon(house.db, every=NOW)
    view = await shown(house, people[0], "patience")
    assert (view.why, view.used_s, view.estimate_s) == ("nobody_told", 300, None)
    await over(house, tells, people, 30, wait_s=65, gave_up=True)
    await over(house, tells, people, 10, wait_s=2, gave_up=True)
    await over(house, tells, people, 60, wait_s=35)
    await fold_all(house.db)
    await reckon(house.db, every=NOW)
    view = await shown(house, people[0], "patience")
    assert view.estimate_s == pytest.approx((30 * 60 + 60 * 30) / 30)
    assert view.used_s == pytest.approx((20 * 300 + 3_600) / (20 + 30), abs=0.1)
    assert (view.samples, view.in_use) == (90, "estimate")
    assert view.at_once == pytest.approx(0.1, abs=0.06)
    assert view.shape is not None
    assert [p.share for p in view.shape.points if p.after_s in {10, 60, 90}] == pytest.approx([0.9, 0.9, 0.0], abs=0.01)
    async with house.db.read() as tx:
        (settled,) = [c for c in await tx.learning.settled() if c.key == "chat"]
    assert settled.learned_patience_s == view.used_s


async def test_no_row_of_what_was_learnt_names_a_person(house: House) -> None:
    queue = await house.queue()
    channel = await channel_of(house, queue, skills=FRENCH)
    people = await team(house, queue, 6)
    await over(house, channel, people, 60)
    await over(house, channel, people, 20, gave_up=True)
    await one_round(house.db)
    tables = [
        row["relname"] for row in await house.sql("select relname from pg_class where relkind = 'r' and relname like 'estimate%'")
    ]
    assert len(tables) >= 6
    personal = {row["id"] for table in ("app_user", "customer", "identity", "conversation", "interaction", "message")
                for row in await house.sql(f"select id from {table}")}  # fmt: skip
    assert len(personal) > 300
    rows = [str(row) for table in [*tables, "work_class"] for row in await house.sql(f"select to_jsonb(t)::text from {table} t")]
    assert len(rows) > 10
    for row in rows:
        assert not [one for one in personal if str(one) in row]
    columns = await house.sql(
        "select column_name from information_schema.columns where table_name like 'estimate%' and data_type = 'uuid'"
    )
    assert {row["column_name"] for row in columns} == {"work_class_id", "queue_id", "channel_id"}
    bodies = await house.sql("select * from event where type = 'estimate.changed'")
    assert bodies
    assert all(row["agent_id"] is None and row["actor_id"] is None for row in bodies)


async def test_what_is_too_old_to_weigh_is_dropped(house: House) -> None:
    queue = await house.queue()
    await over(house, await channel_of(house, queue), await team(house, queue, 5), 10)
    await fold_all(house.db)
    await forget_old(house.db)
    assert await sums(house)
    house.clock.advance(401 * 86_400)
    await forget_old(house.db)
    assert await sums(house) == []
    assert not await house.sql("select from estimate_minute")


async def steady(house: House, channel: ChannelFacts, minutes: int, each: int) -> None:
    """Let so many come in each of these minutes, until now."""
    for _ in range(minutes):
        await house.hear(channel, *({"id": str(new_id()), "text": "Frage", "by": str(new_id())} for _ in range(each)))
        house.clock.advance(60)
    await fold_all(house.db)


async def test_a_reserve_follows_the_load_and_holds_deferred_work(house: House) -> None:
    """Ten people, two calls a minute of three minutes, 80/20: three stay idle, as the closed form says."""
    queue = await house.queue(reserve_auto=True, reserve_units=60)
    calls = await channel_of(house, queue, "call")
    await house.sql("update work_class set handling_s = 180, learns = false where key = 'call'")
    posts = await channel_of(house, queue, "post")
    await team(house, queue, 10)
    assert await adapt_reserves(house.db) == 0, "nobody calls"
    await steady(house, calls, 60, 2)
    await house.sql("update interaction set state = 'closed', closed_at = $1", house.clock.now())
    assert await adapt_reserves(house.db) == 1
    assert await adapt_reserves(house.db) == 0
    exact = reserve_for(10, 2.0, 1 / 3, 0.8, 20 / 60)
    (kept,) = await house.sql("select reserve_now, reserve_agents from queue where id = $1", queue)
    assert exact <= kept["reserve_now"] < exact + 0.25
    assert 2 < kept["reserve_now"] <= 3
    assert kept["reserve_agents"] == 0
    await house.hear(posts, *({"id": f"post-{n}", "text": "Post", "by": f"p{n}"} for n in range(20)))
    await house.sql("update interaction set units = 60 where channel_id = $1", posts.id)
    await house.route()
    taken = await house.sql("select from offer where state = 'open'")
    assert len(taken) == 7


async def test_a_running_router_hears_of_a_reserve_that_moved(house: House) -> None:
    queue = await house.queue(reserve_auto=True)
    posts = await channel_of(house, queue, "post")
    await house.sql("update queue set reserve_now = 3 where id = $1", queue)
    await team(house, queue, 5)
    await house.hear(posts, *({"id": f"post-{n}", "text": "Post", "by": f"p{n}"} for n in range(5)))
    await house.sql("update interaction set units = 60")
    assert await house.route() == 2
    assert await adapt_reserves(house.db) == 1, "nobody calls any more"
    loads: list[str] = []
    house.router.load = _noting(loads, house.router.load)  # type: ignore[method-assign]
    assert await house.route() == 3
    assert loads == [], "what waits is not read again for that"


async def test_a_reserve_of_all_is_kept_when_more_comes_than_can_be_served_and_none_without_people(house: House) -> None:
    queue = await house.queue(reserve_auto=True)
    calls = await channel_of(house, queue, "call")
    people = await team(house, queue, 2)
    await steady(house, calls, 30, 5)
    await adapt_reserves(house.db)
    assert [row["reserve_now"] for row in await house.sql("select reserve_now from queue where id = $1", queue)] == [2]
    await house.sql("update agent set state = 'offline' where user_id = any($1::uuid[])", [p.id for p in people])
    await adapt_reserves(house.db)
    assert [row["reserve_now"] for row in await house.sql("select reserve_now from queue where id = $1", queue)] == [0]


async def test_a_number_set_by_hand_is_left_alone(house: House) -> None:
    queue = await house.queue(reserve_agents=2.5)
    await steady(house, await channel_of(house, queue, "call"), 30, 2)
    assert await adapt_reserves(house.db) == 0
    async with house.db.read() as tx:
        assert [r.agents for r in await tx.work.reserves()] == [2.5]
