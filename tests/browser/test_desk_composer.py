"""What the composer offers beside free words: an approved text after the window, a long answer in parts, a draft by a model."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from playwright.async_api import Page, expect

from tests.browser.kit import browser, listen_for_errors, violations_in_themes, window
from tests.browser.test_desk_channels import desk, violations
from tests.connectors.graph.kit import VERIFY_TOKEN, MovedClock
from tests.kit import House as Kit
from tests.kit import Scripted
from tests.web.conftest import PASSWORD, Browser, MakeHouse
from tests.web.network import Networks
from unisono.connectors.whatsapp import WhatsApp
from unisono.contract import Manifest, TextLimit, load_manifest
from unisono.contract.connector import ConnectorType
from unisono.service.channel_context import open_connector
from unisono.service.sender import Sender
from unisono.testing.language_model import LanguageModel
from unisono.testing.networks.graph import GraphNetwork, GraphServer, Number, Template

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


class InParts(Scripted):
    """Takes a long text in up to three parts."""

    caps: ClassVar = msgspec.structs.replace(Scripted.caps, text=TextLimit(maximum=40), max_parts=3)


class Registered(Networks):
    """The networks of the set-up's tests; one knows parts, and WhatsApp is the real connector."""

    def manifest(self, connector: str) -> Manifest:
        return load_manifest(WhatsApp.folder) if connector == "whatsapp" else super().manifest(connector)

    def code(self, connector: str) -> ConnectorType:
        return {"whatsapp": WhatsApp, "scripted": InParts}.get(connector) or super().code(connector)


async def _in_hand(kit: Kit, url: str, page: Page) -> None:
    """The only enquiry, in root's hands, open at the desk."""
    await kit.sql("insert into agent (user_id, state, capacity) select id, 'busy', 60 from app_user on conflict do nothing")
    await kit.sql("update interaction set state = 'active', agent_id = (select id from app_user where login = 'root')")
    [row] = await kit.sql("select id from conversation")
    await page.goto(f"{url}/work/mine/{row['id']}")
    await page.locator("input[name=login]").fill("root")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("message")).to_have_count(1)


def _kit(house: Any) -> Kit:
    kit = Kit(house.db, house.bell, house.clock)
    kit.outside = house.outside
    return kit


async def _whatsapp(kit: Kit, network: GraphNetwork, server: GraphServer, number: Number, url: str) -> UUID:
    """Add the number as an administrator does, and enter the house's address at Meta."""
    root = Browser(url)
    await root.log_in("root")
    config = {"base_url": server.url, "phone_number_id": number.id, "business_account_id": number.account}
    secrets = {"access_token": number.token, "app_secret": network.app_secret, "verify_token": VERIFY_TOKEN}
    body = {
        "connector": "whatsapp", "name": "WhatsApp", "queue_id": str(await kit.queue()), "config": config, "secrets": secrets,
    }  # fmt: skip
    channel_id = UUID((await root.did("POST", "channels", body))["id"])
    await root.http.aclose()
    await server.pushes.subscribe("whatsapp_business_account", f"{url}/hooks/{channel_id}", VERIFY_TOKEN)
    return channel_id


async def test_after_the_window_an_approved_text_is_filled_in_and_sent(make_house: MakeHouse) -> None:
    clock = MovedClock()
    network = GraphNetwork(clock.now)
    number, anna = network.whatsapp.add("Brookwatt"), network.join("Anna Muster")
    network.whatsapp.templates[number.account] += [
        Template(name="visit", language="de", text="Guten Tag {{1}}, wir kommen {{2}}."),
        Template(name="sale", language="de", text="Rabatt!", status="PAUSED"),
    ]
    async with (
        GraphServer(network) as server, desk(make_house, Registered()) as (house, url), browser() as started,
        window(started, locale="en-GB") as context,
    ):  # fmt: skip
        kit = _kit(house)
        channel_id = await _whatsapp(kit, network, server, number, url)
        clock.ahead = timedelta(hours=-25)
        network.whatsapp.write(number, anna, "Wann kommt jemand?")
        await server.pushes.settle()
        clock.ahead = timedelta()
        async with house.db.read() as tx:
            facts = await tx.channels.facts(channel_id)
        assert facts is not None
        await kit.process(facts, open_connector(house.outside, facts))
        page = await context.new_page()
        errors = listen_for_errors(page)
        await _in_hand(kit, url, page)
        composer = page.get_by_test_id("composer")
        await expect(composer).to_contain_text("only an approved template can be sent now")
        await expect(composer.locator("textarea")).to_have_count(0)
        choice = composer.get_by_label("Approved template")
        await expect(choice.locator("option[disabled]")).to_have_text("sale (de) – not sent now (paused)")
        await choice.focus()
        await page.keyboard.press("v")
        await expect(choice).to_have_value("visit/de")
        send = composer.get_by_role("button", name="Send the template")
        await expect(send).to_be_disabled()
        await page.keyboard.press("Tab")
        await page.keyboard.type("Anna")
        await page.keyboard.press("Tab")
        await page.keyboard.type("morgen")
        await expect(page.get_by_test_id("template-preview")).to_have_text("Guten Tag Anna, wir kommen morgen.")
        assert await violations(page) == []
        # What was filled in outlives a reload, as every draft does.
        await page.wait_for_timeout(400)
        await page.reload()
        await expect(page.get_by_test_id("template-preview")).to_have_text("Guten Tag Anna, wir kommen morgen.")
        await composer.get_by_label("Placeholder 2").press("Control+Enter")
        await expect(page.get_by_test_id("message")).to_have_count(2)
        await expect(page.get_by_test_id("message").last).to_contain_text("Guten Tag Anna, wir kommen morgen.")
        await expect(page.get_by_test_id("delivery")).to_have_count(1)
        await Sender(house.outside, "test").send_due(channel_id)
        [said] = [one for one in network.whatsapp.of(number) if one.ours]
        assert (said.kind, said.body["name"]) == ("template", "visit")
        assert [one["text"] for one in said.body["components"][0]["parameters"]] == ["Anna", "morgen"]
        assert said.opaque, "the key that the desk made goes along"
        assert errors == []


