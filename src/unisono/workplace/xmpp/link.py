"""The link itself: a stream that is proven by a shared secret, and presence to and fro.

Source: XEP-0114 (handshake), RFC 6120 (stream, stanzas), RFC 6121 (presence).
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, XMLPullParser, tostring

from unisono.presence.xmpp import local_of, login_of
from unisono.service.ports.xmpp import Heard, Link, LinkLost

_ACCEPT: Final = "jabber:component:accept"
_STREAM: Final = "http://etherx.jabber.org/streams"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_OPEN_S: Final = 20.0
#: A server says nothing for a long time; a blank now and then finds out whether it is still there.
_ALIVE_S: Final = 30.0
_PIECE: Final = 65_536
MAX_STATUS: Final = 200


class ComponentDoor:
    """Where our domain is linked. Implements `service.ports.xmpp.Door`."""

    def __init__(self, domain: str, secret: str, host: str, port: int) -> None:
        self.domain = domain
        self._secret = secret
        self._at = (host, port)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Link]:
        """Link the domain while the block runs. Raises LinkLost."""
        try:
            async with asyncio.timeout(_OPEN_S):
                reader, writer = await asyncio.open_connection(*self._at)
        except (OSError, TimeoutError) as error:
            raise LinkLost(f"The XMPP server does not answer ({type(error).__name__}).") from error
        link = _Stream(self.domain, reader, writer)
        alive: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(_OPEN_S):
                await link.shake_hands(self._secret)
            alive = asyncio.create_task(link.stay_alive())
            yield link
        except TimeoutError as error:
            raise LinkLost("The XMPP server does not answer.") from error
        finally:
            if alive is not None:
                alive.cancel()
            writer.transport.abort()


def door_of(url: str) -> ComponentDoor | None:
    """Return the door that a setting names, `xmpp://domain:secret@host:port`; None for none. Raises ValueError."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "xmpp" or not (parts.username and parts.password and parts.hostname):
        raise ValueError("expected xmpp://domain:secret@host:port")
    return ComponentDoor(unquote(parts.username).lower(), unquote(parts.password), parts.hostname, parts.port or 5347)


class _Stream:
    """An open stream."""

    def __init__(self, domain: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._domain = domain
        self._reader = reader
        self._writer = writer
        self._parser: Any = XMLPullParser(("start", "end"))
        self._depth = 0
        self._root: Element | None = None
        self._waiting: list[Element] = []

    async def shake_hands(self, secret: str) -> None:
        """Prove who we are. Raises LinkLost."""
        head = f"<?xml version='1.0'?><stream:stream xmlns='{_ACCEPT}' xmlns:stream='{_STREAM}' to='{self._domain}'>"
        await self._write(head.encode())
        while self._root is None:
            await self._read()
        proof = hashlib.sha1(f"{self._root.get('id', '')}{secret}".encode()).hexdigest()  # noqa: S324 - XEP-0114 asks for it
        await self._write(f"<handshake>{proof}</handshake>".encode())
        if (await self._next()).tag != f"{{{_ACCEPT}}}handshake":
            raise LinkLost("The XMPP server refuses our domain or its secret.")

    async def stay_alive(self) -> None:
        """Send a blank now and then until cancelled; a link that is gone is noticed by whoever hears."""
        with contextlib.suppress(LinkLost):
            while True:
                await asyncio.sleep(_ALIVE_S)
                await self._write(b" ")

    async def hear(self) -> Heard:
        """Wait for the next presence; other stanzas are answered by nothing, or that there is no such service here."""
        while True:
            stanza = await self._next()
            if stanza.tag == f"{{{_ACCEPT}}}presence":
                sender, _, resource = stanza.get("from", "").partition("/")
                return Heard(
                    kind=stanza.get("type", "available"), sender=sender.lower(), resource=resource,
                    to=login_of(stanza.get("to", "").partition("/")[0].partition("@")[0].lower()),
                    show=stanza.findtext(f"{{{_ACCEPT}}}show", ""),
                    status=stanza.findtext(f"{{{_ACCEPT}}}status", "")[:MAX_STATUS],
                    priority=_number(stanza.findtext(f"{{{_ACCEPT}}}priority", "0")),
                )  # fmt: skip
            if stanza.tag != f"{{{_STREAM}}}error":
                await self._refuse(stanza)

    async def tell(self, name: str, to: str, kind: str = "", show: str = "", status: Mapping[str, str] = {}) -> None:
        """Send a presence of somebody of ours."""
        stanza = Element("presence", {"from": f"{local_of(name)}@{self._domain}", "to": to} | ({"type": kind} if kind else {}))
        if show:
            SubElement(stanza, "show").text = show
        for language, words in status.items():
            SubElement(stanza, "status", {_LANG: language}).text = words
        await self._write(tostring(stanza))

    async def _refuse(self, stanza: Element) -> None:
        """Say that nothing but presence is here; a question must be answered (RFC 6120, section 8.2.3)."""
        kind = stanza.tag.partition("}")[2]
        if kind not in ("iq", "message") or stanza.get("type") in ("error", "result"):
            return
        ids = {"from": stanza.get("to", ""), "to": stanza.get("from", ""), "type": "error", "id": stanza.get("id", "")}
        answer = Element(kind, ids)
        error = SubElement(answer, "error", {"type": "cancel"})
        SubElement(error, "{urn:ietf:params:xml:ns:xmpp-stanzas}service-unavailable")
        await self._write(tostring(answer))

    async def _next(self) -> Element:
        while not self._waiting:
            await self._read()
        return self._waiting.pop(0)

    async def _read(self) -> None:
        try:
            piece = await self._reader.read(_PIECE)
            if not piece:
                raise LinkLost("The XMPP server has ended the link.")
            self._parser.feed(piece)
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == "start" and self._depth == 1:
                    self._root = element
                elif event == "end" and self._depth == 1 and self._root is not None:
                    self._waiting.append(element)
                    # What was read is not kept: the stream is one document without end.
                    self._root.remove(element)
                elif event == "end" and self._depth == 0:
                    raise LinkLost("The XMPP server has ended the link.")
        except (OSError, ParseError) as error:
            raise LinkLost(f"The link to the XMPP server broke ({type(error).__name__}).") from error

    async def _write(self, what: bytes) -> None:
        try:
            self._writer.write(what)
            await self._writer.drain()
        except OSError as error:
            raise LinkLost(f"The link to the XMPP server broke ({type(error).__name__}).") from error


def _number(text: str) -> int:
    try:
        return max(-128, min(127, int(text)))
    except ValueError:
        return 0
