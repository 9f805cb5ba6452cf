"""Customers' mails: made from steps, handed to the company's SMTP door."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib
from msgspec import Struct

from unisono.app.demo.files import file_of
from unisono.app.demo.played import Played
from unisono.app.demo.script import Step
from unisono.domain.errors import Unavailable

_DOMAIN = "mail.feed.example"
# Every SMTP server takes seven bits, whatever extensions it has.
_POLICY = SMTP.clone(cte_type="7bit")


class Letter(Struct, frozen=True, kw_only=True):
    """A mail with its envelope. An empty `sender` is the null path of bounces (RFC 5321, section 4.5.5)."""

    sender: str
    recipient: str
    content: bytes


def message_id_of(key: str) -> str:
    """Return the Message-ID of a step's mail: the same for the same step."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{_DOMAIN}>"


def letter_of(step: Step, chain: list[str], recipient: str, sent_at: datetime) -> Letter:
    """Return a step's mail. chain: keys of the mails before it in its thread, oldest first."""
    assert step.who is not None
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(step.who.name, addr_spec=step.who.address)
    mail["To"] = recipient
    mail["Subject"] = " ".join(step.subject.split())
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = message_id_of(step.key)
    if chain:
        mail["In-Reply-To"] = message_id_of(chain[-1])
        mail["References"] = " ".join(message_id_of(key) for key in chain)
    headers = dict(step.headers)
    bounce = headers.pop("Return-Path", None) == "<>"
    report = headers.pop("Content-Type", None)
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(step.text)
    if step.html is not None:
        mail.add_alternative(step.html, subtype="html")
    for media in step.media:
        file = file_of(media)
        major, _, minor = file.media_type.partition("/")
        mail.add_attachment(file.content, maintype=major, subtype=minor, filename=file.name)
    if report is not None:
        mail.make_mixed()
        mail.replace_header("Content-Type", f'{report}; boundary="{hashlib.sha256(step.key.encode()).hexdigest()[:24]}"')
    return Letter(sender="" if bounce else step.who.address, recipient=recipient, content=mail.as_bytes())


class Postman:
    """Hands letters to one SMTP door over one connection, which is opened anew when it was lost."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._smtp: aiosmtplib.SMTP | None = None

    async def post(self, letter: Letter) -> None:
        """Deliver one letter. Raises Unavailable when the door does not take it; nothing is kept then."""
        for attempt in (1, 2):
            try:
                smtp = await self._connected()
                await smtp.sendmail(letter.sender, [letter.recipient], letter.content)
                return
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, OSError) as error:
                await self.close()
                if attempt == 2:
                    raise Unavailable(f"The SMTP door at {self._host}:{self._port} does not answer: {error}") from error
            except aiosmtplib.SMTPException as error:
                raise Unavailable(f"The SMTP door refused a mail to {letter.recipient}: {error}") from error

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is None or not self._smtp.is_connected:
            self._smtp = aiosmtplib.SMTP(hostname=self._host, port=self._port, use_tls=False, start_tls=False, timeout=30)
            await self._smtp.connect()
        return self._smtp

    async def close(self) -> None:
        """End the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


class MailStage:
    """Plays mails at the company's SMTP door. `companies`: the addresses that have a mailbox, the first for all else."""

    def __init__(self, postman: Postman, companies: tuple[str, ...], now: Callable[[], datetime]) -> None:
        self._postman = postman
        self._companies = companies
        self._now = now

    async def play(self, step: Step, played: Played) -> str:
        """Post the step's mail. Raises Unavailable."""
        if step.parent is not None:
            played.put_note(f"answers:{step.key}", step.parent)
        recipient = step.to if step.to in self._companies else self._companies[0]
        await self._postman.post(letter_of(step, self._chain(step, played), recipient, self._now()))
        return ""

    def _chain(self, step: Step, played: Played) -> list[str]:
        """The mails above this one, oldest first, as References name them."""
        chain: list[str] = []
        above = step.parent
        while above is not None and above in played:
            chain.append(above)
            above = played.note(f"answers:{above}")
        return chain[::-1]
