"""Faults in what the desk promises: approval, works-council mode, merges, answers taken back or sent later, the sealed audit."""

from tests.mutants.mutant import Mutant

_HELD = "tests/service/test_held_answers.py"

DESK_MUTANTS = [
    Mutant(
        law=6,
        name="what a rule wants a second person to see goes out at once",
        file="policy/approval.py",
        old='return "rule" if facts.asked == "everybody" or (facts.asked and not facts.may_approve) else None',
        new="return None",
        tests="tests/service/test_rules_reach.py::test_a_rule_holds_answers_for_a_second_person",
    ),
    Mutant(
        law=6,
        name="authors approve their own answers",
        file="service/held_answers.py",
        old="        if held.user_id == access.user_id:\n            raise Forbidden",
        new="        if False:\n            raise Forbidden",
        tests=_HELD,
    ),
    Mutant(
        law=7,
        name="groups of four are shown",
        file="service/reports/judge.py",
        old='"" if 0 < _people(told) < few else "d"',
        new='"" if 0 < _people(told) < few - 1 else "d"',
        tests="tests/service/test_reports_groups.py::test_no_figure_and_no_difference_of_figures_is_of_fewer_than_five",
    ),
    Mutant(
        law=7,
        name="figures cut in two ways are not held against each other",
        file="service/reports/cuts.py",
        old="        if len(basis) < space.dimensions:\n            return True\n",
        new="",
        tests="tests/service/test_reports_groups.py::test_no_figure_and_no_difference_of_figures_is_of_fewer_than_five",
    ),
    Mutant(
        law=7,
        name="what four did is taken for something that nobody can take away",
        file="service/reports/cuts.py",
        old="            if who.bit_count() >= few:\n",
        new="            if who.bit_count() >= few - 1:\n",
        tests="tests/service/test_report_cuts.py::test_whatever_is_added_and_subtracted_is_of_enough_people",
    ),
    Mutant(
        law=7,
        name="what is not judged yet is shown",
        file="store/report_rows.py",
        old="in (select kind, queue_id, begins from due)",
        new="in (select kind, queue_id, begins from due where false)",
        tests="tests/service/test_reports_groups.py::test_what_came_late_is_cut_only_once_it_was_judged",
    ),
    Mutant(
        law=1,
        name="merged conversations show one's messages only",
        file="service/look.py",
        old="        ids = [conversation_id, *(one.view.id for one in await _together(tx, access, here))]\n        found = await tx.reading.messages(",
        new="        assert here\n        ids = [conversation_id]\n        found = await tx.reading.messages(",
        tests="tests/service/test_merge_conversations.py::test_merged_they_show_as_one_and_one_unit_of_work_is_open",
    ),
    Mutant(
        law=2,
        name="the list's order forgets what a minute of waiting costs",
        file="store/work_order.sql",
        old="g.value * g.cost * (60",
        new="g.value * (60",
        tests="tests/service/test_lists.py::test_the_list_stands_in_the_order_in_which_the_router_compares",
    ),
    Mutant(
        law=1,
        name="what is taken back is sent all the same",
        file="service/held_answers.py",
        old="        await tx.held.take_back(message_id, held.user_id)\n",
        new="        await release(tx, held)\n",
        tests=f"{_HELD}::test_within_its_moment_an_answer_can_be_taken_back_and_leaves_nothing",
    ),
    Mutant(
        law=1,
        name="what was released at its time is released again",
        file="service/release.py",
        old="    await tx.held.drop([held.message_id])\n",
        new="",
        tests=f"{_HELD}::test_a_scheduled_answer_waits_for_its_time_and_stands_there_in_the_transcript",
    ),
    Mutant(
        law=7,
        name="the seal of the audit is compared with itself",
        file="service/audit_log.py",
        old="if not fits or seal.hash != seal_hash(previous, found):",
        new="if not fits:",
        tests="tests/web/test_administration.py::test_what_somebody_changes_in_the_audit_shows",
    ),
]
