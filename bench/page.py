"""The page of the documentation that shows how the router does on known instances; made from the kept results, never by hand."""

import json
from pathlib import Path
from typing import Any, Final

from bench.results import FILE

PAGE: Final = FILE.parents[1] / "docs/reference/routing-benchmarks.md"
_NOT_YET: Final = "not measured yet"

_HEAD: Final = """\
<!-- Made by `python -m bench --page` from bench/results.json; change bench/page.py. -->

# Routing benchmarks

How good are the router's decisions? Six instances with known answers, played by the simulator with the very router that works in
the house. `make bench ONLY=routing_quality` plays them anew and makes this page; seeds are fixed, so the same code gives the same
figures. Short versions of all six are tests.

"""

_MEANINGS: Final = """
## What the instances are

**M1, one class with abandonment.** 50 people, 48 calls a minute of one minute, patience two minutes, all exponential: Erlang A in
closed form. Shows that the simulator itself is right. The mean is sharpened by the work that came, whose true mean is known
(control variate).

**M2, staffing by Erlang C.** The fewest people with whom 80 % are answered within 20 s, for four loads and two service times.
Whole numbers, no tolerance.

**M3, a reference centre.** The call centre of the SSJ tutorial (Université de Montréal; `CallCenter.dat`, `CallCenter.java`): 13
hours with their own staff and rates, 1,660 calls expected a day, busy and quiet days (a gamma factor on all rates), one caller in
ten hangs up at once, the others wait 1,000 s on average, calls take 100 s. When staff falls, calls that run are finished; after
closing the queue is emptied. Compared are the wait, the share served or gone within 20 s and the share lost, each over the
calls *expected*.

The tutorial holds two published outputs. `CallCenter.res` (4.713 s, .925, .020; 10,000 days) was made with days that vary little:
its own variance of the day's arrivals says a gamma shape of about 388. `CallCenter.dat` says Gamma(10, 10) today, and
`CallCenter.txt` (12.736 s, .854, .037) was made with that. The first is the reference, with the shape that its arrivals tell
and the three figures as the outcome; the second is played as well, but a few very busy days rule it, so that even 10,000 days
leave its published wait uncertain by 4 %.

**M4, a storm.** Three classes that differ in worth, length and patience, half as much work again as 50 people can do. The figure
is the cost of waiting per minute (worth times how many wait), beside the bound of the fluid model, which no rule can beat. Rules
of thumb play the same storm.

**M5, two skills each.** Six types of call (Wallace, Whitt 2004), 90 people, 30 places to wait. How near do people with two skills
come to people with all six? Spread over all pairs, much nearer than in a ring of neighbours. `oldest first`: who becomes free
takes whoever waits longest (the router's way); `primary first`: the oldest of their first skill. All designs meet the same calls,
and the pooled one, whose wait is known exactly, sharpens the others.

**M6, equal rank is not first come, first served.** Calls beside an endless store of posts in one queue. The idle reserve that the
house reckons (`erlang.reserve_for`) keeps 80 % of the calls within 20 s; posts done are compared with the best whole reserve.
"""


def text(results: dict[str, Any]) -> str:
    """Return the page for these results."""
    rows = [_row(name, results.get(f"routing.{name}"), says) for name, says in _ROWS.items()]
    table = "| instance | measured | known answer | verdict | more |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    return _HEAD + table + _when(results) + _MEANINGS


def write() -> None:
    """Make the page from the kept results."""
    PAGE.write_text(text(json.loads(Path(FILE).read_text(encoding="utf-8"))), encoding="utf-8")


def _row(name: str, kept: dict[str, Any] | None, says: Any) -> str:
    if kept is None:
        return f"| {name.upper()} | {_NOT_YET} | | | |"
    measured, answer, held, more = says(kept, kept.get("more", {}))
    return f"| {name.upper()} | {measured} | {answer} | {'holds' if held else '**missed**'} | {more} |"


