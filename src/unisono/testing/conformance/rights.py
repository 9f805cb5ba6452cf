"""Case 7: tokens that expire are renewed once, and a withdrawn authorisation stops sending alone."""

import asyncio

from unisono.domain.words import ChannelState
from unisono.service.channels import change_channel
from unisono.service.ports.setup import ChannelChange
from unisono.testing.conformance.case import OUTSIDE, SECRETS, case, expect
from unisono.testing.conformance.side import Side

_WORKERS = 20


@case(7, "an expired token is renewed once for twenty workers; a withdrawn one loses nothing", SECRETS, OUTSIDE)
async def expired_and_withdrawn(side: Side) -> None:
    """The token expires between two pages of a pull; then the authorisation is withdrawn and given anew."""
    if side.facts.caps.refresh:
        await _expires(side)
    await _is_withdrawn(side)


async def _expires(side: Side) -> None:
    texts = [side.words(f"Seite {number}") for number in range(3)]
    for text in texts:
        await side.lab.say(text)
    stream = side.facts.manifest.streams[0]
    async with side.stage.outside.db.read() as tx:
        cursor = await tx.inbox.cursor(side.channel_id, stream)
    workers = [await side.connector() for _ in range(_WORKERS)]
    page = await workers[0].pull(stream, cursor, 1)
    before = await side.lab.renewals()
    await side.lab.expire()
    results = await asyncio.gather(*(one.pull(stream, page.next_cursor, 1) for one in workers), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    expect(not failed, f"{len(failed)} of {_WORKERS} pulls failed when the token had expired between two pages: {failed[:1]}")
    renewed = await side.lab.renewals() - before
    expect(renewed == 1, f"{_WORKERS} workers renewed one expired token {renewed} times.")
    await side.hear()
    await side.once(*texts)
    if side.facts.caps.reply:
        await side.lab.expire()
        text = side.words("Antwort")
        await side.delivered(await side.answer(await side.line(texts[0]), text))
        await side.shown_once(text)


async def _is_withdrawn(side: Side) -> None:
    line = await side.say(side.words("Frage"))
    text = side.words("Antwort")
    await side.lab.revoke()
    message_id = await side.answer(line, text) if side.facts.caps.reply else None
    if message_id is not None:
        await side.attempt()
        parcel = await side.parcel(message_id)
        expect(parcel.state == "retrying", f"Without authorisation an answer is {parcel.state} ({parcel.error_code}).")
        expect(parcel.attempts == 0, "A missing authorisation was counted as a failed attempt.")
        await _needs_somebody(side, "after an answer was refused")
    missed = side.words("Inzwischen")
    if side.facts.caps.pull:
        before = await _cursors(side)
        await side.lab.say(missed)
        told = await side.pull()
        expect(
            told.health is not None and told.health.state is ChannelState.REAUTH_NEEDED,
            f"A pull without authorisation is {told.health.state.value if told.health else 'the fault of the store'}.",
        )
        await _needs_somebody(side, "after a pull was refused")
        expect(await _cursors(side) == before, "A pull without authorisation moved the cursor.")
    fresh = dict(await side.lab.authorise())
    await change_channel(side.stage.outside, side.stage.access, side.channel_id, ChannelChange(), secrets=fresh)
    expect((await side.state())[0] == ChannelState.OK.value, "A new authorisation did not make the channel well again.")
    if side.facts.caps.pull:
        await side.hear()
        await side.once(missed)
    if message_id is not None:
        await side.delivered(message_id)
        await side.shown_once(text)


async def _needs_somebody(side: Side, when: str) -> None:
    state, what = await side.state()
    expect(state == ChannelState.REAUTH_NEEDED.value, f"The channel is {state} {when}; nobody is asked for a new authorisation.")
    expect(what, f"The channel does not say what to do {when}.")


async def _cursors(side: Side) -> list[tuple[str, str]]:
    rows = await side.stage.sql("select stream, cursor from channel_cursor where channel_id = $1 order by 1", side.channel_id)
    return [(row["stream"], row["cursor"]) for row in rows]
