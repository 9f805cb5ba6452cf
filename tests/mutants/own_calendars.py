"""Faults in employees' own calendars: where they lead, and what is left of them."""

from tests.mutants.mutant import Mutant

_TESTS = "tests/web/test_own_calendars.py"

OWN_CALENDAR_MUTANTS = [
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
