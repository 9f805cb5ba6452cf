"""The lab of e-mail: a real Dovecot, a provider's SMTP server and a scripted identity provider, each behind a proxy.

Needs Dovecot of the distribution; `start` says what to install where it is missing. All is plain and on loopback: TLS would
hide from the proxies what they have to spoil.
"""

import asyncio
import secrets
import smtplib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, default
from email.utils import format_datetime, formataddr
from typing import Any, ClassVar, Final, TypeVar

from unisono.contract import Clock
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match, Pause
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Setting, Shown, Wire
from unisono.testing.mailhouse.dovecot import Dovecot
from unisono.testing.mailhouse.identity import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from unisono.testing.mailhouse.submission import Submission, Taken

T = TypeVar("T")
_BUSY_IMAP: Final = b"* BYE [LIMIT] Too many simultaneous connections. Try again later.\r\n"
_BUSY_SMTP: Final = "421 4.7.28 Too many mails from this address. Try again later."


class EmailLab(Lab):
    """Stands at the provider's side, and writes as its customers from elsewhere."""

    connector = "email"
    real_peer: ClassVar[bool] = True
    peer = "Dovecot (IMAP), aiosmtpd (SMTP), a scripted identity provider"

    async def start(self, clock: Clock) -> None:
        """Start the three servers and a proxy before each. Raises PeerMissing."""
        self.clock = clock
        version = await aside(Dovecot.version)
        self.peer = f"Dovecot {version} (IMAP), aiosmtpd (SMTP), a scripted identity provider"  # type: ignore[misc]
        self._provider = IdentityProvider(now=lambda: clock.now().timestamp())
        self._provider.start()
        self._dovecot = Dovecot(introspection=self._provider.introspection_url)
        await aside(self._dovecot.start)
        self._door = Submission(log_in=True, token_owner=self._provider.owner_of, file=self._keep_copy)
        self._door.start()
        self._imap = FaultProxy(self._dovecot.port, raw=True)
        self._smtp = FaultProxy(self._door.port, raw=True)
        self._tokens = FaultProxy(self._provider.port)
        for proxy in (self._imap, self._smtp, self._tokens):
            await proxy.start()

    async def stop(self) -> None:
        """End them."""
        for proxy in (self._imap, self._smtp, self._tokens):
            await proxy.stop()
        await aside(self._door.stop)
        await aside(self._dovecot.stop)
        await aside(self._provider.stop)

    def _keep_copy(self, taken: Taken) -> None:
        """Large providers file what their SMTP servers took."""
        self._dovecot.deliver(taken.login, taken.content, "Sent", self.clock.now())

    async def fresh(self) -> Setting:
        """Make a shared mailbox that a person's token opens, and two customers."""
        for wire in self.wires:
            wire.proxy.calm()
        self._door.refuse_sender.clear()
        mark = secrets.token_hex(4)
        self._us = f"hilfe-{mark}@shop.example"
        self._person = f"person-{mark}@shop.example"
        self._people = {who: f"{who}-{mark}@kunde.example" for who in (ANNA, BEN)}
        # What each mail of the account refers to, oldest first, itself last.
        self._chains: dict[str, list[str]] = {}
        self._before = self._provider.renewals()
        config = {
            "address": self._us, "auth": "xoauth2", "client_id": CLIENT_ID, "token_url": f"{self._tokens.url}/token",
            "imap_host": "127.0.0.1", "imap_port": self._imap.port, "imap_security": "none",
            "smtp_host": "127.0.0.1", "smtp_port": self._smtp.port, "smtp_security": "none",
            "sent_folder": "Sent", "sent_copies": "provider", "max_per_hour": 0, "timeout_s": 2,
        }  # fmt: skip
        return Setting(config=config, secrets={"client_secret": CLIENT_SECRET, **(await self.authorise())})

    @property
    def wires(self) -> Sequence[Wire]:
        """IMAP is read, SMTP takes answers, the provider renews tokens."""
        return (
            Wire(proxy=self._imap, reads=Match(data=rb" FETCH [^\r\n]*BODY\.PEEK\[\][^\r\n]*\r\n")),
            Wire(proxy=self._smtp, sends=Match(data=rb"\r\n\.\r\n\Z")),
            Wire(proxy=self._tokens, renews=Match(methods=("POST",), path=r"/token$")),
        )

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write a mail. Raises ValueError for a public one: there is none."""
        if visibility is Visibility.PUBLIC:
            raise ValueError("a mail is private")
        mail = self._mail(self._people[who], self._us, to.handle if to is not None else None, at)
        mail.set_content(text)
        for file in files:
            major, _, minor = file.media_type.partition("/")
            mail.add_attachment(file.content, maintype=major, subtype=minor, filename=file.name)
        await self._deliver(mail, at)
        return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=str(mail["Message-ID"]))

    def _mail(self, sender: str, to: str, answers: str | None, at: datetime | None = None) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr((sender.partition("-")[0].title(), sender))
        mail["To"] = to
        mail["Date"] = format_datetime(at or self.clock.now())
        mail["Message-ID"] = f"<{secrets.token_hex(8)}@{sender.partition('@')[2]}>"
        chain = self._chains.get(answers, [answers]) if answers else []
        mail["Subject"] = "Re: Anfrage" if answers else "Anfrage"
        if answers:
            mail["In-Reply-To"] = answers
            mail["References"] = " ".join(chain)
        self._chains[str(mail["Message-ID"])] = [*chain, str(mail["Message-ID"])]
        return mail

    async def _deliver(self, mail: EmailMessage, at: datetime | None = None) -> None:
        await aside(self._dovecot.deliver, self._us, mail.as_bytes(), "INBOX", at or self.clock.now())

    async def flood(self, texts: Sequence[str]) -> None:
        """Let Anna write many mails at once."""
        mails = []
        for text in texts:
            mail = self._mail(self._people[ANNA], self._us, None)
            mail.set_content(text)
            mails.append((mail.as_bytes(), self.clock.now()))
        await aside(self._dovecot.deliver_all, self._us, mails)

    async def say_strangely(self, text: str) -> Item:
        """Write with headers and parameters that nobody knows, some of them where known ones belong."""
        mail = self._mail(self._people[ANNA], self._us, None)
        mail.set_content(text)
        mail.replace_header("MIME-Version", "2.7")
        mail.set_param("protected-headers", "v9")
        mail.add_header("Content-Disposition", "hologram", depth="3")
        for name, value in (
            ("Sensitivity", "cosmic"),
            ("Precedence", "express"),
            ("Auto-Submitted", "no"),
            ("X-Next", "<a@b> ; ;"),
        ):
            mail[name] = value
        await self._deliver(mail)
        return Item(text=text, who=ANNA, visibility=Visibility.PRIVATE, handle=str(mail["Message-ID"]))

    async def lose(self, item: Item) -> None:
        """Remove a mail from the mailbox, as somebody may in a mail program."""
        await aside(self._dovecot.remove, self._us, item.handle)

    # -- what our mails come to ------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return what the SMTP server took from us."""
        return [self._shown(taken) for taken in list(self._door.taken) if taken.login == self._us]

    def _shown(self, taken: Taken) -> Shown:
        mail = message_from_bytes(taken.content, policy=default)
        body = mail.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        answers, own_id = str(mail["In-Reply-To"] or "") or None, str(mail["Message-ID"])
        self._chains.setdefault(own_id, [*str(mail["References"] or "").split(), own_id])
        names = {address: who for who, address in self._people.items()}
        files = tuple(_content(part) for part in mail.iter_attachments())
        return Shown(
            text=text.replace("\r\n", "\n").rstrip("\n"), visibility=Visibility.PRIVATE, remote_id=own_id, to=answers,
            handle=own_id, files=files,
            recipient=names.get(taken.recipients[0], "") if taken.recipients else "",
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer from a mail program."""
        mail = self._mail(self._us, self._people[to.who], to.handle)
        mail.set_content(text)
        await aside(self._submit, mail, self._provider.issue(self._person))
        return self._shown(self._door.taken[-1])

    def _submit(self, mail: EmailMessage, token: str) -> None:
        with smtplib.SMTP("127.0.0.1", self._door.port, timeout=20) as client:
            client.ehlo()
            client.auth("XOAUTH2", lambda _=None: f"user={self._us}\1auth=Bearer {token}\1\1")
            client.send_message(mail)

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Send a delivery report (RFC 3464), or a receipt (RFC 8098) for what was read."""
        mail = self._mail("mailer-daemon@kunde.example", self._us, None)
        del mail["References"], mail["In-Reply-To"]
        mail["Return-Path"] = "<>"
        mail["Auto-Submitted"] = "auto-replied"
        kind, fields = _report(shown, state, self._us)
        mail["MIME-Version"] = "1.0"
        mail["Content-Type"] = f'multipart/report; report-type={kind}; boundary="report"'
        parts = [
            "--report", "Content-Type: text/plain; charset=us-ascii", "", f"This is a report on your mail: {state.value}.", "",
            "--report", f"Content-Type: message/{kind}", "", fields, "",
            "--report", "Content-Type: text/rfc822-headers", "", f"Message-ID: {shown.remote_id}", f"From: {self._us}", "",
            "--report--", "",
        ]  # fmt: skip
        head = b"".join(f"{name}: {value}\r\n".encode() for name, value in mail.items())
        content = head + b"\r\n" + "\r\n".join(parts).replace("\r\n\n", "\r\n").encode()
        await aside(self._dovecot.deliver, self._us, content, "INBOX", self.clock.now())

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Mails are delivered, then read."""
        return (DeliveryState.DELIVERED, DeliveryState.READ)

    # -- authorisation and limits ----------------------------------------------------------------------------------------

    async def expire(self) -> None:
        """End the access token; the refresh token goes on."""
        self._provider.expire(self._person)

    async def renewals(self) -> int:
        """Count what was renewed."""
        return self._provider.renewals() - self._before

    async def revoke(self) -> None:
        """Withdraw the authorisation."""
        self._provider.revoke(self._person)

    async def authorise(self) -> Mapping[str, str]:
        """Give a new one."""
        return {"refresh_token": self._provider.authorise(self._person)}

    async def throttle(self, pause: Pause, seconds: float, *, sends: bool) -> None:
        """Refuse an answer once, or the next connection of each kind: one pulls, one waits. Nobody can say for how long."""
        del pause, seconds
        if sends:
            self._door.refuse_sender.append(_BUSY_SMTP)
        else:
            self._imap.add(Effect.ANSWER, Match(), answer=_BUSY_IMAP, count=2)


async def aside(work: Callable[..., T], *given: Any) -> T:
    """Do blocking work of the provider's in a thread, apart from whatever listens to what the house does."""
    return await asyncio.get_running_loop().run_in_executor(None, lambda: work(*given))


def _content(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _report(shown: Shown, state: DeliveryState, us: str) -> tuple[str, str]:
    if state is DeliveryState.READ:
        fields = [
            "Reporting-UA: mail.kunde.example; Post 9", f"Final-Recipient: rfc822;{shown.recipient}@kunde.example",
            f"Original-Message-ID: {shown.remote_id}", "Disposition: manual-action/MDN-sent-manually; displayed",
        ]  # fmt: skip
        return "disposition-notification", "\r\n".join(fields)
    action, status = ("failed", "5.1.1") if state is DeliveryState.FAILED else ("delivered", "2.0.0")
    fields = [
        "Reporting-MTA: dns; mail.kunde.example", "", f"Final-Recipient: rfc822;{shown.recipient}@kunde.example",
        f"Action: {action}", f"Status: {status}", f"X-Original-Sender: {us}",
    ]  # fmt: skip
    return "delivery-status", "\r\n".join(fields)


lab = EmailLab
