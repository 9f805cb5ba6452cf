"""The work: lists, offers, and the verbs on a unit of work."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct, field

from unisono.contract.outbound import TemplateChoice
from unisono.service.accept import accept_offer
from unisono.service.answer import Answer, answer
from unisono.service.approvals import tell_approvals
from unisono.service.assign import assign, prioritise, take_over
from unisono.service.count_parts import PartsView, count_parts
from unisono.service.decline import decline_offer
from unisono.service.finish import finish, wrap_up
from unisono.service.house import House
from unisono.service.look import OfferItem, counts, interaction_if_seen, message, my_offers, work_item, work_page
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.park import park, unpark
from unisono.service.preview import PreviewView, preview
from unisono.service.take import take
from unisono.service.transfer import transfer
from unisono.service.views import InteractionView, ListFilter, MessageView, WorkItem
from unisono.web.asking import Asking, Body, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.events.hub import Hub
from unisono.web.needs import needs


class InteractionAnswer(Struct, frozen=True, kw_only=True):
    """The unit of work after the verb; null when the verb has moved it out of the asker's sight."""

    interaction: InteractionView | None


class MessageAnswer(Struct, frozen=True, kw_only=True):
    """The message as it stands in the transcript now."""

    message: MessageView


class Reason(Body):
    """Why: busy, not_my_field, language, personal or other; anything else counts as other. Words are kept for the audit alone."""

    reason: Annotated[str, Meta(max_length=100)] = ""
    words: Annotated[str, Meta(max_length=500)] = ""


class AnswerDetails(Body):
    """What some networks allow besides text."""

    content_warning: Annotated[str, Meta(max_length=500)] = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


class AnswerBody(Body):
    """An answer. `message_id` (UUIDv7) is made by the client: the same one twice is one answer.

    visibility: what the agent saw while writing; it must be the thread's own, or nothing is sent.
    conversation_id: which of the merged conversations is answered; the work's own by itself.
    private_reply_to: the customer's public message that is answered in private; visibility must be private then.
    template: one of the channel's templates (`GET /channels/{id}/templates`) with its parameters; `text` is not looked at then.
    grace: it can be taken back for the moment that the house has set (`answer.undo_s`). send_at: when it goes out; stops: unless
    the customer writes before. approval: a second person must look first. signature: the channel's, below the text.
    forward_to: a third party's address, to whom it goes instead of the customer; their answer comes back into this conversation.
    drafted: the text began as a draft of the writing aid (`POST /interactions/{id}/aid/draft`); the message says so for good.
    """

    message_id: UUID
    text: Annotated[str, Meta(max_length=200_000)]
    visibility: str
    subject: Annotated[str, Meta(max_length=1_000)] = ""
    attachment_ids: tuple[UUID, ...] = ()
    in_reply_to: UUID | None = None
    details: AnswerDetails = field(default_factory=AnswerDetails)
    private_reply_to: UUID | None = None
    template: TemplateChoice | None = None
    grace: bool = False
    send_at: datetime | None = None
    stops: bool = False
    approval: bool = False
    signature: bool = False
    forward_to: Annotated[str, Meta(max_length=320)] | None = None
    conversation_id: UUID | None = None
    drafted: bool = False


class PartsBody(Body):
    """A text that may be too long for one message."""

    text: Annotated[str, Meta(max_length=200_000)]
    conversation_id: UUID | None = None


class TransferBody(Body):
    """To a colleague; or to a queue, or to whoever has a skill (its key) at a level from 1 to 5, there or where it is."""

    queue_id: UUID | None = None
    agent_id: UUID | None = None
    skill: str | None = None
    level: int = 1
    note: str = ""


class AssignBody(Body):
    """To whom, with a note for them."""

    agent_id: UUID
    note: str = ""


class PriorityBody(Body):
    """From -100 to 100, higher first; the reason is kept with who decided."""

    priority: int
    reason: str


class ParkBody(Body):
    """Until when; without a time, until the customer writes or it is taken up by hand."""

    until: datetime | None = None


class WrapUpBody(Body):
    """What it was about."""

    code_id: UUID
    note: str = ""


