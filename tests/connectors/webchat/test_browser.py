"""The chat in Chromium: on a page of somebody else's with a strict policy, and on its own page."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.kit import browser, listen_for_errors, violations, window
from tests.connectors.webchat.conftest import Chat

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest_asyncio.fixture
async def chromium_now() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


class Shop:
    """A website of the company's with the chat's snippet, under a policy that allows it nothing but that."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.url = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        house = self._chat.served.base
        page = (
            '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Laden</title><link rel="icon" href="data:,"></head>'
            f'<body><main><h1>Laden</h1><p>Waren.</p></main><script src="{self._chat.base}/chat.js" async></script></body></html>'
        )
        policy = f"default-src 'none'; script-src {house}; connect-src {house}; img-src data: blob:"
        head = (
            f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-security-policy: {policy}\r\n"
            f"content-length: {len(page.encode())}\r\nconnection: close\r\n\r\n"
        )
        writer.write(head.encode() + page.encode())
        await writer.drain()
        writer.close()

    async def __aenter__(self) -> "Shop":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        await self._chat.configure(allowed_origins=self.url, title="Brookwatt", greeting="Moin! Worum geht es?")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()


@pytest_asyncio.fixture
async def shop(chat: Chat) -> AsyncIterator[Shop]:
    """The website; behind it the house takes in what visitors write."""

    async def work() -> None:
        while True:
            await chat.take_in()
            await asyncio.sleep(0.05)

    working = asyncio.create_task(work())
    async with Shop(chat) as found:
        yield found
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def bubble(page: Page, text: str) -> Any:
    return page.locator("#unisono-chat .bubble", has_text=text)


async def kept(page: Page) -> list[Any]:
    """What the chat has left on the device."""
    found: list[Any] = await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    return found


async def opened(page: Page, shop: Shop) -> None:
    await page.goto(shop.url)
    await page.get_by_role("button", name="Chat öffnen").click()


