"""Calls between browsers, by visible controls: a visitor calls from a page, an agent answers at the desk, and sound goes both ways."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.callroom import (
    AGENT_HZ,
    LINE,
    SECOND_HZ,
    VISITOR_HZ,
    Room,
    ears,
    hears,
    hears_nobody,
    packets,
    room,
    sign_in,
    singer,
)
from tests.browser.kit import command, listen_for_errors, violations, window
from tests.web.conftest import MakeHouse
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.people_figures import agree_permit, ask_permit

#: Entries in every store of a browser in which sound could lie: databases, caches, the private file system, and texts of a size.
STORES = """
async () => {
  const files = await navigator.storage.getDirectory();
  const names = [];
  for await (const name of files.keys()) names.push(name);
  const texts = [localStorage, sessionStorage].flatMap((one) => Object.values({ ...one })).filter((text) => text.length > 4000);
  return {
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length, files: names.length, texts: texts.length,
    session: Object.keys(sessionStorage).length,
  };
}
"""
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


async def until_sound(house: Room, *, recordings: int) -> None:
    """Wait until so many recordings have sound in the house, kept already or still coming in pieces."""
    for _ in range(200):
        pieces = await house.sql("select distinct recording_id::text as id from browser_sound")
        ready = await house.sql("select id::text as id from call_recording where size_bytes > 0")
        if len({row["id"] for row in (*pieces, *ready)}) >= recordings:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("nothing of a recording arrives any more")


async def plays(agent: Page, name: str, n: int = 0) -> None:
    """Play a file of the conversation, and wait until it sounds."""
    await agent.get_by_role("link", name=name).nth(n).click()
    sound = agent.get_by_role("dialog").locator("audio")
    await sound.evaluate("(one) => void one.play()")
    await until_of(sound, "(one) => one.currentTime > 0.3")
    await agent.keyboard.press("Escape")


async def kept(page: Page) -> dict[str, int]:
    """Return what a page has put by, wherever a browser keeps things that could be sound."""
    found: dict[str, int] = await page.evaluate(STORES)
    return {place: n for place, n in found.items() if n}


async def until_of(element: Locator, condition: str) -> None:
    """Wait until something is true of an element."""
    for _ in range(200):
        if await element.evaluate(condition):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never came true: {condition}")


async def until_true(condition: Callable[[], bool]) -> None:
    """Wait until something is true in the house."""
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it never came true")


async def until(page: Page, condition: str) -> None:
    """Wait until something is true in a page."""
    for _ in range(200):
        if await page.evaluate(condition):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"never came true: {condition}")


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
        errors = [listen_for_errors(page) for page in (agent, visitor, colleague)]
        await call(visitor, house, "Vera Lind")
        await expect(agent.get_by_test_id("ring")).to_contain_text("Vera Lind")
        await answer(agent)
        await expect(visitor.get_by_role("status")).to_contain_text("Connected to Anna")
        await hears(agent, VISITOR_HZ)
        for page in (agent, visitor):
            counted = await packets(page)
            assert min(counted["sent"], counted["received"]) > 20, counted

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

        assert [line for found in errors for line in found if "ERR_INTERNET_DISCONNECTED" not in line] == []
        # The visitor's machine goes down without a word.
        await visitor.evaluate(
            "window.onpagehide = null; window.addEventListener('pagehide', (e) => e.stopImmediatePropagation(), true)"
        )
        await visitor.close()
        await expect(colleague.get_by_test_id("phone-bar")).to_have_count(0)
        await expect(colleague.get_by_test_id("wrap-up")).to_be_visible()


async def test_hold_consult_three_way_and_handing_over(make_house: MakeHouse, tmp_path: Path) -> None:
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
        await visitor.goto(f"{house.url}/call/{LINE}")
        assert await violations(visitor) == []
        await call(visitor, house, "Vera Lind")
        await expect(agent.get_by_test_id("ring")).to_be_visible()
        assert await violations(agent) == []
        await agent.keyboard.press("F2")
        await hears(visitor, AGENT_HZ)
        for page in (agent, visitor):
            assert await violations(page) == []
        await sign_in(colleague, house, "ben")

        await agent.keyboard.press("F4")
        await expect(agent.get_by_test_id("phone-state")).to_contain_text("On hold")
        await expect(visitor.get_by_role("status")).to_contain_text("One moment please")
        await hears_nobody(visitor)
        await hears_nobody(agent)
        await until(visitor, "window.__played() > 0.005")
        await agent.keyboard.press("F4")
        await hears(visitor, AGENT_HZ)

        await agent.get_by_role("button", name="Consult").click()
        await agent.get_by_role("radio", name="Ben Toth").check()
        await agent.get_by_role("dialog").get_by_role("button", name="Consult").click()
        await expect(colleague.get_by_test_id("ring")).to_contain_text("Anna Berg asks for advice")
        await colleague.keyboard.press("F2")
        await hears(colleague, AGENT_HZ)
        await hears(agent, SECOND_HZ)
        await hears_nobody(visitor)

        await agent.get_by_role("button", name="All together").click()
        await hears(visitor, AGENT_HZ, SECOND_HZ)
        await hears(colleague, AGENT_HZ, VISITOR_HZ)
        await hears(agent, SECOND_HZ, VISITOR_HZ)

        await agent.get_by_role("button", name="Hand over").click()
        await hears(visitor, SECOND_HZ)
        await hears(colleague, VISITOR_HZ)
        await expect(agent.get_by_test_id("phone-bar")).to_have_count(0)
        await visitor.get_by_role("button", name="Hang up").click()
        await expect(colleague.get_by_test_id("wrap-up")).to_be_visible()


async def test_a_talk_is_recorded_only_after_both_agreed_and_played_in_the_conversation(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    async with (
        room(make_house, recording="ask") as house, singer(tmp_path, VISITOR_HZ) as theirs, singer(tmp_path, AGENT_HZ) as ours,
        window(theirs, locale="en-GB", width=390) as street, window(ours, locale="en-GB") as office,
    ):  # fmt: skip
        await ears(street)
        await ears(office)
        await house.agent("anna", "Anna Berg")
        agent, visitor = await office.new_page(), await street.new_page()
        await sign_in(agent, house, "anna")
        await call(visitor, house, "Vera Lind")
        await answer(agent)
        await hears(agent, VISITOR_HZ)

        await agent.get_by_role("button", name="Record").click()
        await visitor.get_by_role("button", name="No", exact=True).click()
        await expect(agent.get_by_text("The caller did not agree")).to_be_visible()
        await hears(agent, VISITOR_HZ)
        assert house.sound_on_disk() == []
        # After the refusal, with both still speaking, neither browser has put anything by.
        assert [await kept(page) for page in (agent, visitor)] == [{}, {}]
        await agent.get_by_role("button", name="Record").click()
        await expect(visitor.get_by_role("button", name="Yes, record")).to_be_visible()
        assert house.sound_on_disk() == []
        assert await house.sql("select 1 from browser_sound union all select 1 from attachment") == []
        assert [await kept(page) for page in (agent, visitor)] == [{}, {}]
        await visitor.get_by_role("button", name="Yes, record").click()
        await expect(visitor.get_by_role("status")).to_contain_text("This call is being recorded")
        await expect(agent.get_by_test_id("phone-bar")).to_contain_text("Recording")
        await until_true(lambda: house.sound_on_disk() != [])
        await agent.get_by_role("button", name="Pause recording").click()
        await expect(visitor.get_by_role("status")).to_contain_text("Recording is paused")
        await agent.get_by_role("button", name="Record on").click()
        await expect(visitor.get_by_role("status")).to_contain_text("This call is being recorded")
        # A page that is loaded anew goes on recording: what was before and what comes after are a file each.
        await agent.reload()
        await expect(agent.get_by_test_id("phone-state")).to_have_text("Connected")
        await hears(agent, VISITOR_HZ)
        await until_sound(house, recordings=2)
        await expect(agent.get_by_test_id("phone-bar")).to_contain_text("Recording")
        await expect(visitor.get_by_role("status")).to_contain_text("This call is being recorded")
        await agent.keyboard.press("F9")
        await expect(agent.get_by_test_id("wrap-up")).to_be_visible()
        await expect(agent.get_by_role("link", name="recording.webm")).to_have_count(2)
        for n in range(2):
            await plays(agent, "recording.webm", n)
        for page in (agent, visitor):
            assert await kept(page) == {}

        # When it is deleted stands beside it. Who may only read knows that it is there, and not a sound of it.
        await expect(agent.get_by_test_id("recording").first).to_contain_text("has set no time")
        await house.sql("insert into retention_rule (id, what, days) values ($1, 'recordings', 30)", new_id())
        await house.person("nora", "Nora Lux", "viewer")
        async with window(theirs, locale="en-GB", theme="dark") as hall:
            reader = await hall.new_page()
            await sign_in(reader, house, "nora", state="")
            await reader.goto(agent.url)
            seen = reader.get_by_test_id("recording").first
            await expect(seen).to_contain_text("not for you to hear")
            await expect(seen).to_contain_text("Ask an administrator if you need it.")
            await expect(seen).to_contain_text("Is deleted on")
            await expect(reader.get_by_role("link", name="recording.webm")).to_have_count(0)
            assert await violations(reader) == []
        heard = await house.sql(
            "select u.login from audit a join app_user u on u.id = a.actor_id where action = 'recording.played'"
        )
        assert [row["login"] for row in heard] == ["anna", "anna"]


async def test_who_calls_out_of_hours_leaves_a_message_that_is_played_in_the_conversation(
    make_house: MakeHouse, tmp_path: Path
) -> None:
    menu = {"first_menu": "m", "menus": {"m": {"says": "Press 1 to leave a message.", "choices": {"1": {"goal": "message"}}}}}
    async with (
        room(make_house, **menu) as house, singer(tmp_path, VISITOR_HZ) as theirs,
        window(theirs, locale="en-GB", width=390) as street, window(theirs, locale="en-GB") as office,
    ):  # fmt: skip
        await ears(street)
        await house.agent("anna", "Anna Berg")
        visitor, agent = await street.new_page(), await office.new_page()
        await call(visitor, house, "Vera Lind")
        await expect(visitor.get_by_role("status")).to_contain_text("Press 1 to leave a message.")
        await visitor.get_by_role("button", name="1", exact=True).click()
        await expect(visitor.get_by_role("button", name="Start recording")).to_be_visible()
        assert house.sound_on_disk() == []
        await visitor.get_by_role("button", name="Start recording").click()
        await until_true(lambda: len(house.sound_on_disk()) > 1)
        await visitor.get_by_role("button", name="Send the message").click()
        await expect(visitor.get_by_role("status")).to_contain_text("The call has ended")
        await sign_in(agent, house, "anna")
        await agent.get_by_test_id("offer").get_by_role("button", name="Accept").click()
        await plays(agent, "message.webm")


async def test_who_listens_in_hears_both_and_both_are_told(make_house: MakeHouse, tmp_path: Path) -> None:
    async with (
        room(make_house) as house, singer(tmp_path, VISITOR_HZ) as theirs, singer(tmp_path, AGENT_HZ) as ours,
        singer(tmp_path, SECOND_HZ) as others, window(theirs, locale="en-GB", width=390) as street,
        window(ours, locale="en-GB") as office, window(others, locale="en-GB") as upstairs,
    ):  # fmt: skip
        for context in (street, office, upstairs):
            await ears(context)
        await house.agent("anna", "Anna Berg")
        agent, visitor, leader = await office.new_page(), await street.new_page(), await upstairs.new_page()
        await sign_in(agent, house, "anna")
        await call(visitor, house, "Vera Lind")
        await answer(agent)
        await hears(agent, VISITOR_HZ)

        await house.sql("insert into role (name, actions) values ('looker', $1)", ["people.look"])
        sven = await house.agent("sven", "Sven Roth", "supervisor", "looker")
        await sign_in(leader, house, "sven")
        await leader.goto(f"{house.url}/supervision/live")
        await leader.get_by_role("button", name="Listen in on Anna Berg").click()
        await expect(leader.get_by_role("region", name="Notices")).to_contain_text("Listening in is not possible")
        asked = await ask_permit(
            house.house.db, Access(user_id=sven, actions=frozenset({"people.look"})), new_id(), kind="listening_in",
            reason="Training of new colleagues", days=1,
        )  # fmt: skip
        (root,) = await house.sql("select id from app_user where login = 'root'")
        await agree_permit(house.house.db, Access(user_id=root["id"], actions=frozenset({"people.agree"})), asked)
        await leader.get_by_role("button", name="Listen in on Anna Berg").click()
        # The caller is told while the listener's phone still rings.
        await expect(visitor.get_by_role("status")).to_contain_text("Another person of our house is listening in")
        await expect(leader.get_by_test_id("ring")).to_contain_text("Anna Berg is listened to")
        await leader.keyboard.press("F2")
        await expect(leader.get_by_test_id("phone-state")).to_have_text("You listen, nobody hears you")
        await hears(leader, VISITOR_HZ, AGENT_HZ)
        await expect(agent.get_by_test_id("phone-bar")).to_contain_text("Another person is listening in.")
        await expect(visitor.get_by_role("status")).to_contain_text("Another person of our house is listening in")
        await hears(visitor, AGENT_HZ)
        await hears(agent, VISITOR_HZ)
        for page in (leader, agent, visitor):
            assert await violations(page) == []

        await leader.keyboard.press("F9")
        await expect(agent.get_by_text("Another person is listening in.")).to_have_count(0)
        await expect(visitor.get_by_role("status")).not_to_contain_text("listening in")
        await agent.keyboard.press("F8")
        await hears_nobody(visitor)
        await agent.keyboard.press("F8")
        await hears(visitor, AGENT_HZ)
        await command(agent, "Who looked")
        await expect(agent.get_by_role("row", name="Sven Roth")).to_contain_text("A talk on the phone")
