"""Sums of reports as statements, put together from fixed parts.

What is about people is added up from atoms: a queue's day with enough people behind it; else its days of a week that have too
few, together; else such leftovers of all queues of a week. An atom that is still of too few is in no sum at all, so that no
total minus its parts gives it away. Within an atom, the values of one more dimension are shown that have enough people; those
that have not stand together, with the smallest of the others when they are still too few, and with those by which figures that
are cut in different ways could be held against each other (`service/reports/cuts.py`, `docs/explanation/reports.md`).
"""

from typing import Final

from unisono.service.ports.reports import Asked
from unisono.service.reports.kinds import COLUMNS
from unisono.store.work_lists import Parameters

SUMS: Final = (
    "n", "ms", "again", "late", "breached", "in_15m", "in_1h", "in_4h", "in_1d", "worked", "worked_ms", "wrap_ms", "waited",
    "waited_ms", "next_n", "next_ms", "next_late", "resolution_late", "transfers",
)  # fmt: skip
_TIMES: Final = {
    "day": "{day}::text", "week": "date_trunc('week', {day})::date::text", "month": "to_char({day}, 'YYYY-MM')",
}  # fmt: skip
_OF_QUEUE: Final = {"queue": "{p}.queue_id::text", "team": "coalesce({p}.team_id::text, '')"}
_OF_CHANNEL: Final = {
    "channel": "h.id::text", "network": "h.network", "medium": "h.medium", "class": "coalesce(h.work_class_id::text, '')",
}  # fmt: skip
_PLACES: Final = (
    "join access_class a on a.id = {of}.access_class join channel h on h.id = a.channel_id join queue p0 on p0.id = a.queue_id "
    "cross join lateral (select a.queue_id, p0.team_id) p"
)
_NO_QUEUE: Final = "'00000000-0000-0000-0000-000000000000'::uuid"
VALUES: Final = ("language", "code", "skills")
#: Of each moment: its day, its time, whose doing it is, the moment whose groups count, and which facts belong to it.
_BEHIND: Final[dict[str, tuple[str, str, str, str, list[str]]]] = {
    "arrived": ("f.arrived_day", "f.arrived_at", "null", "arrived", ["not f.by_hand"]),
    "answered": ("f.answered_day", "f.answered_at", "f.answered_by", "answered", []),
    "late": ("f.late_day", "f.late_at", "coalesce(f.answered_by, f.closed_by)", "answered", []),
    "closed": ("f.closed_day", "f.closed_at", "f.closed_by", "closed", ["f.ending not in ('abandoned', 'merged')"]),
    "left": ("f.closed_day", "f.closed_at", "null", "left", ["f.ending = 'abandoned'"]),
}
#: Which of a row's enquiries a column counts, where not all.
_ONLY: Final = {
    "again": "f.again", "kept": "f.late_at is null", "level": "f.late_at is null", "in_15m": "f.first_ms <= 900000",
    "in_1h": "f.first_ms <= 3600000", "in_4h": "f.first_ms <= 14400000", "in_1d": "f.first_ms <= 86400000",
    "closed_1h": "f.resolution_ms <= 3600000", "closed_1d": "f.resolution_ms <= 86400000", "next_n": "f.next_n > 0",
    "next_ms": "f.next_n > 0", "next_late": "f.next_late > 0", "resolution_late": "f.resolution_late",
    "transfers": "f.transfers > 0",
}  # fmt: skip


def moment_of(column: str) -> str:
    """Return the moment by whose day a column's enquiries are found."""
    return "late" if column == "breached" else COLUMNS[column].moment


def dimension(asked: Asked) -> str:
    """Return the one dimension beside queue, channel and time that is used, or ''. Raises ValueError for two."""
    used = {
        name for name, chosen in (("language", asked.languages), ("code", asked.code_ids), ("skills", asked.skills)) if chosen
    }
    used |= {asked.by} & set(VALUES)
    if len(used) > 1:
        raise ValueError(f"one of {sorted(used)} at a time")
    return next(iter(used), "")


def by_channel(asked: Asked) -> bool:
    """Tell whether something of the channel is used."""
    chosen = (asked.channel_ids, asked.networks, asked.media, asked.work_class_ids)
    return asked.by in _OF_CHANNEL or any(chosen)


