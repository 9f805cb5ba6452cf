"""WhatsApp's lab: a number that is told by webhook alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from unisono.contract import HttpRequest
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Match
from unisono.testing.lab import ANNA, Item, LabFile, Setting, Shown, Wire
from unisono.testing.labs.graph import GraphLab, newer
from unisono.testing.networks.graph import News, Said, written

_BATCH = 500


class WhatsAppLab(GraphLab):
    """Customers write to the number; what they say is due to be pushed until the house was called."""

    connector = "whatsapp"
    _READS: ClassVar[Match] = Match(methods=("GET",), path=r"/message_history(\?|$)")

    async def fresh(self) -> Setting:
        """Make a number."""
        kept = self._begin()
        self._number = self._network.whatsapp.add("Firma")
        self._token = self._number.token
        self._told = len(self._network.news)
        config = {
            "phone_number_id": self._number.id, "business_account_id": self._number.account, "base_url": self._proxy.url,
        }  # fmt: skip
        return Setting(config=config, secrets={"access_token": self._token, **kept})

    def _holder(self) -> tuple[str, str]:
        return self._number.account, self._number.name

    @property
    def wires(self) -> Sequence[Wire]:
        """Answers go over HTTP; nothing is pulled."""
        return (Wire(proxy=self._proxy, sends=Match(methods=("POST",), path=r"/messages(\?|$)")),)

    def due(self) -> list[HttpRequest]:
        """Return what the number was told since, in batches."""
        news = [one for one in self._network.news[self._told :] if one.account == self._number.account]
        self._told = len(self._network.news)
        batches = [news[start : start + _BATCH] for start in range(0, len(news), _BATCH)]
        return [self._request(written(batch), self._network.app_secret, signed=True) for batch in batches]

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write to the number."""
        del visibility, at
        kind, picture = "text", None
        for file in files:
            picture = self._network.picture(file.content, file.media_type, file.name)
            kind = "image" if file.media_type.startswith("image/") else "document"
        said = self._network.whatsapp.write(
            self._number, self._people[who], text, kind=kind, picture=picture, context=to.handle if to else None
        )
        return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=said.id)

    async def edit(self, item: Item, text: str) -> Item:
        """Change the words."""
        self._network.whatsapp.edit(self._network.whatsapp.said[item.handle], text)
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Take it back."""
        self._network.whatsapp.revoke(self._network.whatsapp.said[item.handle])

    async def say_strangely(self, text: str) -> Item:
        """Say something beside which stand things that nobody knows."""
        item = await self.say(text)
        news: News = self._network.news[-1]
        self._network.news[-1] = msgspec.structs.replace(news, value=newer(news.value))
        return item

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return what customers received."""
        return [self._shown(said) for said in self._network.whatsapp.of(self._number) if said.ours]

    def _shown(self, said: Said) -> Shown:
        names = {person.id: who for who, person in self._people.items()}
        return Shown(
            text=said.text, visibility=Visibility.PRIVATE, remote_id=said.id, to=said.context,
            recipient=names.get(said.person.id, ""), files=(said.picture.content,) if said.picture else (), handle=said.id,
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with the WhatsApp Business app."""
        person = self._people[to.who]
        return self._shown(self._network.whatsapp.write_as_business(self._number, person, text, context=to.handle))

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Tell of a state."""
        self._network.whatsapp.report(self._network.whatsapp.said[shown.handle], state.value)

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Messages are sent, delivered, then read."""
        return (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)


lab = WhatsAppLab
