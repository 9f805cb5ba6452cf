"""From what a visitor's browser sent to events. Pure. The doors of the chat write these items themselves."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from unisono.connectors.webchat.sessions import visitor_mark
from unisono.connectors.webchat.uploads import UploadedFile, safe_name
from unisono.contract import (
    MISSHAPEN,
    Author,
    AuthorGone,
    Created,
    Deleted,
    Edited,
    Event,
    InAttachment,
    Raw,
    Status,
    ThreadRef,
    Unreadable,
)
from unisono.domain.words import DeliveryState, Visibility


class Wrote(Struct, frozen=True, kw_only=True, tag_field="kind", tag="message"):
    """A message. `email`, `consent_at` and `consent_text` are there when an answer by e-mail is wanted."""

    session: str
    key: str
    at: datetime
    text: str
    name: str = ""
    email: str = ""
    consent_at: datetime | None = None
    consent_text: str = ""
    files: list[UploadedFile] = []


class Changed(Struct, frozen=True, kw_only=True, tag_field="kind", tag="edit"):
    """A message's new text. `revision` is the time of the change in milliseconds."""

    session: str
    key: str
    at: datetime
    revision: int
    text: str


class TookBack(Struct, frozen=True, kw_only=True, tag_field="kind", tag="delete"):
    """A message was deleted by its author."""

    session: str
    key: str
    at: datetime


class Left(Struct, frozen=True, kw_only=True, tag_field="kind", tag="forget"):
    """The visitor deleted the whole conversation."""

    session: str
    at: datetime


class Saw(Struct, frozen=True, kw_only=True, tag_field="kind", tag="seen"):
    """One of our answers arrived in the browser, or was read there."""

    message: str
    state: Literal["delivered", "read"]
    at: datetime


Sent = Wrote | Changed | TookBack | Left | Saw


def item(sent: Sent, received_at: datetime) -> Raw:
    """Return what goes into the inbox; the same thing sent again has the same key."""
    match sent:
        case Wrote():
            key = f"message:{sent.session}/{sent.key}:0"
        case Changed():
            key = f"message:{sent.session}/{sent.key}:{sent.revision}"
        case TookBack():
            key = f"delete:{sent.session}/{sent.key}:0"
        case Left():
            key = f"forget:{sent.session}:0"
        case _:
            key = f"seen:{sent.message}:{sent.state}"
    return Raw(ingest_key=key, body=msgspec.json.encode(sent), received_at=received_at)


def read_item(raw: Raw) -> list[Event]:
    """Return what an item says. Raises Unreadable."""
    try:
        sent = msgspec.json.decode(raw.body, type=Sent)
    except MISSHAPEN as error:
        raise Unreadable(f"This is not what the chat's browser side sends: {error}") from error
    match sent:
        case Wrote():
            return [_created(sent)]
        case Changed():
            return [Edited(remote_id=f"{sent.session}/{sent.key}", revision=sent.revision, occurred_at=sent.at, text=sent.text)]
        case TookBack():
            return [Deleted(remote_id=f"{sent.session}/{sent.key}", occurred_at=sent.at)]
        case Left():
            return [AuthorGone(author=Author(remote_id=sent.session), occurred_at=sent.at)]
        case _:
            return [Status(state=DeliveryState(sent.state), occurred_at=sent.at, client_key=sent.message)]


def _created(sent: Wrote) -> Created:
    details: dict[str, str] = {}
    if sent.email and sent.consent_at is not None:
        details = {
            "reply_by": "email", "email": sent.email, "consent_at": sent.consent_at.isoformat(),
            "consent_text": sent.consent_text,
        }  # fmt: skip
    return Created(
        remote_id=f"{sent.session}/{sent.key}", thread=ThreadRef(visibility=Visibility.PRIVATE, root_id=sent.session),
        author=Author(remote_id=sent.session, handle=visitor_mark(sent.session), display_name=sent.name),
        occurred_at=sent.at, text=sent.text, details=details,
        attachments=tuple(
            InAttachment(
                name=safe_name(file.name), media_type=file.type, size_bytes=len(file.content), content=file.content,
                alt_text=file.alt,
            )
            for file in sent.files
        ),
    )  # fmt: skip
