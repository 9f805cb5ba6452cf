"""From a raw item to what will be written: read, cleaned, with its language and its search terms. No database here."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from unisono.contract.connector import Connector
from unisono.contract.inbound import Created, Edited, Event, InAttachment, Raw, Unreadable
from unisono.domain.ids import uuid7_at
from unisono.domain.order import said_at
from unisono.service.html import clean_html
from unisono.service.ports.ledgers import InboxItem
from unisono.service.ports.triage import Judgement
from unisono.service.text import storable, terms, without_unstorable
from unisono.triage.language import language_of

MAX_TEXT_CHARS = 200_000


class CleanText(Struct, frozen=True, kw_only=True):
    """A text as it may be stored."""

    text: str
    subject: str
    html: str | None
    terms: list[str]
    language: str | None
    details: dict[str, Any] = field(default_factory=dict)


class Said(Struct, frozen=True, kw_only=True):
    """A created or edited item, made ready to be written. judgement: by triage; of what customers say alone."""

    event: Created | Edited
    clean: CleanText
    said_at: datetime
    message_id: UUID
    judgement: Judgement | None = None


class Understood(Struct, frozen=True, kw_only=True):
    """An inbox item and what it says; `problem` instead, when nothing can be made of it."""

    item: InboxItem
    said: list[Said] = []
    others: list[Event] = []
    problem: str | None = None


def stable_id(item: InboxItem, position: int, at: datetime) -> UUID:
    """Return an id that depends on the item alone: taking it in twice after a crash makes the same rows and files."""
    seed = hashlib.sha256(f"{item.channel_id}/{item.ingest_key}/{position}".encode()).digest()
    return uuid7_at(max(0, int(at.timestamp() * 1000)), seed[:10])


def understand(connector: Connector, item: InboxItem) -> Understood:
    """Read one item. Never raises: what cannot be read comes back with its problem, and goes to quarantine."""
    if item.body is None:
        return Understood(item=item, problem="The raw bytes are gone: they were kept for their time and then erased.")
    try:
        events = connector.read(Raw(ingest_key=item.ingest_key, body=item.body, received_at=item.received_at))
    except Unreadable as error:
        return Understood(item=item, problem=str(error) or "The connector cannot read this item.")
    except Exception as error:  # a connector's bug must not stop the stream
        return Understood(item=item, problem=f"The connector failed on this item with {type(error).__name__}; it is kept whole.")
    said: list[Said] = []
    others: list[Event] = []
    for position, event in enumerate(map(_storable_ids, events)):
        if isinstance(event, Created | Edited):
            when = said_at(event.occurred_at, item.received_at)
            said.append(Said(event=event, clean=_clean(event), said_at=when, message_id=stable_id(item, position, when)))
        else:
            others.append(event)
    return Understood(item=item, said=said, others=others)


def _storable_ids(event: Event) -> Event:
    """Ids, names and addresses come from strangers as well: one NUL in a handle must not refuse the whole item."""
    changed: Event = _harmless(event)
    return changed


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        plain = type(value) is str
        return without_unstorable(value) if plain else value
    if isinstance(value, tuple):
        return tuple(_harmless(one) for one in value)
    if isinstance(value, Struct):
        named = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {name: new for name, old in named.items() if (new := _harmless(old)) != old}
        return msgspec.structs.replace(value, **changed) if changed else value
    return value


def _clean(event: Created | Edited) -> CleanText:
    details = {key: storable(value) if isinstance(value, str) else value for key, value in event.details.items()}
    text = storable(event.text)
    if len(text) > MAX_TEXT_CHARS:
        details["cut_at_chars"] = MAX_TEXT_CHARS
        details["chars"] = len(text)
        text = text[:MAX_TEXT_CHARS]
    html = None
    if event.html:
        cleaned = clean_html(storable(event.html))
        if cleaned is None:
            details["html_too_large"] = True
        else:
            html = cleaned.html
            details["remote_images"] = cleaned.remote_images
    subject = storable(event.subject)[:2_000]
    declared = event.language if isinstance(event, Created) else None
    language = declared or language_of(f"{subject} {text}")
    return CleanText(
        text=text,
        subject=subject,
        html=html,
        terms=terms(f"{subject} {text}", language),
        language=language,
        details=details,
    )


def attachment_label(attachment: InAttachment) -> tuple[str, str, str]:
    """Return (name, media type, alternative text) as they may be stored."""
    name = storable(attachment.name).replace("/", "_").replace("\\", "_").strip()[:200] or "file"
    media_type = storable(attachment.media_type).lower().split(";")[0].strip()[:100] or "application/octet-stream"
    return name, media_type, storable(attachment.alt_text)[:5_000]
