"""What is asked of the store about users, grants, sessions, tokens and links."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.service.access import GrantReach
from unisono.service.setup_views import GrantView, RoleView, TokenView, UserView


class UserFacts(Struct, frozen=True, kw_only=True):
    """A person as log-in needs them."""

    id: UUID
    login: str
    name: str
    locale: str
    password_hash: str | None
    disabled: bool


class NewUser(Struct, frozen=True, kw_only=True):
    """A person to add. The keys are folded in Python, so that they compare alike everywhere."""

    id: UUID
    login: str
    login_key: str
    name: str
    name_key: str
    email: str
    locale: str
    password_hash: str | None = None


class UserChange(Struct, frozen=True, kw_only=True):
    """What changes of a person; what is not named stays."""

    login: str | UnsetType = UNSET
    login_key: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    name_key: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    locale: str | UnsetType = UNSET
    theme: str | UnsetType = UNSET
    password_hash: str | UnsetType = UNSET
    disabled_at: datetime | UnsetType | None = UNSET


class SessionFacts(Struct, frozen=True, kw_only=True):
    """A session or token that is good now, with its person. actions: what a token may do at most, None for all."""

    user_id: UUID
    login: str
    name: str
    locale: str
    last_seen_at: datetime | None
    expires_at: datetime | None
    actions: list[str] | None = None


class Link(Struct, frozen=True, kw_only=True):
    """A one-time link."""

    purpose: str
    user_id: UUID | None
    expires_at: datetime
    used_at: datetime | None


class Attempts(Struct, frozen=True, kw_only=True):
    """Failed log-ins under one key since a time."""

    failures: int
    since: datetime
    blocked_until: datetime | None


class AuditEntry(Struct, frozen=True, kw_only=True):
    """Who did what to what."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: str
    body: dict[str, Any]


class People(Protocol):
    """Port for people of the house and how they prove who they are."""

    async def user(self, user_id: UUID) -> UserFacts | None: ...

    async def user_by_login(self, login_key: str) -> UserFacts | None: ...

    async def users(self, after: tuple[str, UUID] | None, limit: int) -> list[UserView]:
        """Return people by name; `after` is the (name key, id) of the last one seen."""

    async def user_views(self, ids: Iterable[UUID]) -> list[UserView]: ...

    async def name_key(self, user_id: UUID) -> str | None: ...

    async def add_user(self, user: NewUser) -> bool:
        """Return False when the login is taken or the id is there already."""

    async def change_user(self, user_id: UUID, change: UserChange) -> bool:
        """Return False when the login is taken. Raises nothing for a user who does not exist: look first."""

    async def set_grants(self, user_id: UUID, grants: Sequence[GrantView]) -> None: ...

    async def grants(self, user_id: UUID) -> list[GrantView]: ...

    async def reach_of(self, user_ids: Iterable[UUID]) -> dict[UUID, list[GrantReach]]:
        """Return what the grants of people reach now; nothing for those who are disabled."""

    async def scope_exists(self, kind: str, scope_id: UUID) -> bool: ...

    async def administrators(self, *, lock: bool = False) -> set[UUID]:
        """Return who administers the whole organisation and is not disabled; `lock` keeps the set until the commit."""

    async def roles(self) -> list[RoleView]: ...

    async def put_built_in_role(self, name: str, actions: Sequence[str]) -> None: ...

    async def add_session(self, id_hash: bytes, user_id: UUID, expires_at: datetime, user_agent: str) -> None: ...

    async def session(self, id_hash: bytes, idle_s: float) -> SessionFacts | None:
        """Return a session that is neither over nor idle for too long, of a person who is not disabled."""

    async def touch_session(self, id_hash: bytes) -> None: ...

    async def end_session(self, id_hash: bytes) -> UUID | None: ...

    async def end_sessions_of(self, user_id: UUID, *, but: bytes | None = None) -> int: ...

    async def add_token(
        self, token_id: UUID, user_id: UUID, name: str, token_hash: bytes, expires_at: datetime | None
    ) -> TokenView: ...

    async def tokens_of(self, user_id: UUID) -> list[TokenView]: ...

    async def token(self, token_hash: bytes) -> SessionFacts | None: ...

    async def touch_token(self, token_hash: bytes) -> None: ...

    async def good_proofs(self, proofs: Iterable[bytes], idle_s: float) -> set[bytes]:
        """Return those of these sessions and tokens that are good now."""

    async def remove_token(self, token_id: UUID, user_id: UUID) -> bool: ...

    async def add_link(self, token_hash: bytes, purpose: str, user_id: UUID | None, expires_at: datetime) -> None: ...

    async def link(self, token_hash: bytes, *, lock: bool = False) -> Link | None: ...

    async def use_link(self, token_hash: bytes) -> None: ...

    async def withdraw_links(self, purpose: str, user_id: UUID | None) -> None:
        """Make unused links of this purpose and person useless."""

    async def attempts(self, keys: Sequence[bytes]) -> dict[bytes, Attempts]:
        """Return the counts, each locked until the commit; keys without one are begun."""

    async def put_attempts(self, counts: dict[bytes, Attempts]) -> None: ...

    async def forget_attempts(self, keys: Sequence[bytes], before: datetime) -> None:
        """Forget these keys, and all whose counting began before a time."""
