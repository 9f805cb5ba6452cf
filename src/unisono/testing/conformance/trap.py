"""A database on which the process can die at any write transaction, just before or just after its commit."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from unisono.service.ports import Database, Tx


class Crash(BaseException):
    """The process died here. Not an Exception: nothing that handles errors may survive it."""


class Trap:
    """Implements `service.ports.Database` over another one. `after` write transactions pass, then the next one kills."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._after: int | None = None
        self._committed = False
        self.sprung = False

    def set(self, after: int, *, committed: bool) -> None:
        """Let the process die at a later transaction; committed: after its commit, else before."""
        self._after, self._committed, self.sprung = after, committed, False

    def disarm(self) -> None:
        """Let it live."""
        self._after = None

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """Begin a read."""
        return self._db.read()

    @asynccontextmanager
    async def write(self, *, single: bool = False) -> AsyncIterator[Tx]:
        """Begin a transaction."""
        dies = self._dies()
        async with self._db.write(single=single) as tx:
            yield tx
            if dies and not self._committed:
                self._spring()
        if dies:
            self._spring()

    def _dies(self) -> bool:
        if self._after is None:
            return False
        self._after -= 1
        return self._after < 0

    def _spring(self) -> None:
        self.disarm()
        self.sprung = True
        raise Crash
