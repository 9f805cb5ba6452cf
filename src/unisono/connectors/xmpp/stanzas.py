"""What a message stanza is about. Sources: XEP-0184, 0308, 0333, 0359, 0380, 0424 (version 0.4 and the one before), 0428."""

import re
from typing import Final
from xml.etree.ElementTree import Element

from unisono.domain.words import DeliveryState

CLIENT: Final = "jabber:client"
CORRECT: Final = "urn:xmpp:message-correct:0"
RETRACT: Final = ("urn:xmpp:message-retract:1", "urn:xmpp:message-retract:0")
FASTEN: Final = "urn:xmpp:fasten:0"
RECEIPTS: Final = "urn:xmpp:receipts"
MARKERS: Final = "urn:xmpp:chat-markers:0"
OOB: Final = "jabber:x:oob"
EME: Final = "urn:xmpp:eme:0"
NICK: Final = "http://jabber.org/protocol/nick"
_PART: Final = re.compile(r"^[0-9a-f-]{36}\.file-\d+$")
_OMEMO: Final = ("eu.siacs.conversations.axolotl", "urn:xmpp:omemo:2")


def text_of(message: Element, name: str = "body") -> str:
    """Return a message's text."""
    return message.findtext(f"{{{CLIENT}}}{name}") or ""


def retracted(message: Element) -> str:
    """Return the id of the message that is taken back; empty when none is."""
    for namespace in RETRACT:
        found = message.find(f"{{{namespace}}}retract")
        if found is not None and found.get("id"):
            return found.get("id", "")
    fastened = message.find(f"{{{FASTEN}}}apply-to")
    older = fastened is not None and fastened.find(f"{{{RETRACT[1]}}}retract") is not None
    return fastened.get("id", "") if fastened is not None and older else ""


def corrected(message: Element) -> str:
    """Return the id of the message that is replaced; empty when none is."""
    found = message.find(f"{{{CORRECT}}}replace")
    return found.get("id", "") if found is not None else ""


def reported(message: Element) -> tuple[DeliveryState, str] | None:
    """Return what a message tells of one of ours, with its id; None when it tells nothing."""
    for path, state in (
        (f"{{{MARKERS}}}displayed", DeliveryState.READ), (f"{{{MARKERS}}}acknowledged", DeliveryState.READ),
        (f"{{{RECEIPTS}}}received", DeliveryState.DELIVERED), (f"{{{MARKERS}}}received", DeliveryState.DELIVERED),
    ):  # fmt: skip
        found = message.find(path)
        if found is not None and found.get("id") and not text_of(message):
            return state, found.get("id", "")
    return None


def is_encrypted(message: Element) -> bool:
    """Tell whether the message itself is in a form that we cannot read."""
    return message.find(f"{{{EME}}}encryption") is not None or any(
        message.find(f"{{{namespace}}}encrypted") is not None for namespace in _OMEMO
    )


def is_said(message: Element) -> bool:
    """Tell whether somebody said something, and did not only begin to write."""
    return bool(text_of(message)) or bool(text_of(message, "subject")) or is_encrypted(message)


def part_of(key: str, number: int) -> str:
    """Return the id of a file that goes before the message to which it belongs."""
    return f"{key}.file-{number}"


def is_part(message: Element) -> bool:
    """Tell whether a message of ours is such a file; it is known with its message."""
    return _PART.search(message.get("id", "")) is not None


def file_url(message: Element) -> str:
    """Return where the file of a message lies; empty when it has none. Source: XEP-0066."""
    return message.findtext(f"{{{OOB}}}x/{{{OOB}}}url") or ""
