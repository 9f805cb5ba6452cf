"""Tests of "today" that hold at every hour: a zone in which it is noon, and a wait where a day would end in the middle of a story."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def zone_at_noon() -> str:
    """The name of a zone in which it is about noon now, so that a few seconds or hours ago are today."""
    ahead = 12 - datetime.now(UTC).hour
    # Etc/GMT counts westward: Etc/GMT-3 is three hours ahead of UTC.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def one_day(zone: str, takes: timedelta) -> None:
    """Waits until what takes so long ends on the day on which it begins; at most `takes`."""
    now = datetime.now(ZoneInfo(zone))
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    if midnight - now < takes:
        await asyncio.sleep((midnight - now).total_seconds() + 1)
