"""The networks on a port of this machine."""

import asyncio
import contextlib
import secrets
import socket
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import uvicorn

from unisono.testing.sandbox.app import build
from unisono.testing.sandbox.faults import Fault, Script
from unisono.testing.sandbox.given import House
from unisono.testing.sandbox.limits import Limits
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.pushes import Pushes
from unisono.testing.sandbox.trouble import Line, Seen
from unisono.testing.sandbox.wire import Wire

_NEAR = "'self' http://127.0.0.1:* http://localhost:*"


class _Server(uvicorn.Server):
    """Signals belong to the process that runs the server, not to the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class SandboxServer:
    """Serves a network while the block runs, in the running event loop.

    `port` 0 takes a free one. `frame_ancestors`: which pages may show the network's page in a frame (CSP source list).
    `call_us`: address of a script that puts a company's button for calls on the pages.
    Afterwards `url` is the address, `admin_token` opens `/admin`.
    """

    def __init__(
        self, network: SandboxNetwork, *, host: str = "127.0.0.1", port: int = 0, frame_ancestors: str = _NEAR, seed: int = 0,
        admin_token: str | None = None, call_us: str = "",
    ) -> None:  # fmt: skip
        self.network = network
        self.script = Script(seed)
        self.admin_token = admin_token or secrets.token_urlsafe(16)
        self.wire = Wire(network)
        self.pushes = Pushes(network, self.wire, self.script)
        self._seen: deque[Seen] = deque(maxlen=20_000)
        self._app = build(
            House(
                network=network, wire=self.wire, script=self.script, limits=Limits(network.now), pushes=self.pushes,
                admin_token=self.admin_token, frame_ancestors=frame_ancestors, call_us=call_us, seen=self._seen,
            )
        )  # fmt: skip
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
        listening = socket.socket(
            socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
        )
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self._host, self._port))
        except OSError:
            listening.close()
            raise
        self._port = listening.getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.wire.base_url = f"http://{host}:{self._port}"
        config = uvicorn.Config(
            self._app, http=Line, ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=2,
            server_header=False,
        )  # fmt: skip
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="sandbox")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("The sandbox network's server ended before it had begun.")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Close the port; the network and its database stay, so that a server can be started on them again."""
        await self.pushes.close()
        self.network.live.close()
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None
