"""How long what is kept: the nearest rule holds, nothing goes before its time, and what is held goes nowhere."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.callkit import Exchange
from tests.kit import House, Person
from tests.service.test_calls import talking
from tests.service.test_work import code
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.calls.consent import note_consent, record_call
from unisono.service.calls.recordings import keep_recordings
from unisono.service.erase import erase_customer
from unisono.service.finish import wrap_up
from unisono.service.ports.retention import RetentionRule
from unisono.service.retention import holds, keep_house, preview_rules, put_rules, set_hold

YEAR = RetentionRule(what="texts", days=365)


async def closed(house: House, person: Person) -> None:
    """Close all that is open, as people would."""
    done = await code(house)
    while await house.route():
        for row in await house.sql("select id from offer where state = 'open'"):
            await wrap_up(house.db, person.access, await accept_offer(house.db, person.access, row["id"]), done)


async def texts(house: House) -> set[str]:
    return {row["text"] for row in await house.sql("select text from message_text")}


async def test_the_nearest_rule_holds_and_open_work_stays(house: House) -> None:
    queue = await house.queue()
    short, long = await house.channel(queue), await house.channel(queue)
    person = await house.agent(queue)
    await house.hear(short, {"id": "1", "text": "kurz", "by": "a"}, {"id": "2", "text": "kurz, offen", "by": "b"})
    await house.hear(long, {"id": "3", "text": "lang", "by": "c"})
    await closed(house, person)
    await house.hear(short, {"id": "4", "root": "2", "text": "noch etwas", "by": "b"})
    rules = [YEAR, RetentionRule(what="texts", days=30, channel_id=short.id)]
    await put_rules(house.db, person.access, rules)
    house.clock.advance(timedelta(days=31).total_seconds())
    assert {one.what: one.count for one in await preview_rules(house.db, rules)} == {
        "texts": 1, "attachments": 0, "recordings": 0, "voicemails": 0, "raw": 0, "quarantine": 0, "audit": 0,
    }  # fmt: skip
    assert await texts(house) == {"kurz", "kurz, offen", "noch etwas", "lang"}
    assert await keep_house(house.outside) == 1
    assert await texts(house) == {"kurz, offen", "noch etwas", "lang"}
    house.clock.advance(timedelta(days=340).total_seconds())
    await keep_house(house.outside)
    assert await texts(house) == {"kurz, offen", "noch etwas"}
    assert (await house.sql("select count(*) as n from message_terms"))[0]["n"] == 2
    assert len(house.tombstones.lines) == 2


async def test_what_is_held_goes_nowhere_until_the_hold_is_lifted(house: House) -> None:
    queue = await house.queue()
    channel, person = await house.channel(queue), await house.agent(queue)
    await house.hear(channel, *({"id": str(n), "text": f"t{n}", "by": f"c{n}"} for n in range(4)))
    await closed(house, person)
    rows = await house.sql(
        "select t.text, c.id, i.id as interaction_id, y.customer_id from message_text t join message m on m.id = t.message_id "
        "join conversation c on c.id = m.conversation_id join identity y on y.id = c.identity_id "
        "join interaction i on i.conversation_id = c.id where m.direction = 'in' order by t.text"
    )
    case_id = new_id()
    await house.sql(
        "insert into case_file (id, title, access_class) select $1, 'Streit', access_class from conversation limit 1", case_id
    )
    await house.sql("update interaction set case_id = $1 where id = $2", case_id, rows[2]["interaction_id"])
    places: list[tuple[str, UUID]] = [("conversation", rows[0]["id"]), ("customer", rows[1]["customer_id"]), ("case", case_id)]
    for kind, one in places:
        await set_hold(house.db, person.access, kind, one, "Klage vor dem Amtsgericht")
    assert {(h.kind, h.id) for h in await holds(house.db)} == set(places)
    await put_rules(house.db, person.access, [YEAR, RetentionRule(what="raw", days=1)])
    house.clock.advance(timedelta(days=400).total_seconds())
    await keep_house(house.outside)
    assert await texts(house) == {"t0", "t1", "t2"}
    assert (await house.sql("select count(*) as n from inbox where body is not null"))[0]["n"] == 0
    # Who is erased on request all the same: what is held goes into the sealed archive.
    result = await erase_customer(house.outside, person.access, rows[2]["customer_id"], "Antrag")
    assert result.sealed == 1
    await set_hold(house.db, person.access, "conversation", rows[0]["id"], None)
    await keep_house(house.outside)
    assert await texts(house) == {"t1"}
    with pytest.raises(Invalid):
        await set_hold(house.db, person.access, "case", case_id, "x")


async def test_files_and_quarantine_go_and_their_messages_stay(house: House) -> None:
    queue = await house.queue()
    channel, person = await house.channel(queue), await house.agent(queue)
    file = {"name": "a.png", "type": "image/png", "content": "bild"}
    await house.hear(channel, {"id": "1", "text": "mit Bild", "by": "a", "files": [file]}, {"id": "2", "bug": True})
    await closed(house, person)
    await put_rules(
        house.db, person.access, [RetentionRule(what="attachments", days=10), RetentionRule(what="quarantine", days=10)]
    )
    await keep_house(house.outside)
    assert len(house.files.content) == 1
    house.clock.advance(timedelta(days=11).total_seconds())
    assert await keep_house(house.outside) == 2
    assert house.files.content == {}
    assert await texts(house) == {"mit Bild"}
    assert [row["state"] for row in await house.sql("select state from attachment")] == ["gone"]
    assert [row["state"] for row in await house.sql("select state from inbox where ingest_key like '%:2:%'")] == ["discarded"]


async def test_rules_that_cannot_be_are_refused_and_nothing_is_changed(house: House) -> None:
    channel, person = await house.channel(), await house.agent()
    for wrong in (
        RetentionRule(what="everything", days=1), RetentionRule(what="texts", days=0), RetentionRule(what="audit", days=10),
        RetentionRule(what="texts", days=1, channel_id=new_id()), RetentionRule(what="audit", days=400, channel_id=channel.id),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            await put_rules(house.db, person.access, [wrong])
    with pytest.raises(Invalid):
        await put_rules(house.db, person.access, [YEAR, YEAR])
    assert await house.sql("select * from retention_rule") == []


async def recorded(house: House) -> tuple[Person, UUID, UUID]:
    """A talk that is over, with its recording as a file; returns who spoke, the call and the queue."""
    exchange = Exchange(house, house.clock)
    anna, call, queue = await talking(exchange, house, recording="ask")
    facts = await exchange.call(call)
    for side in ("customer", "agent"):
        await note_consent(house.db, house.outside.bell, anna.access, facts.id, side, given=True, how="click")
    await record_call(house.db, house.outside.bell, anna.access, facts.id, "on")
    await exchange.settle()
    await exchange.driver.hangs_up(call)
    await exchange.settle()
    assert await keep_recordings(house.outside, exchange.driver) == 1
    return anna, facts.id, queue


@pytest.mark.voice
@pytest.mark.parametrize("kind", ["recordings", "voicemails"])
async def test_what_was_recorded_goes_by_a_rule_of_its_own_and_that_it_went_is_audited(house: House, kind: str) -> None:
    anna, call_id, queue = await recorded(house)
    if kind == "voicemails":
        await house.sql("update call_recording set kind = 'voicemail'")
    file = {"name": "a.png", "type": "image/png", "content": "bild"}
    await house.hear(await house.channel(queue), {"id": "1", "text": "mit Bild", "by": "a", "files": [file]})
    await house.sql("update interaction set state = 'closed', closed_at = now()")
    other = "voicemails" if kind == "recordings" else "recordings"
    rules = [RetentionRule(what=what, days=days) for what, days in (("attachments", 3), (kind, 10), (other, 1))]
    await put_rules(house.db, anna.access, rules)

    house.clock.advance(timedelta(days=4).total_seconds())
    assert {one.what: one.count for one in await preview_rules(house.db, rules) if one.count} == {"attachments": 1}
    assert await keep_house(house.outside) == 1
    assert list(house.files.content.values()) == [b"sound"], "its own rule is nearer than that for all files"
    house.clock.advance(timedelta(days=7).total_seconds())
    assert {one.what: one.count for one in await preview_rules(house.db, rules) if one.count} == {kind: 1}
    assert await keep_house(house.outside) == 1
    assert house.files.content == {}
    assert {row["state"] for row in await house.sql("select state from attachment")} == {"gone"}
    (gone,) = await house.sql("select actor_id, subject_kind, subject_id, body from audit where action = 'recording.expired'")
    assert (gone["actor_id"], gone["subject_kind"], gone["subject_id"]) == (None, "call", str(call_id))
    assert gone["body"] == {"kind": kind, "days": 10}


@pytest.mark.voice
async def test_a_held_conversation_s_recording_stays(house: House) -> None:
    anna, _, _ = await recorded(house)
    await house.sql("update interaction set state = 'closed', closed_at = now()")
    await put_rules(house.db, anna.access, [RetentionRule(what="recordings", days=1)])
    (conversation,) = await house.sql("select conversation_id as id from call")
    await set_hold(house.db, anna.access, "conversation", conversation["id"], "Rechtsstreit")
    house.clock.advance(timedelta(days=2).total_seconds())
    assert await keep_house(house.outside) == 0
    await set_hold(house.db, anna.access, "conversation", conversation["id"], None)
    assert await keep_house(house.outside) == 1
    assert house.files.content == {}
