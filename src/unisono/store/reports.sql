-- name: take_fold
-- One node folds at a time; another passes on.
select cursor, zone, folded_at from report_fold for no key update skip locked;

-- name: move_fold
update report_fold set cursor = $1, zone = $2, folded_at = $3;

-- name: as_of
select folded_at from report_fold;

-- name: counting
-- What is left of all queues in a week (queue 0) is told of whole weeks alone.
select exists (select from report_stale where day between $1 and $2)
    or exists (select from report_unjudged where day between $1 and $2 and (queue_id <> $3 or day + 6 <= $2));

-- name: happened
-- As the log is followed elsewhere, but only what tells of reports: most of the log is passed over in the database.
select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
       interaction_id, queue_id, agent_id, body
from event
where (epoch, xid, id) > ($1, $2::text::xid8, $3) and type = any($4::text[])
  and (epoch < (select epoch from cluster_epoch) or xid < (select pg_snapshot_xmin(pg_current_snapshot())))
order by event.epoch, event.xid, event.id
limit $5;

-- name: facts
select interaction_id, conversation_id, access_class, arrived_at, by_hand, again, age_ms, answered_at, answered_by, first_ms, late_at,
       next_n, next_ms, next_late, waited_ms, worked_ms, wrap_ms, transfers, closed_at, closed_by, code_id, ending, resolution_ms,
       resolution_late, stand, since, agent_id, offered, asked_at from report_fact where interaction_id = any($1::uuid[]);

-- name: people
-- Numbers are given to people whom facts name for the first time; a number that is tried and not needed would be lost.
insert into report_person (agent_id)
select distinct n from unnest($1::uuid[]) n where n is not null and not exists (select from report_person p where p.agent_id = n)
on conflict do nothing;

-- name: stale
insert into report_stale (day, access_class)
select distinct d.day, f.access_class
from report_fact f cross join lateral (values (f.arrived_day), (f.answered_day), (f.late_day), (f.closed_day)) d(day)
where f.interaction_id = any($1::uuid[]) and d.day is not null
order by 1, 2
on conflict do nothing;

-- name: drop
delete from report_fact where interaction_id = any($1::uuid[]);

-- name: describe
-- Language, skills and tags as the enquiry and its conversation have them now.
update report_fact f set language = coalesce(i.language, ''),
    tags = coalesce((select string_agg(t.tag_id::text, ',' order by t.tag_id::text) from conversation_tag t
                     where t.conversation_id = i.conversation_id), ''),
    skills = coalesce((select string_agg(distinct n->>'skill', ',' order by n->>'skill') from jsonb_array_elements(i.skills) n
                       where not coalesce((n->>'optional')::boolean, false)), '')
from interaction i where i.id = f.interaction_id and f.interaction_id = any($1::uuid[]);

-- name: of_customers
select f.interaction_id
from identity y join conversation c on c.identity_id = y.id join report_fact f on f.conversation_id = c.id
where y.customer_id = any($1::uuid[]);

-- name: of_conversations
select interaction_id from report_fact where conversation_id = any($1::uuid[]);

-- name: undated
select interaction_id, conversation_id, access_class, arrived_at, by_hand, again, age_ms, answered_at, answered_by, first_ms, late_at,
       next_n, next_ms, next_late, waited_ms, worked_ms, wrap_ms, transfers, closed_at, closed_by, code_id, ending, resolution_ms,
       resolution_late, stand, since, agent_id, offered, asked_at from report_fact where $1::uuid is null or interaction_id > $1 order by interaction_id limit $2;

-- name: all_stale
insert into report_stale (day, access_class)
select begins, access_class from report_cell where span = 'd' and access_class <> 0
union select day, access_class from report_print
on conflict do nothing;

-- name: forget_logged
-- What was pruned from the log cannot be told anew; it stays as it was folded.
delete from report_fact where arrived_at >= (select min(at) from event);

-- name: next_stale
delete from report_stale where (day, access_class) in (
    select day, access_class from report_stale order by day desc, access_class limit $1 for no key update skip locked)
returning day, access_class;

