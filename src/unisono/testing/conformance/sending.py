"""Cases 5, 14, 15 and 16: each answer once, our own posts known again, what the network reports of them, closed windows."""

import contextlib
from datetime import timedelta
from uuid import UUID

from unisono.domain.errors import Invalid
from unisono.testing.conformance.case import ECHO, REPLY, REPLY_WINDOW, STATUSES, Broken, case, expect
from unisono.testing.conformance.side import Line, Side
from unisono.testing.conformance.trap import Crash
from unisono.testing.faultproxy import Effect
from unisono.testing.lab import Shown

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


async def _settled_once(side: Side, message_id: UUID, text: str) -> None:
    parcel = await side.delivered(message_id)
    shown = await side.shown_once(text)
    expect(parcel.remote_id == shown.remote_id, f"The house says {parcel.remote_id}, the network {shown.remote_id}.")
    if side.facts.caps.pull:
        await side.hear()
    await side.once(text)


@case(14, "our own posts come back and are no enquiries", ECHO)
async def echoes(side: Side) -> None:
    """An answer comes back, also before its sending was recorded; a colleague answers from the network's own program."""
    item = await side.lab.say(side.words("Frage"))
    await side.hear()
    opened = await side.interactions()
    [line] = [one for one in await side.lines() if one.direction == "in"]
    elsewhere = side.words("Von einem anderen Programm")
    await side.lab.say_as_us(elsewhere, item)
    await side.hear()
    ours = await _is_ours_once(side, elsewhere)
    expect(ours.conversation_id == line.conversation_id, "What our own account said elsewhere stands in another conversation.")
    if side.facts.caps.reply:
        text = side.words("Antwort")
        await side.delivered(await side.answer(line, text))
        await side.hear()
        await _is_ours_once(side, text)
        await _comes_back_before_it_is_recorded(side, line)
    expect(await side.interactions() == opened, "Our own posts opened enquiries.")


async def _comes_back_before_it_is_recorded(side: Side, line: Line) -> None:
    text = side.words("Zweite Antwort")
    message_id = await side.answer(line, text)
    # The second transaction of an attempt records what came of it.
    side.stage.trap.set(1, committed=False)
    with contextlib.suppress(Crash):
        await side.attempt()
    expect(side.stage.trap.sprung, "An attempt to send recorded nothing.")
    side.restart_sender()
    await side.hear()
    await side.delivered(message_id)
    await side.hear()
    await _is_ours_once(side, text)
    await side.shown_once(text)


async def _is_ours_once(side: Side, text: str) -> Line:
    line = await side.line(text)
    expect(line.direction == "out", "What our own account said was taken for a customer's.")
    return line


@case(15, "what the network reports of an answer comes in any order and never goes back", REPLY, STATUSES)
async def reports(side: Side) -> None:
    """The same reports, in their order and backwards, end in the same state."""
    states = side.lab.reportable()
    ends = []
    for order in (states, tuple(reversed(states))):
        message_id, shown = await _answered(side)
        before = (await side.parcel(message_id)).state
        for state in order:
            await side.lab.report(shown, state)
            await side.hear()
        ends.append((await side.parcel(message_id)).state)
        expect(ends[-1] != before, f"The network reported {', '.join(order)}, and the answer is still {before}.")
    expect(ends[0] == ends[1], f"Reported as {', '.join(states)} an answer ends as {ends[0]}, backwards as {ends[1]}.")


async def _answered(side: Side) -> tuple[UUID, Shown]:
    line = await side.say(side.words("Frage"), visibility=side.lab.reports_on)
    text = side.words("Antwort")
    message_id = await side.answer(line, text)
    await side.delivered(message_id)
    return message_id, await side.shown_once(text)


@case(16, "a reply window that ends while the agent writes stops the answer, in the house and in the outbox", REPLY, REPLY_WINDOW)
async def window(side: Side) -> None:
    """The window ends before the answer is given, and between giving and sending it; a new message opens it again."""
    held = 0
    for visibility in side.facts.caps.visibilities:
        line = await side.say(side.words("Eilt"), visibility=visibility)
        if line.reply_until is None:
            continue
        held += 1
        in_time, waiting, late = side.words("Rechtzeitig"), side.words("Wartet"), side.words("Zu spät")
        await side.delivered(await side.answer(line, in_time))
        message_id = await side.answer(line, waiting)
        side.clock.advance_to(line.reply_until + timedelta(seconds=1))
        parcel = await side.deliver(message_id)
        expect(parcel.error_code == "window_closed", f"An answer after the window ended as {parcel.state} ({parcel.error_code}).")
        try:
            await side.answer(line, late)
        except Invalid as error:
            expect(error.code == "window_closed", f"After the window an answer is refused for another reason: {error}")
        else:
            raise Broken("After the window an answer could still be given.")
        again = await side.say(side.words("Noch da?"), visibility=visibility)
        renewed = side.words("Ja")
        await side.delivered(await side.answer(again, renewed))
        texts = [one.text for one in await side.lab.shown()]
        expect(not any(waiting in text or late in text for text in texts), "An answer after the window reached the network.")
        expect(all(any(one in text for text in texts) for one in (in_time, renewed)), "An answer within the window is missing.")
    expect(held, "The capabilities state a reply window, but no item that was taken in tells when it ends.")
