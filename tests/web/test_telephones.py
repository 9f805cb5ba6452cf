"""Who has which telephone, who is not called and why somebody is all the same, blocked and withheld numbers: by the interface."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from tests.callkit import ADA, BERT, OURS, Exchange
from tests.kit import Person
from tests.web.conftest import EVERYTHING, PASSWORD, Browser, MakeHouse, Served, serve
from tests.web.test_calls import Both
from unisono.contract.voice import CALLER, Connect, Originate, Play, Verstat
from unisono.service.first_run import first_administrator
from unisono.testing.telephone import Reaction

pytestmark = pytest.mark.voice


class Office:
    """A line that may call Germany, an agent with a telephone, a supervisor and an administrator."""

    def __init__(self, served: Served, exchange: Exchange, people: dict[str, Browser], anna: UUID, line: UUID) -> None:
        self.served, self.exchange, self.people, self.anna_id, self.line = served, exchange, people, anna, line

    @property
    def anna(self) -> Browser:
        return self.people["anna"]

    @property
    def root(self) -> Browser:
        return self.people["root"]

    async def said(self, browser: Browser, number: str = ADA, **more: object) -> str:
        """Return the code with which a call to a number was refused; empty when it was made."""
        answer = await browser.ask("POST", "calls", {"channel_id": str(self.line), "number": number, **more})
        return "" if answer.status_code == 200 else str(answer.json()["code"])

    async def despite(self) -> list[str | None]:
        """Return why each call that was made went out although its number is on the list."""
        rows = await self.served.sql("select body ->> 'despite' as why from audit where action = 'call.dialled' order by id")
        return [row["why"] for row in rows]


@pytest_asyncio.fixture
async def office(make_house: MakeHouse) -> AsyncIterator[Office]:
    house = await make_house(Both())
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    served = await serve(house)
    people = {"anna": await served.logged_in("anna", "agent"), "sven": await served.logged_in("sven", "agent", "supervisor")}
    people["root"] = served.browser()
    await people["root"].log_in("root")
    (row,) = await served.sql("select id from app_user where login = 'anna'")
    queue = await served.kit.queue()
    await served.sql("update agent set state = 'available', capacity = 240")
    await served.sql("insert into queue_member (queue_id, user_id) values ($1, $2)", queue, row["id"])
    exchange = Exchange(served.kit, house.clock)
    line = await exchange.line(queue)
    await exchange.allow_out()
    yield Office(served, exchange, people, row["id"], line.id)
    await served.close()


async def test_an_administrator_says_where_a_phone_rings_and_the_person_sees_it(office: Office) -> None:
    await office.root.did("PUT", f"agents/{office.anna_id}/phone", {"driver": "fake", "address": " 204 "})
    mine = (await office.anna.get("me/phones"))["phones"]
    assert [(one["driver"], one["address"], one["desk"], one["lines"]) for one in mine] == [
        ("fake", "204", False, ["Hotline"]), ("webrtc", "", True, []),
    ]  # fmt: skip
    everybody = (await office.root.get("agents/phones"))["people"]
    assert [(one["user_id"], [phone["address"] for phone in one["phones"]]) for one in everybody] == [
        (str(office.anna_id), ["204"])
    ]
    assert (
        await office.anna.ask("PUT", f"agents/{office.anna_id}/phone", {"driver": "fake", "address": "205"})
    ).status_code == 403
    bad = await office.root.ask("PUT", f"agents/{office.anna_id}/phone", {"driver": "fake", "address": '204"><b'})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_phone")

    office.exchange.driver.phone("204", Reaction.ANSWERS)
    assert await office.said(office.anna) == ""
    await office.exchange.settle()
    assert office.exchange.driver.last(Originate).endpoint.address == "204", "the extension rings, not the desk"


async def test_nobody_on_the_list_is_called_but_for_a_reason_that_is_written_down(office: Office) -> None:
    lines = (await office.anna.get("calls/lines"))["lines"]
    assert [(one["name"], one["dials"], one["location"], one["prefixes"]) for one in lines] == [("Hotline", True, False, ["+49"])]
    await office.anna.did("POST", "do-not-call", {"number": "030 123456", "why": "complaint"})
    (entry,) = (await office.root.get("do-not-call"))["items"]
    assert (entry["shown"], entry["why"], entry["added_by"]) == ("+49 … 56", "complaint", "Anna")
    assert (await office.root.get("do-not-call?number=0301234569"))["items"] == []
    assert len((await office.root.get("do-not-call?number=030123456"))["items"]) == 1
    assert [ADA in str(row) for row in await office.served.sql("select * from do_not_call")] == [False]

    assert await office.said(office.anna) == "do_not_call"
    assert await office.said(office.anna, despite="contract") == "override_not_yours"
    assert await office.said(office.people["sven"], despite="contract") == ""
    assert await office.despite() == ["contract"]
    assert await office.said(office.people["sven"], number="112", despite="safety") == "emergency_number"
    assert await office.said(office.people["sven"], number="+44 20 7946 0000", despite="safety") == "prefix_not_allowed"

    assert (await office.anna.ask("DELETE", f"do-not-call/{entry['id']}")).status_code == 403
    await office.root.did("DELETE", f"do-not-call/{entry['id']}")
    assert await office.said(office.anna) == ""
    assert await office.despite() == ["contract", None]


async def test_who_asks_for_a_call_back_is_called_though_they_are_on_the_list(office: Office) -> None:
    await office.anna.did("POST", "do-not-call", {"number": ADA})
    await office.served.sql("update agent set state = 'busy'")
    await office.served.sql("update channel set config = config || $1", {"call_back_digit": "9"})
    call = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    await office.exchange.driver.presses(call, "9")
    await office.exchange.settle()
    await office.exchange.driver.prompt_ends(call, office.exchange.driver.last(Play).prompt.prompt_id)
    await office.exchange.settle()
    (work,) = await office.served.sql("select interaction_id as id from call_back where why = 'asked'")
    await office.anna.did("POST", f"interactions/{work['id']}/take")
    await office.anna.did("POST", f"interactions/{work['id']}/call")
    office.exchange.driver.phone(str(office.anna_id), Reaction.ANSWERS)
    await office.exchange.settle()
    assert office.exchange.driver.last(Connect).endpoint.address == ADA
    assert await office.despite() == ["wished"]


async def test_a_call_by_a_telephone_of_ones_own_stands_in_the_desks_phone(office: Office) -> None:
    await office.served.sql("update channel set config = config || $1", {"recording": "ask"})
    anna = Person(id=office.anna_id, access=EVERYTHING)
    call = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    (rings,) = (await office.anna.get("phone"))["calls"]
    assert (rings["state"], rings["where"], rings["card"]["handle"]) == ("ringing", "phone", "+49 30 123456")
    await office.exchange.driver.answers(call, office.exchange.leg_of(await office.exchange.call(call), anna))
    await office.exchange.settle()
    (talks,) = (await office.anna.get("phone"))["calls"]
    assert (talks["state"], talks["stage"], talks["mine"], talks["may_record"], talks["dials"]) == (
        "up",
        "talking",
        True,
        True,
        True,
    )
    assert sorted(talks["bridge"]) == sorted([CALLER, talks["leg_id"]])
    await office.anna.did("POST", f"calls/{talks['id']}/consult", {"number": BERT})
    await office.exchange.settle()
    (asks,) = (await office.anna.get("phone"))["calls"]
    assert (asks["caller_held"], len(asks["seconds"])) == (True, 1)
    await office.anna.did("POST", f"calls/{talks['id']}/hangup")
    await office.exchange.settle()
    assert (await office.anna.get("phone"))["calls"] == []


async def test_blocked_numbers_reach_nobody_and_withheld_ones_what_the_line_says(office: Office) -> None:
    block = {"number": "040 654321", "reason": "threats"}
    assert (await office.anna.ask("POST", "blocked", block)).status_code == 403
    await office.people["sven"].did("POST", "blocked", block)
    (entry,) = (await office.people["sven"].get("blocked"))["items"]
    assert (entry["handle"], entry["conversation_id"]) == ("+49 40 654321", None)
    await office.exchange.driver.rings(BERT, OURS)
    await office.exchange.settle()
    assert (await office.anna.get("offers"))["items"] == []
    await office.people["sven"].did("DELETE", f"identities/{entry['identity_id']}/block")
    assert (await office.people["sven"].get("blocked"))["items"] == []

    await office.served.sql("update channel set config = config || $1", {"withheld": "goodbye"})
    call = await office.exchange.driver.rings("anonymous", OURS, verstat=Verstat.WITHHELD)
    await office.exchange.settle()
    assert (await office.anna.get("offers"))["items"] == []
    told = office.exchange.driver.last(Play)
    assert [one.key for one in told.prompt.says] == ["withheld"]
    await office.exchange.driver.prompt_ends(call, told.prompt.prompt_id)
    await office.exchange.settle()
    assert not office.exchange.driver.lives(call)
