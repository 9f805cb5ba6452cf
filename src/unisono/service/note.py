"""Write a note: from colleague to colleagues, never to the network."""

from collections.abc import Sequence
from uuid import UUID

from unisono.domain.errors import Invalid, NotFound
from unisono.domain.words import Direction, Visibility
from unisono.service.access import Access
from unisono.service.mentions import add_mentions
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.talk import NewMessage
from unisono.service.text import storable, terms
from unisono.triage.language import language_of

MAX_NOTE_CHARS = 20_000


async def write_note(
    db: Database, access: Access, conversation_id: UUID, message_id: UUID, text: str, mentions: Sequence[UUID] = ()
) -> UUID:
    """Add a note and return its id, which the client made (UUIDv7); the same again changes nothing. mentions: whom it names.

    Raises NotFound and Invalid.
    """
    async with db.write() as tx:
        await add_note(tx, access, conversation_id, message_id, text)
        await add_mentions(tx, access, conversation_id, message_id, mentions)
    return message_id


async def add_note(tx: Tx, access: Access, conversation_id: UUID, message_id: UUID, text: str) -> None:
    """Add a note within a verb's own transaction. Raises NotFound and Invalid."""
    clean = storable(text).strip()
    if not clean:
        raise Invalid("The note is empty.", field="text", code="empty")
    if len(clean) > MAX_NOTE_CHARS:
        raise Invalid(f"A note takes {MAX_NOTE_CHARS} characters, this one has {len(clean)}.", field="text", code="too_long")
    if message_id.version != 7:
        raise Invalid("message_id must be a UUIDv7 made by the client.", field="message_id")
    conversation = await tx.talk.conversation(conversation_id)
    work = await tx.work.open_of(conversation_id) if conversation else None
    if conversation is None or not access.sees(conversation.access_class, work.agent_id if work else None):
        raise NotFound("This conversation does not exist, or is not yours to see.")
    if not await tx.consults.is_asked(conversation_id, access.user_id):
        access.demand(conversation.access_class, work.agent_id if work else None, "work.answer")
    await put_note(tx, access.user_id, conversation_id, message_id, clean)


async def put_note(tx: Tx, user_id: UUID, conversation_id: UUID, message_id: UUID, text: str) -> bool:
    """Write a note whose writer was found to be allowed; returns False when it stands there already. Raises NotFound."""
    clean = storable(text).strip()[:MAX_NOTE_CHARS]
    conversation = await tx.talk.conversation(conversation_id)
    work = await tx.work.open_of(conversation_id) if conversation else None
    if conversation is None:
        raise NotFound("This conversation does not exist, or is not yours to see.")
    language = language_of(clean)
    written = await tx.talk.insert_messages(
        [
            NewMessage(
                id=message_id, conversation_id=conversation_id, interaction_id=work.id if work else None,
                channel_id=conversation.channel_id, direction=Direction.NOTE.value, visibility=Visibility.PRIVATE.value,
                user_id=user_id, occurred_at=tx.now, received_at=tx.now, said_at=tx.now,
                ingest_key=f"note:{message_id}", language=language, text=clean, terms=terms(clean, language),
            )
        ]
    )  # fmt: skip
    if written:
        tx.emit(
            NewEvent(
                type="note.added", actor_id=user_id, access_class=conversation.access_class,
                channel_id=conversation.channel_id, conversation_id=conversation_id,
                interaction_id=work.id if work else None, body={"message_id": message_id},
            )
        )  # fmt: skip
    return bool(written)
