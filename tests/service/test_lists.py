"""Tags, filters of the list, saved views, many at once and undo, spam and blocked people, and what is typed into the search."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.kit import ACTIONS, START, House, Person
from tests.service.test_work import code
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.routing.bits import Bits
from unisono.routing.classes import Rank, WorkClass, class_key, seconds
from unisono.routing.facts import Waiting
from unisono.routing.index import backlog_minutes, static_weight
from unisono.service.access import Access
from unisono.service.bulk import BulkArgs, begin_bulk, bulk_items, go_on, undo_bulk
from unisono.service.erase import erase_customer
from unisono.service.finish import finish
from unisono.service.look import filter_of, sight_of, work_page
from unisono.service.ports.reading import Place
from unisono.service.ports.tags import TagChange
from unisono.service.reopen import reopen
from unisono.service.saved_views import begin_with_view, drop_view, keep_view, order_views, saved_views
from unisono.service.search import search
from unisono.service.search_query import moment_of, parse_query, snippet
from unisono.service.settings import change_settings
from unisono.service.spam import block_identity, blocked_identities, end_blocks, mark_not_spam, mark_spam, unblock_identity
from unisono.service.tags import add_tag, change_tag, list_tags, put_tag, take_tag
from unisono.service.take import take
from unisono.service.view_counts import view_counts
from unisono.service.views import ListFilter

NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


class Desk:
    """A house with work of three customers on two channels, and somebody who may do everything."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def set_up(self) -> "Desk":
        self.queue, self.other = await self.house.queue(), await self.house.queue()
        self.channel, self.mail = await self.house.channel(self.queue), await self.house.channel(self.other, medium="mail")
        await self.house.sql("update queue set mode = 'pull'")
        self.ann = await self.house.agent(self.queue, self.other, capacity=60)
        await self.say(self.channel, *(("eins", "a"), ("zwei", "b"), ("drei", "c")))
        await self.say(self.mail, ("vier", "a"))
        return self

    async def say(self, channel: Any, *said: tuple[str, str]) -> None:
        items = [
            {
                "id": text,
                "text": f"Frage {text}",
                "by": by,
                "name": f"Name {by}",
                "at": (START + timedelta(minutes=n)).isoformat(),
            }
            for n, (text, by) in enumerate(said)
        ]
        await self.house.hear(channel, *items)

    async def work(self, *texts: str) -> list[UUID]:
        rows = await self.house.sql(
            "select i.id, m.remote_id from interaction i join message m on m.conversation_id = i.conversation_id "
            "where m.remote_id = any($1)", list(texts)
        )  # fmt: skip
        found = {row["remote_id"]: row["id"] for row in rows}
        return [found[text] for text in texts]

    async def conversation(self, text: str) -> UUID:
        [row] = await self.house.sql("select conversation_id from message where remote_id = $1", text)
        found: UUID = row["conversation_id"]
        return found

    async def states(self) -> dict[str, str]:
        rows = await self.house.sql(
            "select distinct on (m.remote_id) m.remote_id, i.state from message m join interaction i "
            "on i.conversation_id = m.conversation_id order by m.remote_id, i.created_at desc"
        )
        return {row["remote_id"]: row["state"] for row in rows}

    async def listed(self, **asked: Any) -> list[str]:
        page = await work_page(self.house.db, self.ann.access, ListFilter(**asked), None, 50)
        return [item.last.text.removeprefix("Frage ") for item in page.items if item.last is not None]

    async def found(self, query: str, access: Access | None = None) -> list[str]:
        page = await search(self.house.db, access or self.ann.access, query, None, 50)
        return [hit.message.text.removeprefix("Frage ") for hit in page.items]

    async def many(self, verb: str, texts: list[str], **args: Any) -> Any:
        return await begin_bulk(
            self.house.db, self.ann.access, new_id(), verb=verb, args=BulkArgs(**args), interaction_ids=await self.work(*texts)
        )


@pytest.fixture
async def desk(house: House) -> Desk:
    return await Desk(house).set_up()


