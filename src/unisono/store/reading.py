"""The store for views: the shapes that the desk and the API show."""

from datetime import datetime

from unisono.store.driver import Connection


class PgReading:
    """Implements `service.ports.Reading`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
