"""What was said: conversations, notes, customers, search, and answers that need repair."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from unisono.service.customer_value import set_customer_value
from unisono.service.erase import EraseResult, erase_customer
from unisono.service.look import (
    ThreadView,
    customer_view,
    dead_letters,
    interaction_if_seen,
    message,
    messages_page,
    thread,
)
from unisono.service.moderate import Deed, moderate
from unisono.service.note import write_note
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.quarantine import quarantined
from unisono.service.reopen import reopen
from unisono.service.repair import discard_answer, discard_item, retry_answer, retry_item
from unisono.service.search import SearchPage, search
from unisono.service.setup_views import QuarantinedView
from unisono.service.views import CustomerView, DeadLetter, MessageView
from unisono.service.writing import Writing, tell_writing
from unisono.web.asking import Asking, Body, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs
from unisono.web.routes.work import InteractionAnswer, MessageAnswer


class NoteBody(Body):
    """A note to colleagues. `message_id` (UUIDv7) is made by the client: the same one twice is one note.

    mentions: colleagues whom it names; each hears of it.
    """

    message_id: UUID
    text: str
    mentions: tuple[UUID, ...] = ()


class WritingBody(Body):
    """What is being written: an answer, a note, or nothing any more."""

    what: Writing


class EraseBody(Body):
    """Why; it is written down."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class ValueBody(Body):
    """How much the customer counts, from 0.5 to 4 in steps of 0.25, 1 is usual; and why, which is written down."""

    value: float
    reason: Annotated[str, Meta(max_length=500)]


class ErasedAnswer(Struct, frozen=True, kw_only=True):
    """What an erasure took away, and what the law keeps sealed."""

    erased: EraseResult


class ModerateBody(Body):
    """What is done to a customer's item at its network, and why; hiding, showing and deleting need a reason."""

    deed: Deed
    reason: Annotated[str, Meta(max_length=500)] = ""


class RetryBody(Body):
    """confirm_not_sent: a person has looked at the network and vouches that the answer is not there."""

    confirm_not_sent: bool = False


@get("/conversations/{conversation_id:uuid}", opt=needs("work.read"), tags=["Work"])
async def conversation(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> ThreadView:
    """Return a conversation, its customer with their history on all channels, and what this thread allows."""
    return await thread(house.outside, actor.access, conversation_id)


@get("/conversations/{conversation_id:uuid}/messages", opt=needs("work.read"), tags=["Work"])
async def messages(
    house: HouseDep,
    actor: ActorDep,
    conversation_id: FromPath[UUID],
    before: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[MessageView]:
    """Return the newest messages, in the order in which they were said; `next` goes into `before` for older ones."""
    return await messages_page(house.db, actor.access, conversation_id, before, bounded(limit))


@post("/conversations/{conversation_id:uuid}/reopen", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def reopen_it(request: Asking, house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> InteractionAnswer:
    """Open a closed conversation again, in one's own hands if there is room."""
    interaction_id = await once(house.db, await key_of(request), lambda db: reopen(db, actor.access, conversation_id), UUID)
    return InteractionAnswer(interaction=await interaction_if_seen(house.db, actor.access, interaction_id))


@post("/conversations/{conversation_id:uuid}/notes", opt=needs("work.answer"), tags=["Work"])
async def note(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], data: JSONBody[NoteBody]) -> MessageAnswer:
    """Write a note to colleagues; it never leaves the house."""
    message_id = await write_note(house.db, actor.access, conversation_id, data.message_id, data.text, data.mentions)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@post("/conversations/{conversation_id:uuid}/writing", opt=needs("work.read"), status_code=204, tags=["Work"])
async def writing(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], data: JSONBody[WritingBody]) -> None:
    """Tell colleagues who have the conversation open that one is writing; repeat it every few seconds, nothing keeps it."""
    await tell_writing(house.db, house.fanout, actor.access, conversation_id, data.what)


@get("/customers/{customer_id:uuid}", opt=needs("work.read"), tags=["Work"])
async def customer(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID]) -> CustomerView:
    """Return a customer with their handles."""
    return await customer_view(house.db, actor.access, customer_id)


@put("/customers/{customer_id:uuid}/value", opt=needs("work.supervise"), tags=["Work"])
async def value(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[ValueBody]) -> CustomerView:
    """Say how much a customer's enquiries count beside others', on all channels; what waits is put in order anew at once."""
    await set_customer_value(house.db, actor.access, customer_id, data.value, data.reason)
    return await customer_view(house.db, actor.access, customer_id)


@post("/customers/{customer_id:uuid}/erase", opt=needs("customer.erase"), status_code=200, tags=["Work"])
async def erase(house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], data: JSONBody[EraseBody]) -> ErasedAnswer:
    """Erase a person: all they said and we said to them, in every copy. Erasing twice is erasing once."""
    return ErasedAnswer(erased=await erase_customer(house.outside, actor.access, customer_id, data.reason))


