"""As a new user would: from an empty house to the first answer, five channels, ten answers, a mistake undone, a report in the hand."""

import asyncio
import contextlib
import csv
import io
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.app.demo_house import on_demo_loop
from tests.browser.kit import (
    LANGUAGES,
    accept,
    answer,
    browser,
    listen_for_errors,
    violations,
    violations_in_themes,
    window,
    wrap_up,
)
from tests.db import Cluster
from tests.peers import free_port
from tests.web.conftest import RealClock
from unisono.app.build import Running, build
from unisono.app.roles import ROLES, run_roles
from unisono.app.settings import Settings
from unisono.service.first_run import make_set_up_link
from unisono.testing.lab import ANNA, BEN, Lab
from unisono.testing.labs.email import EmailLab
from unisono.testing.labs.facebook import FacebookLab
from unisono.testing.labs.sandbox import SandboxLab
from unisono.testing.labs.telegram import TelegramLab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# Beside the chat, which the assistant sets up; each is a network in which two people write.
LABS: dict[str, type[Lab]] = {"telegram": TelegramLab, "sandbox": SandboxLab, "facebook": FacebookLab, "email": EmailLab}
ASKED = {
    "telegram": ("Habt ihr Kinderräder?", "Was kostet eine Inspektion?"),
    "sandbox": ("Mein Licht flackert.", "Wann ist der Flohmarkt?"),
    "facebook": ("Repariert ihr auch E-Bikes?", "Tolle Werkstatt! Habt ihr samstags auf?"),
    "email": ("Meine Rechnung stimmt nicht.", "Ich suche einen Gepäckträger."),
}
SECOND_CHAT = "Kann ich mein Rad heute bringen?"
SLIP = "Nein, leider nie."


def test_a_new_user_answers_ten_enquiries_on_five_channels_undoes_a_mistake_and_takes_a_report_out(
    cluster: Cluster, tmp_path: Path
) -> None:
    with on_demo_loop() as run:
        run(_first_day(cluster, tmp_path))


async def _first_day(cluster: Cluster, folder: Path) -> None:
    async with (
        _networks() as labs, _empty_house(cluster, folder / "data") as (running, url), browser() as started, window(started) as desk,
    ):  # fmt: skip
        first = f"{url}/setup/{(await make_set_up_link(running.db)).token}"
        await _can_be_read_by_everybody(started, first)
        page = await desk.new_page()
        errors = listen_for_errors(page)
        began = time.monotonic()
        steps, chat = await _walk(page, first)
        seconds = time.monotonic() - began
        assert steps <= 30, f"{steps} clicks and fields"
        assert seconds <= 120, f"{seconds:.0f} s of a machine's hands: a person has five minutes"

        for name, lab in labs.items():
            await _connect(page, running, name, lab)
        await _ask_in_the_chat(started, chat)
        await _answer_all(page)
        await _everybody_got_their_answer(labs)
        await _take_the_report_out(page)
        assert errors == []


@asynccontextmanager
async def _empty_house(cluster: Cluster, data: Path) -> AsyncIterator[tuple[Running, str]]:
    """All roles of a house in which nobody has been yet."""
    settings = Settings(
        data=str(data), database_url=await cluster.create(), host="127.0.0.1", port=free_port(), allow_private_hosts=True
    )
    async with build(settings) as running:
        roles = asyncio.create_task(run_roles(running, list(ROLES)))
        try:
            url = f"http://127.0.0.1:{settings.port}"
            await _answering(url)
            yield running, url
        finally:
            roles.cancel()
            await asyncio.gather(roles, return_exceptions=True)


@asynccontextmanager
async def _networks() -> AsyncIterator[dict[str, Lab]]:
    """Four networks with two people each, who have not written yet."""
    async with AsyncExitStack() as stack:
        labs = {name: kind() for name, kind in LABS.items()}
        for lab in labs.values():
            await lab.start(RealClock())
            stack.push_async_callback(lab.stop)
        yield labs


