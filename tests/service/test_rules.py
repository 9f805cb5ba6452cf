"""Rules at work: what they do to an enquiry on its way in and later, once each, and never in its way."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.kit import House, Scripted
from tests.service.test_work import code
from unisono.domain.ids import new_id
from unisono.policy.rules.language import Action, Condition, Op, Verb
from unisono.service.accept import accept_offer
from unisono.service.access import Access
from unisono.service.answer import Answer, answer
from unisono.service.ports.rules import StoredRule
from unisono.service.rules import carry_out
from unisono.service.rules.follow import follow_log, look_at_waiting
from unisono.service.rules.manage import add_rule
from unisono.service.tags import add_tag, put_tag


async def rule(house: House, trigger: str, *actions: tuple[Verb, str], words: str = "", **more: Any) -> UUID:
    person = await house.agent()
    conditions = [Condition(field="text", op=Op.CONTAINS_ANY, values=(words,))] if words else []
    made = StoredRule(
        id=new_id(), name="Probe", position=0, trigger=trigger, match_all=True, conditions=conditions, stop=False, enabled=True,
        actions=[Action(verb=verb, value=value) for verb, value in actions], **{"after_s": None, **more},
    )  # fmt: skip
    return await add_rule(house.db, person.access, made)


async def one(house: House, sql: str, *values: object) -> Any:
    rows = await house.sql(sql, *values)
    assert len(rows) == 1, rows
    return rows[0]


async def test_an_enquiry_is_in_its_right_queue_before_anybody_is_asked(house: House) -> None:
    first, second = await house.queue(), await house.queue()
    channel = await house.channel(first)
    wrong, right = await house.agent(first), await house.agent(second)
    await rule(house, "created", (Verb.QUEUE, str(second)), (Verb.PRIORITY, "7"), (Verb.NOTE, "Rechnungen"), words="rechnung*")
    await house.hear(
        channel, {"id": "1", "text": "Wo sind meine RECHNUNGEN?", "by": "a"}, {"id": "2", "text": "Hallo", "by": "b"}
    )
    moved = await one(house, "select * from interaction where priority = 7")
    assert (moved["queue_id"], moved["state"]) == (second, "waiting")
    assert (await one(house, "select queue_id from interaction where id <> $1", moved["id"]))["queue_id"] == first
    await house.route()
    offers = {row["interaction_id"]: row["agent_id"] for row in await house.sql("select * from offer")}
    assert offers[moved["id"]] == right.id
    assert wrong.id in offers.values()
    told = await one(house, "select * from rule_application")
    assert [entry["outcome"] for entry in told["done"]] == ["done"] * 3
    assert told["findings"] == [{"field": "text", "op": "contains_any", "holds": True, "met": ["rechnung*"]}]
    assert "Rechnungen" in await house.transcript()


async def test_delivered_three_times_a_rule_is_applied_once(house: House) -> None:
    channel = await house.channel()
    await rule(house, "received", (Verb.NOTE, "gesehen"))
    for _ in range(3):
        await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    assert (await house.transcript()).count("gesehen") == 1
    await house.hear(channel, {"id": "2", "root": "1", "text": "noch etwas", "by": "a"})
    assert (await house.transcript()).count("gesehen") == 2


async def test_a_rule_that_breaks_holds_up_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> dict[str, Any]:
        raise ZeroDivisionError

    channel = await house.channel()
    monkeypatch.setitem(carry_out._DEEDS, Verb.PRIORITY, broken)
    await rule(house, "created", (Verb.PRIORITY, "7"), (Verb.NOTE, "trotzdem"))
    await rule(house, "created", (Verb.NOTE, "danach"))
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    assert sorted(await house.transcript()) == ["Hallo", "danach", "trotzdem"]
    told = await house.sql("select error, done from rule_application order by error desc")
    assert [row["error"] for row in told] == ["ZeroDivisionError", ""]
    assert told[0]["done"][0]["outcome"] == "failed"


async def test_what_cannot_be_done_is_passed_over_with_its_reason(house: House) -> None:
    first, second = await house.queue(), await house.queue()
    channel = await house.channel(first)
    await rule(house, "created", (Verb.QUEUE, str(second)), (Verb.NOTE, "da"))
    await house.sql("update queue set archived_at = now() where id = $1", second)
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    told = await one(house, "select done from rule_application")
    assert [(entry["outcome"], entry.get("why")) for entry in told["done"]] == [("skipped", "no_queue"), ("done", None)]


async def test_two_machines_that_greet_each_other_stop(house: House) -> None:
    """One automatic word a day, none to what is automatic itself; and the clock of the first answer runs on."""
    channel = await house.channel()
    await rule(house, "received", (Verb.ACKNOWLEDGE, "Wir melden uns."))
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    for n in range(2, 6):
        await house.hear(channel, {"id": str(n), "root": "1", "text": "Danke für Ihre Nachricht", "by": "a"})
    await house.hear(channel, {"id": "9", "text": "Abwesenheit", "by": "b", "automatic": True})
    said = await one(
        house, "select m.*, t.details from message m join message_text t on t.message_id = m.id where direction = 'out'"
    )
    assert (said["automatic"], said["delivery"], said["details"]) == (True, "queued", {"automatic": True})
    assert (await one(house, "select first_response_at from interaction"))["first_response_at"] is None
    reasons = [row["done"][0].get("why") for row in await house.sql("select done from rule_application order by at, id")]
    assert reasons == [None, *["said_lately"] * 4]


async def test_a_text_too_long_for_the_network_is_not_sent_by_a_rule(house: House) -> None:
    channel = await house.channel()
    await rule(house, "created", (Verb.ACKNOWLEDGE, "a" * 501))
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    assert (await one(house, "select done from rule_application"))["done"][0]["why"] == "too_long"
    assert Scripted.sent == []


async def test_what_happens_later_is_followed_once_and_what_rules_do_is_no_occasion(house: House) -> None:
    queue = await house.queue()
    channel, anna = await house.channel(queue), await house.agent(queue)
    done = await code(house)
    await follow_log(house.outside)
    await rule(house, "answered", (Verb.NOTE, "beantwortet"))
    await rule(house, "wrapped_up", (Verb.NOTE, "geschlossen"))
    await rule(house, "waiting", (Verb.CLOSE, str(done)), after_s=600, words="newsletter")
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"}, {"id": "2", "text": "Unser Newsletter", "by": "b"})
    await house.route()
    offer = await one(house, "select o.id from offer o join interaction i on i.id = o.interaction_id join conversation c "
                             "on c.id = i.conversation_id where c.root_remote_id = '1'")  # fmt: skip
    interaction = await accept_offer(house.db, anna.access, offer["id"])
    await answer(house.outside, anna.access, interaction, Answer(message_id=new_id(), text="Gern", visibility="public"))
    await house.sql("update offer set state = 'expired' where state = 'open'")
    await house.sql("delete from capacity_hold where interaction_id in (select id from interaction where state = 'offered')")
    await house.sql("update interaction set state = 'waiting', agent_id = null where state = 'offered'")
    house.clock.advance(7_200)
    for _ in range(3):
        await look_at_waiting(house.outside)
        await follow_log(house.outside)
    texts = await house.transcript()
    assert (texts.count("beantwortet"), texts.count("geschlossen")) == (1, 0)
    assert (await one(house, "select state from interaction where id <> $1", interaction))["state"] == "closed"


async def test_work_in_somebodys_hands_stays_there(house: House) -> None:
    queue, other = await house.queue(), await house.queue()
    channel, anna = await house.channel(queue), await house.agent(queue)
    await follow_log(house.outside)
    await rule(house, "answered", (Verb.QUEUE, str(other)))
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    await house.route()
    interaction = await accept_offer(house.db, anna.access, (await one(house, "select id from offer"))["id"])
    await answer(house.outside, anna.access, interaction, Answer(message_id=new_id(), text="Gern", visibility="public"))
    await follow_log(house.outside)
    assert (await one(house, "select done from rule_application"))["done"][0]["why"] == "in_hands"
    assert (await one(house, "select agent_id from interaction"))["agent_id"] == anna.id


async def test_a_rule_that_stops_keeps_those_behind_it_out(house: House) -> None:
    channel = await house.channel()
    first = await rule(house, "created", (Verb.NOTE, "erste"))
    await rule(house, "created", (Verb.NOTE, "zweite"))
    await house.sql("update rule set stop = true where id = $1", first)
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    assert sorted(await house.transcript()) == ["Hallo", "erste"]


async def test_a_tag_given_by_hand_is_an_occasion_and_one_given_by_a_rule_is_not(house: House) -> None:
    channel, person = await house.channel(), await house.agent()
    await follow_log(house.outside)
    by_hand, by_rule = new_id(), new_id()
    for tag_id, name in ((by_hand, "Beschwerde"), (by_rule, "Eskaliert")):
        await add_tag(house.db, Access(user_id=person.id, actions=frozenset({"queue.manage"})), tag_id, name=name)
    has = Condition(field="tag", op=Op.HAS, values=(str(by_hand),))
    first = await rule(house, "tagged", (Verb.TAG, str(by_rule)), (Verb.PRIORITY, "5"))
    await house.sql("update rule set conditions = $2 where id = $1", first, [msgspec.to_builtins(has)])
    await rule(house, "tagged", (Verb.NOTE, "etwas kam dazu"))
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "a"})
    [conversation] = await house.sql("select id from conversation")
    await put_tag(house.db, person.access, conversation["id"], by_hand)
    for _ in range(3):
        await follow_log(house.outside)
    assert {row["tag_id"] for row in await house.sql("select tag_id from conversation_tag")} == {by_hand, by_rule}
    assert (await one(house, "select priority from interaction"))["priority"] == 5
    assert (await house.transcript()).count("etwas kam dazu") == 1
