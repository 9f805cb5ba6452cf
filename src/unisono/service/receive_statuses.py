"""What a network tells of answers of ours: delivered, read, failed; a later word is never taken back by an earlier one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from unisono.contract.inbound import Status
from unisono.domain.words import DeliveryState, Direction, later_delivery
from unisono.service.ports import Tx
from unisono.service.ports.ledgers import OutboxChange
from unisono.service.ports.talk import KnownMessage
from unisono.service.receive_places import uuid_of


async def take_statuses(
    tx: Tx, statuses: Sequence[Status], known_as: Mapping[str, KnownMessage]
) -> list[tuple[UUID, DeliveryState]]:
    """Write what became of answers and return those that changed, in the order in which they did.

    known_as: messages of the channel by the network's id.
    """
    keys = [key for e in statuses if (key := uuid_of(e.client_key)) is not None]
    by_id = await tx.talk.messages_by_id(keys) if keys else {}
    state: dict[UUID, DeliveryState] = {}
    changed: list[tuple[UUID, DeliveryState]] = []
    for status in statuses:
        key = uuid_of(status.client_key)
        known = by_id.get(key) if key else known_as.get(status.remote_id or "")
        if known is None or known.direction != Direction.OUTBOUND.value:
            continue
        before = state.get(known.id, DeliveryState(known.delivery or DeliveryState.SENT))
        after = later_delivery(before, status.state)
        state[known.id] = after
        if after == before:
            continue
        # Named by our key, it also tells what the network calls a message whose sending nobody saw the end of.
        named = status.remote_id if key and not known.remote_id else None
        await tx.outbox.settle_by_message(
            known.id,
            OutboxChange(state=status.state.value, error_code=status.code, error=status.human, remote_id=named),
        )
        await tx.talk.set_delivery(known.id, after.value, status.code, named)
        changed.append((known.id, after))
    return changed
