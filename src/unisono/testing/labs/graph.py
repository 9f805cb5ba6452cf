"""What the labs of Meta's four products share: one scripted Graph API behind a fault proxy, and its signed webhooks."""

import base64
import hashlib
import hmac
import math
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx2
import msgspec

from unisono.contract import Clock, HttpRequest
from unisono.domain.words import Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match, Pause
from unisono.testing.faultproxy.faults import http_answer, too_many
from unisono.testing.lab import ANNA, BEN, Doors, Item, Lab, Probe, Shown
from unisono.testing.networks.graph import SIGNATURE, Direct, GraphNetwork, GraphServer, News, Person, signed, written


class GraphLab(Lab):
    """Stands on the network's side of a `GraphServer`. A subclass makes its account in `fresh`, its token is `_token`."""

    peer = "unisono.testing.networks.graph (scripted after Meta's documentation, not the live network)"
    _token: str
    _people: dict[str, Person]
    _doors: Doors | None = None
    _READS: ClassVar[Match]

    async def start(self, clock: Clock) -> None:
        """Start network, server and proxy."""
        self.clock = clock
        self._network = GraphNetwork(clock.now)
        self._server = GraphServer(self._network)
        await self._server.start()
        self._proxy = FaultProxy(int(self._server.url.rsplit(":", 1)[1]))
        await self._proxy.start()

    async def stop(self) -> None:
        """End them."""
        await self._proxy.stop()
        await self._server.stop()

    def _begin(self) -> dict[str, str]:
        """Make two customers that nobody has used; returns the secrets that every product takes."""
        self._proxy.calm()
        self._server.script.remove()
        self._doors = None
        self._verify_token = secrets.token_hex(12)
        self._people = {who: self._network.join(who.title(), f"{who}_{secrets.token_hex(3)}") for who in (ANNA, BEN)}
        return {"app_secret": self._network.app_secret, "verify_token": self._verify_token}

    async def connected(self, doors: Doors) -> None:
        """Hear where the webhook and the data-deletion callback are."""
        self._doors = doors

    async def leave(self, who: str) -> None:
        """Delete the account; the network passes the person's request on, signed."""
        person = self._people[who]
        self._network.leave(person)
        assert self._doors is not None
        await self.post(f"{self._doors.page_url}/deletion", data={"signed_request": self.signed_request(person.id)})

    def _written_to(self, platform: str, account: str) -> list[Shown]:
        """Return what an account wrote to people. A text and its file, which are two messages here, are shown as the one answer
        that they are, by what its program wrote beside both."""
        found: list[Shown] = []
        names = {person.id: who for who, person in self._people.items()}
        for chat in reversed(self._network.chats.of(platform, account)):
            ours = [direct for direct in chat.messages if direct.ours and not direct.deleted]
            answers: dict[str, list[Direct]] = {}
            for direct in ours:
                answers.setdefault(direct.metadata or direct.mid, []).append(direct)
            for parts in answers.values():
                lead = next((part for part in parts if part.text), parts[0])
                files = tuple(picture.content for part in parts for picture in part.pictures)
                shown = Shown(
                    text=lead.text, visibility=Visibility.PRIVATE, remote_id=lead.mid, to=lead.reply_to,
                    recipient=names.get(chat.person.id, ""), handle=lead.mid, files=files,
                )  # fmt: skip
                # The same text sent twice is two, whatever stands beside it.
                found += [shown] * max(1, sum(1 for part in parts if part.text))
        return found

    async def post(self, url: str, **more: Any) -> httpx2.Response:
        """Let the network send something to the house."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await client.post(url, **more)

    def signed_request(self, user: str) -> str:
        """Return what the network writes when somebody asks for deletion."""
        payload = _bare64(msgspec.json.encode({"algorithm": "HMAC-SHA256", "user_id": user}))
        signature = hmac.new(self._network.app_secret.encode(), payload.encode(), hashlib.sha256).digest()
        return f"{_bare64(signature)}.{payload}"

    # -- the network ---------------------------------------------------------------------------------------------------

    async def revoke(self) -> None:
        """Withdraw the token."""
        self._network.tokens.revoke(self._token)

    async def authorise(self) -> Mapping[str, str]:
        """Give a new one."""
        self._token = self._network.tokens.give(*self._holder())
        return {"access_token": self._token}

    def _holder(self) -> tuple[str, str]:
        """Return whose token it is: id and name."""
        raise NotImplementedError

    async def throttle(self, pause: Pause, seconds: float, *, sends: bool) -> None:
        """Refuse as this network does: code 613 with status 400; it tells the time in minutes, in a header of its own."""
        said = "(#613) Calls to this api have exceeded the rate limit."
        body = msgspec.json.encode({"error": {"message": said, "type": "OAuthException", "code": 613}})
        match pause:
            case Pause.RETRY_AFTER:
                answer = too_many(pause, seconds, self.clock.now())
            case Pause.RESET_EPOCH:
                usage = [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": math.ceil(seconds / 60)}]
                header = msgspec.json.encode({"4711": usage}).decode()
                answer = http_answer(400, body, headers={"x-business-use-case-usage": header})
            case _:
                answer = http_answer(400, body)
        for wire in self.wires:
            match = wire.sends if sends else wire.reads
            if match is not None:
                wire.proxy.add(Effect.ANSWER, match, answer=answer)

    async def say_strangely(self, text: str) -> Item:
        """From now on lists come in the form of a later version."""
        self._proxy.add(Effect.REWRITE, self._READS, count=None, rewrite=_of_next_year)
        return await self.say(text)

    # -- pushes --------------------------------------------------------------------------------------------------------

    def _news(self, item: Item) -> News:
        """Return the first that was told of an item."""
        return next(news for news in self._network.news if news.subject == item.handle)

    def push(self, item: Item, *, secret: str | None = None, at: object = None, signed: bool = True) -> HttpRequest:
        """Return the webhook of an item. Signatures hold no time."""
        del at
        return self._request(written([self._news(item)]), secret or self._network.app_secret, signed=signed)

    def push_body(self, body: bytes) -> HttpRequest:
        """Return a rightly signed push of any bytes."""
        return self._request(body, self._network.app_secret, signed=True)

    def _request(self, body: bytes, secret: str, *, signed: bool) -> HttpRequest:
        headers = {"content-type": "application/json"}
        if signed:
            headers[SIGNATURE] = _signature(secret, body)
        return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)

    def probes(self) -> list[Probe]:
        """Ask as the network does when an administrator enters the address, and as somebody who does not know the word."""

        def asked(token: str) -> HttpRequest:
            query = {"hub.mode": ["subscribe"], "hub.verify_token": [token], "hub.challenge": ["1158201444"]}
            return HttpRequest(method="GET", path="", query=query, headers={}, body=b"")

        body = b"1158201444"
        return [
            Probe(name="hub.challenge", request=asked(self._verify_token), honest=True, expected_body=body),
            Probe(name="hub.challenge with another token", request=asked("guessed"), honest=False, expected_body=body),
        ]


def _signature(secret: str, body: bytes) -> str:
    return signed(secret, body)


def _bare64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def newer(value: Any) -> Any:
    """Return JSON with fields and nested things that nobody knows today."""
    if isinstance(value, list):
        return [newer(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: newer(one) for key, one in value.items()} | {"since_next_year": {"mood": "curious", "rings": [1, 2]}}


def _of_next_year(body: bytes) -> bytes:
    return msgspec.json.encode(newer(msgspec.json.decode(body)))
