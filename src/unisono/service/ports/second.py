"""What is asked of the store about second opinions: what another model says of texts that ours judged already."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

Said = Mapping[str, Mapping[str, float]]


class Opinion(Struct, frozen=True, kw_only=True):
    """What a model says of a text. proven: the questions in which it was shown to be not worse than ours, in this language."""

    model: str
    said: dict[str, dict[str, float]]
    proven: list[str]


class Compared(Struct, frozen=True, kw_only=True):
    """A labelled text with what both said before. ours: empty where our head said nothing."""

    language: str
    label: str
    ours: dict[str, float]
    theirs: dict[str, float]


class SecondHead(Struct, frozen=True, kw_only=True):
    """How a model does in a question and a language. f1, own_f1: its and ours, on the same labels. state: trial or proven."""

    model: str
    head: str
    language: str
    state: str
    texts: int
    f1: float
    own_f1: float
    measured_at: datetime | None = None


class Second(Protocol):
    """Port for second opinions."""

    async def next(self, model: str, languages: Sequence[str], limit: int) -> list[tuple[UUID, datetime]]:
        """Return texts that were judged since the model's mark, or at it and have no opinion yet; the oldest first, with when."""

    async def labelled(self, model: str, languages: Sequence[str], limit: int) -> list[UUID]:
        """Return labelled texts of which the model has not said anything."""

    async def keep(self, model: str, said: Mapping[UUID, Said]) -> None:
        """Write what the model says; of texts that are gone meanwhile nothing."""

    async def mark(self, model: str, done_to: datetime | None) -> None:
        """Say until when the model has judged; None leaves a mark that is there, and else begins a week ago."""

    async def compared(self, model: str, head: str, limit: int) -> list[Compared]: ...

    async def put_head(self, head: SecondHead) -> None: ...

    async def heads(self) -> list[SecondHead]: ...

    async def opinions(self, item_ids: Sequence[UUID]) -> dict[UUID, Opinion]: ...

    async def forget_others(self, model: str) -> None:
        """Drop what other models said."""
