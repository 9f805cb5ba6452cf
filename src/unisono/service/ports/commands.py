"""What is asked of the store about commands that carry an idempotency key."""

from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct


class Command(Struct, frozen=True, kw_only=True):
    """A command that was carried out. `result` holds ids and numbers only; None while it is not recorded yet."""

    actor_id: UUID
    verb: str
    digest: bytes
    result: Any


class Commands(Protocol):
    """Port for commands."""

    async def claim(self, key: UUID, actor_id: UUID, verb: str, digest: bytes) -> bool:
        """Write the key with the verb's own transaction; False when it is there already, waiting for one under way."""

    async def find(self, key: UUID) -> Command | None: ...

    async def record(self, key: UUID, result: Any) -> None: ...
