"""Numbers: as the line shows them, as the house writes them, as they are dialled."""

import re
from typing import Final

from unisono.calls.numbers import e164
from unisono.contract.voice import Endpoint, EndpointKind
from unisono.voice.ari.settings import Settings

_E164: Final = re.compile(r"\+[1-9]\d{3,14}")
#: What stands in an extension or the user part of an address. Nothing with which a dial string could say more than a name.
_ADDRESS: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_WITHHELD: Final = frozenset({"", "anonymous", "unknown", "restricted", "unavailable", "private", "withheld"})
_FULL: Final = 11


class NotDialled(Exception):
    """A place that is not dialled. code: a stable word, a `Cause` where there is one that fits; the text is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def whose(shown: str, region: str) -> tuple[str, str]:
    """Return (from, kind) of a caller by what the line shows: E.164, or an extension as a SIP address; "" when withheld."""
    plain = re.sub(r"[\s()/.-]", "", shown)[:64]
    if plain.lower() in _WITHHELD:
        return "", "number"
    # Lines show a number in full also without its +; an extension of the exchange is short.
    if plain.isdigit() and not plain.startswith("0") and len(plain) >= _FULL:
        plain = f"+{plain}"
    number = e164(plain, region) if plain.startswith(("+", "0")) else None
    if number is not None:
        return number, "number"
    return f"sip:{re.sub(r'[^A-Za-z0-9_.+-]', '', plain)}@exchange", "sip"


def called(shown: str, region: str) -> str:
    """Return the number of ours that was called: E.164 where it is one, else as the dialplan calls it."""
    number, kind = whose(shown, region)
    return number if kind == "number" and number else shown[:64]


def dial_string(endpoint: Endpoint, settings: Settings) -> str:
    """Return how the exchange dials an endpoint. Raises NotDialled for what it does not dial."""
    if endpoint.kind is EndpointKind.AGENT:
        # Where the house knows no telephone of somebody, it names the person.
        if not _ADDRESS.fullmatch(endpoint.address) or endpoint.address == endpoint.user_id:
            raise NotDialled("unreachable", "There is no telephone of this person at the exchange. Nobody was rung.")
        return settings.phone.replace("{address}", endpoint.address)
    if endpoint.kind is EndpointKind.NUMBER:
        number = outside(endpoint.address, settings)
        if not settings.trunk:
            raise NotDialled("forbidden", "The exchange is set up without a line to the outside. Nothing was dialled.")
        return settings.trunk.replace("{number}", number)
    raise NotDialled("forbidden", "The exchange dials its own telephones and numbers, no other addresses. Nothing was dialled.")


def outside(number: str, settings: Settings) -> str:
    """Return a number outside that may be dialled. Raises NotDialled."""
    if not _E164.fullmatch(number):
        raise NotDialled("unreachable", "Numbers are dialled in full, with + and country. Nothing was dialled.")
    if not any(number.startswith("+" + one.removeprefix("+")) for one in settings.allowed):
        raise NotDialled("forbidden", "This number is not among those that may be dialled here. Nothing was dialled.")
    return number


def extension(endpoint: Endpoint, settings: Settings) -> str:
    """Return what a caller who is passed on dials in the dialplan. Raises NotDialled."""
    if endpoint.kind is EndpointKind.NUMBER:
        return outside(endpoint.address, settings)
    if endpoint.kind is EndpointKind.AGENT and _ADDRESS.fullmatch(endpoint.address):
        return endpoint.address
    raise NotDialled(
        "not_dialled", "Callers are passed on to telephones of the exchange and to numbers. The caller is still here."
    )
