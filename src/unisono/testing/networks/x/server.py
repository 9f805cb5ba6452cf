"""The network on a port of this machine, and the few calls that a demo or a test needs of it."""

import asyncio
import contextlib
import secrets
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec
import uvicorn
from msgspec import Struct

from unisono.testing.networks.x.api import Api
from unisono.testing.networks.x.app import XApp
from unisono.testing.networks.x.limits import Limit, Limits
from unisono.testing.networks.x.model import App, Dm, Grant, Post, State, User
from unisono.testing.networks.x.network import XNetwork
from unisono.testing.networks.x.oauth import OAuth
from unisono.testing.networks.x.page import Pages
from unisono.testing.networks.x.pushing import Pushing
from unisono.testing.networks.x.wire import Wire
from unisono.testing.sandbox.faults import Fault, Script
from unisono.testing.sandbox.trouble import Line, Seen, Trouble


class Company(Struct, frozen=True, kw_only=True):
    """A company's account with its own developer's app and an authorisation: all that is entered at the desk."""

    user: User
    app: App
    grant: Grant

    def config(self, base_url: str) -> dict[str, str]:
        """Return the plain settings of the channel."""
        return {"base_url": base_url, "client_id": self.app.client_id}

    def secrets(self) -> dict[str, str]:
        """Return the secrets of the channel."""
        return {
            "access_token": self.grant.access, "refresh_token": self.grant.refresh, "client_secret": self.app.client_secret,
            "consumer_secret": self.app.consumer_secret, "app_bearer": self.app.bearer,
        }  # fmt: skip


class _Server(uvicorn.Server):
    """Signals belong to the process that runs the server, not to the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class XServer:
    """Serves a scripted X while the block runs, in the running event loop. `port` 0 takes a free one.

    limits: rate limits by endpoint, X's own unless given; an empty dict holds none. The demo's calls: `company`, `person`,
    `post_mention`, `dm`, `answers`; `/u/{username}` shows an account's timeline to a person.
    """

    def __init__(
        self, network: XNetwork | None = None, *, now: Callable[[], datetime] | None = None, host: str = "127.0.0.1",
        port: int = 0, limits: Mapping[tuple[str, str], tuple[Limit, ...]] | None = None, seed: int = 0,
    ) -> None:  # fmt: skip
        self.network = network or XNetwork(now)
        self.script = Script(seed)
        self.wire = Wire(self.network)
        self.pushing = Pushing(self.network, self.wire, self.script)
        routes = [
            *Api(self.network, self.wire).routes(), *OAuth(self.network).routes(), *self.pushing.routes(),
            *Pages(self.network).routes(),
        ]  # fmt: skip
        self.app = XApp(self.network, routes, Limits(self.network.now, limits))
        self._seen: deque[Seen] = deque(maxlen=20_000)
        self._trouble = Trouble(self.app, self.script, self.network.now, self._seen)
        self._host, self._port = host, port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return self.wire.base_url

    @property
    def seen(self) -> list[Seen]:
        """What was asked so far, oldest first."""
        return list(self._seen)

    def fault(self, fault: Fault) -> Fault:
        """Put a fault into the script."""
        return self.script.add(fault)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the port. Raises OSError when it is taken."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self._port))
        except OSError:
            listening.close()
            raise
        self._port = listening.getsockname()[1]
        self.wire.base_url = f"http://{self._host}:{self._port}"
        config = uvicorn.Config(
            self._trouble, http=Line, ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=2,
            server_header=False,
        )  # fmt: skip
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="scripted-x")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("The scripted X ended before it had begun.")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Close the port; the network stays, so that a server can be started on it again."""
        await self.pushing.close()
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None

    # -- for demos and tests -------------------------------------------------------------------------------------------

    def company(self, name: str, username: str) -> Company:
        """Make a company's account with an app of its own, authorised."""
        user = self.network.join(name, username)
        app = self.network.register(user.id)
        return Company(user=user, app=app, grant=self.network.grant(user.id, app.client_id))

    def kept(self) -> bytes:
        """Return everything that was said and agreed, as JSON."""
        state = self.network.state()
        state.subscriptions = [*self.pushing.subscriptions.values()]
        return msgspec.json.encode(state)

    def take_up(self, kept: bytes) -> None:
        """Go on from what was kept. Raises msgspec.DecodeError for what cannot be read."""
        state = msgspec.json.decode(kept, type=State)
        self.network.take_up(state)
        self.pushing.subscriptions |= {one.id: one for one in state.subscriptions}

    def company_named(self, username: str) -> Company | None:
        """Return a company that was made before, with its newest authorisation."""
        user = self.network.user_named(username)
        app = next((app for app in self.network.apps.values() if user is not None and app.owner == user.id), None)
        if user is None or app is None:
            return None
        granted = [grant for grant in self.network.grants if grant.user == user.id and not grant.revoked]
        return Company(user=user, app=app, grant=granted[-1] if granted else self.network.grant(user.id, app.client_id))

    def person(self, name: str, username: str | None = None) -> User:
        """Make a customer."""
        return self.network.join(name, username or f"{name.lower().replace(' ', '_')}_{secrets.token_hex(2)}")

    def post_mention(self, who: User, company: Company, text: str, *, reply_to: Post | None = None) -> Post:
        """Let a customer write to a company in public."""
        named = f"@{company.user.username} {text}"
        return self.network.post(who.id, named, reply_to=reply_to.id if reply_to is not None else None)

    def dm(self, who: User, company: Company, text: str) -> Dm:
        """Let a customer write a direct message to a company."""
        return self.network.dm(who.id, company.user.id, text)

    def answers(self, company: Company) -> list[Post | Dm]:
        """Return what a company said, in public and in direct messages, oldest first."""
        said: list[Post | Dm] = list(self.network.listed(lambda p: p.author == company.user.id))
        said += [d for d in self.network.dms.values() if d.sender == company.user.id and not d.gone]
        return sorted(said, key=lambda one: one.id)
