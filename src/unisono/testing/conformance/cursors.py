"""Cases 3 and 4: where a pull begins, and what is told when something was missed for good."""

import re

from unisono.testing.conformance.case import PULL, RETENTION, THREADS, case, expect
from unisono.testing.conformance.side import Side
from unisono.testing.lab import Item

_GARBAGE = ("", "garbage", "\ufffd\u2028", "{}", '{"v": 99, "at": "1"}', '{"v": 1, "at": null}', "9" * 400, "[" * 2_000, "null")
_LAST_NUMBER = re.compile(r"(\d+)(?=\D*$)")
_YEAR = re.compile(r"20\d\d(?=-)")
_PAGE = 200


@case(3, "a cursor resumes; an old one, one from the future and garbage lose nothing and double nothing", PULL)
async def resumes(side: Side) -> None:
    """Cursors are put back, put forward and spoilt in the store, as an operator, a restored backup or a bug does."""
    first = side.words("Erstens")
    await side.say(first)
    early = await _cursors(side)
    said = [first, side.words("Zweitens"), side.words("Drittens")]
    for text in said[1:]:
        await side.say(text)
    newest = await _cursors(side)
    await _begins_where_it_ended(side, newest)
    await _put(side, early)
    await side.hear()
    await side.once(*said)
    spoilt: list[dict[str, str | None]] = [dict.fromkeys(newest, text) for text in _GARBAGE]
    ahead = [{stream: later(cursor) for stream, cursor in newest.items()} for later in (_much_later, _next_millennium)]
    for cursors in (*spoilt, *ahead):
        await _put(side, cursors)
        said.append(side.words("Noch etwas"))
        await side.lab.say(said[-1])
        await side.hear()
        await side.hear()
        await side.once(*said)
    await _any_order(side)


async def _begins_where_it_ended(side: Side, cursors: dict[str, str | None]) -> None:
    """An overlap is normal, beginning anew each time is not."""
    connector = await side.connector()
    anew = sum([len((await connector.pull(stream, None, _PAGE)).raws) for stream in cursors])
    resumed = sum([len((await connector.pull(stream, cursor, _PAGE)).raws) for stream, cursor in cursors.items()])
    expect(resumed < anew, f"With the newest cursor a pull brings {resumed} items again, without one {anew}.")


async def _any_order(side: Side) -> None:
    """Items of one thread come last to first; they stand in the order in which they were said, in one conversation."""
    before = await _cursors(side)
    said: list[str] = []
    last: Item | None = None
    for word in ("Anfang", "Mitte", "Schluss"):
        said.append(side.words(word))
        follows = last if THREADS.met(side.facts) else None
        last = await side.lab.say(said[-1], to=follows)
        side.clock.advance(5)
    connector = await side.connector()
    raws = [raw for stream, cursor in before.items() for raw in (await connector.pull(stream, cursor, _PAGE)).raws]
    for raw in reversed(raws):
        await side.put([raw])
        await side.read()
    stands = [line for line in await side.lines() if any(text in line.text for text in said)]
    order = [next(text for text in said if text in line.text) for line in stands]
    expect(order == said, f"Taken in from last to first, the thread reads {order} and not {said}.")
    if THREADS.met(side.facts):
        expect(len({line.conversation_id for line in stands}) == 1, "Taken in from last to first, the thread fell apart.")
    await side.hear()
    await side.once(*said)


@case(4, "what the network no longer keeps is raised as a gap, once, and the channel goes on", PULL, RETENTION)
async def gap(side: Side) -> None:
    """Something is said and forgotten by the network before we come back."""
    first, missed, after = side.words("Vorher"), side.words("Verpasst"), side.words("Nachher")
    await side.say(first)
    await side.lab.say(missed)
    side.clock.advance(60)
    await side.lab.forget()
    await side.lab.say(after)
    await side.hear()
    expect(await side.events("gap.found") == 1, "The network forgot items that were never pulled, and nobody was told.")
    async with side.stage.outside.db.read() as tx:
        health = await tx.setup.channel_health(side.channel_id)
    expect(health is not None and health.gaps, "The gap does not stand in the channel's condition.")
    await side.once(first, after)
    later = side.words("Danach")
    await side.say(later)
    expect(await side.events("gap.found") == 1, "One gap was told more than once.")


async def _cursors(side: Side) -> dict[str, str | None]:
    rows = await side.stage.sql("select stream, cursor from channel_cursor where channel_id = $1", side.channel_id)
    return {row["stream"]: row["cursor"] for row in rows}


async def _put(side: Side, cursors: dict[str, str | None]) -> None:
    async with side.stage.outside.db.write() as tx:
        for stream, cursor in cursors.items():
            await tx.inbox.set_cursor(side.channel_id, stream, cursor)


def _much_later(cursor: str | None) -> str | None:
    return _LAST_NUMBER.sub(lambda found: str(int(found[1]) + 1_000_000), cursor) if cursor else cursor


def _next_millennium(cursor: str | None) -> str | None:
    return _YEAR.sub("2999", cursor) if cursor else cursor
