"""Work that lies: the customer wrote, and whoever has it gives no sign."""

from typing import Final

from unisono.domain.words import InteractionState
from unisono.service.give_back import give_back
from unisono.service.ports import Database

BATCH: Final = 50


async def give_back_silent(db: Database) -> int:
    """Return active work to its old place whose agent did nothing for as long as the queue allows; returns how much.

    An answer and a note are signs, and so is having got it just now. Nothing lies while it waits for the customer, is parked or
    wrapped up. Whoever let it lie is not asked first again for a while.
    """
    async with db.read() as tx:
        silent = await tx.hands.silent(BATCH)
    returned = 0
    for interaction_id in silent:
        async with db.write() as tx:
            work = await tx.work.interaction(interaction_id, lock=True)
            if work is None or work.state != InteractionState.ACTIVE.value or not await tx.hands.is_silent(interaction_id):
                continue
            await give_back(tx, work, "silence", avoid=True)
            returned += 1
    return returned
