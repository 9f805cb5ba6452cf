"""Cases: what belongs together over channels, found again by its number, open to those who may see it."""

from typing import Any
from uuid import UUID

import pytest

from tests.kit import House, Person
from tests.service.test_work import assert_capacity_adds_up, code, working
from unisono.contract import Caps
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.answer import Answer, answer
from unisono.service.cases import (
    add_to_case,
    case_details,
    cases_page,
    change_case,
    note_case,
    open_case,
    remove_from_case,
    searched,
    set_case_members,
    solve_case,
)
from unisono.service.erase import erase_customer
from unisono.service.finish import wrap_up
from unisono.service.follow_cases import case_number, with_case_number
from unisono.service.ports.cases import CaseChange, CaseFilter


async def number_of(house: House, case_id: UUID) -> int:
    return (await house.sql("select number from case_file where id = $1", case_id))[0]["number"]  # type: ignore[no-any-return]


async def row(house: House, statement: str, *values: object) -> Any:
    return (await house.sql(statement, *values))[0]


async def opened(house: House) -> tuple[Person, UUID, UUID, int]:
    """Somebody, the enquiry in their hands, its case and the case's number."""
    person, _, work = await working(house)
    case_id = await open_case(house.db, person.access, work, "  Paket\n beschädigt ")
    return person, work, case_id, await number_of(house, case_id)


async def test_a_case_has_a_number_and_holds_enquiries_of_several_channels_in_time_order(house: House) -> None:
    person, work, case_id, number = await opened(house)
    mail = await house.channel(medium="mail")
    await house.hear(mail, {"id": "m1", "by": "c0", "text": "Per Mail noch einmal", "at": "2026-11-01T09:00:00+00:00"})
    other = (await row(house, "select id from interaction where channel_id = $1", mail.id))["id"]
    await add_to_case(house.db, person.access, case_id, other)
    await add_to_case(house.db, person.access, case_id, other)
    details = await case_details(house.db, person.access, number)
    assert details.case.title == "Paket beschädigt"
    assert (details.case.owner_id, details.case.state) == (person.id, "open")
    assert [item.interaction.id for item in details.items] == [work, other]
    assert {item.interaction.case_number for item in details.items} == {number}
    await remove_from_case(house.db, person.access, case_id, other)
    assert [i.interaction.id for i in (await case_details(house.db, person.access, number)).items] == [work]


async def test_an_enquiry_is_in_one_case_at_the_most(house: House) -> None:
    person, work, _, number = await opened(house)
    with pytest.raises(Conflict, match=f"#{number}"):
        await open_case(house.db, person.access, work, "Noch einer")
    assert (await row(house, "select count(*) as n from case_file"))["n"] == 1


async def test_who_does_not_see_where_it_began_does_not_see_the_case_nor_a_channel_through_it(house: House) -> None:
    person, work, case_id, number = await opened(house)
    other = await house.channel(medium="mail")
    await house.hear(other, {"id": "m1", "by": "c9", "text": "Geheim"})
    hidden = await row(house, "select id, access_class from interaction where channel_id = $1", other.id)
    await add_to_case(house.db, person.access, case_id, hidden["id"])
    [seen] = await house.sql("select access_class from interaction where id = $1", work)
    few = Access(
        user_id=new_id(), actions=person.access.actions,
        classes=dict.fromkeys(person.access.actions, frozenset({seen["access_class"]})),
    )  # fmt: skip
    details = await case_details(house.db, few, number)
    assert ([i.interaction.id for i in details.items], details.hidden) == ([work], 1)
    nobody = Access(
        user_id=new_id(), actions=few.actions, classes=dict.fromkeys(few.actions, frozenset({hidden["access_class"]}))
    )
    with pytest.raises(NotFound):
        await case_details(house.db, nobody, number)
    with pytest.raises(NotFound):
        await note_case(house.db, nobody, case_id, new_id(), "Ich war hier")
    assert (await cases_page(house.db, nobody, CaseFilter(), None, 10)).items == []