@get("/search", opt=needs("work.read"), tags=["Work"])
async def find(
    house: HouseDep,
    actor: ActorDep,
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> SearchPage:
    """Return messages, newest first, with all these words in any form and "phrases in quotes"; filters like `tag:vip`."""
    return await search(house.db, actor.access, q, after, bounded(limit))


@post("/messages/{message_id:uuid}/moderate", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def moderate_it(
    house: HouseDep, actor: ActorDep, message_id: FromPath[UUID], data: JSONBody[ModerateBody]
) -> MessageAnswer:
    """Hide, show, delete or like a customer's item at its network; it is written down with the reason."""
    await moderate(house.outside, actor.access, message_id, data.deed, data.reason)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@post("/messages/{message_id:uuid}/retry", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def retry(
    house: HouseDep, actor: ActorDep, message_id: FromPath[UUID], data: JSONBody[RetryBody | None] = None
) -> MessageAnswer:
    """Send a dead or failed answer again; where its fate is unknown the network is asked first."""
    vouched = data.confirm_not_sent if data is not None else False
    await retry_answer(house.outside, actor.access, message_id, confirm_not_sent=vouched)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@post("/messages/{message_id:uuid}/discard", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def discard(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID]) -> MessageAnswer:
    """Give an answer up that has not reached its network."""
    await discard_answer(house.outside, actor.access, message_id)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@get("/dead-letters", opt=needs("work.answer"), tags=["Administration"])
async def dead(
    house: HouseDep, actor: ActorDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None,
    channel_id: FromQuery[UUID | None] = None, code: FromQuery[str | None] = None,
) -> Page[DeadLetter]:  # fmt: skip
    """Return answers that did not reach their network and wait for a person, newest first; of a channel, or with a code."""
    return await dead_letters(house.db, actor.access, after, bounded(limit), channel_id, code)


@get("/quarantine", opt=needs("quarantine.manage"), tags=["Administration"])
async def quarantine(
    house: HouseDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None,
    channel_id: FromQuery[UUID | None] = None,
) -> Page[QuarantinedView]:  # fmt: skip
    """Return raw items that could not be taken in, newest first, all or of a channel; none of them is lost."""
    return await quarantined(house.db, after, bounded(limit), channel_id)


@post("/quarantine/{item_id:uuid}/retry", opt=needs("quarantine.manage"), status_code=204, tags=["Administration"])
async def retry_raw(house: HouseDep, actor: ActorDep, item_id: FromPath[UUID]) -> None:
    """Read an item again, with the connector as it is now."""
    await retry_item(house.outside, actor.access, item_id)


@post("/quarantine/{item_id:uuid}/discard", opt=needs("quarantine.manage"), status_code=204, tags=["Administration"])
async def discard_raw(house: HouseDep, actor: ActorDep, item_id: FromPath[UUID]) -> None:
    """Give an item up; its bytes are erased."""
    await discard_item(house.outside, actor.access, item_id)


ROUTES: list[Any] = [
    conversation, messages, reopen_it, note, writing, customer, value, erase, find, moderate_it, retry, discard, dead, quarantine,
    retry_raw, discard_raw,
]  # fmt: skip
