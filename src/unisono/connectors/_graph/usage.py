"""How much of the app's rate is used up, and how long to keep quiet.

Source: Meta for Developers, Graph API, "Rate Limits": the headers X-App-Usage and X-Business-Use-Case-Usage hold percentages;
`estimated_time_to_regain_access` is in minutes.
"""

import contextlib
from datetime import datetime
from typing import Any

import msgspec

from unisono.contract import MISSHAPEN, Response

# Reading stops before answering has to.
READS_UNTIL_PERCENT = 90
DEFAULT_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3_600.0
_SHARES = ("call_count", "total_cputime", "total_time", "acc_id_util_pct")


def used_percent(answer: Response) -> int:
    """Return the largest share that the usage headers tell of, 0 when they tell nothing."""
    return max((int(one.get(share, 0)) for one in _usages(answer) for share in _SHARES if _is_number(one.get(share))), default=0)


def pause_of(answer: Response, now: datetime) -> float:
    """Return for how many seconds the network wants quiet."""
    retry_after = answer.headers.get("retry-after", "")
    if retry_after.replace(".", "", 1).isdigit():
        return min(float(retry_after), _LONGEST_PAUSE_S)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if reset.isdigit():
        return min(max(0.0, float(reset) - now.timestamp()), _LONGEST_PAUSE_S)
    minutes = [one["estimated_time_to_regain_access"] for one in _usages(answer) if "estimated_time_to_regain_access" in one]
    waits = [float(wait) * 60 for wait in minutes if _is_number(wait) and wait > 0]
    return min(max(waits), _LONGEST_PAUSE_S) if waits else DEFAULT_PAUSE_S


def _usages(answer: Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with contextlib.suppress(*MISSHAPEN):
        app = msgspec.json.decode(answer.headers.get("x-app-usage", "{}"))
        found += [app] if isinstance(app, dict) else []
    with contextlib.suppress(*MISSHAPEN):
        cases = msgspec.json.decode(answer.headers.get("x-business-use-case-usage", "{}"))
        for case in cases.values() if isinstance(cases, dict) else ():
            found += [one for one in case if isinstance(one, dict)] if isinstance(case, list) else []
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
