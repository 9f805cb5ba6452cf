"""What a stream brought is matched, and what was found is stored with how far the stream has come, in one transaction."""

from datetime import datetime
from uuid import UUID

from unisono.contract.listening import Heard, Overheard
from unisono.service.channel_context import Outside
from unisono.service.listening.ear import Ear
from unisono.service.listening.keep import Found, keep
from unisono.service.metrics import LISTENING_LAG_SECONDS, LISTENING_POSTS
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.lanes import Carried
from unisono.service.triage.posts import judged_posts


async def take_in(
    outside: Outside, ear: Ear, source_id: UUID, network: str, steps: list[Overheard], *, carried: Carried | None = None
) -> int:
    """Match some steps of a stream and write what was found, with the place behind them; returns how many mentions are new.

    carried: the message by which they came here from the node that reads the stream. Its number is written with what was found;
    one that was written before, by us or another node, changes nothing. Posts and place were then written by that node.
    """
    posts: list[Heard] = [post for step in steps for post in step.posts]
    words = await ear.hear([(network, post) for post in posts])
    gone = [remote_id for step in steps for remote_id in step.gone]
    authors = [(network, author_id) for step in steps for author_id in step.authors_gone]
    taken_back = set(gone)
    found = [
        Found(network, post, by) for post, by in zip(posts, words, strict=True) if by and post.remote_id not in taken_back
    ]  # fmt: skip
    newest: datetime | None = max(
        (at for step in steps for at in (step.at, *(p.said_at for p in step.posts)) if at), default=None
    )
    if newest is not None:
        # Authors' clocks run ahead; a stream cannot.
        newest = min(newest, outside.clock.now())
    gap = any(step.gap for step in steps)
    place = next((step.place for step in reversed(steps) if step.place), None)
    judgements = await judged_posts(outside, [one.post for one in found])
    async with outside.db.write() as tx:
        if carried is not None and not await tx.listening.lane_done(carried.lane, carried.stream, carried.number):
            return 0
        # A source that was taken away while its posts were on their way: what it brought is still found.
        there = carried is None or await tx.listening.source(source_id) is not None
        new = await keep(tx, ear, found, source_id=source_id if there else None, judgements=judgements)
        if gone:
            await tx.listening.forget_posts(network, gone)
        if authors:
            await tx.listening.forget_authors(authors)
        await tx.listening.heard(source_id, place, newest, len(posts) if carried is None else 0, new, gap=gap)
        if carried is None:
            await record(tx, source_id, "")
        if gap:
            tx.emit(NewEvent(type="source.gap_found", body={"source_id": source_id}))
    LISTENING_POSTS.labels(str(source_id)).inc(len(posts))
    if newest is not None:
        LISTENING_LAG_SECONDS.labels(str(source_id)).set(max(0.0, (outside.clock.now() - newest).total_seconds()))
    return new


async def record(tx: Tx, source_id: UUID, health: str) -> None:
    """Write how a source stands, and tell it where that is news."""
    if await tx.listening.source_health(source_id, health):
        tx.emit(NewEvent(type="source.changed", body={"source_id": source_id}))
