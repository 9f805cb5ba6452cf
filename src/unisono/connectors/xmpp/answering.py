"""Answers: into the customer's chat, once each, and found again in our archive when nobody knows whether they arrived."""

import asyncio
import re
from datetime import timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

import msgspec

from unisono.connectors.xmpp.archive import SID, page
from unisono.connectors.xmpp.cursors import instant_of
from unisono.connectors.xmpp.files import find_store, upload
from unisono.connectors.xmpp.hearing import Hearing
from unisono.connectors.xmpp.limits import MAX_TEXT_BYTES
from unisono.connectors.xmpp.line import Line, Lost, Refused, open_line
from unisono.connectors.xmpp.settings import address_of, settings_of
from unisono.connectors.xmpp.stanzas import CLIENT, MARKERS, OOB, RECEIPTS, RETRACT, part_of
from unisono.connectors.xmpp.words import text
from unisono.contract import (
    Ctx,
    HostRefused,
    NotReached,
    NotSent,
    OutMessage,
    PullFailed,
    Reauth,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    ThreadRef,
    Undecidable,
    Unknown,
)
from unisono.domain.length import measure
from unisono.domain.words import ChannelState, Visibility

_STATES: Final = "http://jabber.org/protocol/chatstates"
_HINTS: Final = "urn:xmpp:hints"
_LOOKS: Final = 4
_LOOK_S: Final = 0.25
_PAGES: Final = 20
_KEPT_S: Final = 90 * 86_400
#: What XML cannot carry. Source: XML 1.0, section 2.2.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Answering:
    """Writes for the account."""

    def __init__(self, ctx: Ctx, hearing: Hearing) -> None:
        self._ctx = ctx
        self._hearing = hearing

    def _line(self, password: str) -> Any:
        return open_line(settings_of(self._ctx.account.config), password)

    async def send(self, message: OutMessage) -> SendResult:
        """Write into the customer's chat, and look whether our archive has it."""
        to = address_of(message.thread.root_id)
        if message.thread.visibility is not Visibility.PRIVATE or not to:
            return Reject(code="visibility", human=text("visibility"))
        if (size := measure(message.text, "utf8")) > MAX_TEXT_BYTES:
            return Reject(code="too_long", human=text("too_long", size=size, limit=MAX_TEXT_BYTES))
        handed_over = False
        try:
            async with self._line(await self._hearing.password()) as line:
                stanzas = await self._stanzas(line, message, to)
                if not isinstance(stanzas, list):
                    return stanzas
                # From here on nobody knows what arrived when the connection breaks.
                handed_over = True
                for stanza in stanzas:
                    line.send_xml(stanza)
                return await self._confirmed(line, message, to)
        except PullFailed as error:
            return _failed(error)
        except Lost as lost:
            return Unknown(reason=str(lost)) if handed_over else Retry(reason=str(lost))
        except (Refused, NotReached, HostRefused) as error:
            return Unknown(reason=str(error)) if handed_over else Retry(reason=str(error))

    async def _stanzas(self, line: Line, message: OutMessage, to: str) -> list[Element] | SendResult:
        """Return the messages of an answer: a file each, the last with the text."""
        stanzas: list[Element] = []
        store = await find_store(line) if message.attachments and line.settings.upload_url else None
        if message.attachments and store is None:
            return Reject(code="media", human=text("no_store"))
        for number, file in enumerate(message.attachments):
            assert store is not None
            url = await upload(self._ctx, line, store, file)
            if not isinstance(url, str):
                return url
            last = number == len(message.attachments) - 1 and not message.text
            stanza = _message(to, message.key if last else part_of(message.key, number), url)
            SubElement(SubElement(stanza, f"{{{OOB}}}x"), f"{{{OOB}}}url").text = url
            stanzas.append(stanza)
        if message.text:
            stanzas.append(_message(to, message.key, message.text))
        if message.attachments:
            # An attempt before this one may have come as far as some of the files.
            there = {name for item in (await page(line, before="", with_=to)).items for name in item.names}
            stanzas = [stanza for stanza in stanzas if stanza.get("id") not in there]
        return stanzas

    async def _confirmed(self, line: Line, message: OutMessage, to: str) -> SendResult:
        for _ in range(_LOOKS):
            found = await page(line, before="", with_=to, most=20)
            if condition := line.bounced.get(message.key):
                return Reject(code="bounced", human=text("bounced", condition=condition))
            for item in found.items:
                if message.key in item.names:
                    await self._keep(item.id, to, message.key)
                    return Sent(remote_id=item.id)
            await asyncio.sleep(_LOOK_S)
        return Unknown(reason="The server's archive does not show the message yet.")

    async def _keep(self, remote_id: str, to: str, key: str) -> None:
        await self._ctx.memory.put(f"sent:{remote_id}", msgspec.json.encode((to, key)), ttl_s=_KEPT_S)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look in our archive for a message with our key."""
        to, before = address_of(message.thread.root_id), ""
        try:
            async with self._line(await self._hearing.password()) as line:
                for _ in range(_PAGES):
                    found = await page(line, before=before, with_=to)
                    for item in found.items:
                        if message.key in item.names:
                            await self._keep(item.id, to, message.key)
                            return Sent(remote_id=item.id)
                    if found.complete or instant_of(found.items[0].stamp) < message.created_at - timedelta(minutes=5):
                        return NotSent()
                    before = found.first
        except Lost as lost:
            raise lost.failure from lost
        except Refused as refused:
            return Undecidable(reason=f"The archive refuses: {refused.condition}.")
        return Undecidable(reason="So much was said in this chat since that the answer cannot be found.")

    async def retract(self, remote_id: str) -> SendResult:
        """Take a message of ours back."""
        kept = await self._ctx.memory.get(f"sent:{remote_id}")
        if kept is None:
            return Reject(code="gone", human="Nobody knows any more to whom this was said. Take it back with an XMPP program.")
        to, key = msgspec.json.decode(kept, type=tuple[str, str])
        stanza = Element(f"{{{CLIENT}}}message", {"to": to, "type": "chat", "id": f"retract-{key}"})
        SubElement(stanza, f"{{{RETRACT[0]}}}retract", {"id": key})
        SubElement(stanza, "{urn:xmpp:fallback:0}fallback", {"for": RETRACT[0]})
        SubElement(stanza, f"{{{CLIENT}}}body").text = "/me retracted a previous message, but your program cannot show that."
        SubElement(stanza, f"{{{_HINTS}}}store")
        try:
            async with self._line(await self._hearing.password()) as line:
                line.send_xml(stanza)
                await page(line, before="", with_=to, most=1)
                return Sent(remote_id=remote_id)
        except PullFailed as error:
            return _failed(error)
        except (Lost, Refused) as error:
            # Taking it back twice does no harm.
            return Retry(reason=str(error))

    async def typing(self, thread: ThreadRef, on: bool) -> None:
        """Show, or no longer, that somebody is writing."""
        to = address_of(thread.root_id)
        stanza = Element(f"{{{CLIENT}}}message", {"to": to, "type": "chat"})
        SubElement(stanza, f"{{{_STATES}}}{'composing' if on else 'paused'}")
        SubElement(stanza, f"{{{_HINTS}}}no-store")
        async with self._line(await self._hearing.password()) as line:
            line.send_xml(stanza)
            await page(line, before="", with_=to, most=1)


def _message(to: str, key: str, body: str) -> Element:
    stanza = Element(f"{{{CLIENT}}}message", {"to": to, "type": "chat", "id": key})
    SubElement(stanza, f"{{{CLIENT}}}body").text = _NO_XML.sub("", body)
    SubElement(stanza, f"{{{SID}}}origin-id", {"id": key})
    SubElement(stanza, f"{{{RECEIPTS}}}request")
    SubElement(stanza, f"{{{MARKERS}}}markable")
    SubElement(stanza, f"{{{_STATES}}}active")
    return stanza


def _failed(error: PullFailed) -> SendResult:
    """Return what it means for a message that there was no connection."""
    if error.health.state is ChannelState.REAUTH_NEEDED:
        return Reauth(human=error.health.what)
    throttled = error.health.state is ChannelState.THROTTLED
    return Retry(reason=error.health.what, after_s=error.after_s, throttled=throttled)
