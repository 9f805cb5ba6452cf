"""Desks that stay in step: two people, eight tabs of one browser over one stream, and a desk whose server was away for a while."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.kit import browser, listen_for_errors, violations, window
from tests.browser.small_house import log_in, place, row, said, text, until
from tests.kit import Scripted
from tests.web.conftest import EVERYTHING, MakeHouse
from unisono.service.access import Access
from unisono.service.merge_customers import merge_customers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TABS = 8
# What a page that was loaded anew would no longer know.
SAME_PAGE = "() => globalThis.neverLoadedAnew = true"
STILL_THE_SAME = "() => globalThis.neverLoadedAnew === true"


async def test_two_desks_see_each_other_work_without_loading_anew(make_house: MakeHouse) -> None:
    async with (
        place(make_house) as it,
        browser() as started,
        window(started, locale="en-GB") as first,
        window(started, locale="en-GB") as second,
    ):
        posts, mails = await it.kit.channel(), await it.kit.channel(medium="mail")
        await it.says(posts, "Anna", "Wann kommt der Strom?")
        await it.says(mails, "Annamail", "Hier noch einmal als Mail.", visibility="private")
        [one, other] = await it.kit.sql("select id, customer_id from identity where remote_id like 'anna%' order by remote_id")
        [who] = await it.kit.sql("select id from app_user where login = 'sven'")
        access = Access(user_id=who["id"], actions=EVERYTHING.actions, classes=EVERYTHING.classes)
        await merge_customers(it.kit.db, access, one["customer_id"], other["customer_id"], "She said so")
        ilka, sven = await log_in(first, it, "ilka"), await log_in(second, it, "sven")
        errors = [listen_for_errors(page) for page in (ilka, sven)]
        for page in (ilka, sven):
            await page.evaluate(SAME_PAGE)
            await row(page, "Wann kommt").click()
            await expect(said(page, "Wann kommt der Strom?")).to_be_visible()
        await ilka.keyboard.press("t")
        await expect(text(ilka)).to_be_focused()
        await expect(row(sven, "Wann kommt")).to_contain_text("Ilka")

        await ilka.keyboard.type("Morgen um ")
        await expect(sven.get_by_test_id("writing")).to_contain_text("Ilka is answering")
        await ilka.keyboard.type("acht.")
        await ilka.keyboard.press("Control+Enter")
        await expect(said(sven, "Morgen um acht.")).to_have_count(1)
        await expect(sven.get_by_text("Ilka is answering")).to_have_count(0)

        await text(ilka).blur()
        await ilka.keyboard.press("#")
        await ilka.get_by_role("dialog").get_by_role("combobox").fill("Netz")
        await expect(ilka.get_by_role("dialog").get_by_text("New tag “Netz”")).to_be_visible()
        await ilka.keyboard.press("Enter")
        await expect(ilka.get_by_role("dialog").get_by_role("option", name="Netz")).to_have_attribute("aria-selected", "true")
        await ilka.keyboard.press("Escape")
        await expect(row(sven, "Netz")).to_contain_text("Morgen um acht.")

        # Put together with the mail at the one desk, it shows so at the other.
        await sven.get_by_role("button", name="More actions").click()
        await sven.get_by_role("menuitem", name="Merge or link").click()
        await sven.get_by_role("dialog").get_by_role("button", name=re.compile("^Merge with")).click()
        await expect(sven.get_by_role("dialog").get_by_test_id("bonds")).to_contain_text("Merged")
        await expect(ilka.get_by_test_id("together")).to_contain_text("Private")
        for page in (ilka, sven):
            assert await page.evaluate(STILL_THE_SAME)
        assert errors == [[], []]


async def test_eight_tabs_share_one_stream_stay_in_step_and_another_takes_over_when_its_tab_is_closed(
    make_house: MakeHouse,
) -> None:
    async with place(make_house) as it, browser() as started, window(started, locale="en-GB") as context:
        channel = await it.kit.channel()
        await it.says(channel, "Anna", "Erste Frage")
        tabs = [await log_in(context, it, "ilka")]
        for _ in range(TABS - 1):
            tab = await context.new_page()
            await tab.goto(f"{it.url}/work/open")
            tabs.append(tab)
        errors = [listen_for_errors(tab) for tab in tabs]
        for tab in tabs:
            await tab.evaluate(SAME_PAGE)
            await expect(row(tab, "Erste Frage")).to_be_visible()
        await until(lambda: it.streams() == 1, f"one stream for {TABS} tabs")

        await it.says(channel, "Bert", "Zweite Frage")
        for tab in tabs:
            await expect(row(tab, "Zweite Frage")).to_have_count(1)
        # What is done in one tab shows in all.
        await tabs[3].bring_to_front()
        await row(tabs[3], "Erste Frage").click()
        await expect(said(tabs[3], "Erste Frage")).to_be_visible()
        await tabs[3].keyboard.press("t")
        await expect(text(tabs[3])).to_be_focused()
        for tab in tabs:
            await expect(row(tab, "Erste Frage")).to_contain_text("With you")
        assert it.streams() == 1

        # The first tab has the stream. When it is gone, another has one, and knows what came in between.
        await tabs.pop(0).close()
        await it.says(channel, "Cleo", "Dritte Frage")
        for tab in tabs:
            await expect(row(tab, "Dritte Frage")).to_have_count(1)
        await until(lambda: it.streams() == 1, "one stream after its tab was closed")
        for tab in tabs:
            assert await tab.evaluate(STILL_THE_SAME)
        assert errors == [[]] * TABS


async def test_while_the_server_is_away_nothing_is_lost_and_nothing_doubled(make_house: MakeHouse) -> None:
    async with place(make_house) as it, browser() as started, window(started, locale="en-GB") as context:
        channel = await it.kit.channel()
        await it.says(channel, "Anna", "Wann kommt der Strom?")
        await it.says(channel, "Bert", "Und bei mir?")
        page = await log_in(context, it, "ilka")
        other = await context.new_page()
        await other.goto(f"{it.url}/work/open")
        for tab, who in ((page, "Wann kommt"), (other, "Und bei mir")):
            await tab.evaluate(SAME_PAGE)
            await tab.bring_to_front()
            await row(tab, who).click()
            await expect(said(tab, who)).to_be_visible()
            await tab.keyboard.press("t")
            await expect(text(tab)).to_be_focused()
        await it.closes()
        lost = page.get_by_role("alert").filter(has_text="No connection.")
        await expect(lost).to_be_visible()
        assert await violations(page) == []

        # Two answers out of two tabs wait, a draft is half written; what customers say meanwhile is taken in elsewhere.
        await text(page).fill("Morgen um acht.")
        await page.get_by_test_id("send").click()
        await expect(page.get_by_text("Waiting for the connection")).to_be_visible()
        await text(other).fill("Bei Ihnen auch.")
        await other.get_by_test_id("send").click()
        await expect(other.get_by_text("Waiting for the connection")).to_be_visible()
        await text(page).fill("Noch etwas: bitte")
        await it.says(channel, "Cleo", "Ist da jemand?")
        await it.says(channel, "Anna", "Hallo?", root="Anna-Wann kommt der Strom?", parent="Anna-Wann kommt der Strom?")
        # A tab that is closed meanwhile takes nothing with it.
        await other.close()

        await it.opens()
        await expect(lost).to_have_count(0)
        await expect(row(page, "Ist da jemand?")).to_have_count(1)
        await expect(said(page, "Morgen um acht.")).to_have_count(1)
        await expect(said(page, "Hallo?")).to_have_count(1)
        await expect(page.get_by_text("Waiting for the connection")).to_have_count(0)
        await expect(text(page)).to_have_value("Noch etwas: bitte")
        assert await page.evaluate(STILL_THE_SAME)
        await until(lambda: len(Scripted.sent) == 2, "both answers at the network")
        assert sorted(message.text for message in Scripted.sent) == ["Bei Ihnen auch.", "Morgen um acht."]
        await row(page, "Bei Ihnen auch.").or_(row(page, "Und bei mir")).first.click()
        await expect(said(page, "Bei Ihnen auch.")).to_have_count(1)
        counted = await it.kit.sql("select count(*) as n from message where direction = 'out'")
        assert counted[0]["n"] == 2
