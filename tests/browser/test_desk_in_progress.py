"""Work in progress at the desk: a queue to take from, declining with a reason, asking a colleague, wrap-up time, work that lies."""

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
    log_in,
    sign_in,
    violations_in_themes,
    window,
)
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from unisono.app.demo.run import DemoHouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# A public post: in the queue that Ilka and Nadine serve.
WAITING = """
select c.id, i.id as interaction_id, q.name->>'de' as queue from interaction i join conversation c on c.id = i.conversation_id
join queue q on q.id = i.queue_id where i.state = 'waiting' and c.visibility = 'public' limit 1
"""

HELD = """
select u.login, h.consult_id is null as work from capacity_hold h join app_user u on u.id = h.agent_id
where h.interaction_id = $1 order by 2
"""


def test_a_day_with_everything_in_progress(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_a_day(cluster, tmp_path / "data"))


async def _set_queue(page: Page, demo: DemoHouse, queue: str, *, mode: str, wrap_up_s: str = "0", silence_s: str = "") -> None:
    await page.goto(f"{demo.url}/people/queues")
    await page.get_by_role("button", name=f"{queue} bearbeiten").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(mode).check()
    await dialog.get_by_label("Einheit: Zeit für Nacharbeit", exact=True).select_option(label="Sekunden")
    await dialog.get_by_label("Zeit für Nacharbeit", exact=True).fill(wrap_up_s)
    if silence_s:
        await dialog.get_by_label("Einheit: Zurücknehmen nach", exact=False).select_option(label="Sekunden")
        await dialog.locator("#queue-silence").fill(silence_s)
    await page.keyboard.press("Control+s")
    await expect(dialog).to_have_count(0)


