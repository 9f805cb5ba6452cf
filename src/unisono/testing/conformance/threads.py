"""Cases 11, 12 and 13: who can read it, where it stands, and what becomes of it when its author changes their mind."""

import msgspec

from unisono.contract import Sent, ThreadRef
from unisono.domain.errors import Invalid
from unisono.domain.words import Visibility
from unisono.service.search import search
from unisono.testing.conformance.case import CHANGES, REPLY, THREADS, Broken, case, expect
from unisono.testing.conformance.side import Line, Side
from unisono.testing.lab import ANNA, BEN, Item


@case(11, "public and private are never crossed", REPLY)
async def never_crossed(side: Side) -> None:
    """Each answer stands where its thread does; one that was written for the other kind of thread goes nowhere."""
    kinds = side.facts.caps.visibilities
    for visibility in kinds:
        line = await side.say(side.words("Frage"), visibility=visibility)
        expect(line.visibility == visibility.value, f"What was said in {visibility.value} was taken in as {line.visibility}.")
        await _stands(side, line, visibility)
        await _other_kind_refused(side, line)
    if side.facts.caps.private_replies_max is not None:
        await _answered_privately(side)
    elif side.facts.caps.private_reply:
        post = side.words("Öffentlich")
        said = await side.lab.say(post, visibility=Visibility.PUBLIC)
        line = await side.say(side.words("Lieber privat"), visibility=Visibility.PRIVATE, to=said)
        expect(line.links_to, "A private thread that was born from a post does not know the post.")
        await _stands(side, line, Visibility.PRIVATE)
    for visibility in set(Visibility) - set(kinds):
        line = await side.say(side.words("Frage"))
        text = side.words("Für eine andere Art von Gespräch")
        thread = side.message(line, text).thread
        connector = await side.connector()
        result = await connector.send(side.message(line, text, thread=_as(thread, visibility)), 1)
        expect(
            not isinstance(result, Sent), f"The connector sends into a {visibility.value} thread, a kind that it does not state."
        )
        expect(not await side.shown(text), f"An answer for a {visibility.value} thread stands at the network.")


async def _answered_privately(side: Side) -> None:
    """What may be answered privately so many times reaches its author alone, and once more is refused."""
    line = await side.say(side.words("Lieber privat"), visibility=Visibility.PUBLIC)
    assert side.facts.caps.private_replies_max is not None
    connector = await side.connector()
    for _ in range(side.facts.caps.private_replies_max):
        text = side.words("Unter uns")
        thread = ThreadRef(visibility=Visibility.PRIVATE, root_id=f"reply:{line.remote_id}", links_to=line.root_remote_id)
        message = side.message(line, text, thread=thread, private_reply_to=line.remote_id)
        result = await connector.send(message, 1)
        expect(isinstance(result, Sent), f"A private answer to a post is not sent: {result}")
        shown = await side.shown_once(text)
        expect(shown.visibility is Visibility.PRIVATE, "A private answer to a post stands there in public.")
        expect(shown.recipient == ANNA, f"A private answer for anna reached {shown.recipient or 'nobody that the lab knows'}.")
    text = side.words("Noch einmal unter uns")
    result = await connector.send(side.message(line, text, thread=thread, private_reply_to=line.remote_id), 1)
    expect(not isinstance(result, Sent), "More private answers went out than the network allows.")
    expect(not await side.shown(text), "A private answer too many stands at the network.")


def _as(thread: ThreadRef, visibility: Visibility) -> ThreadRef:
    return msgspec.structs.replace(thread, visibility=visibility)


async def _stands(side: Side, line: Line, visibility: Visibility) -> None:
    text = side.words("Antwort")
    await side.delivered(await side.answer(line, text))
    shown = await side.shown_once(text)
    expect(shown.visibility is visibility, f"An answer to a {visibility.value} thread stands there as {shown.visibility.value}.")
    if visibility is Visibility.PRIVATE:
        expect(shown.recipient == ANNA, f"A private answer for anna reached {shown.recipient or 'nobody that the lab knows'}.")


async def _other_kind_refused(side: Side, line: Line) -> None:
    [other] = set(Visibility) - {Visibility(line.visibility)}
    text = side.words("Falsch")
    try:
        await side.answer(line, text, visibility=other.value)
    except Invalid as error:
        expect(error.code == "visibility", f"An answer for the other kind of thread is refused for another reason: {error}")
    else:
        raise Broken(f"An answer that was written as {other.value} was accepted for a {line.visibility} thread.")
    await side.attempt()
    expect(not await side.shown(text), "An answer that was written for the other kind of thread stands at the network.")


