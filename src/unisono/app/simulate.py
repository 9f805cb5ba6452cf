"""`unisono simulate` and `unisono staffing`: play a plan of arrivals, people and policy, and print what comes of it."""

import json
import random
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import BadPlan, Plan, checked
from unisono.routing.simulator.report import Range, Report, report
from unisono.routing.simulator.staffing import Advice, advise

_COLUMNS = {
    "mean_wait_s": "mean wait s", "p50_s": "median s", "p90_s": "90 % s", "level": "in time", "abandoned": "gave up",
    "blocked": "turned away", "served_per_minute": "served/min", "mean_queue": "waiting", "load": "load",
}  # fmt: skip
_WAYS = {
    "erlang_c": "Erlang C, in closed form", "erlang_a": "Erlang A, in closed form",
    "simulation": "found by playing; nobody can be taken out of any group",
}  # fmt: skip


class PlanError(ValueError):
    """A file that cannot be played; says which and why. Nothing was changed."""


def read_plan(path: Path) -> Plan:
    """Return the plan in a TOML or JSON file. Raises PlanError."""
    try:
        text = path.read_text(encoding="utf-8")
        raw: Any = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return checked(msgspec.convert(raw, Plan))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"{path} cannot be read: {error}") from error
    except (msgspec.ValidationError, BadPlan) as error:
        raise PlanError(f"{path} is no plan that can be played: {error}") from error


def chance_of(seed: int, run: int) -> random.Random:
    """Return the randomness of one run: the same for the same seed, so that plans can be compared."""
    # Chance that can be repeated is what is wanted here, nothing is kept secret by it.
    return random.Random(f"{seed}/{run}")  # noqa: S311


def simulate(path: Path, *, seed: int | None, as_json: bool) -> int:
    """Play the plan and print it; returns the exit code. Raises PlanError."""
    plan = read_plan(path)
    first = plan.seed if seed is None else seed
    found = report(plan, [play(plan, chance_of(first, run)) for run in range(plan.runs)])
    if as_json:
        print(json.dumps(_plain(found), indent=1))
    else:
        _show(found, f"{plan.runs} runs of {plan.minutes:g} minutes; ± is half the 95 % interval")
    return 0


def staffing(path: Path, *, seed: int | None, as_json: bool) -> int:
    """Print the fewest people that reach the targets of a plan; returns the exit code. Raises PlanError."""
    plan = read_plan(path)
    first = plan.seed if seed is None else seed
    try:
        advice = advise(plan, lambda run: chance_of(first, run))
    except BadPlan as error:
        raise PlanError(f"{path}: {error}") from error
    if as_json:
        said = {"way": advice.way, "people": advice.people, "tries": advice.tries, **_plain(advice.report)}
        said |= {key: msgspec.to_builtins(getattr(advice.plan, key)) for key in ("staff", "reserves")}
        print(json.dumps(said | {"targets": msgspec.to_builtins(advice.targets)}, indent=1))
    else:
        _advise(plan, advice)
    return 0


def _plain(found: Report) -> dict[str, Any]:
    classes = {one.name: {name: msgspec.to_builtins(getattr(one, name)) for name in _COLUMNS} for one in found.classes}
    return {"classes": classes, "cost_rate": msgspec.to_builtins(found.cost_rate)}


def _show(found: Report, title: str) -> None:
    table = Table(title=title)
    table.add_column("class")
    for column in _COLUMNS.values():
        table.add_column(column, justify="right")
    for one in found.classes:
        table.add_row(one.name, *(_spoken(getattr(one, name)) for name in _COLUMNS))
    console = Console(width=150)
    console.print(table)
    console.print(f"Cost of waiting per minute: {_spoken(found.cost_rate)}")


def _advise(plan: Plan, advice: Advice) -> None:
    table = Table(title=f"{advice.people:g} people on average ({_WAYS[advice.way]})")
    for column in ("group", "queues", "skills", "now", "advised"):
        table.add_column(column)
    for number, (now, then) in enumerate(zip(plan.staff, advice.plan.staff, strict=True), 1):
        skills = ", ".join(f"{skill} {level}" for skill, level in sorted(then.skills.items()))
        counts = [" ".join(map(str, group.counts)) if group.counts else str(group.count) for group in (now, then)]
        table.add_row(str(number), ", ".join(then.queues), skills, *counts)
    console = Console(width=150)
    console.print(table)
    for kept in advice.plan.reserves:
        console.print(f"Keep {kept.agents:g} idle in {', '.join(kept.queues)} for what cannot wait.")
    for target in advice.targets:
        word = "reaches" if target.reached else "MISSES"
        console.print(f"{target.name}: {_spoken(target.level)} in time {word} the target of {target.target:g}")
    _show(advice.report, f"{advice.report.runs} runs with this staff; ± is half the 95 % interval")


def _spoken(figure: Range) -> str:
    return f"{figure.mean:.3g}" if figure.half is None else f"{figure.mean:.3g} ± {figure.half:.2g}"