-- name: count_cells
-- What changed since these days were counted last is added to the day, its week and its month, of the class and of its queue.
with t as (
    select * from unnest($1::date[], $2::int[]) as t(day, access_class)
), fresh as (
    select 'arrived' as moment,
           case grouping(f.language, f.skills, f.tags) when 3 then 'language' when 5 then 'skills' when 6 then 'tags' else '' end as dim,
           t.day, t.access_class,
           case grouping(f.language, f.skills, f.tags) when 3 then f.language when 5 then f.skills when 6 then f.tags else '' end as value,
           count(*) as n, 0::bigint as ms, count(*) filter (where f.again) as again
    from report_fact f join t on f.arrived_day = t.day and f.access_class = t.access_class
    where not f.by_hand
    group by t.day, t.access_class, grouping sets ((), (f.language), (f.skills), (f.tags))
    union all
    select 'left',
           case grouping(f.language, f.skills, f.tags) when 3 then 'language' when 5 then 'skills' when 6 then 'tags' else '' end,
           t.day, t.access_class,
           case grouping(f.language, f.skills, f.tags) when 3 then f.language when 5 then f.skills when 6 then f.tags else '' end,
           count(*), sum(f.resolution_ms), 0
    from report_fact f join t on f.closed_day = t.day and f.access_class = t.access_class
    where f.ending = 'abandoned'
    group by t.day, t.access_class, grouping sets ((), (f.language), (f.skills), (f.tags))
), known as (
    select c.moment, c.dim, t.day, t.access_class, c.value, c.n, c.ms, c.again
    from t join access_class a on a.id = t.access_class
    cross join (values ('arrived'), ('left')) m(moment) cross join (values (''), ('language'), ('skills'), ('tags')) d(dim)
    cross join lateral (
        select c.* from report_cell c
        where c.queue_id = a.queue_id and c.access_class = t.access_class and c.moment = m.moment and c.dim = d.dim and c.span = 'd'
          and c.begins = t.day offset 0) c
), delta as (
    select moment, dim, day, access_class, value, sum(n) as n, sum(ms) as ms, sum(again) as again
    from (select * from fresh union all select moment, dim, day, access_class, value, -n, -ms, -again from known) x
    group by 1, 2, 3, 4, 5 having sum(n) <> 0 or sum(ms) <> 0 or sum(again) <> 0
)
insert into report_cell as c (queue_id, access_class, moment, dim, span, begins, value, n, ms, again)
select a.queue_id, w.access_class, d.moment, d.dim, s.span,
       case s.span when 'd' then d.day when 'w' then date_trunc('week', d.day)::date else date_trunc('month', d.day)::date end,
       d.value, sum(d.n), sum(d.ms), sum(d.again)
from delta d join access_class a on a.id = d.access_class
cross join lateral (values (d.access_class), (0)) w(access_class) cross join (values ('d'), ('w'), ('m')) s(span)
group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
on conflict (queue_id, access_class, moment, dim, span, begins, value)
do update set n = c.n + excluded.n, ms = c.ms + excluded.ms, again = c.again + excluded.again;

-- name: clear_cells
-- What is nothing any more is no row.
delete from report_cell c using (
    select distinct a.queue_id, w.access_class, m.moment, d.dim, s.span, s.begins
    from unnest($1::date[], $2::int[]) as t(day, access_class) join access_class a on a.id = t.access_class
    cross join lateral (values (t.access_class), (0)) w(access_class)
    cross join (values ('arrived'), ('left')) m(moment) cross join (values (''), ('language'), ('skills'), ('tags')) d(dim)
    cross join lateral (values ('d', t.day), ('w', date_trunc('week', t.day)::date), ('m', date_trunc('month', t.day)::date)) s(span, begins)
) k
where c.queue_id = k.queue_id and c.access_class = k.access_class and c.moment = k.moment and c.dim = k.dim and c.span = k.span
  and c.begins = k.begins and c.n = 0;

-- name: count_hours
with t as (
    select * from unnest($1::date[], $2::int[]) as t(day, access_class)
), delta as (
    select day, access_class, hour, sum(n) as n
    from (
        select t.day, t.access_class, f.arrived_hour as hour, count(*) as n
        from report_fact f join t on f.arrived_day = t.day and f.access_class = t.access_class
        where not f.by_hand group by 1, 2, 3
        union all
        select t.day, t.access_class, h.hour, -h.n
        from t join access_class a on a.id = t.access_class
        cross join lateral (
            select h.* from report_hour h
            where h.queue_id = a.queue_id and h.access_class = t.access_class and h.span = 'd' and h.begins = t.day offset 0) h
    ) x
    group by 1, 2, 3 having sum(n) <> 0
)
insert into report_hour as h (queue_id, access_class, span, begins, weekday, hour, n)
select a.queue_id, w.access_class, s.span,
       case s.span when 'd' then d.day when 'w' then date_trunc('week', d.day)::date else date_trunc('month', d.day)::date end,
       extract(isodow from d.day), d.hour, sum(d.n)
