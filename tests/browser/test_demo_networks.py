"""An enquiry on X and one on WhatsApp, by visible controls: asked for on the demo's page, answered at the desk, seen by the customer."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.callroom import ears, singer
from tests.browser.kit import accept, answer, listen_for_errors, log_in, violations, window, wrap_up
from tests.db import Cluster

pytestmark = pytest.mark.browser

# So slow that nobody writes but whom the test asks to.
ALMOST_STILL = 0.001


@pytest.mark.timeout(300)
def test_x_and_whatsapp_are_answered_from_the_desk_and_seen_on_their_pages(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(there_and_back(cluster, tmp_path))


async def there_and_back(cluster: Cluster, tmp_path: Path) -> None:
    async with (
        running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo,
        singer(tmp_path, 500) as started,
        window(started) as visitors,
        window(started) as desks,
    ):
        await ears(visitors)
        visitor, agent = await visitors.new_page(), await desks.new_page()
        errors = [*listen_for_errors(visitor), *listen_for_errors(agent)]
        await log_in(agent, demo)
        await visitor.goto(f"{demo.url}/demo")
        await visitor.get_by_role("button", name="Ilka").click()
        await ask(visitor, "X", "Torben Jessen")
        await accept(agent)
        await expect(agent.get_by_text("Mein Storch 11 meldet seit heute früh").last).to_be_visible()
        await expect(agent.get_by_test_id("audience")).to_contain_text("Alle auf X können das lesen")
        await answer(agent, "Moin Torben, das Kabel ist unschuldig. Wir schauen nach. /Ilka")
        seen = visitor.frame_locator("iframe[title='X']").locator("article.us")
        await expect(seen).to_contain_text("Moin Torben, das Kabel ist unschuldig.")
        await expect(seen).to_contain_text("answers @torben_jsn")
        await wrap_up(agent)
        await ask(visitor, "WhatsApp", "Torben Jessen")
        await accept(agent)
        await expect(agent.get_by_test_id("audience")).to_contain_text("Nur Torben Jessen liest das")
        await expect(agent.get_by_test_id("composer")).to_contain_text("für eine Antwort")
        await answer(agent, "Zweimal lang, einmal kurz heißt: Bitte einmal ausschalten.")
        chat = visitor.frame_locator("iframe[title='WhatsApp']").locator(".ours")
        await expect(chat).to_contain_text("Bitte einmal ausschalten.")
        await expect(chat).to_contain_text("sent")
        assert await violations(visitor) == []
        await wrap_up(agent)
        await lunch(visitor, agent)
        assert errors == []


async def ask(visitor: Page, place: str, who: str) -> None:
    """Choose a network on the demo's page, and let somebody write there."""
    await visitor.get_by_role("tab", name=place, exact=True).click()
    await visitor.get_by_role("button", name=f"Eine neue Anfrage auf {place}").click()
    await expect(visitor.get_by_role("status")).to_have_text(f"{who} schreibt jetzt auf {place}.")


async def lunch(visitor: Page, agent: Page) -> None:
    """A post says that somebody is at lunch, they say yes when asked, whoever calls them meets voicemail, and it is taken back."""
    corner = agent.get_by_test_id("agent-state")
    await visitor.get_by_role("button", name="Mittagspause per Beitrag").click()
    phone = visitor.get_by_role("complementary", name="Ilkas Telefon")
    await expect(phone).to_contain_text("Meinen Sie: abwesend (Mittag)")
    await expect(corner).to_have_accessible_name(re.compile("Bereit"))
    await phone.get_by_role("button", name="1 antworten").click()
    await expect(phone).to_contain_text("Eingetragen: abwesend (Mittag)")
    await expect(corner).to_have_accessible_name(re.compile("Pause"))
    await keep_sight(visitor, "lunch")
    assert await violations(visitor) == []
    await visitor.get_by_role("tab", name="Ilkas Durchwahl").click()
    line = visitor.frame_locator("iframe[title='Ilkas Durchwahl']")
    await line.get_by_label("Name").fill("Torben Jessen")
    await line.get_by_role("button", name="Jetzt anrufen").click()
    await expect(line.get_by_role("button", name="Aufnahme beginnen")).to_be_visible()
    await line.get_by_role("button", name="Auflegen").click()
    await phone.get_by_role("button", name="/undo schreiben").click()
    await expect(phone).to_contain_text("Zurückgenommen; es gilt keine eigene Angabe.")
    await expect(corner).to_have_accessible_name(re.compile("Bereit"))


async def keep_sight(page: Page, name: str) -> None:
    """Keep what shows where somebody wants to look."""
    if folder := os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(folder) / f"demo-{name}.png")