async def test_a_long_answer_says_in_how_many_parts_it_goes_out(make_house: MakeHouse) -> None:
    async with (
        desk(make_house, Registered()) as (house, url), browser() as started, window(started, locale="en-GB") as context,
    ):  # fmt: skip
        kit = _kit(house)
        await kit.hear(await kit.channel(), {"id": "c1", "text": "Wie geht das?", "at": house.clock.now().isoformat()})
        page = await context.new_page()
        errors = listen_for_errors(page)
        await _in_hand(kit, url, page)
        area = page.get_by_test_id("composer").locator("textarea")
        counter, send = page.get_by_test_id("counter"), page.get_by_test_id("send")
        await area.fill("Wort " * 25)
        await expect(counter).to_contain_text("4 parts; the network takes 3")
        await expect(send).to_be_disabled()
        await area.fill("W" * 200 + ".example")
        await expect(counter).to_contain_text("Does not fit into 3 parts")
        await expect(send).to_be_disabled()
        await area.fill("Wort " * 12)
        await expect(counter).to_contain_text("Goes out in 2 parts")
        assert await violations(page) == []
        await send.click()
        await expect(page.get_by_test_id("message")).to_have_count(2)
        await expect(area).to_have_value("")
        assert errors == []


async def test_a_model_drafts_translates_and_sums_up_and_what_it_wrote_says_so(make_house: MakeHouse) -> None:
    async with (
        desk(make_house, Registered()) as (house, url), browser() as started, window(started, locale="en-GB") as context,
    ):  # fmt: skip
        kit = _kit(house)
        await kit.hear(
            await kit.channel(),
            {"id": "c1", "name": "Jana Weber", "text": "Wo bleibt mein Paket A-2024-77812?", "at": house.clock.now().isoformat()},
        )
        page = await context.new_page()
        errors = listen_for_errors(page)
        await _in_hand(kit, url, page)
        composer = page.get_by_test_id("composer")
        await expect(composer.locator("textarea")).to_be_visible()
        await expect(composer.get_by_role("button", name="Suggest a draft")).to_have_count(0)
        with LanguageModel(_written) as model:
            await _chosen(page, model)
            await page.get_by_test_id("work-row").first.click()
            summary = page.get_by_test_id("aid")
            await summary.get_by_role("button", name="Sum up").click()
            await expect(summary.get_by_test_id("aid-said")).to_contain_text("Jana Weber waits for A-2024-77812.")
            await expect(summary).to_contain_text("Written by a machine (small-model)")
            asked = page.get_by_test_id("message").first
            await asked.get_by_role("button", name="Translate").click()
            await expect(asked.get_by_test_id("aid-said")).to_contain_text("Where is my parcel A-2024-77812?")
            await composer.get_by_role("button", name="Suggest a draft").click()
            area = composer.locator("textarea")
            await expect(area).to_have_value("Hallo Jana Weber, [...]")
            await expect(composer.get_by_test_id("draft-mark")).to_contain_text("A machine's draft")
            assert await violations_in_themes(page) == []
            await area.fill("Hallo, morgen.")
            await composer.get_by_test_id("send").click()
            said = page.get_by_test_id("message").last
            await expect(said).to_contain_text("Hallo, morgen.")
            await expect(said.get_by_test_id("drafted")).to_have_text("From a draft")
            # What one writes oneself is no draft, and of whom nothing may be given, nothing is.
            await area.fill("Gern.")
            await expect(composer.get_by_test_id("draft-mark")).to_have_count(0)
            before = len(model.asked)
            await summary.get_by_label("Give nothing of this person to the language model").check()
            await expect(summary.get_by_role("button", name="Sum up")).to_have_count(0)
            await composer.get_by_role("button", name="Suggest a draft").click()
            await expect(page.get_by_text("Of this customer nothing is given to a language model.")).to_be_visible()
            assert len(model.asked) == before
            assert not any(word in one.raw for one in model.asked for word in ("Jana", "Weber", "77812"))
        assert [line for line in errors if "409" not in line] == []


def _written(body: dict[str, Any]) -> str:
    asked = body["messages"][0]["content"]
    if "Translate" in asked:
        return "Where is my parcel [NUMBER_1]?"
    return "[NAME_1] waits for [NUMBER_1]." if "Sum up" in asked else "Hallo [NAME_1], [...]"


async def _chosen(page: Page, model: LanguageModel) -> None:
    """An administrator chooses the model, and sees whether it answers."""
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_role("link", name="Writing aid").click()
    await expect(page.get_by_test_id("aid-state")).to_contain_text("Off")
    await page.get_by_label("Address").fill(model.url)
    await page.get_by_label("Name of the model").fill("small-model")
    await page.get_by_label("Key").fill("sk-secret")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_test_id("aid-state")).to_contain_text("On: small-model")
    await expect(page.get_by_text("A key is kept.")).to_be_visible()
    await page.get_by_role("button", name="Check the model").click()
    await expect(page.get_by_test_id("aid-answer")).to_contain_text("Where is my parcel")
    assert await violations_in_themes(page) == []
    await page.get_by_role("link", name="Work", exact=True).click()
