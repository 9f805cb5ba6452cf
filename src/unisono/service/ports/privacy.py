"""What erasing needs: the ledger of tombstones outside backups, a cipher, and the sealed archive."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct


class Tombstones(Protocol):
    """A ledger of what was erased, kept outside backups, so that a restore can erase it again."""

    async def add(self, kind: str, ids: Iterable[UUID]) -> None:
        """Record `message` or `customer` ids durably before returning. Raises `domain.errors.Unavailable`."""


class Sealed(Struct, frozen=True, kw_only=True):
    """Encrypted bytes with the name of the key."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


class Cipher(Protocol):
    """Encryption under the deployment's key."""

    def seal(self, plain: bytes, bound_to: bytes) -> Sealed:
        """Encrypt; `bound_to` is authenticated and must be given again to open."""

    def open(self, sealed: Sealed, bound_to: bytes) -> bytes:
        """Decrypt. Raises `domain.errors.Unavailable` when the key is not there, Invalid when the bytes were changed."""


class ToErase(Struct, frozen=True, kw_only=True):
    """A message that is about to be erased, with what decides whether it must be kept sealed."""

    message_id: UUID
    channel_id: UUID
    medium: str
    remote_id: str | None
    direction: str
    visibility: str
    said_at: datetime
    subject: str
    text: str
    html: str | None
    details: dict[str, Any]
    text_class: str
    legal_hold: str | None
    names: list[str]


class SealedItem(Struct, frozen=True, kw_only=True):
    """An entry of the sealed archive."""

    number: int
    message_id: UUID
    text_class: str
    ground: str
    sealed_at: datetime
    retain_until: datetime
    sealed: Sealed
    previous_hash: bytes
    hash: bytes


class Privacy(Protocol):
    """Port for erasing and for the sealed archive."""

    async def to_erase(self, message_ids: Sequence[UUID]) -> list[ToErase]: ...

    async def erased_customers(self, customer_ids: Iterable[UUID]) -> set[UUID]: ...

    async def set_hold(self, customer_id: UUID, ground: str | None) -> bool: ...

    async def last_sealed(self) -> SealedItem | None:
        """Return the end of the chain, and keep others from appending until the commit."""

    async def append_sealed(self, item: SealedItem) -> None: ...

    async def sealed(self, after: int, limit: int) -> list[SealedItem]: ...

    async def sealed_item(self, number: int) -> SealedItem | None: ...

    async def setting(self, name: str) -> Any:
        """Return a setting's value or None."""

    async def audit(
        self, actor_id: UUID | None, action: str, subject_kind: str, subject_id: str, body: dict[str, Any]
    ) -> None: ...

    async def forget_words(self, message_ids: Iterable[UUID]) -> None:
        """Take out of the audit what colleagues wrote in their own words about these messages, and the work they belong to."""

    async def expire_texts(self, limit: int) -> list[UUID]:
        """Return messages whose text has outlived its time."""
