"""What is asked of the store about search."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.reading import Sight
from unisono.service.views import SearchHit

Place = tuple[datetime, UUID]


class SearchPlace(Struct, frozen=True, kw_only=True):
    """One access class with the names by which people ask for it."""

    access_class: int
    queue_id: UUID
    queue_key: str
    queue_name: dict[str, str]
    channel_id: UUID
    channel_name: str
    network: str


class SearchFor(Struct, frozen=True, kw_only=True):
    """What is searched. groups: a message holds one term of each; people: for each a group of terms that a name holds.

    Without groups and phrases it is conversations that are found, each by its newest message. agent_id: whose open work;
    `unassigned`: nobody's. states: of the open work; `closed`: no work is open. spam: marked so.
    """

    groups: Sequence[Sequence[str]] = ()
    phrases: Sequence[str] = ()
    people: Sequence[Sequence[Sequence[str]]] = ()
    tags: Sequence[UUID] = ()
    states: Sequence[str] = ()
    spam: bool = False
    agent_id: UUID | None = None
    unassigned: bool = False
    cases: Sequence[int] = ()
    since: datetime | None = None
    before: datetime | None = None
    has_attachment: bool = False


class Found(Struct, frozen=True, kw_only=True):
    """Hits, newest first. next: where to search on, also when there are few hits: time was up. None: all was looked through."""

    hits: list[SearchHit]
    next: Place | None


class Searching(Protocol):
    """Port for search."""

    async def places(self) -> list[SearchPlace]:
        """Return every access class with its queue and channel."""

    async def search(self, sight: Sight, wanted: SearchFor, after: Place | None, limit: int) -> Found:
        """Return what is found behind a place, at most `limit` hits."""
