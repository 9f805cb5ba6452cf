"""Messenger's lab: people write to a page."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from unisono.contract import HttpRequest
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Match
from unisono.testing.lab import ANNA, Item, LabFile, Setting, Shown, Wire
from unisono.testing.labs.graph import GraphLab
from unisono.testing.networks.graph import Direct, News, written


class MessengerLab(GraphLab):
    """Customers act on the network itself; the connector goes through the proxy."""

    connector = "messenger"
    _READS: ClassVar[Match] = Match(methods=("GET",), path=r"/(conversations|messages)(\?|$)")

    async def fresh(self) -> Setting:
        """Make a page."""
        kept = self._begin()
        self._page = self._network.pages.add("Firma")
        self._token = self._page.token
        self._reported: list[News] = []
        return Setting(
            config={"page_id": self._page.id, "base_url": self._proxy.url, "app_id": self._network.app_id},
            secrets={"access_token": self._token, **kept},
        )

    def _holder(self) -> tuple[str, str]:
        return self._page.id, self._page.name

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (
            Wire(
                proxy=self._proxy, sends=Match(methods=("POST",), path=r"/messages(\?|$)"),
                reads=Match(methods=("GET",), path=r"/conversations(\?|$)"),
            ),
        )  # fmt: skip

    def due(self) -> list[HttpRequest]:
        """Return what became of our messages, which no pull tells."""
        reported, self._reported = self._reported, []
        return [self._request(written([news]), self._network.app_secret, signed=True) for news in reported]

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write to the page."""
        del visibility, at
        pictures = [self._network.picture(file.content, file.media_type, file.name) for file in files]
        direct = self._network.chats.write(
            "messenger", self._page.id, self._people[who], text, pictures=pictures, reply_to=to.handle if to else None
        )
        return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=direct.mid)

    async def shown(self) -> list[Shown]:
        """Return what the page wrote."""
        return self._written_to("messenger", self._page.id)

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with the page's own inbox."""
        chat = self._network.chats.chat("messenger", self._page.id, self._people[to.who])
        direct = self._network.chats.send(chat, text)
        return next(shown for shown in await self.shown() if shown.remote_id == direct.mid)

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Tell of a state."""
        self._network.chats.report(self._direct(shown.handle), state.value)
        self._reported.append(self._network.news[-1])

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Messages are delivered; what was read is told by time alone, and of no message."""
        return (DeliveryState.DELIVERED,)

    def _direct(self, mid: str) -> Direct:
        return next(one for chat in self._network.chats.chats.values() for one in chat.messages if one.mid == mid)


lab = MessengerLab
