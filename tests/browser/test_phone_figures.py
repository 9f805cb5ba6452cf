"""Calls on the wallboard and in the parity view, by visible controls: one waits, one is answered, one is given up."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.callroom import AGENT_HZ, LINE, VISITOR_HZ, ears, hears, room, sign_in, singer
from tests.browser.kit import violations, window
from tests.midnight import zone_at_noon
from tests.web.conftest import MakeHouse
from unisono.service.tallying import tally_on

pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.timeout(300)]


async def calls(visitor: Page, url: str, name: str) -> None:
    """Call from the line's page."""
    await visitor.goto(f"{url}/call/{LINE}")
    await visitor.get_by_label("Your name").fill(name)
    await visitor.get_by_role("button", name="Call now").click()


async def shows(board: Page, **figures: str) -> None:
    """Wait until the wallboard's tiles say so."""
    for name, figure in figures.items():
        await expect(board.get_by_test_id(f"tile-{name}").locator("dd").first).to_have_text(figure)


async def test_calls_stand_on_the_wallboard_and_beside_the_other_ways(make_house: MakeHouse, tmp_path: Path) -> None:
    async with (
        room(make_house) as house, singer(tmp_path, VISITOR_HZ) as theirs, singer(tmp_path, AGENT_HZ) as ours,
        window(theirs, locale="en-GB", width=390) as street, window(theirs, locale="en-GB", width=390) as square,
        window(ours, locale="en-GB") as office, window(ours, locale="en-GB") as upstairs,
    ):  # fmt: skip
        await house.sql("update queue set time_zone = $1, name = $2", zone_at_noon(), {"de": "Telefon", "en": "Telephone"})
        await house.agent("anna", "Anna Berg")
        await house.agent("sven", "Sven Roth", "supervisor")
        counting = asyncio.create_task(tally_on(house.house.db, house.house.bell, house.house.clock))
        try:
            for context in (street, square, office):
                await ears(context)
            vera, otto, agent, board = (
                await street.new_page(), await square.new_page(), await office.new_page(), await upstairs.new_page()
            )  # fmt: skip
            # Who supervises here takes no calls.
            await sign_in(board, house, "sven", state="")
            await board.goto(f"{house.url}/supervision/wallboard")
            await shows(board, waiting="0", arrived="0", abandoned="0")

            await calls(vera, house.url, "Vera Lind")
            await shows(board, waiting="1", arrived="1")
            row = board.get_by_role("row", name="Telephone")
            await expect(row.get_by_role("cell").first).to_have_text("1")

            await sign_in(agent, house, "anna")
            await agent.get_by_test_id("ring").get_by_role("button", name="Answer").click()
            await hears(agent, VISITOR_HZ)
            # The promise of an answer is kept once somebody speaks, not once they have finished.
            await shows(board, waiting="0", level="100%", abandoned="0")

            await calls(otto, house.url, "Otto Kern")
            await shows(board, waiting="1", arrived="2")
            await otto.get_by_role("button", name="Hang up").click()
            await shows(board, waiting="0", arrived="2", abandoned="1", level="100%", handled="0")
            assert await violations(board) == []

            await board.goto(f"{house.url}/supervision/parity")
            await board.get_by_role("button", name="Today").click()
            row = board.get_by_role("row", name="Calls")
            # Multiple, came, answered, waiting; the level before them.
            for place, figure in ((2, "100%"), (4, "2"), (5, "1"), (6, "0")):
                await expect(row.get_by_role("cell").nth(place)).to_have_text(figure)
            await expect(row.get_by_role("cell").first).not_to_have_text("–")
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
