"""Cases: open one from a conversation, put enquiries in and take them out, change, note, solve.

A case is seen by whoever sees where it was opened, and by its owner and members if they see their own work only. What is in
it keeps its own access: who may not see a channel does not see it through a case either.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.case_views import CaseDetails, CaseRow
from unisono.service.finish import close_with_code
from unisono.service.locks import lock_people
from unisono.service.look import sight_of
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.cases import CaseChange, CaseFacts, CaseFilter, NewCase
from unisono.service.reach import reach
from unisono.service.text import storable, words_of
from unisono.service.views import CaseView
from unisono.service.work_events import work_event

STATES: Final = ("open", "waiting", "solved")
SOLVED: Final = "solved"
MAX_TITLE_CHARS: Final = 200
MAX_NOTE_CHARS: Final = 20_000
MAX_MEMBERS: Final = 100
MAX_OF_CUSTOMER: Final = 100
PRIORITIES: Final = (-2, 2)
_NOT_THERE: Final = "This case does not exist, or is not yours to see."


class Solved(Struct, frozen=True, kw_only=True):
    """What solving a case came to. closed: enquiries closed with it; left: those still open, waiting or in others' hands."""

    closed: int
    left: int


async def open_case(
    db: Database, access: Access, interaction_id: UUID, title: str, *, case_id: UUID | None = None, priority: int = 0,
    due_at: datetime | None = None,
) -> UUID:  # fmt: skip
    """Open a case for an enquiry, owned by who opens it; returns its id. An enquiry is in one case at the most.

    Raises NotFound, Forbidden, Invalid; Conflict when the enquiry is in a case already.
    """
    title = _checked_title(title)
    _check_priority(priority)
    async with db.write() as tx:
        work = await reach(tx, access, interaction_id)
        new = NewCase(
            id=case_id or new_id(), title=title, access_class=work.access_class, owner_id=access.user_id,
            created_by=access.user_id, priority=priority, due_at=due_at,
        )  # fmt: skip
        await tx.cases.add(new)
        if (before := await tx.cases.put(work.id, new.id)) is not None:
            raise await _in_a_case(tx, before)
        await _told(tx, access, "opened", new.id, new.access_class)
        tx.emit(work_event("case_changed", work, actor_id=access.user_id, case_id=new.id))
    return new.id


async def add_to_case(db: Database, access: Access, case_id: UUID, interaction_id: UUID) -> None:
    """Put an enquiry into a case, from whatever channel. Twice is once.

    Raises NotFound, Forbidden; Conflict when it is in another case.
    """
    async with db.write() as tx:
        work = await reach(tx, access, interaction_id)
        case = await _reach(tx, access, case_id)
        before = await tx.cases.put(work.id, case.id)
        if before == case.id:
            return
        if before is not None:
            raise await _in_a_case(tx, before)
        await _told(tx, access, "changed", case.id, case.access_class)
        tx.emit(work_event("case_changed", work, actor_id=access.user_id, case_id=case.id))


async def remove_from_case(db: Database, access: Access, case_id: UUID, interaction_id: UUID) -> None:
    """Take an enquiry out of a case. What is not in it stays where it is. Raises NotFound, Forbidden."""
    async with db.write() as tx:
        work = await reach(tx, access, interaction_id)
        case = await _reach(tx, access, case_id)
        if work.id not in {one for one, _, _ in await tx.cases.work_of(case.id)}:
            return
        await tx.cases.put(work.id, None)
        await _told(tx, access, "changed", case.id, case.access_class)
        tx.emit(work_event("case_changed", work, actor_id=access.user_id, case_id=None))


async def change_case(db: Database, access: Access, case_id: UUID, change: CaseChange) -> None:
    """Change what is named: title, state, owner, priority, due. Raises NotFound, Forbidden, Invalid."""
    change = _checked(change)
    async with db.write() as tx:
        case = await _reach(tx, access, case_id)
        if isinstance(change.owner_id, UUID):
            await _check_people(tx, [change.owner_id], "owner_id")
        await tx.cases.change(case.id, _with_moment(change, tx.now))
        await tx.privacy.audit(access.user_id, "case.changed", "case", str(case.id), _facts_of(change))
        await _told(tx, access, "changed", case.id, case.access_class)


