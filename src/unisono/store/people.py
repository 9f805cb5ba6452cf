"""The store for users, grants, sessions, tokens and links."""

from datetime import datetime

from unisono.store.driver import Connection


class PgPeople:
    """Implements `service.ports.People`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
