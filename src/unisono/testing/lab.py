"""A lab: a network with a customer in it, as the conformance suite needs it for one connector.

A lab lives in `unisono.testing.labs.<id>` (our own connectors) or is named in the entry-point group `unisono.labs` under the
connector's id; either is a class that is made without arguments. It stands on the far side: it acts as customers, and as
the network itself. It never imports the connector, so that the two cannot make the same mistake.

What a lab must be able to do follows from the connector's `Caps`: a power that the capabilities promise and that the lab
lacks fails the case, with the name of the method to write.
"""

# ruff: noqa: ARG002, B027 - methods that a lab may leave as they are take what their successors need

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NoReturn

import msgspec
from msgspec import Struct, field

from unisono.contract import Clock, HttpRequest, HttpResponse
from unisono.domain.words import DeliveryState, Visibility
from unisono.testing.faultproxy import Effect, FaultProxy, Match, Pause, too_many

ANNA, BEN = "anna", "ben"


class Setting(Struct, frozen=True, kw_only=True):
    """What an administrator would type to connect the company's account: plain settings, and secrets."""

    config: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict)


class Doors(Struct, frozen=True, kw_only=True):
    """Where the house can be reached: its webhook for this channel, and the pages that the connector serves itself."""

    hook_url: str
    page_url: str


class Wire(Struct, frozen=True, kw_only=True):
    """A way from the connector to the network, with a fault proxy on it.

    sends: the request (or, on a raw line, what the client says last) by which an answer is handed over for good; None
        when answers do not go this way. reads: what a pull asks for; None when nothing is read this way.
    renews: the request that renews an expired token, if that goes this way.
    """

    proxy: FaultProxy
    sends: Match | None = None
    reads: Match | None = None
    renews: Match | None = None


class LabFile(Struct, frozen=True, kw_only=True):
    """A file that goes with what somebody says."""

    name: str
    media_type: str
    content: bytes


class Item(Struct, frozen=True, kw_only=True):
    """Something a customer said, as the network knows it. `handle`: whatever the lab needs to find it again."""

    text: str
    who: str
    visibility: Visibility
    handle: Any = None


class Shown(Struct, frozen=True, kw_only=True):
    """Something of ours as it stands at the network.

    remote_id: the network's own id of it. to: the handle of the customer's item that it answers, None when it answers
        nothing. files: their bytes, in order. recipient: for a private one, which customer has it.
    """

    text: str
    visibility: Visibility
    remote_id: str
    to: Any = None
    recipient: str = ""
    files: tuple[bytes, ...] = ()
    handle: Any = None


class Probe(Struct, frozen=True, kw_only=True):
    """A challenge: what the network asks our webhook, and whether our answer proves what it should.

    honest: False for one that anybody could send, which must not be answered as if it were the network's.
    """

    name: str
    request: HttpRequest
    honest: bool
    expected_body: bytes | None = None
    expected_json: Any = None

    def answered(self, response: HttpResponse) -> bool:
        """Tell whether a response is the one that the network waits for."""
        if response.status != 200:
            return False
        if self.expected_body is not None:
            return response.body == self.expected_body
        try:
            return bool(msgspec.json.decode(response.body) == self.expected_json)
        except msgspec.DecodeError:
            return False


class LabLacks(Exception):
    """The capabilities promise something that the lab cannot play. The text names the method to write."""


class PeerMissing(Exception):
    """The program that plays the network is not on this machine, or does not start. The text says what to install."""


