"""Calls between browsers, by visible controls: a visitor calls from a page, an agent answers at the desk, and sound goes both ways."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.callroom import AGENT_HZ, LINE, SECOND_HZ, VISITOR_HZ, Room, ears, hears, packets, room, sign_in, singer
from tests.browser.kit import command, listen_for_errors, window
from tests.web.conftest import MakeHouse

pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.timeout(300)]


async def call(visitor: Page, house: Room, name: str) -> None:
    """Call from the line's page."""
    await visitor.goto(f"{house.url}/call/{LINE}")
    await visitor.get_by_label("Your name").fill(name)
    await visitor.get_by_role("button", name="Call now").click()


async def answer(agent: Page) -> None:
    """Take up what rings."""
    await agent.get_by_test_id("ring").get_by_role("button", name="Answer").click()
    await expect(agent.get_by_test_id("phone-state")).to_have_text("Connected")


async def until(page: Page, condition: str) -> None:
    """Wait until something is true in a page."""
    for _ in range(200):
        if await page.evaluate(condition):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never came true: {condition}")


async def test_a_visitor_calls_an_agent_answers_and_both_hear_each_other(make_house: MakeHouse, tmp_path: Path) -> None:
    async with (
        room(make_house) as house, singer(tmp_path, VISITOR_HZ) as theirs, singer(tmp_path, AGENT_HZ) as ours,
        window(theirs, locale="en-GB", width=500) as street, window(ours, locale="en-GB") as office,
    ):  # fmt: skip
        await ears(street)
        await ears(office)
        await house.agent("anna", "Anna Berg")
        agent, visitor = await office.new_page(), await street.new_page()
        errors = [listen_for_errors(agent), listen_for_errors(visitor)]
        await sign_in(agent, house, "anna")
        await call(visitor, house, "Vera Lind")
        await expect(agent.get_by_test_id("ring")).to_contain_text("Vera Lind")
        await answer(agent)
        await expect(visitor.get_by_role("status")).to_contain_text("Connected to Anna")
        await hears(agent, VISITOR_HZ)
        await hears(visitor, AGENT_HZ)
        for page in (agent, visitor):
            counted = await packets(page)
            assert min(counted["sent"], counted["received"]) > 20, counted
        await agent.get_by_role("button", name="Hang up").click()
        await expect(visitor.get_by_role("status")).to_contain_text("The call has ended")
        await expect(agent.get_by_test_id("wrap-up")).to_be_visible()
        assert errors == [[], []]


async def test_a_call_outlives_a_reload_and_a_new_network_and_goes_on_to_a_colleague(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    async with (
        room(make_house) as house, singer(tmp_path, VISITOR_HZ) as theirs, singer(tmp_path, AGENT_HZ) as ours,
        singer(tmp_path, SECOND_HZ) as others, window(theirs, locale="en-GB", width=390) as street,
        window(ours, locale="en-GB") as office, window(others, locale="en-GB") as next_door,
    ):  # fmt: skip
        for context in (street, office, next_door):
            await ears(context)
        await house.agent("anna", "Anna Berg")
        await house.agent("ben", "Ben Toth")
        agent, visitor, colleague = await office.new_page(), await street.new_page(), await next_door.new_page()
        await sign_in(agent, house, "anna")
        await call(visitor, house, "Vera Lind")
        await answer(agent)
        await hears(agent, VISITOR_HZ)

        await agent.reload()
        await expect(agent.get_by_test_id("phone-state")).to_have_text("Connected")
        await hears(agent, VISITOR_HZ)
        await hears(visitor, AGENT_HZ)

        before = (await packets(visitor))["ufrag"]
        await street.set_offline(True)
        await street.set_offline(False)
        await until(visitor, f"window.__packets().then((now) => now.ufrag !== '{before}')")
        await hears(visitor, AGENT_HZ)
        await hears(agent, VISITOR_HZ)

        await sign_in(colleague, house, "ben")
        await command(agent, "Transfer")
        await agent.get_by_role("radio", name="Ben Toth").check()
        await agent.get_by_role("dialog").get_by_role("button", name="Transfer").click()
        await answer(colleague)
        await hears(colleague, VISITOR_HZ)
        await hears(visitor, SECOND_HZ)
        await expect(agent.get_by_test_id("phone-bar")).to_have_count(0)

        # The visitor's machine goes down without a word.
        await visitor.evaluate(
            "window.onpagehide = null; window.addEventListener('pagehide', (e) => e.stopImmediatePropagation(), true)"
        )
        await visitor.close()
        await expect(colleague.get_by_test_id("phone-bar")).to_have_count(0, timeout=45_000)
        await expect(colleague.get_by_test_id("wrap-up")).to_be_visible()