@get("/work", opt=needs("work.read"), tags=["Work"])
async def work(
    house: HouseDep,
    actor: ActorDep,
    view: FromQuery[str] = "open",
    sort: FromQuery[str] = "",
    queue_id: FromQuery[UUID | None] = None,
    channel_id: FromQuery[UUID | None] = None,
    network: FromQuery[str] = "",
    skill: FromQuery[str] = "",
    tag_id: FromQuery[UUID | None] = None,
    work_class_id: FromQuery[UUID | None] = None,
    item_state: Annotated[str, QueryParameter(name="state")] = "",
    language: FromQuery[str] = "",
    customer_id: FromQuery[UUID | None] = None,
    agent: FromQuery[str] = "",
    due: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[WorkItem]:
    """Return a list of work: mine, waiting, open, parked (by deadline), closed or spam (newest first), narrowed by filters."""
    asked = ListFilter(
        view=view, sort=sort, queue_id=queue_id, channel_id=channel_id, network=network, skill=skill, tag_id=tag_id,
        work_class_id=work_class_id, state=item_state, language=language, customer_id=customer_id, agent=agent, due=due,
    )  # fmt: skip
    return await work_page(house.db, actor.access, asked, after, bounded(limit))


@get("/counts", opt=needs("work.read"), tags=["Work"])
async def how_many(request: Asking, house: HouseDep, actor: ActorDep) -> dict[str, Any]:
    """Return how many enquiries stand where: in all, by queue, by channel, mine. Kept up to date, not counted."""
    hub: Hub = request.app.state["hub"]
    kept = hub.counts(actor)
    return kept if kept is not None else await counts(house.db, actor.access)


@get("/offers", opt=needs("work.answer"), tags=["Work"])
async def offers(house: HouseDep, actor: ActorDep) -> Page[OfferItem]:
    """Return one's open offers."""
    return await my_offers(house.db, actor.access)


@post("/offers/{offer_id:uuid}/accept", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def accept(request: Asking, house: HouseDep, actor: ActorDep, offer_id: FromPath[UUID]) -> InteractionAnswer:
    """Accept an offer; accepting twice is accepting once."""
    key = await key_of(request)
    interaction_id = await once(house.db, key, lambda db: accept_offer(db, actor.access, offer_id), UUID)
    return await _shown(house, actor, interaction_id)


@post("/offers/{offer_id:uuid}/decline", opt=needs("work.answer"), status_code=204, tags=["Work"])
async def decline(
    request: Asking, house: HouseDep, actor: ActorDep, offer_id: FromPath[UUID], data: JSONBody[Reason | None] = None
) -> None:
    """Give an offer back; the enquiry keeps its place and goes to somebody else."""
    why = data if data is not None else Reason()
    await once(house.db, await key_of(request), lambda db: decline_offer(db, actor.access, offer_id, why.reason, why.words), None)


@get("/interactions/{interaction_id:uuid}", opt=needs("work.read"), tags=["Work"])
async def interaction(house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> WorkItem:
    """Return one row of the work list."""
    return await work_item(house.db, actor.access, interaction_id)


@get("/interactions/{interaction_id:uuid}/preview", opt=needs("work.supervise"), tags=["Work"])
async def preview_route(house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> PreviewView:
    """Tell who would get a waiting enquiry now and why, or what is missing."""
    return await preview(house.db, actor.access, interaction_id)


@post("/interactions/{interaction_id:uuid}/take", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def take_it(request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> InteractionAnswer:
    """Take a waiting enquiry by hand; 409 when somebody else has it or one's capacity is used up."""
    await once(house.db, await key_of(request), lambda db: take(db, actor.access, interaction_id), None)
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/assign", opt=needs("work.supervise"), status_code=200, tags=["Work"])
async def assign_it(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[AssignBody]
) -> InteractionAnswer:
    """Put an open enquiry into a colleague's hands at once, whoever has it; 409 when they have no room."""
    await once(
        house.db, await key_of(request), lambda db: assign(db, actor.access, interaction_id, data.agent_id, data.note), None
    )
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/take-over", opt=needs("work.supervise"), status_code=200, tags=["Work"])
async def take_it_over(request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> InteractionAnswer:
    """Take an open enquiry from whoever has it; 409 when one's own capacity is used up."""
    await once(house.db, await key_of(request), lambda db: take_over(db, actor.access, interaction_id), None)
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/priority", opt=needs("work.supervise"), status_code=200, tags=["Work"])
async def prioritise_it(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[PriorityBody]
) -> InteractionAnswer:
    """Set how urgent an open enquiry is, with a reason; the router follows at once."""
    await once(
        house.db, await key_of(request),
        lambda db: prioritise(db, actor.access, interaction_id, data.priority, data.reason), None,
    )  # fmt: skip
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/answer", opt=needs("work.answer"), tags=["Work"])
async def answer_it(
    house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[AnswerBody]
) -> MessageAnswer:
    """Answer the customer. The message stands in the transcript at once; its delivery is told by events."""
    details = {name: value for name, value in msgspec.to_builtins(data.details).items() if value}
    draft = Answer(
        message_id=data.message_id, text=data.text, visibility=data.visibility, subject=data.subject,
        attachment_ids=data.attachment_ids, in_reply_to=data.in_reply_to, details=details,
        private_reply_to=data.private_reply_to, template=data.template, grace=data.grace, send_at=data.send_at, stops=data.stops,
        approval=data.approval, signature=data.signature, forward_to=data.forward_to,
        conversation_id=data.conversation_id, drafted=data.drafted,
    )  # fmt: skip
    message_id = await answer(house.outside, actor.access, interaction_id, draft)
    said = await message(house.db, actor.access, message_id)
    if said.held is not None and said.held.state == "approval":
        await tell_approvals(house.fanout, message_id)
    return MessageAnswer(message=said)


@post("/interactions/{interaction_id:uuid}/parts", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def parts(house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[PartsBody]) -> PartsView:
    """Tell in how many parts this text would go out as an answer, and how many the network takes; nothing is sent."""
    return await count_parts(house.outside, actor.access, interaction_id, data.text, data.conversation_id)


@post("/interactions/{interaction_id:uuid}/transfer", opt=needs("work.transfer"), status_code=200, tags=["Work"])
async def transfer_it(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[TransferBody]
) -> InteractionAnswer:
    """Hand over to a queue or an expert (it waits, at its old age), or to a colleague: at once, or offered if they are busy."""
    await once(
        house.db, await key_of(request),
        lambda db: transfer(
            db, actor.access, interaction_id, queue_id=data.queue_id, agent_id=data.agent_id, skill=data.skill,
            level=data.level, note=data.note,
        ),
        None,
    )  # fmt: skip
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/park", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def park_it(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[ParkBody | None] = None
) -> InteractionAnswer:
    """Set active work aside until a time, or until the customer writes."""
    until = data.until if data is not None else None
    await once(house.db, await key_of(request), lambda db: park(db, actor.access, interaction_id, until), None)
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/unpark", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def unpark_it(request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> InteractionAnswer:
    """Take parked work up again."""
    await once(house.db, await key_of(request), lambda db: unpark(db, actor.access, interaction_id), None)
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/finish", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def finish_it(request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> InteractionAnswer:
    """End the talk; what is left is to say what it was about."""
    await once(house.db, await key_of(request), lambda db: finish(db, actor.access, interaction_id), None)
    return await _shown(house, actor, interaction_id)


@post("/interactions/{interaction_id:uuid}/wrap-up", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def wrap_up_it(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[WrapUpBody]
) -> InteractionAnswer:
    """Say what it was about and close it."""
    await once(
        house.db, await key_of(request),
        lambda db: wrap_up(db, actor.access, interaction_id, data.code_id, data.note), None,
    )  # fmt: skip
    return await _shown(house, actor, interaction_id)


async def _shown(house: House, actor: ActorDep, interaction_id: UUID) -> InteractionAnswer:
    return InteractionAnswer(interaction=await interaction_if_seen(house.db, actor.access, interaction_id))


ROUTES = [
    work, how_many, offers, accept, decline, interaction, preview_route, take_it, assign_it, take_it_over,
    prioritise_it, answer_it, parts, transfer_it, park_it, unpark_it,
    finish_it, wrap_up_it,
]  # fmt: skip
