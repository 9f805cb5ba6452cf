"""Tell colleagues who is writing in a conversation: live only, kept nowhere."""

from typing import Final, Literal
from uuid import UUID

from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.live import tell
from unisono.service.ports import Database, Fanout

Writing = Literal["answer", "note", "nothing"]
#: The desk repeats itself every five seconds while somebody types.
GOOD_FOR_S: Final = 12.0


async def tell_writing(db: Database, fanout: Fanout, access: Access, conversation_id: UUID, what: Writing) -> None:
    """Say that the asker writes an answer or a note, or no longer does. Raises NotFound."""
    async with db.read() as tx:
        placed = await tx.reading.conversation(conversation_id)
    if placed is None or not access.sees(placed.access_class, placed.agent_id):
        raise NotFound("This conversation does not exist, or is not yours to see.")
    value = None if what == "nothing" else {"user_id": str(access.user_id), "what": what}
    await tell(fanout, f"writing:{conversation_id}", str(access.user_id), value, good_for_s=GOOD_FOR_S)
