"""What is asked of the store about secrets: sealed values by owner and name."""

from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.privacy import Sealed


class SecretRow(Struct, frozen=True, kw_only=True):
    """A sealed secret with its place."""

    owner_kind: str
    owner_id: UUID
    name: str
    sealed: Sealed


class Secrets(Protocol):
    """Port for sealed secrets."""

    async def get(self, owner_kind: str, owner_id: UUID, name: str) -> Sealed | None: ...

    async def put(self, owner_kind: str, owner_id: UUID, name: str, sealed: Sealed) -> None: ...

    async def remove(self, owner_kind: str, owner_id: UUID, name: str | None = None) -> None:
        """Take a secret away, or all of an owner's."""

    async def names(self, owner_kind: str, owner_id: UUID) -> list[str]: ...

    async def sealed_otherwise(self, key_id: str, limit: int) -> list[SecretRow]:
        """Return secrets that are not sealed under this key, each locked until the commit."""

    async def key_ids(self) -> dict[str, int]:
        """Return how many secrets and sealed archive items each key seals."""
