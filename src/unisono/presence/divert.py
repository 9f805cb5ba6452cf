"""Where a call for one person goes: to them, to voicemail, or to their deputy. A rule of their own decides, by their presence."""

from enum import StrEnum

from msgspec import Struct

from unisono.presence.words import NOT_TO_BE_REACHED, Line, Presence


class Way(StrEnum):
    """What becomes of a call. RING: it waits for the person themself."""

    RING = "ring"
    VOICEMAIL = "voicemail"
    DEPUTY = "deputy"


class Rules(Struct, frozen=True, kw_only=True):
    """What somebody wants for each presence; DND is as BUSY. A call while they are on the telephone counts as busy."""

    available: Way = Way.RING
    away: Way = Way.VOICEMAIL
    busy: Way = Way.VOICEMAIL
    unknown: Way = Way.RING


class Diverted(Struct, frozen=True, kw_only=True):
    """Where a call goes, and why: the presence that decided, `deputy_busy` when their deputy cannot be reached either."""

    way: Way
    because: str


def divert(rules: Rules, value: Presence, line: Line, deputy: Presence | None) -> Diverted:
    """Return where a call goes. deputy: the deputy's presence, None when there is nobody."""
    if value in {Presence.BUSY, Presence.DND} or line is not Line.FREE:
        way = rules.busy
    elif value is Presence.AWAY:
        way = rules.away
    else:
        way = rules.available if value is Presence.AVAILABLE else rules.unknown
    because = value.value if value in NOT_TO_BE_REACHED or line is Line.FREE else "on_the_phone"
    if way is Way.DEPUTY and (deputy is None or deputy in NOT_TO_BE_REACHED):
        return Diverted(way=Way.VOICEMAIL, because="deputy_busy" if deputy is not None else because)
    return Diverted(way=way, because=because)
