"""The whole way in a browser: a customer writes, an agent answers by visible controls, the customer sees it."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.kit import (
    LANGUAGES,
    accept,
    answer,
    browser,
    listen_for_errors,
    log_in,
    post_as,
    violations_in_themes,
    window,
    wrap_up,
)
from tests.db import Cluster

pytestmark = pytest.mark.browser

# So slow that nobody but the test writes.
ALMOST_STILL = 0.001


POST = "@brookwatt mein Storch 11 lädt seit gestern nur noch rückwärts. Ist das so gedacht?"
REPLY = "Rückwärts ist er nicht gedacht. Wir schauen uns den Storch heute noch an. /Ilka"


@pytest.mark.timeout(400)
def test_a_post_is_answered_seen_by_its_author_deleted_and_gone(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(there_and_back(cluster, tmp_path))


async def there_and_back(cluster: Cluster, tmp_path: Path) -> None:
    """Two people in two windows: the customer on the network's page, the agent at the desk."""
    async with (
        running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started) as desk,
        window(started, width=900) as home,
    ):
        customer, agent = await home.new_page(), await desk.new_page()
        errors = [*listen_for_errors(customer), *listen_for_errors(agent)]
        await customer.goto(f"{demo.networks.url}/zwitscher/")
        await post_as(customer, "Marlies Onken", POST)
        await log_in(agent, demo)
        await accept(agent)
        await expect(agent.get_by_text("rückwärts. Ist das so gedacht?").last).to_be_visible()
        await expect(agent.get_by_test_id("audience")).to_contain_text("Zwitscher")
        await answer(agent, REPLY)
        await expect(customer.get_by_text("Wir schauen uns den Storch heute noch an.")).to_be_visible()
        customer.once("dialog", lambda dialog: dialog.accept())
        await customer.locator("article", has_text="lädt seit gestern").get_by_role("button", name="Löschen").first.click()
        await expect(agent.get_by_text("lädt seit gestern")).to_have_count(0)
        await expect(customer.get_by_text("lädt seit gestern")).to_have_count(0)
        assert errors == []


@pytest.mark.timeout(400)
def test_a_mail_is_answered_and_the_answer_lies_in_the_customers_mailbox(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(mail_and_answer(cluster, tmp_path))


async def mail_and_answer(cluster: Cluster, tmp_path: Path) -> None:
    """The button lets one customer post, mail and chat; all three are answered and wrapped up, as they are offered."""
    async with (
        running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started) as desk,
        # A window of its own: of two pages in one, the browser draws the one behind once a second.
        window(started) as home,
    ):
        page, mailbox = await desk.new_page(), await home.new_page()
        errors = listen_for_errors(page)
        await mailbox.goto(f"{demo.url}/demo/mailbox")
        await log_in(page, demo)
        done = await demo.buttons.same_customer()
        for _ in range(3):
            await accept(page)
            await answer(page, f"Guten Tag {done.name}, wir kümmern uns darum.")
            await wrap_up(page)
        await expect(mailbox.locator("article", has_text="wir kümmern uns darum")).to_have_count(1)
        assert errors == []


@pytest.mark.timeout(600)
def test_axe_finds_nothing_on_any_page_of_the_demo(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(all_pages(cluster, tmp_path))


async def all_pages(cluster: Cluster, tmp_path: Path) -> None:
    """Every page in light and dark, German and English, with something on it."""
    found: list[str] = []
    async with running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo, browser() as started:
        await demo.buttons.same_customer()
        demo.mails.house.boxes.add("somebody@post.example", b"From: a@b.example\r\nSubject: Hallo\r\n\r\nEin Text\r\n")
        pages = [f"{demo.url}/demo/mailbox", f"{demo.url}/demo", f"{demo.url}/work", demo.chat_url]
        pages += [f"{demo.networks.url}/{face.key}/" for face in demo.networks.faces]
        for language, locale in LANGUAGES.items():
            async with window(started, locale=locale) as visitor:
                page = await visitor.new_page()
                for address in pages:
                    await page.goto(address)
                    await page.locator("h1, h2, main, button").first.wait_for()
                    found += [f"{address} {language} {one}" for one in await violations_in_themes(page)]
    assert found == []
