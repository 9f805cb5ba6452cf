"""The web server, run inside the process that composes the house."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

from litestar import Litestar
from uvicorn import Config, Server

from unisono.web.protocol import HouseProtocol

GRACE_S = 5


class _Server(Server):
    """uvicorn without signal handlers of its own (the process has one place for them), and with word to the streams."""

    def __init__(self, config: Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # An open stream would hold the server until its time limit.
        self._on_stop()
        await super().shutdown(sockets)


class CannotListen(Exception):
    """The address is taken or not ours; the text says which and what to do."""


class WebServer:
    """Serves an application at an address; `port` 0 takes a free one."""

    def __init__(
        self, app: Litestar, host: str, port: int, *, trusted_proxies: str = "127.0.0.1", on_stop: Callable[[], None]
    ) -> None:
        self._host = host
        self._port = port
        config = Config(
            app, http=HouseProtocol, ws="none", lifespan="on", loop="none", log_config=None, access_log=False,
            proxy_headers=True, forwarded_allow_ips=trusted_proxies, server_header=False, timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_S, backlog=2048,
        )  # fmt: skip
        self._server = _Server(config, on_stop)
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        if self._socket is None:
            raise RuntimeError("The server does not run.")
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        """Listen, and return when requests are answered. Raises CannotListen."""
        self._socket = _listen(self._host, self._port)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("The web server ended while it was starting.")
            await asyncio.sleep(0.01)

    async def wait(self) -> None:
        """Wait until the server has ended."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def stop(self) -> None:
        """End streams, let requests in progress finish for some seconds, and close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: asyncio switches Nagle's algorithm off only on sockets that say they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotListen(
            f"Cannot listen on {host}:{port} ({error.strerror}). Another program may have the port: end it, or choose "
            "another with UNISONO_PORT."
        ) from error
    listening.setblocking(False)
    return listening


async def serve_until(server: WebServer, stopped: asyncio.Event) -> None:
    """Serve until told to stop, or until the server ends by itself."""
    await server.start()
    ended = asyncio.create_task(server.wait())
    told = asyncio.create_task(stopped.wait())
    tasks: set[asyncio.Task[Any]] = {ended, told}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await server.stop()
