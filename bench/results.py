"""What was measured, and the file that keeps it."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

FILE = Path(__file__).parent / "results.json"


class Figure(Struct, frozen=True, kw_only=True):
    """One figure. `ratio` is value / baseline_value, except for rates, where it says how many times the baseline's.

    limit: what the value may be at most; it is kept beside it, with whether it holds. more: the run's parameters and the figures
    around the value (median, range), for whoever wants to repeat it.
    """

    value: float
    unit: str
    baseline: str
    baseline_value: float
    limit: float | None = None
    more: dict[str, Any] = {}

    @property
    def holds(self) -> bool:
        """Whether the value is within its limit; what has none holds."""
        return self.limit is None or self.value <= self.limit


def keep(measured: dict[str, Figure], verb: str) -> None:
    """Put figures into the file; those of other measurements stay, as they carry their own time."""
    kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    when = datetime.now(UTC).isoformat(timespec="seconds")
    for name, figure in measured.items():
        kept[name] = {
            "value": rounded(figure.value),
            "unit": figure.unit,
            "baseline": figure.baseline,
            "baseline_value": rounded(figure.baseline_value),
            "ratio": rounded(figure.value / figure.baseline_value) if figure.baseline_value else None,
            **({} if figure.limit is None else {"limit": figure.limit, "holds": figure.holds}),
            "command": f"make bench ONLY={verb}",
            "when": when,
            "machine": machine(),
            **({"more": figure.more} if figure.more else {}),
        }
    FILE.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return what the figures depend on: cores, load by others at the end of the run, version of Python."""
    return {"cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 1), "python": platform.python_version()}


def rounded(value: float) -> float:
    """Return three significant digits and a half: more would claim what was not measured."""
    return float(f"{value:.4g}")


def quantile(values: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
