"""Reading items: pure, from what the pull has put together."""

import mimetypes
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

import msgspec

from unisono.connectors.xmpp.cursors import LONG_AGO, instant_of
from unisono.connectors.xmpp.stanzas import NICK, file_url, is_encrypted, reported, text_of
from unisono.connectors.xmpp.words import in_both
from unisono.contract import (
    MISSHAPEN,
    Author,
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
from unisono.domain.words import Visibility


def read_item(raw: Raw, upload_url: str) -> list[Event]:
    """Return what an item says; files are fetched from `upload_url` alone. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        stamp = instant_of(item["stamp"])
        if stamp == LONG_AGO:
            raise ValueError("no time")
        message = _parsed(item["xml"])
        match item["kind"]:
            case "deleted":
                return [Deleted(remote_id=_word(item["target"]), occurred_at=stamp)]
            case "edited":
                revision = int(stamp.timestamp()) * 1_000 + int(item["n"]) % 1_000
                return [
                    Edited(remote_id=_word(item["target"]), revision=revision, occurred_at=stamp, text=_text(message, upload_url))
                ]
            case "report":
                return _reports(message, stamp)
            case "said":
                return [_created(item, message, upload_url)]
        raise ValueError("an unknown kind")
    except (*MISSHAPEN, KeyError, TypeError, AttributeError, OverflowError, ParseError) as error:
        raise Unreadable(f"This is not a message as XMPP describes it ({type(error).__name__}).") from error


def _parsed(xml: str) -> Element:
    """Return a stanza. XMPP knows neither entities nor document types (RFC 6120, section 11.1)."""
    if "<!" in xml:
        raise ValueError("a document type")
    return fromstring(xml)  # noqa: S314 - entities are refused above


def _reports(message: Element, stamp: Any) -> list[Event]:
    told = reported(message)
    if told is None:
        raise ValueError("reports nothing")
    state, key = told
    return [Status(state=state, occurred_at=stamp, client_key=key)]


def _created(item: dict[str, Any], message: Element, upload_url: str) -> Created:
    me = _word(item["me"])
    sender, to = (_word(message.get(name, "").partition("/")[0]) for name in ("from", "to"))
    own = sender == me
    customer = _author(to, "") if own else _author(sender, message.findtext(f"{{{NICK}}}nick") or "")
    url = file_url(message)
    return Created(
        remote_id=_word(item["id"]),
        thread=ThreadRef(
            visibility=Visibility.PRIVATE, root_id=customer.remote_id, customer=customer if own else None
        ),
        author=_author(me, "") if own else customer, occurred_at=instant_of(item["stamp"]), text=_text(message, upload_url),
        subject=text_of(message, "subject"), tie_break=f"{int(item['n']):06d}", own=own,
        client_key=message.get("id") or None if own else None,
        attachments=(_file(url),) if _is_ours(url, upload_url) else (),
        details={"encrypted": True} if is_encrypted(message) else {},
    )  # fmt: skip


def _text(message: Element, upload_url: str) -> str:
    if is_encrypted(message):
        return in_both("hidden")
    text, url = text_of(message), file_url(message)
    # Where the file itself is shown its address is not.
    return "" if text == url and _is_ours(url, upload_url) else text


def _is_ours(url: str, upload_url: str) -> bool:
    return bool(upload_url) and url.startswith(f"{upload_url}/")


def _file(url: str) -> InAttachment:
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
    return InAttachment(name=name, media_type=mimetypes.guess_type(name)[0] or "application/octet-stream", ref=url)


def _author(address: str, nick: str) -> Author:
    name = nick or address.partition("@")[0]
    return Author(remote_id=address, handle=address, display_name=name, profile_url=f"xmpp:{address}")


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("an id is no word")
    return value
