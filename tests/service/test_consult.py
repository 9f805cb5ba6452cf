"""A colleague is asked beside the conversation; the work stays whose it is, and capacity is held exactly."""

import asyncio
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.kit import House, Person
from tests.service.test_in_progress import used, work
from tests.service.test_work import assert_capacity_adds_up, code, working
from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.agent_state import set_agent_state
from unisono.service.answer import Answer, answer
from unisono.service.assign import assign
from unisono.service.consult import ask_colleague, begin_consult, decline_consult, end_consult
from unisono.service.finish import finish, wrap_up
from unisono.service.note import write_note
from unisono.service.park import park
from unisono.service.transfer import transfer


async def consult(house: House) -> tuple[str, UUID | None]:
    [row] = await house.sql("select state, agent_id from consult")
    return row["state"], row["agent_id"]


async def helping(house: House) -> tuple[Person, Person, UUID, UUID]:
    """Somebody who works on an enquiry, and a colleague who helps; returns both, the work and the consult."""
    person, queue, interaction = await working(house)
    other = await house.agent(queue, state="busy")
    asked = await ask_colleague(house.db, person.access, interaction, new_id(), "Gilt das noch?", agent_id=other.id)
    await begin_consult(house.db, other.access, asked)
    return person, other, interaction, asked


async def test_a_colleague_is_asked_helps_by_notes_and_either_side_ends_it(house: House) -> None:
    person, queue, interaction = await working(house)
    other = await house.agent(queue, state="busy")
    asked = await ask_colleague(house.db, person.access, interaction, new_id(), "Gilt das noch?", agent_id=other.id)
    assert (await consult(house), await used(house, other)) == (("requested", other.id), 0)
    assert "Gilt das noch?" in await house.transcript()
    conversation = await begin_consult(house.db, other.access, asked)
    assert await begin_consult(house.db, other.access, asked) == conversation
    assert (await consult(house), await used(house, other)) == (("open", other.id), 6)
    await write_note(house.db, other.access, conversation, new_id(), "Ja, bis Mai.")
    assert (await work(house), await used(house, person)) == (("active", person.id), 12)
    await assert_capacity_adds_up(house)
    await end_consult(house.db, other.access, asked)
    await end_consult(house.db, person.access, asked)
    assert (await consult(house), await used(house, other)) == (("ended", other.id), 0)
    assert (await house.sql("select ended_by from consult"))[0]["ended_by"] == other.id
    await assert_capacity_adds_up(house)


async def test_who_helps_may_write_notes_and_cannot_answer_the_customer(house: House) -> None:
    _, other, interaction, asked = await helping(house)
    conversation = (await house.sql("select id from conversation"))[0]["id"]
    reads = replace(other.access, actions=frozenset({"work.read"}), classes={"work.read": None})
    await write_note(house.db, reads, conversation, new_id(), "So geht es.")
    with pytest.raises((Conflict, Forbidden)):
        await answer(house.outside, reads, interaction, Answer(message_id=new_id(), text="Moin", visibility="public"))
    await end_consult(house.db, reads, asked)
    with pytest.raises(Forbidden):
        await write_note(house.db, reads, conversation, new_id(), "Und noch etwas.")


async def test_whoever_has_the_skill_and_is_first_helps(house: House) -> None:
    person, queue, interaction = await working(house)
    with pytest.raises(Invalid):
        await ask_colleague(house.db, person.access, interaction, new_id(), "Recht?", skill="law")
    off = await house.agent(queue, state="offline", skills={"law": 5})
    with pytest.raises(Conflict):
        await ask_colleague(house.db, person.access, interaction, new_id(), "Recht?", skill="law")
    experts = [await house.agent(queue, state="busy", skills={"law": 2}) for _ in range(5)]
    stranger = await house.agent(queue, state="busy")
    asked = await ask_colleague(house.db, person.access, interaction, new_id(), "Recht?", skill="law")
    with pytest.raises(NotFound):
        await begin_consult(house.db, stranger.access, asked)
    with pytest.raises(Conflict, match="everybody"):
        await decline_consult(house.db, experts[0].access, asked)

    async def first(one: Person) -> bool:
        try:
            await begin_consult(house.db, one.access, asked)
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*(first(one) for one in experts))) == 1
    assert sum([await used(house, one) for one in [*experts, off]]) == 6
    await assert_capacity_adds_up(house)


