"""The store for views: the shapes that the desk and the API show."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.service.event_types import OF_AGENTS, OF_MERGES
from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.base import LoggedEvent
from unisono.service.ports.reading import KnownAbove, Place, PlacedConversation, Rank, Sight, Standing, WorkFilter
from unisono.service.views import (
    AgentSkillView,
    AgentView,
    AsideView,
    AttachmentView,
    AuthorView,
    ConversationView,
    CustomerView,
    DeadLetter,
    EventViews,
    HeldView,
    HistoryItem,
    IdentityView,
    InteractionView,
    LastView,
    MessageView,
    OfferView,
    ReplyView,
    WorkEventView,
    WorkItem,
)
from unisono.store.calls import PgCalls
from unisono.store.cases import PgCases
from unisono.store.consults import PgConsults
from unisono.store.driver import Connection
from unisono.store.mentions import PgMentions
from unisono.store.sql import ANY_OF, load
from unisono.store.work_lists import Parameters, count_statement, list_statement, places_statement, seen
from unisono.store.work_order import backlog, ranked_statement

OPEN_AGENT = "(select w.agent_id from interaction w where w.conversation_id = c.id and w.stage <> 'closed')"
_SQL = load("reading")
_BY_NAME = "order by u.name_key, a.user_id"
_INTERACTION_FIELDS = InteractionView.__struct_fields__


class PgReading:
    """Implements `service.ports.Reading`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def work_list(self, sight: Sight, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int) -> list[WorkItem]:
        """Return a page of a work list."""
        statement, values = list_statement(sight, which, after, limit)
        return [_work_item(row) for row in await self._connection.fetch(statement, *values)]

    async def work_ranks(self, sight: Sight, which: WorkFilter, at: Place, after: Rank | None, limit: int) -> list[Rank]:
        """Return the next of a list in the router's order."""
        statement, values = ranked_statement(sight, which, at, after, limit)
        return [tuple(row) for row in await self._connection.fetch(statement, *values)]

    async def backlog(self) -> tuple[float, int]:
        """Return (minutes of work that wait for the router, people who are there for it)."""
        (row,) = await self._connection.fetch(backlog())
        return row["work_minutes"], row["agents"]

    async def work_count(self, sight: Sight, which: WorkFilter, most: int) -> int:
        """Return how many stand in a list, counted as far as `most`."""
        statement, values = count_statement(sight, which, most)
        found: int = await self._connection.fetchval(statement, *values)
        return found

    async def work_ids(self, sight: Sight, which: WorkFilter, limit: int) -> list[UUID]:
        """Return the first of a work list, by id."""
        statement, values = places_statement(sight, which, None, limit)
        return [row["id"] for row in await self._connection.fetch(statement, *values)]

    async def work_items(self, interaction_ids: Iterable[UUID]) -> list[WorkItem]:
        """Return rows of the work list by id."""
        wanted = list(set(interaction_ids))
        rows = await self._connection.fetch(f"{_SQL['work']} where i.id {ANY_OF}", wanted) if wanted else []
        return [_work_item(row) for row in rows]

    async def place_of(self, interaction_id: UUID) -> tuple[int, UUID | None] | None:
        """Return (access class, agent) of an interaction."""
        row = await self._connection.fetchrow(_SQL["place_of"], interaction_id)
        return (row["access_class"], row["agent_id"]) if row else None

    async def places_of(self, interaction_ids: Iterable[UUID]) -> dict[UUID, tuple[int, UUID | None]]:
        """Return (access class, agent) of interactions."""
        rows = await self._connection.fetch(_SQL["places_of"], list(interaction_ids))
        return {row["id"]: (row["access_class"], row["agent_id"]) for row in rows}

    async def conversation(self, conversation_id: UUID) -> PlacedConversation | None:
        """Return one conversation with what access asks of it."""
        return (await self.conversations([conversation_id])).get(conversation_id)

    async def conversations(self, conversation_ids: Iterable[UUID]) -> dict[UUID, PlacedConversation]:
        """Return conversations by id."""
        rows = await self._connection.fetch(f"{_SQL['conversations']} where c.id = any($1::uuid[])", list(conversation_ids))
        return {
            row["conversation_id"]: PlacedConversation(
                view=_conversation(row), access_class=row["access_class"], agent_id=row["agent_id"], network=row["network"],
                medium=row["medium"],
            )
            for row in rows
        }  # fmt: skip

    async def interactions(self, conversation_ids: Sequence[UUID]) -> list[InteractionView]:
        """Return all units of work of conversations, oldest first."""
        rows = await self._connection.fetch(_SQL["interactions"], list(conversation_ids))
        return [_interaction(row) for row in rows]

    async def messages(
        self, conversation_ids: Sequence[UUID], before: tuple[datetime, str, str] | None, limit: int
    ) -> list[MessageView]:
        """Return the newest messages before a place, ascending."""
        parameters = Parameters()
        one = len(conversation_ids) == 1
        condition = (
            f"m.conversation_id = {parameters.add(conversation_ids[0], '::uuid')}"
            if one
            else f"m.conversation_id = any({parameters.add(list(conversation_ids), '::uuid[]')})"
        )
        if before is not None:
            place = ", ".join(parameters.add(value, cast) for value, cast in zip(before, ("::timestamptz", "", ""), strict=True))
            condition += f" and (m.said_at, m.tie_break, m.ingest_key) < ({place})"
        rows = await self._connection.fetch(
            f"{_SQL['messages']} where {condition} order by m.said_at desc, m.tie_break desc, m.ingest_key desc "
            f"limit {parameters.add(limit, '::int')}",
            *parameters.values,
        )
        return [_message(row) for row in reversed(rows)]

    async def customer_messages(
        self, sight: Sight, customer_id: UUID, before: tuple[datetime, str, str] | None, limit: int
    ) -> list[MessageView]:
        """Return the newest messages of all conversations of a customer that may be seen, before a place, ascending."""
        parameters = Parameters()
        conditions = [f"n.customer_id = {parameters.add(customer_id, '::uuid')}"]
        visible = seen(sight, parameters, "c.access_class", OPEN_AGENT)
        if visible is not None:
            conditions.append(visible)
        place = ""
        if before is not None:
            words = ", ".join(parameters.add(value, cast) for value, cast in zip(before, ("::timestamptz", "", ""), strict=True))
            place = f" and (m.said_at, m.tie_break, m.ingest_key) < ({words})"
        most, newest = parameters.add(limit, "::int"), "m.said_at desc, m.tie_break desc, m.ingest_key desc"
        # From each conversation its newest by the index, and of these the newest: no conversation is read whole.
        rows = await self._connection.fetch(
            f"select m.id from conversation c join identity n on n.id = c.identity_id cross join lateral ("
            f"select m.id, m.said_at, m.tie_break, m.ingest_key from message m where m.conversation_id = c.id{place} "
            f"order by {newest} limit {most}) m where {' and '.join(conditions)} order by {newest} limit {most}",
            *parameters.values,
        )
        return await self.messages_by_id([row["id"] for row in rows])

    async def known_above(self, conversation_id: UUID, limit: int) -> list[KnownAbove]:
        """Return posts of ours that a public conversation hangs on."""
        rows = await self._connection.fetch(_SQL["known_above"], conversation_id, limit)
        return [KnownAbove(**dict(row)) for row in rows]

    async def first_remote_id(self, conversation_id: UUID) -> str | None:
        """Return the network's id of the customer's first message that still stands."""
        found: str | None = await self._connection.fetchval(_SQL["first_remote_id"], conversation_id)
        return found

    async def events_of(self, conversation_id: UUID, limit: int) -> list[WorkEventView]:
        """Return what happened to the work of a conversation, the newest `limit`, oldest first."""
        rows = await self._connection.fetch(_SQL["events_of"], conversation_id, limit)
        return [WorkEventView(**_told(row)) for row in reversed(rows)]

    async def messages_by_id(self, ids: Iterable[UUID]) -> list[MessageView]:
        """Return messages by id, in transcript order."""
        wanted = list(set(ids))
        rows = await self._connection.fetch(
            f"{_SQL['messages']} where m.id = any($1::uuid[]) order by m.said_at, m.tie_break, m.ingest_key", wanted
        ) if wanted else []  # fmt: skip
        return [_message(row) for row in rows]

    async def customer(self, customer_id: UUID) -> CustomerView | None:
        """Return one customer."""
        found = await self._customers([customer_id])
        return found[0] if found else None

    async def customers(self, ids: Sequence[UUID]) -> list[CustomerView]:
        """Return customers by id."""
        return await self._customers(ids)

    async def _customers(self, ids: Sequence[UUID]) -> list[CustomerView]:
        rows = await self._connection.fetch(_SQL["customers"], list(ids)) if ids else []
        return [
            CustomerView(
                id=row["id"], erased=row["erased"], value=row["value"], merged_into=row["merged_into"],
                version=row["version"],
                identities=[msgspec.convert(i, IdentityView) for i in row["identities"]],
            )
            for row in rows
        ]  # fmt: skip

    async def customer_places(self, customer_id: UUID) -> list[tuple[int, UUID | None]]:
        """Return (access class, agent) of each conversation of a customer."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["customer_places"], customer_id)]

    async def history(self, sight: Sight, customer_id: UUID, limit: int) -> list[HistoryItem]:
        """Return a customer's conversations on all channels, newest first."""
        parameters = Parameters()
        conditions = [f"n.customer_id = {parameters.add(customer_id, '::uuid')}"]
        visible = seen(sight, parameters, "c.access_class", None)
        if visible is not None:
            conditions.append(visible)
        rows = await self._connection.fetch(
            f"{_SQL['conversations']} where {' and '.join(conditions)} "
            f"order by c.last_said_at desc nulls last, c.id desc limit {parameters.add(limit, '::int')}",
            *parameters.values,
        )
        return [history_item(row) for row in rows]

    async def history_of(self, conversation_ids: Iterable[UUID]) -> list[HistoryItem]:
        """Return conversations in short."""
        rows = await self._connection.fetch(f"{_SQL['conversations']} where c.id = any($1::uuid[])", list(conversation_ids))
        return [history_item(row) for row in rows]

    async def offers_of(self, agent_id: UUID) -> list[tuple[OfferView, WorkItem]]:
        """Return an agent's open offers with their work."""
        offers = [OfferView(**_told(row)) for row in await self._connection.fetch(_SQL["offers_of"], agent_id)]
        items = {item.interaction.id: item for item in await self.work_items([o.interaction_id for o in offers])}
        return [(offer, items[offer.interaction_id]) for offer in offers if offer.interaction_id in items]

    async def agents(self, ids: Iterable[UUID] | None) -> list[AgentView]:
        """Return agents, all or those of `ids`."""
        if ids is None:
            return [_agent(row) for row in await self._connection.fetch(f"{_SQL['agents']} {_BY_NAME}")]
        rows = await self._connection.fetch(f"{_SQL['agents']} and a.user_id {ANY_OF} {_BY_NAME}", list(ids))
        return [_agent(row) for row in rows]

    async def everybody(self, size: int) -> AsyncIterator[list[AgentView]]:
        """Yield all agents, some at a time."""
        async with self._connection.transaction(readonly=True):
            cursor = await self._connection.cursor(f"{_SQL['agents']} {_BY_NAME}")
            while rows := await cursor.fetch(size):
                yield [_agent(row) for row in rows]

    async def counts(self, sight: Sight, me: UUID) -> dict[str, object]:
        """Return how many interactions stand in each open state."""
        classes = None if sight.classes is None else sorted(sight.classes)
        rows = await self._connection.fetch(_SQL["counts"], me, classes, sight.own)
        total: dict[str, int] = dict.fromkeys(("waiting", "offered", "active", "parked", "wrap_up"), 0)
        mine, by_queue, by_channel = dict(total), {}, {}  # type: dict[str, int], dict[str, dict[str, int]], dict[str, dict[str, int]]
        for row in rows:
            state, n = row["state"], row["n"]
            total[state] += n
            mine[state] += row["mine"]
            for group, key in ((by_queue, str(row["queue_id"])), (by_channel, str(row["channel_id"]))):
                states = group.setdefault(key, {})
                states[state] = states.get(state, 0) + n
        return {**total, "mine": mine, "by_queue": by_queue, "by_channel": by_channel}

    async def standing(self, size: int) -> AsyncIterator[list[Standing]]:
        """Yield where each open interaction stands, some at a time."""
        async with self._connection.transaction(readonly=True):
            cursor = await self._connection.cursor(_SQL["standing"])
            while rows := await cursor.fetch(size):
                yield [(*row[:8], instant(row[8])) for row in map(tuple, rows)]

    async def dead_letters(
        self, sight: Sight, after: UUID | None, limit: int, channel_id: UUID | None = None, code: str | None = None
    ) -> list[DeadLetter]:
        """Return answers that wait for a person, newest first."""
        parameters = Parameters()
        conditions = ["o.state in ('dead', 'failed')", "o.error_code not in ('given_up', 'erased')"]
        visible = seen(sight, parameters, "c.access_class", None)
        if visible is not None:
            conditions.append(visible)
        if channel_id is not None:
            conditions.append(f"o.channel_id = {parameters.add(channel_id, '::uuid')}")
        if code is not None:
            conditions.append(f"o.error_code = {parameters.add(code, '::text')}")
        if after is not None:
            conditions.append(f"o.id < {parameters.add(after, '::uuid')}")
        rows = await self._connection.fetch(
            "select o.id, o.message_id, o.conversation_id, o.error_code, o.error, o.attempts from outbox o "
            f"join conversation c on c.id = o.conversation_id where {' and '.join(conditions)} "
            f"order by o.id desc limit {parameters.add(limit, '::int')}",
            *parameters.values,
        )
        messages = {m.id: m for m in await self.messages_by_id([row["message_id"] for row in rows])}
        places = await self._connection.fetch(
            f"{_SQL['conversations']} where c.id = any($1::uuid[])", [row["conversation_id"] for row in rows]
        )
        conversations = {row["conversation_id"]: _conversation(row) for row in places}
        return [
            DeadLetter(
                id=row["id"], message=messages[row["message_id"]], conversation=conversations[row["conversation_id"]],
                code=row["error_code"], error=row["error"], attempts=row["attempts"],
            )
            for row in rows
        ]  # fmt: skip

    async def views_for(self, events: Sequence[LoggedEvent]) -> EventViews:
        """Return the present views of all that a batch of events touched."""
        message_ids = {UUID(str(e.body["message_id"])) for e in events if e.body.get("message_id")}
        messages = await self.messages_by_id(message_ids)
        conversations = {e.conversation_id for e in events if e.conversation_id} | {m.conversation_id for m in messages}
        interactions = {e.interaction_id for e in events if e.interaction_id}
        identities = [UUID(str(e.body["identity_id"])) for e in events if e.body.get("identity_id")]
        if identities:
            conversations |= {row["id"] for row in await self._connection.fetch(_SQL["of_identities"], identities)}
        rows = await self._connection.fetch(_SQL["work_of_conversations"], list(conversations)) if conversations else []
        moved = {UUID(str(e.body["customer_id"])) for e in events if e.type in OF_MERGES}
        rows += await self._connection.fetch(_SQL["work_of_customers"], list(moved)) if moved else []
        work = await self.work_items(interactions | {row["id"] for row in rows})
        conversations |= {item.conversation.id for item in work}
        offers = [UUID(str(e.body["offer_id"])) for e in events if e.body.get("offer_id")]
        offer_rows = await self._connection.fetch(_SQL["offers"], offers) if offers else []
        agents = {e.agent_id for e in events if e.type in OF_AGENTS and e.agent_id}
        customers = {UUID(str(e.body["customer_id"])) for e in events if e.body.get("customer_id")}
        customers |= {item.conversation.customer_id for item in work}
        consults = {UUID(str(e.body["consult_id"])) for e in events if e.body.get("consult_id")}
        cases = {UUID(str(e.body["case_id"])) for e in events if e.body.get("case_id")}
        mentions = {UUID(str(e.body["mention_id"])) for e in events if e.body.get("mention_id")}
        calls = {UUID(str(e.body["call_id"])) for e in events if e.body.get("call_id")}
        places = await self._connection.fetch(_SQL["places"], list(conversations)) if conversations else []
        place = {row["id"]: (row["access_class"], row["agent_id"]) for row in places}
        now_in = {item.interaction.id: place[item.conversation.id][0] for item in work if item.conversation.id in place}
        return EventViews(
            work=work, messages=messages, offers=[OfferView(**_told(row)) for row in offer_rows],
            consults=await PgConsults(self._connection, self._now).views(consults) if consults else [],
            cases=await PgCases(self._connection, self._now).views(cases) if cases else [],
            mentions=await PgMentions(self._connection, self._now).views(mentions) if mentions else [],
            calls=await PgCalls(self._connection, self._now).views(calls) if calls else [],
            agents=await self.agents(agents) if agents else [], customers=await self._customers(list(customers)), place=place,
            moved=[
                (e.access_class, e.interaction_id, now_in[e.interaction_id])
                for e in events
                if e.interaction_id in now_in and e.access_class is not None and e.access_class != now_in[e.interaction_id]
            ],
            channel_ids=list({e.channel_id for e in events if e.type == "channel.changed" and e.channel_id}),
            queue_ids=list({e.queue_id for e in events if e.type.startswith("queue.") and e.queue_id}),
        )  # fmt: skip

    async def attachment_place(self, attachment_id: UUID) -> tuple[str, str, int | None, UUID | None] | None:
        """Return (name, media type, access class, agent or uploader) of a stored file."""
        row = await self._connection.fetchrow(_SQL["attachment_place"], attachment_id)
        return tuple(row) if row else None


