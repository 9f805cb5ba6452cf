"""From a stored update to events. Pure."""

import hashlib
import mimetypes
from datetime import UTC, datetime

import msgspec

from unisono.connectors.telegram.shapes import File, Message, Numbered, Update, User
from unisono.contract import MISSHAPEN, Author, Created, Edited, Event, InAttachment, Raw, ThreadRef, Unreadable
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import Visibility

LARGEST_FILE = 20_000_000
"""Bytes that `getFile` gives to bots."""


def ingest_key(body: bytes) -> str:
    """Return the key of an update: its message and the instant of its last change, however often it comes.

    What cannot be read gets a key of its bytes, so that it is kept and shown to a person.
    """
    try:
        update = msgspec.json.decode(body, type=Update)
    except MISSHAPEN:
        return f"unreadable:{hashlib.sha256(body).hexdigest()[:32]}:0"
    message = update.message or update.edited_message
    if message is None:
        return f"update:{update.update_id}:0"
    return f"message:{message.chat.id}:{message.message_id}:{message.edit_date or 0}"


def update_id(body: bytes) -> int | None:
    """Return the number of an update; None for what is none."""
    try:
        return msgspec.json.decode(body, type=Numbered).update_id
    except MISSHAPEN:
        return None


def read_update(raw: Raw, me: str, handle: str) -> list[Event]:
    """Return what an update says; nothing for kinds that are no message, and for bots. Raises Unreadable.

    me, handle: the bot's id and @name. An edit is told as new and as changed: if the first form never came, it stands as well.
    """
    try:
        update = msgspec.json.decode(raw.body, type=Update)
    except MISSHAPEN as error:
        raise Unreadable(f"This is not an update as the Bot API describes it: {error}") from error
    message = update.message or update.edited_message
    if message is None or message.sender is None or message.chat.type == "channel":
        return []
    if message.sender.is_bot and str(message.sender.id) != me:
        return []
    created = _created(message, message.sender, me, handle)
    if message.edit_date is None:
        return [created]
    edited = Edited(
        remote_id=created.remote_id, revision=message.edit_date, occurred_at=datetime.fromtimestamp(message.edit_date, UTC),
        text=created.text, attachments=created.attachments,
    )  # fmt: skip
    return [created, edited]


def _created(message: Message, sender: User, me: str, handle: str) -> Created:
    private = message.chat.type == "private"
    parent = message.reply_to_message
    return Created(
        remote_id=remote_id(message.chat.id, message.message_id),
        thread=ThreadRef(
            # A group has no threads that can be followed up to their root: what one person says there is one conversation.
            visibility=Visibility.PRIVATE if private else Visibility.PUBLIC, root_id=str(message.chat.id),
            parent_id=remote_id(message.chat.id, parent.message_id) if parent else None,
        ),
        author=_author(sender), occurred_at=datetime.fromtimestamp(message.date, UTC), text=_text(message),
        tie_break=numeric_tie_break(str(message.message_id)), own=str(sender.id) == me,
        addressed=private or _names_us(message, me, handle), attachments=_attachments(message),
        language=None, details={"chat": message.chat.title} if message.chat.title else {},
    )  # fmt: skip


def remote_id(chat_id: int, message_id: int) -> str:
    """Return the id of a message; numbers of messages are unique in their chat only."""
    return f"{chat_id}:{message_id}"


def _author(user: User) -> Author:
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    return Author(
        remote_id=str(user.id), handle=f"@{user.username}" if user.username else "", display_name=name,
        profile_url=f"https://t.me/{user.username}" if user.username else "",
    )  # fmt: skip


def _names_us(message: Message, me: str, handle: str) -> bool:
    """Whether a message in a group is for us: it answers us, names us, or is a command."""
    answered = message.reply_to_message
    if answered is not None and answered.sender is not None and str(answered.sender.id) == me:
        return True
    text = (message.text or message.caption).encode("utf-16-le", "surrogatepass")
    for entity in message.entities or message.caption_entities:
        part = text[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace").lower()
        if entity.type == "mention" and part == handle.lower():
            return True
        if entity.type == "bot_command" and ("@" not in part or part.endswith(handle.lower())):
            return True
        if entity.type == "text_mention" and entity.user is not None and str(entity.user.id) == me:
            return True
    return False


def _text(message: Message) -> str:
    if message.contact is not None:
        name = f"{message.contact.first_name} {message.contact.last_name}".strip()
        return f"{name} {message.contact.phone_number}".strip()
    if message.location is not None:
        return f"geo:{message.location.latitude:.6f},{message.location.longitude:.6f}"
    if message.sticker is not None and not message.text:
        return message.sticker.emoji
    return message.text or message.caption


def _attachments(message: Message) -> tuple[InAttachment, ...]:
    found: list[tuple[File, str]] = []
    if message.photo:
        found.append((max(message.photo, key=lambda size: size.file_size or 0), "image/jpeg"))
    for file, kind in (
        # An animation comes as a document too.
        (message.animation or message.document, "application/octet-stream"), (message.video, "video/mp4"),
        (message.audio, "audio/mpeg"), (message.voice, "audio/ogg"), (message.video_note, "video/mp4"),
    ):  # fmt: skip
        if file is not None:
            found.append((file, kind))
    if message.sticker is not None and not (message.sticker.is_animated or message.sticker.is_video):
        found.append((message.sticker, "image/webp"))
    return tuple(_attachment(file, kind) for file, kind in found)


def _attachment(file: File, kind: str) -> InAttachment:
    media_type = file.mime_type or kind
    name = file.file_name or f"{media_type.partition('/')[0]}{mimetypes.guess_extension(media_type) or ''}"
    # What is larger, a bot cannot fetch: name and size are all that can be shown.
    fetched = file.file_size is None or file.file_size <= LARGEST_FILE
    return InAttachment(name=name, media_type=media_type, size_bytes=file.file_size, ref=file.file_id if fetched else None)
