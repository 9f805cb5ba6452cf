"""An IMAP server that does what no good one does, for cases that Dovecot cannot be brought to."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

Say = Callable[[bytes], None]
# What a command's handler gets: its tag, its line, and how to say something. It returns whether the line goes on.
Handler = Callable[[bytes, bytes, Say], Awaitable[bool]]


class ScriptedImap:
    """Answers log-in and folder; everything else goes to `handlers`, by the first regular expression that fits the line."""

    def __init__(self, *, capabilities: bytes = b"IMAP4rev1", facts: dict[bytes, int] | None = None) -> None:
        self.capabilities = capabilities
        self.facts = {b"UIDVALIDITY": 7, b"UIDNEXT": 1} if facts is None else facts
        self.exists = 0
        self.heard: list[bytes] = []
        self.handlers: list[tuple[bytes, Handler]] = []
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.close()
        self.drop_all()

    def drop_all(self) -> None:
        """End all connections, as a server does that is started anew."""
        for writer in list(self._writers):
            writer.transport.abort()

    def on(self, pattern: bytes, handler: Handler) -> None:
        """Answer lines that fit."""
        self.handlers.append((pattern, handler))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                self.heard.append(line.strip())
                tag, _, rest = line.strip().partition(b" ")
                if not await self._answer(tag, rest, writer.write):
                    writer.transport.abort()
                    return
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, tag: bytes, rest: bytes, say: Say) -> bool:
        for pattern, handler in self.handlers:
            if re.search(pattern, rest):
                return await handler(tag, rest, say)
        name = rest.partition(b" ")[0].upper()
        if name == b"CAPABILITY":
            say(b"* CAPABILITY " + self.capabilities + b"\r\n")
        elif name in (b"SELECT", b"EXAMINE"):
            say(b"* %d EXISTS\r\n* FLAGS ()\r\n" % self.exists)
            for fact, value in self.facts.items():
                say(b"* OK [%b %d] said\r\n" % (fact, value))
        say(tag + b" OK done\r\n")
        return name != b"LOGOUT"
