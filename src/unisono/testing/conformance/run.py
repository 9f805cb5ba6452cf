"""Playing cases, and the grade that follows."""

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable
from enum import StrEnum

from msgspec import Struct

from unisono.testing.conformance.case import CASES, Broken, Case
from unisono.testing.conformance.side import Effort, connected
from unisono.testing.conformance.stage import Stage
from unisono.testing.lab import Lab, LabLacks

BRONZE = frozenset({1, 2, 3, 5, 6, 8, 9, 10, 11, 14, 17, 19, 20})
LIMIT_S = 180.0
#: Case 22: customers of a slow network need long to say so much.
VOLUME_LIMIT_S = 3_600.0


class Outcome(StrEnum):
    """What came of a case."""

    PASSED = "passed"
    EXCUSED = "excused"
    FAILED = "failed"


class Verdict(Struct, frozen=True, kw_only=True):
    """What came of a case, and why. `seconds` it took."""

    number: int
    name: str
    outcome: Outcome
    reason: str = ""
    seconds: float = 0.0


class Grade(StrEnum):
    """How far a connector can be relied on."""

    NONE = "none"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


ORDER = tuple(Grade)


class Report(Struct, frozen=True, kw_only=True):
    """All verdicts on one connector. real_peer, peer: what the lab says stands behind it."""

    connector: str
    verdicts: list[Verdict]
    real_peer: bool
    peer: str

    @property
    def grade(self) -> Grade:
        """Bronze needs the cases that keep data safe, silver all, gold all with a real server behind them."""
        return grade_of({v.number for v in self.verdicts if v.outcome is not Outcome.FAILED}, real_peer=self.real_peer)

    @property
    def failed(self) -> list[Verdict]:
        """What failed."""
        return [verdict for verdict in self.verdicts if verdict.outcome is Outcome.FAILED]

    def as_grades(self) -> dict[str, object]:
        """Return what `grades.json` holds of this connector."""
        return {
            "grade": self.grade.value,
            "passed": sorted(v.number for v in self.verdicts if v.outcome is Outcome.PASSED),
            "excused": {str(v.number): v.reason for v in self.verdicts if v.outcome is Outcome.EXCUSED},
        }


def grade_of(held: Iterable[int], *, real_peer: bool) -> Grade:
    """Return the grade for the cases that were passed or excused."""
    numbers = set(held)
    if numbers >= set(CASES):
        return Grade.GOLD if real_peer else Grade.SILVER
    return Grade.BRONZE if numbers >= BRONZE else Grade.NONE


async def run_case(stage: Stage, lab: Lab, one: Case, effort: Effort | None = None) -> Verdict:
    """Play one case with a fresh account. Never raises for what a connector or a lab does."""
    effort = effort or Effort()
    begun = time.monotonic()
    outcome, reason = Outcome.PASSED, ""
    try:
        async with asyncio.timeout(VOLUME_LIMIT_S if one.number == 22 else LIMIT_S):
            async with connected(stage, lab, effort) as side:
                excuse = one.excuse(side.facts)
                if excuse is None:
                    await one.play(side)
                else:
                    outcome, reason = Outcome.EXCUSED, excuse
    except (Broken, LabLacks) as error:
        outcome, reason = Outcome.FAILED, str(error)
    except TimeoutError:
        outcome, reason = Outcome.FAILED, f"It did not come to an end in {time.monotonic() - begun:.0f} s."
    except (Exception, BaseExceptionGroup) as error:  # whatever breaks is a verdict on this case, the others go on
        outcome, reason = Outcome.FAILED, f"{type(error).__name__}: {error} ({_place(error)})"
    return Verdict(number=one.number, name=one.name, outcome=outcome, reason=reason, seconds=round(time.monotonic() - begun, 1))


def _place(error: BaseException) -> str:
    """Where it came from, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "somewhere"


async def run_suite(
    stage: Stage, lab: Lab, *, numbers: Iterable[int] | None = None, effort: Effort | None = None,
    tell: Callable[[Verdict], None] | None = None,
) -> Report:  # fmt: skip
    """Play all cases, or some; the lab runs already. `tell` hears of each as it ends."""
    verdicts = []
    for number in sorted(CASES if numbers is None else numbers):
        verdicts.append(await run_case(stage, lab, CASES[number], effort))
        if tell is not None:
            tell(verdicts[-1])
    return Report(connector=lab.connector, verdicts=verdicts, real_peer=lab.real_peer, peer=lab.peer)
