"""A public comment at the desk: hidden with a reason, answered in private in one step, and both shown as one story."""

from typing import Any, ClassVar

import msgspec
import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import browser, listen_for_errors, window
from tests.browser.test_desk_channels import desk, violations
from tests.kit import House, Scripted
from tests.service.test_moderate import Moderating
from tests.web.conftest import PASSWORD, MakeHouse
from tests.web.network import Networks
from unisono.contract import TextLimit
from unisono.contract.connector import ConnectorType
from unisono.service.sender import Sender

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


class Open(Moderating):
    """Everything can be done to a comment, and it can be answered in private once."""

    caps: ClassVar = msgspec.structs.replace(
        Moderating.caps, private_reply=True, private_replies_max=1, private_text=TextLimit(maximum=40)
    )


class OpenNetworks(Networks):
    def code(self, connector: str) -> ConnectorType:
        return Open if connector == "scripted" else super().code(connector)


async def _opened(house: Any, url: str, page: Page) -> None:
    """A comment in root's hands, open at the desk."""
    kit = House(house.db, house.bell, house.clock)
    kit.outside = house.outside
    channel = await kit.channel()
    await kit.hear(channel, {"id": "c1", "text": "Wann kommt der Strom wieder?", "at": house.clock.now().isoformat()})
    await kit.sql("insert into agent (user_id, state, capacity) select id, 'busy', 60 from app_user on conflict do nothing")
    await kit.sql("update interaction set state = 'active', agent_id = (select id from app_user where login = 'root')")
    [row] = await kit.sql("select id from conversation")
    await page.goto(f"{url}/work/mine/{row['id']}")
    await page.locator("input[name=login]").fill("root")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("message")).to_contain_text("Wann kommt der Strom wieder?")


async def test_a_comment_is_answered_in_private_and_hidden(make_house: MakeHouse) -> None:
    Moderating.did, Moderating.says, Scripted.sent, Scripted.results = [], [], [], []
    async with (
        desk(make_house, OpenNetworks()) as (house, url), browser() as started,
        window(started, locale="en-GB") as context,
    ):  # fmt: skip
        page = await context.new_page()
        errors = listen_for_errors(page)
        await _opened(house, url, page)
        await page.get_by_test_id("composer").locator("textarea").fill("Ein Entwurf für alle.")
        await page.get_by_role("button", name="Answer in private").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("never sent to the public thread")
        words = dialog.get_by_role("textbox")
        await expect(words).to_have_value("")
        await words.fill("x" * 41)
        await expect(dialog.get_by_role("button", name="Answer privately")).to_be_disabled()
        await words.fill("Ihre Kundennummer, bitte?")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="Answer privately").click()
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_test_id("linked")).to_contain_text("Ihre Kundennummer, bitte?")
        linked, composer = [await page.get_by_test_id(one).bounding_box() for one in ("linked", "composer")]
        assert linked is not None
        assert composer is not None
        assert linked["x"] <= composer["x"] < linked["x"] + 40, "what is linked stands above the conversation, not beside it"
        await expect(page.get_by_test_id("message")).to_have_count(1)
        await expect(page.get_by_test_id("composer").locator("textarea")).to_have_value("Ein Entwurf für alle.")
        sender = Sender(house.outside, "test")
        async with house.db.read() as tx:
            [channel_id] = await tx.outbox.due_channels()
        await sender.send_due(channel_id)
        [sent] = Scripted.sent
        assert (sent.thread.visibility.value, sent.private_reply_to, sent.text) == ("private", "c1", "Ihre Kundennummer, bitte?")

        await page.get_by_role("button", name="Hide the comment").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Hide the comment")).to_be_disabled()
        await dialog.get_by_label("Reason").fill("personal data")
        await dialog.get_by_role("button", name="Hide the comment").click()
        await expect(page.get_by_test_id("message")).to_contain_text("hidden")
        await page.get_by_role("button", name="Like").click()
        await expect(page.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")
        assert Moderating.did == [("hide", "c1", True), ("like", "c1", True)]
        await page.get_by_test_id("linked").get_by_role("link").click()
        await expect(page.get_by_test_id("linked")).to_contain_text("Began in public")
        await page.get_by_test_id("linked").get_by_role("link").click()
        await page.get_by_role("button", name="Delete the comment").click()
        await expect(dialog.get_by_role("button", name="Delete the comment")).to_be_disabled()
        await dialog.get_by_label("Reason").fill("threat")
        await dialog.get_by_role("button", name="Delete the comment").click()
        await expect(page.get_by_test_id("message").first).not_to_contain_text("Wann kommt der Strom wieder?")
        assert [deed for deed, *_ in Moderating.did] == ["hide", "like", "delete"]
        assert errors == []
