"""The list of work as people use it: filters, saved views, tags, many at once and undo, spam, blocked people, and search."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.demo_house import on_demo_loop, row_once_there, rows, running_demo, signed_in
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
from unisono.app.demo.run import DemoHouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ENOUGH = "select 1 from interaction where state = 'waiting' having count(*) >= 6"


def test_a_day_at_the_list(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_a_day(cluster, tmp_path / "data"))


async def sight(page: Page, name: str) -> None:
    """Keep what the page shows, when somebody wants to look at it."""
    if os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(os.environ["UNISONO_TEST_SIGHTS"]) / f"lists-{name}.png")


async def _a_day(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as own:
        for _ in range(4):
            await demo.buttons.complaint()
        await demo.buttons.same_customer()
        page = await own.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        # Nothing is offered, so that the list stays as it is.
        await command(page, "Status: Beschäftigt")
        await rows(demo, "update queue set mode = 'pull' returning id")
        await row_once_there(demo, ENOUGH)
        await _tags(page, demo)
        await _filters_and_views(page, demo)
        await _many_at_once(page, demo)
        await _spam_and_blocked(page, demo)
        await _search(page, demo)
        await _every_theme_and_language(page, demo)
        assert errors == []


def row(page: Page, index: int = 0) -> object:
    """A row of the list."""
    return page.get_by_test_id("work-row").nth(index)


async def _tags(page: Page, demo: DemoHouse) -> None:
    # The page that manages them teaches while there is none, and adds one.
    await page.goto(f"{demo.url}/settings/tags")
    await expect(page.get_by_text("Noch keine Schlagwörter")).to_be_visible()
    await page.get_by_role("button", name="Neues Schlagwort").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Presse")
    await dialog.get_by_role("radio", name="Rot").check()
    await dialog.get_by_label("Beschreibung").fill("Anfragen von Redaktionen")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("row", name="Presse")).to_contain_text("Anfragen von Redaktionen")
    await sight(page, "tags")

    # In a conversation by one key: one that is there, and one that is new.
    await page.goto(f"{demo.url}/work/waiting")
    await page.get_by_test_id("work-row").first.click()
    await expect(page.get_by_role("button", name="Übernehmen").first).to_be_visible()
    await page.keyboard.press("#")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox").fill("pre")
    await expect(dialog.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("option", name="Presse")).to_have_attribute("aria-selected", "true")
    await dialog.get_by_role("combobox").fill("Rückruf")
    await expect(dialog.get_by_text("Neues Schlagwort „Rückruf“")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("option", name="Rückruf")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Escape")
    header = page.get_by_role("region", name="Unterhaltung").locator("header").first
    await expect(header).to_contain_text("Presse")
    await expect(header).to_contain_text("Rückruf")
    await expect(page.get_by_test_id("work-row").first).to_contain_text("Presse")
    await sight(page, "tagged")


async def _filters_and_views(page: Page, demo: DemoHouse) -> None:
    listing = page.get_by_test_id("work-row")
    before = await listing.count()
    assert before > 1
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("combobox", name="Schlagwort", exact=True).select_option(label="Presse")
    await expect(listing).to_have_count(1)
    await sight(page, "filters")
    # Saved under a name, it is the first thing that shows from now on.
    await page.get_by_test_id("saved-views").click()
    await page.get_by_role("menuitem", name="Als Ansicht speichern …").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Presseanfragen")
    await dialog.get_by_label("Für wen").select_option(label="Alle")
    await dialog.get_by_role("button", name="Speichern").click()
    await expect(page.get_by_test_id("saved-views")).to_contain_text("Presseanfragen")
    await page.get_by_test_id("saved-views").click()
    await page.get_by_role("menuitem", name="Mit dieser Ansicht beginnen").click()
    await row_once_there(demo, "select 1 from default_view")
    await page.goto(f"{demo.url}/work")
    await expect(page).to_have_url(re.compile("tag="))
    await expect(listing).to_have_count(1)
    # Its figure is right without anybody's asking: another enquiry gets the tag, and loses it again.
    figure = page.get_by_test_id("saved-views").locator(".figure")
    await expect(figure).to_have_text("1")
    (tag,) = await rows(demo, "select id from tag where name = 'Presse'")
    (bare,) = await rows(
        demo, "select i.conversation_id as id from interaction i where i.state = 'waiting' "
        "and not exists (select from conversation_tag g where g.conversation_id = i.conversation_id) order by i.id limit 1"
    )  # fmt: skip
    async with signed_in(demo) as http:
        (await http.put(f"/conversations/{bare['id']}/tags/{tag['id']}")).raise_for_status()
    await expect(figure).to_have_text("2")
    await expect(listing).to_have_count(2)
    async with signed_in(demo) as http:
        (await http.delete(f"/conversations/{bare['id']}/tags/{tag['id']}")).raise_for_status()
    await expect(figure).to_have_text("1")
    # And it is taken away as easily.
    await page.get_by_role("button", name="Filter Presse entfernen").click()
    await expect(listing).to_have_count(before)
    await _one_customer(page, demo, before)
    await page.get_by_role("combobox", name="Reihenfolge").select_option(label="Neueste zuerst")
    await row_once_there(demo, "select 1")
    await page.get_by_role("combobox", name="Reihenfolge").select_option(label="Nach Frist")


async def _one_customer(page: Page, demo: DemoHouse, before: int) -> None:
    """The list is narrowed to one person by a few letters of the name; a view for a team, and the router's own order."""
    listing = page.get_by_test_id("work-row")
    who = await listing.first.locator(".name").inner_text()
    await page.get_by_role("button", name="Filter", exact=True).click()
    field = page.get_by_role("combobox", name="Ein Kunde")
    await field.fill(who)
    await field.press("Enter")
    await expect(page).to_have_url(re.compile("customer="))
    await expect(listing.filter(has_text=who).first).to_be_visible()
    await expect(listing.filter(has_not_text=who)).to_have_count(0)
    await page.get_by_test_id("saved-views").click()
    await page.get_by_role("menuitem", name="Als Ansicht speichern …").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Stammkunde")
    await dialog.get_by_label("Für wen").select_option(index=1)
    await expect(dialog.get_by_label("Für wen").locator("option:checked")).to_contain_text("Team ")
    await dialog.get_by_role("button", name="Speichern").click()
    await row_once_there(demo, "select 1 from saved_view where name = 'Stammkunde' and scope_kind = 'team'")
    await sight(page, "customer")
    await page.get_by_role("button", name=f"Filter {who} entfernen").click()
    await expect(listing).to_have_count(before)
    await page.get_by_role("combobox", name="Reihenfolge").select_option(label="Wie die Verteilung")
    async with signed_in(demo) as http:
        page_of = (await http.get("/work?view=waiting&sort=router")).json()["items"]
    for n, item in enumerate(page_of):
        await expect(listing.nth(n)).to_have_attribute("data-id", item["interaction"]["id"])
    # What is made urgent stands first, without anybody's asking.
    last = page_of[-1]["interaction"]["id"]
    async with signed_in(demo) as http:
        body = {"priority": 9, "reason": "Die Presse fragt nach."}
        (await http.post(f"/interactions/{last}/priority", json=body)).raise_for_status()
    await expect(listing.first).to_have_attribute("data-id", last)


