"""Faults of calls, and the tests that notice."""

from typing import Final

from tests.mutants.mutant import Mutant

_CALLS: Final = "tests/service/test_calls.py"
_ORDERS: Final = "tests/calls/test_orders.py"

CALL_MUTANTS: Final = [
    Mutant(
        law=1,
        name="a ringing that comes late takes a phone that was taken up back",
        file="calls/facts.py",
        old="    if known is not None and _ORDER[known] >= _ORDER[stand]:",
        new="    if known is stand:",
        tests=_ORDERS,
    ),
    Mutant(
        law=1,
        name="a call that the exchange no longer knows goes on for ever",
        file="calls/reconcile.py",
        old="        return facts if newest > taken_at else end(facts, taken_at, Cause.LOST, By.NETWORK)",
        new="        return facts",
        tests=f"{_CALLS}::test_a_cut_line_loses_no_call_and_leaves_none_ringing",
    ),
    Mutant(
        law=7,
        name="a talk that nobody agreed to is kept",
        file="service/calls/recordings.py",
        old="    if not agreed or one.attempts",
        new="    if one.attempts",
        tests=f"{_CALLS}::test_a_refusal_stops_the_recording_and_nothing_else_and_what_was_not_agreed_to_is_never_kept",
    ),
]
