"""Telephone numbers: who calls, and how a number that people typed is written in one way (E.164)."""

from typing import Final

import phonenumbers

from unisono.contract.inbound import Author
from unisono.contract.voice import Offered, Verstat

_WITHHELD: Final = frozenset({"", "anonymous", "unknown", "unavailable", "private", "restricted", "withheld"})
MOST_CHARS: Final = 200


def e164(text: str, region: str) -> str | None:
    """Return a number as `+` and digits, read as somebody in `region` (ISO 3166, two letters) would dial it; None for no number.

    Only the length is checked, not whether the number is in use: numbering plans change faster than software.
    """
    try:
        parsed = phonenumbers.parse(text, region.upper())
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def shown(number: str) -> str:
    """Return a number as people write it: +49 30 1234567; what is none comes back as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


def is_withheld(offered: Offered) -> bool:
    """Return whether the caller does not say who they are."""
    user = offered.from_.removeprefix("sips:").removeprefix("sip:").split("@")[0].casefold()
    return offered.verstat is Verstat.WITHHELD or user in _WITHHELD


def caller_of(offered: Offered, region: str) -> Author:
    """Return who calls: by E.164, SIP address or visitor. Withheld numbers are each somebody of their own: nobody links them."""
    name = offered.display_name.strip()[:MOST_CHARS]
    if offered.from_kind == "visitor" and offered.from_:
        return Author(remote_id=f"visitor:{offered.from_[:MOST_CHARS]}", display_name=name)
    if is_withheld(offered):
        return Author(remote_id=f"withheld:{offered.driver}:{offered.call_id}", display_name="")
    number = number_of(offered.from_, region)
    if number is not None:
        return Author(remote_id=number, handle=shown(number), display_name=name)
    return Author(remote_id=_address(offered.from_), handle=_address(offered.from_), display_name=name)


def number_of(address: str, region: str) -> str | None:
    """Return the number in a number, a `tel:` or a SIP address whose user part is one; None when it is another address."""
    plain = address.strip()
    if plain.startswith("tel:"):
        return e164(plain.removeprefix("tel:").split(";")[0], region)
    if plain.startswith(("sip:", "sips:")):
        user = plain.split(":", 1)[1].split("@")[0].split(";")[0]
        return e164(user, region) if user.lstrip("+").isdigit() and len(user) > 6 else None
    return e164(plain, region) if plain.lstrip("+").replace(" ", "").replace("-", "").replace("/", "").isdigit() else None


def _address(text: str) -> str:
    """A SIP address without its parameters, the host in lower case."""
    bare = text.strip().split(";")[0].split("?")[0][:MOST_CHARS]
    if "@" not in bare:
        return bare
    user, _, host = bare.rpartition("@")
    return f"{user}@{host.lower()}"
