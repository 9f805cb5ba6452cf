"""Clocks for tests: one that stands still, and one that runs and can be put forward."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return this instant."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class FakeClock:
    """Time that stands still until it is told to move. Whoever sleeps moves it, and lets others run meanwhile."""

    def __init__(self, now: datetime = START) -> None:
        if now.tzinfo is None:
            raise ValueError(f"a clock needs a time zone, got {now.isoformat()}")
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that the clock shows."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on. Raises ValueError for a negative number: time that runs backwards is another kind of trouble."""
        if seconds < 0:
            raise ValueError(f"a clock moves forward, got {seconds} s")
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move on by so much, without waiting."""
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)


class MovableClock(RealClock):
    """The machine's clock, which a test can put forward: for real peers, whose time runs on by itself.

    pace: what part of a wait is really waited for. Sleeping does not put the clock forward, so that leases and time-outs
    of others who wait as well keep their length.
    """

    def __init__(self, pace: float = 1.0) -> None:
        self._ahead = timedelta()
        self._pace = pace

    def now(self) -> datetime:
        """Return this instant, and by how much the clock was put forward."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward. Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"a clock is put forward only, got {seconds} s")
        self._ahead += timedelta(seconds=seconds)

    def advance_to(self, at: datetime) -> None:
        """Put the clock forward to an instant; one in the past changes nothing."""
        self.advance(max(0.0, (at - self.now()).total_seconds()))

    async def sleep(self, seconds: float) -> None:
        """Wait for a part of the time."""
        await asyncio.sleep(seconds * self._pace)
