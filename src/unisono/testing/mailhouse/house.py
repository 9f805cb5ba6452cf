"""The mail house: mailboxes, the door for SMTP and the IMAP server, on loopback."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP

from unisono.testing.mailhouse.boxes import Boxes
from unisono.testing.mailhouse.imap import serve_imap

MAX_MAIL_BYTES = 30_000_000


class _Door:
    """Takes every mail and puts it into its recipients' mailboxes."""

    def __init__(self, boxes: Boxes) -> None:
        self._boxes = boxes

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Store a mail for each recipient."""
        content = envelope.content if isinstance(envelope.content, bytes) else envelope.content.encode()
        head = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode()
        for recipient in envelope.rcpt_tos:
            self._boxes.add(recipient, head + content)
        return "250 taken"


class MailHouse:
    """Use as `async with MailHouse(directory) as mail`; `password` opens every mailbox."""

    def __init__(self, directory: Path, *, password: str = "demo", imap_port: int = 0, smtp_port: int = 0) -> None:
        self.boxes = Boxes(directory)
        self.password = password
        self._ports = imap_port, smtp_port
        self._servers: list[asyncio.Server] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        imap = await serve_imap(self.boxes, self.password, self._ports[0])
        door = _Door(self.boxes)
        smtp = await loop.create_server(
            lambda: SMTP(door, data_size_limit=MAX_MAIL_BYTES, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", self._ports[1]
        )
        self._servers = [imap, smtp]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers:
            server.close()

    @property
    def imap_port(self) -> int:
        """Where the IMAP server listens."""
        return int(self._servers[0].sockets[0].getsockname()[1])

    @property
    def smtp_port(self) -> int:
        """Where the SMTP door listens."""
        return int(self._servers[1].sockets[0].getsockname()[1])
