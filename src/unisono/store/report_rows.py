"""Sums of reports as statements, put together from fixed parts.

A time is covered by few rows: whole months, whole weeks in what is left of it, and days. What is about people is added up from
pieces that were judged when a day was over (`service/reports/judge.py`): a queue's day with enough people behind it; else its
days of a week that have too few, together; else such leftovers of all queues of a week. A piece that is of too few people
stands together with others (`held`), with those by which figures that are cut in different ways could be held against each
other (`service/reports/cuts.py`, `docs/explanation/reports.md`). What is in no piece is in no sum at all.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from unisono.service.ports.reports import NO_QUEUE, Asked
from unisono.store.work_lists import Parameters

CUSTOMERS: Final = ("n", "ms", "again")
#: Of people, by moment; `hist` is the number of a histogram.
PEOPLE: Final = {
    "answered": ("n", "ms", "hist", "late", "breached", "in_15m", "in_1h", "in_4h", "in_1d"),
    "closed": (
        "n", "ms", "hist", "in_15m", "in_1h", "in_4h", "in_1d", "worked", "worked_ms", "wrap_ms", "waited", "waited_ms", "next_n",
        "next_ms", "next_late", "resolution_late", "transfers",
    ),
}  # fmt: skip
SUMS: Final = tuple(dict.fromkeys((*CUSTOMERS, *PEOPLE["answered"], *PEOPLE["closed"])))
VALUES: Final = ("language", "code", "skills", "tags")
_TIMES: Final = {
    "day": "c.begins::text", "week": "date_trunc('week', c.begins)::date::text", "month": "to_char(c.begins, 'YYYY-MM')",
}  # fmt: skip
_NOBODY: Final = f"'{NO_QUEUE}'::uuid"
_OF_QUEUE: Final = {"queue": "c.queue_id::text", "team": "coalesce(c.team_id::text, '')"}
_OF_CHANNEL: Final = {
    "channel": "h.id::text", "network": "h.network", "medium": "h.medium", "class": "coalesce(h.work_class_id::text, '')",
}  # fmt: skip
_DAY: Final = timedelta(days=1)

Span = tuple[str, date, date]
"""Rows of a kind that begin from one day to another, both within it."""


def dimension(asked: Asked) -> str:
    """Return the one dimension beside queue, channel and time that is used, or ''. Raises ValueError for two."""
    chosen = (("language", asked.languages), ("code", asked.code_ids), ("skills", asked.skills), ("tags", asked.tags))
    used = {name for name, values in chosen if values} | {asked.by} & set(VALUES)
    if len(used) > 1:
        raise ValueError(f"one of {sorted(used)} at a time")
    return next(iter(used), "")


def by_channel(asked: Asked) -> bool:
    """Tell whether something of the channel is used."""
    chosen = (asked.channel_ids, asked.networks, asked.media, asked.work_class_ids)
    return asked.by in _OF_CHANNEL or any(chosen)


def way_of(asked: Asked) -> str:
    """Return in which way figures about people are cut. Raises ValueError for two ways at a time."""
    dim, split = dimension(asked), by_channel(asked)
    if dim and split:
        raise ValueError("channel and another dimension at a time")
    return dim or ("channel" if split else "")


def cover(asked: Asked, day: str, week: str, month: str) -> list[Span]:
    """Return what a time is added up of, by the words for kinds of rows: whole months, whole weeks beside them, and days."""
    if asked.by == "day":
        return [(day, asked.first, asked.last)]
    found: list[Span] = []
    rest = [(asked.first, asked.last)]
    if asked.by != "week":
        begins = asked.first if asked.first.day == 1 else _next_month(asked.first)
        after = (asked.last + _DAY).replace(day=1)
        if begins < after:
            found.append((month, begins, after - _DAY))
            rest = [(asked.first, begins - _DAY), (after, asked.last)]
    for first, last in rest:
        monday = first + timedelta(days=-first.weekday() % 7)
        after = last + _DAY - timedelta(days=(last + _DAY).weekday())
        if monday < after:
            found.append((week, monday, after - _DAY))
            found += [(day, first, monday - _DAY), (day, after, last)]
        else:
            found.append((day, first, last))
    return [span for span in found if span[1] <= span[2]]


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def leftovers(asked: Asked) -> list[Span]:
    """Return the weeks that lie within a time: only of these days with too few people are told, together."""
    monday = asked.first + timedelta(days=-asked.first.weekday() % 7)
    sunday = asked.last - timedelta(days=(asked.last.weekday() + 1) % 7)
    return [(kind, monday, sunday) for kind in ("w", "p")] if monday < sunday else []


def customers_statement(asked: Asked, moment: str) -> tuple[str, list[object]]:
    """Return the statement of sums that are nobody's doing."""
    ps = Parameters()
    chosen = where([*of_channels(asked, ps), *values_chosen(asked, ps, "c.value")])
    statement = (
        f"with {_places(asked, ps)} select {key_of(asked.by)} as key, {_sums(CUSTOMERS)} from place p "
        f"cross join {_spans(cover(asked, 'd', 'w', 'm'), ps)} cross join lateral ("
        "select c.queue_id, p.team_id, c.begins, c.value, c.n, c.ms, c.again from report_cell c "
        f"where c.queue_id = p.queue_id and c.access_class = p.access_class and c.moment = {ps.add(moment)} "
        f"and c.dim = {ps.add(dimension(asked))} and c.span = s.kind and c.begins between s.first and s.last offset 0) c"
        f"{' join channel h on h.id = p.channel_id' if by_channel(asked) else ''}{chosen} group by 1"
    )
    return statement, ps.values