def lexeme(term: str) -> str:
    """Quote a term for a tsquery; a trailing star makes it a prefix."""
    prefix = ":*" if term.endswith("*") else ""
    return "'" + term.removesuffix("*").replace("\\", "\\\\").replace("'", "''") + "'" + prefix


def _told(row: Any) -> dict[str, Any]:
    """Return a row with its times as the API writes them."""
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _agent(row: Any) -> AgentView:
    return AgentView(**{**_told(row), "skills": [msgspec.convert(s, AgentSkillView) for s in row["skills"]]})


def _interaction(row: Any) -> InteractionView:
    facts: dict[str, Any] = {name: row[name] for name in _INTERACTION_FIELDS}
    return InteractionView(**_told(facts))


def _identity(row: Any) -> IdentityView:
    return IdentityView(
        id=row["n_id"], network=row["network"], realm=row["realm"], remote_id=row["remote_id"], handle=row["handle"],
        display_name=row["display_name"], profile_url=row["profile_url"], blocked=row["blocked"],
    )  # fmt: skip


def _conversation(row: Any) -> ConversationView:
    return ConversationView(
        id=row["conversation_id"], channel_id=row["channel_id"], visibility=row["visibility"],
        root_remote_id=row["root_remote_id"], customer_id=row["customer_id"], identity=_identity(row),
        subject=row["subject"], links_to=row["links_to"], url=row["url"],
        reply=ReplyView(rule=row["reply_rule"], until=maybe_instant(row["reply_until"]), reason=row["reply_reason"]),
        last_said_at=maybe_instant(row["last_said_at"]), last_inbound_at=maybe_instant(row["last_inbound_at"]),
        merge_id=row["merge_id"], version=row["c_version"], tags=row["tags"],
    )  # fmt: skip


