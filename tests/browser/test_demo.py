"""The whole way in a browser: a customer writes, an agent answers by visible controls, the customer sees it."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.kit import LANGUAGES, THEMES, accept, answer, browser, log_in, picture, violations, window
from tests.db import Cluster

pytestmark = pytest.mark.browser

# So slow that nobody but the test writes.
ALMOST_STILL = 0.001


def test_a_mail_is_answered_from_the_desk_and_the_answer_lies_in_the_customers_mailbox(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(mail_and_answer(cluster, tmp_path))


async def mail_and_answer(cluster: Cluster, tmp_path: Path) -> None:
    """The complaint button makes somebody post, its neighbour makes them mail; both are answered."""
    async with (
        running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started) as desk,
    ):
        page = await desk.new_page()
        await log_in(page, demo)
        done = await demo.buttons.same_customer()
        mailbox = await desk.new_page()
        await mailbox.goto(f"{demo.url}/demo/mailbox")
        await expect(mailbox.locator("article")).to_have_count(0)
        # Post, mail and chat of the same person: whatever is offered first.
        for _ in range(3):
            await accept(page)
            await expect(page.locator("h2", has_text=done.name).first).to_be_visible()
            await answer(page, f"Guten Tag {done.name}, wir kümmern uns darum.")
            await expect(page.locator("textarea")).to_have_value("")
        await expect(mailbox.locator("article", has_text="wir kümmern uns darum")).to_have_count(1)
        await picture(mailbox, "mailbox")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_demos_own_pages(language: str, theme: str, cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(demo_pages(language, theme, cluster, tmp_path))


async def demo_pages(language: str, theme: str, cluster: Cluster, tmp_path: Path) -> None:
    """Look at the mailboxes, empty and with a mail, and at the page with everything."""
    async with (
        running_demo(cluster, tmp_path / "data", speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started, locale=LANGUAGES[language], theme=theme) as visitor,
    ):
        demo.mails.house.boxes.add("somebody@post.example", b"From: a@b.example\r\nSubject: Hallo\r\n\r\nEin Text\r\n")
        page = await visitor.new_page()
        for address in ("/demo/mailbox", "/demo", "/work"):
            await page.goto(f"{demo.url}{address}")
            await page.wait_for_load_state("networkidle")
            assert await violations(page) == [], address
