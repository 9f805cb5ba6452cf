"""Each network is connected from the desk by its form alone: what is wrong is said with what to do, then it is put right."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import Struct, field
from playwright.async_api import Browser, Locator, Page, expect

from tests.app.demo_house import on_demo_loop, running_demo
from tests.browser.kit import browser, listen_for_errors, sign_in, window
from tests.db import Cluster
from tests.peers import mastodon_mock
from tests.web.conftest import RealClock
from unisono.app.demo.run import DemoHouse
from unisono.testing.lab import Setting
from unisono.testing.labs.mastodon import MastodonLab
from unisono.testing.labs.rss import FeedLab
from unisono.testing.labs.xing import XingLab
from unisono.testing.labs.xmpp import XmppLab
from unisono.testing.networks.telegram import TelegramServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

# So slow that nobody writes.
ALMOST_STILL = 0.001
TOKEN = "Zugriffstoken gilt nicht. Bitte in den Einstellungen der App bei Meta neu kopieren und hier eintragen."


class Case(Struct, frozen=True, kw_only=True):
    """What somebody types. wrong: what they had typed before, by the setting's name; told: what they were told then."""

    setting: Setting
    wrong: dict[str, str]
    told: str
    handle: str = ""


class Place(Struct, kw_only=True):
    """The house with a browser; the peers are started when the first test asks for one."""

    demo: DemoHouse
    started: Browser
    run: Any
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)


@asynccontextmanager
async def running(cluster: Cluster, folder: Any, run: Any) -> AsyncIterator[Place]:
    async with running_demo(cluster, folder, speed=ALMOST_STILL) as demo, browser() as started, AsyncExitStack() as stack:
        yield Place(demo=demo, started=started, run=run, stack=stack)


