"""What is asked of the store about presence: what sources said last, what that comes to, and where calls go."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.presence.divert import Rules
from unisono.presence.heard import Heard
from unisono.presence.merge import Merged
from unisono.presence.words import Source

#: The source and which of its accounts.
Place = tuple[Source, str]


class AtWork(Struct, frozen=True, kw_only=True):
    """The state at work of an agent. held: it was their presence that set it."""

    state: str
    reason: str
    since: datetime
    held: bool


class OwnRule(Struct, frozen=True, kw_only=True):
    """Where somebody's calls go, and who stands in for them."""

    rules: Rules
    deputy_id: UUID | None = None


class Activity(Struct, frozen=True, kw_only=True):
    """When a session was last used, and when the desk was last heard of."""

    user_id: UUID
    used_at: datetime
    desk_at: datetime | None


class PresencePort(Protocol):
    """Port for presence."""

    async def lock(self, user_ids: Iterable[UUID]) -> list[UUID]:
        """Lock people in the order of their ids; yields those who have a good account."""

    async def words(self, user_ids: Collection[UUID]) -> dict[UUID, dict[Place, Heard]]:
        """Return what is known of each source, by person."""

    async def words_of_source(self, source: Source) -> dict[UUID, dict[str, Heard]]:
        """Return what a source says of everybody, by account."""

    async def put_words(self, words: Iterable[tuple[UUID, Heard]]) -> None: ...

    async def forget_words(self, user_id: UUID, source: Source, account: str | None = None) -> None:
        """Forget what a source said of somebody: of one account, or of all."""

    async def drop_over(self, limit: int) -> int:
        """Drop words that ran out long enough ago."""

    async def at_work(self, user_ids: Collection[UUID]) -> dict[UUID, AtWork]: ...

    async def on_the_phone(self, user_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the stage of the call that each is in."""

    async def in_calls(self) -> set[UUID]:
        """Return everybody whom calls may have made busy or free."""

    async def merged(self, user_ids: Collection[UUID]) -> dict[UUID, Merged]: ...

    async def everybody(self) -> dict[UUID, Merged]: ...

    async def place(self) -> int:
        """Return from where `changed_since` will yield all that is not visible yet."""

    async def changed_since(self, place: int) -> dict[UUID, Merged]: ...

    async def put(self, merged: Mapping[UUID, Merged]) -> None: ...

    async def due(self, limit: int) -> list[UUID]:
        """Return whose presence time has changed."""

    async def next_due(self) -> datetime | None: ...

    async def unlike_work(self, sources: Collection[str]) -> list[UUID]:
        """Return agents whose state at work is not what their presence asks for, as far as presence may set it."""

    async def hold(self, user_id: UUID) -> None:
        """Note that the state at work as it stands was set by presence."""

    async def let_go(self, user_id: UUID) -> bool:
        """Forget that; tells whether the state is still that one."""

    async def rule(self, user_id: UUID) -> OwnRule | None: ...

    async def put_rule(self, user_id: UUID, rule: OwnRule) -> None: ...

    async def active(self) -> list[Activity]: ...

    async def disabled(self) -> list[UUID]:
        """Return who is known here and has no good account any more."""

    async def forget(self, user_ids: Collection[UUID]) -> None: ...
