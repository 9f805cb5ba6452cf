"""One's own setting: away, busy or not to be disturbed until a time, and back; and where one's calls go."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from unisono.domain.errors import Invalid
from unisono.presence.commands import USUAL
from unisono.presence.divert import Rules, Way
from unisono.presence.words import Presence, Reason
from unisono.service.access import Access
from unisono.service.actor import access_of
from unisono.service.channel_context import Outside
from unisono.service.ports.presence import OwnRule
from unisono.service.presence.match_work import match_work
from unisono.service.presence.settle import LONGEST, PRESENCE_BELL, own_word, say

SHORTEST: Final = timedelta(seconds=30)


async def set_presence(outside: Outside, access: Access, value: str, until: datetime | None = None, reason: str = "") -> None:
    """Set one's own presence; it ends by itself, after an hour when no time is named.

    An agent who is available gets no offers meanwhile, and is available again afterwards. Raises Invalid for words that do not
    exist and a time that is past or too far.
    """
    if value not in set(Presence) - {Presence.UNKNOWN}:
        raise Invalid(f"{value!r} is no presence; known are available, away, busy, dnd.", code="no_presence", field="value")
    if reason not in set(Reason):
        raise Invalid(
            f"{reason!r} is no reason; known are {', '.join(one.value for one in Reason if one)}.",
            code="no_reason",
            field="reason",
        )
    async with outside.db.write() as tx:
        ends = until if until is not None else tx.now + USUAL
        if ends.tzinfo is None or not SHORTEST <= ends - tx.now <= LONGEST:
            raise Invalid(
                "A presence lasts from half a minute to 31 days from now. Nothing was changed.", code="bad_until", field="until"
            )
        await say(tx, [(access.user_id, own_word(Presence(value), tx.now, ends, Reason(reason)))])
    await _told(outside, access.user_id)


async def clear_presence(outside: Outside, access: Access) -> None:
    """End one's own setting; what else is known of one counts again. Twice is once."""
    async with outside.db.write() as tx:
        await say(tx, [(access.user_id, own_word(None, tx.now))])
    await _told(outside, access.user_id)


async def _told(outside: Outside, user_id: UUID) -> None:
    await outside.bell.ring(PRESENCE_BELL)
    await match_work(outside.db, user_id)


async def set_call_rule(outside: Outside, access: Access, rules: Rules, deputy_id: UUID | None) -> None:
    """Say where one's calls go. Raises Invalid for a deputy who is nobody, or oneself, and for a way to a deputy without one."""
    ways = (rules.available, rules.away, rules.busy, rules.unknown)
    if deputy_id == access.user_id:
        raise Invalid("Nobody is their own deputy; choose a colleague.", code="own_deputy", field="deputy_id")
    if deputy_id is None and Way.DEPUTY in ways:
        raise Invalid("Name the deputy to whom calls are to go. Nothing was changed.", code="no_deputy", field="deputy_id")
    async with outside.db.write() as tx:
        if deputy_id is not None and not (await access_of(tx, deputy_id)).may("work.answer"):
            raise Invalid("This colleague takes no calls here. Nothing was changed.", code="no_deputy", field="deputy_id")
        await tx.presence.put_rule(access.user_id, OwnRule(rules=rules, deputy_id=deputy_id))
