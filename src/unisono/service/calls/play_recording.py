"""Who may hear a recorded talk or a message that was left: who answers customers there, or supervises; and it is written down."""

from uuid import UUID

from unisono.domain.errors import Forbidden
from unisono.service.access import Access
from unisono.service.ports import Database

#: Either of these rights, at the conversation.
MAY_HEAR = ("work.answer", "work.supervise")


async def open_recording(db: Database, access: Access, attachment_id: UUID, access_class: int, agent_id: UUID | None) -> None:
    """Note that somebody plays a recording; of any other file nothing is noted. Raises Forbidden: to read is not to hear."""
    async with db.write() as tx:
        found = await tx.calls.recording_of(attachment_id)
        if found is None:
            return
        call_id, kind = found
        if not any(access.sees(access_class, agent_id, action) for action in MAY_HEAR):
            raise Forbidden(
                "What was said on the phone is heard by who answers customers here, and by who supervises. Your roles let you "
                "read this conversation; an administrator can give you more.", code="recording_not_heard",
            )  # fmt: skip
        await tx.privacy.audit(access.user_id, "recording.played", "call", str(call_id), {"kind": kind})
