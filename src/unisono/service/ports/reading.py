"""What is asked of the store about views: the shapes that the desk and the API show."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant
from unisono.service.ports.base import LoggedEvent
from unisono.service.views import (
    AgentView,
    ConversationView,
    CustomerView,
    DeadLetter,
    EventViews,
    HistoryItem,
    InteractionView,
    MessageView,
    OfferView,
    WorkEventView,
    WorkItem,
)


class Sight(Struct, frozen=True, kw_only=True):
    """What somebody may see: access classes (None: all), and `own`, whose work is seen whatever its class."""

    classes: frozenset[int] | None
    own: UUID | None = None


class WorkFilter(Struct, frozen=True, kw_only=True):
    """Which list: view is mine, waiting, open, parked, closed or spam; None and empty ask for nothing.

    sort: due (the usual one), newest or oldest by how long it waits, router (see `work_ranks`); closed and spam have their own.
    agent_id: whose; unassigned: nobody's. due_before: whose deadline lies before that.
    """

    view: str
    me: UUID
    sort: str = "due"
    queue_id: UUID | None = None
    channel_id: UUID | None = None
    network: str = ""
    skill: str = ""
    tag_id: UUID | None = None
    work_class_id: UUID | None = None
    state: str = ""
    language: str = ""
    customer_id: UUID | None = None
    agent_id: UUID | None = None
    unassigned: bool = False
    due_before: datetime | None = None


Rank = tuple[int, float, float, float, UUID]
"""The place of an enquiry in the router's order, smallest first, as `routing.classes.Rank`; what has no promise is due late."""


class Place(Struct, frozen=True, kw_only=True):
    """What the router's order is reckoned with: a time (seconds of the epoch), and minutes of work that wait for each person."""

    at_s: float
    minutes: float


class PlacedConversation(Struct, frozen=True, kw_only=True):
    """A conversation with what access asks of it."""

    view: ConversationView
    access_class: int
    agent_id: UUID | None
    network: str
    medium: str


#: (interaction, access class, queue, channel, state, agent, medium, keys of skills, waiting since) of an open unit of work.
Standing = tuple[UUID, int, UUID, UUID, str, UUID | None, str, list[str], Instant]


class KnownAbove(Struct, frozen=True, kw_only=True):
    """A post that the house itself has and that stands above a conversation: our own, or one of this customer."""

    remote_id: str
    author: str
    handle: str
    text: str
    said_at: datetime
    url: str
    own: bool


class Reading(Protocol):
    """Port for views. Lists are keyset pages: one row more than `limit` says that there is more."""

    async def work_list(
        self, sight: Sight, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[WorkItem]: ...

    async def work_ranks(self, sight: Sight, which: WorkFilter, at: Place, after: Rank | None, limit: int) -> list[Rank]:
        """Return the next of a list in the router's order."""

    async def backlog(self) -> tuple[float, int]:
        """Return (minutes of work that wait for the router, people who are there for it)."""

    async def work_count(self, sight: Sight, which: WorkFilter, most: int) -> int:
        """Return how many stand in a list, counted as far as `most`."""

    async def work_ids(self, sight: Sight, which: WorkFilter, limit: int) -> list[UUID]:
        """Return the first of a list, by id alone."""

    async def work_items(self, interaction_ids: Iterable[UUID]) -> list[WorkItem]: ...

    async def place_of(self, interaction_id: UUID) -> tuple[int, UUID | None] | None:
        """Return (access class, agent) of an interaction."""

    async def places_of(self, interaction_ids: Iterable[UUID]) -> dict[UUID, tuple[int, UUID | None]]:
        """Return (access class, agent) of interactions."""

    async def conversation(self, conversation_id: UUID) -> PlacedConversation | None: ...

    async def conversations(self, conversation_ids: Iterable[UUID]) -> dict[UUID, PlacedConversation]: ...

    async def interactions(self, conversation_ids: Sequence[UUID]) -> list[InteractionView]: ...

    async def messages(
        self, conversation_ids: Sequence[UUID], before: tuple[datetime, str, str] | None, limit: int
    ) -> list[MessageView]:
        """Return the newest messages before a place of the transcript of these together, in ascending order."""

    async def customer_messages(
        self, sight: Sight, customer_id: UUID, before: tuple[datetime, str, str] | None, limit: int
    ) -> list[MessageView]:
        """Return the newest messages of all conversations of a customer that may be seen, before a place, ascending."""

    async def known_above(self, conversation_id: UUID, limit: int) -> list[KnownAbove]:
        """Return posts of ours that a public conversation hangs on, oldest first."""

    async def first_remote_id(self, conversation_id: UUID) -> str | None:
        """Return the network's id of the customer's first message that still stands."""

    async def events_of(self, conversation_id: UUID, limit: int) -> list[WorkEventView]:
        """Return what happened to the work of a conversation, the newest `limit`, oldest first."""

    async def messages_by_id(self, ids: Iterable[UUID]) -> list[MessageView]: ...

    async def customer(self, customer_id: UUID) -> CustomerView | None: ...

    async def customers(self, ids: Sequence[UUID]) -> list[CustomerView]: ...

    async def customer_places(self, customer_id: UUID) -> list[tuple[int, UUID | None]]:
        """Return (access class, agent) of every conversation of a customer."""

    async def history(self, sight: Sight, customer_id: UUID, limit: int) -> list[HistoryItem]: ...

    async def history_of(self, conversation_ids: Iterable[UUID]) -> list[HistoryItem]:
        """Return conversations in short."""

    async def offers_of(self, agent_id: UUID) -> list[tuple[OfferView, WorkItem]]: ...

    async def agents(self, ids: Iterable[UUID] | None) -> list[AgentView]: ...

    def everybody(self, size: int) -> AsyncIterator[list[AgentView]]:
        """Yield all agents, `size` at a time, as they stand when this begins: what else runs has its turn in between."""

    async def counts(self, sight: Sight, me: UUID) -> dict[str, object]:
        """Return how many interactions stand in each open state: in all, by queue, by channel and of the asker."""

    def standing(self, size: int) -> AsyncIterator[list[Standing]]:
        """Yield where all open work stands, `size` at a time, as it is when this begins."""

    async def dead_letters(
        self, sight: Sight, after: UUID | None, limit: int, channel_id: UUID | None = None, code: str | None = None
    ) -> list[DeadLetter]: ...

    async def views_for(self, events: Sequence[LoggedEvent]) -> EventViews: ...

    async def attachment_place(self, attachment_id: UUID) -> tuple[str, str, int | None, UUID | None] | None:
        """Return (name, media type, access class, agent or uploader) of a stored file."""