def _m1(kept: dict[str, Any], more: dict[str, Any]) -> tuple[str, str, bool, str]:
    low, high = more["interval_95"]
    return (
        f"mean wait {kept['value']:.3f} s", f"{kept['baseline_value']:.3f} s (Erlang A)",
        more["covers"] and more["width"] <= 0.02,
        f"95 % interval {low:.3f} to {high:.3f} s, {100 * more['width']:.1f} % wide (at most 2 % wanted); {more['runs']} runs",
    )  # fmt: skip


def _m2(kept: dict[str, Any], _: dict[str, Any]) -> tuple[str, str, bool, str]:
    return f"{kept['value']:g} of {kept['baseline_value']:g} cells wrong", "0", kept["value"] == 0, "closed form"


def _m3(kept: dict[str, Any], more: dict[str, Any]) -> tuple[str, str, bool, str]:
    wide, names = more["wide"], ("wait_s", "soon", "lost")
    beside = f"with Gamma(10, 10) {', '.join(_pair(wide['found'], name) for name in names)} beside 12.736 s, .854, .037 in "
    beside += f"{wide['days']} days, {'within' if wide['within_intervals'] else 'outside'} the intervals"
    return (
        ", ".join(_pair(more["found"], name) for name in names),
        "4.713 s, .925, .020", kept["value"] <= kept["baseline_value"],
        f"largest difference {100 * kept['value']:.1f} % (at most 2 %), {more['days']} days; {beside}",
    )  # fmt: skip


def _pair(found: dict[str, Any], name: str) -> str:
    mean, half = found[name]["mean"], found[name]["half"]
    return f"{mean:.3f} ± {half:.3f} s" if name == "wait_s" else f"{mean:.4f} ± {half:.4f}"


def _m4(kept: dict[str, Any], more: dict[str, Any]) -> tuple[str, str, bool, str]:
    rules = ", ".join(f"{name} {cost:.0f}" for name, cost in more.get("rules", {}).items())
    return (
        f"cost {kept['value']:.1f} a minute", f"{kept['baseline_value']:.1f} (bound)",
        kept["ratio"] <= 1.12 and all(cost > kept["value"] for cost in more.get("rules", {}).values()),
        f"{100 * (kept['ratio'] - 1):.0f} % over the bound (at most 12 %), {more['seeds']} seeds{'; ' if rules else ''}{rules}",
    )  # fmt: skip


def _m5(kept: dict[str, Any], more: dict[str, Any]) -> tuple[str, str, bool, str]:
    rows = ", ".join(f"{name} {row['mean']:.1f} ± {row['half']:.1f}" for name, row in more["rows"].items())
    worst = ", ".join(f"{name} {wait:.0f}" for name, wait in more["worst_class_unequal_load_s"].items())
    return (
        f"mean wait {kept['value']:.1f} s (spread, oldest first)", f"at most {kept['baseline_value']:g} s",
        kept["value"] <= kept["baseline_value"] and more["order_kept"] and abs(more["pooled_off"]) <= 0.05,
        f"{rows} s; pooled exactly {more['pooled_exact_s']:.1f} s; worst type under uneven load: {worst} s",
    )  # fmt: skip


def _m6(kept: dict[str, Any], more: dict[str, Any]) -> tuple[str, str, bool, str]:
    rows = "; ".join(
        f"{row['agents']} people, reserve {row['reserve']:.2f}: calls {100 * row['level']:.1f} % in time, posts "
        f"{100 * row['share_of_best']:.0f} %"
        for row in more["rows"]
    )
    return (
        f"posts {100 * kept['value']:.0f} % of the best whole reserve", "at least 95 %, calls 80/20",
        kept["value"] >= 0.95 and more["lowest_level"] >= 0.8, rows,
    )  # fmt: skip


def _when(results: dict[str, Any]) -> str:
    kept = [results[f"routing.{name}"] for name in _ROWS if f"routing.{name}" in results]
    if not kept:
        return ""
    newest = max(kept, key=lambda one: str(one["when"]))
    return f"\nMeasured {newest['when'][:10]} on {newest['machine']['cores']} cores with Python {newest['machine']['python']}.\n"


_ROWS: Final = {"m1": _m1, "m2": _m2, "m3": _m3, "m4": _m4, "m5": _m5, "m6": _m6}
