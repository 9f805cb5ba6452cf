"""A case of the suite, what it needs of a connector, and when a connector is excused from it.

Excuses follow from what the connector states of itself (`Caps`, the contract's optional protocols, the manifest's secrets)
and are never written by hand.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from unisono.contract import Caps, Connector, Manifest, Stream

if TYPE_CHECKING:
    from unisono.testing.conformance.side import Side


class Broken(AssertionError):
    """The connector, or the house with it, does not do what the case asks for. The text says what was seen."""


class Facts(Struct, frozen=True, kw_only=True):
    """What a connector states of itself, as it stands after the first check of its channel.

    outside: there is a network apart from the house, which is asked or which calls.
    """

    caps: Caps
    manifest: Manifest
    outside: bool


def facts_of(connector: Connector, manifest: Manifest) -> Facts:
    """Return what a connector states of itself."""
    caps = connector.capabilities()
    return Facts(caps=caps, manifest=manifest, outside=caps.pull or caps.webhook or isinstance(connector, Stream))


class Need(Struct, frozen=True):
    """Something without which a case has no meaning. `otherwise` is the excuse, in words."""

    met: Callable[[Facts], bool]
    otherwise: str


def _stated(name: str) -> Need:
    return Need(lambda facts: bool(getattr(facts.caps, name)), f"its capabilities do not state `{name}`")


REPLY = _stated("reply")
PULL = _stated("pull")
WEBHOOK = _stated("webhook")
CHALLENGE = _stated("challenge")
THREADS = _stated("threads")
ECHO = _stated("echo")
STATUSES = _stated("statuses")
RETENTION = _stated("retention_s")
REPLY_WINDOW = _stated("reply_window_s")
OUTSIDE = Need(lambda facts: facts.outside, "the house itself is its network: nothing is asked, and nobody calls")
SECRETS = Need(lambda facts: bool(facts.manifest.secret_fields), "its manifest names no secret")
CHANGES = Need(
    lambda facts: facts.caps.edits or facts.caps.deletes or facts.caps.account_deletion,
    "its capabilities state neither `edits` nor `deletes` nor `account_deletion`",
)
LIMITS = Need(
    lambda facts: facts.caps.reply and (facts.caps.text.maximum is not None or facts.caps.media.max_count > 0),
    "its capabilities state no limit of an answer",
)


class Case(Struct, frozen=True, kw_only=True):
    """One case. `number` and `name` are stable: grades and excuses refer to them."""

    number: int
    name: str
    needs: tuple[Need, ...]
    play: Callable[["Side"], Awaitable[None]]

    def excuse(self, facts: Facts) -> str | None:
        """Return why a connector need not pass, None when it must."""
        return next((need.otherwise for need in self.needs if not need.met(facts)), None)


CASES: dict[int, Case] = {}


def case(
    number: int, name: str, *needs: Need
) -> Callable[[Callable[["Side"], Awaitable[None]]], Callable[["Side"], Awaitable[None]]]:
    """Register a case of the suite. Raises ValueError for a number that is taken."""

    def register(play: Callable[["Side"], Awaitable[None]]) -> Callable[["Side"], Awaitable[None]]:
        if number in CASES:
            raise ValueError(f"There is a case {number} already: {CASES[number].name}.")
        CASES[number] = Case(number=number, name=name, needs=needs, play=play)
        return play

    return register


def expect(condition: object, otherwise: str) -> None:
    """Raise Broken with what was seen instead, unless the condition holds."""
    if not condition:
        raise Broken(otherwise)
