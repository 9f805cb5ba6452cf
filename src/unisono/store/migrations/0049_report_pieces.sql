-- Reports of any time are added up from few rows: sums of days, of whole weeks and of whole months, by queue and by what is of one
-- access class. What is about people is kept as the pieces that may be shown, made when a day is over.
alter table report_fact add column tags text not null default '';

drop table report_cell;
drop table report_hour;
drop table report_held;
drop table report_unjudged;

-- What customers did: one moment (arrived, left) on one day (span d), in one week (w, by its Monday) or month (m, by its first),
-- of one class, or of all of a queue (access_class 0); dim '' is all of it, else by that dimension's value.
create table report_cell (
    moment text not null,
    dim text not null,
    span text not null check (span in ('d', 'w', 'm')),
    access_class integer not null,
    begins date not null,
    queue_id uuid not null,
    value text not null,
    n integer not null,
    ms bigint not null,
    again integer not null,
    primary key (queue_id, access_class, moment, dim, span, begins, value)
);

-- Enquiries by weekday (1 = Monday) and hour, of the same spans.
create table report_hour (
    span text not null check (span in ('d', 'w', 'm')),
    access_class integer not null,
    begins date not null,
    queue_id uuid not null,
    weekday smallint not null,
    hour smallint not null,
    n integer not null,
    primary key (queue_id, access_class, span, begins, weekday, hour)
);

-- What people did on a day in a class, as one number: another number, and what may be shown of it has to be judged anew.
create table report_print (
    day date not null,
    access_class integer not null,
    print bigint not null,
    primary key (day, access_class)
);

-- Days of queues that have to be judged; until then what is cut stands together, and a day that never was is not shown. A new
-- mark with each change. Queue 0, on a Monday: what is left of all queues in that week.
create table report_unjudged (
    day date not null,
    queue_id uuid not null,
    mark uuid not null,
    primary key (day, queue_id)
);

-- With what a queue's day is added up: by itself (d), with other days of its week that have too few people (w), or, where the
-- week has too few as well, with what is left of other queues (r).
create table report_atom (
    moment text not null,
    queue_id uuid not null,
    day date not null,
    kind text not null check (kind in ('d', 'w', 'r')),
    primary key (queue_id, moment, day)
);
create index report_atom_left on report_atom (day) where kind = 'r';

-- Pieces of figures about people: a moment (answered, closed) in an atom, cut in one way ('' is all of it), by value. Kinds: d a
-- queue's day, w days of its week together, p what is left of all queues in a week (queue 0); W and M are d's of a week and of a
-- month. held: it stands together with other values. hist: how many took how long, a number in which each interval has eight
-- digits (service/spread.py), so that histograms are added by adding.
create table report_piece (
    moment text not null,
    way text not null,
    kind text not null check (kind in ('d', 'w', 'p', 'W', 'M')),
    begins date not null,
    queue_id uuid not null,
    value text not null,
    held boolean not null,
    hist numeric not null default 0,
    n integer not null,
    ms bigint not null default 0,
    late integer not null default 0,
    breached integer not null default 0,
    in_15m integer not null default 0,
    in_1h integer not null default 0,
    in_4h integer not null default 0,
    in_1d integer not null default 0,
    worked integer not null default 0,
    worked_ms bigint not null default 0,
    wrap_ms bigint not null default 0,
    waited integer not null default 0,
    waited_ms bigint not null default 0,
    next_n integer not null default 0,
    next_ms bigint not null default 0,
    next_late integer not null default 0,
    resolution_late integer not null default 0,
    transfers integer not null default 0,
    primary key (queue_id, moment, way, kind, begins, value, held)
);

-- The number of a span in a histogram: its interval's place, in eights of digits; each is a tenth longer than the one before.
create function report_bin(ms bigint) returns numeric language sql immutable parallel safe as $$
    select case when ms is null then 0 when ms < 1000 then 1
                else ('1e' || 8 * least(170, 1 + floor(ln(ms / 1000.0::float8) / ln(1.1::float8))::int))::numeric end
$$;

-- All is made anew from the facts, the newest days first.
insert into report_stale (day, access_class)
select distinct d.day, f.access_class
from report_fact f cross join lateral (values (f.arrived_day), (f.answered_day), (f.late_day), (f.closed_day)) d(day)
where d.day is not null
on conflict do nothing;
update report_fact f set tags = t.tags
from (select conversation_id, string_agg(tag_id::text, ',' order by tag_id::text) as tags from conversation_tag group by 1) t
where t.conversation_id = f.conversation_id;
