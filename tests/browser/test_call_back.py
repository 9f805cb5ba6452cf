"""A visitor at a website asks to be called back, and at the desk a click dials: by visible controls."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from playwright.async_api import expect

from tests.browser.callroom import LINE, Room, room, sign_in
from tests.browser.kit import browser, listen_for_errors, violations, window
from tests.callkit import ADA, OURS
from tests.web.conftest import MakeHouse, RealClock
from unisono.contract.voice import CALLER, Connect, Originate
from unisono.domain.ids import new_id
from unisono.testing.telephone import FakeDriver

_T = TypeVar("_T")
pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.timeout(300)]


@asynccontextmanager
async def shop(house: Room) -> AsyncIterator[str]:
    """Serve a website of somebody else's that has the button; its address is the line's to allow."""
    head = "<meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'><title>Shop</title>"
    script = f"<script src='{house.url}/call/{LINE}/call.js' defer></script>"
    page = f"<!doctype html><html lang=en><head>{head}</head><body><main><h1>Shop</h1></main>{script}</body></html>".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await house.sql("update channel set config = config || $1 where id = $2", {"allowed_origins": url}, house.channel)
        yield url
    finally:
        server.close()


async def asked(exchange: FakeDriver, kind: type[_T]) -> _T:
    """Wait until the exchange was asked for something, and return it."""
    for _ in range(400):
        found = [one for one in exchange.commands if isinstance(one, kind)]
        if found:
            return found[-1]
        await asyncio.sleep(0.05)
    raise AssertionError(f"no {kind.__name__} was asked for")


async def test_a_visitor_of_a_website_is_called_back_when_they_wish(make_house: MakeHouse) -> None:
    exchange = FakeDriver(clock=RealClock())
    async with (
        room(make_house, exchange=exchange) as house, shop(house) as website, browser() as started,
        window(started, locale="en-GB", width=390) as street, window(started, locale="de-DE", theme="dark", width=390) as square,
        window(started, locale="en-GB") as desk,
    ):  # fmt: skip
        await house.sql(
            "insert into channel (id, connector, network, medium, name, queue_id, units, config, work_class_id) "
            "values ($1, 'voice', 'phone', 'call', 'Trunk', $2, 60, $3, (select id from work_class where key = 'call'))",
            new_id(), house.queue, {"driver": "fake", "numbers": [OURS], "dial_prefixes": ["+49"]},
        )  # fmt: skip
        async with house.house.db.write() as tx:
            await tx.calls.tell_powers(exchange.name, exchange.powers)
        await house.agent("anna", "Anna Berg")
        visitor, anna = await street.new_page(), await desk.new_page()
        errors = listen_for_errors(anna)
        await visitor.goto(website)
        await visitor.get_by_role("button", name="Call us").click()
        await visitor.get_by_role("button", name="Rather be called back").click()
        assert await violations(visitor) == []
        await visitor.get_by_role("button", name="Ask for the call").click()
        await expect(visitor.get_by_role("alert")).to_have_text("Enter the number that we are to call.")
        await expect(visitor.get_by_label("Your phone number")).to_be_focused()
        await visitor.get_by_label("Your phone number").fill("030 123456")
        await visitor.get_by_role("button", name="Ask for the call").click()
        await expect(visitor.get_by_role("alert")).to_contain_text("Please agree")
        await visitor.get_by_role("checkbox").check()
        await visitor.get_by_label("Your name").fill("Vera Lind")
        await visitor.get_by_label("What is it about?").fill("My bill of May")
        await visitor.get_by_role("button", name="Ask for the call").click()
        await expect(visitor.get_by_role("status")).to_have_text("Thank you. We call you as soon as we can.")
        assert await visitor.evaluate("[localStorage.length, sessionStorage.length, document.cookie].join()") == "0,0,"

        plaza = await square.new_page()
        await plaza.goto(f"{house.url}/call/{LINE}")
        await plaza.get_by_role("button", name="Lieber zurückgerufen werden").click()
        when = plaza.get_by_label("Wann")
        chosen = await when.locator("option").nth(3).text_content()
        await when.select_option(label=chosen)
        await plaza.get_by_label("Ihre Telefonnummer").fill("+44 20 7946 0000")
        await plaza.get_by_role("checkbox").check()
        await plaza.get_by_role("button", name="Um Rückruf bitten").click()
        await expect(plaza.get_by_role("alert")).to_contain_text("können wir von hier aus nicht anrufen")
        await expect(when).to_have_value(await when.locator("option").nth(3).get_attribute("value") or "")
        assert await violations(plaza) == []
        assert await plaza.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await plaza.get_by_label("Ihre Telefonnummer").fill("040 654321")
        await plaza.get_by_role("button", name="Um Rückruf bitten").click()
        await expect(plaza.get_by_role("status")).to_contain_text(f"Wir rufen Sie an: {chosen}")

        await sign_in(anna, house, "anna")
        await anna.get_by_test_id("offer").get_by_role("button", name="Accept").click()
        wish = anna.get_by_test_id("call-back-wish")
        await expect(wish).to_contain_text("Wishes to be called back: as soon as possible")
        await expect(anna.get_by_text("My bill of May").first).to_be_visible()
        await wish.get_by_text("To what?").click()
        await expect(wish).to_contain_text("You call me back at this number")
        assert await violations(anna) == []
        await anna.get_by_role("button", name="Call", exact=True).click()
        await anna.get_by_role("dialog").get_by_role("button", name="Call", exact=True).click()
        made = await asked(exchange, Originate)
        await exchange.answers(made.call_id, made.leg_id)
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Calling")
        assert (await asked(exchange, Connect)).endpoint.address == ADA
        await exchange.answers(made.call_id, CALLER)
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Connected")
        # The other one waits for its time, and is nobody's.
        rows = await house.sql("select state, agent_id from interaction where parked_until is not null")
        assert [(row["state"], row["agent_id"]) for row in rows] == [("parked", None)]
        assert errors == []