async def _connect(page: Page, running: Running, name: str, lab: Lab) -> None:
    """Connect a network by its form alone; two people have written there already."""
    setting = await lab.fresh()
    for who, text in zip((ANNA, BEN), ASKED[name], strict=True):
        await lab.say(text, who=who)
    await page.get_by_role("link", name="Kanäle").first.click()
    await page.get_by_role("link", name="Kanal verbinden").click()
    manifest = running.outside.registry.manifest(name)
    await page.get_by_role("link", name=re.compile(rf"^{manifest.title['de']}\b")).first.click()
    title = f"Weber bei {manifest.title['de']}"
    await page.get_by_label("Name des Kanals", exact=True).fill(title)
    for key, value in {**setting.config, **setting.secrets}.items():
        titled = re.sub(r"([().?])", r"\\\1", manifest.config["properties"][key]["title"]["de"])
        field = page.get_by_role("main").get_by_label(re.compile(rf"^\s*{titled}(\s+\(freiwillig\))?\s*$"))
        if await field.evaluate("(one) => one.tagName") == "SELECT":
            await field.select_option(str(value))
        else:
            await field.fill(str(value))
    await page.get_by_role("button", name="Prüfen und speichern").click()
    await expect(page.locator(".card", has_text=title)).to_contain_text("In Ordnung")


async def _ask_in_the_chat(started: Browser, address: str) -> None:
    """Another visitor comes to the chat."""
    async with window(started) as visitor:
        chat = await visitor.new_page()
        await chat.goto(address)
        await chat.get_by_placeholder("Nachricht schreiben").fill(SECOND_CHAT)
        await chat.keyboard.press("Enter")
        await expect(chat.get_by_text(SECOND_CHAT)).to_be_visible()


async def _answer_all(page: Page) -> None:
    """Accept what rings, answer, close, until nothing is left; once, what was sent by a slip is taken back and put right."""
    await page.get_by_role("link", name="Arbeit").first.click()
    waiting = {text for pair in ASKED.values() for text in pair} | {SECOND_CHAT}
    slips = 1
    while waiting:
        await accept(page)
        asked = await _asked(page, waiting)
        if slips:
            slips -= 1
            await answer(page, SLIP)
            await page.get_by_role("button", name="Senden zurücknehmen").click()
            await expect(page.get_by_test_id("composer").locator("textarea")).to_have_value(SLIP)
        await answer(page, answer_to(asked))
        await expect(page.get_by_test_id("message").filter(has_text=answer_to(asked))).to_be_visible()
        await wrap_up(page)
        waiting.remove(asked)


async def _asked(page: Page, waiting: set[str]) -> str:
    """Which of these the conversation on the screen is about."""
    await expect(
        page.get_by_test_id("message").filter(has_text=re.compile("|".join(map(re.escape, waiting)))).first
    ).to_be_visible()
    said = " ".join(await page.get_by_test_id("message").all_inner_texts())
    (asked,) = (text for text in waiting if text in said)
    return asked


def answer_to(asked: str) -> str:
    return f"Danke! Zu Ihrer Frage nach „{asked.split()[-1].strip('.?!')}“ rufen wir heute zurück."


async def _everybody_got_their_answer(labs: dict[str, Lab]) -> None:
    """What stands at each network is an answer to each, once; what was taken back stands nowhere."""
    for name, lab in labs.items():
        wanted = [answer_to(asked) for asked in ASKED[name]]
        async with asyncio.timeout(60):
            while len(shown := [one.text for one in await lab.shown()]) < len(wanted):
                await asyncio.sleep(0.1)
        assert len(shown) == len(wanted), (name, shown)
        for text in wanted:
            assert sum(text in one for one in shown) == 1, (name, shown)


