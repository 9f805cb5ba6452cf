"""Work lists as statements: a page's places are picked from an index in its order first, then its rows are read.

Somebody with few classes, or a list of one queue or channel, gets the first of each class and the merge of these: walking
the whole order would pass over other people's work, which is nearly all of it for a small team. What is open is merged from
one walk for each state: an index over all of them would get an entry more with every step that work takes.
"""

from datetime import datetime
from uuid import UUID

from unisono.domain.words import InteractionState
from unisono.service.ports.reading import Sight, WorkFilter
from unisono.store.sql import load

MOST_CLASSES = 24
_SQL = load("reading")
_OPEN = [state for state in InteractionState if state is not InteractionState.CLOSED]
_VIEWS = {
    "mine": "i.state <> 'closed' and i.agent_id = {me}",
    "waiting": "i.state = 'waiting'",
    "open": "i.state <> 'closed'",
    "parked": "i.state = 'parked'",
    "closed": "i.state = 'closed'",
}


class Parameters:
    """Collects the values of a statement that is put together from fixed parts."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def add(self, value: object, cast: str = "") -> str:
        """Add a value; returns how the statement names it."""
        self.values.append(value)
        return f"${len(self.values)}{cast}"


def seen(sight: Sight, parameters: Parameters, class_column: str, agent_column: str | None) -> str | None:
    """Return the condition that something may be seen; None when everything may."""
    if sight.classes is None:
        return None
    condition = f"{class_column} = any({parameters.add(sorted(sight.classes), '::int[]')})"
    if sight.own is not None and agent_column is not None:
        condition = f"({condition} or {agent_column} = {parameters.add(sight.own, '::uuid')})"
    return condition


def list_statement(sight: Sight, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int) -> tuple[str, list[object]]:
    """Return the statement of a work list and its values; each form has an index that gives its order."""
    parameters = Parameters()
    picked = _Picked(parameters, which, after, limit)
    narrowed = which.queue_id is not None or which.channel_id is not None
    if which.view == "mine":
        # One's own work is seen whatever its class, if one's own is seen at all.
        visible = None if sight.own == which.me else seen(sight, parameters, "i.access_class", "i.agent_id")
        places = picked.walk(visible)
    elif sight.classes is None:
        places = picked.merge(None, None) if narrowed and picked.must_merge else picked.walk(None)
    elif narrowed or len(sight.classes) <= MOST_CLASSES:
        places = picked.merge(sorted(sight.classes), sight.own)
    else:
        places = picked.walk(seen(sight, parameters, "i.access_class", "i.agent_id"))
    return f"{_SQL['work']} join ({places}) p on p.id = i.id order by {picked.order('p')}", parameters.values


class _Picked:
    """The places of a page: (id, sort key) of its rows, in order."""

    def __init__(self, parameters: Parameters, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int) -> None:
        self._parameters = parameters
        self._which = which
        closed = which.view == "closed"
        self._column, self._sign, self._direction = ("closed_at", "<", " desc") if closed else ("due_at", ">", "")
        view = _VIEWS[which.view]
        self._states = [[f"i.state = '{state}'"] for state in _OPEN] if which.view == "open" else [[]]
        self._conditions = [view.format(me=parameters.add(which.me, "::uuid")) if "{me}" in view else view]
        if after is not None:
            place = f"({parameters.add(after[0], '::timestamptz')}, {parameters.add(after[1], '::uuid')})"
            self._conditions.append(f"(i.{self._column}, i.id) {self._sign} {place}")
        self._limit = parameters.add(limit, "::int")
        self._filters = [
            (column, parameters.add(value, "::uuid"))
            for column, value in (("queue_id", which.queue_id), ("channel_id", which.channel_id))
            if value is not None
        ]

    @property
    def must_merge(self) -> bool:
        """Whether no index has this order for the filters themselves: closed work, or a queue and a channel at once."""
        return self._which.view == "closed" or len(self._filters) == 2

    def order(self, table: str) -> str:
        """The list's order."""
        return f"{table}.{self._column}{self._direction}, {table}.id{self._direction}"

    def walk(self, visible: str | None) -> str:
        """Follow the order of one index and leave out what is not seen."""
        conditions = [f"i.{column} = {value}" for column, value in self._filters]
        return self._pick([*conditions, *([visible] if visible else [])])

    def merge(self, classes: list[int] | None, own: UUID | None) -> str:
        """Take the first of each class; queue and channel are what a class is made of."""
        wanted = [f"k.{column} = {value}" for column, value in self._filters]
        seen_classes = None if classes is None else self._parameters.add(classes, "::int[]")
        if seen_classes is not None:
            wanted.append(f"k.id = any({seen_classes})")
        of_class = self._pick(["i.access_class = k.id"])
        heads = f"select h.id, h.{self._column} from access_class k cross join lateral ({of_class}) h"
        parts = [f"{heads} where {' and '.join(wanted)}"]
        if own is not None and self._which.view != "waiting":
            mine = [f"i.agent_id = {self._parameters.add(own, '::uuid')}", f"i.access_class <> all({seen_classes})"]
            parts.append(f"({self._pick([*mine, *(f'i.{column} = {value}' for column, value in self._filters)])})")
        return f"select * from ({' union all '.join(parts)}) m order by {self.order('m')} limit {self._limit}"

    def _pick(self, conditions: list[str]) -> str:
        walks = [self._walk([*conditions, *state, *self._conditions]) for state in self._states]
        if len(walks) == 1:
            return walks[0]
        # Each in its order and with the limit: then they are merged as they are walked, and none goes on for longer than needed.
        merged = " union all ".join(f"({walk})" for walk in walks)
        return f"select w.id, w.{self._column} from ({merged}) w order by {self.order('w')} limit {self._limit}"

    def _walk(self, conditions: list[str]) -> str:
        return (
            f"select i.id, i.{self._column} from interaction i where {' and '.join(conditions)} "
            f"order by {self.order('i')} limit {self._limit}"
        )