def _last(row: Any) -> LastView | None:
    if row["l_id"] is None:
        return None
    return LastView(
        message_id=row["l_id"], direction=row["l_direction"], text=row["l_text"] or "", said_at=instant(row["l_said_at"]),
        automatic=row["l_automatic"], deleted=row["l_deleted"],
    )  # fmt: skip


def history_item(row: Any) -> HistoryItem:
    """Return a conversation in short, from a row of `conversations`."""
    return HistoryItem(conversation=_conversation(row), last=_last(row), network=row["network"], medium=row["medium"])


def _work_item(row: Any) -> WorkItem:
    return WorkItem(
        interaction=_interaction(row), conversation=_conversation(row), last=_last(row), network=row["network"],
        medium=row["medium"],
    )  # fmt: skip


def _author(row: Any) -> AuthorView:
    if row["user_id"] is not None:
        return AuthorView(kind="user", id=row["user_id"], name=row["u_name"], handle="")
    if row["identity_id"] is not None:
        kind = "customer" if row["aside_identity_id"] is None else "third"
        return AuthorView(kind=kind, id=row["identity_id"], name=row["n_name"], handle=row["n_handle"])
    return AuthorView(kind="company", id=None, name="", handle="")


def _message(row: Any) -> MessageView:
    return MessageView(
        id=row["id"], conversation_id=row["conversation_id"], interaction_id=row["interaction_id"],
        channel_id=row["channel_id"], direction=row["direction"], visibility=row["visibility"], author=_author(row),
        said_at=instant(row["said_at"]), received_at=instant(row["received_at"]), subject=row["subject"], text=row["text"],
        html=row["html"], language=row["language"], url=row["url"], automatic=row["automatic"],
        delivery=row["delivery"], delivery_code=row["delivery_code"], delivery_error=row["delivery_error"],
        edited_at=maybe_instant(row["edited_at"]), deleted_at=maybe_instant(row["deleted_at"]),
        hidden=row["hidden"], liked=row["liked"], revision=row["revision"], parent_id=row["parent_id"],
        attachments=[msgspec.convert(a, AttachmentView) for a in row["attachments"]], details=row["details"],
        order=(instant(row["said_at"]), row["tie_break"], row["ingest_key"]), version=row["version"],
        aside=_aside(row), held=_held(row),
    )  # fmt: skip


def _aside(row: Any) -> AsideView | None:
    if row["aside_identity_id"] is None:
        return None
    return AsideView(identity_id=row["aside_identity_id"], name=row["x_name"], handle=row["x_handle"])


def _held(row: Any) -> HeldView | None:
    if row["k_state"] is None:
        return None
    return HeldView(
        state=row["k_state"], send_at=maybe_instant(row["k_send_at"]), stops=row["k_stops"], decided_by=row["k_decided_by"]
    )
