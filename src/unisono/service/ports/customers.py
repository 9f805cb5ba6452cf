"""What is asked of the store about customers: who is one person, and what the house knows of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.identity.compare import Handle
from unisono.identity.partition import Root
from unisono.service.customer_views import ClaimView, CustomerFactsView, CustomerNoteView, FieldView, MergeView
from unisono.service.ports.reading import Sight
from unisono.service.setup_views import Names
from unisono.service.views import HistoryItem


class Merge(Struct, frozen=True, kw_only=True):
    """An edge between two customers as they came."""

    id: UUID
    a: UUID
    b: UUID
    standing: bool


class NewMerge(Struct, frozen=True, kw_only=True):
    """A merge to write, with what spoke for it."""

    id: UUID
    a: UUID
    b: UUID
    score: float
    evidence: Sequence[str]
    reason: str
    merged_by: UUID


class KnownHandle(Struct, frozen=True, kw_only=True):
    """A handle with whose it is."""

    identity_id: UUID
    customer_id: UUID
    handle: Handle


class NewField(Struct, frozen=True, kw_only=True):
    """A field of the house's own to add."""

    id: UUID
    key: str
    name: Names
    kind: str
    choices: Sequence[Mapping[str, Any]] = ()
    position: int = 0


class FieldChange(Struct, frozen=True, kw_only=True):
    """What changes; what is not named stays. The kind and the key never change: values and scripts hang on them."""

    name: Names | UnsetType = UNSET
    choices: Sequence[Mapping[str, Any]] | UnsetType = UNSET
    position: int | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class Customers(Protocol):
    """Port for customers."""

    async def lead_of(self, customer_id: UUID) -> UUID | None:
        """Return who stands for a customer, themself if nobody else does; None for one that does not exist."""

    async def group_of(self, customer_id: UUID) -> list[UUID]:
        """Return all who are one person with a customer, themself included."""

    async def lock_merging(self) -> None:
        """Let nobody else merge or unmerge until the commit."""

    async def component(self, customer_ids: Iterable[UUID]) -> tuple[dict[UUID, Root], list[Merge]]:
        """Return all who are connected with these by merges that stand, and those merges; their rows are locked."""

    async def merge(self, merge_id: UUID) -> Merge | None: ...

    async def add_merge(self, merge: NewMerge) -> None: ...

    async def end_merge(self, merge_id: UUID, user_id: UUID) -> None: ...

    async def stand(self, leads: Mapping[UUID, UUID]) -> None:
        """Write who stands for each, and move their handles there; what changed gets a higher version."""

    async def set_apart(self, a: UUID, b: UUID, user_id: UUID) -> None: ...

    async def apart_from(self, customer_ids: Iterable[UUID]) -> set[UUID]:
        """Return who is said to be somebody else than these."""

    async def merges_of(self, customer_ids: Iterable[UUID]) -> list[MergeView]: ...

    async def handles(self, customer_ids: Iterable[UUID]) -> list[KnownHandle]:
        """Return the handles of customers with their claims."""

    async def alike(self, handles: Sequence[KnownHandle], said: Sequence[tuple[str, str]], limit: int) -> list[UUID]:
        """Return customers who share an address, a number, a page, a handle or a name with these handles.

        said: (kind, value) that the customer wrote of themself.
        """

    async def recent_texts(self, customer_id: UUID, classes: frozenset[int] | None, limit: int) -> list[tuple[UUID, str]]:
        """Return (identity, text) of the newest messages of a customer."""

    async def claims(self, customer_id: UUID) -> list[ClaimView]: ...

    async def add_claim(
        self, identity_id: UUID, kind: str, value: str, *, proved: bool, source: str, user_id: UUID | None
    ) -> bool: ...

    async def drop_claim(self, identity_id: UUID, kind: str, value: str) -> bool: ...

    async def touch(self, customer_id: UUID) -> None:
        """Raise a customer's version."""

    async def notes(self, customer_id: UUID) -> list[CustomerNoteView]: ...

    async def add_note(self, note_id: UUID, customer_id: UUID, user_id: UUID, text: str) -> bool: ...

    async def note_of(self, note_id: UUID) -> UUID | None: ...

    async def drop_note(self, note_id: UUID) -> bool: ...

    async def fields(self) -> list[FieldView]: ...

    async def add_field(self, field: NewField) -> bool:
        """Write a field; False when its key is taken."""

    async def change_field(self, field_id: UUID, change: FieldChange) -> bool: ...

    async def values(self, customer_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
        """Return values by customer and key; who stands for others has theirs where they have none of their own."""

    async def set_value(
        self, customer_id: UUID, field_id: UUID, value: str | None, terms: Sequence[str], user_id: UUID
    ) -> None: ...

    async def facts(self, customer_id: UUID, sight: Sight, zone: str) -> CustomerFactsView: ...

    async def conversations(
        self, customer_id: UUID, sight: Sight, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[HistoryItem]: ...

    async def directory(self, sight: Sight, groups: Sequence[Sequence[str]], before: UUID | None, limit: int) -> list[UUID]:
        """Return customers, the newest first, whose names or fields hold a term of every group."""

    async def last_of(self, customer_ids: Sequence[UUID], sight: Sight) -> dict[UUID, HistoryItem]:
        """Return the newest conversation of each."""