async def _a_day(cluster: Cluster, data: Path) -> None:
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
        await command(head, "Status: Beschäftigt")
        work = await row_once_there(demo, WAITING)
        # What the same customer asked elsewhere is left to others.
        await rows(demo, "update queue set mode = 'pull' returning id")

        # A queue to take from: nobody is offered anything.
        await _set_queue(head, demo, work["queue"], mode="Man nimmt sie sich")
        await expect(head.get_by_role("row", name=work["queue"])).to_contain_text("zum Nehmen")
        await log_in(agent, demo, "nadine")
        await agent.goto(f"{demo.url}/work/waiting/{work['id']}")
        await expect(agent.get_by_text("Aus der Liste zu nehmen")).to_be_visible()
        await expect(agent.get_by_role("button", name="Übernehmen")).to_be_visible()
        assert await rows(demo, "select 1 from offer") == []

        # Offered again, it is declined by keyboard and with a reason.
        await _set_queue(head, demo, work["queue"], mode="Sie werden angeboten", wrap_up_s="10")
        await agent.get_by_test_id("offer").first.wait_for()
        await agent.keyboard.press("d")
        dialog = agent.get_by_role("dialog")
        await dialog.get_by_label("In eigenen Worten").fill("Das ist Platt.")
        await dialog.get_by_role("button", name="Sprache").click()
        await expect(dialog).to_have_count(0)
        declined = await row_once_there(demo, "select body from audit where action = 'offer.declined'")
        assert declined["body"] == {"reason": "language", "words": "Das ist Platt."}

        # Nobody else is there, so it comes again; in hand, a colleague is asked and answers by a note.
        await agent.get_by_test_id("offer").first.get_by_role("button", name="Annehmen").click()
        await expect(agent.get_by_test_id("composer")).to_be_visible()
        await expect(agent.get_by_text("Bei Ihnen").first).to_be_visible()
        await command(agent, "Rückfrage stellen")
        await agent.keyboard.press("Control+Enter")
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await dialog.get_by_label("Ilka", exact=False).check()
        await dialog.get_by_label("Ihre Frage").fill("Gilt der alte Tarif noch?")
        await agent.keyboard.press("Control+Enter")
        await expect(dialog).to_have_count(0)
        await expect(agent.get_by_test_id("consulted")).to_contain_text("Gefragt: Ilka")
        card = head.get_by_test_id("consult")
        await expect(card).to_contain_text("Nadine Kruse fragt Sie")
        await card.get_by_role("button", name="Mithelfen").click()
        await expect(head.get_by_text("Gilt der alte Tarif noch?")).to_be_visible()
        await expect(agent.get_by_test_id("consulted")).to_contain_text("hilft mit")
        await head.get_by_test_id("composer").locator("textarea").fill("Ja, bis Mai.")
        await head.keyboard.press("Control+Enter")
        await expect(agent.get_by_text("Ja, bis Mai.")).to_be_visible()
        held = await rows(demo, HELD, work["interaction_id"])
        assert [(row["login"], row["work"]) for row in held] == [("ilka", False), ("nadine", True)]
        await card.get_by_role("button", name="Beenden").click()
        await expect(card).to_have_count(0)
        await expect(agent.get_by_test_id("consulted")).to_have_count(0)

        # After the talk there is time, which ends by itself.
        await agent.get_by_role("button", name="Fertig").click()
        await expect(agent.get_by_test_id("wrap-up-left")).to_contain_text("von selbst")
        await expect(agent.get_by_test_id("agent-state")).to_contain_text("Nacharbeit")
        await expect(agent.get_by_test_id("wrap-up")).to_have_count(0)
        await expect(agent.get_by_test_id("agent-state")).to_contain_text("Bereit")
        closed = await rows(demo, "select state, wrap_up_code_id from interaction where id = $1", work["interaction_id"])
        assert closed == [{"state": "closed", "wrap_up_code_id": None}]

        # What lies is taken back, and whoever let it lie is told.
        await agent.goto(f"{demo.url}/work/waiting")
        await agent.get_by_test_id("work-row").first.click()
        await agent.get_by_role("button", name="Übernehmen").click()
        await expect(agent.get_by_text("Bei Ihnen").first).to_be_visible()
        await rows(demo, "update queue set silence_s = 60 returning id")
        await rows(demo, "update message set received_at = received_at - interval '2 minutes' returning id")
        await rows(demo, "update interaction set held_since = held_since - interval '2 minutes' returning id")
        await expect(agent.get_by_text("haben jetzt andere")).to_be_visible()
        await expect(agent.get_by_text("Zurück: blieb liegen").first).to_be_visible()
        assert errors == []


def test_axe_finds_nothing_where_work_is_in_progress(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_axe(cluster, tmp_path / "data"))


async def _axe(cluster: Cluster, data: Path) -> None:
    found: list[str] = []
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started:
        await demo.buttons.same_customer()
        work = await row_once_there(demo, WAITING)
        for language in LANGUAGES:
            async with in_language(started, demo, language, "nadine") as page:
                await page.goto(f"{demo.url}/work/waiting/{work['id']}")
                await expect(page.get_by_test_id("composer")).to_be_visible()
                if language == "de":
                    await page.keyboard.press("t")
                    await expect(page.get_by_text("Bei Ihnen").first).to_be_visible()
                    await _name_has_room(page)
                for dialog in ("c", "v"):
                    await page.get_by_role("heading", level=2).first.click()
                    await page.keyboard.press(dialog)
                    await expect(page.get_by_role("dialog")).to_be_visible()
                    found += [f"{dialog} {language} {one}" for one in await violations_in_themes(page)]
                    await page.keyboard.press("Escape")
                    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert found == []


async def _name_has_room(page: Page) -> None:
    """Beside everything that can be done, whose it is can be read on a small laptop as well."""
    size = page.viewport_size
    assert size is not None
    await page.set_viewport_size({"width": 1280, "height": 800})
    name = page.locator("header h2").first
    assert await name.evaluate("h => h.scrollWidth <= h.clientWidth"), await name.inner_text()
    await page.set_viewport_size(size)
