"""Colleagues who are named in notes: who can be, and what one has not read yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.actor import access_of
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.reading import PlacedConversation
from unisono.service.views import ConversationView, MentionView, MessageView

MOST: Final = 20
OFFERED: Final = 8
PAGE: Final = 200


class MentionItem(Struct, frozen=True, kw_only=True):
    """Where one is named: the note, and the conversation that it stands in."""

    mention: MentionView
    message: MessageView
    conversation: ConversationView
    network: str
    medium: str


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who may read a conversation and can be named in its notes."""

    user_id: UUID
    name: str


async def add_mentions(tx: Tx, access: Access, conversation_id: UUID, message_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Name colleagues in a note that stands; each hears of it.

    Raises Invalid for who may not read the conversation, and for too many.
    """
    if not user_ids:
        return
    if len(set(user_ids)) > MOST:
        raise Invalid(f"A note names up to {MOST} colleagues.", code="many_mentions", field="mentions")
    placed = await _placed(tx, access, conversation_id)
    names = {user.id: user for user in await tx.people.user_views(list(set(user_ids)))}
    for user_id in user_ids:
        if user_id not in names or names[user_id].disabled or not await _reads(tx, user_id, placed):
            name = names[user_id].name if user_id in names else "Somebody"
            raise Invalid(
                f"{name} may not read this conversation, so they cannot be named here. Nothing was saved.",
                code="cannot_read", field="mentions", name=name,
            )  # fmt: skip
    for mention_id, user_id in await tx.mentions.add(message_id, conversation_id, user_ids, access.user_id):
        body = {"message_id": message_id, "mention_id": mention_id, "user_id": user_id}
        tx.emit(NewEvent(type="note.mentioned", actor_id=access.user_id, conversation_id=conversation_id, body=body))


async def colleagues(db: Database, access: Access, conversation_id: UUID, beginning: str) -> list[Colleague]:
    """Return who can be named in a conversation's notes and whose name, or a part of it, begins so. Raises NotFound."""
    wanted = beginning.strip().casefold()
    found: list[Colleague] = []
    async with db.read() as tx:
        placed = await _placed(tx, access, conversation_id)
        after: tuple[str, UUID] | None = None
        while page := await tx.people.users(after, PAGE):
            for user in page:
                if user.disabled or user.id == access.user_id or not _begins(user.name, wanted):
                    continue
                if await _reads(tx, user.id, placed):
                    found.append(Colleague(user_id=user.id, name=user.name))
                if len(found) >= OFFERED:
                    return found
            key = await tx.people.name_key(page[-1].id) if len(page) == PAGE else None
            if key is None:
                break
            after = (key, page[-1].id)
    return found


def _begins(name: str, wanted: str) -> bool:
    whole = name.casefold()
    return any(part.startswith(wanted) for part in (whole, *whole.split()))


async def my_mentions(db: Database, access: Access, after: str | None, limit: int) -> Page[MentionItem]:
    """Return where the asker is named, newest first; what they may no longer see is left out."""
    start: tuple[datetime, UUID] | None = parse_place(after, tuple[datetime, UUID]) if after else None
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        rows, more = paged(await tx.mentions.of_user(access.user_id, start, limit + 1), limit)
        messages = {m.id: m for m in await tx.reading.messages_by_id([row.message_id for row in rows])}
        items: list[MentionItem] = []
        for row in rows:
            placed = await tx.reading.conversation(row.conversation_id)
            if placed is not None and row.message_id in messages and access.sees(placed.access_class, placed.agent_id):
                items.append(
                    MentionItem(
                        mention=row, message=messages[row.message_id], conversation=placed.view, network=placed.network,
                        medium=placed.medium,
                    )
                )  # fmt: skip
    return Page(items=items, next=place(rows[-1].at, rows[-1].id) if more else None, cursor=cursor)


async def read_mentions(db: Database, access: Access, mention_id: UUID | None) -> list[MentionView]:
    """Say that one has read a mention of oneself, or all of them; returns those that are changed. Twice is once."""
    async with db.write() as tx:
        ids = await tx.mentions.mark_read(access.user_id, mention_id)
        for one in ids:
            tx.emit(NewEvent(type="mention.read", actor_id=access.user_id, body={"mention_id": one, "user_id": access.user_id}))
        return await tx.mentions.views(ids)


async def unread_mentions(db: Database, access: Access) -> int:
    """Return how many mentions the asker has not read."""
    async with db.read() as tx:
        return await tx.mentions.unread(access.user_id)


async def _placed(tx: Tx, access: Access, conversation_id: UUID) -> PlacedConversation:
    placed = await tx.reading.conversation(conversation_id)
    if placed is None or not access.sees(placed.access_class, placed.agent_id):
        raise NotFound("This conversation does not exist, or is not yours to see.")
    return placed


async def _reads(tx: Tx, user_id: UUID, placed: PlacedConversation) -> bool:
    return (await access_of(tx, user_id)).sees(placed.access_class, placed.agent_id)
