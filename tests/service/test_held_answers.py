"""Answers that no network may have yet: nothing is sent before its time, without the second person, or after it was taken back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.kit import START, House, Person, Scripted
from tests.service.test_sending import delivery, send
from tests.service.test_work import working
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.answer import Answer, answer
from unisono.service.approvals import awaiting_approval
from unisono.service.erase import erase_customer
from unisono.service.held_answers import decide_answer, reschedule_answer, send_now, withdraw_answer
from unisono.service.look import messages_page
from unisono.service.release import release_due


@pytest.fixture
async def scene(house: House) -> tuple[House, Person, UUID]:
    person, _, interaction = await working(house)
    return house, person, interaction


async def say(house: House, person: Person, interaction: UUID, **how: Any) -> UUID:
    draft = Answer(message_id=new_id(), text="Kommt morgen an.", visibility="public", **how)
    return await answer(house.outside, person.access, interaction, draft)


async def go_on(house: House) -> None:
    for _ in range(10):
        if not await release_due(house.db):
            break
    else:
        pytest.fail("What was released is due again and again.")
    await send(house)


def second(person: Person, *actions: str) -> Access:
    allowed = frozenset({"work.read", "answer.approve", *actions})
    return Access(user_id=person.id, actions=allowed, classes=dict.fromkeys(allowed))


async def test_within_its_moment_an_answer_can_be_taken_back_and_leaves_nothing(scene: Any) -> None:
    house, person, interaction = scene
    message = await say(house, person, interaction, grace=True)
    house.clock.advance(4)
    await go_on(house)
    assert await delivery(house) == ["held"]
    await withdraw_answer(house.db, person.access, message)
    await withdraw_answer(house.db, person.access, message)
    house.clock.advance(60)
    await go_on(house)
    assert await delivery(house) == ["withdrawn"]
    assert Scripted.sent == []
    assert await house.sql("select from message_text t join message m on m.id = t.message_id where m.direction = 'out'") == []
    assert await house.sql("select from message_terms where message_id = $1", message) == []


async def test_after_its_moment_it_is_sent_once_and_it_is_too_late(scene: Any) -> None:
    house, person, interaction = scene
    message = await say(house, person, interaction, grace=True)
    assert (await house.sql("select first_response_at from interaction"))[0]["first_response_at"] is None
    house.clock.advance(6)
    await go_on(house)
    assert await delivery(house) == ["sent"]
    assert len(Scripted.sent) == 1
    assert (await house.sql("select first_response_at from interaction"))[0]["first_response_at"] == house.clock.now()
    with pytest.raises(Conflict, match="on its way"):
        await withdraw_answer(house.db, person.access, message)


async def test_where_the_house_gives_no_moment_it_goes_out_at_once(scene: Any) -> None:
    house, person, interaction = scene
    await house.sql("insert into setting (name, value) values ('answer.undo_s', '0')")
    await say(house, person, interaction, grace=True)
    assert await delivery(house) == ["queued"]


async def test_what_is_taken_back_gives_its_files_back(scene: Any) -> None:
    house, person, interaction = scene
    file = new_id()
    await house.sql(
        "insert into attachment (id, uploaded_by, name, media_type, size_bytes, state, created_at) "
        "values ($1, $2, 'a.png', 'image/png', 9, 'stored', now() - interval '3 days')", file, person.id,
    )  # fmt: skip
    message = await say(house, person, interaction, grace=True, attachment_ids=(file,))
    await withdraw_answer(house.db, person.access, message)
    again = await say(house, person, interaction, attachment_ids=(file,))
    assert (await house.sql("select message_id from attachment where id = $1", file))[0]["message_id"] == again


async def test_a_scheduled_answer_waits_for_its_time_and_stands_there_in_the_transcript(scene: Any) -> None:
    house, person, interaction = scene
    at = house.clock.now() + timedelta(hours=3)
    message = await say(house, person, interaction, send_at=at)
    await say(house, person, interaction)
    await go_on(house)
    assert await delivery(house) == ["held", "sent"]
    house.clock.advance(3 * 3_600)
    await go_on(house)
    [row] = await house.sql("select said_at, delivery from message where id = $1", message)
    assert (row["said_at"], row["delivery"]) == (house.clock.now(), "sent")
    assert [m["said_at"] for m in await house.sql("select said_at from message_terms where message_id = $1", message)] == [at]


async def test_it_can_be_put_off_sent_now_or_cancelled(scene: Any) -> None:
    house, person, interaction = scene
    at = house.clock.now() + timedelta(hours=1)
    first, then = [await say(house, person, interaction, send_at=at) for _ in range(2)]
    await reschedule_answer(house.db, person.access, first, at + timedelta(days=1), stops=False)
    await withdraw_answer(house.db, person.access, then)
    house.clock.advance(2 * 3_600)
    await go_on(house)
    assert Scripted.sent == []
    await send_now(house.outside, person.access, first)
    await send(house)
    assert len(Scripted.sent) == 1
    with pytest.raises(Conflict):
        await send_now(house.outside, person.access, first)


@pytest.mark.parametrize("at", [START - timedelta(days=1), START + timedelta(days=800)])
async def test_a_time_that_is_past_or_years_off_is_refused(scene: Any, at: Any) -> None:
    house, person, interaction = scene
    with pytest.raises(Invalid) as refused:
        await say(house, person, interaction, send_at=at)
    assert refused.value.code in ("send_at_past", "send_at_far")
    assert await delivery(house) == []


async def test_if_the_customer_writes_it_is_stopped_or_sent_as_was_chosen(scene: Any) -> None:
    house, person, interaction = scene
    at = house.clock.now() + timedelta(hours=1)
    stops = await say(house, person, interaction, send_at=at, stops=True)
    goes = await say(house, person, interaction, send_at=at)
    async with house.db.write() as tx:
        [channel] = [await tx.channels.facts((await house.sql("select id from channel"))[0]["id"])]
    root = (await house.sql("select root_remote_id from conversation"))[0]["root_remote_id"]
    by = (await house.sql("select remote_id from identity"))[0]["remote_id"]
    await house.hear(channel, {"id": "later", "root": root, "parent": root, "by": by, "text": "Hat sich erledigt!"})
    house.clock.advance(3_601)
    await go_on(house)
    states = {row["id"]: row["delivery"] for row in await house.sql("select id, delivery from message where direction = 'out'")}
    assert states == {stops: "held", goes: "sent"}
    [view] = [m for m in (await messages_page(house.db, person.access, await where(house), None, 50)).items if m.id == stops]
    assert view.held is not None
    assert view.held.state == "stopped"
    await send_now(house.outside, person.access, stops)
    assert len(await house.sql("select from outbox")) == 2


async def where(house: House) -> UUID:
    return (await house.sql("select id from conversation"))[0]["id"]  # type: ignore[no-any-return]


async def test_nothing_is_sent_before_the_second_person_and_nobody_is_their_own(scene: Any) -> None:
    house, person, interaction = scene
    ben = await house.agent()
    message = await say(house, person, interaction, approval=True)
    house.clock.advance(3_600)
    await go_on(house)
    assert await delivery(house) == ["held"]
    assert [item.message.id for item in await awaiting_approval(house.db, second(ben))] == [message]
    assert await awaiting_approval(house.db, second(person)) == []
    with pytest.raises(Forbidden, match="their own"):
        await decide_answer(house.outside, second(person), message, approve=True)
    with pytest.raises(Forbidden):
        await decide_answer(house.outside, ben.access, message, approve=True)
    with pytest.raises(Conflict):
        await send_now(house.outside, person.access, message)
    await decide_answer(house.outside, second(ben), message, approve=True)
    await go_on(house)
    assert await delivery(house) == ["sent"]
    [audit] = await house.sql("select actor_id, action, body from audit where action like 'answer.%'")
    assert (audit["actor_id"], audit["action"]) == (ben.id, "answer.approved")


async def test_a_rejection_says_why_in_a_note_and_the_author_mends_it(scene: Any) -> None:
    house, person, interaction = scene
    ben = await house.agent()
    message = await say(house, person, interaction, approval=True)
    with pytest.raises(Invalid):
        await decide_answer(house.outside, second(ben), message, approve=False)
    await decide_answer(house.outside, second(ben), message, approve=False, comment="Bitte freundlicher")
    with pytest.raises(Conflict):
        await decide_answer(house.outside, second(ben), message, approve=True)
    assert "Bitte freundlicher" in await house.transcript()
    assert await house.sql("select from audit where body::text like '%freundlicher%'") == []
    await withdraw_answer(house.db, person.access, message)
    await go_on(house)
    assert Scripted.sent == []


async def test_an_approved_answer_with_a_time_waits_for_that(scene: Any) -> None:
    house, person, interaction = scene
    ben = await house.agent()
    message = await say(house, person, interaction, approval=True, send_at=house.clock.now() + timedelta(hours=1))
    house.clock.advance(7_200)
    await go_on(house)
    assert Scripted.sent == []
    await reschedule_answer(house.db, person.access, message, house.clock.now() + timedelta(hours=1), stops=False)
    await decide_answer(house.outside, second(ben), message, approve=True)
    await go_on(house)
    assert Scripted.sent == []
    house.clock.advance(3_601)
    await go_on(house)
    assert len(Scripted.sent) == 1


async def test_by_rule_public_answers_of_those_who_may_not_approve_wait(scene: Any) -> None:
    house, person, interaction = scene
    await house.sql("insert into setting (name, value) values ('answer.approve_public', 'true')")
    await say(house, person, interaction)
    assert await delivery(house) == ["held"]


async def test_a_colleague_cannot_take_an_answer_back(scene: Any) -> None:
    house, person, interaction = scene
    message = await say(house, person, interaction, grace=True)
    ben = await house.agent()
    plain = frozenset({"work.read", "work.answer"})
    with pytest.raises(Forbidden):
        await withdraw_answer(house.db, Access(user_id=ben.id, actions=plain, classes=dict.fromkeys(plain)), message)
    with pytest.raises(NotFound):
        await withdraw_answer(house.db, Access(user_id=ben.id), message)


@pytest.mark.law7
async def test_what_waits_is_not_sent_to_somebody_who_is_erased(scene: Any) -> None:
    house, person, interaction = scene
    await say(house, person, interaction, send_at=house.clock.now() + timedelta(hours=1))
    await say(house, person, interaction, approval=True)
    customer = (await house.sql("select id from customer"))[0]["id"]
    await erase_customer(house.outside, person.access, customer, "asked for it")
    assert await house.sql("select from held_answer") == []
    house.clock.advance(7_200)
    await go_on(house)
    assert Scripted.sent == []
