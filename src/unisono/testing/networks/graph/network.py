"""One app's world: its pages, accounts, numbers and people, and what they are told of. Time comes from outside."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from unisono.testing.networks.graph.chats import Chats
from unisono.testing.networks.graph.instagram import Instagram
from unisono.testing.networks.graph.model import News, Person, Picture
from unisono.testing.networks.graph.pages import Pages
from unisono.testing.networks.graph.tokens import Tokens
from unisono.testing.networks.graph.whatsapp import WhatsApp

VERSION = "v25.0"
LIVE = tuple(f"v{number}.0" for number in range(21, 27))


class GraphNetwork:
    """The whole of it. `app_secret` signs webhooks and proves who sends a token."""

    def __init__(
        self, now: Callable[[], datetime] | None = None, *, app_id: str = "4711001", app_secret: str | None = None
    ) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self.app_secret = app_secret or secrets.token_hex(16)
        self.app_id = app_id
        self.tokens = Tokens(self.now, app_id, self.app_secret)
        self.last_number = 1_000_000
        self.people: dict[str, Person] = {}
        self.pictures: dict[str, Picture] = {}
        self.listeners: list[Callable[[News], None]] = []
        self.news: list[News] = []
        #: How much of the app's rate is used, as every answer tells, in percent.
        self.used_percent = 1
        #: Where the server stands, once there is one.
        self.address = ""
        self.pages = Pages(self)
        self.chats = Chats(self)
        self.whatsapp = WhatsApp(self)
        self.instagram = Instagram(self)

    def number(self) -> str:
        """Return an id that nothing else has."""
        self.last_number += 1
        return f"10{self.last_number:013d}"

    def join(self, name: str, username: str = "") -> Person:
        """Let somebody come."""
        person = Person(id=self.number(), name=name, username=username or name.lower().replace(" ", "."))
        self.people[person.id] = person
        return person

    def picture(self, content: bytes, media_type: str, name: str = "") -> Picture:
        """Keep a file."""
        kept = Picture(node=self.number(), media_type=media_type, content=content, name=name)
        self.pictures[kept.node] = kept
        return kept

    def tell(self, news: News) -> None:
        """Note something that happened, and tell whoever listens."""
        self.news.append(news)
        for listener in self.listeners:
            listener(news)

    def installed(self, object_: str, account: str, field: str) -> bool:
        """Tell whether the app is told of a field of an account."""
        page = self.pages.pages.get(account)
        if object_ == "page":
            return page is not None and page.installed is not None and field.removeprefix("messaging:") in page.installed
        if object_ == "whatsapp_business_account":
            return any(number.installed for number in self.whatsapp.numbers.values() if number.account == account)
        return True

    def accounts(self) -> set[str]:
        """Return the ids of all accounts on Instagram."""
        return set(self.instagram.accounts)

    def linked(self, page: str) -> str | None:
        """Return the Instagram account that belongs to a page."""
        return next((account.id for account in self.instagram.accounts.values() if account.page == page), None)

    def answer_privately(self, platform: str, account: str, node: str) -> Person:
        """Use up the one private answer to something public; returns whom it goes to. Raises Refused."""
        if platform == "messenger":
            return self.pages.answer_privately(self.pages.pages[account], node)
        return self.instagram.answer_privately(account, node)

    def leave(self, person: Person) -> None:
        """Delete somebody's account with all they said."""
        person.gone = True
        self.pages.forget(person)
        self.chats.forget(person)
        self.instagram.forget(person)
