"""Attachments that people upload, and the bytes of all attachments that they may see."""

import re
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.calls.play_recording import open_recording
from unisono.service.house import House
from unisono.service.media_types import sniff
from unisono.service.ports import Database
from unisono.service.ports.uploads import Upload
from unisono.service.text import storable
from unisono.service.views import AttachmentView

MAX_NAME_CHARS: Final = 200
MAX_ALT_CHARS: Final = 5_000
HEAD_BYTES: Final = 64
_PATH = re.compile(r"[/\\]")


class Found(Struct, frozen=True, kw_only=True):
    """A file that may be seen."""

    name: str
    media_type: str


async def receive_file(
    house: House, access: Access, attachment_id: UUID, chunks: AsyncIterator[bytes], *, name: str, declared_type: str
) -> Upload:
    """Write a file to the disk while it comes and return what it is; `keep_file` must follow.

    The row stands before the bytes, so that what a crash leaves behind is found and cleared away. The type is what the
    bytes say, not what the sender says. Raises Conflict when the id is there already, Invalid (`too_large`, `empty`),
    Unavailable; nothing stays then.
    """
    begun = Upload(
        id=attachment_id, uploaded_by=access.user_id, message_id=None, channel_id=None, name=file_name(name), alt_text="",
        media_type=sniff(b"", declared_type), size_bytes=None, sha256=None, state="pending",
    )  # fmt: skip
    async with house.db.write() as tx:
        if not await tx.uploads.add(begun):
            raise Conflict("This attachment is there already.", code="added")
    head = bytearray()

    async def seen() -> AsyncIterator[bytes]:
        async for chunk in chunks:
            if len(head) < HEAD_BYTES:
                head.extend(chunk[:HEAD_BYTES])
            yield chunk

    try:
        stored = await house.files.put_stream(attachment_id, seen(), house.settings.max_upload_bytes)
        if stored.size_bytes == 0:
            raise Invalid("The file is empty.", code="empty", field="file")
    except BaseException:
        await give_up(house, attachment_id)
        raise
    return msgspec.structs.replace(
        begun, media_type=sniff(bytes(head), declared_type), size_bytes=stored.size_bytes, sha256=stored.sha256, state="stored"
    )


async def give_up(house: House, attachment_id: UUID) -> None:
    """Take away what an upload left that did not come to its end."""
    async with house.db.write() as tx:
        await tx.uploads.remove(attachment_id)
    await house.files.delete([attachment_id])


async def keep_file(db: Database, upload: Upload, *, channel_id: UUID | None, alt_text: str) -> AttachmentView:
    """Record a file that was written, so that an answer can name it. Raises Invalid for a channel that is not there."""
    kept = msgspec.structs.replace(upload, channel_id=channel_id, alt_text=_alt_text(alt_text))
    async with db.write() as tx:
        if channel_id is not None and await tx.channels.facts(channel_id) is None:
            raise Invalid("This channel does not exist or is archived.", code="no_channel", field="channel_id")
        await tx.uploads.stored(kept)
    return view_of(kept)


async def own_upload(db: Database, access: Access, attachment_id: UUID) -> AttachmentView | None:
    """Return a file of the asker's, or None; for a request that comes a second time."""
    async with db.read() as tx:
        found = await tx.uploads.find(attachment_id)
    if found is None or found.uploaded_by != access.user_id or found.state != "stored":
        return None
    return view_of(found)


async def describe_file(db: Database, access: Access, attachment_id: UUID, alt_text: str) -> AttachmentView:
    """Say what a file of one's own shows, for who cannot see it. Raises NotFound, Conflict once it was sent."""
    async with db.write() as tx:
        upload = _mine(await tx.uploads.find(attachment_id, lock=True), access)
        if upload.message_id is not None:
            raise Conflict("The attachment was sent already.", code="sent")
        await tx.uploads.describe(attachment_id, _alt_text(alt_text))
        changed = await tx.uploads.find(attachment_id)
    return view_of(_mine(changed, access))


async def drop_file(house: House, access: Access, attachment_id: UUID) -> None:
    """Take a file of one's own away that was not sent. Raises NotFound, Conflict once it was sent."""
    async with house.db.write() as tx:
        upload = _mine(await tx.uploads.find(attachment_id, lock=True), access)
        if upload.message_id is not None:
            raise Conflict("The attachment was sent already.", code="sent")
        await tx.uploads.remove(attachment_id)
    await house.files.delete([attachment_id])


async def find_file(db: Database, access: Access, attachment_id: UUID) -> Found:
    """Return a file that the asker may see: of a conversation in their sight, or their own upload. Raises NotFound.

    A recording is heard, and that is written down: Forbidden for who may only read.
    """
    async with db.read() as tx:
        place = await tx.reading.attachment_place(attachment_id)
    if place is None:
        raise NotFound("This attachment does not exist, or is not yours to see.")
    name, media_type, access_class, agent_or_uploader = place
    seen = agent_or_uploader == access.user_id if access_class is None else access.sees(access_class, agent_or_uploader)
    if not seen:
        raise NotFound("This attachment does not exist, or is not yours to see.")
    if access_class is not None:
        await open_recording(db, access, attachment_id, access_class, agent_or_uploader)
    return Found(name=name, media_type=media_type)


async def copy_file(house: House, access: Access, attachment_id: UUID) -> AttachmentView:
    """Make a file of a conversation one's own upload, to be attached to an answer. Raises NotFound, Unavailable."""
    found = await find_file(house.db, access, attachment_id)
    copy_id = new_id()
    begun = Upload(
        id=copy_id, uploaded_by=access.user_id, message_id=None, channel_id=None, name=file_name(found.name), alt_text="",
        media_type=found.media_type, size_bytes=None, sha256=None, state="pending",
    )  # fmt: skip
    async with house.db.write() as tx:
        await tx.uploads.add(begun)
    try:
        stored = await house.files.put_stream(copy_id, house.files.chunks(attachment_id), house.settings.max_upload_bytes)
    except BaseException:
        await give_up(house, copy_id)
        raise
    kept = msgspec.structs.replace(begun, size_bytes=stored.size_bytes, sha256=stored.sha256, state="stored")
    return await keep_file(house.db, kept, channel_id=None, alt_text="")


def view_of(upload: Upload) -> AttachmentView:
    """Return a file as a message shows it."""
    return AttachmentView(
        id=upload.id, name=upload.name, media_type=upload.media_type, size_bytes=upload.size_bytes,
        alt_text=upload.alt_text, content_id=None, state=upload.state,
    )  # fmt: skip


def file_name(name: str) -> str:
    """Return a name that is safe on every system: no folders, no control characters, never empty."""
    clean = storable(_PATH.split(name)[-1]).replace("\n", " ").strip().strip(".")
    return clean[-MAX_NAME_CHARS:] or "file"


def _alt_text(text: str) -> str:
    clean = storable(text).strip()
    if len(clean) > MAX_ALT_CHARS:
        raise Invalid(f"A description takes {MAX_ALT_CHARS} characters.", code="too_long", field="alt_text")
    return clean


def _mine(upload: Upload | None, access: Access) -> Upload:
    if upload is None or upload.uploaded_by != access.user_id:
        raise NotFound("This attachment does not exist, or is a colleague's.")
    return upload