async def test_who_asks_for_a_skill_of_their_own_does_not_help_themself(house: House) -> None:
    person, queue, interaction = await working(house, skills={"law": 5})
    await house.agent(queue, state="busy", skills={"law": 2})
    asked = await ask_colleague(house.db, person.access, interaction, new_id(), "Recht?", skill="law")
    with pytest.raises(NotFound):
        await begin_consult(house.db, person.access, asked)
    assert (await consult(house), await used(house, person)) == (("requested", None), 12)


async def test_who_reads_their_own_work_only_is_not_asked_about_a_colleague_s(house: House) -> None:
    person, queue, interaction = await working(house)
    other = await house.agent(queue, state="busy")
    await house.sql("update role_grant set scope_kind = 'self' where user_id = $1", other.id)
    with pytest.raises(Invalid, match="may not read"):
        await ask_colleague(house.db, person.access, interaction, new_id(), "Hm?", agent_id=other.id)


async def test_nobody_helps_beyond_their_capacity(house: House) -> None:
    person, queue, interaction = await working(house)
    full = await house.agent(queue, capacity=5, state="busy")
    asked = await ask_colleague(house.db, person.access, interaction, new_id(), "Hm?", agent_id=full.id)
    with pytest.raises(Conflict, match="capacity"):
        await begin_consult(house.db, full.access, asked)
    assert (await consult(house), await used(house, full)) == (("requested", full.id), 0)
    await decline_consult(house.db, full.access, asked)
    await decline_consult(house.db, full.access, asked)
    assert await consult(house) == ("declined", full.id)


async def test_one_asks_a_colleague_who_is_there_and_may_read_it_once(house: House) -> None:
    person, queue, interaction = await working(house)
    off, stranger, other = await house.agent(queue, state="offline"), await house.agent(queue), await house.agent(queue)
    await house.sql("delete from role_grant where user_id = $1", stranger.id)

    def ask(**whom: object) -> object:
        return ask_colleague(house.db, person.access, interaction, new_id(), "Hm?", **whom)  # type: ignore[arg-type]

    for whom, error in (
        ({"agent_id": off.id}, Conflict), ({"agent_id": stranger.id}, Invalid), ({"agent_id": person.id}, Invalid), ({}, Invalid)
    ):  # fmt: skip
        with pytest.raises(error):
            await ask(**whom)  # type: ignore[misc]
    await ask(agent_id=other.id)  # type: ignore[misc]
    with pytest.raises(Conflict, match="already"):
        await ask(agent_id=other.id)  # type: ignore[misc]
    assert (await house.transcript()).count("Hm?") == 1


@pytest.mark.parametrize("how", ["finish", "close", "transfer", "assign", "asker leaves", "helper leaves"])
async def test_what_ends_the_work_or_takes_who_helps_ends_the_consult_and_frees_its_capacity(house: House, how: str) -> None:
    person, other, interaction, _ = await helping(house)
    match how:
        case "finish":
            await finish(house.db, person.access, interaction)
        case "close":
            await wrap_up(house.db, person.access, interaction, await code(house))
        case "transfer":
            await transfer(house.db, person.access, interaction, queue_id=await house.queue())
        case "assign":
            await assign(house.db, person.access, interaction, other.id)
        case "asker leaves":
            await set_agent_state(house.db, person.access, "offline")
        case "helper leaves":
            await set_agent_state(house.db, other.access, "offline")
            assert await work(house) == ("active", person.id)
    assert (await consult(house))[0] == "ended"
    assert await used(house, other) == (12 if how == "assign" else 0)
    await assert_capacity_adds_up(house)


async def test_parking_and_a_break_leave_the_consult_as_it_is(house: House) -> None:
    person, other, interaction, _ = await helping(house)
    await park(house.db, person.access, interaction)
    await set_agent_state(house.db, other.access, "away")
    assert (await consult(house), await used(house, other)) == (("open", other.id), 6)
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_beginning_ending_and_leaving_at_once_never_lose_or_double_capacity(house: House) -> None:
    person, queue, interaction = await working(house)
    for _ in range(6):
        other = await house.agent(queue, capacity=6, state="busy")
        asked = await ask_colleague(house.db, person.access, interaction, new_id(), "Hm?", agent_id=other.id)
        await asyncio.gather(
            begin_consult(house.db, other.access, asked), end_consult(house.db, person.access, asked),
            set_agent_state(house.db, other.access, "offline"), decline_consult(house.db, other.access, asked),
            return_exceptions=True,
        )  # fmt: skip
        await assert_capacity_adds_up(house)
        await set_agent_state(house.db, other.access, "busy")
        await set_agent_state(house.db, other.access, "offline")
        assert await used(house, other) == 0
    assert await house.sql("select 1 from consult where state in ('requested', 'open')") == []
