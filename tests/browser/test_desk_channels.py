"""Channels at the desk: an account is authorised at a network's own page and back; how a channel is."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.kit import browser, listen_for_errors, window
from tests.web.conftest import PASSWORD, MakeHouse
from tests.web.network import Networks
from unisono.contract import BudgetSpent, Purpose
from unisono.contract.manifest import Limit, Manifest
from unisono.egress.client import EgressFactory
from unisono.service.budgets import ChannelBudgets, StoredMeters
from unisono.service.first_run import first_administrator
from unisono.service.house import House
from unisono.testing.mailhouse.identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from unisono.web.app import build_app
from unisono.web.server import WebServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


class Paid(Networks):
    """The networks of the set-up's tests; the one that is authorised has limits, prices, and an API that will end."""

    def manifest(self, connector: str) -> Manifest:
        found = super().manifest(connector)
        if connector != "authorised":
            return found
        properties = found.config["properties"] | {
            "budget_day": {"type": "number", "default": 0, "title": {"en": "At most a day"}}
        }
        return msgspec.structs.replace(
            found, limits=(Limit(bucket="dm", amount=10, per_s=900),), costs={"dm": 0.05}, currency="USD", sunset="2026-12-31",
            api_version="v2", config=found.config | {"properties": properties}, verified_against=("a scripted provider",),
        )  # fmt: skip


@asynccontextmanager
async def desk(make_house: MakeHouse, registry: Networks | None = None) -> AsyncIterator[tuple[House, str]]:
    """A house whose public address is the one at which it is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    house = await make_house(registry or Paid(), public_url=url)
    async with EgressFactory(allow_private=True) as http_for:
        house = msgspec.structs.replace(house, outside=msgspec.structs.replace(house.outside, http_for=http_for))
        async with house.db.write() as tx:
            hashed = await house.passwords.hash(PASSWORD)
            await first_administrator(tx, login="root", name="Root", locale="en", password_hash=hashed)
        app, stop_streams = build_app(house)
        server = WebServer(app, "127.0.0.1", port, on_stop=stop_streams)
        await server.start()
        try:
            yield house, url
        finally:
            await server.stop()


async def signed_in(page: Page, url: str) -> None:
    await page.goto(f"{url}/channels/new/authorised")
    await page.locator("input[name=login]").fill("root")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()


async def violations(page: Page) -> list[Any]:
    return list((await Axe().run(page)).response["violations"])


async def test_an_account_is_connected_by_agreeing_at_the_networks_page(make_house: MakeHouse) -> None:
    with IdentityProvider() as provider:
        async with desk(make_house) as (house, url), browser() as started, window(started, locale="en-GB") as context:
            page = await context.new_page()
            errors = listen_for_errors(page)
            await signed_in(page, url)
            await page.get_by_label("Address").fill(provider.url)
            await page.get_by_label("Client id").fill(CLIENT_ID)
            await page.get_by_label("Client secret").fill(CLIENT_SECRET)
            await page.get_by_role("button", name="Save and authorise").click()
            await expect(page.get_by_role("heading", name="May Unisono act for shop?")).to_be_visible()
            await page.get_by_role("link", name="Deny").click()
            await expect(page.get_by_text("left without agreeing")).to_be_visible()
            assert "oauth=" not in page.url, "what came of it is said once, not at each reload"
            await page.get_by_role("button", name="Authorise").click()
            await page.get_by_role("link", name="Allow").click()
            await expect(page.get_by_text("Authorised. What waited goes on.")).to_be_visible()
            await expect(page.get_by_text("@shop")).to_be_visible()
            await expect(page.get_by_role("button", name="Authorise again")).to_be_visible()
            await _budgets_are_shown(page, house)
            assert errors == []


async def _budgets_are_shown(page: Page, house: House) -> None:
    """Someone listens and reads until nothing is left for that; the page tells, and answers have their share."""
    async with house.db.read() as tx:
        [channel] = [one for one in await tx.channels.running() if one.connector == "authorised"]
    manifest = house.registry.manifest("authorised")
    budgets = ChannelBudgets(manifest, channel.id, channel.config | {"budget_day": 0.5}, StoredMeters(house.db), house.clock)
    with pytest.raises(BudgetSpent):
        for _ in range(20):
            await budgets.take("dm", Purpose.READ, operation="dm")
    await page.reload()
    table = page.get_by_test_id("budgets")
    await expect(table.get_by_role("row", name="dm")).to_contain_text("2 of 10")
    await expect(table.get_by_role("row", name="dm")).to_contain_text("reading waits until")
    await expect(table.get_by_role("row", name="the day")).to_contain_text("0.40")
    await expect(page.get_by_text("The network ends v2")).to_be_visible()
    await expect(page.get_by_test_id("condition")).to_contain_text("a scripted provider")
    assert await violations(page) == []


async def test_a_withdrawn_authorisation_is_asked_for_at_the_desk(make_house: MakeHouse) -> None:
    with IdentityProvider() as provider:
        async with desk(make_house) as (house, url), browser() as started, window(started, locale="en-GB") as context:
            page = await context.new_page()
            await signed_in(page, url)
            await page.get_by_label("Address").fill(provider.url)
            await page.get_by_label("Client id").fill(CLIENT_ID)
            await page.get_by_label("Client secret").fill(CLIENT_SECRET)
            await page.get_by_role("button", name="Save and authorise").click()
            await page.get_by_role("link", name="Allow").click()
            await expect(page.get_by_text("@shop")).to_be_visible()
            provider.revoke("shop")
            await page.get_by_role("button", name="Check", exact=True).click()
            await expect(page.get_by_role("alert").first).to_contain_text("no longer accepts the authorisation")
            await page.get_by_role("button", name="Authorise again").click()
            await page.get_by_role("link", name="Allow").click()
            await expect(page.get_by_text("Authorised. What waited goes on.")).to_be_visible()
            async with house.db.read() as tx:
                states = [one.state for one in await tx.channels.running() if one.connector == "authorised"]
            assert states == ["ok"]
