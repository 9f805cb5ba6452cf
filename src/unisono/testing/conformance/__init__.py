"""The conformance suite: 22 cases that every connector passes, or is excused from by what it states of itself.

A case is played over a real house (store, intake, sender, web server) with the connector on one side and the lab's network
on the other. `unisono conformance` plays them from the command line; a package with a connector of its own names its lab in
the entry-point group `unisono.labs`, or plays cases in its tests with `run_case`.
"""

from unisono.testing.conformance import cursors, doors, hygiene, inbox, limits, pauses, rights, sending, threads, volume
from unisono.testing.conformance.case import CASES, Broken, Case, Facts, Need, case, expect
from unisono.testing.conformance.run import BRONZE, Grade, Outcome, Report, Verdict, grade_of, run_case, run_suite
from unisono.testing.conformance.side import Effort, Side
from unisono.testing.conformance.stage import Stage, open_stage

GROUPS = (inbox, cursors, sending, pauses, rights, doors, limits, threads, hygiene, volume)

__all__ = [
    "BRONZE",
    "CASES",
    "GROUPS",
    "Broken",
    "Case",
    "Effort",
    "Facts",
    "Grade",
    "Need",
    "Outcome",
    "Report",
    "Side",
    "Stage",
    "Verdict",
    "case",
    "expect",
    "grade_of",
    "open_stage",
    "run_case",
    "run_suite",
]
