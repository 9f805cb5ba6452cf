"""Whom the house may call: emergency numbers, the prefixes that a line allows, and how often."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import phonenumbers
from msgspec import Struct

#: What is refused in every country, besides what the numbering plans say: the emergency numbers of the world's big systems.
_EVERYWHERE: Final = frozenset({"112", "110", "911", "999", "000", "08", "113", "115", "118", "119", "144"})


class Bar(StrEnum):
    """Why a number is not dialled."""

    NO_NUMBER = "no_number"
    EMERGENCY = "emergency_number"
    PREFIX = "prefix_not_allowed"
    DO_NOT_CALL = "do_not_call"
    LIMIT = "too_many_calls"
    NO_CALLS_OUT = "no_calls_out"


class Dialling(Struct, frozen=True, kw_only=True):
    """What a line and its driver allow. prefixes: of E.164, `+49`; none allows nothing. location: see `VoicePowers`."""

    region: str
    prefixes: tuple[str, ...] = ()
    calls_out: bool = False
    location: bool = False
    most_an_hour: int = 60
    most_of_person: int = 30


def is_emergency(text: str, region: str) -> bool:
    """Return whether somebody in a region who dials this reaches an emergency service, with or without a 0 in front."""
    digits = "".join(char for char in text if char.isdigit())
    tries = {digits, digits.removeprefix("0"), digits.removeprefix("00")}
    return any(one in _EVERYWHERE or phonenumbers.is_emergency_number(one, region.upper()) for one in tries if one)


def bar(typed: str, number: str | None, dialling: Dialling, *, unwanted: bool, line_calls: int, person_calls: int) -> Bar | None:
    """Return why a number may not be dialled, the gravest reason first; None when it may.

    typed: what the person typed. number: the same as E.164. unwanted: it is on the list of those who do not want to be called.
    line_calls, person_calls: calls out within the last hour.
    """
    if is_emergency(typed, dialling.region):
        # With a location it is not for this list to stand between a person and help.
        return None if dialling.location and dialling.calls_out else Bar.EMERGENCY
    if not dialling.calls_out:
        return Bar.NO_CALLS_OUT
    if number is None:
        return Bar.NO_NUMBER
    if not allowed(number, dialling.prefixes):
        return Bar.PREFIX
    if unwanted:
        return Bar.DO_NOT_CALL
    if line_calls >= dialling.most_an_hour or person_calls >= dialling.most_of_person:
        return Bar.LIMIT
    return None


def allowed(number: str, prefixes: Sequence[str]) -> bool:
    """Return whether a number begins with one of the prefixes; an empty one allows nothing."""
    return any(len(prefix) > 1 and prefix.startswith("+") and number.startswith(prefix) for prefix in prefixes)