from delta d join access_class a on a.id = d.access_class
cross join lateral (values (d.access_class), (0)) w(access_class) cross join (values ('d'), ('w'), ('m')) s(span)
group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
on conflict (queue_id, access_class, span, begins, weekday, hour) do update set n = h.n + excluded.n;

-- name: print
-- Only where what people did is not what it was must be judged anew, not with each enquiry that came in on a day and moved on.
with t as (
    select * from unnest($1::date[], $2::int[]) as t(day, access_class)
), done as (
    select t.day, t.access_class,
           hash_record_extended(row(1, f.interaction_id, f.answered_by, f.first_ms, f.late_at is null, f.language, f.skills, f.tags), 0) as h
    from report_fact f join t on f.answered_day = t.day and f.access_class = t.access_class
    union all
    select t.day, t.access_class, hash_record_extended(row(2, f.interaction_id, f.language, f.skills, f.tags), 0)
    from report_fact f join t on f.late_day = t.day and f.access_class = t.access_class
    union all
    select t.day, t.access_class,
           hash_record_extended(row(3, f.interaction_id, f.closed_by, f.code_id, f.resolution_ms, f.worked_ms, f.wrap_ms, f.waited_ms,
                                    f.next_n, f.next_ms, f.next_late, f.resolution_late, f.transfers, f.language, f.skills, f.tags), 0)
    from report_fact f join t on f.closed_day = t.day and f.access_class = t.access_class
    where f.ending not in ('abandoned', 'merged')
), changed as (
    select t.day, t.access_class, d.print
    from t left join (select day, access_class, bit_xor(h) as print from done group by 1, 2) d using (day, access_class)
    left join report_print p using (day, access_class) where d.print is distinct from p.print
), gone as (
    delete from report_print p using changed c where c.print is null and p.day = c.day and p.access_class = c.access_class
), put as (
    insert into report_print (day, access_class, print)
    select day, access_class, print from changed where print is not null order by 1, 2
    on conflict (day, access_class) do update set print = excluded.print
)
insert into report_unjudged (day, queue_id, mark)
select distinct c.day, a.queue_id, $3::uuid from changed c join access_class a on a.id = c.access_class order by 1, 2
on conflict (day, queue_id) do update set mark = excluded.mark;

-- name: unjudge_all
insert into report_unjudged (day, queue_id, mark)
select distinct p.day, a.queue_id, $1::uuid from report_print p join access_class a on a.id = p.access_class order by 1, 2
on conflict (day, queue_id) do update set mark = excluded.mark;

-- name: forget_pieces
delete from report_piece;

-- name: forget_atoms
delete from report_atom;

-- name: judged_least
select judged_least from report_fold;

-- name: judge_least
update report_fold set judged_least = $1;

-- name: unjudged
-- The newest week first; what is left of all queues once the queues are judged and the week is over.
select day, queue_id, mark from report_unjudged
where queue_id <> $2 and day <= $1 and day >= (
    select date_trunc('week', max(day))::date from report_unjudged where queue_id <> $2 and day <= $1)
order by queue_id, day;

-- name: unjudged_left
select day, queue_id, mark from report_unjudged where queue_id = $2 and day + 6 <= $1 order by day desc limit 1;

-- name: backlog
-- As `unjudged`, of the newest week in which something was not judged roughly either.
with due as (
    select day from report_unjudged where queue_id <> $2 and day <= $1 and mark <> $3
), week as (
    select date_trunc('week', max(day))::date as first from due having count(distinct date_trunc('week', day)) > $4
)
select u.day, u.queue_id, u.mark from week w join report_unjudged u on u.day between w.first and w.first + 6
where u.queue_id <> $2 and u.day <= $1
order by u.queue_id, u.day;

-- name: marks
-- Locked: whoever sums one of these days anew waits.
select day, mark from report_unjudged where queue_id = $1 and day between $2 and $3 order by day for update;

-- name: judged
delete from report_unjudged where queue_id = $1 and day between $2 and $3;

-- name: judged_roughly
update report_unjudged set mark = $4 where queue_id = $1 and day between $2 and $3;

