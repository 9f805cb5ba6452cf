"""Tags: the managed list, and on a conversation."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType

from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.ports.tags import TagChange
from unisono.service.tags import add_tag, change_tag, list_tags, put_tag, take_tag
from unisono.service.views import TagView
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewTagBody(Body):
    """A tag to add. colour: slate, red, orange, yellow, green, teal, blue, violet or pink."""

    name: Annotated[str, Meta(max_length=100)]
    colour: str = "slate"
    description: Annotated[str, Meta(max_length=500)] = ""


class ChangeTagBody(Body):
    """What changes of a tag; what is not named stays."""

    name: str | UnsetType = UNSET
    colour: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


@get("/tags", opt=needs("work.read"), tags=["Work"])
async def tags(house: HouseDep) -> Page[TagView]:
    """Return every tag by name, archived ones too."""
    return Page(items=await list_tags(house.db))


@post("/tags", opt=needs("work.answer"), tags=["Work"])
async def add(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewTagBody]) -> TagView:
    """Add a tag; a name that is there already gives that tag. The setting tags.free says whether everybody who answers may."""
    key = await key_of(request)
    return await once(
        house.db, key,
        lambda db: add_tag(db, actor.access, id_under(key), name=data.name, colour=data.colour, description=data.description),
        TagView,
    )  # fmt: skip


@patch("/tags/{tag_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def change(house: HouseDep, actor: ActorDep, tag_id: FromPath[UUID], data: JSONBody[ChangeTagBody]) -> TagView:
    """Rename, colour, describe or archive a tag; conversations keep it."""
    change = TagChange(name=data.name, colour=data.colour, description=data.description, archived=data.archived)
    return await change_tag(house.db, actor.access, tag_id, change)


@put("/conversations/{conversation_id:uuid}/tags/{tag_id:uuid}", opt=needs("work.answer"), status_code=204, tags=["Work"])
async def tag(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], tag_id: FromPath[UUID]) -> None:
    """Give a conversation a tag; twice is once."""
    await put_tag(house.db, actor.access, conversation_id, tag_id)


@delete("/conversations/{conversation_id:uuid}/tags/{tag_id:uuid}", opt=needs("work.answer"), status_code=204, tags=["Work"])
async def untag(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], tag_id: FromPath[UUID]) -> None:
    """Take a tag off a conversation; twice is once."""
    await take_tag(house.db, actor.access, conversation_id, tag_id)


ROUTES = [tags, add, change, tag, untag]
