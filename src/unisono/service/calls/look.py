"""What the desk reads of calls, and who may be called."""

from uuid import UUID

from unisono.calls.numbers import e164
from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.call_views import CallView
from unisono.service.calls.dialling import number_hash
from unisono.service.ports import Database

MOST_CHARS = 300


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


async def set_do_not_call(db: Database, access: Access, number: str, region: str, *, on: bool) -> None:
    """Put a number on the list of those who do not want to be called, or take it off. Raises Forbidden, Invalid."""
    access.require("agent.manage")
    known = e164(number, region or "DE")
    if known is None:
        raise Invalid("This is no phone number.", code="no_number", field="number")
    async with db.write() as tx:
        await tx.calls.refuse_calls(number_hash(known), access.user_id, on=on)
        await tx.privacy.audit(access.user_id, "do_not_call.changed", "number", number_hash(known).hex()[:16], {"on": on})


async def set_phone(db: Database, access: Access, agent_id: UUID, driver: str, address: str) -> None:
    """Say where an agent's phone rings at a driver; empty: at the desk alone. Raises Forbidden, Invalid, NotFound."""
    access.require("agent.manage")
    if len(address) > MOST_CHARS or not driver or len(driver) > 50:
        raise Invalid(f"An address takes {MOST_CHARS} characters, a driver's name 50.", code="too_long", field="address")
    async with db.write() as tx:
        if await tx.work.agent(agent_id) is None:
            raise NotFound("This person takes no enquiries.")
        await tx.calls.set_phone(agent_id, driver, address.strip())
        await tx.privacy.audit(access.user_id, "agent.phone_changed", "user", str(agent_id), {"driver": driver})
