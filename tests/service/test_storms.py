"""Storms: a spike is told, what is about it folds into one case, one approved answer reaches each author once, where they asked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.kit import START, House, Person, Scripted
from tests.service.test_listening import Public, ear, found, listened, listening, monitor, post, said, somebody, source
from tests.service.test_sending import send
from tests.service.test_work import code
from unisono.contract import Overheard
from unisono.domain.errors import Conflict, Forbidden, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.cases import remove_from_case
from unisono.service.listening.alerts import list_alerts, look_for_spikes
from unisono.service.listening.mentions import adopt_asked
from unisono.service.listening.storms import (
    begin_storm,
    decide_storm_answer,
    end_storm,
    fold_more,
    list_storms,
    send_storms,
    write_storm_answer,
)
from unisono.service.listening.take_in import take_in
from unisono.service.ports.channels import ChannelFacts

__all__ = ["listening"]
RIGHTS = frozenset({"work.read", "work.answer", "work.supervise", "answer.approve", "monitor.manage", "customer.erase"})


async def supervisor(house: House, queue: UUID) -> Person:
    """Somebody who may do all of it, but not approve their own words."""
    return await somebody(house, queue, RIGHTS)


async def outage(house: House) -> tuple[ChannelFacts, Person, UUID, Any]:
    """A house that listens for an outage; returns its channel, a supervisor, the monitor and the ear."""
    queue = await house.queue()
    channel = await house.channel(queue)
    anna = await supervisor(house, queue)
    one = await ear(house)
    await listened(house, one)
    watched = await monitor(house, anna, "strom (weg OR ausgefallen)")
    await house.sql("update monitor set created_at = $1", START - timedelta(days=20))
    return channel, anna, watched, one


async def complain(house: House, channel: ChannelFacts, one: Any, people: Sequence[str], first: int = 0) -> None:
    """Customers write just now, each a thread of their own."""
    at = (house.clock.now() - timedelta(seconds=60)).isoformat()
    await house.hear(
        channel, *({"id": f"s{first + n}", "text": f"Strom weg bei {who}!", "by": who, "at": at} for n, who in enumerate(people))
    )
    await listened(house, one)


async def test_unusually_much_is_told_once_and_its_end_too(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    await complain(house, channel, one, ["anna", "bob"])
    assert await look_for_spikes(house.db) == 0
    await complain(house, channel, one, [f"p{n}" for n in range(12)], first=10)
    assert await look_for_spikes(house.db) == 1
    assert await look_for_spikes(house.db) == 0
    (alert,) = await list_alerts(house.db, anna.access)
    assert (alert.monitor_id, alert.posts, alert.window_s, alert.ended_at) == (watched, 14, 300, None)
    assert alert.usual < 1
    told = await house.sql("select body from event where type = 'monitor.spiked'")
    assert [row["body"]["posts"] for row in told] == [14]
    house.clock.advance(7 * 3_600)
    assert await look_for_spikes(house.db) == 1
    (alert,) = await list_alerts(house.db, anna.access)
    assert alert.ended_at is not None
    assert (
        await list_alerts(house.db, Access(user_id=anna.id, actions=RIGHTS, classes=dict.fromkeys(RIGHTS, frozenset({1})))) == []
    )


async def test_one_answer_approved_by_a_second_person_reaches_each_author_once_where_they_asked(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    bea, done = await supervisor(house, channel.queue_id), await code(house)
    # Twelve who wrote to us, one of them twice; and a stranger who did not.
    await complain(house, channel, one, [*(f"p{n}" for n in range(12)), "p0"])
    stream = await source(house, anna, channel)
    stranger = post(1, "bei uns ist der strom weg", "zoe")
    await take_in(house.outside, one, stream, channel.network, [Overheard(posts=(stranger,))])
    await house.sql("update mention set said_at = $1", house.clock.now())
    Public.standing = {"p1": "bei uns ist der strom weg"}
    await look_for_spikes(house.db)
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Stromausfall in der Nordstadt")
    assert (storm.folded, storm.waiting, storm.strangers, storm.owner_id) == (13, 13, 1, anna.id)
    with pytest.raises(Conflict) as refused:
        await begin_storm(house.outside, bea.access, new_id(), watched, "Noch einer")
    assert refused.value.code == "storm_stands"
    assert await adopt_asked(house.outside) == 1
    await house.process(channel)
    assert await fold_more(house.outside) == 1
    # Nothing is sent before somebody else has looked.
    await write_storm_answer(house.db, anna.access, storm.id, "Wir arbeiten daran.", done)
    assert await send_storms(house.outside) == 0
    with pytest.raises(Forbidden):
        await decide_storm_answer(house.db, anna.access, storm.id, approve=True)
    back = await decide_storm_answer(house.db, bea.access, storm.id, approve=False)
    assert back.state == "open"
    await write_storm_answer(house.db, anna.access, storm.id, "Wir arbeiten daran, um 18 Uhr ist er wieder da.", done)
    await decide_storm_answer(house.db, bea.access, storm.id, approve=True)
    while await send_storms(house.outside):
        pass
    await send(house)
    # Who comes later is answered by itself.
    await complain(house, channel, one, ["late"], first=50)
    assert await fold_more(house.outside) == 1
    while await send_storms(house.outside):
        pass
    await send(house)
    (view,) = await list_storms(house.db, anna.access)
    assert (view.folded, view.waiting, view.answered, view.arrived, view.along, view.strangers) == (15, 0, 14, 14, 1, 0)
    assert view.networks == {channel.network: 15}
    assert len(Scripted.sent) == 14
    (out,) = await house.sql(
        "select count(*) as said, count(distinct v.identity_id) as people from message m join conversation v "
        "on v.id = m.conversation_id where m.direction = 'out'"
    )
    assert (out["said"], out["people"]) == (14, 14)
    assert {message.text for message in Scripted.sent} == {"Wir arbeiten daran, um 18 Uhr ist er wieder da."}
    assert await house.sql("select 1 from interaction where state <> 'closed'") == []
    ended = await end_storm(house.db, anna.access, storm.id)
    assert ended.state == "ended"
    (case,) = await house.sql("select state, owner_id from case_file")
    assert (case["state"], case["owner_id"]) == ("solved", anna.id)
    assert {said(mention) for mention in await found(house, anna.access, states=("work",))} == {"bei uns ist der strom weg"}


async def test_what_is_taken_out_stays_as_it_was_and_is_neither_folded_again_nor_answered(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    bea, done = await supervisor(house, channel.queue_id), await code(house)
    await complain(house, channel, one, [f"p{n}" for n in range(6)])
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    (first, *_) = await house.sql("select id, case_id from interaction order by id")
    await remove_from_case(house.db, anna.access, first["case_id"], first["id"])
    assert await fold_more(house.outside) == 0
    await write_storm_answer(house.db, anna.access, storm.id, "Wir sind dran.", done)
    await decide_storm_answer(house.db, bea.access, storm.id, approve=True)
    while await send_storms(house.outside):
        pass
    await send(house)
    assert len(Scripted.sent) == 5
    (left,) = await house.sql("select id, state, case_id from interaction where state <> 'closed'")
    assert (left["id"], left["state"], left["case_id"]) == (first["id"], "waiting", None)


async def test_where_the_network_does_not_take_it_the_enquiry_stays_open_and_is_counted(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    bea, done = await supervisor(house, channel.queue_id), await code(house)
    await complain(house, channel, one, ["p1", "p2"])
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    await write_storm_answer(house.db, anna.access, storm.id, "Lang. " * 200, done)
    await decide_storm_answer(house.db, bea.access, storm.id, approve=True)
    while await send_storms(house.outside):
        pass
    (view,) = await list_storms(house.db, anna.access)
    assert (view.answered, view.refused, view.waiting) == (0, 2, 0)
    assert len(await house.sql("select 1 from interaction where state = 'waiting'")) == 2
    assert {row["code"] for row in await house.sql("select code from storm_item")} == {"too_long"}


async def test_without_anything_to_fold_there_is_no_storm_and_a_right_is_needed(listening: House) -> None:
    house = listening
    channel, anna, watched, _ = await outage(house)
    with pytest.raises(Conflict) as refused:
        await begin_storm(house.outside, anna.access, new_id(), watched, "Nichts")
    assert refused.value.code == "nothing_to_fold"
    agent = await somebody(house, channel.queue_id, frozenset({"work.read", "work.answer"}))
    with pytest.raises(Forbidden):
        await begin_storm(house.outside, agent.access, new_id(), watched, "Nichts")
    with pytest.raises(NotFound):
        await end_storm(house.db, anna.access, new_id())
    assert await house.sql("select 1 from case_file") == []


async def test_what_nearly_says_the_same_or_stands_in_the_same_thread_belongs_to_it_and_nothing_else_does(
    listening: House,
) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    other = await house.channel(await house.queue(), medium="mail")
    at = (house.clock.now() - timedelta(seconds=60)).isoformat()
    await house.hear(
        channel,
        {"id": "a", "text": "Strom weg in der Nordstadt, wer räumt mir jetzt den Kühlschrank aus?", "by": "a", "at": at},
        {"id": "b", "root": "a", "parent": "a", "text": "Hier auch.", "by": "b", "at": at},
        {"id": "c", "text": "Was kostet ein Zähler?", "by": "c", "at": at},
    )
    mail = {
        "id": "m",
        "text": "In der Südstadt, wer räumt mir jetzt den Kühlschrank aus?",
        "by": "d",
        "at": at,
        "visibility": "private",
    }
    await house.hear(other, mail)
    await listened(house, one)
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    folded = await house.sql(
        "select d.remote_id from storm_item i join interaction w on w.id = i.interaction_id join conversation v "
        "on v.id = w.conversation_id join identity d on d.id = v.identity_id order by 1"
    )
    assert [row["remote_id"] for row in folded] == ["a", "b", "d"]
    await end_storm(house.db, anna.access, storm.id)
    # Whoever supervises one channel alone folds nothing of another.
    await house.sql("update interaction set case_id = null")
    await house.sql("update monitor set channel_id = $1", channel.id)
    rights = frozenset({channel.access_class})
    narrow = Access(user_id=anna.id, actions=RIGHTS, classes=dict.fromkeys(RIGHTS, rights))
    view = await begin_storm(house.outside, narrow, new_id(), watched, "Ausfall")
    assert view.folded == 2


async def test_the_same_in_other_words_is_folded_once_enough_is_known_and_unrelated_enquiries_are_not(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    long_ago = (house.clock.now() - timedelta(days=2)).isoformat()
    things = ["Rechnung", "Zähler", "Vertrag", "Umzug", "Passwort", "Lieferung", "Termin", "Tarif", "Gutschrift", "Adresse"]
    asked = ["Wann kommt meine {}?", "Die {} stimmt nicht, bitte prüfen.", "Ich brauche Hilfe wegen {} seit Mai",
             "Frage zur {} vom Telefon, danke", "Kann jemand die {} noch ändern?"]  # fmt: skip
    for n, thing in enumerate(things):
        await house.hear(
            channel, *({"id": f"u{n}-{m}", "text": text.format(thing), "by": f"u{n}{m}", "at": long_ago} for m, text in enumerate(asked)),
        )  # fmt: skip
    await house.sql("update interaction set state = 'closed', closed_at = now()")
    at = (house.clock.now() - timedelta(seconds=60)).isoformat()
    ends = ["Kerzen an im Treppenhaus", "Kühlschrank taut, Licht tot", "Ampel tot, Licht tot", "Licht flackert, dann dunkel"]
    await house.hear(
        channel,
        *({"id": f"s{n}", "text": f"Strom weg Straße {n}, {ends[n % 4]}", "by": f"s{n}", "at": at} for n in range(24)),
        {
            "id": "same",
            "text": "Licht tot, Kühlschrank taut, Treppenhaus dunkel. Alle mit Kerzen unterwegs",
            "by": "same",
            "at": at,
        },
        {"id": "bill", "text": "Wann kommt meine Rechnung? Die letzte stimmt nicht", "by": "bill", "at": at},
        {"id": "shop", "text": "Habt ihr im Laden auch Kerzen?", "by": "shop", "at": at},
    )
    await listened(house, one)
    await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    folded = await house.sql(
        "select d.remote_id from storm_item i join interaction w on w.id = i.interaction_id join conversation v "
        "on v.id = w.conversation_id join identity d on d.id = v.identity_id"
    )
    assert {row["remote_id"] for row in folded} == {*(f"s{n}" for n in range(24)), "same"}


async def test_what_is_folded_waits_for_the_one_answer_and_has_its_old_place_again_when_it_is_set_free(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    bea, done = await supervisor(house, channel.queue_id), await code(house)
    for person in (anna, bea):
        await house.sql("update agent set state = 'busy' where user_id = $1", person.id)
    agent = await house.agent(channel.queue_id, capacity=12)
    await complain(house, channel, one, ["p0", "p1", "p2", "p3"])
    assert await house.route() == 1
    (offered,) = await house.sql("select id from interaction where state = 'offered'")
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    # What was offered goes back, and nothing of it is offered to anybody.
    assert await house.route() == 0
    waiting = await house.sql("select id, reason, waiting_since from interaction where state = 'waiting' order by id")
    assert [row["reason"] for row in waiting] == [{"code": "folded"}] * 4
    assert (await house.sql("select used from agent where user_id = $1", agent.id))[0]["used"] == 0
    # A router that begins now knows it too.
    await house.router.load()
    assert await house.route() == 0
    # Taken out, it is offered at once, before what came later.
    await complain(house, channel, one, ["q9"], first=90)
    assert await fold_more(house.outside) == 1
    (case,) = await house.sql("select id from case_file")
    await remove_from_case(house.db, anna.access, case["id"], offered["id"])
    assert await house.route() == 1
    (now,) = await house.sql("select id, waiting_since from interaction where state = 'offered'")
    (before,) = [row for row in waiting if row["id"] == offered["id"]]
    assert (now["id"], now["waiting_since"]) == (before["id"], before["waiting_since"])
    # What the network does not take is for agents again, and so is all of it when the storm ends.
    await house.sql("update agent set capacity = 120 where user_id = $1", agent.id)
    await write_storm_answer(house.db, anna.access, storm.id, "Lang. " * 200, done)
    await decide_storm_answer(house.db, bea.access, storm.id, approve=True)
    await house.sql("update storm_item set state = 'closed' where interaction_id = $1", waiting[-1]["id"])
    assert await send_storms(house.outside) > 0
    await house.router.load()
    assert await house.route() == 4


async def test_the_end_of_a_storm_gives_back_what_it_did_not_answer(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    await complain(house, channel, one, ["p0", "p1", "p2"])
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    await house.sql("update agent set state = 'busy' where user_id = $1", anna.id)
    await house.agent(channel.queue_id, capacity=120)
    assert await house.route() == 0
    await end_storm(house.db, anna.access, storm.id)
    assert await house.route() == 3


async def test_what_came_by_a_channel_without_being_said_to_us_is_asked_for_and_answered_with_the_storm(listening: House) -> None:
    house = listening
    channel, anna, watched, one = await outage(house)
    await complain(house, channel, one, ["p0"])
    at = (house.clock.now() - timedelta(seconds=30)).isoformat()
    said = {"id": "aside", "text": "Strom weg, und die schweigen", "by": "zoe", "at": at, "addressed": False}
    await house.hear(channel, said, {**said, "id": "private", "by": "eva", "visibility": "private"})
    await listened(house, one)
    storm = await begin_storm(house.outside, anna.access, new_id(), watched, "Ausfall")
    assert (storm.folded, storm.strangers) == (1, 1)
    assert await adopt_asked(house.outside) == 1
    assert await fold_more(house.outside) == 1
    # Nothing asks for the private one, however often it is looked.
    assert await fold_more(house.outside) == 0
    assert await adopt_asked(house.outside) == 0
    (mention,) = [view for view in await found(house, anna.access) if view.state == "work"]
    assert (said["text"], mention.enquiry) == ("Strom weg, und die schweigen", True)