async def test_whoever_sees_their_own_work_only_sees_cases_that_they_own_or_follow(house: House) -> None:
    person, _, case_id, number = await opened(house)
    ben = await house.agent()
    own = Access(user_id=ben.id, actions=ben.access.actions, classes={}, own=ben.access.actions)
    with pytest.raises(NotFound):
        await case_details(house.db, own, number)
    await set_case_members(house.db, person.access, case_id, [ben.id])
    details = await case_details(house.db, own, number)
    assert (details.case.member_ids, details.items, details.hidden) == ([ben.id], [], 1)
    assert [r.case.number for r in (await cases_page(house.db, own, CaseFilter(), None, 10)).items] == [number]


async def test_the_list_is_filtered_and_read_page_by_page(house: House) -> None:
    person, _, _ = await working(house, items=5)
    works = [r["id"] for r in await house.sql("select id from interaction order by id")]
    made = [await open_case(house.db, person.access, w, f"Fall {n} Lieferung") for n, w in enumerate(works)]
    await change_case(house.db, person.access, made[0], CaseChange(state="waiting", due_at=house.clock.now()))
    await change_case(house.db, person.access, made[1], CaseChange(owner_id=None))
    await solve_case(house.db, person.access, made[2])
    house.clock.advance(60)

    async def numbers(**which: Any) -> list[UUID]:
        return [r.case.id for r in (await cases_page(house.db, person.access, CaseFilter(**which), None, 50)).items]

    assert await numbers() == made[::-1]
    assert await numbers(states=("waiting", "solved")) == [made[2], made[0]]
    assert await numbers(unowned=True) == [made[1]]
    assert await numbers(late=True) == [made[0]]
    assert await numbers(words=["lieferung", "3"]) == [made[3]]
    await change_case(house.db, person.access, made[4], CaseChange(title="Störung in der Äußeren Straße: café"))
    for typed in ("störung", "STOERUNG", "strasse", "straße", "aeusser", "Café", "cafe"):
        assert await numbers(words=[typed]) == [made[4]], typed
    assert await numbers(words=["störung", "kabel"]) == []
    assert await numbers(number=await number_of(house, made[4])) == [made[4]]
    page = await cases_page(house.db, person.access, CaseFilter(), None, 2)
    rest = await cases_page(house.db, person.access, CaseFilter(), page.next, 50)
    assert [r.case.id for r in (*page.items, *rest.items)] == made[::-1]
    assert (page.items[0].items, page.items[0].open) == (1, 1)
    with pytest.raises(Invalid):
        await cases_page(house.db, person.access, CaseFilter(states=("closed",)), None, 5)


@pytest.mark.parametrize(("query", "number"), [("#482", 482), ("482", 482), (" [#482] ", 482), ("Paket 482", None), ("#", None)])
def test_a_number_is_known_by_its_looks(query: str, number: int | None) -> None:
    assert searched(query)[0] == number


async def test_solving_closes_what_is_in_ones_own_hands_and_leaves_the_rest(house: House) -> None:
    person, _, work = await working(house, items=2)
    waiting = (await row(house, "select id from interaction where id <> $1", work))["id"]
    case_id = await open_case(house.db, person.access, work, "Störung")
    await add_to_case(house.db, person.access, case_id, waiting)
    result = await solve_case(house.db, person.access, case_id, await code(house))
    assert (result.closed, result.left) == (1, 1)
    states = {r["id"]: r["state"] for r in await house.sql("select id, state from interaction")}
    assert (states[work], states[waiting]) == ("closed", "offered")
    await assert_capacity_adds_up(house)
    # The same once more closes nothing twice.
    assert (await solve_case(house.db, person.access, case_id)).closed == 0


async def test_when_the_customer_writes_again_the_case_goes_on(house: House) -> None:
    person, work, case_id, number = await opened(house)
    await wrap_up(house.db, person.access, work, await code(house))
    await solve_case(house.db, person.access, case_id)
    channel = (await house.sql("select channel_id from interaction"))[0]["channel_id"]
    async with house.db.write() as tx:
        facts = await tx.channels.facts(channel)
    assert facts is not None
    await house.hear(facts, {"id": "again", "root": "0", "by": "c0", "text": "Es ist wieder kaputt"})
    details = await case_details(house.db, person.access, number)
    assert (details.case.state, details.case.solved_at) == ("open", None)
    assert [item.interaction.state for item in details.items] == ["closed", "waiting"]


