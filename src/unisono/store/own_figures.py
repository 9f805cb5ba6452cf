"""The store for one's own figures."""

from datetime import datetime
from uuid import UUID

from unisono.service.own_figures import Handled
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("own_figures")


class PgOwnFigures:
    """Implements `service.ports.own_figures.OwnFiguresPort`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def handled(self, user_id: UUID, since: datetime) -> list[Handled]:
        """Return what somebody closed since."""
        return [Handled(**dict(row)) for row in await self._connection.fetch(_SQL["handled"], user_id, since)]
