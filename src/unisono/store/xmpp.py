"""The store for whose presence is heard at XMPP, and who is shown to whom there."""

from uuid import UUID

from unisono.service.ports.xmpp import Followed
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("xmpp")


class PgXmppPeople:
    """Implements `service.ports.xmpp.XmppPeople`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def followed(self) -> list[Followed]:
        """Return whose presence counts."""
        return [Followed(**dict(row)) for row in await self._connection.fetch(_SQL["followed"])]

    async def note(self, account_id: UUID, asked: str) -> None:
        """Note what became of asking."""
        await self._connection.execute(_SQL["note"], account_id, asked)

    async def follow(self, account_id: UUID, user_id: UUID, on: bool) -> bool:
        """Count an account's presence, or no longer."""
        if await self._connection.fetchval(_SQL["own_account"], account_id, user_id) is None:
            return False
        await self._connection.execute(_SQL["follow" if on else "unfollow"], account_id)
        return True

    async def show(self, user_id: UUID, on: bool) -> None:
        """Show somebody to colleagues there, or no longer."""
        await self._connection.execute(_SQL["show" if on else "hide"], user_id)

    async def is_shown(self, user_id: UUID) -> bool:
        """Tell whether somebody is shown."""
        return bool(await self._connection.fetchval(_SQL["is_shown"], user_id))

    async def person(self, login_key: str) -> UUID | None:
        """Return who has this log-in and is shown."""
        user_id: UUID | None = await self._connection.fetchval(_SQL["person"], login_key)
        return user_id

    async def owner(self, address: str) -> tuple[UUID, UUID] | None:
        """Return the account with this address, and whose it is."""
        row = await self._connection.fetchrow(_SQL["owner"], address)
        return (row["id"], row["user_id"]) if row is not None else None

    async def admit(self, user_id: UUID, account_id: UUID) -> None:
        """Let somebody be seen."""
        await self._connection.execute(_SQL["admit"], user_id, account_id)

    async def dismiss(self, user_id: UUID, address: str) -> None:
        """Let them be seen no longer."""
        await self._connection.execute(_SQL["dismiss"], user_id, address)

    async def contacts(self) -> dict[tuple[UUID, str], str]:
        """Return who is seen by whom."""
        rows = await self._connection.fetch(_SQL["contacts"])
        return {(row["user_id"], row["address"]): row["login_key"] for row in rows}
