"""Who leads decides by hand at the desk: assign, take over, set the priority; and sees who is there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, row_once_there, rows, running_demo
from tests.browser.kit import (
    LANGUAGES,
    browser,
    command,
    in_language,
    listen_for_errors,
    sign_in,
    violations,
    violations_in_themes,
    window,
)
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# A public post: in the queue that Ilka and Nadine serve.
WAITING = """
select c.id, i.id as interaction_id from interaction i join conversation c on c.id = i.conversation_id
where i.state = 'waiting' and c.visibility = 'public' limit 1
"""


def test_who_leads_assigns_takes_over_and_sets_the_priority_and_everybody_sees_why(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_by_hand(cluster, tmp_path / "data"))


async def _by_hand(cluster: Cluster, data: Path) -> None:
    async with (
        running_demo(cluster, data, speed=ALMOST_STILL) as demo,
        browser() as started,
        window(started) as one,
        window(started) as other,
    ):
        await demo.buttons.same_customer()
        head, agent = await one.new_page(), await other.new_page()
        errors = [*listen_for_errors(head), *listen_for_errors(agent)]
        await sign_in(head, demo)
        await sign_in(agent, demo, "nadine")
        # Nadine is there but gets no offers: what she has comes by hand alone.
        await command(agent, "Status: Pause")
        await agent.get_by_role("dialog").get_by_role("button", name="Büroarbeit").click()
        await command(head, "Leitung")
        await expect(head.get_by_role("row", name="Nadine Kruse")).to_contain_text("Pause: Büroarbeit")

        work = await row_once_there(demo, WAITING)
        await head.goto(f"{demo.url}/work/waiting/{work['id']}")
        await expect(head.get_by_test_id("composer")).to_be_visible()
        await head.keyboard.press("i")
        dialog = head.get_by_role("dialog")
        await dialog.get_by_role("button", name="Dringend").click()
        await head.keyboard.press("Control+Enter")
        await expect(dialog.get_by_role("alert")).to_have_text("Bitte sagen Sie, warum.")
        await dialog.get_by_label("Warum?").fill("Die Presse fragt nach.")
        await head.keyboard.press("Control+Enter")
        await expect(dialog).to_have_count(0)
        await expect(head.get_by_test_id("work-row").filter(has_text="Vorrang +50")).to_have_count(1)

        await command(head, "Gewicht des Kunden")
        dialog = head.get_by_role("dialog")
        await dialog.get_by_role("button", name="× 2").click()
        await head.keyboard.press("Control+Enter")
        await expect(dialog.get_by_role("alert")).to_have_text("Bitte sagen Sie, warum.")
        await dialog.get_by_label("Warum?").fill("Kauft seit Jahren bei uns.")
        await head.keyboard.press("Control+Enter")
        await expect(dialog).to_have_count(0)
        await expect(head.get_by_test_id("value")).to_have_text("Kunde zählt × 2")

        await command(head, "Zuweisen")
        await expect(dialog.get_by_label("Samir Haddad")).to_be_disabled()
        await dialog.get_by_label("Nadine Kruse").check()
        await dialog.get_by_role("button", name="Zuweisen").click()
        await expect(dialog).to_have_count(0)
        await agent.goto(f"{demo.url}/work/mine")
        await expect(agent.get_by_test_id("work-row")).to_contain_text("Zugewiesen")
        assert [row["reason"] for row in await rows(demo, "select body->>'reason' as reason from audit where action = 'interaction.prioritised'")] == ["Die Presse fragt nach."]  # fmt: skip

        await head.get_by_test_id("composer").wait_for()
        await head.keyboard.press("u")
        await expect(head.get_by_text("Bei Ihnen").first).to_be_visible()
        await expect(head.get_by_text("Von der Leitung übernommen").first).to_be_visible()
        await expect(agent.get_by_test_id("work-row")).to_have_count(0)
        held = await rows(
            demo, "select u.login, i.reason->>'code' as code, i.priority from interaction i join app_user u on u.id = i.agent_id"
        )
        assert held == [{"login": "ilka", "code": "taken_over", "priority": 50}]
        assert errors == []


def test_axe_finds_nothing_where_work_is_led(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_axe(cluster, tmp_path / "data"))


async def _axe(cluster: Cluster, data: Path) -> None:
    found: list[str] = []
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started:
        await demo.buttons.same_customer()
        work = await row_once_there(demo, WAITING)
        for language in LANGUAGES:
            async with in_language(started, demo, language) as page:
                async for sight in _sights(page, demo.url, work["id"]):
                    found += [f"{sight} {language} {one}" for one in await violations_in_themes(page)]
    assert found == []


async def _sights(page: Page, url: str, conversation: object) -> AsyncIterator[str]:
    await page.goto(f"{url}/supervision")
    await expect(page.locator("table").first).to_be_visible()
    yield "people"
    await page.goto(f"{url}/work/waiting/{conversation}")
    await expect(page.get_by_test_id("composer")).to_be_visible()
    for key in ("s", "i"):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        if key == "i":
            await page.keyboard.press("Control+Enter")
            await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
        yield key
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)


def test_whose_hands_everything_is_in_is_proven_and_a_planted_break_is_told(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_hands(cluster, tmp_path / "data"))


async def _hands(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as one:
        await demo.buttons.same_customer()
        work = await row_once_there(demo, WAITING)
        page = await one.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await page.goto(f"{demo.url}/supervision/hands")
        proof = page.get_by_test_id("hands-proof")
        await expect(proof).to_contain_text("Alles ist in genau einem Paar Hände")
        (waiting,) = await rows(demo, "select count(*) as n from interaction where state = 'waiting'")
        await expect(page.get_by_role("row", name="Wartet")).to_contain_text(str(waiting["n"]))
        assert await violations(page) == []
        # A skill that nobody has: only a person can help, so it stays in sight.
        await rows(
            demo, "update interaction set skills = $2, version = version + 1 where id = $1 returning id",
            work["interaction_id"], [{"skill": "latin", "level": 1, "optional": False}],
        )  # fmt: skip
        await page.reload()
        link = page.get_by_role("link", name="Das kann hier niemand annehmen")
        await expect(link).to_contain_text("Braucht latin")
        await link.click()
        await expect(page.get_by_test_id("composer")).to_be_visible()
        assert errors == []
