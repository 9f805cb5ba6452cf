"""From the log to what devices are told: the place in the log moves in the transaction that writes it; none is left out."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.actor import access_of
from unisono.service.channel_context import Outside
from unisono.service.ports import LoggedEvent, Tx
from unisono.service.ports.push import Device, Reader, Telling

FOLLOWER: Final = "push"
BATCH: Final = 200
OFFERED: Final = "interaction.offered"
MENTIONED: Final = "note.mentioned"
BREACHED: Final = "interaction.breached"
#: What nobody wants to be told of any more after this long.
LASTS: Final = {MENTIONED: timedelta(days=1), BREACHED: timedelta(hours=1)}
_KINDS: Final = {OFFERED: "offer", MENTIONED: "mention", BREACHED: "deadline"}


async def follow_for_push(outside: Outside) -> bool:
    """Write what the next events mean for devices; tells whether there is more. Nothing while another node does."""
    async with outside.db.write() as tx:
        taken = await tx.followers.take(FOLLOWER)
        if taken is None:
            return False
        head = await tx.log.head()
        devices = await tx.push.devices()
        if taken[0] is None or not devices:
            # Nobody wants to be told: what happens meanwhile is told to nobody later.
            if taken[0] is None or head > taken[0]:
                await tx.followers.move(FOLLOWER, head)
            return False
        events = await tx.followers.next_events(taken[0], list(_KINDS), BATCH)
        readers = await tx.push.readers() if events else {}
        for event in events:
            await tx.push.tell(await _tellings(tx, event, devices, readers))
        full = len(events) == BATCH
        place = events[-1].cursor if full else max(head, taken[0])
        if place != taken[0]:
            await tx.followers.move(FOLLOWER, place)
    return full


async def _tellings(tx: Tx, event: LoggedEvent, devices: list[Device], readers: dict[UUID, Reader]) -> list[Telling]:
    kind = _KINDS[event.type]
    ends = await _ends(tx, event)
    if ends is None or ends <= tx.now:
        return []
    meant = await _meant(tx, event, readers)
    place = {"conversation_id": event.conversation_id, "interaction_id": event.interaction_id}
    return [
        Telling(
            id=new_id(), device_id=device.id, event_id=event.cursor.id, kind=kind, expires_at=ends,
            place={name: str(value) for name, value in place.items() if value},
        )
        for device in devices
        if device.user_id in meant and kind in device.kinds
    ]  # fmt: skip


async def _ends(tx: Tx, event: LoggedEvent) -> datetime | None:
    if event.type == OFFERED:
        return await tx.push.offer_ends(UUID(str(event.body["offer_id"])))
    return event.at + LASTS[event.type]


async def _meant(tx: Tx, event: LoggedEvent, readers: dict[UUID, Reader]) -> set[UUID]:
    """Return whom it concerns. Whoever has logged off from work is left in peace."""
    if event.type == OFFERED:
        found = {event.agent_id}
    elif event.type == MENTIONED:
        found = {UUID(str(event.body["user_id"]))}
    else:
        found = await _late(tx, event, readers)
    return {one for one in found if one is not None and one in readers and readers[one].state != "offline"}


async def _late(tx: Tx, event: LoggedEvent, readers: dict[UUID, Reader]) -> set[UUID | None]:
    """Whoever has it in hand; what nobody has concerns those who lead that work."""
    holder = await tx.push.holder(event.interaction_id) if event.interaction_id else None
    if holder is not None:
        return {holder}
    found: set[UUID | None] = set()
    for user_id in readers:
        access = await access_of(tx, user_id)
        if event.access_class is not None and access.sees(event.access_class, None, "work.supervise"):
            found.add(user_id)
    return found
