"""Grades follow from the cases alone, and every installed connector has one that the suite wrote."""

from pathlib import Path

import msgspec
import pytest

from unisono.app.conformance import lab_of
from unisono.app.registry import Connectors
from unisono.contract import Caps, TextLimit, load_manifest
from unisono.testing.conformance import BRONZE, CASES, Facts, Grade, grade_of

pytestmark = pytest.mark.law5
CONNECTORS = sorted(Connectors().networks())
HERE = Path(__file__).parent


def test_there_are_twenty_two_cases() -> None:
    assert sorted(CASES) == list(range(1, 23))


@pytest.mark.parametrize("connector", CONNECTORS)
def test_every_connector_has_a_lab_and_is_played(connector: str) -> None:
    assert lab_of(connector).connector == connector
    assert (HERE / f"test_{connector}.py").is_file(), f"tests/conformance/test_{connector}.py is missing."


@pytest.mark.parametrize("connector", CONNECTORS)
def test_every_connector_has_a_grade_that_its_cases_explain(connector: str) -> None:
    folder = Connectors().code(connector).folder  # type: ignore[attr-defined]
    kept = msgspec.json.decode((folder / "grades.json").read_bytes())[connector]
    held = {*kept["passed"], *(int(number) for number in kept["excused"])}
    assert kept["grade"] == grade_of(held, real_peer=lab_of(connector).real_peer).value
    assert kept["grade"] in ("silver", "gold")


@pytest.mark.parametrize("number", sorted(CASES))
def test_one_case_less_costs_the_grade(number: int) -> None:
    held = set(CASES) - {number}
    assert grade_of(held, real_peer=True) is (Grade.NONE if number in BRONZE else Grade.BRONZE)


def test_gold_needs_a_real_peer() -> None:
    assert grade_of(CASES, real_peer=False) is Grade.SILVER
    assert grade_of(CASES, real_peer=True) is Grade.GOLD


def test_a_connector_that_can_everything_is_excused_from_nothing() -> None:
    manifest = load_manifest(Connectors().code("sandbox").folder)  # type: ignore[attr-defined]
    everything = Caps(
        text=TextLimit(maximum=280), webhook=True, challenge=True, edits=True, deletes=True, statuses=True, reply_window_s=3_600,
        retention_s=3_600,
    )  # fmt: skip
    facts = Facts(caps=everything, manifest=manifest, outside=True)
    assert {case.number: case.excuse(facts) for case in CASES.values()} == dict.fromkeys(CASES)


def test_an_excuse_names_what_the_connector_does_not_state() -> None:
    manifest = load_manifest(Connectors().code("webchat").folder)  # type: ignore[attr-defined]
    facts = Facts(caps=Caps(pull=False, reply=False), manifest=manifest, outside=False)
    excused = {case.number: excuse for case in CASES.values() if (excuse := case.excuse(facts))}
    assert excused[3] == "its capabilities do not state `pull`"
    assert excused[5] == "its capabilities do not state `reply`"
    assert not {1, 2, 17, 18, 22} & set(excused), "What every connector can be held to has no excuse."
