"""What monitors found is written down: once for each post, with its reason, and counted."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from unisono.contract.listening import Heard
from unisono.domain.ids import new_id
from unisono.service.listening.ear import Ear
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.listening import NewMention
from unisono.service.settings import read_settings

Words = dict[UUID, tuple[str, ...]]


async def keep(tx: Tx, ear: Ear, found: Sequence[tuple[str, Heard, Words, UUID | None]], *, source_id: UUID | None = None) -> int:
    """Write (network, post, words by monitor, the message that it is); returns how many posts were new to a monitor.

    A monitor whose finds are to be answered marks its posts as asked. Several in one transaction with the stream's place.
    """
    if not found:
        return 0
    days = int((await read_settings(tx))["listening.mention_days"])
    expires_at = tx.now + timedelta(days=days)
    new = await tx.listening.add_mentions([
        NewMention(
            id=new_id(), network=network, post=post, words=words, source_id=source_id, message_id=message_id,
            expires_at=expires_at,
            asked=message_id is None and any(ear.monitor(one).to_work for one in words),
        )
        for network, post, words, message_id in found
    ])  # fmt: skip
    counted: dict[UUID, int] = {}
    for _, monitor_id in new:
        counted[monitor_id] = counted.get(monitor_id, 0) + 1
    for monitor_id, count in sorted(counted.items()):
        tx.emit(
            NewEvent(
                type="monitor.found", access_class=ear.monitor(monitor_id).access_class,
                body={"monitor_id": monitor_id, "posts": count},
            )
        )  # fmt: skip
    return len({mention_id for mention_id, _ in new})
