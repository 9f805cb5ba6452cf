"""What is asked of the store about listening: monitors, sources, and what was found."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.contract.listening import Heard
from unisono.service.listening.views import FoundMention, HourCount, MonitorView, SourceView
from unisono.service.ports.triage import Judgement

#: Access classes that somebody sees; None is every one.
Classes = Collection[int] | None


class MonitorFacts(Struct, frozen=True, kw_only=True):
    """A monitor as the listener needs it. access_class: of its channel's work; None where only the whole house sees it."""

    id: UUID
    query: str
    state: str
    to_work: bool
    access_class: int | None
    version: int
    changed_at: datetime


class MonitorChange(Struct, frozen=True, kw_only=True):
    """What changes of a monitor; what is not named stays."""

    name: str | UnsetType = UNSET
    query: str | UnsetType = UNSET
    channel_id: UUID | UnsetType | None = UNSET
    state: str | UnsetType = UNSET
    to_work: bool | UnsetType = UNSET


class SourceFacts(Struct, frozen=True, kw_only=True):
    """A source as whoever works it needs it."""

    id: UUID
    connector: str
    channel_id: UUID | None
    config: dict[str, Any]
    state: str
    place: str | None
    version: int


class SaidHere(Struct, frozen=True, kw_only=True):
    """A message that a customer wrote on a channel of ours, as monitors look at it.

    can_become_work: it was not said to us, nothing is open in its conversation, and its network lets us answer in public.
    """

    message_id: UUID
    network: str
    channel_id: UUID
    post: Heard
    visibility: str
    can_become_work: bool = False


class NewMention(Struct, frozen=True, kw_only=True):
    """A post that monitors found. words: by monitor, which words of it they asked for. asked: somebody will answer it."""

    id: UUID
    network: str
    post: Heard
    words: dict[UUID, tuple[str, ...]]
    expires_at: datetime | None
    source_id: UUID | None = None
    message_id: UUID | None = None
    asked: bool = False
    judgement: Judgement | None = None


class MentionFacts(Struct, frozen=True, kw_only=True):
    """A mention as the verbs need it. access_classes: of its monitors; None among them is one for the whole house only.

    enquiry: what it says was said to us, or something is open in its conversation.
    """

    id: UUID
    network: str
    remote_id: str
    url: str
    source_channel_id: UUID | None
    message_id: UUID | None
    work_channel_id: UUID | None
    conversation_id: UUID | None
    conversation_class: int | None
    enquiry: bool
    state: str
    version: int
    access_classes: list[int | None]


class MentionFilter(Struct, frozen=True, kw_only=True):
    """Which mentions. An empty value does not narrow. review: only what triage demoted, or only the others; None: all."""

    monitor_id: UUID | None = None
    states: tuple[str, ...] = ()
    network: str = ""
    language: str = ""
    root_id: str = ""
    review: bool | None = None


class Listening(Protocol):
    """Port for listening."""

    async def monitors(self, classes: Classes) -> list[MonitorView]:
        """Return monitors by name, archived ones too, with how much each found in the last 7 days."""

    async def monitor(self, monitor_id: UUID) -> MonitorFacts | None: ...

    async def changed_monitors(self, since: datetime | None) -> list[MonitorFacts]:
        """Return those that changed at or after an instant, all of them without one."""

    async def add_monitor(
        self, monitor_id: UUID, name: str, name_key: str, query: str, channel_id: UUID | None, to_work: bool, by: UUID
    ) -> bool:
        """Return False when the name is taken."""

    async def change_monitor(self, monitor_id: UUID, change: MonitorChange, name_key: str | None) -> bool:
        """Return False when the name is taken."""

    async def sources(self) -> list[SourceView]: ...

    async def source(self, source_id: UUID) -> SourceFacts | None: ...

    async def working_sources(self) -> list[SourceFacts]:
        """Return those that are on."""

    async def add_source(
        self, source_id: UUID, connector: str, channel_id: UUID | None, name: str, config: dict[str, Any]
    ) -> None: ...

    async def set_source(self, source_id: UUID, state: str) -> bool: ...

    async def drop_source(self, source_id: UUID) -> bool: ...

    async def heard(
        self, source_id: UUID, place: str | None, newest_at: datetime | None, posts: int, found: int, *, gap: bool
    ) -> None:
        """Write how far a source has come, in the transaction that stores what was found before that place."""

    async def lane_done(self, lane: int, stream: str, number: int) -> bool:
        """Write that a message of a lane is stored, in the transaction that stores it; returns False where it was before."""

    async def source_health(self, source_id: UUID, health: str) -> bool:
        """Write how a source stands; returns whether that is news."""

    async def said_here(self, message_ids: Sequence[UUID]) -> list[SaidHere]:
        """Return what customers wrote, of messages that still stand and that were not made by a machine."""

    async def add_mentions(self, mentions: Sequence[NewMention]) -> list[tuple[UUID, UUID]]:
        """Write mentions, each post once whatever found it and however often; returns the new (mention, monitor) pairs.

        They are counted by hour, network and language.
        """

    async def mentions(
        self, classes: Classes, which: MentionFilter, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[FoundMention]:
        """Return mentions, the last said first."""

    async def mention(self, mention_id: UUID, *, lock: bool = False) -> MentionFacts | None: ...

    async def mention_views(self, ids: Sequence[UUID], classes: Classes) -> list[FoundMention]: ...

    async def asked(self, limit: int) -> list[UUID]:
        """Return mentions that wait to be adopted, oldest first."""

    async def decide(
        self, mention_id: UUID, state: str, by: UUID | None, channel_id: UUID | None = None, remote_id: str | None = None
    ) -> None:
        """Say what became of a mention; adopted by a channel it gives up its text, which then stands with that message."""

    async def said_in(self, message_id: UUID, interaction_id: UUID) -> None:
        """Say of a message that belonged to no unit of work that it is of this one."""

    async def forget_posts(self, network: str, remote_ids: Sequence[str]) -> int:
        """Drop mentions of posts that no longer stand at their network."""

    async def forget_messages(self, message_ids: Sequence[UUID]) -> int: ...

    async def forget_authors(self, authors: Sequence[tuple[str, str]]) -> int:
        """Drop what was found of people, by (network, remote id; where ids belong to a realm, `realm/remote id`)."""

    async def expire(self, limit: int) -> int:
        """Drop what has led to nothing and outlived its time."""

    async def hours(self, monitor_ids: Sequence[UUID], since: datetime) -> list[HourCount]: ...

    async def texts_since(self, monitor_id: UUID, since: datetime, limit: int) -> list[str]:
        """Return the newest texts that a monitor found, for counting words."""
