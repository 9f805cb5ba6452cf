"""Who leads steers the day at the desk: wallboard, a screen on the wall, parity, live work, looking in under a permit, repair."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.app.demo_house import count, on_demo_loop, row_once_there, rows, running_demo, until
from tests.browser.kit import browser, command, listen_for_errors, picture, sign_in, violations, window
from tests.browser.test_demo import ALMOST_STILL
from tests.db import Cluster
from unisono.app.demo.run import DemoHouse
from unisono.domain.ids import new_id
from unisono.service.first_run import bring_roles_up_to_date
from unisono.service.ports import NewEvent

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WAITING = "select count(*) from interaction where state in ('waiting', 'offered')"
PUBLIC = "select i.id from interaction i join conversation c on c.id = i.conversation_id where i.state = 'waiting' and c.visibility = 'public' limit 1"
# Larger than this no letter of a screen need be to be read from five metres: a hundredth of its height and more.
LEGIBLE_SHARE = 0.025


def test_who_leads_steers_the_day(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_day(cluster, tmp_path / "data"))


async def _day(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as one:
        await demo.buttons.same_customer()
        await row_once_there(demo, PUBLIC)
        page = await one.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await _wallboard(page, demo)
        await _screen(page, demo, started)
        await _parity(page, demo)
        await _moves_work(page, demo, started)
        # The look that nobody had agreed to was refused.
        assert [one for one in errors if "403" not in one] == []


async def _wallboard(page: Page, demo: DemoHouse) -> None:
    await command(page, "Anzeigetafel")
    tile = page.get_by_test_id("tile-waiting")
    await expect(tile).to_contain_text(str(await count(demo, WAITING)))
    before = await count(demo, WAITING)
    await demo.buttons.complaint()
    await until(demo, WAITING, lambda n: n > before)
    await expect(tile).to_contain_text(str(await count(demo, WAITING)))
    arrived = await count(demo, "select count(*) from interaction")
    await expect(page.get_by_test_id("tile-arrived")).to_contain_text(str(arrived))
    await expect(page.get_by_test_id("wall-people")).to_contain_text("Bereit: 0")

    await page.get_by_role("button", name="Schwellen").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Warnung ab so vielen Wartenden").fill("5")
    await dialog.get_by_label("Alarm ab so vielen Wartenden").fill("1")
    await page.keyboard.press("Control+Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("Der Alarm kommt nach der Warnung")
    await dialog.get_by_label("Warnung ab so vielen Wartenden").fill("1")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    await expect(tile).to_contain_text("Alarm")
    await expect(page.locator("tbody tr", has_text="Alarm").first).to_be_visible()
    for split in ("Nach Kanal", "Nach Fähigkeit", "Nach Warteschlange"):
        await page.get_by_role("button", name=split).click()
        assert await violations(page) == [], split
    await picture(page, "wallboard")

    await command(page, "Vollbild")
    screen = page.get_by_test_id("wall-screen")
    await expect(screen.get_by_test_id("wall-waiting")).to_contain_text(str(await count(demo, WAITING)))
    await _is_a_screen(page)
    await page.keyboard.press("Escape")
    await expect(screen).to_have_count(0)


async def _is_a_screen(page: Page) -> None:
    """Nothing scrolls, nothing is cut off, and the smallest word is large."""
    seen: Any = await page.get_by_test_id("wall-screen").evaluate(
        "(screen) => ({ scrolls: screen.scrollHeight > screen.clientHeight + 1 || screen.scrollWidth > screen.clientWidth + 1,"
        " height: screen.clientHeight, smallest: Math.min(...[...screen.querySelectorAll('dt, dd, th, td')]"
        ".filter((one) => one.checkVisibility()).map((one) => parseFloat(getComputedStyle(one).fontSize))) })"
    )
    assert not seen["scrolls"]
    assert seen["smallest"] >= LEGIBLE_SHARE * seen["height"], seen


async def _screen(page: Page, demo: DemoHouse, started: Browser) -> None:
    await page.get_by_role("button", name="Bildschirme").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Bildschirm", exact=True).fill("Flur")
    await dialog.get_by_role("button", name="Link machen").click()
    address = await dialog.get_by_test_id("wall-address").text_content()
    assert address is not None
    async with window(started, width=1920, height=1080, theme="dark") as hall:
        wall = await hall.new_page()
        errors = listen_for_errors(wall)
        await wall.goto(address)
        await expect(wall.get_by_test_id("wall-waiting")).to_contain_text(str(await count(demo, WAITING)))
        await _is_a_screen(wall)
        assert await violations(wall) == []
        await picture(wall, "wall-screen")
        # The line breaks and comes back; the screen says so and goes on by itself.
        await hall.set_offline(True)
        await expect(wall.get_by_role("alert")).to_contain_text("Verbindung weg")
        await hall.set_offline(False)
        await expect(wall.get_by_role("alert")).to_have_count(0)
        await dialog.get_by_role("button", name="Link Flur beenden").click()
        await expect(wall.get_by_role("heading", name="Dieser Link")).to_be_visible()
        assert [e for e in errors if "ERR_INTERNET_DISCONNECTED" not in e and "401" not in e] == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def _parity(page: Page, demo: DemoHouse) -> None:
    await page.get_by_role("link", name="Gleichrang").click()
    await expect(page.get_by_test_id("parity-words")).to_contain_text("zu wenige Antworten")
    # Days that have been: so many answers no test waits for.
    channels = await rows(
        demo, "select distinct on (medium) id, queue_id, medium from channel where medium in ('mail', 'post') order by medium, id"
    )
    for channel, bin_ in zip(channels, (60, 65), strict=True):
        await rows(
            demo, "insert into tally_day (day, queue_id, channel_id, arrived, answered, in_time, late, answered_s) "
            "values (current_date - 1, $1, $2, 40, 40, $3, $4, 1) returning 1 as n",
            channel["queue_id"], channel["id"], 38 if bin_ == 60 else 20, 2 if bin_ == 60 else 20,
        )  # fmt: skip
        await rows(
            demo, "insert into tally_wait (day, queue_id, channel_id, hist) "
            "values (current_date - 1, $1, $2, 40 * ('1e' || 8 * $3::int)::numeric) returning 1 as n",
            channel["queue_id"], channel["id"], bin_,
        )  # fmt: skip
    await page.get_by_role("button", name="28 Tage").click()
    words = page.get_by_test_id("parity-words")
    await expect(words).to_contain_text("Beiträge warten 1,6-mal so lange wie Mails.")
    await expect(words).to_contain_text("Am seltensten wird die Zusage für Beiträge gehalten")
    await expect(page.get_by_role("row", name="Beiträge")).to_contain_text("× 1,6")
    assert await violations(page) == []
    await picture(page, "parity")


async def _moves_work(page: Page, demo: DemoHouse, started: Browser) -> None:
    async with window(started) as other, window(started) as third:
        agent = await other.new_page()
        await sign_in(agent, demo, "nadine")
        await command(agent, "Status: Pause")
        await agent.get_by_role("dialog").get_by_role("button", name="Büroarbeit").click()
        await command(page, "Live")
        held = page.get_by_test_id("live-row")
        await expect(held.first).to_be_visible()
        for row in (held.nth(0), held.nth(1)):
            await row.get_by_role("checkbox").check()
        await expect(page.get_by_text("2 ausgewählt")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Vorrang", exact=True).click()
        dialog = page.get_by_role("dialog")
        await page.keyboard.press("Control+Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("Bitte sagen Sie, warum")
        await dialog.get_by_label("Warum?").fill("Die Presse fragt nach.")
        await page.keyboard.press("Control+Enter")
        await expect(dialog).to_have_count(0)
        await until(demo, "select count(*) from interaction where priority = 50", lambda n: n == 2)
        await held.filter(has_text="50").first.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Zuweisen", exact=True).click()
        await dialog.get_by_label("Person").select_option(label=await _option(dialog, "Nadine Kruse"))
        await dialog.get_by_role("button", name="Zuweisen").click()
        await expect(dialog).to_have_count(0)
        await expect(held.filter(has_text="Nadine Kruse")).to_have_count(1)
        await picture(page, "live")
        await _looks_in(page, demo, agent, third)


async def _option(dialog: Any, name: str) -> str:
    found = await dialog.locator("option", has_text=name).first.text_content()
    return str(found)


async def _looks_in(page: Page, demo: DemoHouse, agent: Page, council: Any) -> None:
    await page.get_by_role("link", name="Wer da ist").click()
    await expect(page.get_by_role("row", name="Nadine Kruse")).to_contain_text("Pause: Büroarbeit")
    assert await violations(page) == []
    await page.get_by_role("button", name="Einblick bei Nadine Kruse").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text("Betriebsrats-Modus")
    await dialog.get_by_role("link", name="Erlaubnis beantragen").click()
    await page.get_by_role("button", name="Erlaubnis beantragen").click()
    await dialog.get_by_label("Was", exact=True).select_option("live_view")
    await dialog.get_by_label("Grund").fill("Einarbeitung in der ersten Woche")
    await page.keyboard.press("Control+Enter")
    await expect(dialog).to_have_count(0)
    # Somebody of the works council agrees at their own desk.
    await bring_roles_up_to_date(demo.running.db)
    await rows(
        demo,
        "insert into role_grant (id, user_id, role, scope_kind) select $1, id, 'works_council', 'organisation' from app_user where login = 'samir' returning id",
        new_id(),
    )
    second = await council.new_page()
    await sign_in(second, demo, "samir")
    await second.goto(f"{demo.url}/settings/figures")
    await second.get_by_role("button", name="Zustimmen").click()
    await expect(second.get_by_text("Zugestimmt")).to_be_visible()

    await command(page, "Wer da ist")
    await page.get_by_role("button", name="Einblick bei Nadine Kruse").click()
    await expect(dialog.get_by_text("seit")).to_be_visible()
    await expect(dialog.locator("ul a")).to_have_count(1)
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await agent.goto(f"{demo.url}/settings/looks")
    await expect(agent.get_by_role("row", name="Ilka")).to_contain_text("Einarbeitung in der ersten Woche")

    await page.get_by_role("button", name="Nadine Kruse abmelden").click()
    await dialog.get_by_label("Warum?").fill("Rechner ausgefallen")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("row", name="Nadine Kruse")).to_contain_text("Nicht da")
    await expect(agent.get_by_test_id("agent-state")).to_contain_text("Nicht da")


def test_what_got_stuck_is_counted_told_and_mended(cluster: Cluster, tmp_path: Path) -> None:
    with on_demo_loop() as run:
        run(_repair(cluster, tmp_path / "data"))


async def _repair(cluster: Cluster, data: Path) -> None:
    async with running_demo(cluster, data, speed=ALMOST_STILL) as demo, browser() as started, window(started) as one:
        await demo.buttons.same_customer()
        work = await row_once_there(demo, PUBLIC)
        page = await one.new_page()
        errors = listen_for_errors(page)
        await sign_in(page, demo)
        await expect(page.get_by_test_id("repair-figure")).to_have_count(0)
        (channel,) = await rows(demo, "select channel_id as id from interaction where id = $1", work["id"])
        await _breaks(demo, channel["id"], 1)
        await expect(page.get_by_test_id("repair-figure")).to_contain_text("1")
        await _breaks(demo, channel["id"], 2)
        # The house tells of it by itself: beside the entry, and in words.
        await expect(page.get_by_test_id("repair-figure")).to_contain_text("3")
        await expect(page.get_by_text("In Quarantäne ist etwas dazugekommen: jetzt 3.")).to_be_visible()
        await command(page, "Quarantäne")
        await expect(page.get_by_test_id("quarantined")).to_have_count(3)
        await page.get_by_text("Inhalt als reiner Text").first.click()
        assert await violations(page) == []
        await picture(page, "repair")
        await page.get_by_label("Alle gezeigten auswählen").check()
        await page.get_by_role("button", name="Ausgewählte verwerfen").click()
        dialog = page.get_by_role("dialog")
        await page.keyboard.press("Control+Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text("Bitte sagen Sie, warum")
        await dialog.get_by_label("Warum?").fill("Von einem kaputten Gerät")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("Nichts in Quarantäne")).to_be_visible()
        await expect(page.get_by_test_id("repair-figure")).to_have_count(0)
        kept = await rows(demo, "select body->>'reason' as reason from audit where action = 'quarantine.discarded'")
        assert [row["reason"] for row in kept] == ["Von einem kaputten Gerät"] * 3
        await _mends(page, demo, work["id"])
        assert errors == []


async def _breaks(demo: DemoHouse, channel_id: Any, n: int) -> None:
    """Let so many items come that nobody can read."""
    async with demo.running.db.write() as tx:
        for _ in range(n):
            item = new_id()
            await tx.connection.execute(
                "insert into inbox (id, channel_id, ingest_key, body, received_at, state, error, expires_at) "
                "values ($1, $2, $3, $4, now(), 'quarantined', 'This is no JSON.', now() + interval '1 day')",
                item, channel_id, f"broken {item}", b"<broken>",
            )  # fmt: skip
            tx.emit(NewEvent(type="quarantine.changed", channel_id=channel_id, body={"inbox_id": item}))


async def _mends(page: Page, demo: DemoHouse, interaction: Any) -> None:
    (place,) = await rows(demo, "select conversation_id as id from interaction where id = $1", interaction)
    await page.goto(f"{demo.url}/work/waiting/{place['id']}")
    await expect(page.get_by_test_id("composer")).to_be_visible()
    await page.keyboard.press("t")
    await page.get_by_test_id("composer").locator("textarea").fill("Wir kümmern uns darum.")
    await page.get_by_test_id("send").click()
    message = await row_once_there(demo, "select message_id as id from outbox where state in ('sent', 'delivered')")
    # As if the network had refused it.
    await rows(
        demo, "update outbox set state = 'failed', error_code = 'too_long', error = 'More than 300 characters.' where message_id = $1 returning 1 as n",
        message["id"],
    )  # fmt: skip
    await rows(
        demo,
        "update message set delivery = 'failed', delivery_code = 'too_long', remote_id = null where id = $1 returning 1 as n",
        message["id"],
    )
    await command(page, "Nicht zugestellt")
    letter = page.get_by_test_id("dead-letter")
    await expect(letter).to_contain_text("Zu lang für das Netz")
    await page.get_by_label("Grund").select_option("too_long")
    await expect(letter).to_have_count(1)
    assert await violations(page) == []
    await letter.get_by_role("button", name="Ändern und senden").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Text").fill("Wir kümmern uns.")
    await page.keyboard.press("Control+Enter")
    await expect(letter).to_have_count(0)
    sent = await row_once_there(
        demo,
        "select t.text from outbox o join message_text t on t.message_id = o.message_id where o.message_id = $1 and o.state in ('sent', 'delivered')",
        message["id"],
    )
    assert sent["text"] == "Wir kümmern uns."