@case(12, "root and parent are right at depth three, and with a parent that is gone", THREADS)
async def roots(side: Side) -> None:
    """A thread of one customer, another one who joins in, and one in whose middle something is lost."""
    chain = await _chain(side, ("Wurzel", "Zweig", "Blatt"))
    joined = side.words("Ich auch")
    await side.lab.say(joined, who=BEN, to=chain[1][1])
    await side.hear()
    lines = [await side.line(text) for text, _ in chain]
    expect(len({line.conversation_id for line in lines}) == 1, "A thread of one customer fell into several conversations.")
    expect({line.root_remote_id for line in lines} == {lines[0].remote_id}, "The root of a thread is not its first item.")
    parents = [line.parent_remote_id for line in lines]
    expect(parents == [None, lines[0].remote_id, lines[1].remote_id], f"The parents of a thread are {parents}.")
    ben = [line for line in await side.lines() if joined in line.text]
    expect(len(ben) == 1, "What another customer said in the thread was not taken in.")
    expect(ben[0].conversation_id != lines[0].conversation_id, "Two customers share one conversation.")
    expect(ben[0].root_remote_id == lines[0].root_remote_id, "What another customer said in a thread has another root.")
    if side.facts.caps.reply:
        text = side.words("Antwort in der Tiefe")
        await side.delivered(await side.answer(lines[2], text))
        shown = await side.shown_once(text)
        expect(shown.to == chain[2][1].handle, "An answer to the third item of a thread stands under another one.")
    await _with_a_gap(side)


async def _chain(side: Side, words: tuple[str, ...]) -> list[tuple[str, Item]]:
    chain: list[tuple[str, Item]] = []
    for word in words:
        text = side.words(word)
        chain.append((text, await side.lab.say(text, to=chain[-1][1] if chain else None)))
    return chain


async def _with_a_gap(side: Side) -> None:
    chain = await _chain(side, ("Wurzel zwei", "Wird verloren", "Bleibt"))
    await side.lab.lose(chain[1][1])
    await side.hear()
    left = await side.line(chain[2][0])
    below = side.words("Darunter")
    await side.lab.say(below, to=chain[2][1])
    await side.hear()
    expect((await side.line(below)).conversation_id == left.conversation_id, "Below a lost item every message is alone.")
    if side.facts.caps.reply:
        text = side.words("Antwort unter der Lücke")
        await side.delivered(await side.answer(left, text))
        await side.shown_once(text)


@case(13, "what authors change, take back or leave behind changes and goes here too", CHANGES)
async def changes(side: Side) -> None:
    """An edit, a deletion and the end of an account reach transcript, search and stored bytes."""
    caps = side.facts.caps
    if caps.edits:
        old, new = side.words("Ursprünglich"), side.words("Berichtigt")
        item = await side.lab.say(old)
        await side.hear()
        line = await side.line(old)
        side.clock.advance(600)
        await side.lab.edit(item, new)
        await side.hear()
        expect((await side.line(new)).id == line.id, "An edited message became another one.")
        expect(not await side.having(old), "The text before the edit still stands in the transcript.")
    if caps.deletes:
        text = side.words("Zurückgenommen Zebrastreifen")
        item = await side.lab.say(text)
        await side.hear()
        line = await side.line(text)
        side.clock.advance(600)
        await side.lab.delete(item)
        await side.hear()
        await _is_gone(side, [line], text, "A deleted message")
    if caps.account_deletion:
        text = side.words("Von jemandem, der geht")
        await side.lab.say(text, who=BEN)
        await side.hear()
        line = await side.line(text)
        side.clock.advance(600)
        await side.lab.leave(BEN)
        await side.hear()
        await _is_gone(side, [line], text, "What somebody said whose account is gone")


async def _is_gone(side: Side, lines: list[Line], text: str, what: str) -> None:
    expect(not await side.having(text), f"{what} still stands in the transcript.")
    found = await search(side.stage.outside.db, side.stage.access, f'"{text.partition(" (")[0]}"', None, 50)
    expect(not {hit.message.id for hit in found.items} & {line.id for line in lines}, f"{what} is still found by searching.")
    rows = await side.stage.sql(
        "select count(*) as n from inbox where channel_id = $1 and position($2::bytea in body) > 0", side.channel_id,
        text.partition("(")[2].rstrip(")").encode(),
    )  # fmt: skip
    expect(rows[0]["n"] == 0, f"{what} still stands in the stored bytes of the inbox.")
