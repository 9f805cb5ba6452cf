"""Looking: lists, one item, a conversation with all around it. Everything passes through access here."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.contract.capabilities import Caps
from unisono.contract.inbound import Author, ThreadRef
from unisono.domain.errors import Invalid, NotFound
from unisono.domain.words import InteractionState, Visibility
from unisono.service.access import Access
from unisono.service.channel_context import Outside, open_connector
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, Tx
from unisono.service.ports.reading import PlacedConversation, Sight, WorkFilter
from unisono.service.router_order import ROUTER, page_in_router_order
from unisono.service.settings import read_settings
from unisono.service.setup_views import ChannelView
from unisono.service.signatures import SignatureView, signature_view
from unisono.service.views import (
    BondView,
    ConsultView,
    ConversationView,
    CustomerView,
    DeadLetter,
    HistoryItem,
    InteractionView,
    ListFilter,
    MessageView,
    OfferView,
    WorkEventView,
    WorkItem,
)

VIEWS: Final = ("mine", "waiting", "open", "parked", "closed", "spam")
ENDED: Final = ("closed", "spam")
SORTS: Final = ("due", "newest", "oldest", ROUTER)
DUE: Final = ("over", "soon")
SOON: Final = timedelta(hours=1)
NEVER: Final = datetime.max.replace(tzinfo=UTC)
HISTORY: Final = 100
MOST_EVENTS: Final = 500


class OfferItem(Struct, frozen=True, kw_only=True):
    """An open offer with the work that is offered."""

    offer: OfferView
    item: WorkItem


class ConsultItem(Struct, frozen=True, kw_only=True):
    """A consult with the work that it is about."""

    consult: ConsultView
    item: WorkItem


class ThreadView(Struct, frozen=True, kw_only=True):
    """A conversation with all that the desk shows around it.

    caps: what this thread allows. history: the customer's other conversations, on all channels, newest first. signature: what
    stands below an answer of the asker's. undo_s: for so long an answer that is sent can be taken back.
    merged: those that are shown and worked on as one with this, of those that the asker may see; messages hold all of
    them, and an answer goes where the conversation is that it names. linked: what points to one of these. bonds: by which ties.
    """

    conversation: ConversationView
    customer: CustomerView
    channel: ChannelView
    caps: Caps
    interactions: list[InteractionView]
    open: InteractionView | None
    history: list[HistoryItem]
    network: str
    medium: str
    cursor: str
    signature: SignatureView = SignatureView()
    undo_s: int = 0
    merged: list[HistoryItem]
    linked: list[HistoryItem]
    bonds: list[BondView]


def sight_of(access: Access, action: str = "work.read") -> Sight:
    """Return what a person may see, as lists and search ask for it."""
    return Sight(classes=access.visible_classes(action), own=access.user_id if action in access.own else None)


def filter_of(access: Access, asked: ListFilter, now: datetime) -> WorkFilter:
    """Return what a list is asked for as the store understands it. Raises Invalid."""
    _one_of("view", asked.view, VIEWS)
    _one_of("sort", asked.sort or SORTS[0], SORTS)
    _one_of("due", asked.due or DUE[0], DUE)
    agent_id, unassigned = None, asked.agent == "none"
    if asked.agent not in ("", "none"):
        try:
            agent_id = access.user_id if asked.agent == "me" else UUID(asked.agent)
        except ValueError:
            raise Invalid("agent is `me`, `none` or an agent's id.", code="not_one_of", field="agent") from None
    if asked.sort == ROUTER and asked.view != "waiting":
        raise Invalid("Only what waits has a place with the router: the view 'waiting'.", code="not_one_of", field="sort")
    due_before = None
    if asked.due and asked.view not in ENDED:
        due_before = now + SOON if asked.due == "soon" else now
    return WorkFilter(
        view=asked.view, me=access.user_id, sort=asked.sort or SORTS[0], queue_id=asked.queue_id, channel_id=asked.channel_id,
        network=asked.network, skill=asked.skill, tag_id=asked.tag_id, work_class_id=asked.work_class_id, state=asked.state,
        language=asked.language, customer_id=asked.customer_id, agent_id=agent_id, unassigned=unassigned, due_before=due_before,
    )  # fmt: skip


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise Invalid(f"{value!r} is no {field}; known are {', '.join(known)}.", code="not_one_of", field=field)


async def work_page(db: Database, access: Access, asked: ListFilter, after: str | None, limit: int) -> Page[WorkItem]:
    """Return a page of a work list: open work by deadline, by how long it waits or as the router has it, what is over newest
    first. Raises Invalid.
    """
    async with db.read() as tx:
        which = filter_of(access, asked, tx.now)
        cursor = str(await tx.log.head())
        if which.sort == ROUTER:
            return await page_in_router_order(tx, sight_of(access), which, after, limit, cursor)
        start: tuple[datetime | None, UUID] | None = parse_place(after, tuple[datetime | None, UUID]) if after else None
        found = await tx.reading.work_list(sight_of(access), which, (start[0] or NEVER, start[1]) if start else None, limit + 1)
    items, more = paged(found, limit)
    last = items[-1].interaction if more else None
    key = None
    if last is not None:
        key = last.closed_at if which.view in ENDED else last.due_at if which.sort == "due" else last.waiting_since
    return Page(items=items, next=place(key, last.id) if last else None, cursor=cursor)


async def work_item(db: Database, access: Access, interaction_id: UUID) -> WorkItem:
    """Return one row of the work list. Raises NotFound."""
    async with db.read() as tx:
        where = await tx.reading.place_of(interaction_id)
        if where is None:
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        access.demand(*where)
        (item,) = await tx.reading.work_items([interaction_id])
    return item


async def interaction_if_seen(db: Database, access: Access, interaction_id: UUID) -> InteractionView | None:
    """Return an interaction after a verb; None when the verb has moved it out of sight."""
    try:
        return (await work_item(db, access, interaction_id)).interaction
    except NotFound:
        return None


async def my_offers(db: Database, access: Access) -> Page[OfferItem]:
    """Return the asker's open offers, oldest first."""
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        found = await tx.reading.offers_of(access.user_id)
    return Page(items=[OfferItem(offer=offer, item=item) for offer, item in found], cursor=cursor)


