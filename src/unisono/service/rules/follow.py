"""Rules that wait for what happens later: the log is followed, and what waits is looked at.

The place in the log moves in the transaction that records what the rules did, so that a crash repeats nothing and leaves nothing
out. What a rule itself brought about is no occasion for another.
"""

from typing import Final
from uuid import UUID

import structlog

from unisono.domain.errors import UnisonoError
from unisono.policy.rules.language import Trigger
from unisono.service.channel_context import Outside
from unisono.service.ports import LoggedEvent, Tx
from unisono.service.rules.apply import Occasion, active_rules, apply_rules

FOLLOWER: Final = "rules"
BATCH: Final = 20
PAUSE_S: Final = 5.0
_TRIGGERS: Final = {
    "interaction.warned": Trigger.WARNED, "interaction.breached": Trigger.BREACHED, "answer.queued": Trigger.ANSWERED,
    "interaction.wrapped_up": Trigger.WRAPPED_UP, "conversation.tagged": Trigger.TAGGED,
}  # fmt: skip
_log = structlog.get_logger("rules")


async def follow_rules(outside: Outside) -> None:
    """Follow until cancelled."""
    async with outside.bell.listen("events") as listener:
        while True:
            try:
                while await follow_log(outside):
                    pass
                while await look_at_waiting(outside):
                    pass
            except UnisonoError as error:
                _log.error("rules_paused", code=error.code)
            except Exception as error:
                _log.error("rules_failed", exc_info=error)
            await outside.clock.sleep(0.5)
            await listener.wait(PAUSE_S)


async def follow_log(outside: Outside) -> bool:
    """Apply the rules to the next events; tells whether there is more. Nothing while another node does."""
    rings: set[str] = set()
    async with outside.db.write() as tx:
        taken = await tx.followers.take(FOLLOWER)
        if taken is None:
            return False
        head = await tx.log.head()
        if taken[0] is None:
            # Whoever begins to follow begins now: what is past has been dealt with without rules.
            await tx.followers.move(FOLLOWER, head)
            return False
        events = await tx.followers.next_events(taken[0], list(_TRIGGERS), BATCH)
        rules = await active_rules(tx, *_TRIGGERS.values()) if events else []
        full = len(events) == BATCH
        place = events[-1].cursor if full else max(head, taken[0])
        done: list[UUID] = []
        for event in events:
            interaction_id = await _about(tx, event)
            if interaction_id is None or event.body.get("rule_id") or event.body.get("on") is False:
                continue
            occasion = Occasion(interaction_id=interaction_id, key=f"event:{event.cursor.id}")
            rings |= await apply_rules(tx, outside, rules, _TRIGGERS[event.type], [occasion], done)
            if done:
                # What is done to the next enquiry is a transaction of its own: its work is not locked after this one's people.
                full, place = True, event.cursor
                break
        if place != taken[0]:
            await tx.followers.move(FOLLOWER, place)
    for bell in sorted(rings):
        await outside.bell.ring(bell)
    return full


async def _about(tx: Tx, event: LoggedEvent) -> UUID | None:
    """Return the enquiry that an event is about: its own, else the newest of its conversation."""
    if event.interaction_id is not None or event.conversation_id is None:
        return event.interaction_id
    last = (await tx.talk.interactions_of([event.conversation_id])).get(event.conversation_id)
    return last.id if last else None


async def look_at_waiting(outside: Outside) -> bool:
    """Apply the rules of waiting to what has waited so long; tells whether there is more."""
    async with outside.db.read() as tx:
        rules = await active_rules(tx, Trigger.WAITING)
    more = False
    for rule in rules:
        rings: set[str] = set()
        async with outside.db.write() as tx:
            if await tx.followers.take(FOLLOWER) is None:
                return False
            found = await tx.rules.too_long_waiting(rule.id, rule.after_s or 0, BATCH)
            looked: list[UUID] = []
            done: list[UUID] = []
            for one in found:
                occasion = Occasion(interaction_id=one, key="waiting")
                rings |= await apply_rules(tx, outside, [rule], Trigger.WAITING, [occasion], done)
                looked.append(one)
                if done:
                    break
            more = more or len(looked) < len(found) or len(found) == BATCH
            await tx.rules.looked(rule.id, looked)
        for bell in sorted(rings):
            await outside.bell.ring(bell)
    return more
