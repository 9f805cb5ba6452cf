"""What rules do beyond moving work: its class, whom they tell, whose answers wait; and what they know of who wrote."""

from typing import Any
from uuid import UUID

import pytest

from tests.kit import House, Person, Scripted
from tests.service.test_rules import one, rule
from tests.service.test_sending import send
from tests.service.test_work import working
from unisono.domain.ids import new_id
from unisono.policy.rules.language import Action, Condition, Op, Verb
from unisono.service.access import Access
from unisono.service.answer import Answer, answer
from unisono.service.approvals import awaiting_approval
from unisono.service.held_answers import decide_answer
from unisono.service.ports.rules import StoredRule
from unisono.service.release import release_due
from unisono.service.rules.manage import add_rule


def approver(person: Person) -> Access:
    allowed = frozenset({"work.read", "work.answer", "answer.approve"})
    return Access(user_id=person.id, actions=allowed, classes=dict.fromkeys(allowed))


async def says(house: House, access: Access, interaction: UUID) -> str:
    message = await answer(
        house.outside, access, interaction, Answer(message_id=new_id(), text="Wir zahlen.", visibility="public", grace=False)
    )
    return str((await one(house, "select delivery from message where id = $1", message))["delivery"])


@pytest.mark.parametrize(("whose", "newcomer", "trusted"), [("everybody", "held", "held"), ("newcomers", "held", "queued")])
async def test_a_rule_holds_answers_for_a_second_person(house: House, whose: str, newcomer: str, trusted: str) -> None:
    await rule(house, "created", (Verb.APPROVAL, whose))
    person, _, interaction = await working(house)
    assert await says(house, person.access, interaction) == newcomer
    assert await says(house, approver(person), interaction) == trusted
    while await release_due(house.db):
        pass
    await send(house)
    assert len(Scripted.sent) == (1 if trusted == "queued" else 0)
    second = await house.agent()
    waiting = (await awaiting_approval(house.db, approver(second)))[0]
    await decide_answer(house.outside, approver(second), waiting.message.id, approve=True)
    await send(house)
    assert len(Scripted.sent) == (2 if trusted == "queued" else 1)


async def test_without_a_rule_that_meets_it_an_answer_waits_for_nobody(house: House) -> None:
    await rule(house, "created", (Verb.APPROVAL, "everybody"), words="anwalt*")
    person, _, interaction = await working(house)
    assert await says(house, person.access, interaction) == "queued"


async def test_a_rule_says_what_class_of_work_it_is_and_the_router_reckons_by_it(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    classes = {row["key"]: row["id"] for row in await house.sql("select key, id from work_class")}
    await house.sql("update channel set work_class_id = $2 where id = $1", channel.id, classes["mail"])
    await house.sql("update work_class set cost = case key when 'call' then 9 else 1 end")
    await rule(house, "created", (Verb.CLASS, str(classes["call"])), words="dringend")
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"}, {"id": "2", "text": "Dringend!", "by": "b"})
    urgent = await one(house, "select * from interaction where work_class_id is not null")
    assert urgent["work_class_id"] == classes["call"]
    async with house.db.read() as tx:
        waiting = {
            row.id: row.params.cost
            for row in await tx.work.waiting([r["id"] for r in await house.sql("select id from interaction")])
        }
    assert waiting.pop(urgent["id"]) == 9
    assert list(waiting.values()) == [1]
    told = await one(house, "select body from event where type = 'interaction.classed'")
    assert told["body"]["from_class_id"] == str(classes["mail"])


async def test_a_rule_tells_a_colleague_who_may_read_it_and_nobody_else(house: House) -> None:
    channel = await house.channel()
    lena, gone = await house.agent(), await house.agent()
    await rule(house, "created", (Verb.NOTIFY, str(lena.id)), (Verb.NOTIFY, str(gone.id)), words="presse")
    await house.sql("update app_user set disabled_at = now() where id = $1", gone.id)
    for _ in range(2):
        await house.hear(channel, {"id": "1", "text": "Hier die Presse", "by": "a"})
    mention = await one(house, "select * from note_mention")
    assert (mention["user_id"], mention["by_id"], mention["read_at"]) == (lena.id, None, None)
    told = await one(house, "select body, conversation_id from event where type = 'note.mentioned'")
    assert (told["body"]["user_id"], told["conversation_id"]) == (str(lena.id), mention["conversation_id"])
    note = await one(house, "select automatic, direction from message where id = $1", mention["message_id"])
    assert (note["automatic"], note["direction"]) == (True, "note")
    done = (await one(house, "select done from rule_application"))["done"]
    assert [(entry["outcome"], entry.get("why")) for entry in done] == [("done", None), ("skipped", "agent_without_right")]


async def followed(house: House, op: Op, number: str) -> UUID:
    person = await house.agent()
    made = StoredRule(
        id=new_id(), name="Viele lesen mit", position=0, trigger="received", match_all=True, after_s=None, stop=False, enabled=True,
        conditions=[Condition(field="followers", op=op, values=(number,))], actions=[Action(verb=Verb.PRIORITY, value="9")],
    )  # fmt: skip
    return await add_rule(house.db, person.access, made)


@pytest.mark.parametrize(("op", "number", "urgent"), [(Op.AT_LEAST, "1000", ["b"]), (Op.AT_MOST, "999", ["a"])])
async def test_who_is_followed_by_many_is_known_where_the_network_tells_and_else_nothing_is_assumed(
    house: House, op: Op, number: str, urgent: list[str]
) -> None:
    channel = await house.channel()
    await followed(house, op, number)
    heard: list[dict[str, Any]] = [
        {"id": "1", "by": "a", "text": "Hm", "followers": 999}, {"id": "2", "by": "b", "text": "Hm", "followers": 1000},
        {"id": "3", "by": "c", "text": "Hm"},
    ]  # fmt: skip
    await house.hear(channel, *heard)
    rows = await house.sql(
        "select n.remote_id from interaction i join conversation c on c.id = i.conversation_id join identity n "
        "on n.id = c.identity_id where i.priority = 9 order by 1"
    )
    assert [row["remote_id"] for row in rows] == urgent


async def test_the_number_is_that_of_the_last_message_and_goes_on_standing_when_one_tells_none(house: House) -> None:
    channel = await house.channel()
    await house.hear(channel, {"id": "1", "by": "a", "text": "Hm", "followers": 10})
    await house.hear(channel, {"id": "2", "by": "a", "text": "Hm", "followers": 20})
    await house.hear(channel, {"id": "3", "by": "a", "text": "Hm"})
    assert (await one(house, "select followers from identity where remote_id = 'a'"))["followers"] == 20
