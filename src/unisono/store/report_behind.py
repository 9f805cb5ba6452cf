"""The enquiries behind figures of reports as statements, and what single people closed, put together from fixed parts."""

from typing import Final

from unisono.service.ports.reports import NO_QUEUE, Asked
from unisono.service.reports.kinds import COLUMNS
from unisono.store import report_rows as rows
from unisono.store.work_lists import Parameters

_PLACES: Final = (
    "join access_class a on a.id = f.access_class join queue p on p.id = a.queue_id join channel h on h.id = a.channel_id"
)
#: Of each moment: its day, its time, whose doing it is, the moment whose groups count, and which facts belong to it.
_MOMENTS: Final[dict[str, tuple[str, str, str, str, list[str]]]] = {
    "arrived": ("f.arrived_day", "f.arrived_at", "null::uuid", "arrived", ["not f.by_hand"]),
    "answered": ("f.answered_day", "f.answered_at", "f.answered_by", "answered", []),
    "late": ("f.late_day", "f.late_at", "coalesce(f.answered_by, f.closed_by)", "answered", []),
    "closed": ("f.closed_day", "f.closed_at", "f.closed_by", "closed", ["f.ending not in ('abandoned', 'merged')"]),
    "left": ("f.closed_day", "f.closed_at", "null::uuid", "left", ["f.ending = 'abandoned'"]),
}
#: Which of a row's enquiries a column counts, where not all.
_ONLY: Final = {
    "again": "f.again", "kept": "f.late_at is null", "level": "f.late_at is null", "in_15m": "f.first_ms <= 900000",
    "in_1h": "f.first_ms <= 3600000", "in_4h": "f.first_ms <= 14400000", "in_1d": "f.first_ms <= 86400000",
    "closed_1h": "f.resolution_ms <= 3600000", "closed_1d": "f.resolution_ms <= 86400000", "next_n": "f.next_n > 0",
    "next_ms": "f.next_n > 0", "next_late": "f.next_late > 0", "resolution_late": "f.resolution_late",
    "transfers": "f.transfers > 0",
}  # fmt: skip
#: So many of a figure's enquiries are looked at first: mostly enough people stand behind these already.
SOME: Final = 2_000


def moment_of(column: str) -> str:
    """Return the moment by whose day a column's enquiries are found."""
    return "late" if column == "breached" else COLUMNS[column].moment


class _Behind:
    """What a statement about the enquiries behind a figure is put together from."""

    def __init__(self, asked: Asked, column: str, key: str | None, least: int) -> None:
        ps = self.ps = Parameters()
        self.day, self.at, self.who, moment, usual = _MOMENTS[moment_of(column)]
        dim = rows.dimension(asked)
        value = {
            "language": "f.language", "skills": "f.skills", "tags": "f.tags", "code": "coalesce(f.code_id::text, '')",
        }.get(dim, "''")  # fmt: skip
        self.where = [
            f"{self.day} between {ps.add(asked.first, '::date')} and {ps.add(asked.last, '::date')}", *rows.access(asked, ps),
            *rows.of_queues(asked, ps), *rows.of_channels(asked, ps), *rows.values_chosen(asked, ps, value), *usual,
        ]  # fmt: skip
        self.chain = ""
        self.tables = f"report_fact f {_PLACES}"
        shown = {"c.queue_id": "a.queue_id", "c.team_id": "p.team_id", "c.value": value}
        if least:
            self._of_people(asked, moment, value, least, narrowed=key is not None)
            own = rows.people_key(asked.by)
            shown |= {"c.queue_id": "c.queue_id"}
        else:
            own = rows.key_of(asked.by)
            shown |= {"c.begins": self.day}
        if key is not None:
            for name, meant in shown.items():
                own = own.replace(name, meant)
            self.where.append(f"{own} = {ps.add(key)}")
        self.only = _ONLY.get(column, "true")

    def _of_people(self, asked: Asked, moment: str, value: str, least: int, *, narrowed: bool) -> None:
        ps, way, of = self.ps, rows.way_of(asked), self.ps.add(moment)
        self.chain = f"with {rows.seen(asked, ps)}, {rows.due(asked, ps)}"
        first, last = ps.add(asked.first, "::date"), ps.add(asked.last, "::date")
        split = "a.channel_id::text" if way == "channel" else value
        if asked.classes is not None:
            # Of a queue that is seen in part: what everybody may see of its channels.
            way = f"case when s.part is null then {ps.add(way)} else 'channel' end"
            split = f"case when s.part is null then {split} else a.channel_id::text end"
        else:
            way = ps.add(way)
        monday = "date_trunc('week', t.day)::date"
        self.tables += (
            " join seen s on s.queue_id = a.queue_id "
            f"join report_atom t on t.queue_id = a.queue_id and t.moment = {of} and t.day = {self.day} "
            f"join report_piece c on c.queue_id = case t.kind when 'r' then '{NO_QUEUE}'::uuid else t.queue_id end "
            f"and c.moment = {of} and c.way = {way} and c.kind = case t.kind when 'r' then 'p' else t.kind end "
            f"and c.begins = case t.kind when 'd' then t.day else {monday} end and c.value = {split}"
        )
        self.where += [
            f"(t.kind = 'd' or ({monday} >= {first} and {monday} + 6 <= {last}))",
            f"(select coalesce(judged_least, 0) >= {ps.add(least, '::int')} from report_fold)",
            f"(t.kind <> 'r' or exists (select from seen where queue_id = '{NO_QUEUE}'))",
        ]
        if asked.classes is not None:
            self.where += [rows.pool_is_seen("c", of), f"(s.part is null or not (c.held or {rows.IS_DUE}))"]
            if rows.dimension(asked):
                self.where.append("s.part is null")
        if narrowed or conditions_chosen(asked):
            self.where.append(f"not (c.held or {rows.IS_DUE})")