async def _many_at_once(page: Page, demo: DemoHouse) -> None:
    listing = page.get_by_test_id("work-row")
    await page.goto(f"{demo.url}/work/waiting")
    await listing.nth(3).wait_for()
    # A box at each row; with Shift, all in between.
    await listing.first.get_by_test_id("tick").click()
    await listing.nth(2).get_by_test_id("tick").click(modifiers=["Shift"])
    await expect(page.get_by_role("option", checked=True)).to_have_count(3)
    bar = page.get_by_role("toolbar", name="Mit der Auswahl arbeiten")
    await expect(bar).to_contain_text("3 ausgewählt")
    await sight(page, "picked")
    assert await violations(page) == []
    await bar.get_by_role("button", name="Schlagwort geben").click()
    await page.get_by_role("dialog").get_by_role("option", name="Rückruf").click()
    note = page.get_by_test_id("bulk-note")
    await expect(note).to_contain_text("3 verschlagwortet.")
    assert len(await rows(demo, "select 1 from conversation_tag t join tag g on g.id = t.tag_id where g.name = 'Rückruf'")) == 3
    await note.get_by_role("button", name="Rückgängig").click()
    await expect(note).to_contain_text("Rückgängig gemacht")
    # The first bore it before.
    assert len(await rows(demo, "select 1 from conversation_tag t join tag g on g.id = t.tag_id where g.name = 'Rückruf'")) == 1

    # More than there is room for: what does not fit is left, and said.
    await rows(
        demo, "update agent set capacity = used + 20 from app_user u where u.id = agent.user_id and u.login = 'ilka' returning 1"
    )
    await page.keyboard.press("*")
    count = await listing.count()
    await bar.get_by_role("button", name="Übernehmen").click()
    await expect(note).to_contain_text("blieb")
    await note.get_by_role("button", name="Welche, und warum?").click()
    await expect(note.get_by_role("listitem").first).to_contain_text("kein Platz mehr")
    await sight(page, "skipped")
    await page.keyboard.press("z")
    await expect(note).to_contain_text("Rückgängig gemacht")
    await expect(listing).to_have_count(count)

    # Closed with a code, and back again: nothing is lost by a slip of the hand.
    await listing.first.click()
    await page.keyboard.press("x")
    await listing.nth(1).click(modifiers=["Control"])
    await bar.get_by_role("button", name="Abschließen").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Worum ging es?").select_option(index=1)
    await dialog.get_by_role("button", name="Abschließen").click()
    await expect(note).to_contain_text("2 abgeschlossen.")
    await expect(listing).to_have_count(count - 2)
    await note.get_by_role("button", name="Rückgängig").click()
    await expect(listing).to_have_count(count)
    await note.get_by_role("button", name="Schließen").click()