def without(person: Person, *actions: str) -> Access:
    """The same person with fewer rights."""
    left = ACTIONS - set(actions)
    return Access(user_id=person.id, actions=left, classes=dict.fromkeys(left))


# -- tags ------------------------------------------------------------------------------------------------------------


async def test_a_tag_is_added_once_whoever_writes_it_however(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    first = await add_tag(db, access, new_id(), name="#Große  Störung", colour="red")
    again = await add_tag(db, access, new_id(), name="grosse störung")
    assert (first.name, again) == ("Große Störung", first)
    for name in ("", "#", "x" * 41):
        with pytest.raises(Invalid):
            await add_tag(db, access, new_id(), name=name)
    with pytest.raises(Invalid):
        await add_tag(db, access, new_id(), name="bunt", colour="rainbow")


async def test_the_house_decides_who_adds_tags_on_the_fly(desk: Desk) -> None:
    await add_tag(desk.house.db, without(desk.ann, "queue.manage"), new_id(), name="frei")
    await change_settings(desk.house.db, desk.ann.access, {"tags.free": False})
    with pytest.raises(Forbidden):
        await add_tag(desk.house.db, without(desk.ann, "queue.manage"), new_id(), name="nicht frei")


async def test_an_archived_tag_stays_where_it_is_and_is_given_no_more(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    tag = await add_tag(db, access, new_id(), name="alt")
    one, two = await desk.conversation("eins"), await desk.conversation("zwei")
    assert await put_tag(db, access, one, tag.id)
    assert not await put_tag(db, access, one, tag.id)
    await change_tag(db, access, tag.id, TagChange(archived=True))
    with pytest.raises(Invalid):
        await put_tag(db, access, two, tag.id)
    with pytest.raises(Conflict):
        await add_tag(db, access, new_id(), name="Alt")
    assert await desk.found("tag:alt") == ["eins"]
    assert await take_tag(db, access, one, tag.id)
    other = await add_tag(db, access, new_id(), name="neu")
    with pytest.raises(Conflict):
        await change_tag(db, access, other.id, TagChange(name="ALT"))
    assert [(t.name, t.archived, t.used) for t in await list_tags(db)] == [("alt", True, 0), ("neu", False, 0)]


async def test_nobody_tags_what_they_do_not_see(desk: Desk) -> None:
    tag = await add_tag(desk.house.db, desk.ann.access, new_id(), name="vip")
    blind = Access(user_id=desk.ann.id, actions=ACTIONS, classes={action: frozenset() for action in ACTIONS})
    with pytest.raises(NotFound):
        await put_tag(desk.house.db, blind, await desk.conversation("eins"), tag.id)
    with pytest.raises(Forbidden):
        await put_tag(desk.house.db, without(desk.ann, "work.answer"), await desk.conversation("eins"), tag.id)


# -- filters and saved views -------------------------------------------------------------------------------------------


async def test_the_list_is_narrowed_by_all_that_work_has(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    tag = await add_tag(db, access, new_id(), name="vip")
    await put_tag(db, access, await desk.conversation("zwei"), tag.id)
    [one, two, three, four] = await desk.work("eins", "zwei", "drei", "vier")
    await take(db, access, one)
    await desk.house.sql(
        'update interaction set skills = \'[{"skill": "strom", "level": 1}]\', language = \'fr\' where id = $1', three
    )
    await desk.house.sql("update interaction set due_at = $2 where id = $1", two, desk.house.clock.now() - timedelta(minutes=1))
    await desk.house.sql(
        "update interaction set due_at = $2 where id = $1", three, desk.house.clock.now() + timedelta(minutes=30)
    )
    await desk.house.sql(
        "update interaction set due_at = $2 where id = any($1)", [one, four], desk.house.clock.now() + timedelta(hours=3)
    )
    [post] = await desk.house.sql("select id from work_class where key = 'post'")
    await desk.house.sql("update channel set work_class_id = $2, network = 'mastodon' where id = $1", desk.channel.id, post["id"])
    [customer] = await desk.house.sql("select customer_id from identity where remote_id = 'b'")
    assert await desk.listed(tag_id=tag.id) == ["zwei"]
    assert await desk.listed(skill="strom") == ["drei"]
    assert await desk.listed(language="fr") == ["drei"]
    assert await desk.listed(agent="me") == ["eins"]
    assert set(await desk.listed(agent="none")) == {"zwei", "drei", "vier"}
    assert await desk.listed(state="active") == ["eins"]
    assert await desk.listed(due="over") == ["zwei"]
    assert await desk.listed(due="soon") == ["zwei", "drei"]
    assert await desk.listed(customer_id=customer["customer_id"]) == ["zwei"]
    assert set(await desk.listed(network="mastodon")) == {"eins", "zwei", "drei"}
    assert set(await desk.listed(work_class_id=post["id"])) == {"eins", "zwei", "drei"}
    assert await desk.listed(tag_id=tag.id, language="fr") == []
    for wrong in ({"view": "all"}, {"sort": "random"}, {"due": "never"}, {"agent": "somebody"}):
        with pytest.raises(Invalid):
            await desk.listed(**wrong)


async def test_the_order_by_waiting_goes_on_over_pages(desk: Desk) -> None:
    for sort, expected in (("oldest", ["eins", "vier", "zwei", "drei"]), ("newest", ["drei", "zwei", "vier", "eins"])):
        texts, after = [], None
        while True:
            page = await work_page(desk.house.db, desk.ann.access, ListFilter(view="waiting", sort=sort), after, 1)
            texts += [item.last.text.removeprefix("Frage ") for item in page.items if item.last]
            after = page.next
            if after is None:
                break
        assert (texts[0] in ("eins", "vier"), len(texts)) == ((sort == "oldest"), 4)
        assert [t for t in texts if t != "vier"] == [t for t in expected if t != "vier"]


async def test_the_list_stands_in_the_order_in_which_the_router_compares(desk: Desk) -> None:
    """The same formula in the database and in `routing`, over work that differs in everything that the formula knows."""
    house = desk.house
    await desk.say(desk.channel, *((f"weitere {n}", f"w{n}") for n in range(12)))
    await house.sql(
        "update queue set mode = 'push', first_response_s = case when id = $1 then 600 else 90000 end returning id", desk.queue
    )
    ids = [row["id"] for row in await house.sql("select id from interaction order by id")]
    for n, one in enumerate(ids):
        due = "infinity" if n % 5 == 4 else (START + timedelta(minutes=7 * (n % 6) - 20)).isoformat()
        await house.sql(
            f"update interaction set due_at = '{due}', priority = $2, waiting_since = $3 where id = $1",
            one, int(n % 7 == 3), START - timedelta(minutes=n * n % 50),
        )  # fmt: skip
    await house.sql(
        "with c as (insert into work_class (id, key, name, cost, decay_s, patience_s, fades, growth) "
        "values ($2, 'brisk', '{}', 3, 900, 400, true, 0.1) returning id) "
        "update channel set work_class_id = c.id from c where channel.id = $1", desk.channel.id, new_id(),
    )  # fmt: skip
    # Every other one counts as a mail, for which a minute costs a third.
    await house.sql(
        "update interaction set work_class_id = (select id from work_class where key = 'mail') where id = any($1)", ids[::2]
    )
    # How long a mail takes was learned, and of some by what is needed for it.
    await house.sql(
        "update work_class set learns = true, learned_handling_s = 210, learned_by_skill = '{\"strom\": 95}' where key = 'mail'"
    )
    await house.sql('update interaction set skills = \'[{"skill": "strom", "level": 1}]\' where id = any($1)', ids[::4])
    await house.sql("update customer set value = 4 where id in (select customer_id from identity where remote_id like 'w1%')")
    async with house.db.read() as tx:
        waiting = await tx.work.waiting(ids)
        work_minutes, agents = await tx.reading.backlog()
        now = seconds(tx.now)
    minutes = backlog_minutes(sum(item.params.handling_s for item in waiting) / 60, 1)
    assert len({item.params.handling_s for item in waiting}) >= 3
    assert (round(work_minutes, 6), agents) == (round(sum(item.params.handling_s for item in waiting) / 60, 6), 1)

    def rank(item: Waiting) -> Rank:
        found = WorkClass(class_key(item, now), item, Bits())
        found.weight = static_weight(item.params, item.value, minutes)
        return found.rank_of(item, now)

    expected = [item.id for item in sorted(waiting, key=rank)]
    asked = filter_of(desk.ann.access, ListFilter(view="waiting", sort="router"), house.clock.now())
    async with house.db.read() as tx:
        ranks = await tx.reading.work_ranks(sight_of(desk.ann.access), asked, Place(at_s=now, minutes=minutes), None, 50)
    # Every number, not only what comes of them: with few enquiries a wrong term may leave them in their order.
    indices = {item.id: rank(item)[1] for item in waiting}
    assert len({round(index, 9) for index in indices.values()}) > 10
    assert {one[4]: one[1] for one in ranks} == pytest.approx(indices)
    got: list[UUID] = []
    after = None
    while True:
        page = await work_page(house.db, desk.ann.access, ListFilter(view="waiting", sort="router"), after, 4)
        got += [item.interaction.id for item in page.items]
        # Later pages are reckoned as of the first: time that passes moves nothing between them.
        house.clock.advance(540)
        if (after := page.next) is None:
            break
    assert got == expected
    narrowed = await desk.listed(view="waiting", sort="router", queue_id=desk.other)
    assert narrowed == ["vier"]
    with pytest.raises(Invalid):
        await desk.listed(view="open", sort="router")
    with pytest.raises(Invalid):
        await work_page(house.db, desk.ann.access, ListFilter(view="waiting", sort="router"), "eA", 4)


async def test_views_have_figures_of_what_one_sees_and_what_is_over_has_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    db, ann = desk.house.db, desk.ann
    [mail] = await desk.house.sql("select access_class from conversation where channel_id = $1", desk.mail.id)
    ben = await desk.house.agent(desk.other)
    narrow = Access(user_id=ben.id, actions=ACTIONS, classes=dict.fromkeys(ACTIONS, frozenset({mail["access_class"]})))
    everything, mails, over = new_id(), new_id(), new_id()
    await keep_view(db, ann.access, everything, name="Alles", filter=ListFilter(view="open"), scope_kind="organisation")
    await keep_view(db, ann.access, mails, name="Mails", filter=ListFilter(view="open", channel_id=desk.mail.id))
    await keep_view(db, ann.access, over, name="Fertig", filter=ListFilter(view="closed"))

    async def figures(access: Access, view_id: UUID | None = None) -> dict[UUID, tuple[int, bool]]:
        return {one.view_id: (one.count, one.more) for one in await view_counts(db, access, view_id)}

    assert await figures(ann.access) == {everything: (4, False), mails: (1, False)}
    assert await figures(ann.access, mails) == {mails: (1, False)}
    assert await figures(narrow) == {everything: (1, False)}
    await desk.many("spam", ["eins"])
    assert (await figures(ann.access))[everything] == (3, False)
    monkeypatch.setattr("unisono.service.view_counts.MOST", 2)
    assert (await figures(ann.access))[everything] == (2, True)


async def test_a_view_is_ones_own_until_it_is_shared(desk: Desk) -> None:
    db, ann = desk.house.db, desk.ann.access
    ben, carl = await desk.house.agent(desk.queue), await desk.house.agent()
    plain = without(desk.ann, "work.supervise")
    mine = await keep_view(db, plain, new_id(), name="Meine", filter=ListFilter(language="fr"))
    assert [v.name for v in await saved_views(db, ben.access)] == []
    with pytest.raises(Forbidden):
        await keep_view(db, plain, mine.id, name="Meine", filter=mine.filter, scope_kind="organisation")
    team = await keep_view(db, ann, new_id(), name="Team", filter=ListFilter(), scope_kind="queue", scope_id=desk.queue)
    assert [v.name for v in await saved_views(db, ben.access)] == ["Team"]
    assert [v.name for v in await saved_views(db, carl.access)] == []
    with pytest.raises(NotFound):
        await keep_view(db, ben.access, mine.id, name="Gekapert", filter=ListFilter())
    await begin_with_view(db, ben.access, team.id)
    with pytest.raises(NotFound):
        await begin_with_view(db, carl.access, team.id)
    assert [v.is_default for v in await saved_views(db, ben.access)] == [True]
    await order_views(db, ann, [team.id, mine.id])
    assert [v.name for v in await saved_views(db, ann)] == ["Team", "Meine"]
    with pytest.raises(NotFound):
        await drop_view(db, without(ben, "work.supervise"), team.id)
    await drop_view(db, ann, team.id)
    assert await saved_views(db, ben.access) == []
    for wrong in ({"name": " "}, {"scope_kind": "moon"}, {"scope_kind": "queue"}, {"scope_id": desk.queue}):
        with pytest.raises(Invalid):
            await keep_view(db, ann, new_id(), **{"name": "x", "filter": ListFilter(), **wrong})


# -- many at once ------------------------------------------------------------------------------------------------------


async def test_what_cannot_be_done_to_one_is_skipped_and_said(desk: Desk) -> None:
    ben = await desk.house.agent(desk.queue)
    [one] = await desk.work("eins")
    await take(desk.house.db, ben.access, one)
    view = await desk.many("take", ["eins", "zwei", "drei"])
    assert (view.done, view.skipped, view.left) == (2, 1, 0)
    assert [(item.interaction_id, item.code) for item in view.problems] == [(one, "state")]
    items = await bulk_items(desk.house.db, desk.ann.access, view.id, 0, 10)
    assert [item.outcome for item in items.items] == ["skipped", "done", "done"]


async def test_capacity_is_never_exceeded_by_taking_many(desk: Desk) -> None:
    await desk.house.sql("update agent set capacity = 24")
    view = await desk.many("take", ["eins", "zwei", "drei", "vier"])
    assert (view.done, view.skipped, {p.code for p in view.problems}) == (2, 2, {"no_capacity"})
    assert [row["used"] for row in await desk.house.sql("select used from agent where user_id = $1", desk.ann.id)] == [24]
    await undo_bulk(desk.house.db, desk.ann.access, view.id)
    assert [row["used"] for row in await desk.house.sql("select used from agent where user_id = $1", desk.ann.id)] == [0]
    assert set((await desk.states()).values()) == {"waiting"}


@pytest.mark.parametrize("verb", ["transfer", "close", "spam", "take", "park", "priority"])
async def test_undoing_restores_what_was(desk: Desk, verb: str) -> None:
    house, db, access = desk.house, desk.house.db, desk.ann.access
    [one, two, _, _] = await desk.work("eins", "zwei", "drei", "vier")
    await take(db, access, one)
    await take(db, access, two)
    await finish(db, access, two)
    args: dict[str, Any] = {
        "transfer": {"queue_id": desk.other}, "close": {"code_id": await code(house)}, "priority": {"priority": 9, "reason": "Sturm"},
    }.get(verb, {})  # fmt: skip

    async def standing() -> list[tuple[Any, ...]]:
        rows = await house.sql(
            "select i.id, i.state, i.agent_id, i.queue_id, i.access_class, i.priority, i.spam, i.closed_at, i.wrap_up_code_id, "
            "i.parked_until, c.access_class as seen, h.units, d.is_open, w.code_id from interaction i "
            "join conversation c on c.id = i.conversation_id left join capacity_hold h on h.interaction_id = i.id "
            "left join interaction_clocks d on d.interaction_id = i.id left join wrap_up w on w.interaction_id = i.id order by i.id"
        )
        return [tuple(row) for row in rows]

    before = await standing()
    view = await desk.many(verb, ["eins", "zwei", "drei", "vier"], **args)
    assert view.done > 0
    assert await standing() != before
    house.clock.advance(1)
    undone = await undo_bulk(db, access, view.id)
    assert (undone.undone, undone.kept, undone.left) == (view.done, 0, 0)
    assert await standing() == before
    again = await undo_bulk(db, access, view.id)
    assert again.undone == undone.undone
    with pytest.raises(Conflict):
        await go_on(db, access, view.id)
    told = {row["action"] for row in await house.sql("select action from audit where subject_id = $1", str(view.id))}
    assert told == {"bulk.begun", "bulk.undone"}


async def test_what_somebody_changed_since_is_kept_as_it_is(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    view = await desk.many("close", ["eins", "zwei", "drei"], code_id=await code(desk.house))
    await reopen(db, access, await desk.conversation("eins"))
    [two] = await desk.work("zwei")
    await mark_spam(db, access, two)
    undone = await undo_bulk(db, access, view.id)
    assert (undone.undone, sorted(p.code for p in undone.problems)) == (1, ["changed_since", "open_again"])


async def test_hands_without_room_do_not_get_it_back(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    [one] = await desk.work("eins")
    await take(db, access, one)
    view = await desk.many("transfer", ["eins"], queue_id=desk.other)
    await desk.house.sql("update agent set capacity = 0")
    assert (await undo_bulk(db, access, view.id)).undone == 1
    [row] = await desk.house.sql("select state, queue_id, agent_id from interaction where id = $1", one)
    assert tuple(row) == ("waiting", desk.queue, None)


async def test_undoing_has_its_time(desk: Desk) -> None:
    view = await desk.many("spam", ["eins"])
    desk.house.clock.advance(601)
    with pytest.raises(Conflict):
        await undo_bulk(desk.house.db, desk.ann.access, view.id)
    ben = await desk.house.agent(desk.queue)
    with pytest.raises(NotFound):
        await undo_bulk(desk.house.db, ben.access, view.id)


async def test_a_whole_list_is_meant_by_its_filter(desk: Desk) -> None:
    view = await begin_bulk(
        desk.house.db,
        desk.ann.access,
        new_id(),
        verb="spam",
        args=BulkArgs(),
        all_of=ListFilter(view="waiting", queue_id=desk.queue),
    )
    assert view.done == 3
    assert (await desk.states())["vier"] == "waiting"


async def test_asked_twice_under_one_id_it_is_done_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    db, access, one = desk.house.db, desk.ann.access, new_id()
    work = await desk.work("eins", "zwei", "drei")
    monkeypatch.setattr("unisono.service.bulk.SLICE_S", 0.0)
    first = await begin_bulk(db, access, one, verb="spam", args=BulkArgs(), interaction_ids=work)
    assert first.left == 3
    monkeypatch.setattr("unisono.service.bulk.SLICE_S", 5.0)
    again = await begin_bulk(db, access, one, verb="spam", args=BulkArgs(), interaction_ids=work)
    assert (again.done, again.left) == (3, 0)
    await go_on(db, access, one)
    assert len(await desk.house.sql("select 1 from event where type = 'interaction.marked_spam'")) == 3


async def test_what_lacks_is_said_before_anything_is_done(desk: Desk) -> None:
    for verb, args in (("tag", {}), ("transfer", {}), ("close", {}), ("priority", {"priority": 3}), ("explode", {})):
        with pytest.raises(Invalid):
            await desk.many(verb, ["eins"], **args)
    with pytest.raises(Invalid):
        await desk.many("spam", [])


# -- spam and blocked people -------------------------------------------------------------------------------------------


async def test_spam_is_kept_apart_and_comes_back_to_its_place(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    [one] = await desk.work("eins")
    [since] = await desk.house.sql("select waiting_since from interaction where id = $1", one)
    await mark_spam(db, access, one)
    assert await desk.listed(view="spam") == ["eins"]
    assert await desk.listed(view="closed") == []
    assert await desk.found("status:spam") == ["eins"]
    await mark_not_spam(db, access, one)
    [row] = await desk.house.sql("select state, spam, closed_at, waiting_since from interaction where id = $1", one)
    assert tuple(row) == ("waiting", False, None, since["waiting_since"])


async def test_nobody_makes_a_colleagues_work_spam(desk: Desk) -> None:
    ben = await desk.house.agent(desk.queue)
    [one] = await desk.work("eins")
    await take(desk.house.db, ben.access, one)
    with pytest.raises(Conflict):
        await mark_spam(desk.house.db, without(desk.ann, "work.supervise"), one)


async def test_what_a_blocked_person_says_is_kept_unrouted_and_counted(desk: Desk) -> None:
    house, db, access = desk.house, desk.house.db, desk.ann.access
    [row] = await house.sql("select id from identity where remote_id = 'b'")
    await block_identity(db, access, row["id"], "Werbung", house.clock.now() + timedelta(hours=1))
    assert (await desk.states())["zwei"] == "closed"
    await desk.say(desk.channel, ("fünf", "b"))
    await house.hear(desk.channel, {"id": "sechs", "root": "fünf", "text": "Frage sechs", "by": "b"})
    assert await house.route() == 0
    assert await desk.listed(view="spam") == ["sechs", "zwei"]
    [view] = (await blocked_identities(db, None, 10)).items
    assert (view.reason, view.items, view.display_name) == ("Werbung", 2, "Anna")
    # Nothing is lost: it is read, and found.
    assert await desk.found("sechs") == ["sechs"]
    # When the time is over, what comes is an enquiry again; what was kept stays where it is.
    house.clock.advance(3_601)
    assert await end_blocks(db) == 1
    await desk.say(desk.channel, ("sieben", "b"))
    assert (await desk.states())["sieben"] == "waiting"
    assert len(await desk.listed(view="spam")) == 2
    assert (await blocked_identities(db, None, 10)).items == []


async def test_blocking_needs_a_reason_and_is_taken_back(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    [row] = await desk.house.sql("select id from identity where remote_id = 'c'")
    with pytest.raises(Invalid):
        await block_identity(db, access, row["id"], " ")
    with pytest.raises(Invalid):
        await block_identity(db, access, row["id"], "x", desk.house.clock.now())
    with pytest.raises(NotFound):
        await block_identity(db, access, new_id(), "x")
    with pytest.raises(Forbidden):
        await block_identity(db, without(desk.ann, "work.answer"), row["id"], "x")
    await block_identity(db, access, row["id"], "Beleidigungen")
    await unblock_identity(db, access, row["id"])
    await desk.say(desk.channel, ("acht", "c"))
    assert (await desk.states())["acht"] == "waiting"
    told = [r["action"] for r in await desk.house.sql("select action from audit where subject_kind = 'identity' order by at, id")]
    assert told == ["identity.blocked", "identity.unblocked"]


@pytest.mark.law7
async def test_marks_and_reasons_about_a_person_go_with_them(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    tag = await add_tag(db, access, new_id(), name="heikel")
    await put_tag(db, access, await desk.conversation("zwei"), tag.id)
    [row] = await desk.house.sql("select id, customer_id from identity where remote_id = 'b'")
    await desk.many("priority", ["zwei"], priority=5, reason="Droht mit Klage")
    await block_identity(db, access, row["id"], "Hat Kalle beleidigt")
    await erase_customer(desk.house.outside, access, row["customer_id"], "Antrag")
    assert await desk.house.sql("select 1 from conversation_tag") == []
    assert await desk.house.sql("select 1 from identity_block") == []
    for table in ("bulk_work", "audit", "event", "identity_block"):
        assert await desk.house.sql(f"select 1 from {table} t where t::text ~ 'Klage|Kalle'") == [], table


# -- search ------------------------------------------------------------------------------------------------------------


async def test_filters_narrow_what_is_found(desk: Desk) -> None:
    db, access = desk.house.db, desk.ann.access
    tag = await add_tag(db, access, new_id(), name="Große Störung")
    await put_tag(db, access, await desk.conversation("drei"), tag.id)
    await desk.house.sql("update queue set key = 'strom', name = '{\"de\": \"Strom & Gas\"}' where id = $1", desk.other)
    await desk.house.sql("update channel set name = 'Postfach' where id = $1", desk.mail.id)
    [one] = await desk.work("eins")
    await take(db, access, one)
    assert set(await desk.found("Frage")) == {"eins", "zwei", "drei", "vier"}
    for query, expected in {
        "Frage tag:\"große störung\"": {"drei"}, "schlagwort:grosse*": set(), "tag:\"Grosse Störung\"": {"drei"}, "queue:strom": {"vier"},
        "warteschlange:\"Strom & Gas\" Frage": {"vier"}, "kanal:postfach": {"vier"}, "von:\"Name b\"": {"zwei"}, "from:b Frage": {"zwei"},
        "agent:me": {"eins"}, "bei:niemandem frage": {"zwei", "drei", "vier"}, "status:wartend": {"zwei", "drei", "vier"},
        "state:active": {"eins"}, "network:scripted eins": {"eins"}, "before:2020-01-01 Frage": set(),
        "after:2020-01-01 zwei": {"zwei"}, "has:attachment Frage": set(), "\"Frage zwei\"": {"zwei"}, "network:x Frage": set(),
    }.items():  # fmt: skip
        assert set(await desk.found(query)) == expected, query
    page = await search(db, access, "tag:gibtsnicht before:gestrig", None, 10)
    assert page.unknown == ["before:gestrig", "tag:gibtsnicht"]


async def test_filters_show_nobody_more_than_they_see(desk: Desk) -> None:
    seen = frozenset({desk.mail.access_class})
    little = Access(user_id=desk.ann.id, actions=ACTIONS, classes=dict.fromkeys(ACTIONS, seen))
    for query in ("Frage", "network:scripted", "agent:none", "after:2020-01-01", "from:Name", "status:wartend"):
        assert await desk.found(query, little) == ["vier"], query


async def test_an_attachment_is_asked_for(desk: Desk) -> None:
    file = {"name": "a.png", "type": "image/png", "content": "x"}
    await desk.house.hear(desk.channel, {"id": "neun", "text": "Frage neun", "by": "d", "files": [file]})
    assert await desk.found("has:attachment") == ["neun"]
    assert await desk.found("hat:anhang frage") == ["neun"]


def test_a_query_is_taken_apart() -> None:
    typed = parse_query('paket tag:vip queue:"Zweite Ebene" #482 "nicht da" before:1.11.2026', NOW)
    assert typed.filters == [("tag", "vip"), ("queue", "Zweite Ebene")]
    assert (typed.cases, typed.phrases, typed.before) == ([482], ["nicht da"], datetime(2026, 11, 1, tzinfo=UTC))
    assert [group[0] for group in typed.groups] == ["paket", "nicht", "da"]
    assert parse_query("http://example.org", NOW).filters == []
    assert parse_query("  ", NOW).is_empty


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-01", "2026-11-01T00:00"), ("1.11.2026", "2026-11-01T00:00"), ("2026-11", "2026-11-01T00:00"),
        ("7d", "2026-11-21T12:30"), ("2w", "2026-11-14T12:30"), ("heute", "2026-11-28T00:00"), ("gestern", "2026-11-27T00:00"),
        ("31.2.2026", None), ("bald", None), ("9999y", None),
    ],
)  # fmt: skip
def test_moments_are_read(value: str, expected: str | None) -> None:
    found = moment_of(value, NOW)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == expected


def marks(text: str, query: str) -> list[str]:
    typed = parse_query(query, NOW)
    return [part for part, is_hit in snippet(text, typed.groups, typed.phrases) if is_hit]


def test_what_was_found_is_marked_in_whatever_form() -> None:
    assert marks("Die Müllers warten auf Pakete 📦 und ein Paket", "paket mueller") == ["Müllers", "Pakete", "Paket"]
    assert marks("Mein Anruf: +49 (0)171 234 56 78 bitte", "01712345678") == ["+49 (0)171 234 56 78"]
    assert marks("Kein Paket da, das Paket da", '"das Paket"') == ["das Paket"]
    long = "x " * 500 + "Ziel " + "y " * 500
    parts = snippet(long, parse_query("ziel ", NOW).groups, [])
    assert (parts[0][0], [p for p, hit in parts if hit], len("".join(p for p, _ in parts)) < 300) == ("…", ["Ziel"], True)
