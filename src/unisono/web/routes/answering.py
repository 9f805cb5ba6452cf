"""Around an answer: what is held back, canned answers, signatures, mentions, the whole history."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from unisono.service.approvals import Awaiting, awaiting_approval, tell_approvals
from unisono.service.attachments import copy_file
from unisono.service.canned_answers import CannedChange, Filled, drop_answer, fill_answer, put_answer, usable_answers
from unisono.service.held_answers import decide_answer, reschedule_answer, send_now, withdraw_answer
from unisono.service.look import customer_messages, message, work_events
from unisono.service.mentions import (
    Colleague,
    MentionItem,
    colleagues,
    my_mentions,
    read_mentions,
    unread_mentions,
)
from unisono.service.page import Page, bounded
from unisono.service.ports.canned import CannedView
from unisono.service.public_context import ContextView, public_context
from unisono.service.signatures import (
    BrandSignature,
    ChannelSignature,
    brand_signatures,
    channel_signature,
    set_brand_signature,
    set_channel_signature,
)
from unisono.service.views import AttachmentView, MentionView, MessageView, WorkEventView
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs
from unisono.web.routes.work import MessageAnswer


class TimeBody(Body):
    """When it goes out; stops: not if the customer writes before."""

    send_at: datetime
    stops: bool = False


class DecisionBody(Body):
    """approve or reject; a rejection says why, in a note that the author sees."""

    approve: bool
    comment: Annotated[str, Meta(max_length=5_000)] = ""


class CannedBody(Body):
    """A canned answer. scope_kind: house, queue (scope_id names it) or own. key: its short word. texts: by language."""

    scope_kind: str
    key: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(max_length=100)]
    texts: dict[str, str]
    scope_id: UUID | None = None
    folder: Annotated[str, Meta(max_length=100)] = ""


class FillBody(Body):
    """For which conversation, and in which language if it has that."""

    conversation_id: UUID
    language: str | None = None


class ChannelSignatureBody(Body):
    """text: the channel's own, null for its brand's. signs: below answers by itself; null is as usual, below mails only."""

    text: str | None = None
    signs: bool | None = None


class BrandSignatureBody(Body):
    """The text; variables of the house such as {agent.name} may stand in it."""

    text: str


class Unread(Struct, frozen=True, kw_only=True):
    """What waits for one besides work: mentions not read, answers of colleagues to approve."""

    mentions: int
    approvals: int


class Read(Struct, frozen=True, kw_only=True):
    """The mentions that are read now."""

    mentions: list[MentionView]


# ---- what is held back -------------------------------------------------------------------------------------------------------


@post("/messages/{message_id:uuid}/withdraw", opt=needs("work.answer"), status_code=200, tags=["Answers"])
async def withdraw(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID]) -> MessageAnswer:
    """Take an answer back that no network has yet; its files can be attached again. 409 when it is too late."""
    await withdraw_answer(house.db, actor.access, message_id)
    await tell_approvals(house.fanout, message_id)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@put("/messages/{message_id:uuid}/send-at", opt=needs("work.answer"), tags=["Answers"])
async def send_at(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID], data: JSONBody[TimeBody]) -> MessageAnswer:
    """Choose another time for a scheduled or stopped answer."""
    await reschedule_answer(house.db, actor.access, message_id, data.send_at, stops=data.stops)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@post("/messages/{message_id:uuid}/send-now", opt=needs("work.answer"), status_code=200, tags=["Answers"])
async def at_once(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID]) -> MessageAnswer:
    """Send an answer at once that waits for its time or was stopped."""
    await send_now(house.outside, actor.access, message_id)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@post("/messages/{message_id:uuid}/decision", opt=needs("answer.approve"), status_code=200, tags=["Answers"])
async def decide(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID], data: JSONBody[DecisionBody]) -> MessageAnswer:
    """Approve or reject a colleague's answer as the second person; nobody decides on their own."""
    await decide_answer(house.outside, actor.access, message_id, approve=data.approve, comment=data.comment)
    await tell_approvals(house.fanout, message_id)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


@get("/approvals", opt=needs("answer.approve"), tags=["Answers"])
async def approvals(house: HouseDep, actor: ActorDep) -> Page[Awaiting]:
    """Return colleagues' answers that wait for one's approval, oldest first, 200 at most."""
    return Page(items=await awaiting_approval(house.db, actor.access))


# ---- canned answers ----------------------------------------------------------------------------------------------------------


@get("/canned-answers", opt=needs("work.answer"), tags=["Answers"])
async def canned(house: HouseDep, actor: ActorDep, conversation_id: FromQuery[UUID | None] = None) -> Page[CannedView]:
    """Return the canned answers that one can use, everywhere or in a conversation: the house's, its queue's, one's own."""
    return Page(items=await usable_answers(house.db, actor.access, conversation_id))


@put("/canned-answers/{canned_id:uuid}", opt=needs("work.answer"), tags=["Answers"])
async def keep_canned(house: HouseDep, actor: ActorDep, canned_id: FromPath[UUID], data: JSONBody[CannedBody]) -> CannedView:
    """Keep a canned answer under an id that the client made; the house's and a queue's need queue.manage."""
    wanted = CannedChange(
        scope_kind=data.scope_kind, scope_id=data.scope_id, folder=data.folder, key=data.key, name=data.name, texts=data.texts
    )
    return await put_answer(house.db, actor.access, canned_id, wanted)


@delete("/canned-answers/{canned_id:uuid}", opt=needs("work.answer"), tags=["Answers"])
async def drop_canned(house: HouseDep, actor: ActorDep, canned_id: FromPath[UUID]) -> None:
    """Take a canned answer away."""
    await drop_answer(house.db, actor.access, canned_id)