async def my_consults(db: Database, access: Access) -> Page[ConsultItem]:
    """Return consults that have not ended and that the asker asked, is asked, or can take up; with the work, oldest first."""
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        found = await tx.consults.views(await tx.consults.concerning(access.user_id))
        items = {item.interaction.id: item for item in await tx.reading.work_items({c.interaction_id for c in found})}
        places = await tx.reading.places_of(items)
    seen = [c for c in found if (place := places.get(c.interaction_id)) is not None and access.sees(*place)]
    return Page(items=[ConsultItem(consult=c, item=items[c.interaction_id]) for c in seen], cursor=cursor)


async def consult_view(db: Database, consult_id: UUID) -> ConsultView:
    """Return a consult after a verb that the asker could do."""
    async with db.read() as tx:
        (found,) = await tx.consults.views([consult_id])
    return found


async def counts(db: Database, access: Access) -> dict[str, object]:
    """Return how many enquiries stand where, of those that the asker may see."""
    async with db.read() as tx:
        return await tx.reading.counts(sight_of(access), access.user_id)


async def thread(outside: Outside, access: Access, conversation_id: UUID) -> ThreadView:
    """Return a conversation with all around it. Raises NotFound."""
    async with outside.db.read() as tx:
        cursor = str(await tx.log.head())
        found = await _conversation(tx, access, conversation_id)
        customer = await tx.reading.customer(found.view.customer_id)
        (channel,) = await tx.setup.channels([found.view.channel_id])
        facts = await tx.channels.facts(found.view.channel_id)
        together = await _together(tx, access, found)
        interactions = await tx.reading.interactions([conversation_id, *(one.view.id for one in together)])
        bonds = await tx.bonds.views([conversation_id, *(one.view.id for one in together)])
        tied = {one for bond in bonds for one in (bond.a, bond.b)}
        near = {item.conversation.id: item for item in await tx.reading.history_of(tied)}
        places = {one: await tx.reading.conversation(one) for one in tied}
        seen = {one for one, at in places.items() if at is not None and access.sees(at.access_class, at.agent_id)}
        history = await tx.reading.history(sight_of(access), found.view.customer_id, HISTORY + 1)
        signature = await signature_view(tx, found.view.channel_id, access.user_id)
        undo_s = int((await read_settings(tx))["answer.undo_s"])
    if customer is None:
        raise NotFound("This conversation does not exist, or is not yours to see.")
    caps = Caps(reply=False)
    if facts is not None:
        try:
            whom = found.view.identity
            ref = ThreadRef(
                visibility=Visibility(found.view.visibility), root_id=found.view.root_remote_id,
                customer=Author(remote_id=whom.remote_id, realm=whom.realm, handle=whom.handle),
            )  # fmt: skip
            caps = open_connector(outside, facts).capabilities(ref)
        except NotFound:
            pass  # its package is no longer installed: the conversation can still be read
    return ThreadView(
        conversation=found.view, customer=customer, channel=channel, caps=caps, interactions=interactions,
        open=next((i for i in interactions if i.state != InteractionState.CLOSED.value), None),
        history=[item for item in history if item.conversation.id != conversation_id][:HISTORY],
        network=found.network, medium=found.medium, cursor=cursor, signature=signature, undo_s=undo_s,
        merged=[near[one.view.id] for one in together if one.view.id in near],
        bonds=[bond for bond in bonds if bond.a in seen and bond.b in seen],
        linked=[
            near[one] for bond in bonds for one in (bond.a, bond.b)
            if bond.kind == "link" and one in seen and one in near and one != conversation_id and {bond.a, bond.b} <= seen
        ],
    )  # fmt: skip


