"""Lines and telephones at the desk, by visible controls: extensions, menus, numbers that are not called, calls out and their bar."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.callroom import Room, room, sign_in
from tests.browser.kit import browser, command, listen_for_errors, violations, window
from tests.callkit import ADA, BERT, OURS
from tests.web.conftest import PASSWORD, MakeHouse, RealClock
from unisono.contract.voice import CALLER, Connect, Hold, Originate, Play, SendDtmf
from unisono.testing.telephone import FakeDriver

pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.timeout(300)]


class Scene:
    """A house with an exchange, its administrator's browser and an agent's."""

    def __init__(self, house: Room, exchange: FakeDriver, browser: Browser, root: Page, anna: Page) -> None:
        self.house, self.exchange, self.browser, self.root, self.anna = house, exchange, browser, root, anna


@asynccontextmanager
async def office(make_house: MakeHouse, **config: object) -> AsyncIterator[Scene]:
    exchange = FakeDriver(clock=RealClock())
    settings = {"driver": "fake", "numbers": [OURS], **config}
    async with (
        room(make_house, exchange=exchange, **settings) as house, browser() as started,
        window(started, locale="en-GB") as desk, window(started, locale="en-GB") as other,
    ):  # fmt: skip
        await house.agent("anna", "Anna Berg")
        root, anna = await desk.new_page(), await other.new_page()
        await root.goto(f"{house.url}/work")
        await root.locator("input[name=login]").fill("root")
        await root.locator("input[name=password]").fill(PASSWORD)
        await root.locator("button[type=submit]").click()
        await expect(root.get_by_role("link", name="Channels").first).to_be_visible()
        errors = [listen_for_errors(page) for page in (root, anna)]
        yield Scene(house, exchange, started, root, anna)
        # A refusal that the page words is an answer of the server all the same.
        assert [line for found in errors for line in found if "status of 4" not in line] == []


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is true at the exchange."""
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


async def test_extensions_and_a_lines_menus_are_set_by_controls(make_house: MakeHouse) -> None:
    async with office(make_house, menus={"alt": {"choices": {"1": {"goal": "goodbye"}}}}) as scene:
        root, anna, house = scene.root, scene.anna, scene.house
        await root.goto(f"{house.url}/people/users")
        await root.get_by_role("button", name="Edit Anna Berg").click()
        extension = root.get_by_label("Extension at fake")
        await extension.fill("20 4")
        await root.get_by_role("button", name="Save").click()
        await expect(root.get_by_role("alert")).to_contain_text("has no blanks")
        assert await violations(root) == []
        await extension.fill("204")
        await root.get_by_role("button", name="Save").click()
        await expect(root.get_by_role("row", name="Anna Berg")).to_contain_text("fake: 204")

        await sign_in(anna, house, "anna")
        await command(anna, "Mine")
        await expect(anna.get_by_role("region", name="My telephones")).to_contain_text("204")

        await root.goto(f"{house.url}/channels/{house.channel}")
        menu = root.get_by_test_id("menu")
        await menu.get_by_label("Name of the menu").fill("main")
        await menu.get_by_label("What is said").fill("Press 1 to wait, 2 for a message.")
        await menu.get_by_label("Where key 1 leads").select_option("waits in a queue")
        await menu.get_by_role("button", name="Add a key").click()
        await menu.get_by_label("Where key 2 leads").select_option("hears another menu")
        await root.get_by_label("Menu that all callers hear").select_option("main")
        await root.get_by_role("button", name="Check and save").click()
        await expect(root.get_by_role("alert")).to_have_text("Choose the menu that it leads to.")
        await expect(menu.get_by_label("Where key 2 leads")).to_be_focused()
        await menu.get_by_label("Where key 2 leads").select_option("leaves a message")
        await root.get_by_text("Announcements: the house's own words").click()
        await expect(root.get_by_text("Otherwise: “Hello.”")).to_be_visible()
        await root.get_by_label("Welcome", exact=False).first.fill("Good day!")
        await root.get_by_label("Prefixes allowed").fill("49")
        await root.get_by_role("button", name="Check and save").click()
        await expect(root.get_by_role("alert")).to_contain_text("Each entry stands on a line of its own")
        await root.get_by_label("Prefixes allowed").fill("+49\n+43")
        await root.get_by_label("Who withholds the number").select_option("say goodbye")
        assert await violations(root) == []
        async with window(scene.browser, locale="de-DE", theme="dark", width=390) as hall:
            small = await hall.new_page()
            await hall.add_cookies(await root.context.cookies())  # type: ignore[arg-type]  # read as one type, set as another
            await small.goto(f"{house.url}/channels/{house.channel}")
            await expect(small.get_by_test_id("menu")).to_be_visible()
            assert await violations(small) == []
            assert await small.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await root.get_by_role("button", name="Check and save").click()
        await root.wait_for_url("**/channels")
        (row,) = await house.sql("select config from channel where id = $1", house.channel)
        assert row["config"]["menus"] == {
            "main": {
                "says": "Press 1 to wait, 2 for a message.", "choices": {"1": {"goal": "queue"}, "2": {"goal": "message"}},
                "otherwise": {"goal": "queue"},
            }
        }  # fmt: skip
        assert (row["config"]["dial_prefixes"], row["config"]["withheld"]) == (["+49", "+43"], "goodbye")

        call = await scene.exchange.rings(ADA, OURS, display_name="Ada")
        await until(lambda: any(isinstance(one, Play) for one in scene.exchange.commands))
        heard = scene.exchange.last(Play, call).prompt
        assert [one.text for one in heard.says] == ["Good day!", "Press 1 to wait, 2 for a message."]
        assert heard.digits == "12"
        await scene.exchange.presses(call, "1")
        # Her telephone rings, and the desk says who calls.
        await expect(anna.get_by_test_id("ring")).to_contain_text("Your telephone rings: take the call up there.")
        await until(lambda: any(isinstance(one, Connect) for one in scene.exchange.commands))
        rung = scene.exchange.last(Connect, call)
        assert rung.endpoint.address == "204"

        # Passed on to somebody outside without a word before: by the rules of the line, as every call out.
        await scene.exchange.answers(call, rung.leg_id)
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Connected")
        # What it is about opens at the desk as soon as the telephone is taken up.
        await expect(
            anna.get_by_role("region", name="Conversation", exact=True).get_by_role("heading", name="Ada")
        ).to_be_visible()
        await anna.keyboard.press("Shift+F8")
        dialog = anna.get_by_role("dialog")
        for typed, words in (
            ("112", "Emergency numbers cannot be called from here"), ("+44 20 7946 0000", "may not call numbers that begin so"),
            ("not a number", "no phone number that can be dialled"),
        ):  # fmt: skip
            await dialog.get_by_label("Or a phone number").fill(typed)
            await expect(dialog).to_contain_text("If nobody answers at this number, it ends there")
            await dialog.get_by_role("button", name="Transfer").click()
            await expect(dialog.get_by_role("alert")).to_contain_text(words)
        assert set(scene.exchange.hears(call)) == {CALLER, rung.leg_id}, "who is refused speaks on"
        assert await violations(anna) == []
        await dialog.get_by_label("Or a phone number").fill("040 654321")
        await dialog.get_by_role("button", name="Transfer").click()
        await expect(anna.get_by_test_id("phone-bar")).to_have_count(0)
        await expect(anna.get_by_test_id("wrap-up")).to_be_visible()
        await until(lambda: scene.exchange.last(Connect, call).endpoint.address == BERT)
        await scene.exchange.answers(call, scene.exchange.last(Connect, call).leg_id)
        await until(lambda: set(scene.exchange.hears(call)) == {CALLER, scene.exchange.last(Connect, call).leg_id})


