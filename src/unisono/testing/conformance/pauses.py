"""Cases 6 and 21: a network that asks for quiet gets it, and answers do not wait for what is only listened to."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from unisono.contract import BudgetSpent, Purpose
from unisono.domain.words import ChannelState
from unisono.service.budgets import ChannelBudgets
from unisono.service.intake import ChannelRunner
from unisono.service.sender import Sender
from unisono.testing.conformance.case import OUTSIDE, PULL, REPLY, case, expect
from unisono.testing.conformance.side import Line, Side
from unisono.testing.faultproxy import Pause

_PAUSE_S = 90.0
_SHORT_PAUSE_S = 4.0
_LONGEST_S = 3_600.0
Holds = Callable[[], Awaitable[bool]]


@case(6, "asked for a pause, in whatever way, the house keeps it, tells of it, and loses nothing", OUTSIDE)
async def keeps_the_pause(side: Side) -> None:
    """The network says when to come back in seconds, as an instant, or not at all; to a pull and to an answer."""
    for pause in Pause:
        if side.facts.caps.pull:
            await _reading(side, pause)
        if side.facts.caps.reply:
            await _sending(side, pause)


async def _reading(side: Side, pause: Pause) -> None:
    text = side.words("Kommt später")
    await side.lab.say(text)
    await side.lab.throttle(pause, _PAUSE_S, sends=False)
    told = await side.pull()
    state = told.health.state if told.health else ChannelState.OK
    expect(state is not ChannelState.OK, "A pull that the network refused was taken for a success.")
    expect((await side.state())[0] == state.value, "That the network refuses to be read cannot be seen in the channel's state.")
    if pause is not Pause.NONE and not any(wire.proxy.raw for wire in side.reads()):
        asked = told.after_s or 0.0
        expect(state is ChannelState.THROTTLED, f"A rate limit makes the channel {state.value}, not throttled.")
        expect(_PAUSE_S - 5 <= asked <= 2 * _PAUSE_S, f"Asked ({pause.value}) for {_PAUSE_S:.0f} s, a pull waits {asked:.0f} s.")
    await side.calm()
    await side.hear()
    await side.once(text)


async def _sending(side: Side, pause: Pause) -> None:
    line = await side.say(side.words("Frage"))
    text = side.words("Antwort")
    message_id = await side.answer(line, text)
    await side.lab.throttle(pause, _PAUSE_S, sends=True)
    now = side.clock.now()
    await side.attempt()
    parcel = await side.parcel(message_id)
    expect(parcel.state == "retrying", f"An answer that the network asked to send later is {parcel.state} ({parcel.error_code}).")
    waits = (parcel.next_at - now).total_seconds()
    if any(wire.proxy.raw for wire in side.sends()) or pause is Pause.NONE:
        expect(1 <= waits <= _LONGEST_S, f"Asked for a pause of unknown length, the answer waits {waits:.0f} s.")
    else:
        expect(_PAUSE_S - 5 <= waits <= 2 * _PAUSE_S, f"Asked ({pause.value}) for {_PAUSE_S:.0f} s, it waits {waits:.0f} s.")
        expect(parcel.attempts == 0, "A rate limit was counted as a failed attempt.")
    expect(await side.attempt() == 0, "The answer was tried again within the pause.")
    await side.delivered(message_id)
    await side.shown_once(text)


@case(21, "a network that wants to be read less is still answered, and no hint breaks its pause", OUTSIDE, PULL, REPLY)
async def answers_first(side: Side) -> None:
    """Intake and sender run as they do in a house; reading is throttled, news and an answer come meanwhile."""
    line = await side.say(side.words("Frage"))
    await side.lab.throttle(Pause.RETRY_AFTER, _SHORT_PAUSE_S, sends=False)
    told = all(not wire.proxy.raw for wire in side.reads())
    runner = ChannelRunner(side.stage.outside, await side.channel(), "conformance")
    sender = Sender(side.stage.outside, "conformance-runs")
    tasks = [asyncio.create_task(runner.run()), asyncio.create_task(sender.run())]
    try:
        await _until(_refused(side), "a throttled pull is not seen in the channel's state", _SHORT_PAUSE_S)
        refused_at, asked = time.monotonic(), _asked(side)
        news, text = side.words("Neuigkeit"), side.words("Antwort")
        await side.lab.say(news)
        message_id = await side.answer(line, text)
        await _until(_sent(side, message_id), "an answer waits while only reading was throttled", _SHORT_PAUSE_S + 4)
        if told and time.monotonic() - refused_at < _SHORT_PAUSE_S - 1:
            await asyncio.sleep(_SHORT_PAUSE_S - 1 - (time.monotonic() - refused_at))
            more = _asked(side) - asked
            expect(more == 0, f"In the pause that the network asked for it was read {more} times.")
        await _until(_has(side, news), "reading did not go on after the pause", 30.0)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await side.shown_once(text)
    await _answered_without_budget(side, line)


async def _answered_without_budget(side: Side, line: Line) -> None:
    """Reading and listening use up what they may of every shared budget; an answer still goes out, and a pull says why not."""
    manifest, channel = side.facts.manifest, await side.channel()
    shared = {limit.bucket: limit for limit in manifest.limits if limit.scope != "thread" and limit.keep > 0}
    budgets = ChannelBudgets(manifest, channel.id, channel.config, side.stage.outside.ledger, side.clock)
    for bucket, limit in shared.items():
        amount = limit.amount
        while amount:
            try:
                await budgets.take(bucket, Purpose.READ, amount=amount)
            except BudgetSpent:
                amount //= 2
    if not shared:
        return
    told = await side.pull()
    fine = told.health is not None and told.health.state in (ChannelState.OK, ChannelState.THROTTLED)
    expect(fine, f"A spent budget is taken for a failure: {told.health.what if told.health else 'the store'}")
    text = side.words("Antwort trotz allem")
    message_id = await side.answer(line, text)
    await side.attempt()
    spent = (await side.parcel(message_id)).error_code == "budget_spent"
    expect(not spent, "An answer waits because reading has used up what was to be kept for answers.")
    await side.delivered(message_id)
    await side.shown_once(text)


def _asked(side: Side) -> int:
    """Count the requests of pulls so far."""
    return sum(
        1 for wire in side.reads() if wire.reads for seen in wire.proxy.seen if wire.reads.fits(seen.method, seen.path, seen.raw)
    )


def _refused(side: Side) -> Holds:
    async def holds() -> bool:
        return (await side.state())[0] != ChannelState.OK.value

    return holds


def _sent(side: Side, message_id: UUID) -> Holds:
    async def holds() -> bool:
        return (await side.parcel(message_id)).state in ("sent", "delivered", "read")

    return holds


def _has(side: Side, text: str) -> Holds:
    async def holds() -> bool:
        return bool(await side.having(text))

    return holds


async def _until(holds: Holds, otherwise: str, within_s: float) -> None:
    """Look until a condition holds. Raises Broken."""
    ends = time.monotonic() + within_s
    while not await holds():
        expect(time.monotonic() < ends, f"After {within_s:.0f} s {otherwise}.")
        await asyncio.sleep(0.05)
