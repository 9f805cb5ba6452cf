"""The store for channels, queues, skills, teams, brands, codes and settings."""

from datetime import datetime

from unisono.store.driver import Connection


class PgSetup:
    """Implements `service.ports.Setup`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
