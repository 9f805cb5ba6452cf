"""Cases: the list, one by its number, and what is done to it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from unisono.service.case_views import CaseDetails, CaseRow
from unisono.service.cases import (
    Solved,
    add_to_case,
    case_details,
    case_id_of,
    case_of_id,
    cases_of_customer,
    cases_page,
    change_case,
    note_case,
    open_case,
    remove_from_case,
    searched,
    set_case_members,
    solve_case,
)
from unisono.service.house import House
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.ports.cases import CaseChange, CaseFilter
from unisono.service.views import CaseView
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewCaseBody(Body):
    """A case for an enquiry: what it is about, how urgent (-2 to 2, 0 is usual), until when."""

    interaction_id: UUID
    title: Annotated[str, Meta(max_length=1_000)]
    priority: int = 0
    due_at: datetime | None = None


class CaseChangeBody(Body):
    """What changes; what is not named stays. state: open, waiting or solved."""

    title: Annotated[str, Meta(max_length=1_000)] | UnsetType = UNSET
    state: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    owner_id: UUID | None | UnsetType = UNSET
    due_at: datetime | None | UnsetType = UNSET


class CaseItemBody(Body):
    """Which enquiry."""

    interaction_id: UUID


class CaseMembersBody(Body):
    """Who follows the case besides its owner."""

    member_ids: tuple[UUID, ...]


class CaseNoteBody(Body):
    """A note. `note_id` (UUIDv7) is made by the client: the same one twice is one note."""

    note_id: UUID
    text: Annotated[str, Meta(max_length=30_000)]


class SolveBody(Body):
    """With a wrap-up code what of the case is open in one's own hands is closed as well."""

    code_id: UUID | None = None


class CaseAnswer(Struct, frozen=True, kw_only=True):
    """The case after the verb."""

    case: CaseView


class SolvedAnswer(Struct, frozen=True, kw_only=True):
    """The case, and what became of the enquiries in it that were open."""

    case: CaseView
    solved: Solved


@get("/cases", opt=needs("work.read"), tags=["Cases"])
async def cases(
    house: HouseDep,
    actor: ActorDep,
    states: FromQuery[str] = "",
    owner_id: FromQuery[UUID | None] = None,
    unowned: FromQuery[bool] = False,
    late: FromQuery[bool] = False,
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[CaseRow]:
    """Return cases, the newest first. states: several with commas. q: a number (`#482`) or words of the title."""
    number, words = searched(q)
    which = CaseFilter(
        states=tuple(word for word in states.split(",") if word), owner_id=owner_id, unowned=unowned, late=late, words=words,
        number=number,
    )  # fmt: skip
    return await cases_page(house.db, actor.access, which, after, bounded(limit))


@post("/cases", opt=needs("work.answer"), tags=["Cases"])
async def opened(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewCaseBody]) -> CaseAnswer:
    """Open a case for an enquiry; who opens it owns it. 409 when the enquiry is in one already."""
    key = await key_of(request)
    case_id = await once(
        house.db, key,
        lambda db: open_case(
            db, actor.access, data.interaction_id, data.title, case_id=id_under(key), priority=data.priority, due_at=data.due_at
        ),
        UUID,
    )  # fmt: skip
    return CaseAnswer(case=await case_of_id(house.db, case_id))


@get("/cases/{number:int}", opt=needs("work.read"), tags=["Cases"])
async def case(house: HouseDep, actor: ActorDep, number: FromPath[int]) -> CaseDetails:
    """Return a case with its enquiries over all channels in the order in which they began, and its notes."""
    return await case_details(house.db, actor.access, number)


@patch("/cases/{number:int}", opt=needs("work.answer"), tags=["Cases"])
async def changed(house: HouseDep, actor: ActorDep, number: FromPath[int], data: JSONBody[CaseChangeBody]) -> CaseAnswer:
    """Change what is named."""
    case_id = await case_id_of(house.db, actor.access, number)
    change = CaseChange(title=data.title, state=data.state, priority=data.priority, owner_id=data.owner_id, due_at=data.due_at)
    await change_case(house.db, actor.access, case_id, change)
    return await _shown(house, case_id)


@put("/cases/{number:int}/members", opt=needs("work.answer"), tags=["Cases"])
async def members(house: HouseDep, actor: ActorDep, number: FromPath[int], data: JSONBody[CaseMembersBody]) -> CaseAnswer:
    """Say who follows the case besides its owner."""
    case_id = await case_id_of(house.db, actor.access, number)
    await set_case_members(house.db, actor.access, case_id, data.member_ids)
    return await _shown(house, case_id)


@post("/cases/{number:int}/items", opt=needs("work.answer"), status_code=200, tags=["Cases"])
async def put_in(house: HouseDep, actor: ActorDep, number: FromPath[int], data: JSONBody[CaseItemBody]) -> CaseAnswer:
    """Put an enquiry into the case, from whatever channel; twice is once."""
    case_id = await case_id_of(house.db, actor.access, number)
    await add_to_case(house.db, actor.access, case_id, data.interaction_id)
    return await _shown(house, case_id)


@delete("/cases/{number:int}/items/{interaction_id:uuid}", opt=needs("work.answer"), tags=["Cases"])
async def take_out(house: HouseDep, actor: ActorDep, number: FromPath[int], interaction_id: FromPath[UUID]) -> None:
    """Take an enquiry out of the case; nothing else about it changes."""
    case_id = await case_id_of(house.db, actor.access, number)
    await remove_from_case(house.db, actor.access, case_id, interaction_id)


@post("/cases/{number:int}/notes", opt=needs("work.answer"), tags=["Cases"])
async def noted(house: HouseDep, actor: ActorDep, number: FromPath[int], data: JSONBody[CaseNoteBody]) -> CaseDetails:
    """Write a note on the case; it never leaves the house."""
    case_id = await case_id_of(house.db, actor.access, number)
    await note_case(house.db, actor.access, case_id, data.note_id, data.text)
    return await case_details(house.db, actor.access, number)


@post("/cases/{number:int}/solve", opt=needs("work.answer"), status_code=200, tags=["Cases"])
async def solved(
    request: Asking, house: HouseDep, actor: ActorDep, number: FromPath[int], data: JSONBody[SolveBody | None] = None
) -> SolvedAnswer:
    """Solve the case, and close with a wrap-up code what of it is open in one's own hands."""
    case_id = await case_id_of(house.db, actor.access, number)
    code_id = data.code_id if data is not None else None
    result = await once(house.db, await key_of(request), lambda db: solve_case(db, actor.access, case_id, code_id), Solved)
    return SolvedAnswer(case=await case_of_id(house.db, case_id), solved=result)


@get("/customers/{customer_id:uuid}/cases", opt=needs("work.read"), tags=["Cases"])
async def of_customer(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID]) -> Page[CaseView]:
    """Return the cases in which a customer has a part, the newest first; at most a hundred."""
    return await cases_of_customer(house.db, actor.access, customer_id)


async def _shown(house: House, case_id: UUID) -> CaseAnswer:
    return CaseAnswer(case=await case_of_id(house.db, case_id))


ROUTES: list[Any] = [cases, opened, case, changed, members, put_in, take_out, noted, solved, of_customer]
