"""Commands from an XMPP program over a real Prosody: linked by a code, believed by the server's word alone, through a restart."""

from xml.etree.ElementTree import Element, SubElement

import pytest

from tests.kit import House
from tests.peers import prosody
from tests.service.test_by_message import enquiries, line_of, presence
from unisono.connectors.xmpp import Xmpp
from unisono.contract import Account, load_manifest
from unisono.domain.ids import new_id
from unisono.service.by_message.links import my_accounts, new_link_code
from unisono.service.by_message.replies import send_replies
from unisono.service.channel_context import store_raw
from unisono.service.ports.channels import ChannelFacts
from unisono.testing.context import make_ctx
from unisono.testing.networks.xmpp import Person, Prosody

pytestmark = [pytest.mark.workplace, pytest.mark.peer]


class Hearing:
    """The house's ear at its XMPP account."""

    def __init__(self, house: House, channel: ChannelFacts, connector: Xmpp) -> None:
        self.house, self.channel, self.connector = house, channel, connector
        self.cursor: str | None = None

    async def round(self) -> None:
        """Take in what is new and say what is due, until there is nothing."""
        self.house.clock.advance(1)
        for _ in range(20):
            page = await self.connector.pull("archive", self.cursor, 200)
            self.cursor = page.next_cursor
            await store_raw(self.house.outside, self.channel.id, page.raws)
            await self.house.process(self.channel, self.connector)
            if not await send_replies(self.house.outside, self.channel, self.connector) and not page.raws:
                return
        raise AssertionError("There is always more.")


async def said_to(person: Person) -> list[str]:
    await person.settle()
    return [str(one["body"]) for one in person.heard if one["body"]]


async def test_an_xmpp_program_links_commands_and_undoes_through_a_restart_of_the_server(house: House) -> None:
    prosody()
    server = Prosody()
    await server.start()
    people: list[Person] = []
    try:
        ours, password = server.account("firma")
        settings = {"address": ours, "host": "127.0.0.1", "port": server.port, "security": "none"}
        account = Account(channel_id=new_id(), name="Firma", config=settings)
        async with make_ctx(account, load_manifest(Xmpp.folder), secrets={"password": password}) as ctx:
            ear = Hearing(house, await line_of(house, network="xmpp"), Xmpp(ctx))
            owner = await house.agent(await house.queue())
            login = server.account("anna")
            anna, eve = Person(*login, server.port), Person(*server.account("anna"), server.port)
            people += [anna, eve]
            for one in people:
                await one.arrive()

            await anna.write(ours, (await new_link_code(house.db, owner.access)).code)
            await ear.round()
            assert [one.label for one in (await my_accounts(house.db, owner.access)).items] == [anna.address]
            await anna.write(ours, "/away 45m lunch")
            await ear.round()
            assert await presence(house, owner) == ("away", "lunch")
            assert [one.split(":")[0] for one in await said_to(anna)] == [
                "Dieses Konto ist jetzt mit Ihnen verknüpft. /help zeigt, was Sie schreiben können; lösen können Sie es jederzeit unter „Meine Konten“.",
                "Eingetragen",
            ]

            # Another account of nearly the same name, and one that says it were hers.
            await eve.write(ours, "/back")
            forged = Element("{jabber:client}message", {"to": ours, "from": anna.address, "type": "chat", "id": "forged"})
            SubElement(forged, "{jabber:client}body").text = "/dnd 8h"
            await eve.raw(forged)
            await ear.round()
            assert await presence(house, owner) == ("away", "lunch")
            assert await house.transcript() == ["/back", "/dnd 8h"]
            assert await enquiries(house) == 1

            await anna.leave()
            await server.restart()
            anna = Person(*login, server.port)
            people.append(anna)
            await anna.arrive()
            await ear.round()
            assert await presence(house, owner) == ("away", "lunch")
            await anna.write(ours, "/undo")
            await ear.round()
            assert await presence(house, owner) == ("unknown", "")
            assert await said_to(anna) == ["Zurückgenommen; es gilt keine eigene Angabe."]
            # What the house said back is no message to a customer.
            assert await house.transcript() == ["/back", "/dnd 8h"]
    finally:
        for one in people:
            await one.leave()
        await server.stop()
