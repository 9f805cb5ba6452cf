"""The demo's mail peers speak the protocols well enough for clients of other makers, and for our own connector."""

import asyncio
import imaplib
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosmtplib

from unisono.connectors.email import Email
from unisono.contract import Account, Created, load_manifest
from unisono.domain.words import ChannelState
from unisono.testing.context import make_ctx
from unisono.testing.mailhouse import MailHouse

MAIL = b"From: Berta <berta@kunde.example>\r\nTo: hilfe@shop.example\r\nSubject: Frage\r\nMessage-ID: <%d@kunde.example>\r\n\r\nText %d\r\n"


async def test_what_comes_through_the_door_is_read_by_another_client(tmp_path: Path) -> None:
    async with MailHouse(tmp_path) as mail:
        await aiosmtplib.send(
            MAIL % (1, 1), sender="berta@kunde.example", recipients=["hilfe@shop.example"], hostname="127.0.0.1",
            port=mail.smtp_port, start_tls=False,
        )  # fmt: skip

        def look() -> tuple[Any, Any, Any]:
            with imaplib.IMAP4("127.0.0.1", mail.imap_port, timeout=5) as client:
                client.login("hilfe@shop.example", "demo")
                client.select("INBOX", readonly=True)
                found = client.uid("SEARCH", "ALL")[1]
                content = client.uid("FETCH", "1", "(BODY.PEEK[])")[1]
                missing = client.uid("SEARCH", "UID", "2:*")[1]
                return found, content, missing

        found, content, missing = await asyncio.to_thread(look)
    assert found == [b"1"]
    assert b"Text 1" in content[0][1]
    assert missing == [b"1"], "n:* holds the last mail, also when n lies beyond it"


async def test_our_connector_reads_waits_and_resumes(tmp_path: Path) -> None:
    async with MailHouse(tmp_path) as mail:
        config = {
            "address": "hilfe@shop.example", "imap_host": "127.0.0.1", "imap_port": mail.imap_port, "imap_security": "none",
            "smtp_host": "127.0.0.1", "smtp_port": mail.smtp_port, "smtp_security": "none", "sent_folder": "Sent",
        }  # fmt: skip
        account = Account(channel_id=uuid4(), name="Hilfe", config=config)
        async with make_ctx(account, load_manifest(Email.folder), secrets={"password": "demo"}) as ctx:
            connector = Email(ctx)
            assert (await connector.check()).state is ChannelState.OK
            for n in range(60):
                mail.boxes.add("hilfe@shop.example", MAIL % (n, n))
            cursor, texts = None, []
            while True:
                page = await connector.pull("inbox", cursor, 50)
                texts += [e.text.strip() for raw in page.raws for e in connector.read(raw) if isinstance(e, Created)]
                cursor = page.next_cursor
                if not page.has_more:
                    break
            assert texts == [f"Text {n}" for n in range(60)]
            listening = connector.listen()
            hint = asyncio.ensure_future(anext(listening))
            await asyncio.sleep(0.5)
            mail.boxes.add("hilfe@shop.example", MAIL % (99, 99))
            assert await asyncio.wait_for(hint, 10) is None
            await listening.aclose()  # type: ignore[attr-defined]
            page = await connector.pull("inbox", cursor, 50)
            assert len(page.raws) == 1


async def test_mails_survive_a_restart(tmp_path: Path) -> None:
    async with MailHouse(tmp_path) as mail:
        mail.boxes.add("berta@kunde.example", b"Subject: Antwort\r\n\r\nGern\r\n")
        validity = mail.boxes.validity()
    async with MailHouse(tmp_path) as mail:
        assert [m.uid for m in mail.boxes.messages("berta@kunde.example")] == [1]
        assert mail.boxes.validity() == validity
        assert mail.boxes.addresses() == ["berta@kunde.example"]
