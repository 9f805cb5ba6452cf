"""What was judged on the way in is written with what it is about, in the same transaction."""

from collections.abc import Iterable
from uuid import UUID

from unisono.service.ports import Tx
from unisono.service.ports.triage import Judged
from unisono.service.understand import Said


async def keep_judgements(tx: Tx, said: Iterable[tuple[UUID, Said]]) -> None:
    """Write what messages were judged to be; what nobody judged is left out."""
    await tx.triage.keep([
        Judged(item_id=message_id, judgement=one.judgement) for message_id, one in said if one.judgement is not None
    ])  # fmt: skip