def hours_statement(asked: Asked) -> tuple[str, list[object]]:
    """Return the statement of enquiries by weekday and hour."""
    ps = Parameters()
    statement = (
        f"with {_places(asked, ps)} select c.weekday::int as weekday, c.hour::int as hour, sum(c.n)::bigint as n from place p "
        f"cross join {_spans(cover(asked, 'd', 'w', 'm'), ps)} cross join lateral ("
        "select c.weekday, c.hour, c.n from report_hour c where c.queue_id = p.queue_id and c.access_class = p.access_class "
        "and c.span = s.kind and c.begins between s.first and s.last offset 0) c"
        f"{' join channel h on h.id = p.channel_id' if by_channel(asked) else ''}{where(of_channels(asked, ps))} "
        "group by 1, 2 having sum(c.n) <> 0 order by 1, 2"
    )
    return statement, ps.values


def people_statement(asked: Asked, moment: str, least: int) -> tuple[str, list[object]]:
    """Return the statement of sums that are people's doing, of at least so many of them."""
    ps = Parameters()
    way = way_of(asked)
    chosen = [*of_channels(asked, ps), *values_chosen(asked, ps, "c.value")]
    conditions = [*chosen, f"(select coalesce(judged_least, 0) >= {ps.add(least, '::int')} from report_fold)"]
    pieces = [_pieces(asked, ps, moment, way, "p.part is null")]
    if asked.classes is not None and way in {"", "channel"}:
        pieces.append(_pieces(asked, ps, moment, "channel", "c.value = any(p.part)"))
        conditions.append("(not c.partly or not c.together)")
    if chosen:
        # What is chosen is shown by itself, so what stands together is left out; together it could be a single one.
        conditions.append("not c.together")
    key = people_key(asked.by)
    if asked.by in VALUES or asked.by in _OF_CHANNEL:
        key = f"case when c.together then null else {key} end"
    statement = (
        f"with {seen(asked, ps)}, {due(asked, ps)} select {key} as key, {_sums(PEOPLE[moment])} "
        f"from ({' union all '.join(pieces)}) c"
        f"{' join channel h on h.id = c.value::uuid' if way == 'channel' else ''}{where(conditions)} group by 1"
    )
    return statement, ps.values


def _pieces(asked: Asked, ps: Parameters, moment: str, way: str, which: str) -> str:
    names = ", ".join(f"c.{name}" for name in PEOPLE[moment])
    of = ps.add(moment)
    alone = f" and {pool_is_seen('c', of)}" if asked.classes is not None else ""
    return (
        f"select c.queue_id, p.team_id, c.kind, c.begins, c.value, c.held or {IS_DUE} as together, p.part is not null as partly, "
        f"{names} from seen p cross join {_spans([*cover(asked, 'd', 'W', 'M'), *leftovers(asked)], ps)} cross join lateral ("
        f"select * from report_piece c where c.queue_id = p.queue_id and c.moment = {of} and c.way = {ps.add(way)} "
        f"and c.kind = s.kind and c.begins between s.first and s.last offset 0) c where {which}{alone}"
    )


#: Of a piece `c`: a day of it changed since it was judged.
IS_DUE: Final = "(c.kind, c.queue_id, c.begins) in (select kind, queue_id, begins from due)"


def due(asked: Asked, ps: Parameters) -> str:
    """Return the table of pieces of which a day changed since they were judged: until they are again, all that is cut stands
    together."""
    around = timedelta(days=31)
    return f"""due as materialized (
        select distinct k.kind, case k.kind when 'p' then {_NOBODY} else u.queue_id end as queue_id,
               case k.kind when 'd' then u.day when 'M' then date_trunc('month', u.day)::date
                    else date_trunc('week', u.day)::date end as begins
        from report_unjudged u cross join (values ('d'), ('w'), ('p'), ('W'), ('M')) k(kind)
        where u.day between {ps.add(asked.first - around, "::date")} and {ps.add(asked.last + around, "::date")})"""


