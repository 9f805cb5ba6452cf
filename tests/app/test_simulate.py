"""The command `unisono simulate`, as a user types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from unisono.app.cli import app

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "docs/how-to/examples/shop.toml"


def said(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["simulate", *words])
    return done.exit_code, done.output


def test_the_example_of_the_documentation_is_played_and_means_what_it_says() -> None:
    code, output = said(str(SHOP), "--json")
    assert code == 0
    found = json.loads(output)
    calls, posts = found["classes"]["calls"], found["classes"]["posts"]
    assert calls["mean_wait_s"]["mean"] < posts["mean_wait_s"]["mean"]
    assert calls["mean_wait_s"]["half"] > 0
    assert posts["abandoned"]["mean"] == 0
    assert said(str(SHOP), "--json") == (0, output)
    assert said(str(SHOP), "--json", "--seed", "2")[1] != output


def test_people_get_a_table_with_intervals() -> None:
    code, output = said(str(SHOP))
    assert code == 0
    assert "calls" in output
    assert "±" in output


def test_staffing_is_advised_for_the_example_and_whoever_is_taken_out_is_missed() -> None:
    done = CliRunner().invoke(app, ["staffing", str(SHOP), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found["way"] == "simulation"
    assert all(target["reached"] for target in found["targets"])
    assert found["reserves"][0]["agents"] > 0
    people = CliRunner().invoke(app, ["staffing", str(SHOP)])
    assert "nobody can be taken out" in " ".join(people.output.split())
    assert "idle in main" in people.output


def test_staffing_without_a_target_says_what_is_missing(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("[[arrivals]]\nname = 'a'\nper_minute = [1]\nhandling = { mean_s = 60 }\n[[staff]]\ncount = 2\n", "utf-8")
    done = CliRunner().invoke(app, ["staffing", str(plan)])
    assert done.exit_code == 1
    assert "No class has a target" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("arrivals = [", "cannot be read"),
        ("[[arrivals]]\nname = 'a'\nhandling = { mean_s = 'long' }", "handling.mean_s"),
        ("[[arrivals]]\nname = 'a'\nhandling = { mean_s = 1 }\nspeed = 3\n", "speed"),
        ("arrivals = []\nstaff = []", "at least one class"),
    ],
)
def test_a_file_that_is_no_plan_is_named_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text, encoding="utf-8")
    code, output = said(str(plan))
    assert code == 1
    assert says in " ".join(output.split())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, output = said(str(tmp_path / "nothing.toml"))
    assert (code, "cannot be read" in " ".join(output.split())) == (1, True)
