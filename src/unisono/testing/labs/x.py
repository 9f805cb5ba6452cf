"""X's lab: a scripted X with the company's own app, behind a fault proxy."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from unisono.contract import Clock, HttpRequest
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import FaultProxy, Match
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Probe, Setting, Shown, Wire
from unisono.testing.networks.x import SIGNATURE, Dm, Post, XNetwork, XServer, signed

_READS = Match(methods=("GET",), path=r"/2/users/\d+/(mentions|tweets)|/2/dm_events(\?|$)")
_SENDS = Match(methods=("POST",), path=r"/2/tweets$|/2/dm_conversations/.*/messages$")


class XLab(Lab):
    """Customers act on the network itself; the connector goes through the proxy."""

    connector = "x"
    peer = "unisono.testing.networks.x, read by xdk 0.10.6 (X's own client); not api.x.com"
    reset_header: ClassVar[str] = "x-rate-limit-reset"

    async def start(self, clock: Clock) -> None:
        """Start network, server and proxy. The suite asks more often than X allows in a quarter of an hour: no limits here."""
        self.clock = clock
        self._network = XNetwork(clock.now)
        self._server = XServer(self._network, limits={})
        await self._server.start()
        self._proxy = FaultProxy(int(self._server.url.rsplit(":", 1)[1]))
        await self._proxy.start()

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        await self._server.stop()

    async def fresh(self) -> Setting:
        """Make a company with its app, and two customers."""
        self._proxy.calm()
        self._server.app.change = None
        mark = secrets.token_hex(4)
        self._us = self._server.company("Firma", f"firma_{mark}")
        self._people = {who: self._server.person(who.title(), f"{who}_{mark}") for who in (ANNA, BEN)}
        # Photos and the like lie where the network says; here that leads through the proxy too.
        self._server.wire.base_url = self._proxy.url
        return Setting(config=self._us.config(self._proxy.url), secrets=self._us.secrets())

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        renews = Match(methods=("POST",), path=r"/2/oauth2/token$")
        return (Wire(proxy=self._proxy, sends=_SENDS, reads=_READS, renews=renews),)

    # -- customers -----------------------------------------------------------------------------------------------------

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Post, answer, or write a direct message. Who answers us names us by that alone; others name us."""
        author = self._people[who].id
        media = [str(self._network.upload(author, one.media_type, one.content).id) for one in files]
        if visibility is Visibility.PRIVATE or (visibility is None and to is not None and to.visibility is Visibility.PRIVATE):
            about = to.handle if to is not None and to.visibility is Visibility.PUBLIC else None
            written = self._network.dm(author, self._us.user.id, text, media=media, post=about, at=at)
            return Item(text=text, who=who, visibility=Visibility.PRIVATE, handle=written.id)
        named = text if isinstance(to, Shown) else f"Hallo @{self._us.user.username} {text}"
        said = self._network.post(author, named, reply_to=to.handle if to is not None else None, media=media, at=at)
        return Item(text=text, who=who, visibility=Visibility.PUBLIC, handle=said.id)

    async def flood(self, texts: Sequence[str]) -> None:
        """Let Anna post many things at once: more than X lists as mentions."""
        for text in texts:
            self._network.post(self._people[ANNA].id, f"@{self._us.user.username} {text}")

    async def edit(self, item: Item, text: str) -> Item:
        """Change a post; the mention stays. It has a new id."""
        self._network.edit(item.handle, f"Hallo @{self._us.user.username} {text}")
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Take it back."""
        self._network.delete(item.handle)

    async def leave(self, who: str) -> None:
        """Delete the account."""
        self._network.leave(self._people[who].id)

    async def lose(self, item: Item) -> None:
        """Lose a post without a word."""
        self._network.lose(item.handle)

    # -- the network ---------------------------------------------------------------------------------------------------

    async def shown(self) -> list[Shown]:
        """Return what stands there of ours."""
        return [self._shown(one) for one in self._server.answers(self._us)]

    def _shown(self, one: Post | Dm) -> Shown:
        files = tuple(self._network.media[media].content for media in one.media)
        if isinstance(one, Post):
            return Shown(
                text=one.text, visibility=Visibility.PUBLIC, remote_id=str(one.id), to=one.reply_to, files=files, handle=one.id
            )
        names = {user.id: who for who, user in self._people.items()}
        other = next(person for person in one.people if person != self._us.user.id)
        return Shown(
            text=one.text, visibility=Visibility.PRIVATE, remote_id=str(one.id), recipient=names.get(other, ""), files=files,
            handle=one.id,
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer in X's own app."""
        if to.visibility is Visibility.PRIVATE:
            return self._shown(self._network.dm(self._us.user.id, self._people[to.who].id, text))
        return self._shown(self._network.post(self._us.user.id, text, reply_to=to.handle))

    async def say_strangely(self, text: str) -> Item:
        """From now on lists come in the form of a later version."""
        self._server.app.change = _of_next_year
        return await self.say(text)

    async def expire(self) -> None:
        """End the access token; the authorisation goes on."""
        self._network.expire(self._us.user.id)

    async def renewals(self) -> int:
        """Count what was renewed."""
        return self._us.grant.renewals

    async def revoke(self) -> None:
        """Withdraw the authorisation."""
        self._network.revoke(self._us.user.id)

    async def authorise(self) -> Mapping[str, str]:
        """Authorise the app anew."""
        grant = self._network.grant(self._us.user.id, self._us.app.client_id)
        self._us = msgspec.structs.replace(self._us, grant=grant)
        return {"access_token": grant.access, "refresh_token": grant.refresh}

    # -- pushes --------------------------------------------------------------------------------------------------------

    def push(self, item: Item, *, secret: str | None = None, at: datetime | None = None, signed: bool = True) -> HttpRequest:
        """Return the event of an item; X signs no time."""
        del at
        us = self._us.user.id
        if item.visibility is Visibility.PRIVATE:
            body = self._server.pushing.body("dm.received", us, self._network.dms[item.handle])
        else:
            body = self._server.pushing.body("post.mention.create", us, self._network.posts[item.handle])
        return self._pushed(body, secret or self._us.app.consumer_secret, with_signature=signed)

    def push_body(self, body: bytes) -> HttpRequest:
        """Return a rightly signed push of any bytes."""
        return self._pushed(body, self._us.app.consumer_secret, with_signature=True)

    @staticmethod
    def _pushed(body: bytes, secret: str, *, with_signature: bool) -> HttpRequest:
        headers = {"content-type": "application/json"} | ({SIGNATURE: signed(secret, body)} if with_signature else {})
        return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)

    def probes(self) -> list[Probe]:
        """Ask for a CRC; without a token, or with one that is the body of a push, there is nothing to prove."""
        secret = self._us.app.consumer_secret
        forged = '{"data":{"event_type":"post.delete","payload":{"id":"1"}}}'

        def asked(query: dict[str, list[str]]) -> HttpRequest:
            return HttpRequest(method="GET", path="", query=query, headers={}, body=b"")

        return [
            Probe(
                name="crc_token", request=asked({"crc_token": ["MTIzNDU2Nzg5MA"]}), honest=True,
                expected_json={"response_token": signed(secret, b"MTIzNDU2Nzg5MA")},
            ),
            Probe(
                name="a challenge of another network", request=asked({"hub.challenge": ["4711"]}), honest=False,
                expected_body=b"4711",
            ),
            Probe(
                name="a push that wants to be signed", request=asked({"crc_token": [forged]}), honest=False,
                expected_json={"response_token": signed(secret, forged.encode())},
            ),
        ]  # fmt: skip


def _of_next_year(value: Any) -> Any:
    """Return an answer with fields, kinds and nested things that nobody knows today."""
    if isinstance(value, list):
        return [_of_next_year(one) for one in value]
    if not isinstance(value, dict):
        return value
    newer = {name: _of_next_year(one) for name, one in value.items()}
    if "conversation_id" in newer:
        newer |= {
            "lang": "tlh-Latn", "reply_settings": "onThursdays", "referenced_holograms": [{"type": "beamed", "id": "1"}],
            "referenced_posts": [*newer.get("referenced_posts", ()), {"type": "echoed", "id": "1", "depth": 3}],
        }  # fmt: skip
    return {**newer, "since_next_year": {"mood": "curious", "rings": [1, 2]}}


lab = XLab