@post("/canned-answers/{canned_id:uuid}/fill", opt=needs("work.answer"), status_code=200, tags=["Answers"])
async def fill_canned(house: HouseDep, actor: ActorDep, canned_id: FromPath[UUID], data: JSONBody[FillBody]) -> Filled:
    """Return a canned answer with its variables filled in for a conversation; `missing` names those whose value is not known."""
    return await fill_answer(house.db, actor.access, canned_id, data.conversation_id, data.language)


# ---- signatures --------------------------------------------------------------------------------------------------------------


@get("/channels/{channel_id:uuid}/signature", opt=needs("channel.read"), tags=["Answers"])
async def signature(house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID]) -> ChannelSignature:
    """Return what is set for a channel's signature."""
    return await channel_signature(house.db, actor.access, channel_id)


@put("/channels/{channel_id:uuid}/signature", opt=needs("channel.manage"), tags=["Answers"])
async def put_signature(
    house: HouseDep, actor: ActorDep, channel_id: FromPath[UUID], data: JSONBody[ChannelSignatureBody]
) -> ChannelSignature:
    """Set a channel's own signature, and whether it stands below answers by itself."""
    await set_channel_signature(house.db, actor.access, channel_id, ChannelSignature(text=data.text, signs=data.signs))
    return await channel_signature(house.db, actor.access, channel_id)


@get("/brand-signatures", opt=needs("channel.manage"), tags=["Answers"])
async def brands(house: HouseDep) -> Page[BrandSignature]:
    """Return every brand's signature."""
    return Page(items=await brand_signatures(house.db))


@put("/brands/{brand_id:uuid}/signature", opt=needs("channel.manage"), status_code=204, tags=["Answers"])
async def put_brand(house: HouseDep, actor: ActorDep, brand_id: FromPath[UUID], data: JSONBody[BrandSignatureBody]) -> None:
    """Set a brand's signature: it stands below the answers of all its channels that have none of their own."""
    await set_brand_signature(house.db, actor.access, brand_id, data.text)


# ---- mentions ----------------------------------------------------------------------------------------------------------------


@get("/conversations/{conversation_id:uuid}/colleagues", opt=needs("work.read"), tags=["Answers"])
async def whom(
    house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID], q: FromQuery[str] = ""
) -> Page[Colleague]:  # fmt: skip
    """Return colleagues who may read a conversation and whose name begins so, to be named in a note."""
    return Page(items=await colleagues(house.db, actor.access, conversation_id, q))


@get("/me/mentions", opt=needs("work.read"), tags=["Answers"])
async def mine(
    house: HouseDep, actor: ActorDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None
) -> Page[MentionItem]:
    """Return the notes in which one is named, newest first."""
    return await my_mentions(house.db, actor.access, after, bounded(limit))


@post("/me/mentions/read", opt=needs("work.read"), status_code=200, tags=["Answers"])
async def read_all(house: HouseDep, actor: ActorDep) -> Read:
    """Say that one knows of all of them."""
    return Read(mentions=await read_mentions(house.db, actor.access, None))


@post("/me/mentions/{mention_id:uuid}/read", opt=needs("work.read"), status_code=200, tags=["Answers"])
async def read_one(house: HouseDep, actor: ActorDep, mention_id: FromPath[UUID]) -> Read:
    """Say that one knows of this one."""
    return Read(mentions=await read_mentions(house.db, actor.access, mention_id))


@get("/me/unread", opt=needs(SIGNED_IN), tags=["Answers"])
async def unread(house: HouseDep, actor: ActorDep) -> Unread:
    """Return how much waits for one besides work."""
    may = actor.access.may("answer.approve")
    return Unread(
        mentions=await unread_mentions(house.db, actor.access),
        approvals=len(await awaiting_approval(house.db, actor.access)) if may else 0,
    )


# ---- history and files -------------------------------------------------------------------------------------------------------


@get("/customers/{customer_id:uuid}/messages", opt=needs("work.read"), tags=["Work"])
async def history(
    house: HouseDep, actor: ActorDep, customer_id: FromPath[UUID], before: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[MessageView]:  # fmt: skip
    """Return a customer's messages on all channels that one may see, in the order in which they were said."""
    return await customer_messages(house.db, actor.access, customer_id, before, bounded(limit))


@get("/conversations/{conversation_id:uuid}/events", opt=needs("work.read"), tags=["Work"])
async def happened(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> Page[WorkEventView]:
    """Return what happened to a conversation's work: taken, handed over, parked, finished; the last 500, oldest first."""
    return Page(items=await work_events(house.db, actor.access, conversation_id))


@get("/conversations/{conversation_id:uuid}/context", opt=needs("work.read"), tags=["Work"])
async def context(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> ContextView:
    """Return what a public conversation hangs on: the post and the thread above, asked of the network now and kept nowhere."""
    return await public_context(house.outside, actor.access, conversation_id)


@post("/attachments/{attachment_id:uuid}/copy", opt=needs("work.answer"), tags=["Work"])
async def copy(house: HouseDep, actor: ActorDep, attachment_id: FromPath[UUID]) -> AttachmentView:
    """Make a file of a conversation one's own upload, to be passed on; what is not sent is cleared away like other uploads."""
    return await copy_file(house, actor.access, attachment_id)


ROUTES: list[Any] = [
    withdraw, send_at, at_once, decide, approvals, canned, keep_canned, drop_canned, fill_canned, signature, put_signature,
    brands, put_brand, whom, mine, read_all, read_one, unread, history, happened, context, copy,
]  # fmt: skip