async def _spam_and_blocked(page: Page, demo: DemoHouse) -> None:
    listing = page.get_by_test_id("work-row")
    who = await listing.first.locator(".name").inner_text()
    await listing.first.click()
    await expect(page.get_by_role("region", name="Unterhaltung").get_by_role("heading", level=2)).to_have_text(who)
    await expect(page.get_by_test_id("message").first).to_be_visible()
    await expect(page.get_by_role("button", name="Übernehmen").first).to_be_visible()
    await page.keyboard.press("!")
    await expect(page.get_by_test_id("bulk-note")).to_contain_text("Eine als Spam markiert.")
    await page.goto(f"{demo.url}/work/spam")
    await expect(listing).to_have_count(1)
    await listing.first.click()
    await page.get_by_role("button", name="Weitere Aktionen").click()
    await page.get_by_role("menuitem", name="Diese Person sperren").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Warum?").fill("Nur Werbung")
    await dialog.get_by_label("Wie lange").select_option(label="Eine Woche")
    await dialog.get_by_role("button", name="Diese Person sperren").click()
    await expect(dialog).to_have_count(0)
    await sight(page, "spam")
    await page.goto(f"{demo.url}/settings/blocked")
    line = page.get_by_role("row", name=who)
    await expect(line).to_contain_text("Nur Werbung")
    await sight(page, "blocked")
    assert await violations(page) == []
    await line.get_by_role("button", name=f"{who} wieder zulassen").click()
    await expect(page.get_by_text("Niemand ist gesperrt")).to_be_visible()
    await page.goto(f"{demo.url}/work/spam")
    await listing.first.click()
    await expect(page.get_by_role("button", name="Wieder öffnen").first).to_be_visible()
    await page.keyboard.press("!")
    await expect(listing).to_have_count(0)
    await expect(page.get_by_text("Kein Spam", exact=True).first).to_be_visible()
    assert await rows(demo, "select 1 from interaction where spam") == []


async def _search(page: Page, demo: DemoHouse) -> None:
    await page.goto(f"{demo.url}/search")
    field = page.get_by_role("combobox", name="Wörter, Namen, Nummern")
    hits = page.get_by_role("main").get_by_role("listitem").get_by_role("link")
    # A filter by what is offered while typing, by keyboard alone.
    await field.press_sequentially("schlag")
    await expect(page.get_by_role("option", name="schlagwort:")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("pre")
    await expect(page.get_by_role("option", name="schlagwort:Presse")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(hits).to_have_count(1)
    await expect(page.get_by_role("group", name="Filter")).to_contain_text("schlagwort:Presse")
    await sight(page, "search-tag")
    # A name that nothing has is said, not passed over.
    await field.fill("schlagwort:gibtsnicht")
    await expect(page.get_by_text("So heißt nichts")).to_be_visible()
    # Words, marked where they stand; the arrows go through the hits, and Enter opens one.
    [message] = await rows(
        demo, "select t.text from message_text t join message m on m.id = t.message_id where m.direction = 'in' and length(t.text) > 60 "
        "order by m.said_at desc limit 1"
    )  # fmt: skip
    word = max(re.findall(r"[A-Za-zäöüÄÖÜß]{5,}", message["text"]), key=len)
    await field.fill(word)
    await expect(page.locator("mark").first).to_have_text(re.compile(re.escape(word), re.IGNORECASE))
    await sight(page, "search-word")
    assert await violations(page) == []
    await field.press("ArrowDown")
    await expect(hits.first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/conversation/"))
    await page.goto(f"{demo.url}/search?q=xyzzyquux")
    await expect(page.get_by_text("Nichts gefunden zu")).to_be_visible()


async def _every_theme_and_language(page: Page, demo: DemoHouse) -> None:
    """No rule of accessibility is broken with filters open and rows picked, at a desk's width and a telephone's."""
    started = page.context.browser
    assert started is not None
    for language in LANGUAGES:
        async with in_language(started, demo, language) as other:
            await other.goto(f"{demo.url}/work/waiting")
            await other.get_by_test_id("work-row").nth(1).wait_for()
            await other.get_by_role("button", name=re.compile("^(Filter|Filters)$")).click()
            await other.keyboard.press("*")
            await other.get_by_role("toolbar").wait_for()
            await sight(other, f"all-{language}")
            assert await violations_in_themes(other) == []
            await other.set_viewport_size({"width": 390, "height": 844})
            await sight(other, f"narrow-{language}")
            assert await violations_in_themes(other) == []
            await other.goto(f"{demo.url}/settings/tags")
            await other.get_by_role("table").wait_for()
            assert await violations_in_themes(other) == []
