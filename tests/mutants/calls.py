"""Faults of calls, and the tests that notice."""

from typing import Final

from tests.mutants.mutant import Mutant

_CALLS: Final = "tests/service/test_calls.py"
_WEB: Final = "tests/web/test_calls.py"
_ORDERS: Final = "tests/calls/test_orders.py"

CALL_MUTANTS: Final = [
    Mutant(
        law=2,
        name="a call that is taken counts as no answer",
        file="service/calls/step.py",
        old="    await tx.talk.answered(work.id)\n",
        new="",
        tests=f"{_WEB}::test_a_call_that_is_taken_is_an_answer_and_keeps_its_promise",
    ),
    Mutant(
        law=7,
        name="who may only read hears what was recorded",
        file="service/calls/play_recording.py",
        old="        if not _may_hear(access, access_class, agent_id):\n",
        new="        if False:\n",
        tests="tests/web/test_recordings.py::test_who_may_only_read_knows_of_a_recording_and_hears_none_and_each_hearing_is_written_down",
    ),
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
        name="a recording begins though somebody has not agreed",
        file="service/calls/consent.py",
        old="            if not await both_agreed(tx, facts.id):\n",
        new="            if False:\n",
        tests=f"{_CALLS}::test_nothing_is_recorded_before_both_agreed_and_a_recording_is_a_file_that_is_erased",
    ),
    Mutant(
        law=4,
        name="anybody decides that somebody is called who does not want to be",
        file="service/calls/do_not_call.py",
        old="    if despite is not None and not access.sees(access_class, None, MAY_OVERRIDE):\n",
        new="    if False:\n",
        tests="tests/web/test_telephones.py::test_nobody_on_the_list_is_called_but_for_a_reason_that_is_written_down",
    ),
    Mutant(
        law=4,
        name="a call-back is asked for to wherever the number leads",
        file="service/calls/wishes.py",
        old="        if prefixes and not allowed(number, prefixes):\n",
        new="        if False:\n",
        tests="tests/web/test_call_backs.py::test_what_cannot_be_kept_is_refused_in_words_and_leaves_nothing",
    ),
    Mutant(
        law=7,
        name="a number is kept with words that its owner never read",
        file="service/calls/wishes.py",
        old="    if asked.version != consent.version:\n",
        new="    if False:\n",
        tests="tests/web/test_call_backs.py::test_what_cannot_be_kept_is_refused_in_words_and_leaves_nothing",
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
