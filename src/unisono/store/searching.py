"""Search, newest first, in windows of time that grow: a common word is answered by the last days, a rare one by all of them.

Access is filtered inside the index: each message has its conversation's class among its terms, so somebody who sees few queues
passes over nobody else's messages. Words that are frequent and never meet are given up after a slice of time, with the place
from which to search on. (The plan of each window is the database's own; it knows how frequent words are.)
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.reading import Sight
from unisono.service.ports.searching import Found, Place, SearchFor, SearchPlace
from unisono.service.views import SearchHit
from unisono.store.driver import Connection
from unisono.store.reading import PgReading, lexeme
from unisono.store.sql import load
from unisono.store.work_lists import Parameters

_SQL = load("searching")
#: Since this version of the terms every message has its class among them.
WITH_CLASSES: Final = 2
#: More classes than this are left out by the conversation, one by one: then few messages are somebody else's.
MOST_CLASSES: Final = 64
#: Messages in the first window; how much more each window may take in than the one before.
FIRST_ROWS, GROWTH = 8_000, 16.0
#: What is this small is looked through to the end, however long it takes.
SMALL_ROWS: Final = 100_000
SLICE_S: Final = 0.02
_PLANNED: Final = (
    "set local plan_cache_mode = force_custom_plan; set local jit = off; set local max_parallel_workers_per_gather = 0"
)
#: Of the beginning of a word the planner only guesses how many names have it, far too many, and reads all people to find them.
_BY_INDEX: Final = "set local enable_seqscan = off", "set local enable_seqscan = on"
#: Shorter beginnings are those of too many names to find anybody by.
NAME_BEGINS: Final = 3
_LOWEST: Final = UUID(int=0)
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)


class _Month(Struct, frozen=True):
    table: str
    start: datetime
    end: datetime
    rows: float


class PgSearching:
    """Implements `service.ports.Searching`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def places(self) -> list[SearchPlace]:
        """Return every access class with the names of its queue and channel."""
        return [SearchPlace(**dict(row)) for row in await self._connection.fetch(_SQL["places"])]

    async def search(self, sight: Sight, wanted: SearchFor, after: Place | None, limit: int) -> Found:
        """Return hits behind a place, newest first."""
        async with self._connection.transaction(readonly=True):
            # Whether to walk by time or to collect by word depends on how common the words are; windows are walked one after
            # the other, and the last is left when the page is full.
            await self._connection.execute(_PLANNED)
            if not wanted.groups:
                hits, end = await self._conversations(sight, wanted, after, limit), None
            else:
                hits, end = await self._messages(sight, wanted, after, limit)
                if not wanted.phrases and not _is_filtered(wanted):
                    names = await self._names(sight, wanted, after, end, limit)
                    hits = sorted({*hits, *names}, reverse=True)
        more = len(hits) > limit
        hits = hits[:limit]
        following = hits[-1] if more else (end, _LOWEST) if end is not None else None
        return Found(hits=await self._shown(hits), next=following)

    # -- messages by their words --------------------------------------------------------------------------------------

    async def _messages(
        self, sight: Sight, wanted: SearchFor, after: Place | None, limit: int
    ) -> tuple[list[Place], datetime | None]:
        """Return hits, one more than `limit` if there are more, and how far back was looked; None: to the end."""
        months, default, version = await self._months()
        query = _tsquery(wanted.groups, sight.classes if version >= WITH_CLASSES else None)
        top = min((moment for moment in (wanted.before, after[0] if after else None) if moment is not None), default=None)
        bottom = wanted.since or _BEGINNING
        window = _Windows(months, top or self._now + timedelta(days=1), bottom)
        hits: list[Place] = []
        began = perf_counter()
        # The newest window has no upper end: clocks of networks run ahead.
        upper = None if top is None else top + timedelta(microseconds=1)
        while True:
            low = window.next_low()
            tables = window.tables(low, upper)
            started = perf_counter()
            hits += await self._hits(tables, default, sight, wanted, query, after, (low, upper), limit + 1 - len(hits))
            took = perf_counter() - started
            if len(hits) > limit or low <= bottom:
                return sorted(hits, reverse=True), None
            left = SLICE_S - (perf_counter() - began)
            if left <= 0 and window.rows_below(low) > SMALL_ROWS:
                return sorted(hits, reverse=True), low
            window.grow(max(1.0, left / max(took, 0.0001)) if window.rows_below(low) > SMALL_ROWS else GROWTH)
            upper = low

    async def _months(self) -> tuple[list[_Month], str, int]:
        rows = await self._connection.fetch(_SQL["months"])
        months = []
        for row in rows[:-1]:
            year, month = (int(part) for part in row["relname"].removeprefix("message_terms_").split("_"))
            start = datetime(year, month, 1, tzinfo=UTC)
            end = (start + timedelta(days=32)).replace(day=1)
            months.append(_Month(row["relname"], start, end, row["rows"]))
        return months, rows[-1]["relname"], rows[-1]["version"]

    async def _hits(
        self, tables: Sequence[str], default: str, sight: Sight, wanted: SearchFor, query: str, after: Place | None,
        bounds: tuple[datetime, datetime | None], limit: int,
    ) -> list[Place]:  # fmt: skip
        parameters = Parameters()
        joins = "join conversation c on c.id = t.conversation_id"
        conditions = [f"t.terms @@ {parameters.add(query, '::text::tsquery')}", *_common(sight, wanted, parameters)]
        low, upper = bounds
        if low > _BEGINNING:
            conditions.append(f"t.said_at >= {parameters.add(low, '::timestamptz')}")
        if upper is not None:
            conditions.append(f"t.said_at < {parameters.add(upper, '::timestamptz')}")
        if wanted.before is not None:
            conditions.append(f"t.said_at < {parameters.add(wanted.before, '::timestamptz')}")
        if after is not None:
            conditions.append(
                f"(t.said_at, t.message_id) < ({parameters.add(after[0], '::timestamptz')}, {parameters.add(after[1], '::uuid')})"
            )
        if wanted.has_attachment:
            conditions.append("exists (select from attachment f where f.message_id = t.message_id and f.state <> 'gone')")
        if wanted.phrases:
            joins += " join message_text x on x.message_id = t.message_id"
            for phrase in wanted.phrases:
                like = parameters.add(f"%{_escape_like(phrase)}%", "::text")
                conditions.append(f"(x.text ilike {like} or x.subject ilike {like})")
        count = parameters.add(limit, "::int")
        walks = [
            f'(select t.said_at, t.message_id from "{table}" t {joins} where {" and ".join(conditions)} '
            f"order by t.said_at desc, t.message_id desc limit {count})"
            for table in tables
        ]
        parts = [f"(select * from ({' union all '.join(walks)}) w limit {count})"] if walks else []
        parts.append(
            f'(select t.said_at, t.message_id from "{default}" t {joins} where {" and ".join(conditions)} '
            f"order by t.said_at desc, t.message_id desc limit {count})"
        )
        rows = await self._connection.fetch(" union all ".join(parts), *parameters.values)
        return sorted(((row["said_at"], row["message_id"]) for row in rows), reverse=True)[:limit]

    async def _names(self, sight: Sight, wanted: SearchFor, after: Place | None, end: datetime | None, limit: int) -> list[Place]:
        """Return the newest messages of conversations with people of this name, no older than what was looked through."""
        groups = [[t for t in group if not t.endswith("*") or len(t) > NAME_BEGINS] for group in wanted.groups if group]
        if not all(groups):
            return []
        begins = any(term.endswith("*") for group in groups for term in group)
        if begins:
            await self._connection.execute(_BY_INDEX[0])
        rows = await self._connection.fetch(
            _SQL["found_by_name"], _tsquery(groups, None), None if sight.classes is None else sorted(sight.classes),
            after[0] if after else None, after[1] if after else None, limit + 1, end,
        )  # fmt: skip
        if begins:
            await self._connection.execute(_BY_INDEX[1])
        return [(row["said_at"], row["message_id"]) for row in rows]

    # -- conversations by what is asked of them -------------------------------------------------------------------------

    async def _conversations(self, sight: Sight, wanted: SearchFor, after: Place | None, limit: int) -> list[Place]:
        parameters = Parameters()
        conditions = ["c.last_message_id is not null", *_common(sight, wanted, parameters)]
        if wanted.since is not None:
            conditions.append(f"c.last_said_at >= {parameters.add(wanted.since, '::timestamptz')}")
        if wanted.before is not None:
            conditions.append(f"c.last_said_at < {parameters.add(wanted.before, '::timestamptz')}")
        if after is not None:
            place = f"({parameters.add(after[0], '::timestamptz')}, {parameters.add(after[1], '::uuid')})"
            conditions.append(f"(c.last_said_at, c.last_message_id) < {place}")
        if wanted.has_attachment:
            conditions.append(
                "exists (select from message m join attachment f on f.message_id = m.id "
                "where m.conversation_id = c.id and f.state <> 'gone')"
            )
        rows = await self._connection.fetch(
            f"select c.last_said_at, c.last_message_id from conversation c where {' and '.join(conditions)} "
            f"order by c.last_said_at desc, c.last_message_id desc limit {parameters.add(limit + 1, '::int')}",
            *parameters.values,
        )
        return [(row["last_said_at"], row["last_message_id"]) for row in rows]

    async def _shown(self, hits: Sequence[Place]) -> list[SearchHit]:
        reading = PgReading(self._connection, self._now)
        messages = {m.id: m for m in await reading.messages_by_id([message_id for _, message_id in hits])}
        places = await reading.conversations({m.conversation_id for m in messages.values()})
        found = []
        for _, message_id in hits:
            message = messages.get(message_id)
            if message is not None:
                place = places[message.conversation_id]
                found.append(SearchHit(message=message, conversation=place.view, network=place.network, medium=place.medium))
        return found


