"""Who wrote a mail, whom an answer goes to, and which addresses are ours."""

from email.message import Message
from typing import Final

from msgspec import Struct

from unisono.connectors._mail.mime import addresses
from unisono.connectors.email.automatic import MACHINES, UNANSWERABLE
from unisono.contract import Author, CanReply
from unisono.domain.words import ReplyRule

UNKNOWN: Final = "unknown-sender"
_ENVELOPE: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")


class Correspondents(Struct, frozen=True, kw_only=True):
    """sender: name and address that an answer goes to; written_from: the address in From when it is another one.

    others: everybody else it was sent to, without us, in order. own: our own address wrote it. from_us: nobody but our own
    addresses is named as sender.
    """

    sender: tuple[str, str]
    written_from: str = ""
    others: tuple[tuple[str, str], ...] = ()
    to_us: bool = False
    from_us: bool = False


def correspondents(mail: Message, own: frozenset[str]) -> Correspondents:
    """Return who is involved.

    Reply-To comes before From: it is where the answer goes, so it is whom the desk must show. Whoever forges From and sets
    Reply-To to themselves appears as themselves.
    """
    written = [pair for name in ("From", "Sender") for pair in addresses(mail, name)]
    asked = [pair for pair in addresses(mail, "Reply-To") if base_address(pair[1]) not in own]
    sender = (asked or written or addresses(mail, "Return-Path") or [("", "")])[0]
    if asked and not sender[0] and written and written[0][1].lower() == sender[1].lower():
        sender = (written[0][0], sender[1])
    others: dict[str, tuple[str, str]] = {}
    to_us = False
    for name in ("To", "Cc"):
        for shown, address in addresses(mail, name):
            if base_address(address) in own:
                to_us = True
            else:
                others.setdefault(address.lower(), (shown, address))
    others.pop(sender[1].lower(), None)
    first = written[0][1] if written else ""
    return Correspondents(
        sender=sender, written_from=first if first.lower() != sender[1].lower() else "", others=tuple(others.values())[:100],
        to_us=to_us, from_us=base_address(sender[1]) in own,
    )  # fmt: skip


def base_address(address: str) -> str:
    """Return an address in lower case without its plus part: what tells whose mailbox it is."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def author_of(shown: str, address: str) -> Author:
    """Return an author; the id is the address in lower case, which every provider treats as the same mailbox."""
    return Author(
        remote_id=address.strip().lower() or UNKNOWN, handle=address, display_name=" ".join(shown.split())[:200] or address
    )


def can_reply(sender: str, own: frozenset[str]) -> CanReply:
    """Return whether an answer makes sense at all."""
    local = sender.lower().partition("@")[0].partition("+")[0]
    if not sender:
        return CanReply(rule=ReplyRule.NO, reason="no_sender")
    if base_address(sender) in own:
        return CanReply(rule=ReplyRule.NO, reason="own_address")
    if local in UNANSWERABLE:
        return CanReply(rule=ReplyRule.NO, reason="no_reply_address")
    return CanReply(rule=ReplyRule.NO, reason="machine") if local in MACHINES else CanReply()


def plus_parts(mail: Message, own: frozenset[str]) -> list[str]:
    """Return the plus parts of our own addresses that a mail was sent to."""
    found: dict[str, None] = {}
    for name in _ENVELOPE:
        for _, address in addresses(mail, name):
            local, _, _ = address.strip().lower().rpartition("@")
            if "+" in local and base_address(address) in own:
                found[local.partition("+")[2]] = None
    return list(found)
