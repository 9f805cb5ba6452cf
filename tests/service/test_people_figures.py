"""Looking at single people takes two who agree and a reason, and whoever is looked at sees who looked and when."""

import pytest

from tests.kit import House, Person
from unisono.domain.errors import Conflict, Forbidden, Invalid
from unisono.domain.ids import new_id
from unisono.service.access import Access, GrantReach, resolve
from unisono.service.actions import BUILT_IN_ROLES
from unisono.service.people_figures import (
    Kind,
    agree_permit,
    ask_permit,
    end_permit,
    forget_looks,
    look,
    looks,
    may_look,
    permits,
)

REASON = "Einarbeitung der neuen Kollegin"


async def somebody(house: House, role: str) -> Access:
    """A person with a role that is built in."""
    person = await house.agent()
    [actions] = [r.actions for r in BUILT_IN_ROLES if r.name == role]
    return resolve(person.id, [GrantReach(role=role, actions=actions, scope_kind="organisation")])


async def asked(house: House, chief: Access, **more: object) -> object:
    return await ask_permit(house.db, chief, new_id(), kind="figures", reason=REASON, days=30, **more)  # type: ignore[arg-type]


async def sees(house: House, who: Access, of: Person, kind: Kind = Kind.FIGURES) -> bool:
    async with house.db.read() as tx:
        may = await may_look(tx, who, kind, [of.id])
    seen = True
    try:
        async with house.db.write() as tx:
            await look(tx, who, kind, [of.id], "report.people")
    except Forbidden:
        seen = False
    assert may == seen, "what is announced is what happens"
    return seen


async def test_nobody_sees_single_people_by_being_administrator(house: House) -> None:
    chief, anna = await somebody(house, "administrator"), await house.agent()
    assert not await sees(house, chief, anna)
    assert await looks(house.db, anna.access, None, 10) == []


async def test_it_takes_two_a_reason_and_a_time(house: House) -> None:
    chief, council, anna = await somebody(house, "administrator"), await somebody(house, "works_council"), await house.agent()
    permit = await asked(house, chief)
    assert not await sees(house, chief, anna), "asked for is not agreed to"
    await agree_permit(house.db, council, permit)  # type: ignore[arg-type]
    assert await sees(house, chief, anna)
    assert not await sees(house, chief, anna, Kind.LIVE_VIEW), "what was agreed to is of one kind"
    house.clock.advance(30 * 86_400)
    assert not await sees(house, chief, anna), "its time is over"
    with pytest.raises(Invalid):
        await ask_permit(house.db, chief, new_id(), kind="figures", reason="so", days=30)
    with pytest.raises(Invalid):
        await ask_permit(house.db, chief, new_id(), kind="figures", reason=REASON, days=400)


async def test_the_two_are_two_different_people_even_when_one_has_both_rights(house: House) -> None:
    chief = await somebody(house, "administrator")
    both = Access(user_id=chief.user_id, actions=chief.actions | {"people.agree"}, classes=chief.classes)
    permit = await asked(house, both)
    with pytest.raises(Conflict):
        await agree_permit(house.db, both, permit)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        await agree_permit(house.db, chief, permit)  # type: ignore[arg-type]
    assert "people.agree" not in chief.actions


async def test_who_is_looked_at_sees_who_when_how_often_and_why(house: House) -> None:
    chief, council = await somebody(house, "administrator"), await somebody(house, "works_council")
    anna, bert = await house.agent(), await house.agent()
    await agree_permit(house.db, council, await asked(house, chief))  # type: ignore[arg-type]
    for _ in range(3):
        assert await sees(house, chief, anna)
        house.clock.advance(60)
    house.clock.advance(3_600)
    assert await sees(house, chief, anna)
    later, first = await looks(house.db, anna.access, None, 10)
    assert (first.by, first.times, first.reason, first.what) == (chief.user_id, 3, REASON, "report.people")
    assert later.times == 1
    assert await looks(house.db, bert.access, None, 10) == []
    told = await house.sql("select type, agent_id from event where type = 'people.looked'")
    assert [row["agent_id"] for row in told] == [anna.id, anna.id]
    house.clock.advance(366 * 86_400)
    assert await forget_looks(house.db) == 2


async def test_a_permit_for_one_person_shows_nobody_else_and_nobody_at_all_when_others_are_asked_for_too(house: House) -> None:
    chief, council = await somebody(house, "administrator"), await somebody(house, "works_council")
    anna, bert = await house.agent(), await house.agent()
    await agree_permit(house.db, council, await asked(house, chief, agent_id=anna.id))  # type: ignore[arg-type]
    assert await sees(house, chief, anna)
    assert not await sees(house, chief, bert)
    with pytest.raises(Forbidden):
        async with house.db.write() as tx:
            await look(tx, chief, Kind.FIGURES, [anna.id, bert.id], "report.people")
    assert [one.times for one in await looks(house.db, anna.access, None, 10)] == [1]


async def test_either_of_the_two_ends_it(house: House) -> None:
    chief, council, anna = await somebody(house, "administrator"), await somebody(house, "works_council"), await house.agent()
    permit = await asked(house, chief)
    await agree_permit(house.db, council, permit)  # type: ignore[arg-type]
    await end_permit(house.db, council, permit)  # type: ignore[arg-type]
    assert not await sees(house, chief, anna)
    assert [one.state for one in await permits(house.db, chief, None, 10)] == ["ended"]
    with pytest.raises(Conflict):
        await agree_permit(house.db, council, permit)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        await permits(house.db, anna.access, None, 10)
    kept = [row["action"] for row in await house.sql("select action from audit order by at, id")]
    assert kept == ["people_permit.asked", "people_permit.agreed", "people_permit.ended"]


async def test_looking_at_oneself_needs_nothing_and_is_not_written_down(house: House) -> None:
    anna = await house.agent()
    async with house.db.write() as tx:
        await look(tx, anna.access, Kind.FIGURES, [anna.id], "report.people")
    assert await looks(house.db, anna.access, None, 10) == []
