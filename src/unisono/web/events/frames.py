"""Frames out of events: each view is encoded once, each sight's frame is put together once.

Pure: what is touched goes in, bytes come out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from unisono.service.event_types import OF_AGENTS
from unisono.service.ports.base import LoggedEvent
from unisono.service.setup_views import ChannelView, QueueView
from unisono.service.views import EventViews, WorkItem
from unisono.web.events.sight import Sight
from unisono.web.events.sse import Frame, change

View = msgspec.Raw


def _raw(view: object) -> View:
    return msgspec.Raw(msgspec.json.encode(view))


class Batch:
    """What a run of events changed, ready to be shown to many. `cursor` is that of the last of them."""

    def __init__(
        self, events: Sequence[LoggedEvent], views: EventViews, channels: Iterable[ChannelView],
        queues: Iterable[QueueView], channel_classes: Mapping[UUID, frozenset[int]],
    ) -> None:  # fmt: skip
        self.cursor = str(events[-1].cursor)
        self._type = events[-1].type
        self._events = events
        self._place = views.place
        self._work = {item.interaction.id: (item, _raw(item)) for item in views.work}
        self._moved = views.moved
        self.agents = {agent.user_id for agent in views.agents}
        self.agents_gone = sorted({e.agent_id for e in events if e.type in OF_AGENTS and e.agent_id is not None} - self.agents)
        self._agents = {agent.user_id: _raw(agent) for agent in views.agents}
        self._consults = [(consult.conversation_id, _raw(consult)) for consult in views.consults]
        self._calls = [(call.conversation_id, _raw(call)) for call in views.calls if call.conversation_id is not None]
        self._cases = [(access_class, {case.owner_id, *case.member_ids}, _raw(case)) for case, access_class in views.cases]
        self._channels = [(channel_classes.get(channel.id, frozenset()), _raw(channel)) for channel in channels]
        self._queues = [_raw(queue) for queue in queues]
        self._shared: dict[Sight, Frame | None] = {}
        self.offers: dict[UUID, list[View]] = {}
        for offer in views.offers:
            self.offers.setdefault(offer.agent_id, []).append(_raw(offer))
        self.mentions: dict[UUID, list[View]] = {}
        for mention in views.mentions:
            self.mentions.setdefault(mention.user_id, []).append(_raw(mention))
        self.messages: dict[UUID, list[View]] = {}
        for message in views.messages:
            self.messages.setdefault(message.conversation_id, []).append(_raw(message))
        self.customers = {customer.id: _raw(customer) for customer in views.customers}

    @property
    def conversations(self) -> set[UUID]:
        """The conversations of which something was touched."""
        return set(self.messages) | {item.conversation.id for item, _ in self._work.values()} | set(self._place)

    def _class_of(self, item: WorkItem) -> int | None:
        place = self._place.get(item.conversation.id)
        return place[0] if place else None

    def shared(self, sight: Sight) -> Frame | None:
        """Return the frame of everybody with this sight; None when it shows them nothing."""
        if sight not in self._shared:
            body = self._body(sight)
            self._shared[sight] = self._frame(body) if body else None
        return self._shared[sight]

    def personal(self, sight: Sight, user_id: UUID, *, work: bool, conversations: Mapping[UUID, UUID]) -> Frame | None:
        """Return the frame of one connection: with its offers, and the messages of the conversations that it shows.

        work: whether it shows the list of work. conversations: those that it shows, with their customers.
        """
        body = self._body(sight) if work else {}
        offers = self.offers.get(user_id)
        if offers:
            body["offers"] = offers
        mentions = self.mentions.get(user_id)
        if mentions:
            body["mentions"] = mentions
        if user_id in self._agents and not sight.agents:
            body["agents"] = [self._agents[user_id]]
        shown = [c for c in conversations if c in self._place and sight.sees_work(*self._place[c])]
        messages = [view for c in shown for view in self.messages.get(c, ())]
        if messages:
            body["messages"] = messages
        customers = [self.customers[conversations[c]] for c in conversations if conversations[c] in self.customers]
        if customers:
            body["customers"] = customers
        if not work:
            items = [raw for item, raw in self._work.values() if item.conversation.id in shown]
            if items:
                body["work"] = items
        return self._frame(body) if body else None

    def concerns(self, sight: Sight, user_id: UUID, conversations: Mapping[UUID, UUID]) -> bool:
        """Tell whether a connection needs a frame of its own."""
        return (
            user_id in self.offers
            or user_id in self.mentions
            or (user_id in self._agents and not sight.agents)
            or any(c in self._place or conversations[c] in self.customers for c in conversations)
        )

    def _body(self, sight: Sight) -> dict[str, Any]:
        body: dict[str, Any] = {}
        seen = [raw for item, raw in self._work.values() if sight.sees_work(self._class_of(item), item.interaction.agent_id)]
        if seen:
            body["work"] = seen
        gone = {"work": self._gone(sight), "agents": self.agents_gone if sight.agents else []}
        if any(gone.values()):
            body["gone"] = {kind: ids for kind, ids in gone.items() if ids}
        if sight.agents and self._agents:
            body["agents"] = list(self._agents.values())
        consults = [raw for c, raw in self._consults if c in self._place and sight.sees_work(*self._place[c])]
        if consults:
            body["consults"] = consults
        calls = [raw for c, raw in self._calls if c in self._place and sight.sees_work(*self._place[c])]
        if calls:
            body["calls"] = calls
        cases = [raw for c, people, raw in self._cases if sight.sees_work(c, sight.own if sight.own in people else None)]
        if cases:
            body["cases"] = cases
        channels = [raw for classes, raw in self._channels if sight.sees_channel(classes)]
        if channels:
            body["channels"] = channels
        if sight.queues and self._queues:
            body["queues"] = self._queues
        return body

    def _gone(self, sight: Sight) -> list[UUID]:
        """Work that was in sight before these events and is not now: moved to another queue, or no longer one's own."""
        if sight.work is None:
            return []
        left = {i for before, i, _ in self._moved if before in sight.work}
        if sight.own is not None:
            left |= {e.interaction_id for e in self._events if e.interaction_id and e.agent_id == sight.own}
        return sorted(
            i
            for i in left
            if i in self._work and not sight.sees_work(self._class_of(self._work[i][0]), self._work[i][0].interaction.agent_id)
        )

    def _frame(self, body: dict[str, Any]) -> Frame:
        return change(self.cursor, {"type": self._type, "v": 1, "cursor": self.cursor, **body})
