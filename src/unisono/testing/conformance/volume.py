"""Case 22: as many items as a bad day brings, at the rate that the connector states."""

import time

from unisono.testing.conformance.case import case, expect
from unisono.testing.conformance.side import Side

_LONGEST_PULLS = 400


@case(22, "ten thousand items are all there once, taken in at the stated rate")
async def volume(side: Side) -> None:
    """Customers say many things as quickly as their network takes them; the house's part is held against the clock.

    What the network itself takes to answer a pull is not the house's part, as far as a proxy saw it.
    """
    wanted = side.effort.volume
    mark = side.words("Menge")
    texts = [f"{mark} {number:06d}" for number in range(wanted)]
    begun = time.perf_counter()
    await side.lab.flood(texts)
    if side.facts.caps.pull:
        # What customers did is the network's time as well.
        begun = time.perf_counter()
    waited = _waited(side)
    side.stage.http.patient = True
    for _ in range(_LONGEST_PULLS):
        before = await _taken_in(side)
        await side.hear()
        if await _taken_in(side) in (wanted, before):
            break
    seconds = time.perf_counter() - begun - (_waited(side) - waited)
    rows = await side.stage.sql(
        "select t.text from message m join message_text t on t.message_id = m.id where m.channel_id = $1 and m.direction = 'in'",
        side.channel_id,
    )
    stands = [row["text"][row["text"].index(mark) :][: len(texts[0])] for row in rows if mark in row["text"]]
    expect(len(stands) == len(set(stands)), f"Of {wanted} items {len(stands) - len(set(stands))} are doubled.")
    expect(set(stands) == set(texts), f"Of {wanted} items {len(set(texts) - set(stands))} are missing.")
    expect(await side.quarantined() == 0, f"{await side.quarantined()} of {wanted} items went to quarantine.")
    if side.effort.timed:
        rate, stated = wanted / seconds, side.facts.caps.rate_per_s
        expect(rate >= stated, f"{wanted} items took {seconds:.1f} s: {rate:.0f} a second, where {stated} are stated.")


def _waited(side: Side) -> float:
    return sum(wire.proxy.waited_s for wire in side.lab.wires)


async def _taken_in(side: Side) -> int:
    [row] = await side.stage.sql("select count(*) as n from message where channel_id = $1", side.channel_id)
    return int(row["n"])
