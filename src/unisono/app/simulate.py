"""`unisono simulate`: play a plan of arrivals, people and policy, and print what comes of it."""

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
from unisono.routing.simulator.tally import Estimate, Tally, estimate

_COLUMNS = {
    "mean_wait_s": "mean wait s", "p50_s": "median s", "p90_s": "90 % s", "level": "in time", "abandoned": "gave up",
    "served_per_minute": "served/min", "mean_queue": "waiting", "load": "load",
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


def simulate(path: Path, *, seed: int | None, as_json: bool) -> int:
    """Play the plan and print it; returns the exit code. Raises PlanError."""
    plan = read_plan(path)
    first = plan.seed if seed is None else seed
    # Chance that can be repeated is what is wanted here, nothing is kept secret by it.
    tallies = [play(plan, random.Random(f"{first}/{run}")) for run in range(plan.runs)]  # noqa: S311
    found = {arrivals.name: _estimates(tallies, arrivals.name) for arrivals in plan.arrivals}
    cost = estimate(tallies, lambda tally: tally.cost_rate())
    if as_json:
        print(json.dumps({"classes": {n: _plain(f) for n, f in found.items()}, "cost_rate": _plain({"": cost})[""]}, indent=1))
    else:
        _show(plan, found, cost)
    return 0


def _estimates(tallies: list[Tally], name: str) -> dict[str, Estimate]:
    return {column: estimate(tallies, lambda t, c=column: getattr(t.figures(name), c)) for column in _COLUMNS}  # type: ignore[misc]


def _plain(found: dict[str, Estimate]) -> dict[str, dict[str, float | None]]:
    # JSON knows no NaN: a single run has no interval.
    return {column: {"mean": e.mean, "half": e.half if e.half == e.half else None} for column, e in found.items()}


def _show(plan: Plan, found: dict[str, dict[str, Estimate]], cost: Estimate) -> None:
    table = Table(title=f"{plan.runs} runs of {plan.minutes:g} minutes; ± is half the 95 % interval")
    table.add_column("class")
    for title in _COLUMNS.values():
        table.add_column(title, justify="right")
    for name, figures in found.items():
        table.add_row(name, *(_spoken(figure) for figure in figures.values()))
    console = Console(width=140)
    console.print(table)
    console.print(f"Cost of waiting per minute: {_spoken(cost)}")


def _spoken(figure: Estimate) -> str:
    return f"{figure.mean:.3g}" if figure.half != figure.half else f"{figure.mean:.3g} ± {figure.half:.2g}"
