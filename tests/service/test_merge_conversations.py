"""Conversations that belong together: one view, one open unit of work, and each answer goes where its thread is."""

import random
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from tests.kit import House
from tests.service.test_work import assert_capacity_adds_up, code, offered
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.access import Access
from unisono.service.agent_state import set_agent_state
from unisono.service.answer import Answer, answer
from unisono.service.finish import wrap_up
from unisono.service.look import messages_page, thread
from unisono.service.merge_conversations import (
    link_conversations,
    merge_conversations,
    split_conversation,
    unlink_conversations,
    unmerge_conversations,
)
from unisono.service.merge_customers import merge_customers, unmerge_customers
from unisono.service.note import write_note
from unisono.service.reopen import reopen
from unisono.service.take import take


class Two:
    """One customer who writes in public and in private, on two channels; an agent with room for both."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def set_up(self) -> "Two":
        house = self.house
        self.queue = await house.queue()
        self.posts, self.mails = await house.channel(self.queue), await house.channel(self.queue, medium="mail")
        self.anna = await house.agent(self.queue, state="busy")
        await house.hear(self.posts, {"id": "p1", "by": "c", "text": "Öffentlich"})
        await house.hear(
            self.mails, {"id": "m1", "by": "c", "text": "Privat", "visibility": "private", "at": "2026-11-02T09:01:00+00:00"}
        )
        rows = {r["channel_id"]: r["id"] for r in await house.sql("select id, channel_id from conversation")}
        self.public, self.private = rows[self.posts.id], rows[self.mails.id]
        return self

    async def work(self, conversation: UUID) -> Any:
        rows = await self.house.sql("select * from interaction where conversation_id = $1 order by created_at, id", conversation)
        return rows[-1]

    async def open(self) -> list[UUID]:
        return [r["id"] for r in await self.house.sql("select id from interaction where state <> 'closed' order by id")]

    async def texts(self, conversation: UUID, who: Access | None = None) -> list[str]:
        page = await messages_page(self.house.db, who or self.anna.access, conversation, None, 50)
        return [message.text for message in page.items]


async def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "conversation": [tuple(r) for r in await house.sql(
            "select id, channel_id, visibility, root_remote_id, identity_id, merge_id, last_message_id from conversation order by id")],
        "message": [tuple(r) for r in await house.sql("select id, conversation_id, interaction_id from message order by id")],
        "interaction": [tuple(r) for r in await house.sql(
            "select id, conversation_id, state, agent_id, merge_id, waiting_since, closed_at from interaction order by id")],
        "agent": [tuple(r) for r in await house.sql("select user_id, used from agent order by 1")],
    }  # fmt: skip


async def test_merged_they_show_as_one_and_one_unit_of_work_is_open(house: House) -> None:
    two = await Two(house).set_up()
    before = await everything(house)
    bond = await merge_conversations(house.db, two.anna.access, two.private, two.public)
    assert await two.texts(two.public) == await two.texts(two.private) == ["Öffentlich", "Privat"]
    # What has waited longest stays.
    assert await two.open() == [(await two.work(two.public))["id"]]
    assert (await two.work(two.private))["reason"] == {"code": "merged"}
    view = await thread(house.outside, two.anna.access, two.private)
    assert view.open is not None
    assert view.open.conversation_id == two.public
    assert ([item.conversation.id for item in view.merged], [one.id for one in view.bonds]) == ([two.public], [bond])
    await unmerge_conversations(house.db, two.anna.access, bond)
    await unmerge_conversations(house.db, two.anna.access, bond)
    assert await everything(house) == before
    await assert_capacity_adds_up(house)


async def test_whatever_thread_is_answered_the_answer_goes_there_and_nowhere_else(house: House) -> None:
    """Law 6: a private text in a merged view stays private, whichever conversation the work stands on."""
    two = await Two(house).set_up()
    await merge_conversations(house.db, two.anna.access, two.public, two.private)
    work = (await two.open())[0]
    await take(house.db, two.anna.access, work)

    async def say(text: str, visibility: str, conversation: UUID | None) -> None:
        draft = Answer(message_id=new_id(), text=text, visibility=visibility, conversation_id=conversation)
        await answer(house.outside, two.anna.access, work, draft)

    await say("Nur für dich", "private", two.private)
    await say("Für alle", "public", two.public)
    await say("Auch für alle", "public", None)
    for visibility, conversation in (("private", two.public), ("private", None), ("public", two.private)):
        with pytest.raises(Invalid) as refused:
            await say("Geheim", visibility, conversation)
        assert refused.value.code == "visibility"
    with pytest.raises(NotFound):
        await say("Geheim", "private", new_id())
    rows = await house.sql(
        "select o.channel_id, t.text, m.visibility from outbox o join message m on m.id = o.message_id join message_text t on t.message_id = m.id order by o.id"
    )
    assert [(r["channel_id"], r["text"], r["visibility"]) for r in rows] == [
        (two.mails.id, "Nur für dich", "private"), (two.posts.id, "Für alle", "public"), (two.posts.id, "Auch für alle", "public"),
    ]  # fmt: skip


async def test_what_comes_on_either_thread_belongs_to_the_one_open_unit_of_work(house: House) -> None:
    two = await Two(house).set_up()
    await merge_conversations(house.db, two.anna.access, two.public, two.private)
    work = (await two.open())[0]
    await house.hear(two.mails, {"id": "m2", "root": "m1", "by": "c", "text": "Noch privat", "visibility": "private"})
    await house.hear(two.posts, {"id": "p2", "root": "p1", "by": "c", "text": "Noch öffentlich"})
    assert await two.open() == [work]
    assert {
        r["interaction_id"] for r in await house.sql("select interaction_id from message where remote_id in ('m2', 'p2')")
    } == {work}
    # After it is closed the next one begins where it is written, once.
    await take(house.db, two.anna.access, work)
    await wrap_up(house.db, two.anna.access, work, await code(house))
    await house.hear(two.mails, {"id": "m3", "root": "m1", "by": "c", "text": "Wieder", "visibility": "private"})
    await house.hear(two.posts, {"id": "p3", "root": "p1", "by": "c", "text": "Auch wieder"})
    [again] = await two.open()
    assert (await two.work(two.private))["id"] == again
    assert await reopen(house.db, two.anna.access, two.public) == again
    await assert_capacity_adds_up(house)


async def test_two_at_once_of_a_merged_person_open_one_unit_of_work(house: House) -> None:
    two = await Two(house).set_up()
    await house.hear(two.posts, {"id": "d1", "by": "c", "text": "Direkt", "visibility": "private", "root": "dm"})
    [direct] = await house.sql("select id from conversation where root_remote_id = 'dm'")
    await merge_conversations(house.db, two.anna.access, two.public, direct["id"])
    [work] = [w for w in await two.open() if w != (await two.work(two.private))["id"]]
    await take(house.db, two.anna.access, work)
    await wrap_up(house.db, two.anna.access, work, await code(house))
    await house.hear(
        two.posts, {"id": "p9", "root": "p1", "by": "c", "text": "A"},
        {"id": "d9", "root": "dm", "by": "c", "text": "B", "visibility": "private"},
    )  # fmt: skip
    merged = await house.sql("select id from interaction where merge_id is not null and state <> 'closed'")
    assert len(merged) == 1
    heard = await house.sql("select interaction_id from message where remote_id in ('p9', 'd9')")
    assert {r["interaction_id"] for r in heard} == {merged[0]["id"]}


async def test_what_is_in_hand_stays_and_a_colleagues_work_is_not_closed_behind_their_back(house: House) -> None:
    two = await Two(house).set_up()
    ben = await house.agent(two.queue, state="busy")
    private = (await two.work(two.private))["id"]
    await take(house.db, two.anna.access, private)
    bond = await merge_conversations(house.db, two.anna.access, two.public, two.private)
    assert await two.open() == [private]
    await unmerge_conversations(house.db, two.anna.access, bond)
    public = (await two.work(two.public))["id"]
    assert sorted(await two.open()) == sorted([private, public])
    await take(house.db, ben.access, public)
    with pytest.raises(Conflict) as refused:
        await merge_conversations(house.db, two.anna.access, two.public, two.private)
    assert refused.value.code == "other_hands"
    await assert_capacity_adds_up(house)


async def test_an_offer_of_what_is_merged_away_ends_and_its_capacity_is_free(house: House) -> None:
    two = await Two(house).set_up()
    await take(house.db, two.anna.access, (await two.work(two.private))["id"])
    ben = await house.agent(two.queue)
    await house.route()
    assert await offered(house, ben)
    await merge_conversations(house.db, two.anna.access, two.private, two.public)
    assert await house.sql("select 1 from offer where state = 'open'") == []
    await assert_capacity_adds_up(house)
    assert await house.route() == 0


async def test_people_are_merged_first_and_telling_them_apart_tells_their_conversations_apart(house: House) -> None:
    two = await Two(house).set_up()
    await house.hear(two.posts, {"id": "x1", "by": "other", "text": "Ich bin auch Anna"})
    [row] = await house.sql(
        "select c.id, i.customer_id from conversation c join identity i on i.id = c.identity_id where c.root_remote_id = 'x1'"
    )
    [mine] = await house.sql("select customer_id from identity where remote_id = 'c'")
    with pytest.raises(Conflict) as refused:
        await merge_conversations(house.db, two.anna.access, two.public, row["id"])
    assert refused.value.code == "different_people"
    before = await everything(house)
    merge = await merge_customers(house.db, two.anna.access, mine["customer_id"], row["customer_id"], "Dieselbe")
    await merge_conversations(house.db, two.anna.access, two.public, row["id"])
    assert len(await two.texts(row["id"])) == 2
    await unmerge_customers(house.db, two.anna.access, merge)
    assert await everything(house) == before


@pytest.mark.parametrize("seed", range(4))
async def test_any_merges_of_conversations_undone_in_any_order_leave_what_was(house: House, seed: int) -> None:
    two = await Two(house).set_up()
    for n in range(3):
        await house.hear(two.posts, {"id": f"q{n}", "by": "c", "text": f"Frage {n}"})
    talks = [r["id"] for r in await house.sql("select id from conversation order by id")]
    never = await everything(house)
    dice = random.Random(seed)
    standing: list[UUID] = []
    for _ in range(9):
        if standing and dice.random() < 0.4:
            await unmerge_conversations(house.db, two.anna.access, standing.pop(dice.randrange(len(standing))))
        else:
            with suppress(Conflict):  # they are one already
                standing.append(await merge_conversations(house.db, two.anna.access, *dice.sample(talks, 2)))
        rows = await house.sql(
            "select merge_id, count(*) as n from interaction where state <> 'closed' and merge_id is not null group by 1"
        )
        assert all(r["n"] == 1 for r in rows)
    # Undone the other way round everything waits again; in another order what is merged is the same, the work as far as it was closed.
    for bond in reversed(standing):
        await unmerge_conversations(house.db, two.anna.access, bond)
    after = await everything(house)
    assert after["conversation"] == never["conversation"]
    assert after["message"] == never["message"]
    assert after["agent"] == never["agent"]


async def test_who_may_not_see_a_channel_does_not_see_it_through_a_merge(house: House) -> None:
    two = await Two(house).set_up()
    await merge_conversations(house.db, two.anna.access, two.public, two.private)
    [row] = await house.sql("select access_class from conversation where id = $1", two.public)
    few = Access(
        user_id=new_id(), actions=two.anna.access.actions,
        classes=dict.fromkeys(two.anna.access.actions, frozenset({row["access_class"]})),
    )  # fmt: skip
    assert await two.texts(two.public, few) == ["Öffentlich"]
    view = await thread(house.outside, few, two.public)
    assert (view.merged, view.bonds) == ([], [])
    with pytest.raises(NotFound):
        await merge_conversations(house.db, few, two.public, two.private)


async def test_linked_they_point_to_each_other_and_stay_two(house: House) -> None:
    two = await Two(house).set_up()
    bond = await link_conversations(house.db, two.anna.access, two.public, two.private)
    view = await thread(house.outside, two.anna.access, two.private)
    assert ([i.conversation.id for i in view.linked], view.merged) == ([two.public], [])
    assert len(await two.open()) == 2
    with pytest.raises(Conflict):
        await link_conversations(house.db, two.anna.access, two.private, two.public)
    with pytest.raises(Invalid):
        await link_conversations(house.db, two.anna.access, two.private, two.private)
    await unlink_conversations(house.db, two.anna.access, bond)
    assert (await thread(house.outside, two.anna.access, two.private)).linked == []


async def test_split_the_later_part_is_a_conversation_of_the_same_thread(house: House) -> None:
    two = await Two(house).set_up()
    for n in (2, 3):
        await house.hear(
            two.posts, {"id": f"p{n}", "root": "p1", "by": "c", "text": f"Teil {n}", "at": f"2026-11-02T09:0{n}:00+00:00"}
        )
    [point] = await house.sql("select id from message where remote_id = 'p2'")
    with pytest.raises(Invalid) as refused:
        [first] = await house.sql("select id from message where remote_id = 'p1'")
        await split_conversation(house.db, two.anna.access, two.public, first["id"])
    assert refused.value.code == "first_message"
    with pytest.raises(Invalid):
        await split_conversation(house.db, two.anna.access, two.private, point["id"])
    begun = await split_conversation(house.db, two.anna.access, two.public, point["id"])
    assert (await two.texts(two.public), await two.texts(begun)) == (["Öffentlich"], ["Teil 2", "Teil 3"])
    # What the customer writes next belongs to the newer part, and opens work there.
    await house.hear(two.posts, {"id": "p4", "root": "p1", "by": "c", "text": "Teil 4", "at": "2026-11-02T09:04:00+00:00"})
    assert await two.texts(begun) == ["Teil 2", "Teil 3", "Teil 4"]
    work = (await two.work(begun))["id"]
    await take(house.db, two.anna.access, work)
    await answer(house.outside, two.anna.access, work, Answer(message_id=new_id(), text="Dazu", visibility="public"))
    [row] = await house.sql("select root_remote_id, part from conversation where id = $1", begun)
    assert (row["root_remote_id"], row["part"]) == ("p1", 1)
    await write_note(house.db, two.anna.access, begun, new_id(), "Neues Thema")
    # Put together again they show as one.
    await merge_conversations(house.db, two.anna.access, two.public, begun)
    assert (await two.texts(two.public))[0] == "Öffentlich"
    assert len(await two.texts(begun)) == 6


async def test_the_last_agent_and_offers_follow_a_merged_unit_of_work(house: House) -> None:
    two = await Two(house).set_up()
    await merge_conversations(house.db, two.anna.access, two.public, two.private)
    await set_agent_state(house.db, two.anna.access, "available")
    await house.route()
    work = await accept_offer(house.db, two.anna.access, await offered(house, two.anna))
    assert [work] == await two.open()
    await assert_capacity_adds_up(house)
