-- name: take_fold
-- One node folds at a time; another passes on.
select cursor, zone, folded_at from report_fold for no key update skip locked;

-- name: move_fold
update report_fold set cursor = $1, zone = $2, folded_at = $3;

-- name: as_of
select folded_at from report_fold;

-- name: happened
-- As the log is followed elsewhere, but only what tells of reports: most of the log is passed over in the database.
select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
       interaction_id, queue_id, agent_id, body
from event
where (epoch, xid, id) > ($1, $2::text::xid8, $3) and type = any($4::text[])
  and (epoch < (select epoch from cluster_epoch) or xid < pg_snapshot_xmin(pg_current_snapshot()))
order by epoch, xid, id
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
-- Language and skills as the enquiry has them now.
update report_fact f set language = coalesce(i.language, ''),
    skills = coalesce((select string_agg(distinct n->>'skill', ',' order by n->>'skill') from jsonb_array_elements(i.skills) n
                       where not coalesce((n->>'optional')::boolean, false)), '')
from interaction i where i.id = f.interaction_id and f.interaction_id = any($1::uuid[]);

-- name: of_customers
select f.interaction_id
from identity y join conversation c on c.identity_id = y.id join report_fact f on f.conversation_id = c.id
where y.customer_id = any($1::uuid[]);

-- name: undated
select interaction_id, conversation_id, access_class, arrived_at, by_hand, again, age_ms, answered_at, answered_by, first_ms, late_at,
       next_n, next_ms, next_late, waited_ms, worked_ms, wrap_ms, transfers, closed_at, closed_by, code_id, ending, resolution_ms,
       resolution_late, stand, since, agent_id, offered, asked_at from report_fact where $1::uuid is null or interaction_id > $1 order by interaction_id limit $2;

-- name: all_stale
insert into report_stale (day, access_class) select distinct day, access_class from report_cell on conflict do nothing;

-- name: forget_logged
-- What was pruned from the log cannot be told anew; it stays as it was folded.
delete from report_fact where arrived_at >= (select min(at) from event);

-- name: next_stale
delete from report_stale where (day, access_class) in (
    select day, access_class from report_stale order by day desc, access_class limit $1 for no key update skip locked)
returning day, access_class;

-- name: clear_cells
delete from report_cell c using unnest($1::date[], $2::int[]) as t(day, access_class)
where c.day = t.day and c.access_class = t.access_class;

-- name: clear_hours
delete from report_hour c using unnest($1::date[], $2::int[]) as t(day, access_class)
where c.day = t.day and c.access_class = t.access_class;

-- name: count_arrived
insert into report_cell (moment, dim, day, access_class, value, n, again)
select 'arrived', case grouping(f.language, f.skills) when 1 then 'language' when 2 then 'skills' else '' end,
       f.arrived_day, f.access_class,
       case grouping(f.language, f.skills) when 1 then f.language when 2 then f.skills else '' end,
       count(*), count(*) filter (where f.again)
from report_fact f join unnest($1::date[], $2::int[]) as t(day, access_class)
  on f.arrived_day = t.day and f.access_class = t.access_class
where not f.by_hand
group by f.arrived_day, f.access_class, grouping sets ((), (f.language), (f.skills));

-- name: count_hours
insert into report_hour (day, access_class, hour, arrived)
select f.arrived_day, f.access_class, f.arrived_hour, count(*)
from report_fact f join unnest($1::date[], $2::int[]) as t(day, access_class)
  on f.arrived_day = t.day and f.access_class = t.access_class
where not f.by_hand
group by 1, 2, 3;

-- name: count_answered
-- A first answer on the day on which it was given, a missed promise on the day on which it was missed.
insert into report_cell (moment, dim, day, access_class, value, people, n, ms, late, breached, in_15m, in_1h, in_4h, in_1d)
select 'answered', case grouping(f.language, f.skills) when 1 then 'language' when 2 then 'skills' else '' end,
       f.day, f.access_class, case grouping(f.language, f.skills) when 1 then f.language when 2 then f.skills else '' end,
       coalesce(bit_or(set_bit(repeat('0', 256)::bit(256), p.no % 256, 1)), repeat('0', 256)::bit(256)),
       sum(f.n), sum(f.ms), sum(f.late), sum(f.breached), count(*) filter (where f.ms <= 900000 and f.n = 1),
       count(*) filter (where f.ms <= 3600000 and f.n = 1), count(*) filter (where f.ms <= 14400000 and f.n = 1),
       count(*) filter (where f.ms <= 86400000 and f.n = 1)
