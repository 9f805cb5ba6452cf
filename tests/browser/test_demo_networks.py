"""An enquiry on X and one on WhatsApp, by visible controls: asked for on the demo's page, answered at the desk, seen by the customer."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.kit import accept, answer, browser, listen_for_errors, log_in, violations, window, wrap_up
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
        browser() as started,
        window(started) as visitors,
        window(started) as desks,
    ):
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
        assert errors == []


async def ask(visitor: Page, place: str, who: str) -> None:
    """Choose a network on the demo's page, and let somebody write there."""
    await visitor.get_by_role("tab", name=place, exact=True).click()
    await visitor.get_by_role("button", name=f"Eine neue Anfrage auf {place}").click()
    await expect(visitor.get_by_role("status")).to_have_text(f"{who} schreibt jetzt auf {place}.")
