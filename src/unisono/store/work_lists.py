"""Work lists as statements: a page's places are picked from an index in its order first, then its rows are read.

Somebody with few classes, or a list of one queue or channel, gets the first of each class and the merge of these: walking
the whole order would pass over other people's work, which is nearly all of it for a small team. What is open is merged from
one walk for each stage: an index over all of them would get an entry more with every step that work takes. Work that is
offered has the stage of what waits, so that an offer writes no index: it is passed over among that, and found by its hold.
"""

import itertools
from datetime import datetime
from uuid import UUID

from unisono.domain.words import InteractionState
from unisono.service.ports.reading import Sight, WorkFilter
from unisono.store.sql import load

MOST_CLASSES = 24
#: Views of what is over, newest first.
ENDED = ("closed", "spam")
_SQL = load("reading")
_STAGES = [state for state in InteractionState if state not in (InteractionState.CLOSED, InteractionState.OFFERED)]
_OFFERED = "i.stage = 'waiting' and i.state = 'offered'"
_VIEWS = {
    "mine": "i.stage <> 'closed'",
    "waiting": "i.stage = 'waiting' and i.state <> 'offered'",
    "open": "i.stage <> 'closed'",
    "parked": "i.stage = 'parked'",
    "closed": "i.stage = 'closed' and not i.spam",
    "spam": "i.spam",
}
_SORTS = {"due": ("due_at", ">", ""), "oldest": ("waiting_since", ">", ""), "newest": ("waiting_since", "<", " desc")}


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
    picked, places = _places(sight, which, after, limit)
    return f"{_SQL['work']} join ({places}) p on p.id = i.id order by {picked.order('p')}", picked.values


