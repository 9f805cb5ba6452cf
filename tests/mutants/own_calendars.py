"""Faults in sources of presence: where calendars lead, what is left of them, and who is shown to whom."""

from tests.mutants.mutant import Mutant

_TESTS = "tests/web/test_own_calendars.py"

OWN_CALENDAR_MUTANTS = [
    Mutant(
        law=7,
        name="who did not want it is shown to XMPP programs",
        file="store/xmpp.sql",
        old="select u.id from app_user u join xmpp_shown s on s.user_id = u.id where u.login_key = $1",
        new="select u.id from app_user u where u.login_key = $1",
        tests="tests/service/test_xmpp_presence.py::test_colleagues_see_in_their_own_program_who_wants_to_be_seen_and_nobody_else_does",
    ),
    Mutant(
        law=7,
        name="an employee's typing leads into the house's own network",
        file="service/presence/calendars.py",
        old='    return host in hosts or (parts.port is not None and f"{host}:{parts.port}" in hosts)\n',
        new="    return True\n",
        tests=f"{_TESTS}::test_what_an_employee_types_leads_nowhere_into_the_houses_own_network",
    ),
    Mutant(
        law=7,
        name="titles are kept unasked",
        file="store/own_calendars.py",
        old='                [one.title if with_titles else "" for one in times],\n',
        new="                [one.title for one in times],\n",
        tests=f"{_TESTS}::test_a_caldav_calendar_makes_its_owner_busy_and_taking_it_back_leaves_nothing",
    ),
]
