"""The demo's outside world on ports of this machine: the sandbox's networks, and the mail house of everybody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

from msgspec import Struct

from unisono.app.demo.keep import Keep
from unisono.app.demo.mailbox import SHOWN, Arrived
from unisono.app.demo.material import company
from unisono.app.demo.networks import HANDLE, CompanyAccount
from unisono.app.demo.seed import WantedChannel
from unisono.testing.mailhouse import Boxes, MailHouse, StoredMail
from unisono.testing.sandbox.faces import Face
from unisono.testing.sandbox.model import Account, Refused
from unisono.testing.sandbox.network import SandboxNetwork
from unisono.testing.sandbox.server import SandboxServer


class Networks(Struct, frozen=True, kw_only=True):
    """The networks while they run. accounts: the company's, by face."""

    url: str
    faces: tuple[Face, ...]
    accounts: dict[str, CompanyAccount]

    def channels(self) -> list[WantedChannel]:
        """Return the channels that the company's accounts are connected by."""
        return [
            WantedChannel(
                name=f"{face.name} @{HANDLE}", connector="sandbox", queue="social",
                config={"base_url": self.url, "face": face.key, "account": HANDLE},
                secrets={"token": self.accounts[face.key].token},
            )
            for face in self.faces
        ]  # fmt: skip


@asynccontextmanager
async def open_networks(keep: Keep, call_us: str = "") -> AsyncIterator[Networks]:
    """Run the networks while the block runs; what was said on them stays in the demo's folder.

    call_us: address of the script that puts the company's button for calls on their pages.
    """
    network = SandboxNetwork(path=str(keep.folder / "sandbox.sqlite"))
    try:
        accounts = {face.key: _as_company(_account(network, face), face) for face in network.faces}
        server = SandboxServer(network, port=keep.port("sandbox"), admin_token=keep.secret("sandbox_admin"), call_us=call_us)
        async with server:
            yield Networks(url=server.url, faces=network.faces, accounts=accounts)
    finally:
        network.close()


def _account(network: SandboxNetwork, face: Face) -> Account:
    try:
        return network.by_handle(face.key, HANDLE)
    except Refused:
        return network.join(face.key, company().name, HANDLE, company=True, about=company().claim["de"])


def _as_company(account: Account, face: Face) -> CompanyAccount:
    assert account.token is not None
    return CompanyAccount(id=str(account.id), token=account.token, pages=face.pages)


class CustomerMailboxes:
    """What lies in the customers' mailboxes; each mail is read from disk once."""

    def __init__(self, boxes: Boxes, companies: tuple[str, ...]) -> None:
        self._boxes = boxes
        self._companies = companies
        self._read: dict[tuple[str, int], Arrived] = {}

    def newest(self) -> list[Arrived]:
        """Return mails, newest first."""
        for address in self._boxes.addresses():
            if address in self._companies:
                continue
            for uid in self._boxes.uids(address):
                if (address, uid) not in self._read:
                    self._read[address, uid] = _arrived(address, self._boxes.mail(address, uid))
        return sorted(self._read.values(), key=lambda mail: mail.at, reverse=True)[:SHOWN]


class Mails(Struct, frozen=True, kw_only=True):
    """The mail house while it runs: the company's mailboxes, and those of its customers."""

    house: MailHouse
    arrived: CustomerMailboxes

    def channels(self) -> list[WantedChannel]:
        """Return the channels of the company's mailboxes."""
        return [
            WantedChannel(
                name=channel.name["de"], connector="email", queue=channel.queue, units=12,
                config={
                    "address": channel.handle, "sender_name": company().name, "imap_host": "127.0.0.1",
                    "imap_port": self.house.imap_port, "imap_security": "none", "smtp_host": "127.0.0.1",
                    "smtp_port": self.house.smtp_port, "smtp_security": "none", "sent_folder": "Sent",
                },
                secrets={"password": self.house.password},
            )
            for channel in company().channels
            if channel.medium == "mail"
        ]  # fmt: skip


@asynccontextmanager
async def open_mails(keep: Keep) -> AsyncIterator[Mails]:
    """Run the mail house while the block runs; mails stay in the demo's folder."""
    house = MailHouse(
        keep.folder / "mail", password=keep.secret("mail"), imap_port=keep.port("imap"), smtp_port=keep.port("smtp")
    )
    async with house:
        yield Mails(house=house, arrived=CustomerMailboxes(house.boxes, company_addresses()))


def company_addresses() -> tuple[str, ...]:
    """Return the company's mail addresses; the first is for everything that belongs to no other."""
    return tuple(channel.handle for channel in company().channels if channel.medium == "mail")


def _arrived(address: str, stored: StoredMail) -> Arrived:
    mail = message_from_bytes(stored.content, policy=default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain", "html"))
    return Arrived(
        key=f"{address}/{stored.uid}", sender=str(mail["From"] or ""), recipient=str(mail["To"] or address),
        subject=str(mail["Subject"] or ""), text=str(body.get_content()).strip() if body is not None else "",
        at=stored.received_at.astimezone(UTC), files=sum(1 for _ in mail.iter_attachments()),
    )  # fmt: skip


#: The address of the page from which the demo's customers call.
CALL_LINE: Final = "brookwatt"


def call_channel(networks_url: str) -> WantedChannel:
    """Return the line for calls in the browser; its button stands on the networks' pages as well."""
    chat = next(channel for channel in company().channels if channel.medium == "chat")
    config = {
        "driver": "webrtc", "numbers": [CALL_LINE], "language": "de", "title": company().name, "colour": "#1f5f5b",
        "allowed_origins": networks_url, "call_backs": "on",
    }  # fmt: skip
    # All that the head of the house takes at once, who is the first of the visitors' log-ins.
    return WantedChannel(name="Telefon", connector="voice", queue=chat.queue, units=36, config=config)


#: The address under which the employee with the demonstration's lunch is called directly.
DIRECT_LINE: Final = "durchwahl"


def direct_channel(login: str, name: str) -> WantedChannel:
    """Return a line of one employee's own, which goes by their presence."""
    wanted = call_channel("")
    config = wanted.config | {"numbers": [DIRECT_LINE], "person": login, "title": name}
    return WantedChannel(name="Durchwahl", connector="voice", queue=wanted.queue, units=wanted.units, config=config)


def chat_channel() -> WantedChannel:
    """Return the web chat's channel."""
    chat = next(channel for channel in company().channels if channel.medium == "chat")
    config = {"title": company().name, "colour": "#1f5f5b"}
    return WantedChannel(name=chat.name["de"], connector="webchat", queue=chat.queue, units=20, config=config)
