"""Who calls, by what an INVITE says.

All of it was written by strangers: it is cut to length, freed of control characters, and never believed further than the trunk
vouches for it.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from unisono.contract.voice import Verstat

LONGEST_URI: Final = 200
LONGEST_NAME: Final = 200
LONGEST_HEADER: Final = 500
#: Fewer digits are an extension or a service, which has no E.164 form.
_LEAST_DIGITS: Final = 5
_URI: Final = re.compile(r"^(?:sips?|tel):(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_ADDRESS: Final = re.compile(
    r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^<"]*?))\s*<(?P<uri>[^<>]*)>(?P<params>.*)$', re.DOTALL
)
_VISUAL: Final = re.compile(r"[\s().\-/]")
_NOT_FOR_EYES: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
_ANONYMOUS: Final = frozenset({"anonymous", "unknown", "restricted", "unavailable", "private", "withheld", ""})
_VERSTAT: Final = {
    "tn-validation-passed": Verstat.PASSED,
    "tn-validation-passed-a": Verstat.PASSED,
    "tn-validation-failed": Verstat.FAILED,
}


class Caller(Struct, frozen=True, kw_only=True):
    """Who calls. `address`: E.164, a SIP URI, or empty when withheld. `kind`: number or sip."""

    address: str
    kind: str
    display_name: str = ""
    verstat: Verstat = Verstat.UNKNOWN


def plain(text: str, most: int) -> str:
    """Return a stranger's text without what steers terminals or reorders letters, and not longer than `most`."""
    return _NOT_FOR_EYES.sub("", text)[:most].strip()


def split_address(value: str) -> tuple[str, str, str]:
    """Return display name, URI and what follows it, of a From, To or P-Asserted-Identity."""
    found = _ADDRESS.match(value)
    if found is None:
        uri, _, rest = value.strip().partition(";")
        return "", uri, rest
    name = found["quoted"] if found["quoted"] is not None else found["token"]
    return re.sub(r"\\(.)", r"\1", name), found["uri"].strip(), found["params"]


def user_of(uri: str) -> tuple[str, str]:
    """Return what stands before and behind the `@`, without parameters, headers and passwords; empty where there is none."""
    found = _URI.match(uri.strip())
    rest = found["rest"] if found else uri.strip()
    rest = rest.partition("?")[0]
    if uri[:4].lower() == "tel:":
        return rest.partition(";")[0], ""
    user, at, host = rest.rpartition("@")
    if not at:
        return "", rest.partition(";")[0]
    return user.partition(";")[0].partition(":")[0], host.partition(";")[0]


def number_of(user: str, country: str) -> str | None:
    """Return the E.164 form of what a trunk writes as a number; None for what is none. `country`: digits for national numbers."""
    digits = _VISUAL.sub("", user)
    if digits.startswith("+"):
        digits = digits[1:]
    elif digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0") and country:
        digits = country + digits[1:]
    elif country and len(digits) < len(country) + _LEAST_DIGITS:
        return None
    if not digits.isascii() or not digits.isdigit() or not _LEAST_DIGITS <= len(digits) <= 15 or digits.startswith("0"):
        return None
    return "+" + digits


def address_of(uri: str, country: str) -> tuple[str, str]:
    """Return a URI as the house writes it, and its kind: a number where it is one, else the SIP address."""
    user, host = user_of(uri)
    number = number_of(user, country) if user else None
    if number is not None:
        return number, "number"
    return plain(f"sip:{user}@{host}" if user else f"sip:{host}", LONGEST_URI), "sip"


def caller_of(headers: Mapping[str, str], from_uri: str, *, country: str, trusts_identity: bool) -> Caller:
    """Return who calls. `headers`: lower-case names. What the trunk asserts comes before what the caller wrote.

    Source: RFC 3325 (P-Asserted-Identity, Privacy), RFC 8588 (verstat).
    """
    asserted = headers.get("p-asserted-identity", "") if trusts_identity else ""
    name, uri, params = split_address(asserted or headers.get("from", "") or from_uri)
    uri = uri or from_uri
    user, host = user_of(uri)
    private = "id" in {part.strip().lower() for part in headers.get("privacy", "").split(";")}
    if private or user.lower() in _ANONYMOUS or host.lower().endswith("anonymous.invalid"):
        return Caller(address="", kind="number", verstat=Verstat.WITHHELD)
    address, kind = address_of(uri, country)
    return Caller(
        address=address,
        kind=kind,
        display_name=plain(name, LONGEST_NAME),
        verstat=_verstat(f"{uri};{params}") if trusts_identity else Verstat.UNKNOWN,
    )


def _verstat(text: str) -> Verstat:
    found = re.search(r";\s*verstat=([A-Za-z\-]+)", text)
    return _VERSTAT.get(found[1].lower(), Verstat.UNKNOWN) if found else Verstat.UNKNOWN
