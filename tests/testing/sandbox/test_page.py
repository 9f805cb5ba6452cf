"""The networks' pages in Chromium: a visitor is a customer, and sees at once what the company says."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.kit import browser, listen_for_errors, violations, window
from tests.testing.sandbox.conftest import cast
from unisono.testing.sandbox import Account, SandboxNetwork, SandboxServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


class Town:
    """Both networks with a company and two people, and a server."""

    def __init__(self) -> None:
        self.network = SandboxNetwork()
        self.cast = {face.key: cast(self.network, face.key) for face in self.network.faces}

    def company(self, face: str = "zwitscher") -> Account:
        return self.cast[face][0]

    async def said(self, text: str) -> int:
        """Wait until somebody has said something; returns its id."""
        for _ in range(200):
            if found := self.network.store.items_where("text = ? and deleted_at is null", (text,)):
                return found[0].id
            await asyncio.sleep(0.05)
        raise AssertionError(f"Nobody has said {text!r}.")


@pytest_asyncio.fixture
async def town() -> AsyncIterator[Town]:
    found = Town()
    async with SandboxServer(found.network) as server:
        found.url = server.url
        yield found
    found.network.close()


@pytest_asyncio.fixture
async def chromium_now() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


async def become(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Wer bist du?").click()
    await page.get_by_label("Jemanden erfinden").fill(name)
    await page.get_by_role("button", name="Los geht’s").click()
    await expect(page.get_by_role("button", name=f"Angemeldet als {name}")).to_be_visible()


def post(page: Page, text: str):
    return page.locator("article", has_text=text).last


async def test_a_visitor_posts_and_sees_the_answer_arrive_changes_and_deletes(town: Town, chromium_now: Browser):
    async with window(chromium_now, width=560) as context:
        page = await context.new_page()
        errors, asked = listen_for_errors(page), []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(f"{town.url}/zwitscher/")
        await become(page, "Gesa Özkan")
        await page.get_by_role("textbox", name="Was gibt’s?").fill("hallo? <b>Internet</b> weg")
        await page.get_by_role("button", name="Brookwatt erwähnen").click()
        await page.get_by_role("button", name="Posten").click()
        await expect(post(page, "hallo? <b>Internet</b> weg @brookwatt")).to_be_visible()
        item = await town.said("hallo? <b>Internet</b> weg @brookwatt ")
        town.network.say(town.company().id, "Moin Gesa, in welcher Straße?", in_reply_to=item)
        await expect(post(page, "Moin Gesa, in welcher Straße?")).to_be_visible()
        await expect(page.locator("#news")).to_have_text("Brookwatt hat geantwortet.")
        await post(page, "Moin Gesa").get_by_role("button", name="Antworten").click()
        await page.get_by_role("textbox", name="Antwort an Brookwatt").fill("Deichstraße")
        await page.keyboard.press("Control+Enter")
        await expect(post(page, "Deichstraße")).to_be_visible()
        await post(page, "Deichstraße").get_by_role("button", name="Bearbeiten").click()
        await page.get_by_role("textbox", name="Bearbeiten").fill("Deichstraße 7")
        await page.get_by_role("button", name="Speichern").click()
        await expect(post(page, "Deichstraße 7").get_by_text("bearbeitet")).to_be_visible()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("article").first.get_by_role("button", name="Löschen").first.click()
        await expect(page.get_by_text("Internet</b> weg")).to_have_count(0)
        assert town.network.store.item(item).text == ""
        assert errors == []
        assert {url.split("/")[2] for url in asked if url.startswith("http")} == {town.url[7:]}


async def test_a_private_message_with_a_picture_is_answered_live_and_counts_as_unread_elsewhere(
    town: Town, chromium_now: Browser
):
    async with window(chromium_now) as context:
        page = await context.new_page()
        await page.goto(f"{town.url}/zwitscher/")
        await become(page, "Fiete Onken")
        await page.get_by_role("button", name="Nachricht schreiben").click()
        await page.get_by_role("textbox", name="Nachricht an Brookwatt").fill("Meine Nummer ist 4711")
        await page.locator("input[type=file]").set_input_files([{"name": "z.png", "mimeType": "image/png", "buffer": PNG}])
        await page.get_by_role("textbox", name="Was ist auf dem Bild zu sehen?").fill("Mein Zähler")
        await page.get_by_role("button", name="Senden").click()
        await expect(page.locator(".bubble", has_text="4711").get_by_role("img", name="Mein Zähler")).to_be_visible()
        item = town.network.item(await town.said("Meine Nummer ist 4711"), town.company().id)
        assert item.direct
        town.network.typing(town.company().id, item.author, True)
        await expect(page.get_by_text("Brookwatt schreibt …")).to_be_visible()
        answer = town.network.say(town.company().id, "Danke, ich schaue nach", to=item.author)
        await expect(page.locator(".bubble", has_text="Danke, ich schaue nach")).to_be_visible()
        await expect(page.get_by_text("Brookwatt schreibt …")).to_have_count(0)
        assert town.network.store.item(answer.id).state == "read"
        await page.get_by_role("link", name="Start").click()
        town.network.say(town.company().id, "Gefunden!", to=item.author)
        await expect(page.get_by_role("link", name="Nachrichten, 1 ungelesen")).to_be_visible()


async def test_on_the_notice_board_a_visitor_writes_on_the_companys_page(town: Town, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        town.network.say(town.company("pinnwand").id, "Neues vom Deich")
        await page.goto(f"{town.url}/pinnwand/")
        await become(page, "Swantje Harms")
        await post(page, "Neues vom Deich").get_by_role("button", name="Kommentieren").click()
        await page.get_by_role("textbox", name="Antwort an Brookwatt").fill("Sehr schön!")
        await page.locator(".slot").get_by_role("button", name="Kommentieren").click()
        await expect(post(page, "Sehr schön!")).to_be_visible()
        await page.get_by_role("textbox", name="Schreib etwas an Brookwatt").fill("Und mein Vertrag?")
        await page.get_by_role("button", name="Posten").click()
        await expect(post(page, "Und mein Vertrag?")).to_be_visible()
        item = town.network.item(await town.said("Und mein Vertrag?"))
        assert item.page == town.company("pinnwand").id


async def test_while_many_post_what_is_read_stays_in_place_and_what_is_written_is_kept(town: Town, chromium_now: Browser):
    async with window(chromium_now, width=560) as context:
        page = await context.new_page()
        _, anna, ben = town.cast["zwitscher"]
        for number in range(12):
            first = town.network.say(anna.id, f"@brookwatt alt {number}\n\n\n\n\n\n\n")
        await page.goto(f"{town.url}/zwitscher/")
        await become(page, "Keno Lührs")
        await post(page, "alt 4").get_by_role("button", name="Antworten").click()
        await page.get_by_role("textbox", name="Antwort an Anna").fill("halb fertig")
        with town.network.together():
            for number in range(300):
                town.network.say(ben.id, f"@brookwatt neu {number}")
        await expect(page.get_by_role("button", name="300 neue Beiträge")).to_be_visible()
        town.network.say(anna.id, "Noch etwas", in_reply_to=first.id)
        await expect(page.get_by_role("textbox", name="Antwort an Anna")).to_be_focused()
        await expect(page.get_by_role("textbox", name="Antwort an Anna")).to_have_value("halb fertig")


async def test_somebody_who_leaves_is_gone_and_nobody_again(town: Town, chromium_now: Browser):
    async with window(chromium_now) as context:
        page = await context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.goto(f"{town.url}/zwitscher/?lang=de")
        await become(page, "Rieke Thomsen")
        await page.get_by_role("textbox", name="Was gibt’s?").fill("@brookwatt ich war hier")
        await page.get_by_role("button", name="Posten").click()
        await expect(post(page, "ich war hier")).to_be_visible()
        await page.get_by_role("button", name="Angemeldet als Rieke Thomsen").click()
        await page.get_by_role("menuitem", name="Konto löschen").click()
        await expect(page.get_by_role("button", name="Wer bist du?")).to_be_visible()
        await expect(page.get_by_text("ich war hier")).to_have_count(0)


@pytest.mark.parametrize("face", ["zwitscher", "pinnwand"])
@pytest.mark.parametrize(("theme", "width"), [("light", 760), ("dark", 390)])
async def test_axe_finds_nothing_on_any_page(town: Town, chromium_now: Browser, face: str, theme: str, width: int):
    company, anna, _ = town.cast[face]
    place = {"page": company.id} if face == "pinnwand" else {}
    picture = town.network.upload(anna.id, "z.png", "image/png", PNG, "Ein Zähler")
    root = town.network.say(anna.id, "@brookwatt kaputt https://brookwatt.example", pictures=[picture.id], **place)
    answer = town.network.say(company.id, "Oh nein", in_reply_to=root.id)
    town.network.say(anna.id, "Doch", in_reply_to=answer.id)
    async with window(chromium_now, theme=theme, width=width) as context:
        page = await context.new_page()
        await page.goto(f"{town.url}/{face}/")
        await expect(post(page, "Oh nein")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Wer bist du?").click()
        assert await violations(page) == []
        await page.get_by_role("button", name="@anna").click()
        await page.get_by_role("button", name="Angemeldet als Anna").click()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        for path in (f"post/{root.id}", "u/brookwatt", "messages", "messages/brookwatt"):
            await page.goto(f"{town.url}/{face}/{path}")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await page.wait_for_timeout(300)
            assert await violations(page) == [], path
