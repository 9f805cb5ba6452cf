"""What is asked of whatever learns heads: elsewhere than in this process, for no longer than a bound."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from unisono.service.ports.triage import Lesson


class Live(Struct, frozen=True, kw_only=True):
    """The head in use, to be asked on the same texts. weights: deflated."""

    labels: list[str]
    weights: bytes
    bias: list[float]
    own: int
    fitted_at: datetime


class FitTask(Struct, frozen=True, kw_only=True):
    """One question in one language: what to learn from, what is in use, and what the gate may lose."""

    head: str
    language: str
    lessons: list[Lesson]
    live: Live | None
    gated: str | None
    loss_budget: float


class Fitted(Struct, frozen=True, kw_only=True):
    """What came of it. outcome: learned, refused (worse than what is in use), nothing_new or too_few: without figures."""

    outcome: str
    labels: list[str] = []
    weights: bytes | None = None
    bias: list[float] = []
    strength: float = 1.0
    own: int = 0
    f1: float = 0.0
    accuracy: float = 0.0
    texts: int = 0
    live_f1: float | None = None
    commonest_f1: float = 0.0
    threshold: float = 0.0
    gate_counted: int = 0
    gate_lost: float = 0.0
    gate_demoted: float = 0.0


class Fitter(Protocol):
    """Port. Raises Unavailable when it takes too long or fails; nothing was changed then."""

    def can_learn(self) -> bool:
        """Whether what learning needs is installed."""

    async def fit(self, task: FitTask) -> Fitted:
        """Learn a head and compare it with the one in use. Giving up waiting ends the work."""
