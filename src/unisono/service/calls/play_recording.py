"""Who may hear a recorded talk or a message that was left: who answers customers there, or supervises; and it is written down."""

from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Forbidden, NotFound
from unisono.service.access import Access
from unisono.service.instant import Instant, maybe_instant
from unisono.service.ports import Database

#: Either of these rights, at the conversation.
MAY_HEAR = ("work.answer", "work.supervise")


class RecordingView(Struct, frozen=True, kw_only=True):
    """A recorded talk (kind `call`) or a message that was left (`voicemail`): who reads the conversation knows that it is there.

    may_hear: whether the asker may play it. deleted_at: when it goes by the house's rules; null where none says. kept_by: what
    holds it back meanwhile: `hold`, a ground of law; `open`, work of the conversation that goes on; else empty.
    """

    kind: str
    duration_s: float
    may_hear: bool
    deleted_at: Instant | None
    kept_by: str


async def look_at_recording(db: Database, access: Access, attachment_id: UUID) -> RecordingView:
    """Return what stands at a recording; nothing is played by that. Raises NotFound, also for a file that is none."""
    async with db.read() as tx:
        place = await tx.reading.attachment_place(attachment_id)
        stays = await tx.retention.recording(attachment_id)
    if place is None or place[2] is None or stays is None or not access.sees(place[2], place[3]):
        raise NotFound("There is no recording under this id, or it is not yours to see.")
    return RecordingView(
        kind=stays.kind, duration_s=stays.duration_s, may_hear=_may_hear(access, place[2], place[3]),
        deleted_at=maybe_instant(stays.goes_at), kept_by="hold" if stays.is_held else "open" if stays.is_open else "",
    )  # fmt: skip


def _may_hear(access: Access, access_class: int, agent_id: UUID | None) -> bool:
    return any(access.sees(access_class, agent_id, action) for action in MAY_HEAR)


async def open_recording(db: Database, access: Access, attachment_id: UUID, access_class: int, agent_id: UUID | None) -> None:
    """Note that somebody plays a recording; of any other file nothing is noted. Raises Forbidden: to read is not to hear."""
    async with db.write() as tx:
        found = await tx.calls.recording_of(attachment_id)
        if found is None:
            return
        call_id, kind = found
        if not _may_hear(access, access_class, agent_id):
            raise Forbidden(
                "What was said on the phone is heard by who answers customers here, and by who supervises. Your roles let you "
                "read this conversation; an administrator can give you more.", code="recording_not_heard",
            )  # fmt: skip
        await tx.privacy.audit(access.user_id, "recording.played", "call", str(call_id), {"kind": kind})
