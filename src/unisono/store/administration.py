"""The store for sessions, own roles, service accounts, and the audit as it is looked through."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.administration import AuditFilter, AuditSeal, FirstFacts, OpenSession
from unisono.service.ports.people import AuditEntry
from unisono.service.setup_views import GrantView, TokenView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("administration")


class PgAdministration:
    """Implements `service.ports.Administration`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def first_facts(self) -> FirstFacts:
        """Return what of the first steps shows itself."""
        row = await self._connection.fetchrow(_SQL["first_facts"])
        assert row is not None
        facts = dict(row)
        return FirstFacts(conversation_id=facts.pop("conversation_id"), done=facts)

    async def sessions(self, user_id: UUID, idle_s: float) -> list[OpenSession]:
        """Return the sessions that are good now."""
        return [OpenSession(**dict(row)) for row in await self._connection.fetch(_SQL["sessions"], user_id, self._now, idle_s)]

    async def end_session(self, user_id: UUID, prefix: str) -> bool:
        """End one."""
        return await self._connection.fetchval(_SQL["end_session"], user_id, prefix) is not None

    async def put_role(self, name: str, actions: Sequence[str]) -> None:
        """Add or change an own role; a built-in one stays as it is."""
        await self._connection.execute(_SQL["put_role"], name, list(actions))

    async def remove_role(self, name: str) -> None:
        """Take an own role away."""
        await self._connection.execute(_SQL["remove_role"], name)

    async def holders(self, role: str) -> list[UUID]:
        """Return who has a role anywhere."""
        return [row["user_id"] for row in await self._connection.fetch(_SQL["holders"], role)]

    async def classes_of(self, grant: GrantView) -> frozenset[int]:
        """Return the access classes in the scope of a grant."""
        rows = await self._connection.fetch(_SQL["classes_of"], grant.scope_kind, grant.scope_id)
        return frozenset(row["id"] for row in rows)

    async def places_of(self, classes: Sequence[int] | None) -> list[tuple[UUID, UUID]]:
        """Return (channel, queue) of access classes."""
        kept = None if classes is None else list(classes)
        return [(row["channel_id"], row["queue_id"]) for row in await self._connection.fetch(_SQL["places_of"], kept)]

    async def seen_counts(self, classes: Sequence[int] | None) -> tuple[int, int]:
        """Return how many conversations and open enquiries."""
        row = await self._connection.fetchrow(_SQL["seen_counts"], None if classes is None else list(classes))
        assert row is not None
        return row["conversations"], row["open"]

    async def is_service(self, user_id: UUID) -> bool | None:
        """Tell whether a user is a program."""
        found: bool | None = await self._connection.fetchval(_SQL["is_service"], user_id)
        return found

    async def set_service(self, user_id: UUID) -> None:
        """Make a user a program."""
        await self._connection.execute(_SQL["set_service"], user_id)

    async def services(self) -> list[UUID]:
        """Return the programs by name."""
        return [row["id"] for row in await self._connection.fetch(_SQL["services"])]

    async def limit_token(self, token_id: UUID, actions: Sequence[str] | None) -> TokenView:
        """Allow a token less than its owner."""
        row = await self._connection.fetchrow(_SQL["limit_token"], token_id, None if actions is None else list(actions))
        assert row is not None
        return TokenView(
            id=row["id"], name=row["name"], created_at=instant(row["created_at"]), actions=row["actions"],
            expires_at=maybe_instant(row["expires_at"]), last_used_at=maybe_instant(row["last_used_at"]),
        )  # fmt: skip

    async def audit(self, wanted: AuditFilter, before: UUID | None, limit: int) -> list[AuditEntry]:
        """Return what was written down, newest first."""
        rows = await self._connection.fetch(
            _SQL["audit"], wanted.actor_id, wanted.action, wanted.subject_kind, wanted.subject_id, wanted.since, wanted.until,
            before, limit,
        )  # fmt: skip
        return [AuditEntry(**dict(row)) for row in rows]

    async def last_seal(self) -> AuditSeal | None:
        """Return the end of the chain, locked."""
        await self._connection.execute(_SQL["lock_seals"])
        row = await self._connection.fetchrow(_SQL["last_seal"])
        return AuditSeal(**dict(row)) if row else None

    async def seals(self, after: int, limit: int) -> list[AuditSeal]:
        """Return seals in the order of the chain."""
        return [AuditSeal(**dict(row)) for row in await self._connection.fetch(_SQL["seals"], after, limit)]

    async def add_seal(self, seal: AuditSeal) -> None:
        """Append to the chain."""
        await self._connection.execute(
            _SQL["add_seal"], seal.number, seal.from_id, seal.to_id, seal.entries, seal.sealed_at, seal.previous_hash, seal.hash
        )

    async def audit_between(
        self, after: UUID | None, up_to: UUID | None, before: datetime | None, limit: int
    ) -> list[AuditEntry]:
        """Return entries in their order."""
        rows = await self._connection.fetch(_SQL["audit_between"], after, up_to, before, limit)
        return [AuditEntry(**dict(row)) for row in rows]
