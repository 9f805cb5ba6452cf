"""Cases 1 and 2: what is delivered several times is there once, and a process that dies loses and doubles nothing."""

import asyncio
import contextlib

from unisono.testing.conformance.case import Broken, case, expect
from unisono.testing.conformance.side import Side
from unisono.testing.conformance.trap import Crash

_MOST_COMMITS = 25


@case(1, "the same item three times at once is one item")
async def three_times_at_once(side: Side) -> None:
    """By push where the network pushes, by three nodes that pull at once, by a browser that sends again."""
    text = side.words("Wo bleibt mein Paket?")
    item = await side.lab.say(text)
    caps = side.facts.caps
    if caps.webhook:
        answers = await asyncio.gather(*(side.push(item) for _ in range(3)))
        refused = [answer.status for answer in answers if answer.status >= 300]
        expect(not refused, f"Of three pushes of the same item {len(refused)} were refused, with status {refused[:1]}.")
    if caps.pull:
        await asyncio.gather(*(side.pull() for _ in range(3)))
    if not caps.webhook and not caps.pull:
        await side.lab.repeat(item, 3)
    await asyncio.gather(*(side.read() for _ in range(3)))
    await side.hear()
    await side.once(text)
    expect(await side.interactions() == 1, f"One item opened {await side.interactions()} enquiries.")


@case(2, "a process that dies between fetch and commit loses nothing and doubles nothing")
async def dies_at_any_commit(side: Side) -> None:
    """The process dies before and after each commit of taking an item in, and another one goes on."""
    for committed in (False, True):
        for place in range(_MOST_COMMITS):
            text = side.words(f"Hallo {place}")
            await _heard_to_death(side, text, place, committed=committed)
            died = side.stage.trap.sprung
            side.stage.trap.disarm()
            await side.hear()
            await side.once(text)
            if not died:
                expect(place > 0, "Taking an item in wrote nothing.")
                break
        else:
            raise Broken(f"One item needs more than {_MOST_COMMITS} transactions.")


async def _heard_to_death(side: Side, text: str, place: int, *, committed: bool) -> None:
    """Let the house die at a transaction while it hears a text; a network that was not thanked pushes again."""
    caps = side.facts.caps
    if not caps.webhook and not caps.pull:
        # Where the house is the network, the customer's side notices and sends it again.
        side.stage.trap.set(place, committed=committed)
    said = await side.lab.say(text)
    if caps.webhook or caps.pull:
        side.stage.trap.set(place, committed=committed)
    if caps.webhook and (place % 2 or not caps.pull):
        answer = await side.push(said)
        stored = not side.stage.trap.sprung or committed
        expect(answer.status >= 500 or stored, f"The network was thanked (status {answer.status}) for what is not stored.")
        if answer.status >= 300:
            answer = await side.push(said)
            expect(answer.status < 300, f"A push that is sent again after a crash is refused with status {answer.status}.")
    with contextlib.suppress(Crash):
        if caps.pull:
            await side.pull()
        await side.read()