-- name: unjudge_left
insert into report_unjudged (day, queue_id, mark) values ($1, $2, $3) on conflict (day, queue_id) do update set mark = excluded.mark;

-- name: cells
-- Of these queues all; of queue 0 what is left of all of them. Nobody's doing (a promise that was missed) has no people.
select f.moment, a.queue_id, f.day, a.channel_id::text as channel, f.code, f.language, f.skills, f.tags,
       coalesce(bit_or(set_bit(repeat('0', 256)::bit(256), p.no % 256, 1)), repeat('0', 256)::bit(256))::text as people
from access_class a join (
    select 'answered' as moment, answered_day as day, access_class, '' as code, language, skills, tags, answered_by as who
    from report_fact where answered_day between $2 and $3
    union all
    select 'answered', late_day, access_class, '', language, skills, tags, null from report_fact where late_day between $2 and $3
    union all
    select 'closed', closed_day, access_class, coalesce(code_id::text, ''), language, skills, tags, closed_by
    from report_fact where closed_day between $2 and $3 and ending not in ('abandoned', 'merged')
) f on a.id = f.access_class left join report_person p on p.agent_id = f.who
where a.queue_id = any($1::uuid[]) or ($4 and exists (
    select from report_atom t where t.queue_id = a.queue_id and t.moment = f.moment and t.day = f.day and t.kind = 'r'))
group by 1, 2, 3, 4, 5, 6, 7, 8;

-- name: clear_pieces
delete from report_piece c
using (
    select m.moment, w.way, k.* from unnest($2::text[], $3::date[]) k(kind, begins)
    cross join (values ('answered'), ('closed')) m(moment) cross join unnest($4::text[]) w(way)
) k
where c.queue_id = $1 and c.moment = k.moment and c.way = k.way and c.kind = k.kind and c.begins = k.begins;

-- name: clear_atoms
delete from report_atom where queue_id = $1 and day between $2 and $3 returning kind;

-- name: put_atoms
insert into report_atom (queue_id, moment, day, kind) select $1, * from unnest($2::text[], $3::date[], $4::text[]);

-- name: classes
select a.id from access_class a where a.queue_id = $1 or ($4 and exists (
    select from report_atom t where t.queue_id = a.queue_id and t.day between $2 and $3 and t.kind = 'r'));

-- name: put_answered
with held as materialized (
    select * from unnest($6::text[], $7::date[], $8::text[], $9::text[]) h(kind, begins, way, value)
), f as materialized (
    select case t.kind when 'r' then 'p' else t.kind end as kind, case t.kind when 'd' then t.day else $2 end as begins,
           a.channel_id::text as channel, f.*
    from (
        select answered_day as day, access_class, language, skills, tags, 1 as n, first_ms as ms, (late_at is not null)::int as late,
               0 as breached
        from report_fact where answered_day between $2 and $3 and access_class = any($4::int[])
        union all
        select late_day, access_class, language, skills, tags, 0, null, 0, 1
        from report_fact where late_day between $2 and $3 and access_class = any($4::int[])
    ) f join access_class a on a.id = f.access_class
    join report_atom t on t.queue_id = a.queue_id and t.moment = 'answered' and t.day = f.day and (t.kind = 'r') = $5
), g as (
    select kind, begins,
           case grouping(channel, language, skills, tags) when 7 then 'channel' when 11 then 'language' when 13 then 'skills'
                when 14 then 'tags' else '' end as way,
           case grouping(channel, language, skills, tags) when 7 then channel when 11 then language when 13 then skills
                when 14 then tags else '' end as value,
           sum(report_bin(ms)) as hist, sum(n) as n, coalesce(sum(ms), 0) as ms, sum(late) as late, sum(breached) as breached,
           count(*) filter (where ms <= 900000) as in_15m, count(*) filter (where ms <= 3600000) as in_1h,
           count(*) filter (where ms <= 14400000) as in_4h, count(*) filter (where ms <= 86400000) as in_1d
    from f group by kind, begins, grouping sets ((), (channel), (language), (skills), (tags))
)
insert into report_piece (queue_id, moment, way, kind, begins, value, held, hist, n, ms, late, breached, in_15m, in_1h, in_4h, in_1d)
select $1, 'answered', way, kind, begins, value, (kind, begins, way, value) in (select kind, begins, way, value from held),
       hist, n, ms, late, breached, in_15m, in_1h, in_4h, in_1d
from g;