from (
    select a.answered_day as day, a.access_class, a.language, a.skills, a.answered_by as who, 1 as n, a.first_ms as ms,
           (a.late_at is not null)::int as late, 0 as breached
    from report_fact a join unnest($1::date[], $2::int[]) as t(day, access_class)
      on a.answered_day = t.day and a.access_class = t.access_class
    union all
    select a.late_day, a.access_class, a.language, a.skills, null, 0, 0, 0, 1
    from report_fact a join unnest($1::date[], $2::int[]) as t(day, access_class)
      on a.late_day = t.day and a.access_class = t.access_class
) f left join report_person p on p.agent_id = f.who
group by f.day, f.access_class, grouping sets ((), (f.language), (f.skills));

-- name: count_closed
insert into report_cell (moment, dim, day, access_class, value, people, n, ms, in_15m, in_1h, in_4h, in_1d, worked, worked_ms, wrap_ms,
                         waited, waited_ms, next_n, next_ms, next_late, resolution_late, transfers)
select 'closed',
       case grouping(f.language, f.skills, f.code_id) when 3 then 'language' when 5 then 'skills' when 6 then 'code' else '' end,
       f.closed_day, f.access_class,
       case grouping(f.language, f.skills, f.code_id) when 3 then f.language when 5 then f.skills
            when 6 then coalesce(f.code_id::text, '') else '' end,
       coalesce(bit_or(set_bit(repeat('0', 256)::bit(256), p.no % 256, 1)), repeat('0', 256)::bit(256)),
       count(*), sum(f.resolution_ms), count(*) filter (where f.resolution_ms <= 900000),
       count(*) filter (where f.resolution_ms <= 3600000), count(*) filter (where f.resolution_ms <= 14400000),
       count(*) filter (where f.resolution_ms <= 86400000), count(f.worked_ms), coalesce(sum(f.worked_ms), 0), sum(f.wrap_ms),
       count(f.waited_ms), coalesce(sum(f.waited_ms), 0), sum(f.next_n), sum(f.next_ms), sum(f.next_late),
       count(*) filter (where f.resolution_late), sum(f.transfers)
from report_fact f join unnest($1::date[], $2::int[]) as t(day, access_class)
  on f.closed_day = t.day and f.access_class = t.access_class
left join report_person p on p.agent_id = f.closed_by
where f.ending not in ('abandoned', 'merged')
group by f.closed_day, f.access_class, grouping sets ((), (f.language), (f.skills), (f.code_id));

-- name: count_left
insert into report_cell (moment, dim, day, access_class, value, n, ms)
select 'left', case grouping(f.language, f.skills) when 1 then 'language' when 2 then 'skills' else '' end,
       f.closed_day, f.access_class, case grouping(f.language, f.skills) when 1 then f.language when 2 then f.skills else '' end,
       count(*), sum(f.resolution_ms)
from report_fact f join unnest($1::date[], $2::int[]) as t(day, access_class)
  on f.closed_day = t.day and f.access_class = t.access_class
where f.ending = 'abandoned'
group by f.closed_day, f.access_class, grouping sets ((), (f.language), (f.skills));

-- name: unjudge
insert into report_unjudged (day, mark) select d, $2 from (select distinct unnest($1::date[]) d order by 1) days
on conflict (day) do update set mark = excluded.mark;

-- name: unjudge_all
insert into report_unjudged (day, mark) select d, $1 from (select distinct day d from report_cell order by 1) days
on conflict (day) do update set mark = excluded.mark;

-- name: judged_least
select judged_least from report_fold;

-- name: judge_least
update report_fold set judged_least = $1;

-- name: unjudged
select day, mark from report_unjudged where day <= $1 order by day limit $2;

-- name: judged
delete from report_unjudged u using unnest($1::date[], $2::uuid[]) as n(day, mark) where u.day = n.day and u.mark = n.mark;

-- name: clear_held
delete from report_held where begins between $1 and $2;

-- name: hold
insert into report_held (moment, kind, queue_id, begins, way, value)
select * from unnest($1::text[], $2::text[], $3::uuid[], $4::date[], $5::text[], $6::text[]) on conflict do nothing;

-- name: cells
-- Nobody's doing (a promise that was missed, a closing by itself) singles nobody out and is left aside.
select f.moment, a.queue_id, f.day, a.channel_id::text as channel, f.code, f.language, f.skills,
       bit_or(set_bit(repeat('0', 256)::bit(256), p.no % 256, 1))::text as people
from (
    select 'answered' as moment, answered_day as day, access_class, '' as code, language, skills, answered_by as who
    from report_fact where answered_day between $1 and $2
    union all
    select 'closed', closed_day, access_class, coalesce(code_id::text, ''), language, skills, closed_by
    from report_fact where closed_day between $1 and $2 and ending not in ('abandoned', 'merged')
) f join access_class a on a.id = f.access_class join report_person p on p.agent_id = f.who
group by 1, 2, 3, 4, 5, 6, 7;

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

-- name: groups_skills
select key, name from skill;
