"""Settings of the house, kept for a minute: they change once in years, and requests come every second."""

from datetime import datetime
from typing import Any, Final

from litestar.connection import ASGIConnection

from unisono.service.house import House
from unisono.service.settings import read_settings

KEPT_S: Final = 60.0


class KeptSettings:
    """The settings as they were read within the last minute."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._values: dict[str, Any] = {}
        self._read_at: datetime | None = None

    async def get(self, name: str) -> Any:
        """Return a setting's value."""
        now = self._house.clock.now()
        if self._read_at is None or abs((now - self._read_at).total_seconds()) > KEPT_S:
            async with self._house.db.read() as tx:
                self._values = await read_settings(tx)
            self._read_at = now
        return self._values[name]


def settings_of(connection: ASGIConnection[Any, Any, Any, Any]) -> KeptSettings:
    """Return the kept settings of the application."""
    kept: KeptSettings = connection.app.state["settings"]
    return kept