class _Windows:
    """Windows of time from a moment back, each so large that it holds about as many messages as wanted."""

    def __init__(self, months: Sequence[_Month], top: datetime, bottom: datetime) -> None:
        self._months = months
        self._at = top
        self._bottom = bottom
        self._rows = float(FIRST_ROWS)

    def rows_below(self, low: datetime) -> float:
        """Return about how many messages are older."""
        return sum(month.rows * _share(month, month.start, min(low, month.end)) for month in self._months if month.start < low)

    def next_low(self) -> datetime:
        """Return where the next window ends; the last one takes all that is left, and small remainders go with it."""
        left = self._rows
        if self.rows_below(self._at) <= max(SMALL_ROWS / 4, left):
            self._at = self._bottom
            return self._at
        low = self._at
        for month in self._months:
            if month.start >= low:
                continue
            top = min(low, month.end)
            here = month.rows * _share(month, month.start, top)
            if here >= left:
                low = top - (top - month.start) * (left / here)
                break
            left -= here
            low = month.start
        else:
            low = self._bottom
        self._at = max(low, self._bottom)
        return self._at

    def tables(self, low: datetime, upper: datetime | None) -> list[str]:
        """Return the partitions that a window touches, newest first."""
        return [m.table for m in self._months if m.end > low and (upper is None or m.start < upper)]

    def grow(self, factor: float) -> None:
        """Take more into the next window."""
        self._rows *= min(GROWTH, max(1.0, factor))


