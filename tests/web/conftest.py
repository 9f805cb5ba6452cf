"""A house on a real database, served over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio
import structlog
from litestar import Litestar

from tests.db import RealNow
from tests.kit import House as Kit
from tests.kit import MemoryTombstones, OneConnector
from unisono.app.playroom import Playroom
from unisono.app.report_files import FileMaker
from unisono.app.schoolroom import Schoolroom
from unisono.app.webrtc import phone_at
from unisono.bus.memory import MemoryBell, MemoryFanout
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.channel_context import Outside
from unisono.service.first_run import bring_roles_up_to_date, first_administrator
from unisono.service.house import House, WebSettings
from unisono.service.passwords import Passwords
from unisono.service.secrets import ChannelVault
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user
from unisono.store.database import PgDatabase
from unisono.store.files import DiskFiles
from unisono.store.keyring import Keyring
from unisono.voice.webrtc.exchange import Exchange
from unisono.web.app import build_app
from unisono.web.server import WebServer
from unisono.workplace.ldap import LdapReader

PASSWORD = "correct horse battery"
MakeHouse = Callable[..., Awaitable[House]]
EVERYTHING = Access(user_id=UUID(int=0), actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))


class RealClock(RealNow):
    """The machine's clock."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Browser:
    """A client with cookies that echoes the CSRF token, as the desk does."""

    def __init__(self, base: str, **headers: str) -> None:
        self.http = httpx2.AsyncClient(base_url=base, headers=headers, timeout=20)

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        headers = options.pop("headers", {})
        if method != "GET":
            headers = {"x-csrftoken": self.http.cookies.get("csrftoken") or "", **headers}
        if body is not None:
            options["json"] = body
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return await self.http.request(method, address, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        response = await self.ask("GET", path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    async def did(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        response = await self.ask(method, path, body, **options)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    async def problem(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        response = await self.ask(method, path, body, **options)
        assert response.status_code >= 400, response.text
        assert response.headers["content-type"] == "application/problem+json", response.text
        found: dict[str, Any] = response.json()
        assert found["status"] == response.status_code
        assert {"type", "title", "detail", "code"} <= set(found)
        return found

    async def log_in(self, login: str, password: str = PASSWORD) -> dict[str, Any]:
        await self.get("session")
        return await self.did("POST", "session", {"login": login, "password": password})


class Served:
    """A house that is served, with people in it."""

    def __init__(self, house: House, server: WebServer, app: Litestar) -> None:
        self.house = house
        self.app = app
        self.server = server
        self.base = f"http://127.0.0.1:{server.port}"
        self.kit = Kit(house.db, house.bell, house.clock)  # type: ignore[arg-type]
        self.kit.outside = house.outside
        self._browsers: list[Browser] = []

    def browser(self, **headers: str) -> Browser:
        made = Browser(self.base, **headers)
        self._browsers.append(made)
        return made

    async def person(self, login: str, *grants: GrantView | str) -> UUID:
        """Add somebody; a word is a role in the whole organisation."""
        roles = [GrantView(role=g, scope_kind="organisation") if isinstance(g, str) else g for g in grants]
        return await add_user(
            self.house.db, EVERYTHING, new_id(), login=login, name=login.title(), grants=roles,
            password_hash=await self.house.passwords.hash(PASSWORD),
        )  # fmt: skip

    async def logged_in(self, login: str, *grants: GrantView | str) -> Browser:
        """Add somebody and log them in."""
        await self.person(login, *grants)
        made = self.browser()
        await made.log_in(login)
        return made

    async def sql(self, statement: str, *values: object) -> list[Any]:
        async with self.house.db.pool.acquire() as connection:  # type: ignore[attr-defined]
            rows: list[Any] = await connection.fetch(statement, *values)
            return rows

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.http.aclose()
        await self.server.stop()


@pytest_asyncio.fixture
async def make_house(db: PgDatabase, bell: MemoryBell, tmp_path: Path) -> MakeHouse:
    """Build a house; keywords replace settings of the deployment."""

    async def build(registry: Any = None, simulator: Playroom | None = None, **settings: Any) -> House:
        clock = RealClock()
        keyring = Keyring([bytes(range(32))])
        outside = Outside(
            db=db, bell=bell, clock=clock, registry=registry or OneConnector(), files=DiskFiles(tmp_path),
            tombstones=MemoryTombstones(), cipher=keyring, secrets=ChannelVault(db, keyring, clock),
            http_for=lambda manifest, config: None, log_for=lambda channel_id, connector: structlog.get_logger(),
        )  # type: ignore[arg-type,return-value]  # fmt: skip
        facts = {
            "public_url": "http://127.0.0.1", "version": "test", "csrf_secret": keyring.derive("csrf"),
            "pepper": keyring.derive("log-in"), **settings,
        }  # fmt: skip
        await bring_roles_up_to_date(db)
        # What is sent can be driven step by step; that it can be taken back has tests of its own.
        async with db.write() as tx:
            await tx.setup.put_setting("answer.undo_s", 0, UUID(int=0))
        fanout = MemoryFanout()
        return House(
            outside=outside, fanout=fanout, passwords=Passwords(time_cost=1, memory_kib=8),
            settings=WebSettings(**facts), simulator=simulator or Playroom(), report_files=FileMaker(), fitter=Schoolroom(),
            directory_reader=LdapReader(),
            phone=phone_at(
                Exchange(db=db, bell=bell, fanout=fanout, files=outside.files, clock=clock), keyring.derive("calls"), None, outside
            ),
        )  # fmt: skip

    return build


async def serve(house: House) -> Served:
    """Serve a house at a free port of this machine."""
    app, stop_streams = build_app(house)
    server = WebServer(app, "127.0.0.1", 0, on_stop=stop_streams)
    await server.start()
    return Served(house, server, app)


@pytest_asyncio.fixture
async def served(make_house: MakeHouse) -> AsyncIterator[Served]:
    """A house with an administrator `root`, served."""
    house = await make_house()
    async with house.db.write() as tx:
        await first_administrator(tx, login="root", name="Root", locale="en", password_hash=await house.passwords.hash(PASSWORD))
    running = await serve(house)
    yield running
    await running.close()


@pytest_asyncio.fixture
async def root(served: Served) -> Browser:
    """The administrator's browser."""
    browser = served.browser()
    await browser.log_in("root")
    return browser