async def test_the_number_in_a_subject_leads_back_to_the_case_of_the_same_customer_alone(house: House) -> None:
    person, _, case_id, number = await opened(house)
    await change_case(house.db, person.access, case_id, CaseChange(state="waiting"))
    mail = await house.channel((await house.sql("select queue_id from interaction"))[0]["queue_id"], medium="mail")
    await house.hear(mail, {"id": "m1", "by": "c0", "subject": f"Re: Paket [#{number}]", "text": "Hier die Fotos"})
    await house.hear(mail, {"id": "m2", "by": "stranger", "subject": f"[#{number}]", "text": "Ich will auch hinein"})
    await house.hear(mail, {"id": "m3", "by": "c0", "subject": "[#999999999999999]", "text": "Den gibt es nicht"})
    details = await case_details(house.db, person.access, number)
    assert [item.last.text for item in details.items if item.last] == ["Frage 0", "Hier die Fotos"]
    assert details.case.state == "open"


async def test_an_answer_by_mail_carries_the_number(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.kit.Scripted.caps", Caps(subject=True))
    person, work, _, number = await opened(house)
    draft = Answer(message_id=new_id(), text="Moin", visibility="public", subject="Re: Paket")
    await answer(house.outside, person.access, work, draft)
    assert (await row(house, "select subject from message_text where message_id = $1", draft.message_id))["subject"] == (
        f"Re: Paket [#{number}]"
    )
    assert with_case_number(f"Re: Paket [#{number}]", number) == f"Re: Paket [#{number}]"
    assert case_number(with_case_number("x" * 2_000, 7)) == 7
    assert with_case_number("", 7) == ""


async def test_what_a_case_says_of_a_person_goes_with_them(house: House) -> None:
    person, _, case_id, number = await opened(house)
    await note_case(house.db, person.access, case_id, new_id(), "Ruft abends an")
    [who] = await house.sql("select customer_id from identity")
    await erase_customer(house.outside, person.access, who["customer_id"], "Antrag")
    details = await case_details(house.db, person.access, number)
    assert (details.case.title, details.notes) == ("", [])


async def test_a_case_with_others_keeps_what_does_not_name_the_erased(house: House) -> None:
    person, _, work = await working(house)
    channel = (await house.sql("select channel_id from interaction"))[0]["channel_id"]
    async with house.db.write() as tx:
        facts = await tx.channels.facts(channel)
    assert facts is not None
    await house.hear(facts, {"id": "r", "by": "rumpel", "name": "Änne Rumpelstilz", "text": "Ich auch"})
    other = (await row(house, "select id from interaction where id <> $1", work))["id"]
    case_id = await open_case(house.db, person.access, work, "Störung bei ANNE RUMPELSTILZ")
    await add_to_case(house.db, person.access, case_id, other)
    for text in ("Frau Rumpelstilz ruft abends an", "Techniker ist bestellt"):
        await note_case(house.db, person.access, case_id, new_id(), text)
    [who] = await house.sql("select customer_id from identity where remote_id = 'rumpel'")
    await erase_customer(house.outside, person.access, who["customer_id"], "Antrag")
    details = await case_details(house.db, person.access, await number_of(house, case_id))
    assert (details.case.title, [note.text for note in details.notes]) == ("", ["Techniker ist bestellt"])


@pytest.mark.parametrize(
    ("change", "field"),
    [(CaseChange(title="  "), "title"), (CaseChange(state="shut"), "state"), (CaseChange(priority=3), "priority"),
     (CaseChange(owner_id=UUID(int=7)), "owner_id"), (CaseChange(title="x" * 201), "title")],
)  # fmt: skip
async def test_a_change_that_makes_no_sense_is_refused_and_nothing_is_lost(house: House, change: CaseChange, field: str) -> None:
    person, _, case_id, number = await opened(house)
    with pytest.raises(Invalid) as refused:
        await change_case(house.db, person.access, case_id, change)
    assert refused.value.field == field
    assert (await case_details(house.db, person.access, number)).case.version == 2
