"""The real clock."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """Implements `contract.Clock`."""

    def now(self) -> datetime:
        """Return this instant, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
