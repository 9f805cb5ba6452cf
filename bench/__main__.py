"""`python -m bench [--page] [--only inbound,list,list_5m,fanout,flood,listening,cold_start,desk,mailbox,reports,
routing_quality,routing_speed,triage,triage_intake,screen_pop,voice,wallboard]`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

import uvloop

from bench import (
    cold_start,
    desk,
    fanout,
    flood,
    inbound,
    listening,
    lists,
    mailbox,
    outage,
    page,
    reports,
    router_kill,
    routing_quality,
    routing_speed,
    screen_pop,
    tasks,
    tasks_page,
    triage,
    triage_intake,
    voice,
    wallboard,
)
from bench.results import FILE, Figure, keep

MEASURES: dict[str, Callable[[], Awaitable[dict[str, Figure]]]] = {
    "inbound": inbound.measure,
    "list": lists.measure,
    "list_5m": lists.measure_5m,
    "fanout": fanout.measure,
    "flood": flood.measure,
    "listening": listening.measure,
    "cold_start": cold_start.measure,
    "desk": desk.measure,
    "mailbox": mailbox.measure,
    "outage": outage.measure,
    "routing_quality": routing_quality.measure,
    "reports": reports.measure,
    "router_kill": router_kill.measure,
    "routing_speed": routing_speed.measure,
    "screen_pop": screen_pop.measure,
    "tasks": tasks.measure,
    "triage": triage.measure,
    "triage_intake": triage_intake.measure,
    "voice": voice.measure,
    "wallboard": wallboard.measure,
}


#: Takes a quarter of an hour and thirty gigabytes, so only who names it gets it.
ON_REQUEST = frozenset({"list_5m"})


def main() -> int:
    """Measure what was asked for, print it and keep it; a measurement that fails leaves its old figures alone."""
    parser = argparse.ArgumentParser(prog="bench", description="Measures Unisono, each figure beside a baseline.")
    usual = ",".join(name for name in MEASURES if name not in ON_REQUEST)
    parser.add_argument("--only", default=usual, help="some of: " + ", ".join(MEASURES))
    parser.add_argument("--page", action="store_true", help="only make the documentation's page from what was measured before")
    asked = parser.parse_args()
    if asked.page:
        page.write()
        tasks_page.write()
        print(f"Made {page.PAGE}")
        return 0
    wanted = [name for name in asked.only.split(",") if name]
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        parser.error(f"there is no measurement {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    failed = 0
    for name in wanted:
        print(f"== {name}", flush=True)
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                measured = runner.run(_run(MEASURES[name]))
        except Exception as error:
            print(f"{name} could not be measured: {type(error).__name__}: {error}", file=sys.stderr)
            failed += 1
            continue
        keep(measured, name)
        for key, figure in measured.items():
            judged = "" if figure.limit is None else f" ({'holds' if figure.holds else 'MISSES'} {figure.limit:g})"
            beside = f"{figure.baseline}: {figure.baseline_value:.3f}"
            print(f"{key:32} {figure.value:10.3f} {figure.unit:8}{judged} | {beside}", flush=True)
    page.write()
    tasks_page.write()
    print(f"Kept in {FILE}")
    return 1 if failed else 0


async def _run(measure: Callable[[], Awaitable[dict[str, Figure]]]) -> dict[str, Figure]:
    return await measure()


if __name__ == "__main__":
    sys.exit(main())