async def set_case_members(db: Database, access: Access, case_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Say who follows a case besides its owner. Raises NotFound, Forbidden, Invalid for somebody who does not exist."""
    members = sorted(set(user_ids))
    if len(members) > MAX_MEMBERS:
        raise Invalid(
            f"A case has {MAX_MEMBERS} members at the most.", code="many_members", field="member_ids", limit=MAX_MEMBERS
        )
    async with db.write() as tx:
        case = await _reach(tx, access, case_id)
        await _check_people(tx, members, "member_ids")
        await tx.cases.set_members(case.id, members)
        await _told(tx, access, "changed", case.id, case.access_class)


async def note_case(db: Database, access: Access, case_id: UUID, note_id: UUID, text: str) -> None:
    """Write a note on a case; the same id again is the same note. Raises NotFound, Forbidden, Invalid."""
    clean = storable(text).strip()
    if not clean:
        raise Invalid("The note is empty.", field="text", code="empty")
    if len(clean) > MAX_NOTE_CHARS:
        raise Invalid(f"A note takes {MAX_NOTE_CHARS} characters, this one has {len(clean)}.", field="text", code="too_long")
    async with db.write() as tx:
        case = await _reach(tx, access, case_id)
        if await tx.cases.add_note(note_id, case.id, access.user_id, clean):
            await _told(tx, access, "changed", case.id, case.access_class)


async def solve_case(db: Database, access: Access, case_id: UUID, code_id: UUID | None = None) -> Solved:
    """Solve a case; with a wrap-up code, what of it is open in the asker's hands is closed as well.

    What waits in a queue or is in a colleague's hands stays: it is theirs to close. Raises NotFound, Forbidden, Invalid.
    """
    async with db.write() as tx:
        closed = 0
        work_ids = await tx.cases.open_work(case_id)
        # All of it is locked before the case, and before the first agent, in the order that every verb keeps.
        locked = [await tx.work.interaction(work_id, lock=True) for work_id in sorted(work_ids)] if code_id is not None else []
        case = await _reach(tx, access, case_id)
        if code_id is not None:
            mine = [work for work in locked if work and work.agent_id == access.user_id and work.state in _IN_HAND]
            await lock_people(tx, mine, access.user_id)
            for work in mine:
                await close_with_code(tx, access, work, code_id)
            closed = len(mine)
        if case.state != SOLVED:
            await tx.cases.change(case.id, CaseChange(state=SOLVED, solved_at=tx.now))
            await tx.privacy.audit(access.user_id, "case.changed", "case", str(case.id), {"state": SOLVED})
            await _told(tx, access, "changed", case.id, case.access_class)
    return Solved(closed=closed, left=len(work_ids) - closed)


_IN_HAND: Final = frozenset({s.value for s in (InteractionState.ACTIVE, InteractionState.PARKED, InteractionState.WRAP_UP)})


# ---- looking -------------------------------------------------------------------------------------------------------


async def cases_page(db: Database, access: Access, which: CaseFilter, after: str | None, limit: int) -> Page[CaseRow]:
    """Return a page of cases, the newest number first. Raises Invalid."""
    if unknown := set(which.states) - set(STATES):
        raise Invalid(f"{min(unknown)!r} is no state; known are {', '.join(STATES)}.", code="not_one_of", field="state")
    before: int | None = parse_place(after, tuple[int])[0] if after else None
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        found = await tx.cases.page(sight_of(access), which, before, limit + 1)
    rows, more = paged(found, limit)
    return Page(items=rows, next=place(rows[-1].case.number) if more else None, cursor=cursor)


def searched(query: str) -> tuple[int | None, list[str]]:
    """Return the number that a query asks for, or else its words: "#482", "482" and "[#482]" are the number."""
    bare = query.strip().strip("[]").removeprefix("#")
    if bare.isascii() and bare.isdigit() and len(bare) <= 15:
        return int(bare), []
    return None, words_of(query)[:10]


async def case_details(db: Database, access: Access, number: int) -> CaseDetails:
    """Return a case by its number with all around it. Raises NotFound."""
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        case = await tx.cases.numbered(number)
        if case is None or not _sees(access, case):
            raise NotFound(_NOT_THERE)
        work = await tx.cases.work_of(case.id)
        seen = [work_id for work_id, access_class, agent_id in work if access.sees(access_class, agent_id)]
        items = {item.interaction.id: item for item in await tx.reading.work_items(seen)}
        [(view, _)] = await tx.cases.views([case.id])
        notes = await tx.cases.notes(case.id)
    return CaseDetails(
        case=view, items=[items[one] for one in seen if one in items], hidden=len(work) - len(seen), notes=notes, cursor=cursor
    )


async def case_id_of(db: Database, access: Access, number: int) -> UUID:
    """Return the id of the case with a number. Raises NotFound."""
    async with db.read() as tx:
        case = await tx.cases.numbered(number)
    if case is None or not _sees(access, case):
        raise NotFound(_NOT_THERE)
    return case.id


async def case_of_id(db: Database, case_id: UUID) -> CaseView:
    """Return a case after a verb that the asker could do."""
    async with db.read() as tx:
        [(view, _)] = await tx.cases.views([case_id])
    return view


async def cases_of_customer(db: Database, access: Access, customer_id: UUID) -> Page[CaseView]:
    """Return the cases in which a customer has a part, of those that the asker may see."""
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        return Page(items=await tx.cases.of_customer(sight_of(access), customer_id, MAX_OF_CUSTOMER), cursor=cursor)


# ---- what the verbs share ------------------------------------------------------------------------------------------


def _sees(access: Access, case: CaseFacts) -> bool:
    return access.sees(case.access_class, access.user_id if access.user_id in case.people else None)


async def _reach(tx: Tx, access: Access, case_id: UUID) -> CaseFacts:
    case = await tx.cases.facts(case_id, lock=True)
    if case is None or not _sees(access, case):
        raise NotFound(_NOT_THERE)
    mine = access.user_id if access.user_id in case.people else None
    if not access.sees(case.access_class, mine, "work.answer"):
        raise Forbidden("Here this needs the right 'work.answer', which your roles do not give.", action="work.answer")
    return case


async def _told(tx: Tx, access: Access, what: str, case_id: UUID, access_class: int) -> None:
    if what == "opened":
        await tx.privacy.audit(access.user_id, "case.opened", "case", str(case_id), {})
        tx.emit(NewEvent(type="case.opened", actor_id=access.user_id, access_class=access_class, body={"case_id": case_id}))
    else:
        tx.emit(NewEvent(type="case.changed", actor_id=access.user_id, access_class=access_class, body={"case_id": case_id}))


async def _in_a_case(tx: Tx, case_id: UUID) -> Conflict:
    case = await tx.cases.facts(case_id)
    number = case.number if case else 0
    return Conflict(
        f"This enquiry is in case #{number} already. Take it out there first; nothing was changed.",
        code="in_a_case",
        number=number,
    )


async def _check_people(tx: Tx, user_ids: Sequence[UUID], field: str) -> None:
    known = {user.id for user in await tx.people.user_views(user_ids) if not user.disabled} if user_ids else set()
    if set(user_ids) - known:
        raise Invalid("Somebody here does not exist or can no longer log in. Nothing was changed.", code="no_user", field=field)


def _checked_title(title: str) -> str:
    clean = " ".join(storable(title).split())
    if not clean:
        raise Invalid("A case needs a title, so that colleagues know what it is about.", code="empty", field="title")
    if len(clean) > MAX_TITLE_CHARS:
        raise Invalid(f"A title takes {MAX_TITLE_CHARS} characters.", code="too_long", field="title")
    return clean


def _check_priority(priority: int) -> None:
    low, high = PRIORITIES
    if not low <= priority <= high:
        raise Invalid(f"priority lies between {low} and {high}.", code="out_of_range", field="priority", low=low, high=high)


def _checked(change: CaseChange) -> CaseChange:
    if change.state is not UNSET and change.state not in STATES:
        raise Invalid(f"{change.state!r} is no state; known are {', '.join(STATES)}.", code="not_one_of", field="state")
    if change.priority is not UNSET:
        _check_priority(change.priority)
    title: str | UnsetType = UNSET if change.title is UNSET else _checked_title(change.title)
    return CaseChange(title=title, state=change.state, priority=change.priority, owner_id=change.owner_id, due_at=change.due_at)


def _with_moment(change: CaseChange, now: datetime) -> CaseChange:
    if change.state is UNSET:
        return change
    return CaseChange(
        title=change.title, state=change.state, priority=change.priority, owner_id=change.owner_id, due_at=change.due_at,
        solved_at=now if change.state == SOLVED else None,
    )  # fmt: skip


def _facts_of(change: CaseChange) -> dict[str, object]:
    """What the audit keeps of a change: never the title, which is somebody's words."""
    facts: dict[str, object] = {name: value for name in ("state", "priority") if (value := getattr(change, name)) is not UNSET}
    if change.owner_id is not UNSET:
        facts["owner_id"] = str(change.owner_id) if change.owner_id else None
    return facts
