"""What a process of its own does for one simulation: a question on standard input, one answer on standard output.

Question: {"what": "simulate" or "advise", "plan": ..., "limit_s": ...}. Answer: {"result": ...}, or {"error": text, "code": ...,
"facts": ...}.
"""

import os
import resource
import sys
import time
from typing import Any, Literal

import msgspec
from msgspec import Struct

from unisono.app.simulate import chance_of
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import BadPlan, Plan, checked
from unisono.routing.simulator.report import Report, report
from unisono.routing.simulator.staffing import Advice, advise

MEMORY_BYTES = 2_000_000_000
_NICE = 10


class Question(Struct, frozen=True, kw_only=True):
    """What is to be played, and for how many seconds at most."""

    what: Literal["simulate", "advise"]
    plan: Plan
    limit_s: float


def answer(question: Question, clock: Any = time.monotonic) -> Report | Advice:
    """Return what comes of it. Raises BadPlan.

    When time runs out after at least two runs, these are told; else it takes too long.
    """
    plan, until = checked(question.plan), clock() + question.limit_s

    def over() -> bool:
        return bool(clock() > until)

    if question.what == "advise":
        return advise(plan, lambda run: chance_of(plan.seed, run), over=over)
    tallies = []
    for run in range(plan.runs):
        tallies.append(play(plan, chance_of(plan.seed, run)))
        if over() and run >= 1:
            break
    return report(plan, tallies)


def main() -> None:
    """Answer one question; below others in priority, within a bound of memory."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
        said: dict[str, Any] = {"result": answer(question)}
    except BadPlan as error:
        said = {"error": str(error), "code": error.code, "facts": error.facts}
    except MemoryError:
        said = {"error": "This plan takes more memory than a simulation may have.", "code": "plan_too_long", "facts": {}}
    sys.stdout.buffer.write(msgspec.json.encode(said))


if __name__ == "__main__":
    main()
