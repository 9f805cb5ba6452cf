"""The store for employees' linked accounts, and the commands that come from them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from unisono.service.ports.accounts import AccountChange, Before, Colleague, LinkedAccount, Reply, Who
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("accounts")


class PgAccounts:
    """Implements `service.ports.accounts.Accounts`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def of(self, user_id: UUID) -> list[LinkedAccount]:
        """Return a person's accounts."""
        return [LinkedAccount(**dict(row)) for row in await self._connection.fetch(_SQL["of"], user_id)]

    async def known(self, who: Collection[Who]) -> dict[Who, LinkedAccount]:
        """Return those of these accounts that are linked."""
        networks, realms, ids = zip(*who, strict=True) if who else ((), (), ())
        rows = await self._connection.fetch(_SQL["known"], list(networks), list(realms), list(ids))
        found = [LinkedAccount(**dict(row)) for row in rows]
        return {(one.network, one.realm, one.remote_id): one for one in found}

    async def put_code(self, code_hash: bytes, user_id: UUID, expires_at: datetime) -> None:
        """Keep a code."""
        await self._connection.execute(_SQL["put_code"], code_hash, user_id, expires_at)

    async def use_code(self, code_hash: bytes) -> UUID | None:
        """Return whose a code is and take it away."""
        user_id: UUID | None = await self._connection.fetchval(_SQL["use_code"], code_hash, self._now)
        return user_id

    async def link(self, account: LinkedAccount) -> bool:
        """Link an account; False when somebody else has it."""
        a = account
        kept = await self._connection.fetchval(
            _SQL["link"], a.id, a.user_id, a.network, a.realm, a.remote_id, a.label, a.linked_at
        )
        return kept is not None

    async def change(self, account_id: UUID, user_id: UUID, change: AccountChange) -> bool:
        """Write what is named; False when this person has no such account."""
        named = {n: v for n, v in msgspec.structs.asdict(change).items() if v is not UNSET}
        columns = "".join(f", {name} = ${place}" for place, name in enumerate(named, 3))
        status = await self._connection.execute(
            f"update linked_account set user_id = user_id{columns} where id = $1 and user_id = $2", account_id, user_id,
            *named.values(),
        )  # fmt: skip
        return status == "UPDATE 1"

    async def unlink(self, account_id: UUID, user_id: UUID) -> bool:
        """Erase an account and all that hangs on it."""
        return await self._connection.fetchval(_SQL["unlink"], account_id, user_id) is not None

    async def claim(self, account_id: UUID, event_id: str) -> bool:
        """Note that a message is being carried out."""
        return await self._connection.fetchval(_SQL["claim"], account_id, event_id, self._now) is not None

    async def carried(self, channel_network: str, event_ids: Collection[str]) -> set[str]:
        """Return which of these messages were commands."""
        return {row["event_id"] for row in await self._connection.fetch(_SQL["carried"], channel_network, list(event_ids))}

    async def recent(self, account_id: UUID, since: datetime) -> int:
        """Return how many messages were carried out since."""
        return int(await self._connection.fetchval(_SQL["recent"], account_id, since))

    async def propose(self, account_id: UUID, proposal: dict[str, Any], expires_at: datetime) -> None:
        """Keep what was understood."""
        await self._connection.execute(_SQL["propose"], account_id, proposal, expires_at)

    async def take_proposal(self, account_id: UUID) -> dict[str, Any] | None:
        """Return what was proposed, and forget it."""
        found: dict[str, Any] | None = await self._connection.fetchval(_SQL["take_proposal"], account_id, self._now)
        return found

    async def keep_before(self, user_id: UUID, before: Before, expires_at: datetime) -> None:
        """Keep what the last command replaced."""
        await self._connection.execute(_SQL["keep_before"], user_id, before.value, before.until, before.reason, expires_at)

    async def take_before(self, user_id: UUID) -> Before | None:
        """Return what the last command replaced, and forget it."""
        row = await self._connection.fetchrow(_SQL["take_before"], user_id)
        if row is None or row["expires_at"] <= self._now:
            return None
        return Before(value=row["value"], until=row["until"], reason=row["reason"])

    async def add_reply(self, reply: Reply) -> None:
        """Keep what is to be said back."""
        r = reply
        await self._connection.execute(_SQL["add_reply"], r.id, r.channel_id, r.account_id, r.place, r.text, r.created_at)

    async def replies_due(self, channel_id: UUID) -> bool:
        """Tell whether there is something to be said on a channel."""
        return bool(await self._connection.fetchval(_SQL["replies_due"], channel_id, self._now))

    async def claim_replies(self, channel_id: UUID, limit: int, lease_s: float) -> list[Reply]:
        """Take what is due."""
        rows = await self._connection.fetch(_SQL["claim_replies"], self._now, limit, lease_s, channel_id)
        return [Reply(**dict(row)) for row in rows]

    async def settle_reply(self, reply_id: UUID, *, remote_id: str | None, next_at: datetime | None) -> None:
        """Note what became of a reply."""
        await self._connection.execute(_SQL["settle_reply"], reply_id, remote_id, next_at)

    async def is_reply(self, channel_id: UUID, remote_id: str, key: str | None, text: str) -> bool:
        """Tell whether a message of our own account is one of these replies."""
        return bool(await self._connection.fetchval(_SQL["is_reply"], channel_id, remote_id, key, text))

    async def forget_old(self) -> None:
        """Drop what is over."""
        await self._connection.execute(_SQL["forget_old"], self._now)

    async def next_waiting(self, user_id: UUID) -> list[UUID]:
        """Return what waits in this person's queues."""
        return [row["id"] for row in await self._connection.fetch(_SQL["next_waiting"], user_id)]

    async def in_case(self, number: int) -> list[UUID]:
        """Return what waits in a case."""
        return [row["id"] for row in await self._connection.fetch(_SQL["in_case"], number)]

    async def skilled(self, words: Sequence[str]) -> list[Colleague]:
        """Return who has a skill for each of these words."""
        return [Colleague(**dict(row)) for row in await self._connection.fetch(_SQL["skilled"], list(words))]
