"""The verbs on cases."""

from uuid import UUID

from tests.laws.law3.scene import MORE, Scene, Step, case
from unisono.domain.ids import new_id
from unisono.service.cases import (
    add_to_case,
    change_case,
    note_case,
    open_case,
    remove_from_case,
    set_case_members,
    solve_case,
)
from unisono.service.erase import erase_customer
from unisono.service.finish import wrap_up
from unisono.service.follow_cases import follow_cases
from unisono.service.ports.cases import CaseChange


async def _work(s: Scene, n: int = 0) -> UUID:
    return (await s.house.sql("select id from interaction order by id offset $1 limit 1", n))[0]["id"]  # type: ignore[no-any-return]


async def _opened(s: Scene) -> UUID:
    return await open_case(s.house.db, s.anna.access, await _work(s), "Störung")


@case("cases.open_case")
async def _open(s: Scene) -> Step:
    work = await _work(s)
    return lambda: open_case(s.house.db, s.anna.access, work, "Störung")


@case("cases.add_to_case")
async def _add(s: Scene) -> Step:
    opened, other = await _opened(s), await _work(s, 1)
    return lambda: add_to_case(s.house.db, s.anna.access, opened, other)


@case("cases.remove_from_case")
async def _remove(s: Scene) -> Step:
    opened, work = await _opened(s), await _work(s)
    return lambda: remove_from_case(s.house.db, s.anna.access, opened, work)


@case("cases.change_case")
async def _change(s: Scene) -> Step:
    opened = await _opened(s)
    change = CaseChange(title="Großstörung", state="waiting", priority=2, owner_id=s.ben.id, due_at=s.house.clock.now())
    return lambda: change_case(s.house.db, s.anna.access, opened, change)


@case("cases.set_case_members")
async def _members(s: Scene) -> Step:
    opened = await _opened(s)
    return lambda: set_case_members(s.house.db, s.anna.access, opened, [s.ben.id])


@case("cases.note_case")
async def _note(s: Scene) -> Step:
    opened = await _opened(s)
    return lambda: note_case(s.house.db, s.anna.access, opened, new_id(), "Der Techniker kommt morgen.")


@case("cases.solve_case")
async def _solve(s: Scene) -> Step:
    work = await s.active()
    opened = await open_case(s.house.db, s.anna.access, work, "Störung")
    return lambda: solve_case(s.house.db, s.anna.access, opened, s.code)


@case("follow_cases.follow_cases")
async def _follow(s: Scene) -> Step:
    opened, work = await _opened(s), await _work(s)
    await solve_case(s.house.db, s.anna.access, opened)
    [row] = await s.house.sql("select conversation_id from interaction where id = $1", work)
    [number] = await s.house.sql("select number from case_file where id = $1", opened)

    async def step() -> None:
        async with s.house.db.write() as tx:
            await follow_cases(tx, {work: (row["conversation_id"], number["number"])}, [work])

    return step


async def _again(s: Scene) -> Step:
    """A customer writes again in a conversation whose case is solved and whose work is closed."""
    work = await s.active()
    opened = await open_case(s.house.db, s.anna.access, work, "Störung")
    await wrap_up(s.house.db, s.anna.access, work, s.code)
    await solve_case(s.house.db, s.anna.access, opened)
    [row] = await s.house.sql(
        "select m.remote_id, n.remote_id as by from message m join identity n on n.id = m.identity_id where m.interaction_id = $1",
        work,
    )
    return lambda: s.house.hear(s.channel, {"id": "again", "root": row["remote_id"], "by": row["by"], "text": "Wieder"})


async def _erased(s: Scene) -> Step:
    await _opened(s)
    [row] = await s.house.sql(
        "select n.customer_id from interaction i join conversation c on c.id = i.conversation_id join identity n on n.id = c.identity_id "
        "where i.id = $1", await _work(s)
    )  # fmt: skip
    return lambda: erase_customer(s.house.outside, s.anna.access, row["customer_id"], "Antrag")


MORE["receive.receive: of a solved case"] = _again
MORE["erase.erase_customer: of a case"] = _erased
