"""Cases 5, 14, 15 and 16: each answer once, our own posts known again, what the network reports of them, closed windows."""

import contextlib

from unisono.testing.conformance.case import REPLY, case, expect
from unisono.testing.conformance.side import Side
from unisono.testing.conformance.trap import Crash
from unisono.testing.faultproxy import Effect

_SILENT_S = 3.0
_MOST_COMMITS = 12


@case(5, "an answer whose sending is cut off after the network accepted it stands there exactly once", REPLY)
async def accepted_then_lost(side: Side) -> None:
    """The network's answer is lost, in the middle or for good; the key may be forgotten meanwhile; the sender may die."""
    window_s = side.facts.caps.key_window_s
    for effect, later_s in ((Effect.ACCEPT_THEN_DROP, 0), (Effect.ACCEPT_THEN_HANG, 0), (Effect.ACCEPT_THEN_DROP, window_s)):
        for wire in side.sends():
            if later_s is None:
                continue
            line = await side.say(side.words("Eine Frage"))
            text = side.words("Eine Antwort")
            fault = wire.proxy.add(effect, wire.sends, delay_s=_SILENT_S)
            message_id = await side.answer(line, text)
            await side.attempt()
            expect(fault.hits, "The lab says by which request an answer is handed over, but no such request was made.")
            if later_s:
                side.clock.advance(later_s + 60)
            await _settled_once(side, message_id, text)
    await _dies_while_sending(side)


async def _dies_while_sending(side: Side) -> None:
    for committed in (False, True):
        for place in range(_MOST_COMMITS):
            line = await side.say(side.words("Noch eine Frage"))
            text = side.words("Noch eine Antwort")
            message_id = await side.answer(line, text)
            side.stage.trap.set(place, committed=committed)
            with contextlib.suppress(Crash):
                await side.attempt()
            died = side.stage.trap.sprung
            side.stage.trap.disarm()
            side.restart_sender()
            await _settled_once(side, message_id, text)
            if not died:
                break


async def _settled_once(side: Side, message_id: object, text: str) -> None:
    parcel = await side.delivered(message_id)  # type: ignore[arg-type]
    shown = await side.shown_once(text)
    expect(parcel.remote_id == shown.remote_id, f"The house says {parcel.remote_id}, the network {shown.remote_id}.")
    if side.facts.caps.pull:
        await side.hear()
    await side.once(text)
