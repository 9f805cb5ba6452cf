"""What is asked about employees' own calendars: of the store, and of the room that reads them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.contract.context import Http
from unisono.presence.agenda import Time


class CalendarAt(Struct, frozen=True, kw_only=True):
    """Where a calendar lies and how it is opened; this is its secret, and sealed.

    kind: `feed` (an address that yields iCalendar) or `caldav` (a server, an account, or one calendar of it).
    """

    kind: str
    url: str
    login: str = ""
    password: str = ""


class Pulled(Struct, frozen=True, kw_only=True):
    """What came of asking a calendar. texts: None when nothing changed since `mark`. mark: what to ask with the next time.

    own: mail addresses of the owner, as the server names them.
    """

    texts: list[str] | None
    mark: dict[str, Any]
    own: list[str] = []


class CalendarFailed(Exception):
    """It could not be read. code: refused, gone, moved, unreadable, too_large, unreachable, not_allowed, busy."""

    def __init__(self, code: str, after_s: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.after_s = after_s


class CalendarSource(Protocol):
    """Reads calendars."""

    async def pull(self, http: Http, at: CalendarAt, mark: dict[str, Any] | None, begin: datetime, end: datetime) -> Pulled:
        """Return what the calendar says between two moments, or that nothing changed. Raises CalendarFailed."""


class OwnCalendar(Struct, frozen=True, kw_only=True):
    """A calendar of an employee. state: `new`, `ok`, or the code of CalendarFailed."""

    id: UUID
    user_id: UUID
    kind: str
    name: str
    with_titles: bool
    state: str
    added_at: datetime
    read_at: datetime | None = None
    covers_until: datetime | None = None
    attempts: int = 0
    skipped: int = 0
    mark: dict[str, Any] | None = None


class OwnCalendarChange(Struct, frozen=True, kw_only=True):
    """What changes; what is not named stays."""

    name: str | UnsetType = UNSET
    with_titles: bool | UnsetType = UNSET


class Looked(Struct, frozen=True, kw_only=True):
    """What a look at a calendar came to. times: None leaves what is known. mark: None leaves it."""

    state: str
    attempts: int
    next_at: datetime
    times: Sequence[Time] | None = None
    mark: dict[str, Any] | None = None
    covers_until: datetime | None = None
    skipped: int = 0
    well: bool = False


class OwnCalendars(Protocol):
    """Port for employees' calendars."""

    async def of(self, user_id: UUID) -> list[OwnCalendar]: ...

    async def add(self, calendar: OwnCalendar) -> None:
        """Add one; it is due at once."""

    async def change(self, calendar_id: UUID, user_id: UUID, change: OwnCalendarChange) -> bool:
        """Write what is named; titles that are not wanted any more are gone. False when this person has no such calendar."""

    async def remove(self, calendar_id: UUID, user_id: UUID) -> bool:
        """Erase one and all that is known of it; False when this person has no such calendar."""

    async def ask_again(self, calendar_id: UUID, user_id: UUID, earliest: datetime) -> bool:
        """Make it due now, unless it was looked at after `earliest`; False when this person has no such calendar."""

    async def claim(self, limit: int, lease_s: float) -> list[OwnCalendar]:
        """Take what is due; nobody else gets it for so long."""

    async def settle(self, calendar_id: UUID, looked: Looked) -> bool:
        """Write what a look came to, and that it may say something else now; False when it was withdrawn meanwhile."""

    async def turning(self, limit: int) -> list[OwnCalendar]:
        """Return calendars whose time has changed, each locked until the commit."""

    async def times(self, calendar_ids: Collection[UUID]) -> dict[UUID, list[Time]]: ...

    async def turned(self, calendar_id: UUID, turn_at: datetime | None) -> None:
        """Note when it will say something else."""

    async def drop_over(self) -> None:
        """Forget times that are over."""

    async def forget_disabled(self) -> None:
        """Erase the calendars of who has no good account any more."""