def customers_statement(asked: Asked, moment: str) -> tuple[str, list[object]]:
    """Return the statement of sums that are nobody's doing."""
    ps = Parameters()
    dim = dimension(asked)
    inner = [
        f"c.moment = {ps.add(moment)}",
        f"c.dim = {ps.add(dim)}",
        *_period(asked, ps, "c.day"),
        *_values(asked, ps, "c.value"),
    ]
    places = [*_access(asked, ps), *_of_queues(asked, ps), *_of_channels(asked, ps)]
    time = _TIMES[asked.by].format(day="c.day") if asked.by in _TIMES else "''"
    value = "c.value" if asked.by in VALUES else "''"
    key = _key(asked.by, time="s.time", value="s.value", place="p")
    statement = (
        f"select {key} as key, {_sums('s')} "
        f"from (select c.access_class, {time} as time, {value} as value, {_sums('c')} from report_cell c "
        f"where {' and '.join(inner)} group by 1, 2, 3) s {_PLACES.format(of='s')}{_where(places)} group by 1"
    )
    return statement, ps.values


def hours_statement(asked: Asked) -> tuple[str, list[object]]:
    """Return the statement of enquiries by weekday and hour."""
    ps = Parameters()
    inner = _period(asked, ps, "c.day")
    places = [*_access(asked, ps), *_of_queues(asked, ps), *_of_channels(asked, ps)]
    statement = (
        "select s.weekday, s.hour, sum(s.n)::bigint as n from (select c.access_class, "
        f"extract(isodow from c.day)::int as weekday, c.hour::int as hour, sum(c.arrived) as n from report_hour c "
        f"where {' and '.join(inner)} group by 1, 2, 3) s "
        f"{_PLACES.format(of='s')}{_where(places)} group by 1, 2 order by 1, 2"
    )
    return statement, ps.values


def people_statement(asked: Asked, moment: str, least: int) -> tuple[str, list[object]]:
    """Return the statement of sums that are people's doing, of at least so many of them."""
    ps = Parameters()
    chain = _atoms(asked, moment, least, ps)
    shown, key = _shown(asked, ps)
    return f"{chain} select {key} as key, {_sums('j')} from {shown} group by 1", ps.values


def _atoms(asked: Asked, moment: str, least: int, ps: Parameters) -> str:
    """Return the tables that say what may be shown: `judged` (per atom and value, with `held`) and `atom` (per queue and day)."""
    dim = dimension(asked)
    split = by_channel(asked)
    value = "c.value" if dim else ("p.channel_id::text" if split else "''")
    base = [*_access(asked, ps), *_of_queues(asked, ps)]
    if dim and asked.classes is not None:
        # Of a queue that is seen in part, what is cut by channel is all: it was judged as a whole.
        base.append(
            f"not exists (select from access_class o where o.queue_id = a.queue_id and o.id <> all({_classes(asked, ps)}))"
        )
    if dim and split:
        raise ValueError("channel and another dimension at a time")
    first, last = ps.add(asked.first, "::date"), ps.add(asked.last, "::date")
    few = ps.add(least, "::int")
    everything = "false" if asked.queue_ids or asked.team_ids or (dim and asked.classes is not None) else "true"
    together = _across(moment, dim or ("channel" if split else ""), first, last, few, ps) if least > 1 else ""
    return f"""
with place as materialized (
    select a.id, a.queue_id, a.channel_id, p.team_id from access_class a join queue p on p.id = a.queue_id{_where(base)}
), part as materialized (
    select p.queue_id, p.team_id, c.day, {value} as v, bit_or(c.people) as people, {_sums("c")}
    from report_cell c join place p on p.id = c.access_class
    where c.moment = {ps.add(moment)} and c.dim = {ps.add(dim)} and c.day between {first} and {last} group by 1, 2, 3, 4
), day as (
    select *, date_trunc('week', day)::date as week,
           bit_count(bit_or(people) over (partition by queue_id, day)) not between 1 and {few} - 1 as enough
    from part
), week as (
    -- Windows, not joins: the planner does not know how many rows there are, and would compare each with each.
    select *, week >= {first} and week + 6 <= {last} as whole, bit_count(bit_or(people)
           filter (where not enough and week >= {first} and week + 6 <= {last})
           over (partition by queue_id, week)) >= {few} as of_week
    from day
), pool as (
    select *, {everything} and bit_count(bit_or(people) filter (where not enough and whole and not coalesce(of_week, false))
           over (partition by week)) >= {few} as of_pool
    from week
), placed as materialized (
    select *, case when enough then 'd' when whole and of_week then 'w' when whole and of_pool then 'p' end as kind from pool
), atom as (
    select distinct queue_id, day, kind, case when kind <> 'p' then queue_id end as of_queue,
           case when kind = 'd' then day else week end as begins
    from placed where kind is not null
), piece as (
    select p.kind, case when p.kind <> 'p' then p.queue_id end as of_queue, case when p.kind <> 'p' then p.team_id end as team_id,
           case when p.kind = 'd' then p.day else p.week end as begins, p.v, bit_or(p.people) as people, {_sums("p")}
    from placed p where p.kind is not null group by 1, 2, 3, 4, 5
), counted as (
    select *, bit_count(people) as many, bit_count(people) between 1 and {few} - 1 as low from piece
), ranked as (
    select *, bit_or(people) filter (where low) over same as low_people,
           row_number() over (partition by of_queue, begins, kind order by (many >= {few}) desc, many, v) as place
    from counted window same as (partition by of_queue, begins, kind)
), judged as materialized (
    select *, low or (place = 1 and many >= {few} and coalesce(bit_count(low_people), 0) between 1 and {few} - 1)
           {together} as held
    from ranked r
)"""


