"""LinkedIn's lab: a company page of a scripted LinkedIn, below whose posts two members comment."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from unisono.contract import Clock, HttpRequest
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import FaultProxy, Match
from unisono.testing.lab import ANNA, BEN, Item, Lab, LabFile, Probe, Setting, Shown, Wire
from unisono.testing.networks.linkedin import SIGNATURE, LinkedInServer, signature

_CODE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"


class LinkedInLab(Lab):
    """Members comment on the network itself; the connector goes through the proxy."""

    connector: ClassVar[str] = "linkedin"
    peer: ClassVar[str] = "unisono.testing.networks.linkedin (scripted after LinkedIn's documentation, not the live network)"

    async def start(self, clock: Clock) -> None:
        """Start server and proxy."""
        self.clock = clock
        self._server = LinkedInServer(clock.now)
        self._proxy = FaultProxy(self._server.port)
        await self._proxy.start()

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        self._server.close()

    async def fresh(self) -> Setting:
        """Make a page with its app, and two members."""
        self._proxy.calm()
        self._server.strange = False
        self._us = self._server.company("Firma")
        self._people = {who: self._server.member() for who in (ANNA, BEN)}
        config = {
            "organization_id": str(self._us.id), "client_id": self._us.client_id, "base_url": self._proxy.url,
            "auth_url": self._proxy.url,
        }  # fmt: skip
        return Setting(config=config, secrets={"client_secret": self._us.client_secret, **self._server.authorise(self._us)})

    @property
    def wires(self) -> Sequence[Wire]:
        """All of it goes over HTTP."""
        return (
            Wire(
                proxy=self._proxy, sends=Match(methods=("POST",), path=r"/comments$"),
                reads=Match(methods=("GET",), path=r"/organizationalEntityNotifications\?"),
                renews=Match(methods=("POST",), path=r"/oauth/v2/accessToken$"),
            ),
        )  # fmt: skip

    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Comment below a new post of the page, or below a comment."""
        del visibility, files
        target = to.handle if to is not None else self._server.post(self._us.urn, "Neues von uns")
        urn = self._server.comment(self._people[who], target, text, at=at)
        return Item(text=text, who=who, visibility=Visibility.PUBLIC, handle=urn)

    async def flood(self, texts: Sequence[str]) -> None:
        """Let many things be said below one post."""
        post = self._server.post(self._us.urn, "Heute ist viel los.")
        for text in texts:
            self._server.comment(self._people[ANNA], post, text)

    async def edit(self, item: Item, text: str) -> Item:
        """Change the words."""
        self._server.edit(item.handle, text)
        return msgspec.structs.replace(item, text=text)

    async def delete(self, item: Item) -> None:
        """Take it back."""
        self._server.remove(item.handle)

    async def shown(self) -> list[Shown]:
        """Return the page's comments that stand."""
        return [self._shown(one) for one in self._server.ours(self._us)]

    def _shown(self, comment: Mapping[str, Any]) -> Shown:
        return Shown(
            text=comment["message"]["text"], visibility=Visibility.PUBLIC, remote_id=comment["$URN"],
            to=comment.get("parentComment", comment["object"]), handle=comment["$URN"],
        )  # fmt: skip

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """Answer with LinkedIn's own page."""
        return self._shown(self._server.comments[self._server.comment(self._us.urn, to.handle, text)])

    async def forget(self) -> None:
        """Let more than sixty days go by without us."""
        advance: Any = getattr(self.clock, "advance", None)
        if advance is not None:
            advance(61 * 86_400)

    async def say_strangely(self, text: str) -> Item:
        """From now on notifications come in the form of a later version."""
        self._server.strange = True
        return await self.say(text)

    # -- authorisation -------------------------------------------------------------------------------------------------

    async def expire(self) -> None:
        """End the access token; the refresh token goes on."""
        self._us.access = set()

    async def renewals(self) -> int:
        """Count what was renewed."""
        return self._us.renewals

    async def revoke(self) -> None:
        """Let the member withdraw the authorisation."""
        self._us.access, self._us.refresh = set(), set()

    async def authorise(self) -> Mapping[str, str]:
        """Let the member authorise anew."""
        return self._server.authorise(self._us)

    # -- pushes --------------------------------------------------------------------------------------------------------

    def push(self, item: Item, *, secret: str | None = None, at: datetime | None = None, signed: bool = True) -> HttpRequest:
        """Return the webhook of an item. Signatures hold no time."""
        del at
        return self._request(self._server.pushed(self._server.news_of(item.handle)), secret, signed=signed)

    def push_body(self, body: bytes) -> HttpRequest:
        """Return a rightly signed push of any bytes."""
        return self._request(body, None, signed=True)

    def _request(self, body: bytes, secret: str | None, *, signed: bool) -> HttpRequest:
        headers = {"content-type": "application/json"}
        if signed:
            headers[SIGNATURE] = signature(secret or self._us.client_secret, body)
        return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)

    def probes(self) -> list[Probe]:
        """Ask as LinkedIn does every two hours, and as somebody who leaves out the code."""
        answer = hmac.new(self._us.client_secret.encode(), _CODE.encode(), hashlib.sha256).hexdigest()
        expected = {"challengeCode": _CODE, "challengeResponse": answer}

        def asked(query: dict[str, list[str]]) -> HttpRequest:
            return HttpRequest(method="GET", path="", query=query, headers={}, body=b"")

        return [
            Probe(name="challengeCode", request=asked({"challengeCode": [_CODE]}), honest=True, expected_json=expected),
            Probe(name="no challengeCode", request=asked({"code": [_CODE]}), honest=False, expected_json=expected),
        ]


lab = LinkedInLab
