"""Carry out one command within the transaction that also notes that it was, and say what was done and until when."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from unisono.domain.errors import Conflict, UnisonoError
from unisono.presence.commands import (
    Back,
    CallUp,
    Command,
    Conference,
    Help,
    SetPresence,
    Take,
    Undo,
    Who,
    Wrong,
)
from unisono.presence.merge import Merged
from unisono.presence.words import NOT_TO_BE_REACHED, Presence, Reason, Source
from unisono.service.actor import access_of
from unisono.service.ports import Tx
from unisono.service.ports.accounts import Before, LinkedAccount
from unisono.service.presence.own import SHORTEST
from unisono.service.presence.settle import LONGEST, own_word, say
from unisono.service.take import take_in
from unisono.service.words import say as words

#: How long the last command can be taken back.
UNDO_FOR: Final = timedelta(hours=1)
#: How long a proposal waits for a yes.
PROPOSED_FOR: Final = timedelta(minutes=10)
#: So many people are named at the most.
NAMED: Final = 5


class Done(Struct, frozen=True, kw_only=True):
    """What came of a command. moved: their presence is another now, so that their state at work may be as well."""

    text: str
    moved: bool = False


async def carry_out(tx: Tx, account: LinkedAccount, command: Command | Wrong, zone: str) -> Done:
    """Carry a command out for the owner of an account, and say what was done in their language. zone: IANA.

    Nothing is raised for what cannot be done: that is said as well.
    """
    try:
        async with tx.savepoint():
            return await _carry_out(tx, account, command, zone)
    except UnisonoError as error:
        if error.code in ("busy", "unavailable", "disk_full"):
            raise
        locale = account.locale
        why = None if locale == "en" else words(locale, f"detail-{error.code}", {"text": str(error), **error.facts})
        return Done(text=_say(account, "refused", why=why or str(error)))


async def _carry_out(tx: Tx, account: LinkedAccount, command: Command | Wrong, zone: str) -> Done:
    match command:
        case SetPresence():
            return await _set(tx, account, command, zone)
        case Back():
            await _keep_before(tx, account.user_id)
            await say(tx, [(account.user_id, own_word(None, tx.now))])
            return Done(text=_say(account, "back"), moved=True)
        case Undo():
            return await _undo(tx, account, zone)
        case Take():
            return await _take(tx, account, command)
        case Who():
            return await _who(tx, account, command, zone)
        case Conference() | CallUp():
            return Done(text=_say(account, "at-the-desk"))
        case Help():
            return Done(text=_say(account, "help"))
        case Wrong():
            return Done(text=_say(account, f"wrong-{command.code.replace('_', '-')}", word=command.word))


async def propose(tx: Tx, account: LinkedAccount, meant: SetPresence | Back, zone: str) -> Done:
    """Keep what a free text may mean, and ask."""
    await tx.accounts.propose(account.id, msgspec.to_builtins(meant), tx.now + PROPOSED_FOR)
    if isinstance(meant, Back):
        return Done(text=_say(account, "propose-back"))
    return Done(text=_say(account, "propose-set", what=_what(account, meant.value, meant.until, meant.reason, tx.now, zone)))


def proposed(kept: dict[str, Any]) -> SetPresence | Back:
    """Return what was kept."""
    return msgspec.convert(kept, SetPresence | Back)


async def _set(tx: Tx, account: LinkedAccount, command: SetPresence, zone: str) -> Done:
    if command.until - tx.now < SHORTEST:
        return Done(text=_say(account, "too-late"))
    if command.until - tx.now > LONGEST:
        return Done(text=_say(account, "wrong-too-long", word=""))
    await _keep_before(tx, account.user_id)
    await say(tx, [(account.user_id, own_word(command.value, tx.now, command.until, command.reason))])
    what = _what(account, command.value, command.until, command.reason, tx.now, zone)
    done = _say(account, "set", what=what)
    if not command.understood:
        done = f"{done} {_say(account, 'reason-unknown')}"
    return Done(text=done, moved=True)


async def _keep_before(tx: Tx, user_id: UUID) -> None:
    known = (await tx.presence.words([user_id])).get(user_id, {}).get((Source.OWN, ""))
    own = known.newest if known is not None and known.newest.holds(tx.now) else None
    before = Before(
        value=own.value.value if own and own.value else None, until=own.until if own else None, reason=own.reason if own else ""
    )
    await tx.accounts.keep_before(user_id, before, tx.now + UNDO_FOR)


async def _undo(tx: Tx, account: LinkedAccount, zone: str) -> Done:
    before = await tx.accounts.take_before(account.user_id)
    if before is None:
        return Done(text=_say(account, "nothing-to-undo"))
    if before.value is None or before.until is None or before.until - tx.now < SHORTEST:
        await say(tx, [(account.user_id, own_word(None, tx.now))])
        return Done(text=_say(account, "undone"), moved=True)
    value, reason = Presence(before.value), Reason(before.reason)
    await say(tx, [(account.user_id, own_word(value, tx.now, before.until, reason))])
    what = _what(account, value, before.until, reason, tx.now, zone)
    return Done(text=_say(account, "undone-to", what=what), moved=True)


async def _take(tx: Tx, account: LinkedAccount, command: Take) -> Done:
    access = await access_of(tx, account.user_id)
    ids = await (tx.accounts.in_case(command.case) if command.case is not None else tx.accounts.next_waiting(account.user_id))
    for interaction_id in ids:
        try:
            await take_in(tx, access, interaction_id)
        except Conflict as error:
            # Somebody was quicker: the next one. Whatever else stands in the way stands before all of them.
            if error.code != "state":
                raise
        except UnisonoError as error:
            if error.code not in ("not_found", "forbidden"):
                raise
        else:
            return Done(text=_say(account, "taken" if command.case is None else "taken-case", case=command.case or 0))
    return Done(text=_say(account, "nothing-to-take" if command.case is None else "nothing-in-case", case=command.case or 0))


async def _who(tx: Tx, account: LinkedAccount, command: Who, zone: str) -> Done:
    access = await access_of(tx, account.user_id)
    access.require("agent.read")
    able = [one for one in await tx.accounts.skilled(command.skills) if one.user_id != account.user_id]
    known = await tx.presence.merged([one.user_id for one in able])
    found = [(one, known.get(one.user_id, Merged())) for one in able]
    there = [(one, merged) for one, merged in found if _to_be_reached(one.state, merged)]
    skills = ", ".join(command.skills)
    if not there:
        soon = min((merged.until for _, merged in found if merged.until is not None), default=None)
        if soon is not None:
            return Done(text=_say(account, "nobody-until", skills=skills, until=_clock(account.locale, soon, tx.now, zone)))
        return Done(text=_say(account, "nobody", skills=skills))
    names = ", ".join(one.name for one, _ in there[:NAMED])
    more = len(there) - NAMED
    return Done(text=_say(account, "who-more" if more > 0 else "who", skills=skills, names=names, more=max(more, 0)))


def _to_be_reached(state: str, merged: Merged) -> bool:
    if merged.value in NOT_TO_BE_REACHED:
        return False
    return state == "available" or merged.value is Presence.AVAILABLE


def _what(account: LinkedAccount, value: Presence, until: datetime, reason: Reason, now: datetime, zone: str) -> str:
    why = words(account.locale, f"by-message-why-{reason.value.replace('_', '-')}") if reason else None
    shown = _say(account, f"value-{value.value}")
    when = _clock(account.locale, until, now, zone)
    return _say(account, "what-why", value=shown, why=why, until=when) if why else _say(account, "what", value=shown, until=when)


def _clock(locale: str, at: datetime, now: datetime, zone: str) -> str:
    """Return a time as a clock shows it, with the day when that is not today."""
    here, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    if here.date() == today:
        return f"{here:%H:%M}"
    return f"{here:%d.%m. %H:%M}" if locale == "de" else f"{here:%Y-%m-%d %H:%M}"


def _say(account: LinkedAccount, key: str, **facts: Any) -> str:
    return words(account.locale, f"by-message-{key}", facts) or key


def answer_of(account: LinkedAccount, key: str, **facts: Any) -> Done:
    """Return an answer that does nothing."""
    return Done(text=_say(account, key, **facts))
