"""Xing's lab: notification mails, written after the form of Xing's, in a real Dovecot whose receiving server has checked them."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import ClassVar

from unisono.domain.words import Visibility
from unisono.testing.faultproxy import Match
from unisono.testing.lab import ANNA, BEN, Item, LabFile, Setting, Shown, Wire
from unisono.testing.labs.email import EmailLab, aside
from unisono.testing.mailhouse.identity import CLIENT_ID, CLIENT_SECRET

SERVER = "mx.firma.example"


class XingLab(EmailLab):
    """Stands where Xing and the company's mail server stand. The mailbox is the one of the lab of e-mail."""

    connector = "xing"
    real_peer: ClassVar[bool] = False

    async def fresh(self) -> Setting:
        """Make a shared mailbox that a person's token opens, and two members of Xing."""
        for wire in self.wires:
            wire.proxy.calm()
        mark = secrets.token_hex(4)
        self._us = f"xing-{mark}@firma.example"
        self._person = f"person-{mark}@firma.example"
        self._people = {who: f"{who.title()}_Muster_{mark}" for who in (ANNA, BEN)}
        self._chains: dict[str, list[str]] = {}
        self._before = self._provider.renewals()
        config = {
            "address": self._us, "authserv_id": SERVER, "auth": "xoauth2", "client_id": CLIENT_ID,
            "token_url": f"{self._tokens.url}/token", "imap_host": "127.0.0.1", "imap_port": self._imap.port,
            "imap_security": "none", "timeout_s": 2,
        }  # fmt: skip
        return Setting(config=config, secrets={"client_secret": CLIENT_SECRET, **(await self.authorise())})

    @property
    def wires(self) -> Sequence[Wire]:
        """IMAP is read, the provider renews tokens; nothing is sent."""
        return (
            Wire(proxy=self._imap, reads=Match(data=rb" FETCH [^\r\n]*BODY\.PEEK\[\][^\r\n]*\r\n")),
            Wire(proxy=self._tokens, renews=Match(methods=("POST",), path=r"/token$")),
        )

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write a message on Xing, or a comment; Xing tells of it by mail."""
        del to, files
        public = visibility is Visibility.PUBLIC
        mail = self._notification(text, who, at, public=public)
        await self._deliver(mail, at)
        kind = Visibility.PUBLIC if public else Visibility.PRIVATE
        return Item(text=text, who=who, visibility=kind, handle=str(mail["Message-ID"]))

    def _notification(self, text: str, who: str, at: datetime | None = None, *, public: bool = False) -> EmailMessage:
        profile = self._people[who]
        name = f"{who.title()} Muster"
        done, place = ("hat Ihren Beitrag kommentiert", "communities/posts/strom-") if public else (
            "hat Ihnen eine Nachricht geschickt", "chats/"
        )  # fmt: skip
        mail = EmailMessage(policy=SMTP)
        mail["Authentication-Results"] = (
            f"{SERVER}; dkim=pass header.d=mail.xing.com header.s=main; dmarc=pass header.from=mail.xing.com"
        )
        mail["Received"] = f"from mailout.xing.com by {SERVER}; {format_datetime(at or self.clock.now())}"
        mail["From"] = "XING <mailrobot@mail.xing.com>"
        mail["To"] = self._us
        mail["Date"] = format_datetime(at or self.clock.now())
        mail["Message-ID"] = f"<{secrets.token_hex(8)}@mail.xing.com>"
        mail["Subject"] = f"{name} {done}"
        mail.set_content(
            f"Guten Tag,\n\n{name} {done}:\n\n{text}\n\nAuf XING ansehen und antworten:\n"
            f"https://www.xing.com/{place}{profile.lower()}?sc_o=mail\n\n"
            f"Profil von {name}: https://www.xing.com/profile/{profile}\n\nXING, Am Strandkai 1, 20457 Hamburg\n"
        )
        return mail

    async def flood(self, texts: Sequence[str]) -> None:
        """Let Anna write many messages at once."""
        mails = [(self._notification(text, ANNA).as_bytes(), self.clock.now()) for text in texts]
        await aside(self._dovecot.deliver_all, self._us, mails)

    async def say_strangely(self, text: str) -> Item:
        """Tell of a message by a mail with headers and parameters that nobody knows."""
        mail = self._notification(text, ANNA)
        mail.replace_header("MIME-Version", "2.7")
        mail.set_param("protected-headers", "v9")
        mail["X-Xing-Mood"] = "curious; rings=1,2"
        await self._deliver(mail)
        return Item(text=text, who=ANNA, visibility=Visibility.PRIVATE, handle=str(mail["Message-ID"]))

    async def shown(self) -> list[Shown]:
        """Nothing of ours ever stands there."""
        return []


lab = XingLab
