"""What the desk and the API show of cases."""

from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant
from unisono.service.views import CaseView, WorkItem


class CaseRow(Struct, frozen=True, kw_only=True):
    """A row of the list of cases. items: how many enquiries it holds, open: how many of them are not closed."""

    case: CaseView
    items: int
    open: int


class CaseNoteView(Struct, frozen=True, kw_only=True):
    """A note of a case: from colleague to colleagues."""

    id: UUID
    user_id: UUID
    text: str
    at: Instant


class CaseDetails(Struct, frozen=True, kw_only=True):
    """A case with all around it. items: its enquiries in the order in which they began, those that the asker may see.

    hidden: how many more there are that the asker may not see. notes: oldest first.
    """

    case: CaseView
    items: list[WorkItem]
    hidden: int
    notes: list[CaseNoteView]
    cursor: str