class Lab(ABC):
    """Base of all labs. A subclass writes the first part, and of the rest what its network can do.

    Customers are `anna` and `ben`, two people of the network; they are new for every `fresh`.
    Texts come from the cases; the lab may put what addresses us in front (an @mention), and must not change the rest.
    """

    #: The connector's id.
    connector: ClassVar[str]
    #: Whether a real server stands behind it, or examples that the network itself has published; gold needs one.
    real_peer: ClassVar[bool] = False
    #: What stands behind it, with version, for "verified against".
    peer: ClassVar[str]
    #: Whether what stands behind it counts links as the capabilities state; else texts at the limit hold none.
    counts_links: ClassVar[bool] = True

    # -- every lab -----------------------------------------------------------------------------------------------------

    @abstractmethod
    async def start(self, clock: Clock) -> None:
        """Start the network, once. A scripted network takes its time from `clock`; a real one has its own. Raises PeerMissing."""

    @abstractmethod
    async def stop(self) -> None:
        """End it, and leave nothing behind."""

    @abstractmethod
    async def fresh(self) -> Setting:
        """Make an account of the company that nobody has used, with two new customers, and no fault on any wire.

        Called before each case. Addresses in the settings lead through the wires' proxies.
        """

    @abstractmethod
    async def say(
        self, text: str, *, who: str = ANNA, visibility: Visibility | None = None, to: Item | Shown | None = None,
        at: datetime | None = None, files: Sequence[LabFile] = (),
    ) -> Item:  # fmt: skip
        """Let a customer say something to the company.

        visibility: None is the network's usual kind of thread. to: what it answers, ours or a customer's. A private item
        with a public `to` begins a private thread born from it. at: when it was said, for networks that can be told.
        When this returns, a pull finds it; where the house is the network, it stands in the inbox.
        """

    @abstractmethod
    async def shown(self) -> list[Shown]:
        """Return everything of ours that stands at the network, oldest first: what customers can see or have received."""

    @property
    def wires(self) -> Sequence[Wire]:
        """The ways to the network; none when the house itself is the network (then nothing is pulled and no hook called)."""
        return ()

    async def connected(self, doors: Doors) -> None:
        """Hear that the channel now stands in the house, and under which addresses."""

    # -- by capability ---------------------------------------------------------------------------------------------------

    async def edit(self, item: Item, text: str) -> Item:
        """`edits`: the customer changes what they said."""
        self._lacks("edit", "edits")

    async def delete(self, item: Item) -> None:
        """`deletes`: the customer takes back what they said."""
        self._lacks("delete", "deletes")

    async def leave(self, who: str) -> None:
        """`account_deletion`: the customer's account is deleted at the network."""
        self._lacks("leave", "account_deletion")

    async def say_as_us(self, text: str, to: Item) -> Shown:
        """`echo`: our own account answers from another program (the network's own app)."""
        self._lacks("say_as_us", "echo")

    #: `statuses`: the kind of thread whose answers the network reports on, where it is not every one; None is the usual kind.
    reports_on: ClassVar[Visibility | None] = None

    async def report(self, shown: Shown, state: DeliveryState) -> None:
        """`statuses`: the network tells us what became of our message, also when it told something later before."""
        self._lacks("report", "statuses")

    def reportable(self) -> tuple[DeliveryState, ...]:
        """`statuses`: the states that `report` can tell of, in the order in which they happen."""
        self._lacks("reportable", "statuses")

    async def forget(self) -> None:
        """`retention_s`: from now on the network keeps nothing of what was said so far for pulling."""
        self._lacks("forget", "retention_s")

    async def lose(self, item: Item) -> None:
        """`threads`: the network no longer knows this item, though others below it stand; nobody is told of it."""
        self._lacks("lose", "threads")

    async def say_strangely(self, text: str) -> Item:
        """Any network: anna says something in a form of next year, with fields, kinds or headers that nobody knows."""
        self._lacks("say_strangely", "any")

    async def expire(self) -> None:
        """`refresh`: the access token expires now; the authorisation as such goes on."""
        self._lacks("expire", "refresh")

    async def renewals(self) -> int:
        """`refresh`: how often the access token was renewed since `fresh`."""
        self._lacks("renewals", "refresh")

    async def revoke(self) -> None:
        """Networks with secrets: our authorisation is withdrawn, until `authorise`."""
        self._lacks("revoke", "any network with secrets")

    async def authorise(self) -> Mapping[str, str]:
        """Networks with secrets: give a new authorisation; returns the secrets that an administrator would enter."""
        self._lacks("authorise", "any network with secrets")

    def push(self, item: Item, *, secret: str | None = None, at: datetime | None = None, signed: bool = True) -> HttpRequest:
        """`webhook`: the request by which the network pushes an item, exactly as it would send it.

        secret: sign with another. at: sign for another time, where times are signed. signed: False leaves the signature out.
        """
        self._lacks("push", "webhook")

    def push_body(self, body: bytes) -> HttpRequest:
        """`webhook`: a rightly signed push with any bytes for a body."""
        self._lacks("push_body", "webhook")

    def due(self) -> list[HttpRequest]:
        """`webhook`, what no pull brings: the pushes that the network has not been thanked for yet; each is given out once."""
        return []

    async def repeat(self, item: Item, times: int) -> None:
        """Where the house is the network: the customer's side sends the same thing again, so many times at once."""
        self._lacks("repeat", "neither pull nor webhook")

    #: `webhook`: whether signatures hold the time, so that an old one can be told apart.
    signs_time: ClassVar[bool] = False

    def probes(self) -> list[Probe]:
        """`challenge`: what the network asks to see whether the address is ours; at least one honest and one not."""
        self._lacks("probes", "challenge")

    async def throttle(self, pause: Pause, seconds: float, *, sends: bool) -> None:
        """The network refuses the next request once (an answer of ours if `sends`, else a pull) and asks for a pause.

        As it stands here it is for HTTP networks (429); others overwrite it.
        """
        answer = too_many(pause, seconds, self.clock.now(), reset_header=self.reset_header)
        for wire in self.wires:
            match = wire.sends if sends else wire.reads
            if match is not None:
                wire.proxy.add(Effect.ANSWER, match, answer=answer)

    #: The header by which the network tells when a limit ends (seconds since 1970).
    reset_header: ClassVar[str] = "x-ratelimit-reset"
    #: Kept by `start`.
    clock: Clock

    async def flood(self, texts: Sequence[str]) -> None:
        """Let customers say many things as quickly as the network takes them; by default one after the other."""
        for text in texts:
            await self.say(text)

    def _lacks(self, method: str, capability: str) -> NoReturn:
        raise LabLacks(f"{type(self).__name__}.{method} is missing: the connector's capabilities ({capability}) need it.")
