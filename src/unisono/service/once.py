"""A command with an idempotency key is carried out once: the key is written in the verb's own transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Conflict, Invalid
from unisono.service.locks import patiently
from unisono.service.ports import Database, Tx
from unisono.service.ports.commands import Command

T = TypeVar("T")
_WAITS: Final = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)


class Key(Struct, frozen=True, kw_only=True):
    """An idempotency key of one person, with what was asked under it."""

    key: UUID
    actor_id: UUID
    verb: str
    digest: bytes


class _Done(Exception):
    """The key is there: the transaction that asked for it is rolled back."""


class _Claiming:
    """A database whose first write transaction also writes the key."""

    def __init__(self, db: Database, key: Key) -> None:
        self._db = db
        self._key = key
        self._claimed = False

    @asynccontextmanager
    async def write(self, *, single: bool = False) -> AsyncIterator[Tx]:  # noqa: ARG002 - the key is a second statement
        async with self._db.write() as tx:
            if not self._claimed and not await tx.commands.claim(
                self._key.key, self._key.actor_id, self._key.verb, self._key.digest
            ):
                raise _Done
            yield tx
        self._claimed = True

    def read(self) -> AbstractAsyncContextManager[Tx]:
        return self._db.read()

    @property
    def claimed(self) -> bool:
        return self._claimed


async def once(db: Database, key: Key | None, verb: Callable[[Database], Awaitable[T]], kind: type[T] | Any) -> T:
    """Carry a verb out once under a key and return what it came to, also to whoever asks again.

    `verb` writes in one transaction of the database that it is given; its result (`kind`: ids and numbers, msgspec can
    read it back from JSON) is kept for two days. Without a key the verb is simply carried out.

    Raises what the verb raises (the key stays free then), Invalid when the key was used for something else, Conflict when
    the first attempt was carried out and its result was lost in a crash: load the state anew.
    """
    if key is None:
        return await patiently(lambda: verb(db))
    claiming = _Claiming(db, key)
    try:
        result = await patiently(lambda: verb(claiming))
    except _Done:
        replayed: T = await _replay(db, key, kind)
        return replayed
    if claiming.claimed:
        async with db.write() as tx:
            await tx.commands.record(key.key, {"value": msgspec.to_builtins(result)})
    return result


async def _replay(db: Database, key: Key, kind: Any) -> Any:
    for wait_s in (*_WAITS, 0.0):
        async with db.read() as tx:
            command = await tx.commands.find(key.key)
        if command is not None:
            _check_same(command, key)
            if command.result is not None:
                return msgspec.convert(command.result["value"], kind)
        await asyncio.sleep(wait_s)
    raise Conflict(
        "This was carried out before; what it came to was lost in a crash. Nothing was done twice: load the state anew.",
        code="already_done",
    )


def _check_same(command: Command, key: Key) -> None:
    if (command.actor_id, command.verb, command.digest) != (key.actor_id, key.verb, key.digest):
        raise Invalid(
            "This Idempotency-Key was used for another request. Nothing was done; use a new key for each command.",
            code="key_reused",
        )
