"""What the desk reads of calls."""

from uuid import UUID

from unisono.domain.errors import NotFound
from unisono.service.access import Access
from unisono.service.call_views import CallBackView, CallView
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports import Database
from unisono.service.ports.call_backs import KeptWish


async def live_calls(db: Database, access: Access) -> list[CallView]:
    """Return the calls that live now and whose enquiries may be seen, oldest first."""
    async with db.read() as tx:
        ids = [call_id for call_id, access_class, agent_id in await tx.calls.live_places() if access.sees(access_class, agent_id)]
        return await tx.calls.views(ids)


async def call_view(db: Database, access: Access, call_id: UUID) -> CallView:
    """Return one call. Raises NotFound."""
    async with db.read() as tx:
        facts = await tx.calls.get(call_id)
        work = await tx.work.interaction(facts.interaction_id) if facts is not None and facts.interaction_id else None
        if work is None or not access.sees(work.access_class, work.agent_id):
            raise NotFound("This call does not exist, or is not yours to see.")
        return (await tx.calls.views([call_id]))[0]


async def calls_of_conversation(db: Database, access: Access, conversation_id: UUID) -> list[CallView]:
    """Return all calls of a conversation, oldest first. Raises NotFound."""
    async with db.read() as tx:
        conversation = await tx.talk.conversation(conversation_id)
        if conversation is None or not access.sees(conversation.access_class, None):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        return await tx.calls.views(await tx.calls.of_conversation(conversation_id))


async def wishes_of_conversation(db: Database, access: Access, conversation_id: UUID) -> list[CallBackView]:
    """Return the call-backs that were asked for in a conversation, the newest first. Raises NotFound."""
    async with db.read() as tx:
        conversation = await tx.talk.conversation(conversation_id)
        if conversation is None or not access.sees(conversation.access_class, None):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        return [_wish(one) for one in await tx.call_backs.of_conversation(conversation_id)]


def _wish(one: KeptWish) -> CallBackView:
    return CallBackView(
        interaction_id=one.interaction_id, asked_at=instant(one.asked_at), starts_at=maybe_instant(one.starts_at),
        ends_at=maybe_instant(one.ends_at), how=one.how, consent=one.consent, consent_text=one.consent_text,
        consent_language=one.consent_language,
    )  # fmt: skip
