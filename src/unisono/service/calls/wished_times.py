"""When a call-back is wished for, and the words that were agreed to: kept with the work, which is offered then and due by then.

The words are kept as they were said, under a digest of them, so that it can be shown for ever what somebody agreed to.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from unisono.calls.windows import AHEAD, Window, coming, days, offered
from unisono.domain.words import InteractionState
from unisono.routing.calendar import BusinessHours, zone_of
from unisono.routing.clocks import Fact, What
from unisono.service.clocks import opening_of
from unisono.service.ports import Tx
from unisono.service.ports.call_backs import ArrivedWish, NewWish
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.settings import read_settings
from unisono.service.terms import rules_for
from unisono.service.work_events import work_event


class Consent(Struct, frozen=True, kw_only=True):
    """Words that somebody agrees to, and the digest by which they are known."""

    version: str
    language: str
    text: str


def consent_to(text: str, language: str) -> Consent:
    """Return words as they are kept."""
    return Consent(version=hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()[:16], language=language, text=text)


async def keep_wish(
    tx: Tx, channel_id: UUID, remote_id: str, how: str, consent: Consent, window: Window | None, work_id: UUID | None = None
) -> None:
    """Keep when somebody wishes to be called, and the words that they agreed to."""
    await tx.call_backs.consent_text(consent.version, consent.language, consent.text)
    await tx.call_backs.wish(
        NewWish(
            channel_id=channel_id, remote_id=remote_id, asked_at=tx.now, how=how, consent=consent.version, window=window,
            interaction_id=work_id,
        )
    )  # fmt: skip


async def tie_wishes(tx: Tx, channel_id: UUID, remote_ids: Sequence[str]) -> None:
    """Make call-backs of wishes within the transaction that takes their messages in."""
    for wish in await tx.call_backs.arrived(channel_id, remote_ids):
        work = await tx.work.interaction(wish.interaction_id)
        waits = work is not None and (work.state == InteractionState.WAITING.value or _wished_for(work))
        if work is not None and waits:
            await tx.calls.want_call_back(work.id, None, "asked")
            await _at_its_time(tx, work, wish)


def _wished_for(work: InteractionFacts) -> bool:
    """A wish that waits for its time: who asks anew may choose another."""
    return work.state == InteractionState.PARKED.value and work.agent_id is None


async def _at_its_time(tx: Tx, work: InteractionFacts, wish: ArrivedWish) -> None:
    if wish.window is not None:
        await set_window(tx, work, wish.remote_id, wish.window)
    elif _wished_for(work):
        await tx.work.change(work.id, InteractionChange(parked_until=tx.now))


async def set_window(tx: Tx, work: InteractionFacts, name: str, window: Window) -> None:
    """Let work that waits be offered from the beginning of a window, and be due at its end."""
    opening = await opening_of(tx, work.channel_id, work.queue_id, 0)
    counted = opening.opened([Fact(name, tx.now, What.WISHED, "", window.ends_at)], tx.now)
    await tx.levels.keep_clocks([counted.kept(work.id, opening.terms.epoch)])
    await tx.levels.set_due([counted.due(work.id)])
    change = InteractionChange(reason={"code": "call_back_wished"})
    if window.starts_at > tx.now:
        change = InteractionChange(
            state=InteractionState.PARKED.value, parked_until=window.starts_at, reason={"code": "call_back_wished"}
        )
    await tx.work.change(work.id, change)
    if window.starts_at > tx.now:
        tx.emit(work_event("parked", work, cause="wished_time"))


async def window_of(tx: Tx, channel: ChannelFacts, queue_id: UUID, between: str) -> Window | None:
    """Return the next time that a key of the menu means; None: as soon as can be."""
    hours, zone = await _hours(tx, channel.id, queue_id)
    return coming(between, _spans(hours, zone, tx.now), zone, tx.now) if between else None


async def windows_of(tx: Tx, channel: ChannelFacts) -> tuple[list[Window], str]:
    hours, zone = await _hours(tx, channel.id, channel.queue_id)
    return offered(_spans(hours, zone, tx.now), zone, tx.now), str(zone)


async def _hours(tx: Tx, channel_id: UUID, queue_id: UUID) -> tuple[BusinessHours | None, ZoneInfo]:
    terms = await tx.levels.terms_of(channel_id, queue_id)
    hours = (await rules_for(tx, [terms.key]))[terms.key].opening_hours if terms is not None else None
    name = hours.zone if hours is not None else str((await read_settings(tx))["reports.time_zone"])
    return hours, zone_of(name)


def _spans(hours: BusinessHours | None, zone: ZoneInfo, now: datetime) -> Iterator[Window]:
    if hours is None:
        yield from days(zone, now)
        return
    at, last = now, now + AHEAD
    while (begin := hours.next_open(at, last - at)) is not None:
        at = hours.next_close(begin, last - begin) or last
        yield Window(starts_at=begin, ends_at=at)
        if at >= last:
            return
