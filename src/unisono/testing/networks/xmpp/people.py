"""Somebody with an XMPP program: slixmpp with its own stanzas, straight to the server."""

import asyncio
import secrets
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct
from slixmpp import JID, ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath


class Kept(Struct, frozen=True):
    """A message in somebody's archive. name: the id that its program gave it. url: of a file that it carries."""

    id: str
    name: str
    sender: str
    to: str
    text: str
    url: str = ""


class Person:
    """Somebody who is there."""

    def __init__(self, address: str, password: str, port: int) -> None:
        self.address = address
        self._port = port
        plain = {"feature_mechanisms": {"unencrypted_scram": True}}
        self.client = ClientXMPP(f"{address}/lab", password, plugin_config=plain)
        self.client.enable_starttls = self.client.enable_direct_tls = False
        self.client.enable_plaintext = True
        for plugin in (
            "xep_0030",
            "xep_0059",
            "xep_0066",
            "xep_0085",
            "xep_0184",
            "xep_0199",
            "xep_0308",
            "xep_0313",
            "xep_0333",
        ):
            self.client.register_plugin(plugin)
        self.heard: list[Any] = []
        self.client.register_handler(Callback("Heard", MatchXPath("{jabber:client}message"), self.heard.append))

    async def arrive(self) -> None:
        """Log in, and be there."""
        started = asyncio.Event()
        self.client.add_event_handler("session_start", lambda _: started.set())
        self.client.connect("127.0.0.1", self._port)
        async with asyncio.timeout(30):
            await started.wait()
        self.client.send_presence()

    async def leave(self) -> None:
        """Go."""
        self.client.cancel_connection_attempt()
        if self.client.transport is not None:
            self.client.transport.abort()
        filters = self.client._run_out_filters  # noqa: SLF001
        if filters is not None:
            filters.cancel()
            await asyncio.gather(filters, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until the server has done all that was sent so far."""
        await self.client.plugin["xep_0199"].ping(JID(self.address.partition("@")[2]), timeout=120)

    def send(self, to: str, text: str, **more: Any) -> str:
        """Hand a message over without waiting; returns its id. more: further interfaces of slixmpp's stanza."""
        message = self.client.make_message(mto=to, mbody=text, mtype="chat")
        message["id"] = secrets.token_hex(8)
        for name, value in more.items():
            message[name] = value
        message.send()
        return str(message["id"])

    async def write(self, to: str, text: str, **more: Any) -> str:
        """Say something; returns its id."""
        name = self.send(to, text, **more)
        await self.settle()
        return name

    async def raw(self, xml: Element) -> None:
        """Send a stanza as it is."""
        self.client.send_xml(xml)
        await self.settle()

    async def correct(self, to: str, name: str, text: str) -> None:
        """Replace a message by another."""
        message = self.client.plugin["xep_0308"].build_correction(name, JID(to), mbody=text)
        message["id"] = secrets.token_hex(8)
        message.send()
        await self.settle()

    async def retract(self, to: str, name: str) -> None:
        """Take a message back."""
        message = Element("{jabber:client}message", {"to": to, "type": "chat", "id": secrets.token_hex(8)})
        SubElement(message, "{urn:xmpp:message-retract:1}retract", {"id": name})
        SubElement(message, "{jabber:client}body").text = "This message was retracted."
        SubElement(message, "{urn:xmpp:hints}store")
        await self.raw(message)

    async def mark(self, to: str, name: str, kind: str) -> None:
        """Say what became of a message: `receipt`, or a marker (`received`, `displayed`)."""
        message = self.client.make_message(mto=to, mtype="chat")
        message["id"] = secrets.token_hex(8)
        if kind == "receipt":
            message["receipt"] = name
        else:
            message.enable(kind)
            message[kind]["id"] = name
        SubElement(message.xml, "{urn:xmpp:hints}store")
        message.send()
        await self.settle()

    async def archive(self, with_whom: str = "") -> list[Kept]:
        """Return what stands in this person's archive, oldest first."""
        found: list[Kept] = []
        whom = JID(with_whom) if with_whom else None
        pages: Any = self.client.plugin["xep_0313"].retrieve(with_jid=whom, iterator=True, rsm={"max": 200}, timeout=60)
        async for page in pages:
            for result in page["mam"]["results"]:
                inner = result["mam_result"]["forwarded"]["stanza"]
                found.append(
                    Kept(
                        id=result["mam_result"]["id"], name=str(inner["id"]), sender=inner["from"].bare, to=inner["to"].bare,
                        text=inner["body"], url=inner["oob"]["url"] if inner.get_plugin("oob", check=True) else "",
                    )
                )  # fmt: skip
        return found
