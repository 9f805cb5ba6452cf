"""A conversation on paper, texts that are written from the right, and a language that is added by one folder."""

import base64
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from pypdf import PdfReader

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.kit import accept, answer, browser, command, listen_for_errors, log_in, post_as, window
from tests.browser.sights import sticks_out
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from tests.web.conftest import PASSWORD, MakeHouse, serve
from unisono.service import users, words
from unisono.web.desk import load_desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
# Arabic with a name in Latin letters, then a line in German: each is read from its own side.
MIXED = "مرحبا @brookwatt، سيارتي Storch 11 لا تشحن منذ أمس\nHier noch einmal auf Deutsch: sie lädt nicht."
HEBREW = "שלום, נבדוק את זה עוד היום."
# Where the first letter of each line of a text stands: 0 at its left edge, 1 at its right.
_SIDES = """
(box) => {
    const whole = box.getBoundingClientRect(), sides = [];
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
        for (const line of node.data.matchAll(/[^\\n]+/g)) {
            const range = document.createRange();
            const first = line.index + line[0].search(/\\p{L}/u);
            range.setStart(node, first); range.setEnd(node, first + 1);
            const at = range.getBoundingClientRect();
            sides.push((at.left + at.width / 2 - whole.left) / whole.width);
        }
    }
    return sides;
}
"""


def test_a_conversation_is_printed_whole_and_what_people_write_is_read_from_its_own_side(
    cluster: Cluster, tmp_path: Path
) -> None:
    with on_demo_loop() as run:
        run(_story(cluster, tmp_path / "data"))


async def _story(cluster: Cluster, data: Path) -> None:
    async with (
        running_demo(cluster, data, speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started, theme="dark") as desk,
        window(started, width=900) as home,
    ):
        customer, page = await home.new_page(), await desk.new_page()
        errors = listen_for_errors(page)
        await customer.goto(f"{demo.networks.url}/zwitscher/")
        await post_as(customer, "Laila Haddad", MIXED)
        await log_in(page, demo)
        await accept(page)
        await _from_their_own_side(page)
        await answer(page, HEBREW)
        sent = page.get_by_test_id("message").filter(has_text="שלום")
        await expect(sent).to_have_count(1)
        await page.get_by_role("button", name="Notiz").first.click()
        await page.get_by_test_id("composer").locator("textarea").fill("Ladegerät prüfen. " * 400)
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("message").filter(has_text="Ladegerät prüfen")).to_have_count(1)
        await command(page, "Drucken")
        await expect(page.get_by_test_id("printed")).to_have_count(3)
        await _on_paper(page)
        await page.get_by_label("Ganzer Verlauf auf allen Kanälen").check()
        await expect(page.get_by_test_id("printed")).to_have_count(3)
        await expect(page.get_by_text("Ganzer Verlauf auf allen Kanälen")).to_have_count(2)
        await page.get_by_role("link", name="Zurück zum Gespräch").click()
        await expect(page.get_by_test_id("composer")).to_be_visible()
        await _whole_desk_from_the_right(page)
        assert errors == []


async def _from_their_own_side(page: Page) -> None:
    """The Arabic line begins at the right, the German one at the left; the same holds in the list and while writing."""
    text = page.get_by_test_id("message").first.locator(".text")
    arabic, german = await text.evaluate(_SIDES)
    assert arabic > 0.9
    assert german < 0.1
    area = page.get_by_test_id("composer").locator("textarea")
    await area.fill(HEBREW)
    assert await area.evaluate("(area) => getComputedStyle(area).unicodeBidi") == "plaintext"
    await area.fill("")


async def _on_paper(page: Page) -> None:
    """What comes out of the printer holds all of it, on numbered pages, black on white."""
    tools = await page.context.new_cdp_session(page)
    printed = await tools.send("Page.printToPDF", {"preferCSSPageSize": True})
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(base64.b64decode(printed["data"]))).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in text
    whole = " ".join("".join(pages).split())
    assert whole.count("Ladegerät prüfen.") == 400
    for words_ in ("Brookwatt", "Hier noch einmal auf Deutsch", "Storch 11", "Zwitscher", "Notiz", "Antwort", "Ilka Brandt"):
        assert words_ in whole, words_
    for left_out in ("Zurück zum Gespräch", "Einstellungen"):
        assert left_out not in whole


async def _whole_desk_from_the_right(page: Page) -> None:
    """Turned round, the rail is at the right, and nothing sticks out at any width."""
    await page.evaluate("() => { document.documentElement.dir = 'rtl'; }")
    rail = await page.get_by_role("navigation", name="Bereiche").bounding_box()
    width = (page.viewport_size or {"width": 0})["width"]
    assert rail is not None
    assert rail["x"] + rail["width"] == width
    assert await sticks_out(page) == []


async def test_a_folder_of_texts_is_a_language_and_what_it_lacks_is_said_in_english(
    make_house: MakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ui = tmp_path / "ui"
    shutil.copytree(ROOT / "ui", ui, ignore=shutil.ignore_patterns("node_modules"))
    (ui / "node_modules").symlink_to(ROOT / "ui" / "node_modules")
    link = Path("src", "unisono", "voice", "webrtc", "static")
    shutil.copytree(ROOT / link, tmp_path / link)
    (ui / "locales" / "fr").mkdir()
    (ui / "locales" / "fr" / "desk.ftl").write_text("nav-work = Travail\nnav-settings = Réglages\n", encoding="utf-8")
    built = tmp_path / "static"
    node = ROOT / ".cache" / "node-env" / "bin" / "node"
    subprocess.run([node, "node_modules/vite/bin/vite.js", "build", "--outDir", built, "--logLevel", "error"], cwd=ui, check=True)
    # The server's folder, too: what it says in French is said, the rest in English.
    package = tmp_path / "unisono"
    shutil.copytree(ROOT / "src" / "unisono" / "locales", package / "locales")
    (package / "locales" / "fr").mkdir()
    (package / "locales" / "fr" / "server.ftl").write_text("desk-missing-title = Rien ici\n", encoding="utf-8")
    monkeypatch.setattr(words.resources, "files", lambda name: package)
    assert words.languages() == ("de", "en", "fr")
    for module in (words, users):
        monkeypatch.setattr(module, "LOCALES", words.languages())
    assert words.say("fr", "desk-missing-title") == "Rien ici"
    assert words.say("fr", "desk-missing-text") == words.say("en", "desk-missing-text")

    served = await serve(await make_house())
    await served.person("anna", "agent")
    served.app.state["desk"] = load_desk(built)
    async with browser() as started, window(started, locale="fr-FR") as desk:
        page = await desk.new_page()
        errors = listen_for_errors(page)
        await page.goto(f"{served.base}/work")
        await expect(page.get_by_role("button", name="Français")).to_be_visible()
        await page.locator("input[name=login]").fill("anna")
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("button[type=submit]").click()
        await page.get_by_test_id("agent-state").click()
        await page.get_by_role("menuitemradio", name="Français").click()
        await expect(page.get_by_role("link", name="Travail")).to_be_visible()
        # Kept with the person, so that the next browser speaks it as well; what is missing is English, not a key.
        await page.reload()
        await expect(page.get_by_role("link", name="Réglages")).to_be_visible()
        await expect(page.get_by_role("link", name="Search")).to_be_visible()
        assert await page.evaluate("() => document.documentElement.lang") == "fr"
        assert errors == []
    await served.close()
    words.bundle.cache_clear()
