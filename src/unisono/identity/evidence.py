"""What speaks for two handles being one person, and how much all of it says together."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Kind(StrEnum):
    """A kind of evidence. Each counts once, however often it is found."""

    SAME_MAIL = "same_mail"  # both are reached at one address, proved by receiving from it or by the network
    SAME_PHONE = "same_phone"  # the same for a number
    SAME_LOGIN = "same_login"  # both logged in with one account (OAuth)
    MUTUAL_LINK = "mutual_link"  # each profile links to the other, as rel="me" asks
    DOMAIN_PROOF = "domain_proof"  # the handle of one is a domain, or a mailbox at it, that the other has proved to own
    JUDGEMENT = "judgement"  # a colleague says so
    STATEMENT = "statement"  # the person says so of themself
    LINK = "link"  # one profile links to the other, unanswered
    SAME_HANDLE = "same_handle"  # the same word after the @, on another network
    SAME_NAME = "same_name"  # the same name


WEIGHTS: Final[dict[Kind, float]] = {
    Kind.SAME_MAIL: 0.97,
    Kind.SAME_PHONE: 0.97,
    Kind.SAME_LOGIN: 0.97,
    Kind.MUTUAL_LINK: 0.95,
    Kind.DOMAIN_PROOF: 0.9,
    Kind.JUDGEMENT: 0.9,
    # Anybody can write anybody's address, and link to anybody's profile.
    Kind.STATEMENT: 0.6,
    Kind.LINK: 0.5,
    Kind.SAME_HANDLE: 0.35,
    Kind.SAME_NAME: 0.25,
}
NAMES: Final = frozenset({Kind.SAME_HANDLE, Kind.SAME_NAME})
"""What is only called alike. However much of it there is, it never says more than `NAMES_AT_MOST`."""
NAMES_AT_MOST: Final = 0.45
UNPROVED: Final = NAMES | {Kind.STATEMENT, Kind.LINK}
UNPROVED_AT_MOST: Final = 0.75
"""What costs a stranger nothing to bring about stays below what is called certain, all of it together."""

SUGGEST: Final = 0.4
CERTAIN: Final = 0.95


class Verdict(StrEnum):
    """What follows from a score. Nothing is ever merged by itself: a person decides, and sees why it is suggested."""

    NOTHING = "nothing"
    WEAK = "weak"
    LIKELY = "likely"
    CERTAIN = "certain"


class Evidence(Struct, frozen=True, kw_only=True, order=True):
    """One piece of it. detail: what was found, for people (an address, a handle, a name); it is never kept."""

    kind: Kind
    detail: str = ""


def score(evidence: Iterable[Evidence]) -> float:
    """Return between 0 and 1 how surely two handles are one person: the chance that not all of the evidence is an accident.

    More evidence never lowers it; names alone, and what anybody can bring about, have a ceiling.
    """
    kinds = {one.kind for one in evidence}
    doubt = 1.0
    for kind in kinds:
        doubt *= 1 - WEIGHTS[kind]
    said = 1 - doubt
    if kinds <= NAMES:
        return min(said, NAMES_AT_MOST)
    return min(said, UNPROVED_AT_MOST) if kinds <= UNPROVED else said


def verdict(evidence: Iterable[Evidence]) -> Verdict:
    """Return what a score means. Names alone are a weak hint at the most."""
    found = list(evidence)
    value = score(found)
    if value >= CERTAIN:
        return Verdict.CERTAIN
    if value > NAMES_AT_MOST:
        return Verdict.LIKELY
    return Verdict.WEAK if value >= SUGGEST else Verdict.NOTHING
