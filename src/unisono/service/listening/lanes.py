"""Listening on several nodes: whoever holds a source's lease reads it and puts what it says on lanes; every node matches.

A post's lane follows from its id, so that it is deleted after it was stored and never before. The source's place moves once the
lanes keep all that lies before it; a message is done once what was found in it is stored, together with its number, so that a
message that is handed out twice, or that an interrupted node finishes late, counts once.
"""

import asyncio
from binascii import crc32
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from unisono.contract.listening import Heard, Overheard
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.service.channel_context import Outside
from unisono.service.listening.ear import MOST_CHARS, Ear
from unisono.service.listening.take_in import record, take_in
from unisono.service.metrics import LISTENING_LANE_WAITING
from unisono.service.ports import NewEvent
from unisono.service.ports.lanes import LANES, Carried, Lanes
from unisono.service.stopping import heed_cancellation

#: NATS takes a million bytes a message unless somebody says otherwise.
MOST_BYTES: Final = 400_000
MOST_MORE: Final = 4
WAIT_S: Final = 5.0
COUNT_S: Final = 5.0
AGAIN_S: Final = 2.0
_log = structlog.get_logger("listening")


class Load(Struct, frozen=True, kw_only=True):
    """What a message holds."""

    v: int = 1
    source_id: UUID
    network: str
    posts: tuple[Heard, ...] = ()
    gone: tuple[str, ...] = ()
    authors_gone: tuple[str, ...] = ()
    at: datetime | None = None


def lane_of(remote_id: str) -> int:
    """Return by which lane goes what is said of a post."""
    return crc32(remote_id.encode()) % LANES


async def put_on_lanes(outside: Outside, lanes: Lanes, source_id: UUID, network: str, steps: Sequence[Overheard]) -> None:
    """Put some steps of a stream on the lanes, and then write the place behind them. Raises Unavailable; repeats are harmless."""
    place = next((step.place for step in reversed(steps) if step.place), None)
    loads = _loads(source_id, network, steps)
    put = [_put_in_order(lanes, lane, place, some) for lane, some in enumerate(loads) if some]
    for result in await asyncio.gather(*put, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
    gap = any(step.gap for step in steps)
    async with outside.db.write() as tx:
        await tx.listening.heard(source_id, place, None, sum(len(step.posts) for step in steps), 0, gap=gap)
        await record(tx, source_id, "")
        if gap:
            tx.emit(NewEvent(type="source.gap_found", body={"source_id": source_id}))


async def _put_in_order(lanes: Lanes, lane: int, place: str | None, loads: list[Load]) -> None:
    for load in loads:
        body = msgspec.json.encode(load)
        # The same again, from the same place, is the same message; without a place nothing says that it is.
        key = f"{place}:{blake2b(body, digest_size=16).hexdigest()}" if place else new_id().hex
        await lanes.put(lane, f"{load.source_id}:{lane}:{key}", body)


def _loads(source_id: UUID, network: str, steps: Sequence[Overheard]) -> list[list[Load]]:
    """Part steps by lanes. Whose author is gone may stand in any of them."""
    at = max((at for step in steps for at in (step.at, *(p.said_at for p in step.posts)) if at), default=None)
    posts: list[list[Heard]] = [[] for _ in range(LANES)]
    gone: list[list[str]] = [[] for _ in range(LANES)]
    for step in steps:
        for post in step.posts:
            posts[lane_of(post.remote_id)].append(_cut(post))
        for remote_id in step.gone:
            gone[lane_of(remote_id)].append(remote_id)
    authors = tuple(author for step in steps for author in step.authors_gone)
    found: list[list[Load]] = []
    for lane in range(LANES):
        whole = Load(
            source_id=source_id, network=network, posts=tuple(posts[lane]), gone=tuple(gone[lane]), authors_gone=authors, at=at,
        )  # fmt: skip
        found.append(list(_in_pieces(whole)) if posts[lane] or gone[lane] or authors else [])
    return found


def _in_pieces(load: Load) -> list[Load]:
    """Part a load that is too large for a message; what is gone goes with the last."""
    if len(load.posts) < 2 or len(msgspec.json.encode(load)) <= MOST_BYTES:
        return [load]
    half = len(load.posts) // 2
    first = msgspec.structs.replace(load, posts=load.posts[:half], gone=(), authors_gone=())
    return [*_in_pieces(first), *_in_pieces(msgspec.structs.replace(load, posts=load.posts[half:]))]


def _cut(post: Heard) -> Heard:
    """A post as the ear takes it: nobody writes longer ones by hand."""
    if len(post.text) <= MOST_CHARS and not post.more:
        return post
    more = tuple(one[:MOST_CHARS] for one in post.more[:MOST_MORE])
    return msgspec.structs.replace(post, text=post.text[:MOST_CHARS], more=more)


async def work_lane(outside: Outside, ear: Ear, lanes: Lanes, lane: int) -> None:
    """Match what comes by one lane, until cancelled. What fails is handed out again."""
    while True:
        try:
            carried = await lanes.take(lane, WAIT_S)
            heed_cancellation()
            if carried is not None:
                await take_load(outside, ear, carried)
                await lanes.done(carried)
        except UnisonoError as error:
            _log.warning("lane_paused", lane=lane, code=error.code)
            await asyncio.sleep(AGAIN_S)
        except Exception as error:
            # Whatever a post does to one lane, the others go on; this one comes again.
            _log.error("lane_failed", lane=lane, exc_info=error)
            await asyncio.sleep(AGAIN_S)


async def take_load(outside: Outside, ear: Ear, carried: Carried) -> int:
    """Match one message and store what was found; returns how many mentions are new. What was done before is not done again."""
    try:
        load = msgspec.json.decode(carried.body, type=Load)
    except msgspec.DecodeError as error:
        # Put there by somebody else: it would stop the lane for ever.
        _log.error("lane_unreadable", lane=carried.lane, number=carried.number, error=str(error))
        return 0
    step = Overheard(posts=load.posts, gone=load.gone, authors_gone=load.authors_gone, at=load.at)
    return await take_in(outside, ear, load.source_id, load.network, [step], carried=carried)


async def count_lanes(lanes: Lanes) -> None:
    """Tell how much waits in each lane, until cancelled."""
    while True:
        try:
            for lane, count in enumerate(await lanes.waiting()):
                LISTENING_LANE_WAITING.labels(str(lane)).set(count)
        except UnisonoError as error:
            _log.warning("lanes_uncounted", code=error.code)
        heed_cancellation()
        await asyncio.sleep(COUNT_S)
