"""What the writing aid can be asked: a draft of an answer, a translation of a message, a summary of a conversation.

What comes back is shown to whoever asked and stored nowhere. Only a person sends an answer: one of their own, marked that it
began as a draft.
"""

from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.look import message
from unisono.service.writing_aid.use import AidText, ask
from unisono.triage.backends.protocol import Task, Words

MOST_WORDS: Final = 20


async def draft_answer(outside: Outside, access: Access, interaction_id: UUID) -> AidText:
    """Return a draft of an answer to what the customer wrote last, in their language.

    Raises NotFound; Conflict for work that is in nobody's or a colleague's hands; and what `ask` raises.
    """
    async with outside.db.read() as tx:
        place = await tx.talk.answerable(interaction_id)
        if place is None or not access.sees(place.access_class, place.agent_id):
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        access.demand(place.access_class, place.agent_id, "work.answer")
        if place.state not in (InteractionState.ACTIVE.value, InteractionState.WRAP_UP.value):
            raise Conflict("Only an enquiry that you have accepted can be answered. The draft was not sent.", code="not_active")
        if place.agent_id != access.user_id:
            raise Conflict("A colleague has this enquiry now. The draft was not sent.", code="not_yours")
        words = await tx.aid.words(place.conversation_id, MOST_WORDS)
    language = next((one.language for one in reversed(words) if one.by == "customer" and one.language), None)
    return await ask(
        outside, access, Task.DRAFT, place.conversation_id, [Words(one.by, one.text) for one in words], language or "de"
    )


async def translate_message(outside: Outside, access: Access, message_id: UUID, language: str) -> AidText:
    """Return a message in another language, for whoever reads it. Raises NotFound, and what `ask` raises."""
    said = await message(outside.db, access, message_id)
    text = "" if said.deleted_at is not None or said.direction == "note" else said.text
    return await ask(
        outside,
        access,
        Task.TRANSLATE,
        said.conversation_id,
        [Words("customer" if said.direction == "in" else "us", text)],
        language,
    )


async def sum_up(outside: Outside, access: Access, conversation_id: UUID, language: str) -> AidText:
    """Return what a conversation is about and what is open. Raises NotFound, and what `ask` raises."""
    async with outside.db.read() as tx:
        placed = await tx.reading.conversation(conversation_id)
        if placed is None or not access.sees(placed.access_class, placed.agent_id):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        words = await tx.aid.words(conversation_id, MOST_WORDS)
    return await ask(outside, access, Task.SUMMARISE, conversation_id, [Words(one.by, one.text) for one in words], language)