async def _together(tx: Tx, access: Access, found: PlacedConversation) -> list[PlacedConversation]:
    """Return the other conversations that show as one with this, of those that the asker may see."""
    if found.view.merge_id is None:
        return []
    ids = [one for one in await tx.bonds.merged_with([found.view.id]) if one != found.view.id]
    placed = [where for one in ids if (where := await tx.reading.conversation(one)) is not None]
    return [one for one in placed if access.sees(one.access_class, one.agent_id)]


async def messages_page(db: Database, access: Access, conversation_id: UUID, before: str | None, limit: int) -> Page[MessageView]:
    """Return the newest messages before a place, in transcript order; `next` leads to older ones. Raises NotFound."""
    end: tuple[datetime, str, str] | None = parse_place(before, tuple[datetime, str, str]) if before else None
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        here = await _conversation(tx, access, conversation_id)
        ids = [conversation_id, *(one.view.id for one in await _together(tx, access, here))]
        found = await tx.reading.messages(ids, end, limit + 1)
    items = found[-limit:]
    return Page(items=items, next=place(*items[0].order) if len(found) > limit else None, cursor=cursor)


async def customer_messages(db: Database, access: Access, customer_id: UUID, before: str | None, limit: int) -> Page[MessageView]:
    """Return the newest messages of a customer on all channels, of those that the asker may see; `next` leads further back.

    Raises NotFound when no conversation of theirs is to be seen.
    """
    end: tuple[datetime, str, str] | None = parse_place(before, tuple[datetime, str, str]) if before else None
    async with db.read() as tx:
        cursor = str(await tx.log.head())
        places = await tx.reading.customer_places(customer_id)
        if not any(access.sees(access_class, agent_id) for access_class, agent_id in places):
            raise NotFound("This customer does not exist, or is not yours to see.")
        found = await tx.reading.customer_messages(sight_of(access), customer_id, end, limit + 1)
    items = found[-limit:]
    return Page(items=items, next=place(*items[0].order) if len(found) > limit else None, cursor=cursor)


async def work_events(db: Database, access: Access, conversation_id: UUID) -> list[WorkEventView]:
    """Return what happened to the work of a conversation, oldest first. Raises NotFound."""
    async with db.read() as tx:
        await _conversation(tx, access, conversation_id)
        return await tx.reading.events_of(conversation_id, MOST_EVENTS)


async def message(db: Database, access: Access, message_id: UUID) -> MessageView:
    """Return one message. Raises NotFound."""
    async with db.read() as tx:
        found = await tx.reading.messages_by_id([message_id])
        if not found:
            raise NotFound("This message does not exist, or is not yours to see.")
        await _conversation(tx, access, found[0].conversation_id)
    return found[0]


async def customer_view(db: Database, access: Access, customer_id: UUID) -> CustomerView:
    """Return a customer of whom the asker may see a conversation. Raises NotFound."""
    async with db.read() as tx:
        places = await tx.reading.customer_places(customer_id)
        found = await tx.reading.customer(customer_id)
    if found is None or not any(access.sees(access_class, agent_id) for access_class, agent_id in places):
        raise NotFound("This customer does not exist, or is not yours to see.")
    return found


async def dead_letters(
    db: Database, access: Access, after: str | None, limit: int, channel_id: UUID | None = None, code: str | None = None
) -> Page[DeadLetter]:
    """Return answers that did not reach their network, newest first."""
    start: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    async with db.read() as tx:
        found = await tx.reading.dead_letters(sight_of(access), start, limit + 1, channel_id, code)
    items, more = paged(found, limit)
    return Page(items=items, next=place(items[-1].id) if more else None)


async def _conversation(tx: Tx, access: Access, conversation_id: UUID) -> PlacedConversation:
    found = await tx.reading.conversation(conversation_id)
    if found is None or not access.sees(found.access_class, found.agent_id):
        raise NotFound("This conversation does not exist, or is not yours to see.")
    return found