def _across(moment: str, way: str, first: str, last: str, few: str, ps: Parameters) -> str:
    """Return what else holds a value of a cut: that it was found to give people away, or that nobody has looked yet."""
    if not way:
        return ""
    return f"""or (r.kind, coalesce(r.of_queue, {_NO_QUEUE}), r.begins, r.v) in (
               select h.kind, h.queue_id, h.begins, h.value from report_held h
               where h.moment = {ps.add(moment)} and h.way = {ps.add(way)} and h.begins between {first} and {last})
           or case when r.kind = 'd' then r.begins in (select u.day from report_unjudged u)
                   else r.begins in (select date_trunc('week', u.day)::date from report_unjudged u) end
           or (select judged_least is distinct from {few} from report_fold)"""


def _shown(asked: Asked, ps: Parameters) -> tuple[str, str]:
    """Return what to add up of `judged`, and the key of its rows (null: together)."""
    conditions = [*_values(asked, ps, "j.v")]
    source = "judged j"
    if by_channel(asked):
        source += " join channel h on h.id = j.v::uuid"
        conditions += _of_channels(asked, ps)
    if conditions:
        # What is chosen is shown by itself, so what may not be is left out; together it could be a single one.
        conditions.append("not j.held")
    key = _people_key(asked.by)
    return f"{source}{_where(conditions)}", f"case when j.held then null else {key} end" if _is_split(asked) else key


def _is_split(asked: Asked) -> bool:
    return asked.by in VALUES or asked.by in _OF_CHANNEL


def _people_key(by: str) -> str:
    if by == "day":
        return "case when j.kind = 'd' then j.begins::text end"
    if by in _TIMES:
        return _TIMES[by].format(day="j.begins")
    if by in _OF_QUEUE:
        return f"case when j.kind <> 'p' then {_OF_QUEUE[by].format(p='j')} end".replace("j.queue_id", "j.of_queue")
    return _key(by, time="''", value="j.v", place="j")


class _Behind:
    """What a statement about the enquiries behind a figure is put together from."""

    def __init__(self, asked: Asked, column: str, key: str | None, least: int) -> None:
        self.ps = Parameters()
        self.day, self.at, self.who, moment, usual = _BEHIND[moment_of(column)]
        dim = dimension(asked)
        self.chain = _atoms(asked, moment, least, self.ps) if least else ""
        value = {"language": "f.language", "skills": "f.skills", "code": "coalesce(f.code_id::text, '')"}.get(dim, "''")
        ps = self.ps
        self.where = [*_period(asked, ps, self.day), *_access(asked, ps), *_of_queues(asked, ps), *_of_channels(asked, ps)]
        self.where += [*_values(asked, ps, value), *usual]
        self.tables = f"report_fact f {_PLACES.format(of='f')}"
        if least:
            split = "a.channel_id::text" if by_channel(asked) and not dim else value
            self.tables += (
                f" join atom t on t.queue_id = a.queue_id and t.day = {self.day} "
                "join judged j on j.of_queue is not distinct from t.of_queue and j.begins = t.begins and j.kind = t.kind "
                f"and j.v = {split}"
            )
            self.where += ["not j.held"] if key is not None or conditions_chosen(asked) else []
            own = _people_key(asked.by)
        else:
            time = _TIMES[asked.by].format(day=self.day) if asked.by in _TIMES else "''"
            own = _key(asked.by, time=time, value=value, place="p")
        if key is not None:
            self.where.append(f"{own} = {ps.add(key)}")
        self.only = _ONLY.get(column, "true")


def behind_statement(
    asked: Asked, column: str, key: str | None, least: int, before: tuple[object, object] | None, limit: int
) -> tuple[str, list[object]]:
    """Return the statement of the enquiries behind a row (key) or a total (None); least 0 for what is about customers."""
    b = _Behind(asked, column, key, least)
    where = [*b.where, b.only]
    if before is not None:
        where.append(f"({b.at}, f.interaction_id) < ({b.ps.add(before[0], '::timestamptz')}, {b.ps.add(before[1], '::uuid')})")
    statement = (
        f"{b.chain} select f.interaction_id, c.id as conversation_id, c.channel_id, a.queue_id, f.arrived_at, {b.at} as at, "
        f"y.display_name from {b.tables} join conversation c on c.id = f.conversation_id "
        f"join identity y on y.id = c.identity_id{_where(where)} "
        f"order by {b.at} desc, f.interaction_id desc limit {b.ps.add(limit)}"
    )
    return statement, b.ps.values


