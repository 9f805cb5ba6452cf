"""Instagram's lab: people comment below an account's media, and write to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from unisono.contract import HttpRequest
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Match
from unisono.testing.lab import ANNA, Item, LabFile, Setting, Shown, Wire
from unisono.testing.labs.graph import GraphLab
from unisono.testing.networks.graph import Direct, News, written
from unisono.testing.networks.graph.instagram import Remark


class InstagramLab(GraphLab):
    """Customers act on the network itself; the connector goes through the proxy."""

    connector = "instagram"
    reports_on: ClassVar[Visibility | None] = Visibility.PRIVATE
    _READS: ClassVar[Match] = Match(methods=("GET",), path=r"/(media|comments|conversations|messages)(\?|$)")

    async def fresh(self) -> Setting:
        """Make an account with one picture."""
        kept = self._begin()
        self._page = self._network.pages.add("Firma")
        self._account = self._network.instagram.add(self._page, f"firma_{self._page.id[-6:]}")
        self._media = self._network.instagram.publish(self._account, "Unser neues Werk")
        self._token = self._page.token
        self._reported: list[News] = []
        config = {"account_id": self._account.id, "page_id": self._page.id, "base_url": self._proxy.url,
                  "app_id": self._network.app_id}  # fmt: skip
        return Setting(config=config, secrets={"access_token": self._token, **kept})

    def _holder(self) -> tuple[str, str]:
        return self._page.id, self._page.name

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (
            Wire(
                proxy=self._proxy, sends=Match(methods=("POST",), path=r"/(replies|comments|messages)(\?|$)"),
                reads=Match(methods=("GET",), path=r"/media(\?|$)"),
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
        """Comment, reply, or write a direct message."""
        del at
        author = self._people[who]
        private = visibility is Visibility.PRIVATE or (
            visibility is None and to is not None and to.visibility is Visibility.PRIVATE
        )
        if private:
            pictures = [self._network.picture(file.content, file.media_type, file.name) for file in files]
            answered = to.handle if to is not None and to.visibility is Visibility.PRIVATE else None
            direct = self._network.chats.write("instagram", self._account.id, author, text, pictures=pictures, reply_to=answered)
            return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=direct.mid)
        remark = self._network.instagram.comment(author, to.handle if to else self._media.id, text)
        return Item(text=text, who=who, visibility=Visibility.PUBLIC, handle=remark.id)

    async def delete(self, item: Item) -> None:
        """Take it back."""
        if item.visibility is Visibility.PRIVATE:
            self._network.chats.unsend(self._direct(item.handle))
        else:
            self._network.instagram.remove(item.handle)

    async def shown(self) -> list[Shown]:
        """Return the account's comments that stand, and what it wrote to people."""
        ours = [r for r in self._network.instagram.remarks.values() if r.author.id == self._account.id and not r.deleted]
        return [self._shown(remark) for remark in ours] + self._written_to("instagram", self._account.id)

    def _shown(self, remark: Remark) -> Shown:
        return Shown(
            text=remark.text,
            visibility=Visibility.PUBLIC,
            remote_id=remark.id,
            to=remark.parent or remark.media,
            handle=remark.id,
        )

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with the network's own app."""
        if to.visibility is Visibility.PUBLIC:
            return self._shown(self._network.instagram.comment(self._account, to.handle, text))
        chat = self._network.chats.chat("instagram", self._account.id, self._people[to.who])
        direct = self._network.chats.send(chat, text)
        return next(shown for shown in await self.shown() if shown.remote_id == direct.mid)

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Tell of a state."""
        self._network.chats.report(self._direct(shown.handle), state.value)
        self._reported.append(self._network.news[-1])

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Messages are read; comments have no states."""
        return (DeliveryState.READ,)

    def _direct(self, mid: str) -> Direct:
        return next(one for chat in self._network.chats.chats.values() for one in chat.messages if one.mid == mid)


lab = InstagramLab
