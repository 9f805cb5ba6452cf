"""Tags on conversations: a managed list, added to on the fly where the house allows it, and put on and taken off."""

from typing import Final
from uuid import UUID

from msgspec import UNSET

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.tags import TagChange
from unisono.service.settings import read_settings
from unisono.service.text import sort_key, storable
from unisono.service.views import TagView

COLOURS: Final = ("slate", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink")
MAX_NAME_CHARS: Final = 40
MAX_DESCRIPTION_CHARS: Final = 200
MOST_ON_ONE: Final = 30


async def list_tags(db: Database) -> list[TagView]:
    """Return every tag by name, archived ones too."""
    async with db.read() as tx:
        return await tx.tags.all()


async def add_tag(
    db: Database, access: Access, tag_id: UUID, *, name: str, colour: str = "slate", description: str = ""
) -> TagView:
    """Add a tag. Who does not manage them may where the house allows tags on the fly; an existing name gives that tag back.

    Raises Invalid, Forbidden; Conflict for the name of an archived tag.
    """
    clean, key = _checked_name(name)
    _check(colour, description)
    async with db.write() as tx:
        if not access.may("queue.manage") and not (await read_settings(tx))["tags.free"]:
            raise Forbidden("Only who manages tags can add one here. Choose one that is there.", action="queue.manage")
        there = await tx.tags.by_key(key)
        if there is None:
            await tx.tags.add(tag_id, clean, key, colour, storable(description).strip(), access.user_id)
            there = tag_id
            await tx.privacy.audit(access.user_id, "tag.added", "tag", str(tag_id), {})
            tx.emit(NewEvent(type="tag.changed", actor_id=access.user_id, body={"tag_id": tag_id}))
        (tag,) = await tx.tags.get([there])
        if tag.archived:
            raise Conflict("There is an archived tag of this name; whoever manages tags can bring it back.", code="tag_archived")
    return tag


async def change_tag(db: Database, access: Access, tag_id: UUID, change: TagChange) -> TagView:
    """Rename, colour, describe or archive a tag; conversations keep it. Raises NotFound, Invalid, Conflict for a taken name."""
    key = None
    if change.name is not UNSET:
        clean, key = _checked_name(change.name)
        change = TagChange(name=clean, colour=change.colour, description=change.description, archived=change.archived)
    _check(
        change.colour if change.colour is not UNSET else COLOURS[0], change.description if change.description is not UNSET else ""
    )
    async with db.write() as tx:
        if not await tx.tags.get([tag_id]):
            raise NotFound("This tag does not exist.")
        if not await tx.tags.change(tag_id, change, key):
            raise Conflict("Another tag has this name.", code="name_taken", field="name")
        await tx.privacy.audit(access.user_id, "tag.changed", "tag", str(tag_id), {})
        tx.emit(NewEvent(type="tag.changed", actor_id=access.user_id, body={"tag_id": tag_id}))
        (tag,) = await tx.tags.get([tag_id])
    return tag


async def put_tag(db: Database, access: Access, conversation_id: UUID, tag_id: UUID) -> bool:
    """Give a conversation a tag; returns whether it is new there. Raises NotFound, Forbidden, Invalid, Conflict."""
    async with db.write() as tx:
        access_class, channel_id = await _place(tx, access, conversation_id)
        tags = await tx.tags.get([tag_id])
        if not tags or tags[0].archived:
            raise Invalid("This tag does not exist or is archived.", code="no_tag", field="tag_id")
        found = await tx.reading.conversation(conversation_id)
        if found is not None and len(found.view.tags) >= MOST_ON_ONE and tag_id not in found.view.tags:
            raise Conflict(f"A conversation bears {MOST_ON_ONE} tags at the most.", code="too_many")
        new = await tx.tags.put(conversation_id, tag_id, access.user_id)
        if new:
            tx.emit(_tagged(access, access_class, channel_id, conversation_id, tag_id, on=True))
    return new


async def take_tag(db: Database, access: Access, conversation_id: UUID, tag_id: UUID) -> bool:
    """Take a tag off a conversation; returns whether it was there. Raises NotFound, Forbidden."""
    async with db.write() as tx:
        access_class, channel_id = await _place(tx, access, conversation_id)
        gone = await tx.tags.take(conversation_id, tag_id)
        if gone:
            tx.emit(_tagged(access, access_class, channel_id, conversation_id, tag_id, on=False))
    return gone


async def _place(tx: Tx, access: Access, conversation_id: UUID) -> tuple[int, UUID]:
    found = await tx.reading.conversation(conversation_id)
    if found is None or not access.sees(found.access_class, found.agent_id):
        raise NotFound("This conversation does not exist, or is not yours to see.")
    access.demand(found.access_class, found.agent_id, "work.answer")
    return found.access_class, found.view.channel_id


def _tagged(access: Access, access_class: int, channel_id: UUID, conversation_id: UUID, tag_id: UUID, *, on: bool) -> NewEvent:
    return NewEvent(
        type="conversation.tagged", actor_id=access.user_id, access_class=access_class, channel_id=channel_id,
        conversation_id=conversation_id, body={"tag_id": tag_id, "on": on},
    )  # fmt: skip


def _checked_name(name: str) -> tuple[str, str]:
    clean = " ".join(storable(name).split()).removeprefix("#").strip()
    key = sort_key(clean)
    if not key:
        raise Invalid("A tag needs a name.", code="empty", field="name")
    if len(clean) > MAX_NAME_CHARS:
        raise Invalid(f"The name of a tag takes {MAX_NAME_CHARS} characters.", code="too_long", field="name")
    return clean, key


def _check(colour: str, description: str) -> None:
    if colour not in COLOURS:
        raise Invalid(f"{colour!r} is no colour of tags; there are {', '.join(COLOURS)}.", code="not_one_of", field="colour")
    if len(description) > MAX_DESCRIPTION_CHARS:
        raise Invalid(f"A description takes {MAX_DESCRIPTION_CHARS} characters.", code="too_long", field="description")
