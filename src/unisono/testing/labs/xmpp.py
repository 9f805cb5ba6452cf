"""XMPP's lab: a Prosody of its own behind a fault proxy, and its file store behind another."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

import httpx2
import msgspec

from unisono.contract import Clock
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match, Pause
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Setting, Shown, Wire
from unisono.testing.networks.xmpp import Person, Prosody

_SENDS = Match(data=rb"<origin-id")
_READS = Match(data=rb"urn:xmpp:mam:2")
_LATER = b"<stream:error><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
_NO_ENTRY = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
    b"from='unisono.test' id='busy'>" + _LATER
)
_MARKS = {DeliveryState.DELIVERED: "receipt", DeliveryState.READ: "displayed"}


class XmppLab(Lab):
    """Customers write with programs of their own, straight to the server; the connector goes through the proxies."""

    connector = "xmpp"
    peer = "Prosody 0.12 (Debian), with its archive and its file store, without other servers"
    real_peer: ClassVar[bool] = True

    async def start(self, clock: Clock) -> None:
        """Start the server and the proxies."""
        self.clock = clock
        self._server = Prosody()
        self._line = FaultProxy(self._server.port, raw=True)
        self._store = FaultProxy(self._server.http_port)
        await self._line.start()
        await self._store.start()
        self._http = httpx2.AsyncClient(timeout=60.0, trust_env=False, verify=False)
        self._people: dict[str, Person] = {}
        await self._server.start(self._store.url)

    async def stop(self) -> None:
        """End them."""
        await self._go()
        await self._http.aclose()
        await self._line.stop()
        await self._store.stop()
        await self._server.stop()

    async def _go(self) -> None:
        for person in self._people.values():
            await person.leave()
        self._people = {}

    async def fresh(self) -> Setting:
        """Make three accounts, each with a program that is there."""
        self._line.calm()
        self._store.calm()
        await self._go()
        for who in ("firma", ANNA, BEN):
            address, password = self._server.account(who)
            self._people[who] = Person(address, password, self._server.port)
            await self._people[who].arrive()
            if who == "firma":
                secret = password
        config = {
            "address": self._us.address, "host": "127.0.0.1", "port": self._line.port, "security": "none",
            "upload_url": self._store.url,
        }  # fmt: skip
        return Setting(config=config, secrets={"password": secret})

    @property
    def _us(self) -> Person:
        return self._people["firma"]

    @property
    def wires(self) -> Sequence[Wire]:
        """What is said goes over the line, files by HTTP."""
        return (Wire(proxy=self._line, sends=_SENDS, reads=_READS), Wire(proxy=self._store))

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write to us."""
        del visibility, to, at, files
        name = await self._people[who].write(self._us.address, text)
        return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=name)

    async def flood(self, texts: Sequence[str]) -> None:
        """Let anna write as quickly as the server takes it."""
        anna = self._people[ANNA]
        for start in range(0, len(texts), 500):
            for text in texts[start : start + 500]:
                anna.send(self._us.address, text)
            await anna.settle()

    async def edit(self, item: Item, text: str) -> Item:
        """Correct a message."""
        await self._people[item.who].correct(self._us.address, item.handle, text)
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Take a message back."""
        await self._people[item.who].retract(self._us.address, item.handle)

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Programs tell that something arrived, and that it was read."""
        return (DeliveryState.DELIVERED, DeliveryState.READ)

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Tell of a message what became of it."""
        await self._people[shown.recipient].mark(self._us.address, shown.handle, _MARKS[state])

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return our messages that stand in the archive of their recipient, by the id that our own archive gives them."""
        found: list[Shown] = []
        names = {person.address: who for who, person in self._people.items()}
        reached = {
            who: {kept.name for kept in await self._people[who].archive(self._us.address)} for who in (ANNA, BEN)
        }  # fmt: skip
        files: dict[str, list[bytes]] = {}
        for kept in await self._us.archive():
            who = names.get(kept.to, "")
            if kept.sender != self._us.address or kept.name not in reached.get(who, set()):
                continue
            if kept.url:
                files.setdefault(who, []).append((await self._http.get(quote(kept.url, safe=":/%"))).content)
                continue
            found.append(
                Shown(
                    text=kept.text, visibility=Visibility.PRIVATE, remote_id=kept.id, recipient=who,
                    files=tuple(files.pop(who, ())), handle=kept.name,
                )
            )  # fmt: skip
        return found

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with another program."""
        customer = self._people[to.who].address
        name = await self._us.write(customer, text)
        [kept] = [one for one in await self._us.archive(customer) if one.name == name]
        return Shown(text=text, visibility=Visibility.PRIVATE, remote_id=kept.id, recipient=to.who, handle=name)

    async def say_strangely(self, text: str) -> Item:
        """Say something with elements, attributes and a kind that nobody knows."""
        attributes = {"to": self._us.address, "type": "hologram", "id": "next-year", "mood": "curious"}
        message = Element("{jabber:client}message", attributes)
        SubElement(message, "{jabber:client}body").text = text
        strange = SubElement(message, "{urn:xmpp:hologram:7}depth", {"of": "3"})
        SubElement(strange, "{urn:xmpp:hologram:7}ring").text = "1"
        await self._people[ANNA].raw(message)
        return Item(text=text, who=ANNA, visibility=Visibility.PRIVATE, handle="next-year")

    async def throttle(self, pause: Pause, seconds: float, *, sends: bool) -> None:
        """End the stream that asks for the archive, or let no answer in: XMPP has no way to say for how long."""
        del pause, seconds
        if sends:
            self._line.add(Effect.ANSWER, answer=_NO_ENTRY)
        else:
            self._line.add(Effect.ANSWER, _READS, answer=_LATER)

    async def revoke(self) -> None:
        """Change the password."""
        self._secret = self._server.set_password(self._us.address)

    async def authorise(self) -> Mapping[str, str]:
        """Tell the new password."""
        return {"password": self._secret}


lab = XmppLab
