"""Files of what came in: written before the transaction, under ids that depend on the item alone."""

from collections.abc import Sequence
from uuid import UUID

from unisono.service.ports.files import AttachmentFiles
from unisono.service.ports.talk import NewAttachment
from unisono.service.understand import Understood, attachment_label, stable_id


async def store_files(files: AttachmentFiles, batch: Sequence[Understood]) -> dict[UUID, list[NewAttachment]]:
    """Write what came with it and return the attachments of each message. Raises Unavailable when the disk is."""
    found: dict[UUID, list[NewAttachment]] = {}
    for understood in batch:
        position = 1_000
        for said in understood.said:
            rows: list[NewAttachment] = []
            for place, attachment in enumerate(said.event.attachments or ()):
                position += 1
                row_id = stable_id(understood.item, position, said.said_at)
                name, media_type, alt_text = attachment_label(attachment)
                stored = await files.put(row_id, attachment.content) if attachment.content is not None else None
                rows.append(
                    NewAttachment(
                        id=row_id, message_id=said.message_id, channel_id=understood.item.channel_id, name=name,
                        media_type=media_type, position=place, alt_text=alt_text, content_id=attachment.content_id,
                        size_bytes=stored.size_bytes if stored else attachment.size_bytes,
                        sha256=stored.sha256 if stored else None, ref=attachment.ref,
                        state="stored" if stored else "pending" if attachment.ref else "refused",
                    )
                )  # fmt: skip
            found[said.message_id] = rows
    return found
