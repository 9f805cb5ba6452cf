"""The quarantine: raw items that could not be taken in, shown so that a person can decide."""

from typing import Final
from uuid import UUID

from unisono.service.instant import instant
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database
from unisono.service.ports.ledgers import InboxItem
from unisono.service.setup_views import QuarantinedView
from unisono.service.text import storable

PREVIEW_CHARS: Final = 2_000


async def quarantined(db: Database, after: str | None, limit: int, channel_id: UUID | None = None) -> Page[QuarantinedView]:
    """Return a page of the quarantine, newest first."""
    start: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    async with db.read() as tx:
        found = await tx.inbox.quarantined([channel_id] if channel_id else None, start, limit + 1)
    items, more = paged(found, limit)
    return Page(items=[_view(item) for item in items], next=place(items[-1].id) if more else None)


def _view(item: InboxItem) -> QuarantinedView:
    return QuarantinedView(
        id=item.id, channel_id=item.channel_id, received_at=instant(item.received_at), error=item.error,
        size=len(item.body or b""), preview=preview(item.body or b""),
    )  # fmt: skip


def preview(body: bytes) -> str:
    """Return the beginning of raw bytes as plain text, whatever they are; what is no text is shown as a mark."""
    # A character of UTF-8 has four bytes at the most.
    text = body[: PREVIEW_CHARS * 4].decode("utf-8", "replace")
    return storable("".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text))[:PREVIEW_CHARS]
