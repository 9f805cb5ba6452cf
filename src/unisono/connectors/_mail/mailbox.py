"""A mailbox for asyncio: blocking work runs in a thread, one piece at a time, on one connection that is kept for a while."""

import asyncio
import contextlib
import contextvars
import socket
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from imapclient import IMAPClient

from unisono.connectors._mail.imap import IMAP_ERRORS, ImapFailed, Place, connect, cut, failure, leave

T = TypeVar("T")
# Providers count log-ins; a busy mailbox would otherwise need one for every mail.
KEPT_S: Final = 90.0
_PIECES: Final = 10


def in_thread(work: Callable[[], T]) -> "asyncio.Future[T]":
    """Run blocking work in a thread of its own, which does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if not future.done():
            future.set_exception(error) if error is not None else future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        problem: BaseException | None = None
        try:
            result = work()
        except BaseException as error:  # it belongs to whoever waits for the future
            problem = error
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, problem)

    context = contextvars.copy_context()
    threading.Thread(target=lambda: context.run(run), daemon=True, name="unisono-imap").start()
    return future


class Line:
    """A connection that can be cut from outside."""

    def __init__(self) -> None:
        self.client: IMAPClient | None = None
        self._socket: socket.socket | None = None
        self._cut = False

    def opened(self, connection: socket.socket) -> None:
        """Remember the socket; a line that was cut meanwhile ends here."""
        self._socket = connection
        if self._cut:
            cut(connection)

    def cut(self) -> None:
        """Make whoever waits on this line fail."""
        self._cut = True
        if self._socket is not None:
            cut(self._socket)

    def close(self) -> None:
        """End the connection without a word; nobody else may use it at this time."""
        client, connection = self.client, self._socket
        self.client = self._socket = None
        with contextlib.suppress(*IMAP_ERRORS):
            if client is not None:
                client.shutdown()
            elif connection is not None:
                connection.close()

    def __del__(self) -> None:
        """A connector may be dropped at any time, and its connection goes with it."""
        self.close()


class Mailbox:
    """Runs pieces of work on a connection. `place` gives how to get in; it is asked again with the secret that was refused."""

    def __init__(self, place: Callable[[str | None], Awaitable[Place]], kept_s: float = KEPT_S) -> None:
        self._place = place
        self._kept_s = kept_s
        self._lock = asyncio.Lock()
        self._line: Line | None = None
        self._secret: str | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def run(self, work: Callable[[IMAPClient], T], *, extra_s: float = 0.0) -> T:
        """Return what `work` returns. It may take ten silences of the server's, and `extra_s` for what it transfers.

        Raises ImapFailed, and PullFailed when no token is to be had.
        """
        async with self._lock:
            if self._ending is not None:
                self._ending.cancel()
            try:
                return await self._run_renewing(work, extra_s)
            finally:
                if self._line is not None:
                    # Weakly: the timer must not keep alive what nobody uses any more.
                    self._ending = asyncio.get_running_loop().call_later(self._kept_s, _end, weakref.ref(self))

    async def _run_renewing(self, work: Callable[[IMAPClient], T], extra_s: float) -> T:
        used = self._line is not None
        place = await self._place(None)
        if used and place.secret != self._secret:
            self.let_go()
            used = False
        try:
            return await self._run(place, work, extra_s)
        except ImapFailed as error:
            if error.refused and place.settings.oauth:
                return await self._run(await self._place(place.secret), work, extra_s)
            # A kept connection may have died of old age without anybody noticing; a new one decides.
            if used and error.lost and self._line is None:
                return await self._run(place, work, extra_s)
            raise

    async def _run(self, place: Place, work: Callable[[IMAPClient], T], extra_s: float) -> T:
        line = self._line = self._line or Line()
        self._secret = place.secret

        def piece() -> T:
            try:
                if line.client is None:
                    line.client = connect(place, line.opened)
                return work(line.client)
            except (ImapFailed, *IMAP_ERRORS) as error:
                told = failure(error, place.settings)
                if told.lost:
                    line.close()
                if told is error:
                    raise
                raise told from error

        running = in_thread(piece)
        try:
            async with asyncio.timeout(_PIECES * place.settings.timeout_s + extra_s):
                return await asyncio.shield(running)
        except TimeoutError as error:
            await self._stop(line, running)
            raise failure(error, place.settings) from error
        except asyncio.CancelledError:
            self._drop(line)
            running.add_done_callback(_looked_at)
            raise
        except ImapFailed as error:
            if error.lost:
                self._drop(line)
            raise

    async def _stop(self, line: Line, running: "asyncio.Future[T]") -> None:
        self._drop(line)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5.0):
                await running

    def _drop(self, line: Line) -> None:
        line.cut()
        if self._line is line:
            self._line = None

    def let_go(self) -> None:
        """End the connection politely, without waiting for it."""
        if self._ending is not None:
            self._ending.cancel()
        line, self._line = self._line, None
        if line is not None and line.client is not None:
            in_thread(lambda client=line.client: leave(client)).add_done_callback(_looked_at)  # type: ignore[misc]

    async def close(self) -> None:
        """End the connection."""
        async with self._lock:
            if self._ending is not None:
                self._ending.cancel()
            line, self._line = self._line, None
            if line is not None and line.client is not None:
                client = line.client
                await in_thread(lambda: leave(client))


def _end(kept: "weakref.ref[Mailbox]") -> None:
    mailbox = kept()
    if mailbox is not None:
        mailbox.let_go()


def _looked_at(future: "asyncio.Future[T]") -> None:
    """An error that nobody waits for any more is no news."""
    if not future.cancelled():
        future.exception()