def seen(asked: Asked, ps: Parameters) -> str:
    """Return the table of queues whose figures of people are shown; part: channels, where not all of a queue is seen.

    Of a queue that is seen in part, figures of people are shown by channel alone: those that everybody may see.
    """
    queues = of_queues(asked, ps)
    pool = f" union all select {_NOBODY}, null, null"
    if asked.classes is None:
        table = f"select p.id as queue_id, p.team_id, null::text[] as part from queue p{where(queues)}"
        return f"seen as materialized ({table}{'' if asked.queue_ids or asked.team_ids else pool})"
    may = _classes(asked, ps)
    table = (
        "select p.id as queue_id, p.team_id, case when bool_and(a.id = any(" + may + ")) then null "
        "else array_agg(a.channel_id::text) filter (where a.id = any(" + may + ")) end as part "
        f"from queue p join access_class a on a.queue_id = p.id{where(queues)} group by p.id having bool_or(a.id = any({may}))"
    )
    return f"seen as materialized ({table}{'' if asked.queue_ids or asked.team_ids or dimension(asked) else pool})"


def pool_is_seen(table: str, moment: str) -> str:
    """Return the condition that what is left of all queues is of queues that are seen whole."""
    return (
        f"({table}.kind <> 'p' or not exists (select from report_atom r where r.kind = 'r' and r.moment = {moment} "
        f"and r.day between {table}.begins and {table}.begins + 6 "
        "and r.queue_id not in (select queue_id from seen where part is null)))"
    )


def _places(asked: Asked, ps: Parameters) -> str:
    """Return the table of what is counted: whole queues where that will do, else access classes."""
    queues = of_queues(asked, ps)
    one = "from access_class a join queue p on p.id = a.queue_id"
    if by_channel(asked):
        narrow = where([*queues, *access(asked, ps)])
        return f"place as materialized (select a.queue_id, p.team_id, a.channel_id, a.id as access_class {one}{narrow})"
    if asked.classes is None:
        return f"place as materialized (select p.id as queue_id, p.team_id, 0 as access_class from queue p{where(queues)})"
    may = _classes(asked, ps)
    whole = f"not exists (select from access_class o where o.queue_id = p.id and o.id <> all({may}))"
    some = where([*queues, f"a.id = any({may})"])
    grain = f"case when {whole} then 0 else a.id end as access_class"
    return f"place as materialized (select distinct a.queue_id, p.team_id, {grain} {one}{some})"


def _spans(spans: Iterable[Span], ps: Parameters) -> str:
    listed = list(spans)
    kinds, first, last = ([span[n] for span in listed] for n in range(3))
    return f"unnest({ps.add(kinds, '::text[]')}, {ps.add(first, '::date[]')}, {ps.add(last, '::date[]')}) s(kind, first, last)"


def people_key(by: str) -> str:
    """Return the key of a piece's row; null where it stands with others."""
    if by == "day":
        return "case when c.kind = 'd' then c.begins::text end"
    if by in _OF_QUEUE:
        return f"case when c.kind <> 'p' then {_OF_QUEUE[by]} end"
    return key_of(by)


def key_of(by: str) -> str:
    """Return the key of a row."""
    known = _TIMES | _OF_QUEUE | _OF_CHANNEL | dict.fromkeys(VALUES, "c.value")
    return known.get(by, "''")


def _sums(names: Iterable[str]) -> str:
    return ", ".join(f"sum(c.{name}) as {name}" for name in names)


def access(asked: Asked, ps: Parameters) -> list[str]:
    """Return the condition that an access class `a` is seen."""
    return [] if asked.classes is None else [f"a.id = any({_classes(asked, ps)})"]


def _classes(asked: Asked, ps: Parameters) -> str:
    return ps.add(sorted(asked.classes or ()), "::int[]")


def of_queues(asked: Asked, ps: Parameters) -> list[str]:
    """Return the conditions by which queues `p` are chosen."""
    return [
        f"{column} = any({ps.add(list(chosen), '::uuid[]')})"
        for column, chosen in (("p.id", asked.queue_ids), ("p.team_id", asked.team_ids)) if chosen
    ]  # fmt: skip


def of_channels(asked: Asked, ps: Parameters) -> list[str]:
    """Return the conditions by which channels `h` are chosen."""
    filters = (
        ("h.id", asked.channel_ids, "uuid"), ("h.network", asked.networks, "text"), ("h.medium", asked.media, "text"),
        ("h.work_class_id", asked.work_class_ids, "uuid"),
    )  # fmt: skip
    return [f"{column} = any({ps.add(list(chosen), f'::{kind}[]')})" for column, chosen, kind in filters if chosen]


def values_chosen(asked: Asked, ps: Parameters, value: str) -> list[str]:
    """Return the condition that the value of the dimension is one that was chosen."""
    several = asked.skills or asked.tags
    if several:
        return [f"string_to_array({value}, ',') && {ps.add(list(several), '::text[]')}"]
    chosen = asked.languages or tuple(str(code) for code in asked.code_ids)
    return [f"{value} = any({ps.add(list(chosen), '::text[]')})"] if chosen else []


def where(conditions: list[str]) -> str:
    """Return the conditions of a statement."""
    return f" where {' and '.join(conditions)}" if conditions else ""