async def test_any_number_is_called_but_for_those_that_may_not_and_the_desk_steers_the_call(make_house: MakeHouse) -> None:
    async with office(make_house, dial_prefixes=["+49"]) as scene:
        root, anna, house, exchange = scene.root, scene.anna, scene.house, scene.exchange
        await root.goto(f"{house.url}/settings/do-not-call")
        await root.get_by_label("Phone number").fill("040 654321")
        await root.get_by_role("button", name="Put on the list").click()
        await expect(root.get_by_role("row", name="+49 … 21")).to_contain_text("they asked not to be called")
        await root.get_by_label("Phone number").fill("+49 40 654321")
        await root.get_by_role("button", name="Is it on the list?").click()
        await expect(root.get_by_text("On the list since")).to_be_visible()
        assert await violations(root) == []

        await sign_in(anna, house, "anna")
        await anna.keyboard.press("C")
        dialog = anna.get_by_role("dialog")
        await dialog.get_by_label("Phone number").fill("112")
        await dialog.get_by_role("button", name="Call", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_contain_text("Emergency numbers cannot be called from here")
        await dialog.get_by_label("Phone number").fill("040 654321")
        await dialog.get_by_role("button", name="Call", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_contain_text("does not want to be called")
        await expect(dialog.get_by_text("A supervisor can decide otherwise")).to_be_visible()
        assert await violations(anna) == []
        assert exchange.commands == []

        (anna_id,) = [row["id"] for row in await house.sql("select id from app_user where login = 'anna'")]
        await dialog.get_by_label("Phone number").fill("030 123456")
        await dialog.get_by_role("button", name="Call", exact=True).click()
        bar = anna.get_by_test_id("phone-bar")
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Your telephone rings")
        made = exchange.last(Originate)
        assert made.endpoint.user_id == str(anna_id)
        await exchange.answers(made.call_id, made.leg_id)
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Calling")
        await until(lambda: any(isinstance(one, Connect) for one in exchange.commands))
        assert exchange.last(Connect, made.call_id).endpoint.address == ADA
        await exchange.answers(made.call_id, CALLER)
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Connected")
        assert await violations(anna) == []

        await anna.keyboard.press("F4")
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("On hold")
        assert exchange.last(Hold, made.call_id).leg_id == CALLER
        await anna.keyboard.press("F4")
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Connected")
        await anna.keyboard.press("Shift+F2")
        await bar.get_by_role("button", name="5", exact=True).click()
        await anna.keyboard.type("#")
        await until(lambda: [one.digits for one in exchange.commands if isinstance(one, SendDtmf)] == ["5", "#"])

        await anna.keyboard.press("Shift+F8")
        await expect(dialog.get_by_role("button", name="Transfer")).to_be_visible()
        await anna.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await anna.keyboard.press("Shift+F4")
        await dialog.get_by_label("Or a phone number").fill("+44 20 7946 0000")
        await dialog.get_by_role("button", name="Consult").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("may not call numbers that begin so")
        await dialog.get_by_label("Or a phone number").fill("0301234568")
        await dialog.get_by_role("button", name="Consult").click()
        await expect(anna.get_by_test_id("phone-state")).to_contain_text("Consulting")
        second = exchange.last(Connect, made.call_id)
        assert second.endpoint.address == "+49301234568"
        await exchange.answers(made.call_id, second.leg_id)
        await bar.get_by_role("button", name="All together").click()
        await until(lambda: set(exchange.hears(made.call_id)) == {CALLER, made.leg_id, second.leg_id})
        await bar.get_by_role("button", name="Hand over").click()
        await until(lambda: set(exchange.hears(made.call_id)) == {CALLER, second.leg_id})
        await expect(bar).to_have_count(0)
        await expect(anna.get_by_test_id("wrap-up")).to_be_visible()
