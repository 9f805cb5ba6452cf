"""The sandbox's lab: a network of its own making, with a weighted length, a reply window and tokens that can be renewed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from unisono.contract import Clock, HttpRequest
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import FaultProxy, Match
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Probe, Setting, Shown, Wire
from unisono.testing.sandbox import Account, Effect, Face, Fault, SandboxNetwork, SandboxServer
from unisono.testing.sandbox.model import Item as Said
from unisono.testing.sandbox.pushes import SIGNATURE, answer_to, signed

_FACE = Face(
    key="labor", name="Labor", claim={"de": "Zum Prüfen.", "en": "For testing."}, accent="#444444", accent_dark="#bbbbbb",
    pages=False, unit="weighted", max_text=280, url_cost=23, direct_window_s=3_600.0, retention_s=7 * 86_400.0,
    key_window_s=600.0,
)  # fmt: skip


class SandboxLab(Lab):
    """Stands on the network's side of a `SandboxServer`, with a fault proxy before it."""

    connector = "sandbox"
    peer = "unisono.testing.sandbox"
    signs_time: ClassVar[bool] = True

    async def start(self, clock: Clock) -> None:
        """Start network, server and proxy."""
        self.clock = clock
        self._network = SandboxNetwork(faces=[_FACE], now=clock.now)
        self._server = SandboxServer(self._network)
        await self._server.start()
        self._proxy = FaultProxy(int(self._server.url.rsplit(":", 1)[1]))
        await self._proxy.start()

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        await self._server.stop()
        self._network.close()

    async def fresh(self) -> Setting:
        """Make a company and two customers that nobody has used."""
        self._proxy.calm()
        self._server.script.remove()
        mark = secrets.token_hex(4)
        self._us = self._network.join(_FACE.key, "Firma", f"firma_{mark}", company=True)
        self._people = {who: self._network.join(_FACE.key, who.title(), f"{who}_{mark}") for who in (ANNA, BEN)}
        self._hook_secret = secrets.token_hex(16)
        self._asked_before = len(self._server.seen)
        return Setting(
            config={"base_url": self._proxy.url, "face": _FACE.key, "account": self._us.handle},
            secrets={**self._tokens(self._us), "webhook_secret": self._hook_secret},
        )

    def _tokens(self, account: Account) -> dict[str, str]:
        return {"token": account.token or "", "refresh_token": account.refresh_token or ""}

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (
            Wire(
                proxy=self._proxy, sends=Match(methods=("POST",), path=r"/api/items$"),
                reads=Match(methods=("GET",), path=r"/api/items(\?|$)"), renews=Match(methods=("POST",), path=r"/api/token$"),
            ),
        )  # fmt: skip

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Post, comment, or write a direct message. Who answers us need not name us."""
        private = visibility is Visibility.PRIVATE
        author = self._people[who].id
        pictures = [self._network.upload(author, file.name, file.media_type, file.content).id for file in files]
        named = text if private or isinstance(to, Shown) else f"@{self._us.handle} {text}"
        said = self._network.say(
            author, named, in_reply_to=to.handle if to is not None else None, to=self._us.id if private else None,
            pictures=pictures, at=at,
        )  # fmt: skip
        return Item(text=text, who=who, visibility=_visibility(said), handle=said.id)

    async def flood(self, texts: Sequence[str]) -> None:
        """Let Anna post many things at once."""
        with self._network.together():
            for text in texts:
                self._network.say(self._people[ANNA].id, f"@{self._us.handle} {text}")

    async def edit(self, item: Item, text: str) -> Item:
        """Change a text; the mention stays."""
        private = item.visibility is Visibility.PRIVATE
        said = self._network.edit(self._people[item.who].id, item.handle, text if private else f"@{self._us.handle} {text}")
        return msgspec.structs.replace(item, text=text, handle=said.id)

    async def delete(self, item: Item) -> None:
        """Take it back."""
        self._network.delete(self._people[item.who].id, item.handle)

    async def leave(self, who: str) -> None:
        """Delete the account."""
        self._network.leave(self._people[who].id)

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return what stands there of ours."""
        own = self._network.store.items_where("author = ? and deleted_at is null order by id", (self._us.id,))
        return [self._shown(item) for item in own]

    def _shown(self, item: Said) -> Shown:
        pictures = self._network.store.pictures([item.id]).get(item.id, [])
        names = {account.id: who for who, account in self._people.items()}
        return Shown(
            text=item.text, visibility=_visibility(item), remote_id=str(item.id), to=item.parent or item.links_to,
            recipient=names.get(item.peer or 0, ""), handle=item.id,
            files=tuple(self._network.store.content(picture.id) or b"" for picture in pictures),
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer from another program."""
        private = to.visibility is Visibility.PRIVATE
        peer = self._people[to.who].id if private else None
        return self._shown(self._network.say(self._us.id, text, in_reply_to=to.handle, to=peer))

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """Tell of a state, whatever was told before."""
        self._network.report(shown.handle, state.value)

    def reportable(self) -> tuple[DeliveryState, ...]:
        """Messages are delivered, then read."""
        return (DeliveryState.DELIVERED, DeliveryState.READ)

    async def forget(self) -> None:
        """Keep nothing of what was told so far."""
        self._network.store.prune(self._us.id, before=self.clock.now() + timedelta(seconds=1), keep=None)

    async def lose(self, item: Item) -> None:
        """Lose an item without telling anybody."""
        self._network.store.remove_items([item.handle], self.clock.now())

    async def say_strangely(self, text: str) -> Item:
        """From now on pulls are answered in the form of a later version."""
        self._server.fault(Fault(effect=Effect.UNKNOWN, methods=("GET",), path="*/api/items", count=None))
        return await self.say(text)

    async def expire(self) -> None:
        """End the access token; the refresh token goes on."""
        self._network.revoke(self._us.id, refresh=False)

    async def renewals(self) -> int:
        """Count what was renewed."""
        seen = self._server.seen[self._asked_before :]
        return sum(1 for one in seen if one.path.endswith("/api/token") and one.status == 201)

    async def revoke(self) -> None:
        """End both tokens."""
        self._network.revoke(self._us.id)

    async def authorise(self) -> Mapping[str, str]:
        """Give new ones."""
        return self._tokens(self._network.authorise(self._us.id))

    # -- pushes --------------------------------------------------------------------------------------------------------

    def push(self, item: Item, *, secret: str | None = None, at: datetime | None = None, signed: bool = True) -> HttpRequest:
        """Return the push of an item."""
        entries = [e for e in self._network.store.entries(self._us.id, 0, 100_000) if e.subject == item.handle]
        body = msgspec.json.encode({"account": str(self._us.id), "entries": self._server.wire.entries(entries[:1])})
        return self._signed(body, secret or self._hook_secret, at or self.clock.now(), signed=signed)

    def push_body(self, body: bytes) -> HttpRequest:
        """Return a rightly signed push of any bytes."""
        return self._signed(body, self._hook_secret, self.clock.now(), signed=True)

    def _signed(self, body: bytes, secret: str, at: datetime, *, signed: bool) -> HttpRequest:
        headers = {"content-type": "application/json"}
        if signed:
            headers[SIGNATURE] = _signature(secret, body, at)
        return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)

    def probes(self) -> list[Probe]:
        """Ask for proof of the secret; without a challenge there is nothing to prove."""
        expected = {"response": answer_to(self._hook_secret, "4711")}
        asked = HttpRequest(method="GET", path="", query={"challenge": ["4711"]}, headers={}, body=b"")
        empty = HttpRequest(method="GET", path="", query={"hub.challenge": ["4711"]}, headers={}, body=b"")
        return [
            Probe(name="challenge", request=asked, honest=True, expected_json=expected),
            Probe(name="a challenge of another network", request=empty, honest=False, expected_body=b"4711"),
        ]


def _signature(secret: str, body: bytes, at: datetime) -> str:
    return signed(secret, body, int(at.timestamp()))


def _visibility(item: Said) -> Visibility:
    return Visibility.PRIVATE if item.direct else Visibility.PUBLIC


lab = SandboxLab
