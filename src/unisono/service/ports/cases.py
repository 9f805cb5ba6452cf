"""What is asked of the store about cases."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.service.case_views import CaseNoteView, CaseRow
from unisono.service.ports.reading import Sight
from unisono.service.views import CaseView


class CaseFacts(Struct, frozen=True, kw_only=True):
    """A case as the verbs need it. people: its owner and its members."""

    id: UUID
    number: int
    access_class: int
    state: str
    people: frozenset[UUID]


class NewCase(Struct, frozen=True, kw_only=True):
    """A case to open."""

    id: UUID
    title: str
    access_class: int
    owner_id: UUID | None
    created_by: UUID
    priority: int = 0
    due_at: datetime | None = None


class CaseChange(Struct, frozen=True, kw_only=True):
    """What changes; what is not named stays."""

    title: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    owner_id: UUID | None | UnsetType = UNSET
    due_at: datetime | None | UnsetType = UNSET
    solved_at: datetime | None | UnsetType = UNSET


class CaseFilter(Struct, frozen=True, kw_only=True):
    """Which cases. owner_id: of this owner; unowned: those that nobody owns; late: due and not solved.

    words: all of them stand in the title; number: this one alone.
    """

    states: Sequence[str] = ()
    owner_id: UUID | None = None
    unowned: bool = False
    late: bool = False
    words: Sequence[str] = ()
    number: int | None = None


class Cases(Protocol):
    """Port for cases. Whatever changes one raises its version."""

    async def add(self, case: NewCase) -> int:
        """Write a case and return its number."""

    async def facts(self, case_id: UUID, *, lock: bool = False) -> CaseFacts | None: ...

    async def numbered(self, number: int) -> CaseFacts | None: ...

    async def change(self, case_id: UUID, change: CaseChange) -> None: ...

    async def set_members(self, case_id: UUID, user_ids: Sequence[UUID]) -> None: ...

    async def add_note(self, note_id: UUID, case_id: UUID, user_id: UUID, text: str) -> bool:
        """Write a note; False when it is there already."""

    async def put(self, interaction_id: UUID, case_id: UUID | None) -> UUID | None:
        """Put a unit of work into a case, or out of its case; returns the case that it was in."""

    async def put_if_free(self, interaction_id: UUID, case_id: UUID) -> bool:
        """Put a unit of work into a case unless it is in one; returns whether it was put."""

    async def open_work(self, case_id: UUID) -> list[UUID]:
        """Return what is open in a case."""

    async def work_of(self, case_id: UUID) -> list[tuple[UUID, int, UUID | None]]:
        """Return (interaction, access class, agent) of a case in the order in which they began."""

    async def named(self, wanted: Sequence[tuple[UUID, int]]) -> dict[UUID, UUID]:
        """Return, by conversation, the case with that number if it is a case of the conversation's customer as well."""

    async def customer_wrote(self, interaction_ids: Iterable[UUID]) -> list[tuple[UUID, int]]:
        """Open cases again that waited or were solved and of which the customer wrote; returns (case, access class)."""

    async def of_customer(self, sight: Sight, customer_id: UUID, limit: int) -> list[CaseView]: ...

    async def page(self, sight: Sight, which: CaseFilter, before: int | None, limit: int) -> list[CaseRow]:
        """Return cases, the highest number first, below `before`."""

    async def views(self, ids: Iterable[UUID]) -> list[tuple[CaseView, int]]:
        """Return cases as they are shown, each with its access class."""

    async def notes(self, case_id: UUID) -> list[CaseNoteView]: ...

    async def forget(self, identity_ids: Iterable[UUID], names: Sequence[str]) -> list[tuple[UUID, int]]:
        """Take out what cases say of erased people; returns (case, access class) of what changed.

        A case of theirs alone loses its title and its notes; one with others loses what names them.
        """