async def written(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Nachricht schreiben").fill(text)
    await page.keyboard.press("Enter")


async def test_before_the_visitor_writes_nothing_is_asked_and_nothing_is_kept(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await opened(page, shop)
        await page.get_by_role("textbox", name="Nachricht schreiben").fill("Noch nicht gesendet")
        await page.wait_for_timeout(500)
        assert [url for url in asked if not url.startswith(("data:", shop.url))] == [f"{chat.base}/chat.js"]
        assert await kept(page) == [0, 0, ""]
        assert await context.cookies() == []
        await page.keyboard.press("Enter")
        await expect(bubble(page, "Noch nicht gesendet")).to_be_visible()
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        assert (await kept(page))[1:] == [1, ""]
        assert {url.split("/")[2] for url in asked if url.startswith("http")} == {shop.url[7:], chat.served.base[7:]}


async def test_a_whole_conversation_by_keyboard(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now, width=900) as context:
        page = await context.new_page()
        errors = listen_for_errors(page)
        await page.goto(shop.url)
        await expect(page.get_by_role("button", name="Chat öffnen")).to_be_visible()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Nachricht schreiben")).to_be_focused()
        await page.keyboard.type("Kein Internet <b>seit heute</b>")
        await page.keyboard.press("Enter")
        await expect(bubble(page, "Kein Internet <b>seit heute</b>")).to_be_visible()
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        await chat.answer("Moin! Blinkt die Lampe? https://brookwatt.example/hilfe")
        await expect(bubble(page, "Blinkt die Lampe?")).to_be_visible()
        await expect(page.locator("#unisono-chat .who", has_text="Nadine")).to_have_count(1)
        await expect(page.get_by_role("link", name="https://brookwatt.example/hilfe")).to_have_attribute("target", "_blank")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Chat öffnen")).to_be_focused()
        await chat.answer("Noch da?")
        await expect(page.get_by_role("button", name="Chat öffnen, 1 neue Nachrichten")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name="Chat öffnen").click()
        await expect(page.locator("#unisono-chat .bubble")).to_have_text(
            [
                "Moin! Worum geht es?",
                "Kein Internet <b>seit heute</b>",
                "Moin! Blinkt die Lampe? https://brookwatt.example/hilfe",
                "Noch da?",
            ]
        )
        assert errors == []
    for _ in range(50):
        rows = await chat.served.sql("select delivery from message where direction = 'out' order by said_at")
        if [row["delivery"] for row in rows] == ["read", "read"]:
            break
        await asyncio.sleep(0.1)
    assert [row["delivery"] for row in rows] == ["read", "read"]


async def test_a_visitor_changes_and_takes_back_their_words(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        await opened(page, shop)
        await written(page, "Meine PIN ist 1234")
        await page.get_by_role("button", name="Bearbeiten").click()
        field = page.get_by_role("textbox", name="Nachricht schreiben")
        await expect(field).to_have_value("Meine PIN ist 1234")
        await field.fill("Meine PIN bleibt geheim")
        await page.keyboard.press("Enter")
        await expect(bubble(page, "Meine PIN bleibt geheim")).to_be_visible()
        await expect(page.locator("#unisono-chat .facts", has_text="bearbeitet")).to_be_visible()
        await page.get_by_role("button", name="Löschen").click()
        await expect(bubble(page, "Nachricht gelöscht")).to_be_visible()
    await chat.take_in()
    assert await chat.served.sql("select 1 from message_text") == []


async def test_an_answer_that_is_lost_on_the_way_back_makes_no_second_message(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        posts: list[str] = []

        async def lose_the_first(route: Route) -> None:
            posts.append(route.request.post_data or "")
            if len(posts) > 1:
                await route.continue_()
                return
            await route.fetch()
            await route.abort()

        await page.route("**/messages", lose_the_first)
        await opened(page, shop)
        await written(page, "Kommt das einmal an?")
        await expect(page.get_by_text("Keine Verbindung.")).to_be_visible()
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        await expect(bubble(page, "Kommt das einmal an?")).to_have_count(1)
    assert len(posts) == 2
    assert [row["text"] for row in await chat.served.sql("select text from message_text")] == ["Kommt das einmal an?"]


async def test_what_is_written_without_a_connection_is_sent_when_it_is_back_also_after_a_reload(
    chat: Chat, shop: Shop, chromium_now: Browser
):
    async with window(chromium_now) as context:
        page = await context.new_page()
        await opened(page, shop)
        await context.set_offline(True)
        await written(page, "Aus dem Tunnel")
        await expect(page.get_by_text("Keine Verbindung.")).to_be_visible()
        await context.set_offline(False)
        await page.reload()
        await page.get_by_role("button", name="Chat öffnen").click()
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        await expect(bubble(page, "Aus dem Tunnel")).to_have_count(1)


async def test_an_answer_by_mail_needs_an_address_and_a_yes(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        await opened(page, shop)
        await page.get_by_role("button", name="Mehr").click()
        await page.get_by_role("button", name="Antwort per E-Mail").click()
        address, yes = page.get_by_label("Ihre E-Mail-Adresse"), page.get_by_role("checkbox")
        await expect(address).to_be_focused()
        send = page.get_by_role("form", name="Antwort per E-Mail").get_by_role("button", name="Senden")
        await address.fill("jonte@post")
        await send.click()
        await expect(page.get_by_role("alert")).to_contain_text("nicht vollständig")
        await expect(address).to_be_focused()
        await address.fill("jonte@post.example")
        await page.get_by_label("Ihre Nachricht").fill("Bitte melden Sie sich")
        await send.click()
        await expect(page.get_by_role("alert")).to_contain_text("stimmen Sie zu")
        await expect(yes).to_be_focused()
        await page.keyboard.press("Space")
        await send.click()
        await expect(page.get_by_role("alert")).to_contain_text("jonte@post.example")
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
    [row] = await chat.served.sql("select text, details from message_text")
    assert row["text"] == "Bitte melden Sie sich"
    assert (
        row["details"]["consent_text"]
        == "Ja, Brookwatt darf mir auf diese Anfrage per E-Mail antworten. Meine Adresse wird nur dafür benutzt."
    )


async def test_outside_of_the_hours_mail_is_offered(chat: Chat, shop: Shop, chromium_now: Browser):
    await chat.configure(allowed_origins=shop.url, hours="Mo 00:00-00:01", time_zone="Pacific/Kiritimati", title="Brookwatt")
    async with window(chromium_now, locale="en-GB") as context:
        page = await context.new_page()
        await opened(page, shop)
        await expect(page.get_by_text("Gerade geschlossen, wieder ab")).to_be_visible()
        await expect(page.get_by_text("Gerade ist niemand da.")).to_be_visible()


async def test_a_picture_goes_along_and_is_shown(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        await opened(page, shop)
        chosen = page.get_by_label("Datei anhängen").locator("xpath=self::input")
        png = bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
        )
        await chosen.set_input_files([{"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}])
        await expect(page.get_by_role("alert")).to_contain_text("Bilder, PDF")
        await chosen.set_input_files([{"name": "zaehler.png", "mimeType": "image/png", "buffer": png}])
        await page.get_by_role("button", name="Senden").click()
        await expect(page.get_by_role("img", name="zaehler.png")).to_be_visible()


async def test_the_whole_conversation_can_be_deleted(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        await opened(page, shop)
        await written(page, "Vergesst mich")
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        await page.get_by_role("button", name="Mehr").click()
        await page.get_by_role("button", name="Gespräch löschen").click()
        await expect(page.get_by_role("alert")).to_contain_text("gelöscht")
        await expect(bubble(page, "Vergesst mich")).to_have_count(0)
        assert await kept(page) == [0, 0, ""]
        await chat.take_in()
        assert await chat.served.sql("select 1 from message_text") == []
        await written(page, "Doch noch etwas")
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)


async def test_behind_a_proxy_that_holds_streams_back_answers_still_come(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()

        async def hold(route: Route) -> None:
            await asyncio.sleep(60)

        await page.route("**/events", hold)
        await opened(page, shop)
        await written(page, "Hallo?")
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        await chat.answer("Über Umwege")
        await expect(bubble(page, "Über Umwege")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("light", 900), ("dark", 390)])
async def test_axe_finds_nothing_in_any_state(chat: Chat, shop: Shop, chromium_now: Browser, theme: str, width: int):
    async with window(chromium_now, theme=theme, width=width) as context:
        page = await context.new_page()
        await page.goto(shop.url)
        await expect(page.get_by_role("button", name="Chat öffnen")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Chat öffnen").click()
        await written(page, "Hallo?")
        await expect(page.get_by_role("button", name="Löschen")).to_have_count(1)
        await chat.answer("Moin!")
        await expect(bubble(page, "Moin!")).to_have_count(2)
        assert await violations(page) == []
        await page.get_by_role("button", name="Mehr").click()
        assert await violations(page) == []
        await page.get_by_role("button", name="Antwort per E-Mail").click()
        assert await violations(page) == []
        own = await context.new_page()
        await own.goto(f"{chat.base}/")
        await expect(own.get_by_role("textbox", name="Nachricht schreiben")).to_be_visible()
        assert await violations(own) == []


async def test_at_four_hundred_percent_everything_can_still_be_reached(chat: Chat, shop: Shop, chromium_now: Browser):
    async with window(chromium_now, width=320, height=400) as context:
        page = await context.new_page()
        await opened(page, shop)
        await written(page, "Kleine Anzeige")
        await expect(bubble(page, "Kleine Anzeige")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for name in ("Mehr", "Chat schließen", "Senden"):
            await expect(page.get_by_role("button", name=name).first).to_be_in_viewport()


async def test_the_own_page_speaks_the_browsers_language_and_has_no_errors(chat: Chat, shop: Shop, chromium_now: Browser):
    for locale, text in (("de-DE", "Nachricht schreiben"), ("en-GB", "Write a message")):
        async with window(chromium_now, locale=locale) as context:
            page = await context.new_page()
            errors = listen_for_errors(page)
            await page.goto(f"{chat.base}/")
            await expect(page.get_by_role("textbox", name=text)).to_be_visible()
            await expect(page.get_by_role("heading", name="Brookwatt", level=1)).to_be_visible()
            assert await kept(page) == [0, 0, ""]
            assert errors == []