-- name: put_closed
with held as materialized (
    select * from unnest($6::text[], $7::date[], $8::text[], $9::text[]) h(kind, begins, way, value)
), f as materialized (
    select case t.kind when 'r' then 'p' else t.kind end as kind, case t.kind when 'd' then t.day else $2 end as begins,
           a.channel_id::text as channel, coalesce(f.code_id::text, '') as code, f.*
    from report_fact f join access_class a on a.id = f.access_class
    join report_atom t on t.queue_id = a.queue_id and t.moment = 'closed' and t.day = f.closed_day and (t.kind = 'r') = $5
    where f.closed_day between $2 and $3 and f.access_class = any($4::int[]) and f.ending not in ('abandoned', 'merged')
), g as (
    select kind, begins,
           case grouping(channel, code, language, skills, tags) when 15 then 'channel' when 23 then 'code' when 27 then 'language'
                when 29 then 'skills' when 30 then 'tags' else '' end as way,
           case grouping(channel, code, language, skills, tags) when 15 then channel when 23 then code when 27 then language
                when 29 then skills when 30 then tags else '' end as value,
           sum(report_bin(resolution_ms)) as hist, count(*) as n, sum(resolution_ms) as ms,
           count(*) filter (where resolution_ms <= 900000) as in_15m, count(*) filter (where resolution_ms <= 3600000) as in_1h,
           count(*) filter (where resolution_ms <= 14400000) as in_4h, count(*) filter (where resolution_ms <= 86400000) as in_1d,
           count(worked_ms) as worked, coalesce(sum(worked_ms), 0) as worked_ms, sum(wrap_ms) as wrap_ms, count(waited_ms) as waited,
           coalesce(sum(waited_ms), 0) as waited_ms, sum(next_n) as next_n, sum(next_ms) as next_ms, sum(next_late) as next_late,
           count(*) filter (where resolution_late) as resolution_late, sum(transfers) as transfers
    from f group by kind, begins, grouping sets ((), (channel), (code), (language), (skills), (tags))
)
insert into report_piece (queue_id, moment, way, kind, begins, value, held, hist, n, ms, in_15m, in_1h, in_4h, in_1d, worked, worked_ms,
                          wrap_ms, waited, waited_ms, next_n, next_ms, next_late, resolution_late, transfers)
select $1, 'closed', way, kind, begins, value, (kind, begins, way, value) in (select kind, begins, way, value from held),
       hist, n, ms, in_15m, in_1h, in_4h, in_1d, worked, worked_ms, wrap_ms, waited, waited_ms, next_n, next_ms, next_late,
       resolution_late, transfers
from g;

-- name: roll_up
-- Days by themselves, of a week and of a month.
insert into report_piece (queue_id, moment, way, kind, begins, value, held, hist, n, ms, late, breached, in_15m, in_1h, in_4h, in_1d,
                          worked, worked_ms, wrap_ms, waited, waited_ms, next_n, next_ms, next_late, resolution_late, transfers)
select $1, c.moment, c.way, k.kind, k.first, c.value, c.held, sum(c.hist), sum(c.n), sum(c.ms), sum(c.late), sum(c.breached),
       sum(c.in_15m), sum(c.in_1h), sum(c.in_4h), sum(c.in_1d), sum(c.worked), sum(c.worked_ms), sum(c.wrap_ms), sum(c.waited),
       sum(c.waited_ms), sum(c.next_n), sum(c.next_ms), sum(c.next_late), sum(c.resolution_late), sum(c.transfers)
from unnest($2::text[], $3::date[], $4::date[]) k(kind, first, last)
cross join (values ('answered'), ('closed')) m(moment) cross join unnest($5::text[]) w(way)
cross join lateral (
    select c.* from report_piece c
    where c.queue_id = $1 and c.moment = m.moment and c.way = w.way and c.kind = 'd' and c.begins between k.first and k.last offset 0) c
group by c.moment, c.way, k.kind, k.first, c.value, c.held;

-- name: groups_queue
select id::text as key, to_jsonb(name) as name from queue;

-- name: groups_team
select id::text as key, to_jsonb(name) as name from team;

-- name: groups_channel
select id::text as key, to_jsonb(name) as name from channel;

-- name: groups_class
select id::text as key, name from work_class;

-- name: groups_code
select id::text as key, name from wrap_up_code;

-- name: groups_tags
select id::text as key, to_jsonb(name) as name from tag;

-- name: groups_skills
select key, name from skill;