@pytest.fixture(scope="module")
def place(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One house for all; it is entered and left by one task, which waits meanwhile."""
    with on_demo_loop() as run:
        found: list[Place] = []
        tasks: list[asyncio.Task[None]] = []
        ended, begun = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            async with running(cluster, tmp_path_factory.mktemp("demo"), run) as one:
                found.append(one)
                begun.set()
                await ended.wait()

        async def enter() -> None:
            tasks.append(asyncio.create_task(hold()))
            waiting = asyncio.create_task(begun.wait())
            await asyncio.wait({tasks[0], waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()

        async def leave() -> None:
            ended.set()
            await tasks[0]

        run(enter())
        if not found:
            run(leave())
        yield found[0]
        run(leave())


async def facebook(place: Place) -> Case:
    graph = place.demo.scripted.graph
    page = graph.network.pages.add("Brookwatt Handwerk")
    config = {"page_id": page.id, "base_url": graph.url}
    return _of_meta(Setting(config=config, secrets={"access_token": page.token}), place, page.name)


async def instagram(place: Place) -> Case:
    graph = place.demo.scripted.graph
    page = graph.network.pages.add("Brookwatt Garten")
    account = graph.network.instagram.add(page, "brookwatt_garten")
    config = {"account_id": account.id, "page_id": page.id, "base_url": graph.url}
    return _of_meta(Setting(config=config, secrets={"access_token": page.token}), place, "brookwatt_garten")


async def messenger(place: Place) -> Case:
    graph = place.demo.scripted.graph
    page = graph.network.pages.add("Brookwatt Werkstatt")
    config = {"page_id": page.id, "base_url": graph.url}
    return _of_meta(Setting(config=config, secrets={"access_token": page.token}), place, page.name)


async def whatsapp(place: Place) -> Case:
    graph = place.demo.scripted.graph
    number = graph.network.whatsapp.add("Brookwatt Störung")
    config = {"phone_number_id": number.id, "business_account_id": number.account, "base_url": graph.url}
    return _of_meta(Setting(config=config, secrets={"access_token": number.token}), place, number.shown)


def _of_meta(setting: Setting, place: Place, handle: str) -> Case:
    secrets = {"app_secret": place.demo.scripted.graph.network.app_secret, "verify_token": "frei gewählt"} | setting.secrets
    full = Setting(config=setting.config, secrets=secrets)
    return Case(setting=full, wrong={"access_token": "EAAG-abgeschrieben"}, told=TOKEN, handle=handle)


async def telegram(place: Place) -> Case:
    server = TelegramServer(lambda: datetime.now(UTC))
    place.stack.callback(server.close)
    setting = Setting(config={"api_url": server.url}, secrets={"token": server.token})
    return Case(
        setting=setting, wrong={"token": "7000000001:abgeschrieben"}, told="Lassen Sie es sich von @BotFather geben",
        handle=f"@{server.me['username']}",
    )  # fmt: skip


async def mastodon(place: Place) -> Case:
    lab = MastodonLab()
    await lab.start(RealClock())
    place.stack.push_async_callback(lab.stop)
    return Case(setting=await lab.fresh(), wrong={"access_token": "abgeschrieben"}, told="Token", handle="@firma_")


async def rss(place: Place) -> Case:
    lab = FeedLab()
    await lab.start(RealClock())
    place.stack.push_async_callback(lab.stop)
    setting = await lab.fresh()
    return Case(
        setting=setting, wrong={"url": f"{place.demo.url}/work"},
        told="Tragen Sie seine neue Adresse ein",
    )  # fmt: skip


async def xmpp(place: Place) -> Case:
    lab = XmppLab()
    await lab.start(RealClock())
    place.stack.push_async_callback(lab.stop)
    setting = await lab.fresh()
    return Case(
        setting=setting, wrong={"password": "abgeschrieben"}, told="weist diese Adresse mit diesem Passwort ab",
        handle=str(setting.config["address"]),
    )  # fmt: skip


async def xing(place: Place) -> Case:
    lab = XingLab()
    await lab.start(RealClock())
    place.stack.push_async_callback(lab.stop)
    setting = await lab.fresh()
    return Case(
        setting=setting, wrong={"refresh_token": "abgeschrieben"}, told="invalid_grant", handle=str(setting.config["address"]),
    )  # fmt: skip


MAKERS = [facebook, instagram, messenger, whatsapp, telegram, rss, mastodon, xmpp, xing]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_network_is_connected_by_its_form_alone(place: Place, maker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if maker is mastodon:
        monkeypatch.setenv("MASTODON_MOCK", str(mastodon_mock()))
    place.run(connected(place, maker))


async def connected(place: Place, maker: Any) -> None:
    case: Case = await maker(place)
    connector, name = maker.__name__, f"Zweites Konto {maker.__name__}"
    async with window(place.started) as context:
        page = await context.new_page()
        errors = listen_for_errors(page)
        await begin(page, place, connector, name)
        typed: dict[str, str] = {**{key: str(value) for key, value in case.setting.config.items()}, **case.setting.secrets}
        for setting, value in (typed | case.wrong).items():
            await enter(labelled(page, place, connector, setting), value)
        await page.get_by_role("button", name="Prüfen und speichern").click()
        await expect(page.get_by_role("alert").filter(has_text=case.told)).to_be_visible()
        for setting in case.wrong:
            await labelled(page, place, connector, setting).fill(typed[setting])
        await page.get_by_role("button", name="Prüfen und speichern").click()
        await is_connected(page, name, case.handle)
        assert [error for error in errors if "422" not in error] == []


def test_x_is_connected_by_its_form_and_agreeing_on_x(place: Place) -> None:
    place.run(authorised_at_x(place))


async def authorised_at_x(place: Place) -> None:
    """Somebody copies the secret wrongly, agrees on X in vain, is told so, puts the secret right and agrees again."""
    x = place.demo.scripted.x
    company, name = x.company("Brookwatt Dialog", "brookwatt_dialog"), "Zustimmung bei X"
    async with window(place.started) as context:
        page = await context.new_page()
        await begin(page, place, "x", name)
        typed = {
            "client_id": company.app.client_id, "client_secret": "abgeschrieben", "base_url": x.url,
            "authorize_url": f"{x.url}/i/oauth2/authorize",
        }  # fmt: skip
        for setting, value in typed.items():
            await labelled(page, place, "x", setting).fill(value)
        await page.get_by_role("button", name="Speichern und freigeben").click()
        await page.get_by_role("link", name="Authorise app").click()
        await expect(page.get_by_text("Client-Id und -Secret prüfen")).to_be_visible()
        await labelled(page, place, "x", "client_secret").fill(company.app.client_secret)
        await page.get_by_role("button", name="Prüfen und speichern").click()
        await page.get_by_role("button", name="Trotzdem speichern").click()
        await page.get_by_role("link", name=name, exact=True).click()
        await page.get_by_role("button", name="Freigeben", exact=True).click()
        await page.get_by_role("link", name="Authorise app").click()
        await expect(page.get_by_text("Freigegeben. Was wartete, geht weiter.")).to_be_visible()
        await page.goto(f"{place.demo.url}/channels")
        await is_connected(page, name, "@brookwatt_dialog")


async def begin(page: Page, place: Place, connector: str, name: str) -> None:
    """Go to a network's form, and give the channel a name."""
    await sign_in(page, place.demo)
    await page.goto(f"{place.demo.url}/channels")
    await page.get_by_role("link", name="Kanal verbinden").click()
    await page.locator(f"a[href='/channels/new/{connector}']").click()
    await page.get_by_label("Name des Kanals", exact=True).fill(name)


def labelled(page: Page, place: Place, connector: str, setting: str) -> Locator:
    """Return the field that a setting's title labels."""
    schema = place.demo.running.outside.registry.manifest(connector).config["properties"][setting]
    return page.locator(".field", has=page.locator("label", has_text=schema["title"]["de"])).locator(f"[name='{setting}']")


async def enter(field_: Locator, value: str) -> None:
    """Type a value, or choose it where there is a list."""
    if await field_.evaluate("(one) => one.tagName") == "SELECT":
        await field_.select_option(value)
    else:
        await field_.fill(value)


async def is_connected(page: Page, name: str, handle: str) -> None:
    """See the channel among the others, in order, as the account that it is."""
    card = page.locator(".card", has_text=name)
    await expect(card).to_contain_text("In Ordnung")
    await expect(card).to_contain_text(handle)
