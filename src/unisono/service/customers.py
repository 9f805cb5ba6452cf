"""What the house knows of a customer: notes, fields of its own, what can be counted; and the directory of all of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.custom_fields import checked_value, words_for
from unisono.service.customer_views import CustomerPage, CustomerRow
from unisono.service.look import sight_of
from unisono.service.merge_customers import reach_customer
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.queues import check_zone
from unisono.service.search_query import groups_of
from unisono.service.text import storable
from unisono.service.views import HistoryItem

MAX_NOTE_CHARS: Final = 20_000
MAX_QUERY_CHARS: Final = 300
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


async def note_customer(db: Database, access: Access, customer_id: UUID, note_id: UUID, text: str) -> None:
    """Write a note on a customer; the same id again is the same note. Raises NotFound, Forbidden, Invalid."""
    clean = storable(text).strip()
    if not clean:
        raise Invalid("The note is empty.", field="text", code="empty")
    if len(clean) > MAX_NOTE_CHARS:
        raise Invalid(f"A note takes {MAX_NOTE_CHARS} characters, this one has {len(clean)}.", field="text", code="too_long")
    async with db.write() as tx:
        lead = await reach_customer(tx, access, customer_id)
        if await tx.customers.add_note(note_id, lead, access.user_id, clean):
            await _told(tx, access, lead)


async def drop_customer_note(db: Database, access: Access, customer_id: UUID, note_id: UUID) -> None:
    """Take a note away: one's own, or anybody's for who supervises. Twice is once. Raises NotFound, Forbidden."""
    async with db.write() as tx:
        lead = await reach_customer(tx, access, customer_id)
        notes = {note.id: note for note in await tx.customers.notes(lead)}
        note = notes.get(note_id)
        if note is None:
            return
        if note.user_id != access.user_id:
            await reach_customer(tx, access, customer_id, "work.supervise")
        await tx.customers.drop_note(note_id)
        await tx.privacy.audit(access.user_id, "customer.note_dropped", "customer", str(lead), {"note_id": str(note_id)})
        await _told(tx, access, lead)


async def set_fields(db: Database, access: Access, customer_id: UUID, values: Mapping[str, str | float | None]) -> None:
    """Write values of the house's own fields by key; null takes one away. All or none.

    Raises NotFound, Forbidden; Invalid for a key that is not there or a value that does not fit, naming it.
    """
    async with db.write() as tx:
        lead = await reach_customer(tx, access, customer_id)
        fields = {field.key: field for field in await tx.customers.fields() if not field.archived}
        for key, value in values.items():
            field = fields.get(key)
            if field is None:
                raise Invalid(f"There is no field {key!r}, or it is archived.", code="no_field", field=key)
            kept = checked_value(field, value)
            await tx.customers.set_value(lead, field.id, kept, words_for(field, kept), access.user_id)
        if values:
            await _told(tx, access, lead)


async def _told(tx: Tx, access: Access, customer_id: UUID) -> None:
    await tx.customers.touch(customer_id)
    tx.emit(NewEvent(type="customer.noted", actor_id=access.user_id, body={"customer_id": customer_id}))


# ---- looking -------------------------------------------------------------------------------------------------------


async def customer_page(db: Database, access: Access, customer_id: UUID, zone: str) -> CustomerPage:
    """Return a customer with what the house knows of them. zone: whose hours are counted. Raises NotFound, Invalid."""
    check_zone(zone)
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        lead = await reach_customer(tx, access, customer_id, "work.read")
        found = await tx.reading.customer(lead)
        notes = await tx.customers.notes(lead)
        fields = await tx.customers.values([lead])
        facts = await tx.customers.facts(lead, sight_of(access), zone)
    if found is None:
        raise NotFound("This customer does not exist, or is not yours to see.")
    return CustomerPage(customer=found, notes=notes, fields=fields.get(lead, {}), facts=facts, cursor=cursor)


async def conversations_page(db: Database, access: Access, customer_id: UUID, after: str | None, limit: int) -> Page[HistoryItem]:
    """Return a page of a customer's conversations on all channels that the asker may see. Raises NotFound."""
    start: tuple[datetime, UUID] | None = parse_place(after, tuple[datetime, UUID]) if after else None
    async with db.read() as tx:
        lead = await reach_customer(tx, access, customer_id, "work.read")
        found = await tx.customers.conversations(lead, sight_of(access), start, limit + 1)
    items, more = paged(found, limit)
    last = items[-1].conversation if more else None
    return Page(items=items, next=place(last.last_said_at or _LONG_AGO, last.id) if last else None)


async def directory(db: Database, access: Access, query: str, after: str | None, limit: int) -> Page[CustomerRow]:
    """Return a page of customers, the newest first, of whom the asker may see a conversation. Raises Invalid.

    query: words of names, handles and fields; the last one may be a beginning.
    """
    if len(query) > MAX_QUERY_CHARS:
        raise Invalid(
            f"A search takes at most {MAX_QUERY_CHARS} characters; nothing was searched. Shorten it.",
            code="query_long",
            field="q",
        )
    groups = groups_of(query)
    before: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    sight = sight_of(access)
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        ids, more = paged(await tx.customers.directory(sight, groups, before, limit + 1), limit)
        views = {customer.id: customer for customer in await tx.reading.customers(ids)}
        last = await tx.customers.last_of(ids, sight)
        fields = await tx.customers.values(ids)
    rows = [CustomerRow(customer=views[one], last=last.get(one), fields=fields.get(one, {})) for one in _there(ids, views)]
    return Page(items=rows, next=place(ids[-1]) if more else None, cursor=cursor)


def _there(ids: Sequence[UUID], views: Mapping[UUID, object]) -> list[UUID]:
    return [one for one in ids if one in views]
