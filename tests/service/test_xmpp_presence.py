"""Presence to and from XMPP over a real Prosody: by consent alone, through restarts of either side, and gone when taken back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from tests.kit import House
from tests.kit import Person as Employee
from tests.peers import prosody
from unisono.domain.ids import new_id
from unisono.presence.merge import Merged
from unisono.service.by_message.links import my_accounts, unlink_account
from unisono.service.ports.accounts import LinkedAccount
from unisono.service.ports.xmpp import LinkLost
from unisono.service.presence.own import set_presence
from unisono.service.presence.xmpp import Session
from unisono.service.presence.xmpp_consent import follow_on_xmpp, show_on_xmpp
from unisono.testing.networks.xmpp import Person, Prosody
from unisono.workplace.xmpp import door_of

pytestmark = [pytest.mark.workplace, pytest.mark.peer]
DOMAIN = "people.unisono.test"


class Program(Person):
    """Somebody's program. seen: presence that it was told of people of the house."""

    def __init__(self, login: tuple[str, str], port: int, resource: str) -> None:
        super().__init__(*login, port)
        self.login = login
        self.client.requested_jid.resource = resource
        self.client.auto_subscribe = False
        self.seen: list[Any] = []
        self.client.register_handler(Callback("Seen", MatchXPath("{jabber:client}presence"), self._sees))

    def _sees(self, stanza: Any) -> None:
        if stanza["from"].domain == DOMAIN:
            self.seen.append(stanza)


class Office:
    """A house whose people are linked with an XMPP server, stepped by hand."""

    def __init__(self, house: House, server: Prosody) -> None:
        self.house, self.server = house, server
        self._stack = AsyncExitStack()
        self.people: list[Program] = []
        self.session: Any = None
        self.link: Any = None

    async def opens(self) -> None:
        """Link the house, as a process that has just started."""
        door = door_of(f"xmpp://{DOMAIN}:secret-of-people@127.0.0.1:{self.server.component_port}")
        assert door is not None
        async with asyncio.timeout(60):
            while True:
                try:
                    self.link = await self._stack.enter_async_context(door.open())
                    break
                except LinkLost:
                    # A server that starts takes programs before it takes components.
                    await asyncio.sleep(0.05)
        self.session = Session(self.house.outside, self.link)

    async def closes(self) -> None:
        await self._stack.aclose()

    async def until(self, what: Callable[[], Awaitable[bool]]) -> None:
        """Hear and tell until something is so."""
        async with asyncio.timeout(60):
            while True:
                self.house.clock.advance(1)
                await self.session.tick()
                if await what():
                    return
                try:
                    async with asyncio.timeout(0.1):
                        await self.session.take(await self.link.hear())
                except TimeoutError:
                    continue

    async def employee(self, name: str) -> tuple[Employee, Program, LinkedAccount]:
        """Somebody who works here, with an XMPP account of their own that is linked, and a program that is there."""
        owner = await self.house.agent(await self.house.queue())
        await self.house.sql("update app_user set login = $2, login_key = $2 where id = $1", owner.id, name)
        await self.house.sql("update role set actions = array_append(actions, 'agent.read') where name = 'tester'")
        login = self.server.account("home")
        account = LinkedAccount(
            id=new_id(), user_id=owner.id, network="xmpp", realm="", remote_id=login[0], label=login[0], commands=True,
            public_posts=False, linked_at=self.house.clock.now(),
        )  # fmt: skip
        async with self.house.db.write() as tx:
            assert await tx.accounts.link(account)
        return owner, await self.arrives(login), account

    async def arrives(self, login: tuple[str, str], resource: str = "lab") -> "Program":
        person = Program(login, self.server.port, resource)
        await person.arrive()
        # Servers tell of subscriptions to whoever has asked for their contacts.
        await person.client.get_roster()
        await person.settle()
        self.people.append(person)
        return person

    async def merged(self, who: Employee) -> Merged:
        async with self.house.db.read() as tx:
            return (await tx.presence.merged([who.id])).get(who.id, Merged())

    def shows(self, who: Employee, value: str, reason: str = "") -> Callable[[], Awaitable[bool]]:
        async def is_so() -> bool:
            merged = await self.merged(who)
            return (merged.value.value, merged.reason.value) == (value, reason)

        return is_so


@pytest_asyncio.fixture
async def office(house: House) -> AsyncIterator[Office]:
    prosody()
    server = Prosody()
    await server.start()
    it = Office(house, server)
    try:
        yield it
    finally:
        await it.closes()
        for one in it.people:
            await one.leave()
        await server.stop()


