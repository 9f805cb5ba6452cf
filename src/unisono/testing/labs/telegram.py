"""Telegram's lab: a scripted Bot API server that is asked for updates, with two people and a group."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from unisono.contract import Clock
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import FaultProxy, Match
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Setting, Shown, Wire
from unisono.testing.networks.telegram import Said, TelegramServer

GROUP = -1_001_234_567_890


class TelegramLab(Lab):
    """People who write to the bot in private, and in a group where they name it."""

    connector: ClassVar[str] = "telegram"
    peer: ClassVar[str] = "unisono.testing.networks.telegram"

    async def start(self, clock: Clock) -> None:
        """Start server and proxy."""
        self.clock = clock
        self._server = TelegramServer(clock.now)
        self._proxy = FaultProxy(self._server.port)
        await self._proxy.start()
        self._people = 100

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        self._server.close()

    async def fresh(self) -> Setting:
        """Make another bot, and two people who never wrote to it."""
        self._proxy.calm()
        self._server.fresh_bot()
        self._people += 2
        numbers = {ANNA: self._people, BEN: self._people + 1}
        self._who = {who: self._server.person(number, who.title()) for who, number in numbers.items()}
        return Setting(config={"api_url": self._proxy.url}, secrets={"token": self._server.token})

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (
            Wire(
                proxy=self._proxy, sends=Match(methods=("POST",), path=r"/send(Message|Photo|Document)$"),
                reads=Match(methods=("POST",), path=r"/getUpdates$"),
            ),
        )  # fmt: skip

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Write to the bot; in the group one names it."""
        group = visibility is Visibility.PUBLIC or (visibility is None and to is not None and to.visibility is Visibility.PUBLIC)
        named = f"@{self._server.me['username']} {text}" if group and not isinstance(to, Shown) else text
        message = self._server.write(
            self._who[who], named, group=GROUP if group else None, answers=to.handle["message_id"] if to is not None else None,
            at=at, photo=files[0].content if files else None,
        )  # fmt: skip
        return Item(text=text, who=who, visibility=Visibility.PUBLIC if group else Visibility.PRIVATE, handle=message)

    async def edit(self, item: Item, text: str) -> Item:
        """Change a message."""
        self._server.edit(item.handle, text)
        return Item(text=text, who=item.who, visibility=item.visibility, handle=item.handle)

    async def shown(self) -> list[Shown]:
        """Return what stands in the chats of ours."""
        return [self._shown(said) for said in self._server.said()]

    def _shown(self, said: Said) -> Shown:
        group = said.chat_id == GROUP
        names = {person["id"]: who for who, person in self._who.items()}
        return Shown(
            text=said.text, visibility=Visibility.PUBLIC if group else Visibility.PRIVATE,
            remote_id=f"{said.chat_id}:{said.message_id}", to=said.answers, handle={"message_id": said.message_id},
            recipient="" if group else names.get(said.chat_id, ""), files=(said.file,) if said.file is not None else (),
        )  # fmt: skip

    async def forget(self) -> None:
        """Let more than a day go by without us."""
        self._server.forget()
        advance: Any = getattr(self.clock, "advance", None)
        if advance is not None:
            advance(25 * 3_600)

    async def say_strangely(self, text: str) -> Item:
        """Write with a field and an effect of next year."""
        message = self._server.write(self._who[ANNA], text, mood={"id": "5107584321108051014"}, entities=[
            {"type": "hologram", "offset": 0, "length": 1, "depth": 3},
        ])  # fmt: skip
        return Item(text=text, who=ANNA, visibility=Visibility.PRIVATE, handle=message)

    async def revoke(self) -> None:
        """Let @BotFather revoke the token."""
        self._server.renew_token()

    async def authorise(self) -> Mapping[str, str]:
        """Return the new token."""
        return {"token": self._server.token}


lab = TelegramLab
