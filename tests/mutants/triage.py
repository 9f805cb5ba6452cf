"""Planted faults in triage: what must never be lost, and whose words are never learned from."""

from tests.mutants.mutant import Mutant

_TRIAGE = "tests/web/test_triage.py"

TRIAGE_MUTANTS = [
    Mutant(
        law=1,
        name="the gate demotes whatever the loss budget says",
        file="triage/gate.py",
        old="<= _FOR_CHANGE * budget:",
        new="<= 0.2:",
        tests="tests/triage/test_gate.py::test_on_a_stream_of_one_kind_the_budget_holds_nearly_always",
    ),
    Mutant(
        law=1,
        name="a head that is worse takes the place of the one in use",
        file="app/learn_apart.py",
        old="better = may_replace(old, new) and not",
        new="better = not",
        tests=f"{_TRIAGE}::test_a_head_that_learned_from_nonsense_does_not_take_the_place_of_a_good_one",
    ),
    Mutant(
        law=1,
        name="a head with fewer than a hundred labels demotes",
        file="service/triage/judge.py",
        old="if head.name == GATED and head.trained",
        new="if head.name == GATED",
        tests=f"{_TRIAGE}::test_the_gate_demotes_within_its_budget_and_one_click_brings_a_post_back",
    ),
    Mutant(
        law=7,
        name="what agents write can be labelled and is learned from",
        file="store/triage.sql",
        old="and m.direction = 'in' and m.deleted_at is null and not m.automatic and x.text",
        new="and m.deleted_at is null and not m.automatic and x.text",
        tests=f"{_TRIAGE}::test_what_a_customer_writes_is_judged_with_reasons_a_correction_stands_and_erasing_takes_both",
    ),
]