async def test_where_somebody_is_at_their_own_account_counts_by_consent_through_restarts_until_it_is_taken_back(
    office: Office,
) -> None:
    anna, program, account = await office.employee("anna@office.example")
    await office.opens()
    # Linked for commands alone: nobody is asked, nothing is known.
    await office.session.tick()
    assert program.seen == []

    await follow_on_xmpp(office.house.outside, anna.access, account.id, True)
    await office.until(office.shows(anna, "available"))
    program.client.send_presence(pshow="dnd", pstatus="Mittagspause mit Geheimnis")
    await office.until(office.shows(anna, "dnd", "lunch"))
    assert await office.house.sql("select 1 from presence_word w where w::text like '%Geheimnis%'") == []
    (mine,) = (await my_accounts(office.house.db, anna.access)).items
    assert mine.presence == "granted"

    # A second program that is there, put first by its owner; it flaps, and what counts is where it comes to rest.
    second = await office.arrives(program.login, "phone")
    for n in range(40):
        second.client.send_presence(pshow=("away", "")[n % 2] or None, ppriority=5)
    await office.until(office.shows(anna, "available"))
    await second.leave()
    await office.until(office.shows(anna, "dnd", "lunch"))

    # The house starts anew: it asks where she is, and she needs to do nothing.
    await office.closes()
    await office.house.sql("delete from presence_word")
    await office.opens()
    await office.until(office.shows(anna, "dnd", "lunch"))

    # The server starts anew: the house notices, what it heard runs out by itself, and is heard again.
    await program.leave()
    await office.server.restart()
    with pytest.raises(LinkLost):
        for _ in range(50):
            await office.link.hear()
    await office.closes()
    await office.opens()
    office.house.clock.advance(700)
    program = await office.arrives(program.login)
    program.client.send_presence(pshow="xa")
    await office.until(office.shows(anna, "away"))

    # Taken back: gone here at once, and at the server.
    await follow_on_xmpp(office.house.outside, anna.access, account.id, False)
    assert (await office.merged(anna)).source is None
    assert await office.house.sql("select 1 from presence_word") == []

    async def told() -> bool:
        return any(one["type"] == "unsubscribe" for one in program.seen)

    await office.until(told)
    program.client.send_presence(pshow="dnd")
    await program.settle()
    for _ in range(3):
        await office.until(office.shows(anna, "unknown"))
    await follow_on_xmpp(office.house.outside, anna.access, account.id, True)
    await office.until(office.shows(anna, "dnd"))
    await unlink_account(office.house.db, anna.access, account.id)
    assert await office.house.sql("select 1 from presence_word") == []
    await office.until(office.shows(anna, "unknown"))


async def test_colleagues_see_in_their_own_program_who_wants_to_be_seen_and_nobody_else_does(office: Office) -> None:
    anna, _, _ = await office.employee("anna@office.example")
    ben_owner, ben, account = await office.employee("ben")
    _, cleo, _ = await office.employee("cleo")
    eve = await office.arrives(office.server.account("eve"))
    await office.opens()
    address = f"anna\\40office.example@{DOMAIN}"

    def last(person: Program, kind: str) -> Any:
        found = [one for one in person.seen if one["from"].bare == address and one["type"] == kind]
        return found[-1] if found else None

    async def asks(person: Program, answer: str) -> None:
        person.seen.clear()
        person.client.send_presence(pto=address, ptype="subscribe")

        async def answered() -> bool:
            return last(person, answer) is not None

        await office.until(answered)

    # She has not said that she wants to be seen.
    await asks(ben, "unsubscribed")
    await show_on_xmpp(office.house.outside, anna.access, True)
    assert (await my_accounts(office.house.db, anna.access, DOMAIN)).shown_as == address
    await asks(ben, "subscribed")
    await asks(cleo, "subscribed")
    # Not one of ours, whatever she calls herself.
    await asks(eve, "unsubscribed")
    await set_presence(office.house.outside, anna.access, "busy", reason="meeting")

    async def busy() -> bool:
        return all((one := last(who, "dnd")) is not None and "meeting" in one["status"] for who in (ben, cleo))

    await office.until(busy)
    assert last(eve, "dnd") is None
    # The house starts anew; nobody has to ask again. What the telephone does stands beside the state.
    await office.closes()
    await office.house.sql("update presence set line = 'talking', value = 'available', reason = '', until = null")
    await office.opens()

    async def on_the_phone() -> bool:
        return (one := last(ben, "available")) is not None and one["status"] == "on the phone"

    await office.until(on_the_phone)

    # Ben's account is his no longer; then she does not want to be seen any more.
    await unlink_account(office.house.db, ben_owner.access, account.id)

    async def ben_is_out() -> bool:
        return last(ben, "unsubscribed") is not None and last(cleo, "unsubscribed") is None

    ben.seen.clear()
    await office.until(ben_is_out)
    await show_on_xmpp(office.house.outside, anna.access, False)

    async def cleo_is_out() -> bool:
        return last(cleo, "unsubscribed") is not None and last(cleo, "unavailable") is not None

    await office.until(cleo_is_out)
    assert await office.house.sql("select 1 from xmpp_contact") == []
    with pytest.raises(LinkLost):
        await _with_a_wrong_secret(office)


async def _with_a_wrong_secret(office: Office) -> None:
    door = door_of(f"xmpp://{DOMAIN}:wrong@127.0.0.1:{office.server.component_port}")
    assert door is not None
    async with door.open():
        raise AssertionError("It was let in.")
