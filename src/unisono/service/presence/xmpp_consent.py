"""Consent to presence at XMPP: whether one's own account counts here, and whether one is shown to colleagues there."""

from uuid import UUID

from unisono.domain.errors import NotFound
from unisono.presence.words import Source
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.presence.match_work import match_work
from unisono.service.presence.settle import PRESENCE_BELL, settle


async def follow_on_xmpp(outside: Outside, access: Access, account_id: UUID, on: bool) -> None:
    """Let the presence of one's own linked account count, or no longer: what it said is erased. Raises NotFound."""
    async with outside.db.write() as tx:
        if not await tx.xmpp.follow(account_id, access.user_id, on):
            raise NotFound("You have no such linked XMPP account; reload the page.", code="no_xmpp_account")
        if not on:
            await tx.presence.forget_words(access.user_id, Source.XMPP, str(account_id))
            await settle(tx, [access.user_id])
    await outside.bell.ring(PRESENCE_BELL)
    await match_work(outside.db, access.user_id)


async def show_on_xmpp(outside: Outside, access: Access, on: bool) -> None:
    """Be shown to colleagues' XMPP programs, or no longer: who saw one is forgotten."""
    async with outside.db.write() as tx:
        await tx.xmpp.show(access.user_id, on)
