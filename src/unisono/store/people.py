"""The store for users, grants, sessions, tokens and links."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.domain.ids import new_id
from unisono.service.access import GrantReach
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.people import Attempts, Link, NewUser, SessionFacts, UserChange, UserFacts
from unisono.service.setup_views import GrantView, RoleView, TokenView, UserView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("people")


class PgPeople:
    """Implements `service.ports.People`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def user(self, user_id: UUID) -> UserFacts | None:
        """Return one person."""
        row = await self._connection.fetchrow(_SQL["user"], user_id)
        return UserFacts(**dict(row)) if row else None

    async def user_by_login(self, login_key: str) -> UserFacts | None:
        """Return the person with this folded login."""
        row = await self._connection.fetchrow(_SQL["user_by_login"], login_key)
        return UserFacts(**dict(row)) if row else None

    async def users(self, after: tuple[str, UUID] | None, limit: int) -> list[UserView]:
        """Return people by name."""
        name_key, user_id = after or (None, None)
        return [_user(row) for row in await self._connection.fetch(_SQL["users"], name_key, user_id, limit)]

    async def user_views(self, ids: Iterable[UUID]) -> list[UserView]:
        """Return these people."""
        return [_user(row) for row in await self._connection.fetch(_SQL["user_views"], list(ids))]

    async def name_key(self, user_id: UUID) -> str | None:
        """Return under which key a person sorts."""
        key: str | None = await self._connection.fetchval(_SQL["name_key"], user_id)
        return key

    async def add_user(self, user: NewUser) -> bool:
        """Add a person; False when the login or the id is taken."""
        added = await self._connection.fetchval(
            _SQL["add_user"], user.id, user.login, user.login_key, user.name, user.name_key, user.email, user.locale,
            user.password_hash, self._now,
        )  # fmt: skip
        return added is not None

    async def change_user(self, user_id: UUID, change: UserChange) -> bool:
        """Write what the change names; False when the login is taken."""
        named = {k: v for k, v in msgspec.structs.asdict(change).items() if v is not msgspec.UNSET}
        if not named:
            return True
        if "login_key" in named and await self._connection.fetchval(_SQL["login_taken"], named["login_key"], user_id):
            return False
        # The names are those of UserChange's fields, never of a request.
        columns = ", ".join(f"{name} = ${at}" for at, name in enumerate(named, start=2))
        await self._connection.execute(f"update app_user set {columns} where id = $1", user_id, *named.values())
        return True

    async def set_grants(self, user_id: UUID, grants: Sequence[GrantView]) -> None:
        """Replace a person's grants."""
        await self._connection.execute(_SQL["clear_grants"], user_id)
        await self._connection.execute(
            _SQL["add_grants"], user_id, [new_id() for _ in grants], [g.role for g in grants],
            [g.scope_kind for g in grants], [g.scope_id for g in grants],
        )  # fmt: skip

    async def grants(self, user_id: UUID) -> list[GrantView]:
        """Return a person's grants."""
        return [GrantView(**dict(row)) for row in await self._connection.fetch(_SQL["grants"], user_id)]

    async def reach_of(self, user_ids: Iterable[UUID]) -> dict[UUID, list[GrantReach]]:
        """Return what people's grants reach now; nobody who is disabled is in it."""
        found: dict[UUID, list[GrantReach]] = {}
        for row in await self._connection.fetch(_SQL["reach_of"], list(user_ids)):
            found.setdefault(row["user_id"], []).append(
                GrantReach(
                    role=row["role"], actions=tuple(row["actions"]), scope_kind=row["scope_kind"],
                    scope_id=row["scope_id"], classes=frozenset(row["classes"]),
                )
            )  # fmt: skip
        return found

    async def scope_exists(self, kind: str, scope_id: UUID) -> bool:
        """Tell whether a grant can be narrowed to this."""
        return bool(await self._connection.fetchval(_SQL["scope_exists"], kind, scope_id))

    async def administrators(self, *, lock: bool = False) -> set[UUID]:
        """Return who administers the organisation."""
        rows = await self._connection.fetch(_SQL["administrators_locked" if lock else "administrators"])
        return {row["user_id"] for row in rows}

    async def roles(self) -> list[RoleView]:
        """Return all roles."""
        return [RoleView(**dict(row)) for row in await self._connection.fetch(_SQL["roles"])]

    async def put_built_in_role(self, name: str, actions: Sequence[str]) -> None:
        """Add a role of the program's, or bring its actions up to date."""
        await self._connection.execute(_SQL["put_built_in_role"], name, list(actions))

    async def add_session(self, id_hash: bytes, user_id: UUID, expires_at: datetime, user_agent: str) -> None:
        """Begin a session."""
        await self._connection.execute(_SQL["add_session"], id_hash, user_id, self._now, expires_at, user_agent)

    async def session(self, id_hash: bytes, idle_s: float) -> SessionFacts | None:
        """Return a session that is good now."""
        row = await self._connection.fetchrow(_SQL["session"], id_hash, self._now, idle_s)
        return SessionFacts(**dict(row)) if row else None

    async def touch_session(self, id_hash: bytes) -> None:
        """Record that it was used just now."""
        await self._connection.execute(_SQL["touch_session"], id_hash, self._now)

    async def end_session(self, id_hash: bytes) -> UUID | None:
        """End it; returns whose it was."""
        user_id: UUID | None = await self._connection.fetchval(_SQL["end_session"], id_hash)
        return user_id

    async def end_sessions_of(self, user_id: UUID, *, but: bytes | None = None) -> int:
        """End all sessions of a person, or all but one; returns how many."""
        status = await self._connection.execute(_SQL["end_sessions_of"], user_id, but)
        return int(status.rsplit(" ", 1)[1])

    async def add_token(
        self, token_id: UUID, user_id: UUID, name: str, token_hash: bytes, expires_at: datetime | None
    ) -> TokenView:
        """Add an API token."""
        row = await self._connection.fetchrow(_SQL["add_token"], token_id, user_id, name, token_hash, self._now, expires_at)
        return _token(row)

    async def tokens_of(self, user_id: UUID) -> list[TokenView]:
        """Return a person's API tokens."""
        return [_token(row) for row in await self._connection.fetch(_SQL["tokens_of"], user_id)]

    async def token(self, token_hash: bytes) -> SessionFacts | None:
        """Return a token that is good now."""
        row = await self._connection.fetchrow(_SQL["token"], token_hash, self._now)
        return SessionFacts(**dict(row)) if row else None

    async def touch_token(self, token_hash: bytes) -> None:
        """Record that it was used just now."""
        await self._connection.execute(_SQL["touch_token"], token_hash, self._now)

    async def good_proofs(self, proofs: Iterable[bytes], idle_s: float) -> set[bytes]:
        """Return those of these sessions and tokens that are good now."""
        rows = await self._connection.fetch(_SQL["good_proofs"], list(proofs), self._now, idle_s)
        return {row["proof"] for row in rows}

    async def remove_token(self, token_id: UUID, user_id: UUID) -> bool:
        """Make a token of this person useless."""
        return await self._connection.fetchval(_SQL["remove_token"], token_id, user_id) is not None

    async def add_link(self, token_hash: bytes, purpose: str, user_id: UUID | None, expires_at: datetime) -> None:
        """Add a one-time link."""
        await self._connection.execute(_SQL["add_link"], token_hash, purpose, user_id, expires_at)

    async def link(self, token_hash: bytes, *, lock: bool = False) -> Link | None:
        """Return a link, also one that is used or over."""
        row = await self._connection.fetchrow(_SQL["link_locked" if lock else "link"], token_hash)
        return Link(**dict(row)) if row else None

    async def use_link(self, token_hash: bytes) -> None:
        """Record that it was used."""
        await self._connection.execute(_SQL["use_link"], token_hash, self._now)

    async def withdraw_links(self, purpose: str, user_id: UUID | None) -> None:
        """Take unused links away."""
        await self._connection.execute(_SQL["withdraw_links"], purpose, user_id)

    async def attempts(self, keys: Sequence[bytes]) -> dict[bytes, Attempts]:
        """Return the counts, each locked until the commit."""
        await self._connection.execute(_SQL["begin_attempts"], sorted(keys), self._now)
        rows = await self._connection.fetch(_SQL["attempts"], list(keys))
        return {
            row["key"]: Attempts(failures=row["failures"], since=row["since"], blocked_until=row["blocked_until"]) for row in rows
        }

    async def put_attempts(self, counts: Mapping[bytes, Attempts]) -> None:
        """Write the counts."""
        await self._connection.execute(
            _SQL["put_attempts"],
            list(counts),
            [c.failures for c in counts.values()],
            [c.since for c in counts.values()],
            [c.blocked_until for c in counts.values()],
        )

    async def forget_attempts(self, keys: Sequence[bytes], before: datetime) -> None:
        """Forget these keys, and what is older than `before`."""
        await self._connection.execute(_SQL["forget_attempts"], list(keys), before)


def _user(row: Any) -> UserView:
    facts = dict(row)
    return UserView(**{**facts, "roles": msgspec.convert(facts["roles"], list[GrantView])})


def _token(row: Any) -> TokenView:
    return TokenView(
        id=row["id"], name=row["name"], created_at=instant(row["created_at"]),
        expires_at=maybe_instant(row["expires_at"]), last_used_at=maybe_instant(row["last_used_at"]), actions=row["actions"],
    )  # fmt: skip
