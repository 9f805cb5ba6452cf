"""Customers: the directory, what the house knows of one, and who is one person."""

from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from unisono.domain.ids import new_id
from unisono.service.custom_fields import add_field, change_field, fields
from unisono.service.customer_views import CustomerPage, CustomerRow, FieldView, LinksView
from unisono.service.customers import (
    conversations_page,
    customer_page,
    directory,
    drop_customer_note,
    note_customer,
    set_fields,
)
from unisono.service.merge_customers import claim, keep_apart, links_of, merge_customers, unmerge_customers
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.ports.customers import FieldChange, NewField
from unisono.service.setup_views import Names
from unisono.service.views import HistoryItem
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class CustomerNoteBody(Body):
    """A note. `note_id` (UUIDv7) is made by the client: the same one twice is one note."""

    note_id: UUID
    text: Annotated[str, Meta(max_length=30_000)]


class FieldsBody(Body):
    """Values by the field's key; null takes one away."""

    values: dict[str, str | float | None]


class MergeBody(Body):
    """Who is the same person, and why; it is written down."""

    other_id: UUID
    reason: Annotated[str, Meta(max_length=1_000)]


class UnmergeBody(Body):
    """Which merge is undone."""

    merge_id: UUID


class OtherBody(Body):
    """Which other customer."""

    other_id: UUID


class ClaimBody(Body):
    """What the customer says is theirs. kind: mail, phone or link. there: false takes it back."""

    identity_id: UUID
    kind: str
    value: Annotated[str, Meta(max_length=2_000)]
    there: bool = True


class NewFieldBody(Body):
    """A field of the house's own. kind: text, number, date, choice or link; choices only for a choice."""

    key: str
    name: Names
    kind: str
    choices: tuple[dict[str, Any], ...] = ()
    position: int = 0


class FieldChangeBody(Body):
    """What changes; what is not named stays. Kind and key never change."""

    name: Names | UnsetType = UNSET
    choices: tuple[dict[str, Any], ...] | UnsetType = UNSET
    position: int | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class MergedAnswer(Struct, frozen=True, kw_only=True):
    """The merge, by which it can be undone, and who the customer is made of now."""

    merge_id: UUID
    links: LinksView


@get("/customers", opt=needs("work.read"), tags=["Customers"])
async def customers(
    house: HouseDep,
    actor: ActorDep,
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[CustomerRow]:
    """Return customers, the newest first. q: words of names, handles and fields."""
    return await directory(house.db, actor.access, q, after, bounded(limit))


@get("/customers/{customer_id:uuid}/page", opt=needs("work.read"), tags=["Customers"])
async def known(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], zone: FromQuery[str] = "UTC") -> CustomerPage:
    """Return a customer with notes, fields and what can be counted. zone: an IANA name, for the hours of contact."""
    return await customer_page(house.db, actor.access, customer_id, zone)


@get("/customers/{customer_id:uuid}/conversations", opt=needs("work.read"), tags=["Customers"])
async def conversations(
    house: HouseDep,
    actor: ActorDep,
    customer_id: FromPath[UUID],
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[HistoryItem]:
    """Return a customer's conversations on all channels, the newest first."""
    return await conversations_page(house.db, actor.access, customer_id, after, bounded(limit))


@get("/customers/{customer_id:uuid}/links", opt=needs("work.read"), tags=["Customers"])
async def links(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID]) -> LinksView:
    """Return the merges that stand, what is claimed of the handles, and who else this may be, with the evidence."""
    return await links_of(house.db, actor.access, customer_id)


@post("/customers/{customer_id:uuid}/merge", opt=needs("work.answer"), status_code=200, tags=["Customers"])
async def merge(
    request: Asking, house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[MergeBody]
) -> MergedAnswer:
    """Say that two customers are one person; it can be undone and leaves then what was."""
    key = await key_of(request)
    merge_id = await once(
        house.db, key,
        lambda db: merge_customers(db, actor.access, customer_id, data.other_id, data.reason, id_under(key)), UUID,
    )  # fmt: skip
    return MergedAnswer(merge_id=merge_id, links=await links_of(house.db, actor.access, customer_id))


