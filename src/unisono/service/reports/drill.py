"""Drill down: the enquiries behind a figure, never who worked on them; of a group of at least five, as the figure itself."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Forbidden, Invalid
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.ports import Database
from unisono.service.ports.reports import Drilled
from unisono.service.reports.ask import Question, asked_of, checked, fits, frame_of
from unisono.service.reports.kinds import COLUMNS, HEAT, PEOPLE


class DrilledView(Struct, frozen=True, kw_only=True):
    """One enquiry behind a figure. at: when what the figure counts happened: it came, was answered, was closed."""

    interaction_id: UUID
    conversation_id: UUID
    channel_id: UUID
    queue_id: UUID
    arrived_at: Instant
    at: Instant
    display_name: str


async def drill_down(
    db: Database,
    access: Access,
    question: Question,
    column: str,
    key: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[DrilledView]:
    """Return the enquiries behind a figure, newest first. key: of the row; None is the total.

    Raises Forbidden (also when too few people stand behind these enquiries, or behind the others of the row), NotFound, Invalid.
    """
    kind = checked(access, question)
    by = question.by or kind.by
    if kind.key in {HEAT, PEOPLE} or column not in kind.columns or not fits(COLUMNS[column], question, by):
        raise Invalid(f"There are no enquiries behind {column!r} here.", code="no_column", field="column")
    people = COLUMNS[column].people
    async with db.read() as tx:
        _, least, finished = await frame_of(tx)
        last = min(question.last, finished) if people else question.last
        if last < question.first:
            return []
        asked = asked_of(access, question, by if key is not None else "", question.first, last)
        if people:
            those, others = await tx.reports.people_behind(asked, column, key, least)
            if 0 < those < least or 0 < others < least:
                raise Forbidden(
                    f"Fewer than {least} people stand behind these enquiries, so they are not shown alone. Choose a longer time "
                    "or a larger group.",
                    code="small_group", least=least,
                )  # fmt: skip
        found = await tx.reports.behind(asked, column, key, least if people else 0, before, limit)
    return [_view(one) for one in found]


def _view(one: Drilled) -> DrilledView:
    return DrilledView(
        interaction_id=one.interaction_id, conversation_id=one.conversation_id, channel_id=one.channel_id, queue_id=one.queue_id,
        arrived_at=instant(one.arrived_at), at=instant(one.at), display_name=one.display_name,
    )  # fmt: skip
