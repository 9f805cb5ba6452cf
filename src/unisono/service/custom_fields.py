"""Fields of the house's own on its customers: a contract number, a branch, a date, a choice, a link."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import UNSET

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.customer_views import FieldView
from unisono.service.ports import Database
from unisono.service.ports.customers import FieldChange, NewField
from unisono.service.queues import check_names, checked_key
from unisono.service.text import storable, terms

KINDS: Final = ("text", "number", "date", "choice", "link")
MAX_FIELDS: Final = 50
MAX_CHOICES: Final = 100
MAX_TEXT_CHARS: Final = 500
MAX_LINK_CHARS: Final = 2_000


async def fields(db: Database) -> list[FieldView]:
    """Return the fields in the order in which they show, archived ones too."""
    async with db.read() as tx:
        return await tx.customers.fields()


async def add_field(db: Database, access: Access, field: NewField) -> UUID:
    """Add a field and return its id. Raises Invalid; Conflict when its key is taken, or there are enough."""
    check_names(field.name)
    if field.kind not in KINDS:
        raise Invalid(f"{field.kind!r} is no kind; known are {', '.join(KINDS)}.", code="not_one_of", field="kind")
    choices = _checked_choices(field.kind, field.choices)
    new = NewField(
        id=field.id, key=checked_key(field.key), name=field.name, kind=field.kind, choices=choices, position=field.position
    )
    async with db.write() as tx:
        if len([one for one in await tx.customers.fields() if not one.archived]) >= MAX_FIELDS:
            raise Conflict(f"There are {MAX_FIELDS} fields; archive one first.", code="enough_fields", limit=MAX_FIELDS)
        if not await tx.customers.add_field(new):
            raise Conflict(f"The key {new.key!r} is taken.", code="key_taken", field="key")
        await tx.privacy.audit(access.user_id, "custom_field.added", "custom_field", str(field.id), {})
    return field.id


async def change_field(db: Database, access: Access, field_id: UUID, change: FieldChange) -> FieldView:
    """Rename, order, archive a field, or change its choices; values stay, also those of a choice that is gone.

    Raises NotFound, Invalid.
    """
    async with db.write() as tx:
        before = next((one for one in await tx.customers.fields() if one.id == field_id), None)
        if before is None:
            raise NotFound("This field does not exist.")
        if change.name is not UNSET:
            check_names(change.name)
        if change.choices is not UNSET:
            choices = _checked_choices(before.kind, change.choices)
            change = FieldChange(name=change.name, choices=choices, position=change.position, archived=change.archived)
        await tx.customers.change_field(field_id, change)
        await tx.privacy.audit(access.user_id, "custom_field.changed", "custom_field", str(field_id), {})
        return next(one for one in await tx.customers.fields() if one.id == field_id)


def checked_value(field: FieldView, value: str | float | None) -> str | None:
    """Return a value as it is kept: numbers and dates in one way of writing, empty as None. Raises Invalid naming the field."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    text = storable(str(value)).strip()
    match field.kind:
        case "number":
            return _number(field, value)
        case "date":
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError as error:
                raise _unfit(field, "a date like 2026-11-28") from error
        case "choice":
            if text not in {str(choice["key"]) for choice in field.choices}:
                raise _unfit(field, "one of its choices")
            return text
        case "link":
            return _link(field, text)
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid(f"A field takes {MAX_TEXT_CHARS} characters.", code="too_long", field=field.key)
    return text


def _number(field: FieldView, value: str | float) -> str:
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError as error:
        raise _unfit(field, "a number") from error
    if not math.isfinite(number) or abs(number) >= 1e15:
        raise _unfit(field, "a number")
    return str(int(number)) if number == int(number) else repr(number)


def _link(field: FieldView, text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _unfit(field, "an address that begins with https://") from error
    # Anything else (javascript:, data:) would be run by whoever follows it.
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or len(text) > MAX_LINK_CHARS
        or any(c.isspace() for c in text)
    ):
        raise _unfit(field, "an address that begins with https://")
    return text


def words_for(field: FieldView, value: str | None) -> list[str]:
    """Return what a value is found by: its words, and for a choice its names too."""
    if value is None:
        return []
    names = next((choice.get("name") or {} for choice in field.choices if choice.get("key") == value), {})
    return terms(" ".join([value, *map(str, names.values())]), None)


def _checked_choices(kind: str, choices: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if kind != "choice":
        if choices:
            raise Invalid("Only a choice has choices.", code="bad_choices", field="choices")
        return []
    kept: list[dict[str, Any]] = []
    for choice in choices:
        name = choice.get("name")
        if set(choice) - {"key", "name"} or not isinstance(name, dict):
            raise Invalid("A choice has a key and names by language.", code="bad_choices", field="choices")
        check_names(name)
        kept.append({"key": checked_key(str(choice.get("key", ""))), "name": name})
    if not 1 <= len(kept) <= MAX_CHOICES or len({one["key"] for one in kept}) < len(kept):
        raise Invalid(
            f"A choice has 1 to {MAX_CHOICES} choices, each with a key of its own.", code="bad_choices", field="choices"
        )
    return kept


def _unfit(field: FieldView, wanted: str) -> Invalid:
    return Invalid(f"The field {field.key!r} takes {wanted}. Nothing was changed.", code=f"unfit_{field.kind}", field=field.key)