@post("/customers/{customer_id:uuid}/unmerge", opt=needs("work.answer"), status_code=200, tags=["Customers"])
async def unmerge(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[UnmergeBody]) -> LinksView:
    """Undo a merge; twice is once."""
    await unmerge_customers(house.db, actor.access, data.merge_id)
    return await links_of(house.db, actor.access, customer_id)


@post("/customers/{customer_id:uuid}/apart", opt=needs("work.answer"), status_code=200, tags=["Customers"])
async def apart(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[OtherBody]) -> LinksView:
    """Say that two customers are not one person; it is suggested no more."""
    await keep_apart(house.db, actor.access, customer_id, data.other_id)
    return await links_of(house.db, actor.access, customer_id)


@put("/customers/{customer_id:uuid}/claims", opt=needs("work.answer"), tags=["Customers"])
async def claimed(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[ClaimBody]) -> LinksView:
    """Write down, or take back, an address, number or page that the customer says is theirs."""
    await claim(house.db, actor.access, customer_id, data.identity_id, data.kind, data.value, there=data.there)
    return await links_of(house.db, actor.access, customer_id)


@post("/customers/{customer_id:uuid}/notes", opt=needs("work.answer"), tags=["Customers"])
async def noted(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[CustomerNoteBody]) -> CustomerPage:
    """Write a note on a customer; it never leaves the house."""
    await note_customer(house.db, actor.access, customer_id, data.note_id, data.text)
    return await customer_page(house.db, actor.access, customer_id, "UTC")


@delete("/customers/{customer_id:uuid}/notes/{note_id:uuid}", opt=needs("work.answer"), tags=["Customers"])
async def unnoted(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], note_id: FromPath[UUID]) -> None:
    """Take a note away: one's own, or anybody's for who supervises."""
    await drop_customer_note(house.db, actor.access, customer_id, note_id)


@put("/customers/{customer_id:uuid}/fields", opt=needs("work.answer"), tags=["Customers"])
async def filled(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[FieldsBody]) -> CustomerPage:
    """Fill in fields of the house's own; all or none."""
    await set_fields(house.db, actor.access, customer_id, data.values)
    return await customer_page(house.db, actor.access, customer_id, "UTC")


@get("/custom-fields", opt=needs("work.read"), tags=["Set-up"])
async def all_fields(house: HouseDep) -> list[FieldView]:
    """Return the house's own fields in the order in which they show, archived ones too."""
    return await fields(house.db)


@post("/custom-fields", opt=needs("setting.manage"), tags=["Set-up"])
async def new_field(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewFieldBody]) -> FieldView:
    """Add a field; values can be filled in at once."""
    key = await key_of(request)
    new = NewField(
        id=id_under(key) if key else new_id(), key=data.key, name=data.name, kind=data.kind, choices=data.choices,
        position=data.position,
    )  # fmt: skip
    field_id = await once(house.db, key, lambda db: add_field(db, actor.access, new), UUID)
    return next(field for field in await fields(house.db) if field.id == field_id)


@patch("/custom-fields/{field_id:uuid}", opt=needs("setting.manage"), tags=["Set-up"])
async def changed_field(house: HouseDep, actor: ActorDep, field_id: FromPath[UUID], data: JSONBody[FieldChangeBody]) -> FieldView:
    """Rename, order or archive a field, or change its choices."""
    change = FieldChange(name=data.name, choices=data.choices, position=data.position, archived=data.archived)
    return await change_field(house.db, actor.access, field_id, change)


ROUTES: list[Any] = [
    customers, known, conversations, links, merge, unmerge, apart, claimed, noted, unnoted, filled, all_fields, new_field,
    changed_field,
]  # fmt: skip