def people_behind_statement(asked: Asked, column: str, key: str | None, least: int) -> tuple[str, list[object]]:
    """Return the statement of how many people stand behind the enquiries of a figure, and behind the others of its row."""
    b = _Behind(asked, column, key, least)
    statement = (
        f"{b.chain} select count(distinct {b.who}) filter (where {b.only}) as those, "
        f"count(distinct {b.who}) filter (where not ({b.only})) as others from {b.tables}{_where(b.where)}"
    )
    return statement, b.ps.values


def conditions_chosen(asked: Asked) -> bool:
    """Tell whether a filter chooses among the values of the split dimension."""
    return any(
        (asked.languages, asked.code_ids, asked.skills, asked.channel_ids, asked.networks, asked.media, asked.work_class_ids)
    )


def own_statement(asked: Asked, agent_ids: list[object] | None) -> tuple[str, list[object]]:
    """Return the statement of what each person closed."""
    ps = Parameters()
    conditions = [*_period(asked, ps, "f.closed_day"), *_access(asked, ps), *_of_queues(asked, ps), *_of_channels(asked, ps)]
    conditions += ["f.ending not in ('abandoned', 'merged')", "f.closed_by is not null"]
    if agent_ids is not None:
        conditions.append(f"f.closed_by = any({ps.add(agent_ids, '::uuid[]')})")
    statement = (
        "select f.closed_by as agent_id, u.name, count(*)::bigint as n, sum(f.resolution_ms)::bigint as ms, "
        "count(f.worked_ms)::bigint as worked, coalesce(sum(f.worked_ms), 0)::bigint as worked_ms, "
        "sum(f.wrap_ms)::bigint as wrap_ms, "
        "sum(f.next_n)::bigint as next_n, sum(f.next_ms)::bigint as next_ms, sum(f.transfers)::bigint as transfers "
        f"from report_fact f join app_user u on u.id = f.closed_by {_PLACES.format(of='f')}{_where(conditions)} "
        "group by 1, 2, u.name_key order by u.name_key, 1"
    )
    return statement, ps.values


def _key(by: str, *, time: str, value: str, place: str) -> str:
    if by in _TIMES:
        return time
    if by in _OF_QUEUE:
        return _OF_QUEUE[by].format(p=place)
    if by in _OF_CHANNEL:
        return _OF_CHANNEL[by]
    return value if by in VALUES else "''"


def _sums(table: str) -> str:
    return ", ".join(f"sum({table}.{name})::bigint as {name}" for name in SUMS)


def _period(asked: Asked, ps: Parameters, day: str) -> list[str]:
    return [f"{day} between {ps.add(asked.first, '::date')} and {ps.add(asked.last, '::date')}"]


def _access(asked: Asked, ps: Parameters) -> list[str]:
    return [] if asked.classes is None else [f"a.id = any({_classes(asked, ps)})"]


def _classes(asked: Asked, ps: Parameters) -> str:
    return ps.add(sorted(asked.classes or ()), "::int[]")


def _of_queues(asked: Asked, ps: Parameters) -> list[str]:
    return [
        f"{column} = any({ps.add(list(chosen), '::uuid[]')})"
        for column, chosen in (("a.queue_id", asked.queue_ids), ("p.team_id", asked.team_ids)) if chosen
    ]  # fmt: skip


def _of_channels(asked: Asked, ps: Parameters) -> list[str]:
    filters = (
        ("h.id", asked.channel_ids, "uuid"), ("h.network", asked.networks, "text"), ("h.medium", asked.media, "text"),
        ("h.work_class_id", asked.work_class_ids, "uuid"),
    )  # fmt: skip
    return [f"{column} = any({ps.add(list(chosen), f'::{kind}[]')})" for column, chosen, kind in filters if chosen]


def _values(asked: Asked, ps: Parameters, value: str) -> list[str]:
    if asked.skills:
        return [f"string_to_array({value}, ',') && {ps.add(list(asked.skills), '::text[]')}"]
    chosen = asked.languages or tuple(str(code) for code in asked.code_ids)
    return [f"{value} = any({ps.add(list(chosen), '::text[]')})"] if chosen else []


def _where(conditions: list[str]) -> str:
    return f" where {' and '.join(conditions)}" if conditions else ""
