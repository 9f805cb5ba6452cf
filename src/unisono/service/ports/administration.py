"""What is asked of the store about sessions, own roles, service accounts, and the audit as it is looked through."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.people import AuditEntry
from unisono.service.setup_views import GrantView, TokenView


class OpenSession(Struct, frozen=True, kw_only=True):
    """Somebody's session. `id_hash` is the hash of its cookie."""

    id_hash: bytes
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str


class AuditFilter(Struct, frozen=True, kw_only=True):
    """What of the audit is looked for. `action`: itself, or all that begins with it when it ends in a dot."""

    actor_id: UUID | None = None
    action: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditSeal(Struct, frozen=True, kw_only=True):
    """A sealed piece of the audit: the entries after `from_id` up to `to_id`."""

    number: int
    from_id: UUID | None
    to_id: UUID
    entries: int
    sealed_at: datetime
    previous_hash: bytes
    hash: bytes


class FirstFacts(Struct, frozen=True, kw_only=True):
    """What of the first steps shows itself, by step, and the oldest conversation."""

    done: dict[str, bool]
    conversation_id: UUID | None


class Administration(Protocol):
    """Port for what administrators look after."""

    async def first_facts(self) -> FirstFacts: ...

    async def sessions(self, user_id: UUID, idle_s: float) -> list[OpenSession]:
        """Return the sessions that are good now, the last used first."""

    async def end_session(self, user_id: UUID, prefix: str) -> bool:
        """End the session whose hash begins with these hexadecimal digits."""

    async def put_role(self, name: str, actions: Sequence[str]) -> None: ...

    async def remove_role(self, name: str) -> None: ...

    async def holders(self, role: str) -> list[UUID]:
        """Return who has a role anywhere."""

    async def classes_of(self, grant: GrantView) -> frozenset[int]:
        """Return the access classes in the scope of a grant."""

    async def places_of(self, classes: Sequence[int] | None) -> list[tuple[UUID, UUID]]:
        """Return (channel, queue) of access classes, of all for None."""

    async def seen_counts(self, classes: Sequence[int] | None) -> tuple[int, int]:
        """Return how many conversations and how many open enquiries lie in these classes; at most 10,000 are counted."""

    async def is_service(self, user_id: UUID) -> bool | None:
        """Tell whether a user is a program; None when there is none."""

    async def set_service(self, user_id: UUID) -> None: ...

    async def services(self) -> list[UUID]: ...

    async def limit_token(self, token_id: UUID, actions: Sequence[str] | None) -> TokenView: ...

    async def audit(self, wanted: AuditFilter, before: UUID | None, limit: int) -> list[AuditEntry]: ...

    async def last_seal(self) -> AuditSeal | None:
        """Return the end of the chain, and keep others from sealing until the commit."""

    async def seals(self, after: int, limit: int) -> list[AuditSeal]: ...

    async def add_seal(self, seal: AuditSeal) -> None: ...

    async def audit_between(
        self, after: UUID | None, up_to: UUID | None, before: datetime | None, limit: int
    ) -> list[AuditEntry]:
        """Return entries in their order: after one, up to another, written before a time."""