def places_statement(
    sight: Sight, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[str, list[object]]:  # fmt: skip
    """Return the statement of a work list's ids alone."""
    picked, places = _places(sight, which, after, limit)
    return f"select p.id from ({places}) p order by {picked.order('p')}", picked.values


def count_statement(sight: Sight, which: WorkFilter, most: int) -> tuple[str, list[object]]:
    """Return the statement that counts a work list as far as `most`."""
    picked, places = _places(sight, which, None, most)
    return f"select count(*) from ({places}) p", picked.values


def conditions(sight: Sight, which: WorkFilter, parameters: "Parameters") -> list[str]:
    """Return what must hold of a row `i` to stand in a work list, whatever its order."""
    picked = _Picked(parameters, which, None, None)
    own = which.view == "mine" and sight.own == which.me
    visible = None if own else seen(sight, parameters, "i.access_class", "i.agent_id")
    return picked.rows(visible)


def _places(sight: Sight, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int) -> tuple["_Picked", str]:
    parameters = Parameters()
    picked = _Picked(parameters, which, after, limit)
    narrowed = which.queue_id is not None or which.channel_id is not None
    if which.view == "mine":
        # One's own work is seen whatever its class, if one's own is seen at all.
        visible = None if sight.own == which.me else seen(sight, parameters, "i.access_class", "i.agent_id")
        return picked, picked.walk(visible)
    if sight.classes is None:
        return picked, picked.merge(None, None) if narrowed and picked.must_merge else picked.walk(None)
    if narrowed or len(sight.classes) <= MOST_CLASSES:
        return picked, picked.merge(sorted(sight.classes), sight.own)
    return picked, picked.walk(seen(sight, parameters, "i.access_class", "i.agent_id"))


class _Picked:
    """The places of a page: (id, sort key) of its rows, in order."""

    def __init__(self, parameters: Parameters, which: WorkFilter, after: tuple[datetime, UUID] | None, limit: int | None) -> None:
        self._parameters = parameters
        self._which = which
        ended = which.view in ENDED
        self._column, self._sign, self._direction = (
            ("closed_at", "<", " desc") if ended else _SORTS.get(which.sort, _SORTS["due"])
        )
        view = _VIEWS[which.view]
        # What is merged from one walk for each state has an index for each; by the time of waiting there is one for all.
        apart = which.view == "open" and self._column == "due_at" and not which.state
        self._stages = [[f"i.stage = '{stage}'"] for stage in _STAGES] if apart else [[]]
        self._conditions = [view]
        of = which.me if which.view == "mine" else which.agent_id
        self._of = None if of is None else parameters.add(of, "::uuid")
        if after is not None:
            place = f"({parameters.add(after[0], '::timestamptz')}, {parameters.add(after[1], '::uuid')})"
            self._conditions.append(f"(i.{self._column}, i.id) {self._sign} {place}")
        # Every value that is handed over must be used: who asks for conditions alone has no limit.
        self._limit = "" if limit is None else parameters.add(limit, "::int")
        self._filters = [
            (column, parameters.add(value, "::uuid"))
            for column, value in (("queue_id", which.queue_id), ("channel_id", which.channel_id))
            if value is not None
        ]
        self._narrow(which)

    def _narrow(self, which: WorkFilter) -> None:
        """Add what no index is made for; it is looked at row by row, along the order."""
        add, more = self._parameters.add, self._conditions
        if which.network:
            more.append(f"i.channel_id in (select h.id from channel h where h.network = {add(which.network)})")
        if which.work_class_id is not None:
            wanted = add(which.work_class_id, "::uuid")
            more.append(
                f"(i.work_class_id = {wanted} or (i.work_class_id is null "
                f"and i.channel_id in (select h.id from channel h where h.work_class_id = {wanted})))"
            )
        if which.skill:
            more.append(f"i.skills @> jsonb_build_array(jsonb_build_object('skill', {add(which.skill, '::text')}))")
        if which.tag_id is not None:
            more.append(
                "exists (select from conversation_tag g where g.conversation_id = i.conversation_id "
                f"and g.tag_id = {add(which.tag_id, '::uuid')})"
            )
        if which.state:
            more += self._in_state(which.state)
        if which.language:
            more.append(f"i.language = {add(which.language)}")
        if which.customer_id is not None:
            more.append(
                "i.conversation_id in (select v.id from identity n join conversation v on v.identity_id = n.id "
                f"where n.customer_id = {add(which.customer_id, '::uuid')})"
            )
        if which.agent_id is not None and which.view == "mine":
            more.append(f"i.agent_id = {add(which.agent_id, '::uuid')}")
        if which.unassigned:
            more.append("i.agent_id is null")
        if which.due_before is not None:
            more.append(f"i.due_at < {add(which.due_before, '::timestamptz')}")

    def _in_state(self, state: str) -> list[str]:
        """Return the conditions of a state; what is offered is found by its offers, among all that waits."""
        if state == InteractionState.OFFERED:
            return [_OFFERED, "i.id in (select o.interaction_id from offer o where o.state = 'open')"]
        if state == InteractionState.WAITING:
            return [_VIEWS["waiting"]]
        return [f"i.stage = {self._parameters.add(state)}"]

    def _in_hands(self, agent: str | None) -> list[list[str]]:
        """Return, of each walk to what somebody has in hand, the conditions: what is offered to them is found by its holds."""
        if agent is None:
            return [[]]
        held = [f"i.holder_id = {agent}"]
        if self._which.view not in ("mine", "open"):
            return [held]
        holds = f"select h.interaction_id from capacity_hold h where h.agent_id = {agent} and h.consult_id is null"
        return [held, [_OFFERED, f"i.agent_id = {agent}", f"i.id in ({holds})"]]

    @property
    def values(self) -> list[object]:
        """The values of the statement."""
        return self._parameters.values

    @property
    def must_merge(self) -> bool:
        """Whether the index in this order is by class; that by the time of waiting is one for all that is open."""
        return self._column != "waiting_since"

    def order(self, table: str) -> str:
        """The list's order."""
        return f"{table}.{self._column}{self._direction}, {table}.id{self._direction}"

    def walk(self, visible: str | None) -> str:
        """Follow the order of one index and leave out what is not seen."""
        return self._pick(self._narrowed(visible))

    def rows(self, visible: str | None) -> list[str]:
        """Return the conditions of the list, without any order."""
        return [*self._narrowed(visible), *([] if self._of is None else [f"i.agent_id = {self._of}"]), *self._conditions]

    def _narrowed(self, visible: str | None) -> list[str]:
        conditions = [f"i.{column} = {value}" for column, value in self._filters]
        return [*conditions, *([visible] if visible else [])]

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
            mine = [f"i.access_class <> all({seen_classes})", *(f"i.{column} = {value}" for column, value in self._filters)]
            if self._of is not None:
                mine.append(f"i.agent_id = {self._of}")
            parts.append(f"({self._pick(mine, self._parameters.add(own, '::uuid'))})")
        return f"select * from ({' union all '.join(parts)}) m order by {self.order('m')} limit {self._limit}"

    def _pick(self, conditions: list[str], of: str | None = None) -> str:
        apart = itertools.product(self._stages, self._in_hands(of or self._of))
        walks = [self._walk([*conditions, *stage, *hands, *self._conditions]) for stage, hands in apart]
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
