"""What a gap left out is fetched by another way, where the network has one; the rest is a person's to know of."""

from uuid import UUID

from unisono.contract.connector import Backfill, Connector
from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.channel_context import INBOX_BELL, Outside
from unisono.service.ports.channels import ChannelFacts

_PAGE = 200
_MOST_PAGES = 500


async def fill_gaps(outside: Outside, channel: ChannelFacts, connector: Connector) -> int:
    """Fetch what open gaps left out; returns how many items were new. Raises what a pull raises; the next round goes on.

    A gap is closed when the network says that nothing of it is lost. Begun anew after a stop it stores nothing twice.
    """
    if not isinstance(connector, Backfill):
        return 0
    async with outside.db.read() as tx:
        gaps = await tx.inbox.unfilled_gaps(channel.id)
    found = 0
    for gap in gaps:
        cursor: str | None = None
        lost, new = False, 0
        for _ in range(_MOST_PAGES):
            page = await connector.backfill(gap.stream, gap.since, gap.found_at, cursor, _PAGE)
            async with outside.db.write() as tx:
                new += await tx.inbox.put(channel.id, page.raws, outside.raw_kept_s)
            lost, cursor = lost or page.gap, page.next_cursor
            if not page.has_more:
                break
        else:
            # More than is fetched at one go: what is left is a person's to know of, not filled.
            lost = True
        async with outside.db.write() as tx:
            await tx.inbox.gap_filled(gap.id, new, closed=not lost)
        found += new
    if found:
        await outside.bell.ring(INBOX_BELL)
    return found


async def close_gap(outside: Outside, access: Access, channel_id: UUID, gap_id: UUID) -> None:
    """Record that somebody knows of a gap and has done what can be done; the next one is told again. Raises NotFound."""
    async with outside.db.write() as tx:
        if not await tx.inbox.close_gap(channel_id, gap_id):
            raise NotFound("This gap does not exist, or is closed.")
        await tx.privacy.audit(access.user_id, "gap.closed", "channel", str(channel_id), {"gap_id": str(gap_id)})
