"""The clocks of what is taken in: counted ahead of the transaction, written in batches."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from unisono.contract.inbound import Created
from unisono.domain.words import InteractionState
from unisono.routing.clocks import Fact, What
from unisono.service.channel_context import Outside
from unisono.service.clocks import Counted, Happened, Opening, ended, feed, opening_of
from unisono.service.ports import Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.talk import OpenInteraction
from unisono.service.understand import Said, Understood


def fact_of(said: Said, event: Created) -> Fact | None:
    """Return what a message means to clocks; None for what is automatic, and for what is not said to us."""
    if event.automatic or not (event.own or event.addressed):
        return None
    if event.own:
        return Fact(str(said.message_id), said.said_at, What.ANSWERED)
    return Fact(str(said.message_id), said.said_at, What.CUSTOMER_SAID, "", event.can_reply.until)


async def look_ahead(outside: Outside, channel: ChannelFacts, batch: Sequence[Understood]) -> Opening:
    """Count, before the transaction, what each message would start if it were the first."""
    async with outside.db.read() as tx:
        opening = await opening_of(tx, channel.id, channel.queue_id, channel.first_response_s)
    now = outside.clock.now()
    for understood in batch:
        for said in understood.said:
            if isinstance(said.event, Created) and not said.event.own:
                fact = fact_of(said, said.event)
                if fact is not None:
                    opening.look_ahead(fact, now)
    return opening


async def count_new(
    tx: Tx, opening: Opening, facts: Mapping[UUID, Sequence[Fact]], before: Mapping[UUID, OpenInteraction]
) -> dict[UUID, Counted]:
    """Return the clocks of interactions that begin, by conversation. `before`: the last one of each conversation."""
    closed = {
        conversation_id: last.id for conversation_id in facts
        if (last := before.get(conversation_id)) is not None and last.state == InteractionState.CLOSED.value
    }  # fmt: skip
    opening, counted = await ended(tx, opening, closed.values()) if closed else (opening, {})
    return {
        conversation_id: opening.opened(some, tx.now, counted.get(closed[conversation_id]) if conversation_id in closed else None)
        for conversation_id, some in facts.items()
    }


async def keep_new(tx: Tx, opening: Opening, opened: Mapping[UUID, Counted]) -> None:
    """Write the clocks of interactions that were opened, by interaction."""
    await tx.levels.keep_clocks([counted.kept(interaction_id, opening.terms.epoch) for interaction_id, counted in opened.items()])
    # Work that goes on may have missed a promise before; new work has not.
    await tx.levels.set_due([c.due(interaction_id) for interaction_id, c in opened.items() if c.reckoning.state])


async def feed_facts(tx: Tx, facts: Sequence[tuple[UUID, Fact]]) -> None:
    """Tell the clocks of open interactions what was said."""
    await feed(
        tx,
        [
            Happened(interaction_id=one, what=fact.what, at=fact.at, id=fact.id, window_ends_at=fact.window_ends_at)
            for one, fact in facts
        ],
    )
