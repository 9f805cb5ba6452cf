"""Every message of all channels is held against the monitors: the log is followed, from where it was last left."""

from typing import Final
from uuid import UUID

from unisono.service.listening.ear import Ear
from unisono.service.listening.keep import Found, keep
from unisono.service.ports import Database

FOLLOWER: Final = "listening"
BATCH: Final = 200
_TYPES: Final = ("message.received", "message.edited")


async def follow_messages(db: Database, ear: Ear) -> bool:
    """Look at the next messages; tells whether there is more. What is read is matched outside of any transaction.

    The place moves in the transaction that keeps what was found, and only from where this look began: of two nodes that look
    at the same messages one keeps what it found.
    """
    async with db.write() as tx:
        taken = await tx.followers.take(FOLLOWER)
        if taken is None:
            return False
        began = taken[0]
        head = await tx.log.head()
        if began is None:
            # Whoever begins to listen begins now.
            await tx.followers.move(FOLLOWER, head)
            return False
        events = await tx.followers.next_events(began, list(_TYPES), BATCH)
    full = len(events) == BATCH
    place = events[-1].cursor if full else max(head, began)
    if place == began:
        return False
    ids = [UUID(str(event.body["message_id"])) for event in events if event.body.get("direction", "in") == "in"]
    async with db.read() as tx:
        said = await tx.listening.said_here(list(dict.fromkeys(ids))) if ids else []
    words = await ear.hear([(one.network, one.post) for one in said])
    found = [
        Found(one.network, one.post, by, one.message_id, one.can_become_work) for one, by in zip(said, words, strict=True) if by
    ]
    async with db.write() as tx:
        taken = await tx.followers.take(FOLLOWER)
        if taken is None or taken[0] != began:
            return True
        await keep(tx, ear, found)
        await tx.followers.move(FOLLOWER, place)
    return full
