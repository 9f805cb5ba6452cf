"""Compare two handles, by what each is known to be reached at, linked to and called."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from unisono.identity.evidence import Evidence, Kind

MIN_HANDLE_CHARS: Final = 4
"""Shorter words after an @ are taken by somebody on every network."""


class ClaimKind(StrEnum):
    """What a claim is about."""

    MAIL = "mail"
    PHONE = "phone"
    LINK = "link"
    LOGIN = "login"


class Claim(Struct, frozen=True, kw_only=True):
    """Something that belongs to a handle. value: as `mail_key`, `phone_key` or `link_key` give it.

    proved: by the network, by receiving from it, or by a log-in; otherwise the person only said it.
    """

    kind: ClaimKind
    value: str
    proved: bool


class Handle(Struct, frozen=True, kw_only=True):
    """One handle of one person with all that is known of it."""

    network: str
    realm: str = ""
    remote_id: str
    handle: str = ""
    display_name: str = ""
    profile_url: str = ""
    claims: tuple[Claim, ...] = ()


Fold = Callable[[str], str]


def compare(one: Handle, other: Handle, fold: Fold = str.casefold) -> list[Evidence]:
    """Return what speaks for two handles being one person, the strongest first. `fold`: the house's comparison of words."""
    found: set[Evidence] = set()
    for claim, theirs in _pairs(one.claims, other.claims):
        kind = _SHARED[claim.kind]
        if claim.proved and theirs.proved:
            found.add(Evidence(kind=kind, detail=claim.value))
        else:
            found.add(Evidence(kind=Kind.STATEMENT, detail=claim.value))
    found |= _links(one, other)
    found |= _domains(one, other) | _domains(other, one)
    if (one.network, one.realm) != (other.network, other.realm):
        handle, theirs_handle = bare_handle(one.handle), bare_handle(other.handle)
        if len(handle) >= MIN_HANDLE_CHARS and handle == theirs_handle:
            found.add(Evidence(kind=Kind.SAME_HANDLE, detail=handle))
    name = _name(one.display_name, fold)
    if len(name) >= 2 and name == _name(other.display_name, fold):
        found.add(Evidence(kind=Kind.SAME_NAME, detail=one.display_name))
    return sorted(found, key=lambda e: (list(Kind).index(e.kind), e.detail))


_SHARED: Final = {
    ClaimKind.MAIL: Kind.SAME_MAIL,
    ClaimKind.PHONE: Kind.SAME_PHONE,
    ClaimKind.LOGIN: Kind.SAME_LOGIN,
    ClaimKind.LINK: Kind.LINK,
}


def _pairs(ours: Iterable[Claim], theirs: Iterable[Claim]) -> list[tuple[Claim, Claim]]:
    """Pair what both claim; a page that both link to is nobody's alone and says nothing."""
    by_key = {(c.kind, c.value): c for c in sorted(theirs, key=lambda c: c.proved)}
    return [
        (claim, by_key[(claim.kind, claim.value)])
        for claim in ours
        if claim.kind is not ClaimKind.LINK and claim.value and (claim.kind, claim.value) in by_key
    ]


def _links(one: Handle, other: Handle) -> set[Evidence]:
    there = _links_to(one, other)
    back = _links_to(other, one)
    if there and back:
        return {Evidence(kind=Kind.MUTUAL_LINK, detail=link_key(other.profile_url))}
    if there or back:
        return {Evidence(kind=Kind.LINK, detail=link_key(other.profile_url if there else one.profile_url))}
    return set()


def _links_to(one: Handle, other: Handle) -> bool:
    target = link_key(other.profile_url)
    return bool(target) and any(c.kind is ClaimKind.LINK and c.value == target for c in one.claims)


def _domains(named: Handle, proving: Handle) -> set[Evidence]:
    """A handle that is a domain of its own (`anna.example`), or a mailbox at one, and a profile that proved to own it."""
    proved = {c.value for c in proving.claims if c.kind is ClaimKind.LINK and c.proved and "/" not in c.value}
    own = bare_handle(named.handle) if "." in named.handle and "@" not in named.handle.lstrip("@") else ""
    mailboxes = {c.value.rpartition("@")[2] for c in named.claims if c.kind is ClaimKind.MAIL and c.proved}
    return {
        Evidence(kind=Kind.DOMAIN_PROOF, detail=domain)
        for domain in proved & ({own, *mailboxes} - {""})
        if domain not in SHARED_DOMAINS
    }


#: Domains at which anybody has a mailbox or a page: to own a mailbox there is no proof of owning the domain, nor the reverse.
SHARED_DOMAINS: Final = frozenset({
    "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "outlook.com", "hotmail.com",
    "live.com", "yahoo.com", "yahoo.de", "icloud.com", "me.com", "aol.com", "freenet.de", "posteo.de", "mailbox.org", "proton.me",
    "protonmail.com", "bsky.social", "mastodon.social", "github.io", "wordpress.com", "blogspot.com",
})  # fmt: skip


def mail_key(address: str) -> str:
    """Return what tells whose mailbox an address is: lower case, without its plus part; empty for what is none."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    if not at or not local or "." not in domain or any(c.isspace() for c in address.strip()):
        return ""
    return f"{local.partition('+')[0]}@{domain.rstrip('.')}"


def phone_key(number: str) -> str:
    """Return a number as +49…, empty for what is none or tells no country."""
    bare = re.sub(r"[\s()/.-]", "", number.strip())
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    return bare if re.fullmatch(r"\+[1-9][0-9]{6,14}", bare) else ""


def link_key(url: str) -> str:
    """Return an address of the web without scheme, www, query and final slash, so that two ways of writing it are one."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.hostname.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


def bare_handle(handle: str) -> str:
    """Return the word after the @ without its server: `@anna@example.social` is `anna`."""
    return handle.strip().lstrip("@").partition("@")[0].casefold()


def _name(name: str, fold: Fold) -> tuple[str, ...]:
    """Return the words of a name in an order of their own: Anna Müller is Müller, Anna. One word alone tells nobody apart."""
    return tuple(sorted(fold(word) for word in re.findall(r"\w+", name)))
