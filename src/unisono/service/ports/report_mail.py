"""What is asked of the store about scheduled reports, and of whatever hands their mails over."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.planning.report_times import Timing


class Schedule(Struct, frozen=True, kw_only=True):
    """A report that goes out. question: without its days. channel_id: the mailbox it goes out from; None: the oldest one."""

    id: UUID
    name: str
    question: Mapping[str, Any]
    form: str
    locale: str
    timing: Timing
    recipients: list[str]
    channel_id: UUID | None
    owner_id: UUID
    owner_name: str = ""
    paused: bool = False
    next_at: datetime


class Run(Struct, frozen=True, kw_only=True):
    """One time that it was due. state: making, sending, sent, retrying, failed, or unknown: whether it arrived nobody can say."""

    id: UUID
    schedule_id: UUID
    due_at: datetime
    first: date
    last: date
    state: str
    attempts: int
    problem: str
    at: datetime


class Schedules(Protocol):
    """Port for scheduled reports."""

    async def add(self, schedule: Schedule) -> None: ...

    async def change(self, schedule: Schedule) -> None: ...

    async def remove(self, schedule_id: UUID) -> None: ...

    async def schedule(self, schedule_id: UUID, *, lock: bool = False) -> Schedule | None: ...

    async def schedules(self) -> list[Schedule]: ...

    async def take_due(self) -> Schedule | None:
        """Return a schedule whose time has come, locked; None when there is none, or other nodes have them."""

    async def move(self, schedule_id: UUID, next_at: datetime) -> None: ...

    async def begin(self, run: Run) -> bool:
        """Write that a run is due; False when it stands there already."""

    async def take_run(self, lease_s: float) -> Run | None:
        """Return a run that is to be made or tried again, and keep others from it for so long."""

    async def mark(self, run_id: UUID, state: str, problem: str = "", retry_in_s: float | None = None) -> None: ...

    async def unclear(self) -> int:
        """Mark runs that were being handed over when their node ended as unknown; returns how many."""

    async def runs(self, schedule_ids: Sequence[UUID], limit: int) -> list[Run]:
        """Return the newest runs of each."""


class Letter(Struct, frozen=True, kw_only=True):
    """A mail, with a file where it has a name. key: of what is sent at most once, stands in the mail's own id."""

    recipients: tuple[str, ...]
    subject: str
    text: str
    file_name: str = ""
    media_type: str = ""
    content: bytes = b""
    key: str = ""


class NotSentYet(Exception):
    """It surely did not go out, and may when it is tried again; the text says why."""


class NeverSent(Exception):
    """It did not go out and will not; the text says why."""


class Maybe(Exception):
    """Nobody can say whether it went out; it is not sent again."""


class ReportPost(Protocol):
    """Port. Raises NotSentYet, NeverSent, Maybe."""

    async def send(self, channel_id: UUID | None, letter: Letter) -> None:
        """Hand a mail over to the mail server of a channel, or of the oldest mail channel."""