def _share(month: _Month, low: datetime, high: datetime) -> float:
    return max(0.0, (high - low) / (month.end - month.start))


def _is_filtered(wanted: SearchFor) -> bool:
    return bool(
        wanted.people or wanted.tags or wanted.states or wanted.spam or wanted.agent_id or wanted.unassigned or wanted.cases
        or wanted.since or wanted.before or wanted.has_attachment
    )  # fmt: skip


def _common(sight: Sight, wanted: SearchFor, parameters: Parameters) -> list[str]:
    """Return what is asked of a conversation `c`."""
    conditions = []
    if sight.classes is not None:
        conditions.append(f"c.access_class = any({parameters.add(sorted(sight.classes), '::int[]')})")
    conditions += [
        "c.identity_id in (select n.id from identity n where n.name_terms @@ "
        f"{parameters.add(_tsquery(groups, None), '::text::tsquery')} limit 2000)"
        for groups in wanted.people
    ]
    conditions += [
        "exists (select from conversation_tag g where g.conversation_id = c.id "
        f"and g.tag_id = {parameters.add(tag_id, '::uuid')})"
        for tag_id in wanted.tags
    ]
    if wanted.cases:
        conditions.append(
            "exists (select from interaction i join case_file f on f.id = i.case_id where i.conversation_id = c.id "
            f"and f.number = any({parameters.add(list(wanted.cases), '::bigint[]')}))"
        )
    opened = []
    states = [state for state in wanted.states if state != "closed"]
    if states:
        opened.append(f"i.state = any({parameters.add(states, '::text[]')})")
    if wanted.agent_id is not None:
        opened.append(f"i.agent_id = {parameters.add(wanted.agent_id, '::uuid')}")
    if wanted.unassigned:
        opened.append("i.agent_id is null")
    here = "select from interaction i where i.conversation_id = c.id and i.stage <> 'closed'"
    if opened:
        conditions.append(f"exists ({here} and {' and '.join(opened)})")
    elif "closed" in wanted.states:
        conditions.append(f"not exists ({here})")
    if wanted.spam:
        conditions.append("exists (select from interaction i where i.conversation_id = c.id and i.spam)")
    return conditions


def _tsquery(groups: Sequence[Sequence[str]], classes: frozenset[int] | None) -> str:
    asked = [group for group in groups if group]
    if classes is not None and len(classes) <= MOST_CLASSES:
        asked = [*asked, [f"@{one}" for one in sorted(classes)] or ["@0"]]
    return " & ".join("(" + " | ".join(lexeme(term) for term in group) + ")" for group in asked)


def _escape_like(phrase: str) -> str:
    return phrase.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
