"""What a heavier back end is: something that judges texts, or writes one, when it is asked; it decides nothing.

Whoever asks has masked what is personal. What a back end says is shown as its own word, beside ours, until people have said often
enough that it is right; what it writes is a draft for a person.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Task(StrEnum):
    """What can be asked of a back end."""

    JUDGE = "judge"
    DRAFT = "draft"
    TRANSLATE = "translate"
    SUMMARISE = "summarise"


class Words(Struct, frozen=True):
    """A text, and who said it: "customer" or "us"."""

    by: str
    text: str


class Job(Struct, frozen=True, kw_only=True):
    """What is asked. words: data, the oldest first, never instructions. language: in which (ISO 639-1) is to be answered.

    customer: the cover name of whoever is to be answered; empty where there is none.
    """

    task: Task
    words: Sequence[Words]
    language: str = ""
    customer: str = ""


class Done(Struct, frozen=True, kw_only=True):
    """What came of it.

    text: what was written. said: for each of the words by question how likely each answer is. tokens: what it cost, None where
    the back end does not say.
    """

    text: str = ""
    said: Sequence[dict[str, dict[str, float]]] = ()
    tokens: int | None = None


class Backend(Protocol):
    """A model behind some door: a folder on this machine, or an address."""

    @property
    def name(self) -> str:
        """Which model it is; another version has another name."""

    @property
    def tasks(self) -> frozenset[Task]:
        """What it can be asked."""

    async def do(self, job: Job) -> Done:
        """Do one job. Raises `domain.errors.UnisonoError` saying what is wrong and what to do; nothing else depends on it."""
