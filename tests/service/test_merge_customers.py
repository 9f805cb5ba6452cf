"""One person behind several handles: suggested with evidence, merged with a reason, undone without a trace."""

import random
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from tests.kit import House, Person
from tests.service.test_work import assert_capacity_adds_up
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.custom_fields import add_field, change_field, checked_value
from unisono.service.customer_value import set_customer_value
from unisono.service.customer_views import FieldView
from unisono.service.customers import (
    conversations_page,
    customer_page,
    directory,
    drop_customer_note,
    note_customer,
    set_fields,
)
from unisono.service.erase import erase_again, erase_customer
from unisono.service.merge_customers import claim, keep_apart, links_of, merge_customers, unmerge_customers
from unisono.service.ports.customers import FieldChange, NewField

NAMES = ("Anna Müller", "Müller Anna", "Bert Kaffeetante", "Cleo", "Dora", "Erik")


async def people(house: House, *items: dict[str, Any]) -> tuple[Person, list[UUID]]:
    """A supervisor, and a customer for each item, in their order."""
    queue = await house.queue()
    channel = await house.channel(queue)
    boss = await house.agent(queue, state="busy")
    said = items or tuple({"by": f"c{n}", "name": name} for n, name in enumerate(NAMES))
    for n, item in enumerate(said):
        await house.hear(channel, {"id": f"m{n}", "text": "Guten Tag", **item})
    rows = await house.sql("select n.customer_id from message m join identity n on n.id = m.identity_id order by m.ingest_key")
    return boss, [row["customer_id"] for row in rows]


def text_field(key: str) -> NewField:
    return NewField(id=new_id(), key=key, name={"de": key, "en": key}, kind="text")


