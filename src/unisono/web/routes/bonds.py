"""Conversations that belong together: merged, linked, split."""

from typing import Any
from uuid import UUID

from litestar import delete, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from unisono.service.look import ThreadView, thread
from unisono.service.merge_conversations import (
    link_conversations,
    merge_conversations,
    split_conversation,
    unlink_conversations,
    unmerge_conversations,
)
from unisono.service.once import once
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class OtherConversationBody(Body):
    """Which other conversation."""

    other_id: UUID


class SplitBody(Body):
    """From which message on."""

    message_id: UUID


class BondAnswer(Struct, frozen=True, kw_only=True):
    """The tie, by which it is undone, and the conversation as it shows now."""

    bond_id: UUID
    thread: ThreadView


class SplitAnswer(Struct, frozen=True, kw_only=True):
    """The conversation that begins with the message."""

    conversation_id: UUID


@post("/conversations/{conversation_id:uuid}/merge", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def merge(
    request: Asking, house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], data: JSONBody[OtherConversationBody]
) -> BondAnswer:
    """Show and work on two conversations of one person as one; where an answer goes does not change. It can be undone."""
    key = await key_of(request)
    bond_id = await once(
        house.db, key, lambda db: merge_conversations(db, actor.access, conversation_id, data.other_id, id_under(key)), UUID
    )
    return BondAnswer(bond_id=bond_id, thread=await thread(house.outside, actor.access, conversation_id))


@post("/conversations/{conversation_id:uuid}/link", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def link(
    request: Asking, house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], data: JSONBody[OtherConversationBody]
) -> BondAnswer:
    """Let two conversations point to each other, whoever they are with."""
    key = await key_of(request)
    bond_id = await once(
        house.db, key, lambda db: link_conversations(db, actor.access, conversation_id, data.other_id, id_under(key)), UUID
    )
    return BondAnswer(bond_id=bond_id, thread=await thread(house.outside, actor.access, conversation_id))


@delete("/conversations/merges/{bond_id:uuid}", opt=needs("work.answer"), tags=["Work"])
async def unmerge(house: HouseDep, actor: ActorDep, bond_id: FromPath[UUID]) -> None:
    """Undo a merge: what it closed waits again at its old place if the other one is still open."""
    await unmerge_conversations(house.db, actor.access, bond_id)


@delete("/conversations/links/{bond_id:uuid}", opt=needs("work.answer"), tags=["Work"])
async def unlink(house: HouseDep, actor: ActorDep, bond_id: FromPath[UUID]) -> None:
    """Take a link away."""
    await unlink_conversations(house.db, actor.access, bond_id)


@post("/conversations/{conversation_id:uuid}/split", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def split(
    request: Asking, house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], data: JSONBody[SplitBody]
) -> SplitAnswer:
    """Make a message and all after it a conversation of its own; it stays the same thread at the network."""
    key = await key_of(request)
    begun = await once(
        house.db, key, lambda db: split_conversation(db, actor.access, conversation_id, data.message_id, id_under(key)), UUID
    )
    return SplitAnswer(conversation_id=begun)


ROUTES: list[Any] = [merge, link, unmerge, unlink, split]
