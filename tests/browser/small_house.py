"""A small house for a browser, without the demo's town: at a fixed address, with people, and a server that can be away."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.kit import House, Scripted
from tests.web.conftest import EVERYTHING, PASSWORD, MakeHouse
from tests.web.network import Networks
from unisono.domain.ids import new_id
from unisono.service.sender import Sender
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user
from unisono.web.app import build_app
from unisono.web.server import WebServer


class Place:
    """A house at a fixed address, whose web server can be away for a while."""

    def __init__(self, house: Any, port: int) -> None:
        self.house, self.port = house, port
        self.url = f"http://127.0.0.1:{port}"
        self.kit = House(house.db, house.bell, house.clock)
        self.kit.outside = house.outside
        self.app: Any = None
        self.server: WebServer | None = None

    async def opens(self) -> None:
        """Serve, as a process that has just started: nothing but the database is left of the one before."""
        self.app, stop_streams = build_app(self.house)
        self.server = WebServer(self.app, "127.0.0.1", self.port, on_stop=stop_streams)
        await self.server.start()

    async def closes(self) -> None:
        if self.server is not None:
            await self.server.stop()
        self.server = None

    def streams(self) -> int:
        """How many event streams the server has open."""
        return len(list(self.app.state["hub"].connections()))

    async def person(self, login: str, role: str) -> None:
        await add_user(
            self.house.db, EVERYTHING, new_id(), login=login, name=login.title(),
            grants=[GrantView(role=role, scope_kind="organisation")], password_hash=await self.house.passwords.hash(PASSWORD),
        )  # fmt: skip
        await self.kit.sql("update app_user set locale = 'en'")
        # Nothing is offered: what is in somebody's hands was taken.
        await self.kit.sql("update agent set state = 'busy', capacity = 600")

    async def says(self, channel: Any, name: str, text: str, **more: str) -> None:
        """A customer writes."""
        item = {"id": f"{name}-{text}", "by": name.lower(), "name": name, "text": text, "at": self.house.clock.now().isoformat()}
        await self.kit.hear(channel, item | more)


@asynccontextmanager
async def place(make_house: MakeHouse, networks: Networks | None = None) -> AsyncIterator[Place]:
    """A house with an agent and a supervisor, whose answers are really sent. networks: others than those of the set-up's tests."""
    Scripted.sent, Scripted.results, Scripted.found = [], [], []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    registry = networks or Networks()
    it = Place(await make_house(registry, public_url=f"http://127.0.0.1:{port}", xmpp_domain="people.example.org"), port)
    await it.opens()
    await it.person("ilka", "agent")
    await it.person("sven", "supervisor")
    sending = asyncio.create_task(Sender(it.house.outside, "test").run())
    try:
        yield it
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await it.closes()


async def log_in(context: BrowserContext, it: Place, login: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{it.url}/work/open")
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_test_id("agent-state")).to_be_visible()
    return page


async def until(true: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within 10 s: {what}")


def row(page: Page, who: str) -> Locator:
    return page.get_by_test_id("work-row").filter(has_text=who)


def text(page: Page) -> Locator:
    return page.get_by_test_id("composer").locator("textarea")


def said(page: Page, words: str) -> Locator:
    return page.get_by_test_id("message").filter(has_text=words)