async def _take_the_report_out(page: Page) -> None:
    """The week's report counts all ten, on five channels, and so does the file."""
    await page.get_by_role("link", name="Berichte", exact=True).click()
    main = page.get_by_role("main")
    await main.get_by_role("combobox", name="Zeitraum", exact=True).select_option("Letzte 7 Tage")
    await main.get_by_role("combobox", name="Zeilen nach", exact=True).select_option(label="Kanal")
    await expect(main.locator("tfoot td").first).to_contain_text("10")
    await main.get_by_text("Ausgeben").click()
    async with page.expect_download() as waiting:
        await main.get_by_role("link", name="CSV").click()
    path = await (await waiting.value).path()
    content = await asyncio.to_thread(Path(path).read_text, encoding="utf-8-sig")
    table = {line[0]: line[1] for line in csv.reader(io.StringIO(content), delimiter=";") if line}
    assert table.pop("Gesamt") == "10", content
    assert [table[name] for name in table if name != "Kanal"] == ["2"] * 5, content


async def _can_be_read_by_everybody(started: Browser, address: str) -> None:
    """The first page that anybody sees of a house, in each language and theme."""
    for locale in LANGUAGES.values():
        async with window(started, locale=locale) as stranger:
            page = await stranger.new_page()
            await page.goto(address)
            await page.locator("form").wait_for()
            assert await violations_in_themes(page) == [], locale


async def _answering(url: str) -> None:
    async with httpx2.AsyncClient() as http:
        for _ in range(300):
            with contextlib.suppress(httpx2.HTTPError):
                if (await http.get(f"{url}/api/v1/health")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError("the house does not answer")


async def _walk(page: Page, link: str) -> tuple[int, str]:
    """Go all the way; returns how many fields were filled and buttons pressed, and the address of the chat."""
    steps = 0

    async def fill(label: str, text: str, within: Page | Locator = page) -> None:
        nonlocal steps
        steps += 1
        await within.get_by_label(label, exact=True).fill(text)

    async def press(name: str, within: Page | Locator = page) -> None:
        nonlocal steps
        steps += 1
        await within.get_by_role("button", name=name, exact=True).or_(within.get_by_role("link", name=name, exact=True)).click()

    await page.goto(link)
    await fill("Ihr Name", "Rosa Weber")
    await fill("Anmeldename", "rosa")
    await fill("Passwort", "ein langer Satz 7")
    await fill("Passwort noch einmal", "ein langer Satz 7")
    await press("Einrichten und anmelden")
    await expect(page.get_by_role("heading", name="Erste Schritte", level=1)).to_be_visible()
    await fill("Name der Organisation", "Fahrrad Weber")
    await press("Weiter")
    await expect(page.get_by_role("heading", name="Ihr Haus (erledigt)")).to_be_visible()
    # Left in the middle, a strip leads back to where one was.
    await page.goto(page.url.replace("/start", "/work"))
    await expect(page.get_by_role("region", name="Erste Schritte")).to_contain_text("1 von 6 erledigt")
    assert await violations(page) == []
    await press("Weitermachen")
    await fill("Erste Antwort in Stunden", "2")
    await press("Weiter")
    await fill("Team (kann leer bleiben)", "Werkstatt")
    await press("Weiter")
    assert await violations(page) == []
    await press("Chat anlegen")
    async with page.expect_popup() as opening:
        await press("Chat öffnen")
    chat = await opening.value
    await chat.get_by_placeholder("Nachricht schreiben").fill("Wann habt ihr geöffnet?")
    await chat.keyboard.press("Enter")
    steps += 2
    # A page that nobody looks at paints once a second, and every click on it waits for that.
    await page.bring_to_front()
    await press("Zur Anfrage")
    with contextlib.suppress(PlaywrightTimeout):
        await page.get_by_test_id("offer").first.get_by_role("button", name="Annehmen").click(timeout=8_000)
        steps += 1
    await page.get_by_test_id("composer").locator("textarea").fill("Montag bis Freitag, 9 bis 17 Uhr.")
    await page.get_by_test_id("send").click()
    steps += 2
    await expect(chat.get_by_text("Montag bis Freitag, 9 bis 17 Uhr.")).to_be_visible()
    await page.goto(page.url.split("/work")[0] + "/start")
    await expect(page.get_by_text("Die erste Anfrage ist beantwortet.")).to_be_visible()
    address = chat.url
    await chat.close()
    return steps, address
