"""Faults of telephony that cost money, sound or a caller, and the tests that notice: `sip`, `ari`, and the house above."""

from typing import Final

from tests.mutants.mutant import Mutant

_PARTS: Final = "tests/voice/sip/test_parts.py"
_HOSTILE: Final = "tests/voice/sip/test_hostile.py"
_ENDS: Final = "tests/voice/sip/test_ends.py"
_POWERS: Final = "tests/voice/sip/test_powers.py"
_ARI: Final = "tests/voice/ari/test_a_day.py"
_LINE: Final = "tests/voice/ari/test_line.py"
_ASKS: Final = "tests/service/test_phone_asks.py"

TELEPHONY_MUTANTS: Final = [
    Mutant(
        law=4,
        name="sip: numbers outside are dialled wherever they lead",
        file="voice/sip/door.py",
        old="        if not longest or barred >= longest:\n",
        new="        if False:\n",
        tests=f"{_PARTS}::test_what_is_dialled_is_put_together_from_checked_parts {_PARTS}::test_the_longer_beginning_counts",
    ),
    Mutant(
        law=4,
        name="sip: what goes out has no end within the hour",
        file="voice/sip/door.py",
        old="        if len(self._begun) >= settings.calls_per_hour:\n",
        new="        if False:\n",
        tests=f"{_PARTS}::test_what_goes_out_has_limits_that_pass",
    ),
    Mutant(
        law=7,
        name="sip: whoever found the port for sound is heard in a call",
        file="voice/sip/endpoint/media.py",
        old="            if heard is not None:\n",
        new="            if False:\n",
        tests=f"{_POWERS}::test_whoever_found_the_port_for_sound_is_in_no_recording_and_silences_nobody",
    ),
    Mutant(
        law=4,
        name="ari: numbers outside are dialled wherever they lead",
        file="voice/ari/numbers.py",
        old='    if not any(number.startswith("+" + one.removeprefix("+")) for one in settings.allowed):\n',
        new="    if False:\n",
        tests=f"{_ARI}::test_nothing_is_dialled_that_an_administrator_has_not_allowed",
    ),
    Mutant(
        law=4,
        name="sip: calls come in without end",
        file="voice/sip/endpoint/switch.py",
        old="        if inbound >= self.plan.calls or len(self._arrivals) >= self.plan.calls_per_second:\n",
        new="        if len(self._arrivals) >= self.plan.calls_per_second:\n",
        tests=f"{_ENDS}::test_one_caller_too_many_hears_busy_and_is_counted",
    ),
    Mutant(
        law=4,
        name="a phone hands its caller to a colleague who has no room",
        file="service/calls/phone_asks.py",
        old="    if person.free < work.units or await tx.work.would_be_second(work.id, colleague):\n",
        new="    if False:\n",
        tests=f"{_ASKS}::test_a_colleague_without_room_or_logged_off_is_asked_by_no_phone",
    ),
    Mutant(
        law=6,
        name="sip: a caller's own phone may have somebody dialled",
        file="voice/sip/endpoint/switch.py",
        old='        if not leg.inside or request is None or request.method != "INVITE":\n',
        new="        if request is None:\n",
        tests=f"{_HOSTILE}::test_a_caller_s_own_transfer_is_refused",
    ),
    Mutant(
        law=6,
        name="a caller's own phone may pass itself on to the outside",
        file="service/calls/phone_asks.py",
        old="    if wish is None or wish.user_id is None or wish.purpose is not Purpose.AGENT or not _in_hand(work, wish.user_id):\n",
        new="    if work is not None and (wish is None or wish.user_id is None):\n"
        "        return await _pass_on(tx, facts, event, work, work.agent_id)\n"
        "    if wish is None or wish.user_id is None:\n",
        tests=f"{_ASKS}::test_outside_is_joined_where_the_line_may_call_and_the_caller_s_own_phone_joins_nobody",
    ),
    Mutant(
        law=7,
        name="sip: a pause for card data is recorded",
        file="voice/sip/endpoint/exchange.py",
        old="        recording.tape.paused = record.mode is RecordMode.PAUSE\n",
        new="",
        tests="tests/voice/sip/test_powers.py::test_not_a_byte_is_kept_before_consent_nor_in_a_pause_nor_of_a_consultation",
    ),
    Mutant(
        law=7,
        name="a talk is recorded before both sides agreed",
        file="service/calls/consent.py",
        old="            if not await both_agreed(tx, facts.id):\n",
        new="            if False:\n",
        tests="tests/service/test_calls.py::test_nothing_is_recorded_before_both_agreed_and_a_recording_is_a_file_that_is_erased",
    ),
    Mutant(
        law=7,
        name="recordings outlive their time",
        file="store/retention.sql",
        old="                    where r.what in (f.kind, 'attachments') and",
        new="                    where r.what = 'attachments' and",
        tests="tests/service/test_retention.py::test_what_was_recorded_goes_by_a_rule_of_its_own_and_that_it_went_is_audited",
    ),
    Mutant(
        law=1,
        name="sip: nobody is told of the calls in an endpoint that fell",
        file="voice/sip/driver.py",
        old="        for call_id in sorted(self._live):\n",
        new="        for call_id in ():\n",
        tests=f"{_ENDS}::test_calls_in_an_endpoint_that_falls_are_said_to_be_lost_and_the_next_one_works",
    ),
    Mutant(
        law=1,
        name="ari: what happened during a cut is told to nobody",
        file="voice/ari/view.py",
        old="                told.append(self.offered(leg))\n",
        new="",
        tests=f"{_LINE}::test_a_caller_whose_arrival_was_lost_is_found_by_looking",
    ),
]
