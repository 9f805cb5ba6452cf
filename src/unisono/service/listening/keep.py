"""What monitors found is written down: once for each post, with its reason, and counted."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from unisono.contract.listening import Heard
from unisono.domain.ids import new_id
from unisono.service.listening.ear import Ear
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.listening import NewMention
from unisono.service.ports.triage import Judgement
from unisono.service.settings import read_settings

Words = dict[UUID, tuple[str, ...]]


class Found(Struct, frozen=True, gc=False):
    """A post that monitors found. message_id: of ours, that it is; can_become_work: it is no enquiry yet and may be answered."""

    network: str
    post: Heard
    words: Words
    message_id: UUID | None = None
    can_become_work: bool = True


async def keep(
    tx: Tx, ear: Ear, found: Sequence[Found], *, source_id: UUID | None = None,
    judgements: Sequence[tuple[UUID, Judgement]] | None = None,
) -> int:  # fmt: skip
    """Write what was found; returns how many posts were new to a monitor.

    A monitor whose finds are to be answered marks its posts as asked, but for what triage puts on the review list.
    judgements: for each post its id as a mention and what it was judged to be. Several in one transaction with the place.
    """
    if not found:
        return 0
    days = int((await read_settings(tx))["listening.mention_days"])
    expires_at = tx.now + timedelta(days=days)
    mentions = []
    for place, one in enumerate(found):
        mention_id, judgement = judgements[place] if judgements else (new_id(), None)
        demoted = judgement is not None and judgement.demoted and not judgement.sampled
        asked = one.can_become_work and not demoted and any(ear.monitor(key).to_work for key in one.words)
        mentions.append(
            NewMention(
                id=mention_id, network=one.network, post=one.post, words=one.words, source_id=source_id,
                message_id=one.message_id, expires_at=expires_at, asked=asked, judgement=judgement,
            )
        )  # fmt: skip
    new = await tx.listening.add_mentions(mentions)
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
