"""The page of the documentation that shows what tasks at the desk take; made from the kept results, never by hand."""

import json
from typing import Any, Final

from bench.results import FILE

PAGE: Final = FILE.parents[1] / "docs/reference/desk-tasks.md"
#: What each release took, as `scripts/keep_release.py` wrote it down: VERSION.tasks.json.
RELEASES: Final = FILE.parents[1] / "tests/releases"
_HEAD: Final = """\
<!-- Made by `python -m bench --page` from bench/results.json; change bench/tasks_page.py. -->

# Tasks at the desk

What twelve tasks take a practised agent, in clicks and keys. `make bench ONLY=tasks` does them in a real browser on the demo,
by visible controls alone; the page counts what it sees. *Letters* are keys that are text. *Reckoned* is what the keystroke-level
model (Card, Moran, Newell 1980) says of a practised person: 1.35 s to begin, 1.2 s a click, 0.2 s a key. *Machine* is how long
the desk itself took, without thinking. The figures stand in `bench/results.json`, and what each release took beside its house in
`tests/releases`.

| task | clicks | choices | keys | letters | reckoned | machine |
|---|---|---|---|---|---|---|
"""


def text(results: dict[str, Any]) -> str:
    """Return the page for these results."""
    names = [key.split(".")[1] for key in results if key.startswith("task.") and key.endswith(".clicks")]
    rows = []
    for name in names:
        clicks, keys, seconds = (results[f"task.{name}.{part}"] for part in ("clicks", "keys", "seconds"))
        cells = (
            clicks["more"]["title"], f"{clicks['value']:g}", f"{clicks['baseline_value']:g}", f"{keys['value']:g}",
            f"{keys['baseline_value']:g}", f"{seconds['baseline_value']:.1f} s", f"{seconds['value']:.1f} s",
        )  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |\n")
    return _HEAD + "".join(rows or ["| not measured yet | | | | | | |\n"]) + _by_release(of_release(results))


def of_release(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what of these results is kept with a release: clicks, keys and seconds of the machine, by task."""
    kept: dict[str, dict[str, Any]] = {}
    for key, one in results.items():
        if key.startswith("task."):
            _, task, part = key.split(".")
            kept.setdefault(task, {"title": one["more"]["title"]})[part] = one["value"]
    return kept


def _by_release(now: dict[str, Any]) -> str:
    kept = sorted(RELEASES.glob("*.tasks.json"), key=lambda path: [int(part) for part in path.name.split(".")[:3]])
    if not kept:
        return ""
    columns = [json.loads(path.read_text(encoding="utf-8")) for path in kept] + [now]
    names = [path.name.removesuffix(".tasks.json") for path in kept] + ["now"]
    head = f"| task | {' | '.join(names)} |\n{'|---' * (len(names) + 1)}|\n"
    lines = [f"\n## From release to release\n\nClicks and keys together, and the machine's seconds.\n\n{head}"]
    for task, one in now.items():
        cells = [_cell(column[task]) if task in column else "–" for column in columns]
        lines.append(f"| {one['title']} | {' | '.join(cells)} |\n")
    return "".join(lines)


def _cell(one: dict[str, Any]) -> str:
    return f"{one['clicks'] + one['keys']:g}, {one['seconds']:.1f} s"


def write() -> None:
    """Make the page anew."""
    results = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    PAGE.write_text(text(results), encoding="utf-8")
