"""Who asks to be called back, on a line's page or by a key: kept with the words they agreed to, offered in time, dialled at a click."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.callkit import ADA, OURS, Exchange
from tests.web.conftest import Browser, MakeHouse, Served
from tests.web.phone_office import phone_office
from unisono.app.registry import Connectors
from unisono.contract.voice import Originate
from unisono.domain.ids import new_id
from unisono.service.expire import wake_parked

pytestmark = pytest.mark.voice
SHOP = "https://shop.example"


class Office:
    """A page to call from, a line that calls outside, and an agent."""

    def __init__(self, served: Served, exchange: Exchange, anna: Browser) -> None:
        self.served, self.exchange, self.anna = served, exchange, anna
        self._words = 0

    async def page(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        return await self.anna.http.request(method, f"/call/hotline{path}", json=body, headers=headers)

    async def offer(self) -> Any:
        return (await self.page("GET", "/call-back?language=en")).json()

    async def wish(self, number: str = "030 123456", *, word: str = "", **more: Any) -> httpx2.Response:
        self._words += 1
        body = {
            "word": word or f"{self._words:032x}",
            "number": number,
            "language": "en",
            "consent": (await self.offer())["version"],
        }
        return await self.page("POST", "/call-back", body | more)

    async def refused(self, number: str = "030 123456", **more: Any) -> str:
        answer = await self.wish(number, **more)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["error"])

    async def work(self) -> Any:
        (row,) = await self.served.sql("select * from interaction where state <> 'closed'")
        return row


@pytest_asyncio.fixture
async def office(make_house: MakeHouse) -> AsyncIterator[Office]:
    house = await make_house(Connectors())
    base = await phone_office(house)
    await base.exchange.line(base.queue)
    await base.exchange.allow_out()
    await base.served.sql(
        "insert into channel (id, connector, network, medium, name, queue_id, units, config, work_class_id, one_at_a_time) "
        "values ($1, 'voice', 'phone', 'call', 'Page', $2, 60, $3, (select id from work_class where key = 'call'), true)",
        new_id(), base.queue, {"driver": "webrtc", "numbers": ["hotline"], "language": "en", "allowed_origins": SHOP},
    )  # fmt: skip
    yield Office(base.served, base.exchange, base.anna)
    await base.served.close()


async def test_a_wish_waits_like_any_other_work_and_a_click_dials(office: Office) -> None:
    answer = await office.wish(name="Vera Lind", note="My bill of May", word="f" * 32)
    assert (answer.status_code, (await office.wish(word="f" * 32)).status_code) == (201, 201)
    await office.exchange.settle()
    (offered,) = (await office.anna.get("offers"))["items"]
    work = offered["item"]["interaction"]
    assert offered["item"]["conversation"]["identity"]["handle"] == "+49 30 123456"
    await office.anna.did("POST", f"offers/{offered['offer']['id']}/accept")
    conversation = offered["item"]["conversation"]["id"]
    (wish,) = (await office.anna.get(f"conversations/{conversation}/call-backs"))["call_backs"]
    offer = await office.offer()
    assert (wish["how"], wish["starts_at"], wish["consent"], wish["consent_text"]) == (
        "page",
        None,
        offer["version"],
        offer["consent"],
    )

    # By the page's line nobody outside can be called: another of the house does it.
    await office.anna.did("POST", f"interactions/{work['id']}/call")
    await office.exchange.settle()
    assert office.exchange.driver.last(Originate).endpoint.kind == "agent"
    (call,) = (await office.anna.get("calls"))["calls"]
    assert (call["interaction_id"], call["outgoing"], call["driver"]) == (work["id"], True, "fake")
    assert [row["ended_how"] for row in await office.served.sql("select ended_how from call_back")] == ["called"]


async def test_a_window_that_is_wished_for_is_when_it_is_offered_and_due(office: Office) -> None:
    first, later = (await office.offer())["windows"][3], (await office.offer())["windows"][5]
    assert (await office.wish(until=first["ends_at"])).status_code == 201
    await office.exchange.settle()
    work = await office.work()
    assert (work["state"], work["agent_id"], work["due_kind"]) == ("parked", None, "window")
    assert (work["parked_until"], work["due_at"]) == tuple(
        datetime.fromisoformat(first[name]) for name in ("starts_at", "ends_at")
    )
    assert (await office.anna.get("offers"))["items"] == []

    # Asked again it is one call-back, at the time that was said last.
    assert (await office.wish(until=later["ends_at"])).status_code == 201
    work = await office.work()
    assert (work["state"], work["parked_until"]) == ("parked", datetime.fromisoformat(later["starts_at"]))

    await office.served.sql("update interaction set parked_until = now() - interval '1 second'")
    assert await wake_parked(office.served.house.db) == 1
    await office.exchange.settle()
    (offered,) = (await office.anna.get("offers"))["items"]
    assert offered["item"]["interaction"]["due_at"] is not None


async def test_who_calls_before_the_time_need_not_be_called(office: Office) -> None:
    assert (await office.wish(until=(await office.offer())["windows"][3]["ends_at"])).status_code == 201
    await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    assert [row["ended_how"] for row in await office.served.sql("select ended_how from call_back")] == ["absorbed"]


async def test_what_cannot_be_kept_is_refused_in_words_and_leaves_nothing(office: Office) -> None:
    gone = (datetime.fromisoformat((await office.offer())["windows"][0]["starts_at"]) - timedelta(days=2)).isoformat()
    assert await office.refused("112") == "no_number"
    assert await office.refused("not a number") == "no_number"
    assert await office.refused("+44 20 7946 0000") == "not_called_from_here"
    assert await office.refused(until=gone) == "window_gone"
    assert await office.refused(consent="0" * 16) == "other_consent"
    assert await office.served.sql("select 1 from inbox union all select 1 from call_back_wish") == []
    foreign = await office.page("GET", "/call-back", origin="https://elsewhere.example")
    assert (foreign.status_code, (await office.page("GET", "/call-back", origin=SHOP)).status_code) == (403, 200)

    version = (await office.offer())["version"]
    await office.served.sql("update channel set config = config || '{\"call_backs\": \"off\"}' where name = 'Page'")
    assert (await office.offer())["error"] == "no_call_backs"
    body = {"word": "e" * 32, "number": "030 123456", "consent": version, "language": "en"}
    assert (await office.page("POST", "/call-back", body)).json()["error"] == "no_call_backs"


async def test_neither_a_number_nor_a_network_is_asked_without_end(office: Office) -> None:
    for _ in range(3):
        assert (await office.wish()).status_code == 201
    assert await office.refused() == "too_many_wishes"
    answers = [await office.wish(f"030 77777{n}") for n in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_key_of_the_menu_asks_for_a_time_and_the_words_before_it_are_kept(office: Office) -> None:
    says = "Press 1 and we call you back between 8 and 20."
    menu = {"first_menu": "m", "menus": {"m": {"says": says, "choices": {"1": {"goal": "call_back", "between": "08:00-20:00"}}}}}
    await office.served.sql("update channel set config = config || $1 where name = 'Hotline'", {"call_back_digit": "9", **menu})
    call = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    await office.exchange.driver.presses(call, "1")
    await office.exchange.settle()
    await office.exchange.driver.hangs_up(call)
    await office.exchange.settle()
    (wish,) = await office.served.sql(
        "select w.*, c.text from call_back_wish w join consent_text c on c.version = w.consent where interaction_id is not null"
    )
    assert (wish["how"], wish["text"]) == ("key", says)
    assert timedelta() < wish["ends_at"] - wish["starts_at"] <= timedelta(hours=12)
    (work,) = await office.served.sql("select due_at, due_kind from interaction where id = $1", wish["interaction_id"])
    assert (work["due_at"], work["due_kind"]) == (wish["ends_at"], "window")
