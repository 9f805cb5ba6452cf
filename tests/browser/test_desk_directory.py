"""A directory at the desk: connected by an administrator, searched by an agent, called by a click."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import browser, listen_for_errors, violations_in_themes, window
from tests.browser.small_house import log_in, place
from tests.peers import slapd
from tests.web.conftest import MakeHouse
from unisono.testing.networks.directory.slapd import BASE, READER, Slapd

pytestmark = [pytest.mark.browser, pytest.mark.workplace, pytest.mark.timeout(300)]


async def look(page: Page, name: str) -> None:
    """Judge what shows, in both themes; keep it where somebody wants to look."""
    assert await violations_in_themes(page) == [], name
    if folder := os.environ.get("UNISONO_TEST_SIGHTS"):
        await page.screenshot(path=Path(folder) / f"directory-{name}.png", full_page=True)


async def test_a_directory_is_connected_and_a_colleague_found_and_called(make_house: MakeHouse) -> None:
    slapd()
    server = Slapd()
    await server.start()
    await server.add_person(
        "okafor", "Chidi Okafor", mail="chidi@stadtwerke.test", title="Zählerwesen", telephoneNumber="02561 555-17"
    )
    try:
        async with (
            place(make_house) as it,
            browser() as started,
            window(started, locale="de-DE") as first,
            window(started, locale="en-GB", width=390, height=844) as second,
        ):
            await it.person("ada", "administrator")
            await it.kit.sql("update app_user set locale = 'de' where login = 'ada'")
            root, ilka = await log_in(first, it, "ada"), await log_in(second, it, "ilka")
            errors = [listen_for_errors(page) for page in (root, ilka)]
            await root.goto(f"{it.url}/settings/directory")
            await root.get_by_label("Server").fill(server.url)
            await root.get_by_role("checkbox", name="StartTLS").uncheck()
            await root.get_by_label("Basis").fill(BASE)
            await root.get_by_label("Konto, das liest").fill(READER)
            await root.get_by_label("Sein Passwort").fill("wrong")
            await root.get_by_role("button", name="Prüfen").click()
            await expect(root.get_by_role("alert")).to_contain_text("nimmt dieses Konto")
            await root.get_by_label("Sein Passwort").fill(server.password)
            await root.get_by_role("button", name="Prüfen").click()
            await expect(root.get_by_text("1 Person: Chidi Okafor")).to_be_visible()
            await root.get_by_role("button", name="Speichern und lesen").click()
            await expect(root.get_by_role("status").get_by_text("1 Person", exact=True)).to_be_visible()
            await look(root, "settings")

            await ilka.goto(f"{it.url}/directory")
            # Who has an account is a colleague as well.
            await expect(ilka.get_by_role("listitem").filter(has_text="Sven")).to_be_visible()
            await ilka.get_by_role("searchbox").fill("zahler oka")
            found = ilka.get_by_role("listitem").filter(has_text="Chidi Okafor")
            await expect(found).to_be_visible()
            await expect(ilka.get_by_role("listitem").filter(has_text="Sven")).to_have_count(0)
            await look(ilka, "found-390")
            await found.get_by_role("button", name="Call Chidi Okafor: 02561 555-17").click()
            await expect(ilka.get_by_role("dialog").get_by_role("textbox", name="Phone number")).to_have_value("+49256155517")
            await ilka.keyboard.press("Escape")
            await ilka.get_by_role("searchbox").fill("nobody at all")
            await expect(ilka.get_by_text("Nobody found")).to_be_visible()

            await root.get_by_role("button", name="Verzeichnis vergessen").click()
            await expect(root.get_by_text("1 Person", exact=True)).to_have_count(0)
            await ilka.get_by_role("searchbox").fill("okafor")
            await expect(ilka.get_by_text("Nobody found")).to_be_visible()
            # The password that was wrong.
            assert [[one for one in some if "422" not in one and "404" not in one] for some in errors] == [[], []]
    finally:
        await server.end()