async def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Who is who, as it is written; versions and the merges themselves aside."""
    return {
        "identity": [tuple(r) for r in await house.sql("select id, customer_id, home_customer_id from identity order by id")],
        "customer": [tuple(r) for r in await house.sql("select id, merged_into, value, erased_at from customer order by id")],
        "note": [tuple(r) for r in await house.sql("select id, customer_id, text from customer_note order by id")],
        "field": [tuple(r) for r in await house.sql("select customer_id, field_id, value from customer_field order by 1, 2")],
        "conversation": [tuple(r) for r in await house.sql("select id, identity_id, access_class from conversation order by id")],
        "interaction": [tuple(r) for r in await house.sql("select id, state, agent_id, due_at from interaction order by id")],
    }


@pytest.mark.parametrize("seed", range(6))
async def test_any_merges_and_unmerges_in_any_order_leave_all_as_it_never_happened(house: House, seed: int) -> None:
    boss, who = await people(house)
    dice = random.Random(seed)
    field = text_field("vertrag")
    await add_field(house.db, boss.access, field)
    for n, one in enumerate(who):
        await note_customer(house.db, boss.access, one, new_id(), f"Notiz {n}")
        await set_fields(house.db, boss.access, one, {"vertrag": f"V-{n}"})
    await set_customer_value(house.db, boss.access, dice.choice(who), 2, "Stammkundin")
    never = await everything(house)
    standing: list[UUID] = []
    undone: list[UUID] = []
    for _ in range(14):
        if standing and dice.random() < 0.4:
            gone = standing.pop(dice.randrange(len(standing)))
            await unmerge_customers(house.db, boss.access, gone)
            undone.append(gone)
        else:
            with suppress(Conflict):  # they are one already
                standing.append(await merge_customers(house.db, boss.access, *dice.sample(who, 2), "Dieselbe Person"))
    dice.shuffle(standing)
    for gone in standing:
        await unmerge_customers(house.db, boss.access, gone)
    for gone in undone:
        await unmerge_customers(house.db, boss.access, gone)
    assert await everything(house) == never
    await assert_capacity_adds_up(house)


async def test_a_merge_shows_everything_together_and_says_who_and_why(house: House) -> None:
    boss, who = await people(house)
    anna, other = who[0], who[3]
    await note_customer(house.db, boss.access, anna, new_id(), "Duzt sich")
    await note_customer(house.db, boss.access, other, new_id(), "Ruft abends an")
    merge = await merge_customers(house.db, boss.access, anna, other, "  Sagt sie am Telefon  ")
    for one in (anna, other):
        page = await customer_page(house.db, boss.access, one, "Europe/Berlin")
        assert {i.display_name for i in page.customer.identities} == {"Anna Müller", "Cleo"}
        assert [note.text for note in page.notes] == ["Duzt sich", "Ruft abends an"]
        assert (page.facts.messages, sum(page.facts.hours)) == (2, 2)
        assert len((await conversations_page(house.db, boss.access, one, None, 10)).items) == 2
    [shown] = (await links_of(house.db, boss.access, other)).merges
    assert (shown.id, shown.reason, shown.merged_by, shown.evidence) == (merge, "Sagt sie am Telefon", boss.id, ["judgement"])
    assert ([i.display_name for i in shown.ours], [i.display_name for i in shown.theirs]) == (["Anna Müller"], ["Cleo"])
    [audit] = await house.sql("select actor_id, body from audit where action = 'customer.merged'")
    assert (audit["actor_id"], "reason" in audit["body"]) == (boss.id, False)
    with pytest.raises(Conflict):
        await merge_customers(house.db, boss.access, other, anna, "Noch einmal")
    with pytest.raises(Invalid):
        await merge_customers(house.db, boss.access, anna, who[4], " ")


async def test_who_comes_next_of_a_merged_person_goes_home_when_it_is_undone(house: House) -> None:
    boss, who = await people(house)
    merge = await merge_customers(house.db, boss.access, who[0], who[3], "Dieselbe")
    channel = (await house.sql("select channel_id from conversation"))[0]["channel_id"]
    async with house.db.write() as tx:
        facts = await tx.channels.facts(channel)
    assert facts is not None
    await house.hear(facts, {"id": "later", "by": "c3", "name": "Cleo", "text": "Noch etwas"})
    await unmerge_customers(house.db, boss.access, merge)
    rows = await house.sql(
        "select n.customer_id from message m join identity n on n.id = m.identity_id where m.remote_id = 'later'"
    )
    assert [row["customer_id"] for row in rows] == [who[3]]
    assert (await customer_page(house.db, boss.access, who[3], "UTC")).facts.messages == 2


async def test_whoever_counts_more_leads_and_waiting_follows(house: House) -> None:
    boss, who = await people(house)
    await set_customer_value(house.db, boss.access, who[5], 3, "Vertrag")
    merge = await merge_customers(house.db, boss.access, who[0], who[5], "Dieselbe")

    async def values() -> set[float]:
        async with house.db.read() as tx:
            waiting = [w async for page in tx.work.all_waiting(50) for w in page]
        return {w.value for w in waiting}

    assert await values() == {1, 3}
    async with house.db.read() as tx:
        worth = [w.value async for page in tx.work.all_waiting(50) for w in page]
    assert worth.count(3) == 2
    await unmerge_customers(house.db, boss.access, merge)
    async with house.db.read() as tx:
        assert [w.value async for page in tx.work.all_waiting(50) for w in page].count(3) == 1


async def test_suggestions_come_with_their_evidence_and_names_alone_are_weak(house: House) -> None:
    boss, who = await people(
        house,
        {"by": "anna@mueller.example", "name": "Anna Müller", "text": "Guten Tag"},
        {"by": "c1", "name": "Müller, Anna", "text": "Meine Adresse ist Anna+shop@mueller.example, Anruf unter +49 40 123 456"},
        {"by": "anna", "name": "Anna Müller", "text": "Ich bin eine andere"},
        {"by": "c3", "name": "Anna Müller", "text": "Ich heiße nur so"},
    )
    await house.sql("update identity set network = 'email' where remote_id = 'anna@mueller.example'")
    [likely, weak] = (await links_of(house.db, boss.access, who[0])).suggestions
    assert (likely.customer.id, likely.verdict) == (who[1], "likely")
    assert {(e.kind, e.detail) for e in likely.evidence} >= {("statement", "anna@mueller.example")}
    assert (weak.customer.id, weak.verdict) == (who[2], "weak")
    assert {e.kind for e in weak.evidence} == {"same_name", "same_handle"}
    await keep_apart(house.db, boss.access, who[2], who[0])
    assert [s.customer.id for s in (await links_of(house.db, boss.access, who[0])).suggestions] == [who[1]]


async def test_a_proved_page_and_what_a_colleague_writes_down_are_evidence(house: House) -> None:
    boss, who = await people(house, {"by": "a1", "name": "A"}, {"by": "b1", "name": "B"})
    ids = {row["customer_id"]: row["id"] for row in await house.sql("select id, customer_id from identity")}
    await house.sql("update identity set profile_url = 'https://www.social.example/@b/' where id = $1", ids[who[1]])
    await claim(house.db, boss.access, who[0], ids[who[0]], "link", "http://social.example/@b")
    [found] = (await links_of(house.db, boss.access, who[0])).suggestions
    assert [(e.kind, e.detail) for e in found.evidence] == [("link", "social.example/@b")]
    await claim(house.db, boss.access, who[0], ids[who[0]], "link", "http://social.example/@b", there=False)
    assert (await links_of(house.db, boss.access, who[0])).suggestions == []
    for kind, value in (("mail", "no address"), ("phone", "040 123"), ("star sign", "Fische")):
        with pytest.raises(Invalid):
            await claim(house.db, boss.access, who[0], ids[who[0]], kind, value)
    with pytest.raises(NotFound):
        await claim(house.db, boss.access, who[0], ids[who[1]], "mail", "a@b.example")


async def test_only_who_sees_both_may_merge_and_only_who_works_there(house: House) -> None:
    boss, who = await people(house)
    other = await house.channel()
    await house.hear(other, {"id": "x", "by": "hidden", "text": "Geheim"})
    [hidden] = await house.sql("select customer_id from identity where remote_id = 'hidden'")
    classes = {r["id"]: r["access_class"] for r in await house.sql("select channel_id as id, access_class from conversation")}
    seen = next(access_class for channel, access_class in classes.items() if channel != other.id)
    few = Access(user_id=boss.id, actions=boss.access.actions, classes=dict.fromkeys(boss.access.actions, frozenset({seen})))
    with pytest.raises(NotFound):
        await merge_customers(house.db, few, who[0], hidden["customer_id"], "Neugier")
    reader = Access(user_id=boss.id, actions=frozenset({"work.read"}), classes={"work.read": None})
    with pytest.raises(Forbidden):
        await merge_customers(house.db, reader, who[0], who[1], "Dieselbe")
    assert [row.customer.id for row in (await directory(house.db, few, "", None, 50)).items] == who[::-1]
    assert (await directory(house.db, few, "hidden", None, 50)).items == []


async def test_an_erased_person_is_gone_with_all_that_was_known_of_them(house: House) -> None:
    boss, who = await people(house)
    await add_field(house.db, boss.access, text_field("vertrag"))
    for one in (who[0], who[3]):
        await note_customer(house.db, boss.access, one, new_id(), "Zaubernuss")
        await set_fields(house.db, boss.access, one, {"vertrag": "Zaubernuss"})
    ids = [row["id"] for row in await house.sql("select id from identity where customer_id = $1", who[0])]
    await claim(house.db, boss.access, who[0], ids[0], "mail", "zaubernuss@x.example")
    await merge_customers(house.db, boss.access, who[0], who[3], "Zaubernuss")
    await erase_customer(house.outside, boss.access, who[3], "Antrag")
    assert {("customer", who[0]), ("customer", who[3])} <= set(house.tombstones.lines)
    for table in ("customer_note", "customer_field", "identity_claim", "customer_merge", "audit", "identity"):
        rows = await house.sql(f'select 1 from "{table}" t where t::text ilike $1', "%zaubernuss%")
        assert rows == [], table
    assert len(await house.sql("select 1 from customer where erased_at is not null")) == 2
    with pytest.raises(Conflict):
        await merge_customers(house.db, boss.access, who[1], who[0], "Dieselbe")
    # A backup from before the merge knows each of them alone, and is erased of both.
    result = await erase_again(house.outside, [who[0], who[3]], [])
    assert result.messages == 4


async def test_a_hold_on_one_holds_for_what_was_said_as_that_one(house: House) -> None:
    boss, who = await people(house)
    async with house.db.write() as tx:
        await tx.privacy.set_hold(who[3], "Rechtsstreit")
    merge = await merge_customers(house.db, boss.access, who[0], who[3], "Dieselbe")
    rows = await house.sql("select merged_into from customer where id = $1", who[3])
    assert rows[0]["merged_into"] is None
    await unmerge_customers(house.db, boss.access, merge)
    await merge_customers(house.db, boss.access, who[0], who[3], "Dieselbe")
    assert (await erase_customer(house.outside, boss.access, who[0], "Antrag")).sealed == 2


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  A-1 ", "A-1"), ("number", "1,50", "1.5"), ("number", 3, "3"), ("number", "viel", None), ("number", "inf", None),
        ("date", "2026-02-28", "2026-02-28"), ("date", "2026-02-30", None), ("choice", "gold", "gold"), ("choice", "Gold", None),
        ("link", "https://crm.example/a?b=1", "https://crm.example/a?b=1"), ("link", "javascript:alert(1)", None),
        ("link", "https://", None), ("text", "x" * 501, None),
    ],
)  # fmt: skip
def test_a_field_takes_what_fits_and_says_what_does_not(kind: str, given: Any, kept: str | None) -> None:
    choices = [{"key": "gold", "name": {"de": "Gold", "en": "Gold"}}] if kind == "choice" else []
    field = FieldView(
        id=new_id(), key="f", name={"de": "F", "en": "F"}, kind=kind, choices=choices, position=0, version=1, archived=False
    )
    if kept is None:
        with pytest.raises(Invalid) as refused:
            checked_value(field, given)
        assert refused.value.field == "f"
    else:
        assert checked_value(field, given) == kept
    assert checked_value(field, " ") is None


async def test_fields_are_filled_in_all_or_none_and_taken_away(house: House) -> None:
    boss, who = await people(house)
    await add_field(house.db, boss.access, text_field("vertrag"))
    await set_fields(house.db, boss.access, who[0], {"vertrag": "V-1"})
    with pytest.raises(Invalid):
        await set_fields(house.db, boss.access, who[0], {"vertrag": "V-2", "nicht-da": "x"})
    assert (await customer_page(house.db, boss.access, who[0], "UTC")).fields == {"vertrag": "V-1"}
    await set_fields(house.db, boss.access, who[0], {"vertrag": None})
    assert (await customer_page(house.db, boss.access, who[0], "UTC")).fields == {}


async def test_the_directory_is_searched_by_names_and_fields(house: House) -> None:
    boss, who = await people(house)
    field = NewField(
        id=new_id(), key="stufe", name={"de": "Stufe", "en": "Level"}, kind="choice",
        choices=({"key": "g1", "name": {"de": "Goldkundschaft", "en": "Gold"}},),
    )  # fmt: skip
    await add_field(house.db, boss.access, field)
    await set_fields(house.db, boss.access, who[4], {"stufe": "g1"})

    async def found(query: str) -> list[UUID]:
        return [row.customer.id for row in (await directory(house.db, boss.access, query, None, 50)).items]

    assert await found("mueller anna") == [who[1], who[0]]
    assert await found("goldkund") == [who[4]]
    assert await found("") == who[::-1]
    first = await directory(house.db, boss.access, "", None, 4)
    rest = await directory(house.db, boss.access, "", first.next, 4)
    assert [row.customer.id for row in (*first.items, *rest.items)] == who[::-1]
    assert all(row.last is not None for row in first.items)
    await merge_customers(house.db, boss.access, who[3], who[4], "Dieselbe")
    assert await found("goldkund") == await found("Cleo")
    await change_field(house.db, boss.access, field.id, FieldChange(archived=True))
    assert (await customer_page(house.db, boss.access, who[4], "UTC")).fields == {}


async def test_a_note_is_taken_away_by_who_wrote_it_or_who_supervises(house: House) -> None:
    boss, who = await people(house)
    note = new_id()
    await note_customer(house.db, boss.access, who[0], note, "Mag Tee")
    await note_customer(house.db, boss.access, who[0], note, "Mag Tee")
    agent = Access(
        user_id=new_id(), actions=frozenset({"work.read", "work.answer"}), classes={"work.read": None, "work.answer": None}
    )
    with pytest.raises(Forbidden):
        await drop_customer_note(house.db, agent, who[0], note)
    await drop_customer_note(house.db, boss.access, who[0], note)
    await drop_customer_note(house.db, boss.access, who[0], note)
    assert (await customer_page(house.db, boss.access, who[0], "UTC")).notes == []
