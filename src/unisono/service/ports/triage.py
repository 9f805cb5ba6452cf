"""What is asked of the store about triage: what texts were judged to be, what people said of them, and heads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

Classes = Collection[int] | None
"""Access classes that somebody sees; None is every one."""


class Judgement(Struct, frozen=True, kw_only=True):
    """What a text was judged to be. said: by head, label to probability. trained: which heads may decide anything.

    alarms: groups of alarming words. demoted: the gate thinks it needs no answer; sampled: shown all the same, to tell its loss.
    """

    language: str | None
    said: dict[str, dict[str, float]]
    trained: list[str]
    alarms: list[str]
    demoted: bool = False
    sampled: bool = False


class Judged(Struct, frozen=True, kw_only=True):
    """An item and what it was judged to be. mention_id: it is a mention that came by no channel; else it is a message."""

    item_id: UUID
    judgement: Judgement
    mention_id: UUID | None = None


class Item(Struct, frozen=True, kw_only=True):
    """A customer's text that can be judged and labelled. access_classes: whoever sees one of them sees it; None among them: only
    the whole house. reach, repeated: how many may have read it, and how often the same customer wrote in the 24 hours before.
    """

    item_id: UUID
    mention_id: UUID | None
    conversation_id: UUID | None
    access_classes: list[int | None]
    network: str
    language: str | None
    text: str
    said_at: datetime
    reach: int | None = None
    repeated: int = 0
    due_at: datetime | None = None
    promised_s: float | None = None


class Label(Struct, frozen=True, kw_only=True):
    """What somebody said of an item."""

    item_id: UUID
    head: str
    label: str
    source: str
    decided_at: datetime


class Lesson(Struct, frozen=True, kw_only=True):
    """A labelled text to learn from. group: what must not stand on both sides of a check."""

    text: str
    label: str
    group: str
    said_at: datetime
    decided_at: datetime


class HeadFacts(Struct, frozen=True, kw_only=True):
    """A version of a head without its weights. state: live, kept or refused."""

    id: UUID
    name: str
    language: str
    number: int
    state: str
    labels: list[str]
    own: int
    f1: float
    accuracy: float
    texts: int
    live_f1: float | None
    commonest_f1: float
    threshold: float
    gate_counted: int
    gate_lost: float
    gate_demoted: float
    fitted_at: datetime
    promoted_at: datetime | None
    strength: float
    bias: list[float]
    usable: bool


class NewHead(Struct, frozen=True, kw_only=True):
    """A version to be written; weights are deflated, None when it was refused."""

    id: UUID
    name: str
    language: str
    state: str
    labels: list[str]
    weights: bytes | None
    bias: list[float]
    strength: float
    own: int
    f1: float
    accuracy: float
    texts: int
    live_f1: float | None
    commonest_f1: float
    threshold: float
    gate_counted: int
    gate_lost: float
    gate_demoted: float


class RunFacts(Struct, frozen=True, kw_only=True):
    """A learning. outcome: empty while it goes on."""

    id: UUID
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    outcome: str


class Triage(Protocol):
    """Port for triage."""

    async def keep(self, judged: Sequence[Judged]) -> None:
        """Write what items were judged to be, anew where they were judged before."""

    async def scores(self, item_ids: Sequence[UUID]) -> dict[UUID, Judgement]: ...

    async def restore(self, item_id: UUID) -> bool:
        """Take an item off the review list; returns whether it stood there."""

    async def forget(self, message_ids: Sequence[UUID]) -> None:
        """Drop what was judged and said of messages that are erased."""

    async def items(self, item_ids: Sequence[UUID]) -> list[Item]:
        """Return customers' texts that still stand; others are left out."""

    async def items_of_conversation(self, conversation_id: UUID, limit: int) -> list[UUID]:
        """Return the newest texts of a conversation's customer."""

    async def items_of_mentions(self, mention_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """Return the item that each mention is: the message where it came by a channel, else itself."""

    async def unlabelled(self, head: str, language: str, classes: Classes, limit: int) -> list[UUID]:
        """Return the newest texts that nobody has said anything of about this question; an empty language: of any."""

    async def put_label(
        self, item_id: UUID, mention_id: UUID | None, head: str, label: str, source: str, by: UUID | None
    ) -> None:
        """Write what somebody said; what was said about the text itself outweighs what follows from a decision about work."""

    async def drop_label(self, item_id: UUID, head: str, sources: Sequence[str]) -> bool: ...

    async def label_work(self, interaction_id: UUID, head: str, label: str, by: UUID | None) -> None:
        """Label the customer's first text of a unit of work."""

    async def was_answered(self, interaction_id: UUID) -> bool: ...

    async def labels(self, item_ids: Sequence[UUID]) -> list[Label]: ...

    async def label_counts(self) -> list[tuple[str, str, str, int]]:
        """Return (head, language, label, how many) of labels whose text still stands."""

    async def lessons(self, head: str, languages: Sequence[str], limit: int) -> list[Lesson]:
        """Return labelled texts of these languages (empty: unknown), the newest labels, oldest of them first."""

    async def tones(self, monitor_ids: Sequence[UUID], since: datetime, zone: str) -> list[tuple[UUID, str, str, int]]:
        """Return (monitor, day in a zone, tone, how many posts) of what monitors found and still stands."""

    async def heads(self) -> list[HeadFacts]:
        """Return every version, the newest first."""

    async def live(self) -> list[UUID]: ...

    async def weights(self, head_id: UUID) -> bytes | None: ...

    async def add_head(self, head: NewHead) -> int:
        """Write a version; a live one takes the place of the one in use, three older ones are kept. Returns its number."""

    async def use(self, head_id: UUID) -> bool:
        """Put a kept version in the place of the one in use."""

    async def ask_run(self, run_id: UUID, by: UUID | None) -> bool:
        """Ask for a learning; False while one waits or goes on."""

    async def next_run(self) -> RunFacts | None:
        """Return the learning that waits, or went on when its process died; it begins now."""

    async def end_run(self, run_id: UUID, outcome: str) -> None: ...

    async def review_count(self, classes: Classes) -> int:
        """Return how many mentions stand on the review list, undecided."""

    async def runs(self, limit: int) -> list[RunFacts]: ...

    async def newest_label(self) -> datetime | None: ...
