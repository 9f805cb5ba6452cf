"""A mailbox of its own for a test, and the connector on it."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.connectors.email.dovecot import Dovecot
from unisono.connectors.email import Email
from unisono.contract import Account, Clock, Created, Event, OutMessage, ThreadRef, load_manifest
from unisono.domain.words import Visibility
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.mailhouse.submission import Submission


class Box:
    """Made by the fixture `box`. `smtp_port`, `imap_port`: where the connector goes, when a proxy stands in between."""

    def __init__(self, imap: Dovecot, smtp: Submission, stack: AsyncExitStack) -> None:
        self.imap = imap
        self.smtp = smtp
        self.address = f"hilfe-{uuid4().hex[:8]}@shop.example"
        self.imap_port = imap.port
        self.smtp_port = smtp.port
        self._stack = stack
        self.logged = 0
        self.encryption: dict[str, Any] = {}

    async def open(
        self, *, secrets: dict[str, str] | None = None, clock: Clock | None = None, kept: bool = True, **config: Any
    ) -> Email:
        """Build the connector anew, with these settings besides the usual ones. kept: it is closed with the test."""
        settings = {
            "address": self.address, "imap_host": "127.0.0.1", "imap_port": self.imap_port, "imap_security": "none",
            "smtp_host": "127.0.0.1", "smtp_port": self.smtp_port, "smtp_security": "none", "sent_folder": "Sent",
            "timeout_s": 5, **config,
        }  # fmt: skip
        account = Account(channel_id=uuid4(), name="Hilfe", config=settings)
        self.ctx: KitContext = await self._stack.enter_async_context(
            make_ctx(
                account, load_manifest(Email.folder), secrets={"password": "secret"} if secrets is None else secrets, clock=clock
            )
        )
        self.connector = Email(self.ctx)
        if not kept:
            return self.connector
        self._stack.push_async_callback(self.connector.close)
        return self.connector

    def write(
        self, subject: str, text: str, *, message_id: str, references: str = "", folder: str = "INBOX",
        at: datetime | None = None, sender: str = "Berta Beispiel <berta@kunde.example>", **headers: str,
    ) -> None:  # fmt: skip
        """Let a customer write."""
        when = at or datetime.now(UTC)
        lines = [
            f"From: {sender}", f"To: {headers.pop('to', self.address)}", f"Subject: {subject}", f"Message-ID: {message_id}",
            "Date: " + when.strftime("%a, %d %b %Y %H:%M:%S +0000"), "Content-Type: text/plain; charset=utf-8",
        ]  # fmt: skip
        if references:
            lines += [f"References: {references}", f"In-Reply-To: {references.split()[-1]}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.imap.deliver(self.address, ("\r\n".join([*lines, "", text]) + "\r\n").encode(), folder, at)

    async def events(self, stream: str = "inbox", cursor: str | None = None) -> tuple[list[Event], str | None]:
        """Return all that a stream says after a cursor, and the cursor behind it."""
        found: list[Event] = []
        while True:
            page = await self.connector.pull(stream, cursor, 50)
            found += [event for raw in page.raws for event in self.connector.read(raw)]
            cursor = page.next_cursor
            if not page.has_more:
                return found, cursor

    async def pulled(self, cursor: str | None = None, stream: str = "inbox") -> tuple[list[Created], str | None]:
        """Return the messages of a stream after a cursor, and the cursor behind them."""
        events, cursor = await self.events(stream, cursor)
        return [event for event in events if isinstance(event, Created)], cursor


def answer(to: Created, text: str = "Gern geschehen.", **more: Any) -> OutMessage:
    """Return an answer as the outbox holds it."""
    given = {
        "key": str(uuid4()), "thread": ThreadRef(visibility=Visibility.PRIVATE, root_id=to.thread.root_id, parent_id=to.remote_id),
        "in_reply_to": to.remote_id, "recipient": to.author, "text": text, "created_at": datetime.now(UTC),
        "subject": f"Re: {to.subject}", "references": (to.thread.root_id, to.remote_id), **more,
    }  # fmt: skip
    return OutMessage(**given)