def behind_statement(
    asked: Asked, column: str, key: str | None, least: int, before: tuple[object, object] | None, limit: int
) -> tuple[str, list[object]]:
    """Return the statement of the enquiries behind a row (key) or a total (None); least 0 for what is about customers."""
    b = _Behind(asked, column, key, least)
    where = [*b.where, b.only]
    if before is not None:
        where.append(f"({b.at}, f.interaction_id) < ({b.ps.add(before[0], '::timestamptz')}, {b.ps.add(before[1], '::uuid')})")
    statement = (
        f"{b.chain} select f.interaction_id, v.id as conversation_id, v.channel_id, a.queue_id, f.arrived_at, {b.at} as at, "
        f"y.display_name from {b.tables} join conversation v on v.id = f.conversation_id "
        f"join identity y on y.id = v.identity_id{rows.where(where)} "
        # By day first: days follow one another as times do, and have an index.
        f"order by {b.day} desc, {b.at} desc, f.interaction_id desc limit {b.ps.add(limit)}"
    )
    return statement, b.ps.values


def people_behind_statement(
    asked: Asked, column: str, key: str | None, least: int, some: int | None = None
) -> tuple[str, list[object]]:
    """Return the statement of how many people stand behind the enquiries of a figure, and behind the others of its row.

    some: of so many of them, whichever come first; there are no fewer people behind all.
    """
    b = _Behind(asked, column, key, least)
    limit = "" if some is None else f" limit {b.ps.add(some)}"
    statement = (
        f"{b.chain} select count(distinct x.who) filter (where x.mine) as those, count(distinct x.who) filter (where not x.mine) "
        f"as others, count(*) as n from (select {b.who} as who, ({b.only}) as mine from {b.tables}{rows.where(b.where)}{limit}) x"
    )
    return statement, b.ps.values


def counts_all(column: str) -> bool:
    """Tell whether a column counts all enquiries of its row."""
    return column not in _ONLY


def conditions_chosen(asked: Asked) -> bool:
    """Tell whether a filter chooses among the values of the split dimension."""
    return any(
        (
            asked.languages, asked.code_ids, asked.skills, asked.tags, asked.channel_ids, asked.networks, asked.media,
            asked.work_class_ids,
        )
    )  # fmt: skip


def own_statement(asked: Asked, agent_ids: list[object] | None) -> tuple[str, list[object]]:
    """Return the statement of what each person closed."""
    ps = Parameters()
    conditions = [
        f"f.closed_day between {ps.add(asked.first, '::date')} and {ps.add(asked.last, '::date')}", *rows.access(asked, ps),
        *rows.of_queues(asked, ps), *rows.of_channels(asked, ps), "f.ending not in ('abandoned', 'merged')",
        "f.closed_by is not null",
    ]  # fmt: skip
    if agent_ids is not None:
        conditions.append(f"f.closed_by = any({ps.add(agent_ids, '::uuid[]')})")
    statement = (
        "select f.closed_by as agent_id, u.name, count(*)::bigint as n, sum(f.resolution_ms)::bigint as ms, "
        "count(f.worked_ms)::bigint as worked, coalesce(sum(f.worked_ms), 0)::bigint as worked_ms, "
        "sum(f.wrap_ms)::bigint as wrap_ms, "
        "sum(f.next_n)::bigint as next_n, sum(f.next_ms)::bigint as next_ms, sum(f.transfers)::bigint as transfers "
        f"from report_fact f join app_user u on u.id = f.closed_by {_PLACES}{rows.where(conditions)} "
        "group by 1, 2, u.name_key order by u.name_key, 1"
    )
    return statement, ps.values
