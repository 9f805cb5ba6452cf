-- name: take_fold
-- One node folds at a time; another passes on.
select cursor, reckoned_at from estimate_fold for no key update skip locked;

-- name: move_fold
update estimate_fold set cursor = $1;

-- name: reckoned
update estimate_fold set reckoned_at = $1;

-- name: happened
-- As the log is followed elsewhere, but only what begins or ends work: most of the log is passed over in the database.
select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
       interaction_id, queue_id, agent_id, body
from event
where (epoch, xid, id) > ($1, $2::text::xid8, $3) and type = any($4::text[])
  and (epoch < (select epoch from cluster_epoch) or xid < (select pg_snapshot_xmin(pg_current_snapshot())))
order by event.epoch, event.xid, event.id
limit $5;

-- name: turns_of
select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
       interaction_id, queue_id, agent_id, body
from event where interaction_id = any($1::uuid[]) order by epoch, xid, id;

-- name: places_of_work
select i.id as interaction_id, coalesce(i.work_class_id, c.work_class_id) as work_class_id, i.queue_id, i.channel_id,
       array(select distinct n->>'skill' from jsonb_array_elements(i.skills) n order by 1) as skills,
       exists (select from estimate_teller t where t.channel_id = i.channel_id) as tells
from interaction i join channel c on c.id = i.channel_id
where i.id = any($1::uuid[]) and coalesce(i.work_class_id, c.work_class_id) is not null;

-- name: add_tellers
insert into estimate_teller (channel_id) select distinct unnest($1::uuid[]) on conflict do nothing;

-- name: add_days
insert into estimate_day as d (work_class_id, skill, day, queue_id, handled, handled_s, handled_sq, waits, waited_s, gone, at_once)
select * from unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[], $5::int[], $6::float8[], $7::float8[], $8::int[],
                     $9::float8[], $10::int[], $11::int[])
on conflict (work_class_id, skill, day, queue_id) do update set
    handled = d.handled + excluded.handled, handled_s = d.handled_s + excluded.handled_s,
    handled_sq = d.handled_sq + excluded.handled_sq, waits = d.waits + excluded.waits,
    waited_s = d.waited_s + excluded.waited_s, gone = d.gone + excluded.gone, at_once = d.at_once + excluded.at_once;

-- name: add_waits
insert into estimate_wait as w (work_class_id, day, bin, kept, gone)
select * from unnest($1::uuid[], $2::date[], $3::smallint[], $4::int[], $5::int[])
on conflict (work_class_id, day, bin) do update set kept = w.kept + excluded.kept, gone = w.gone + excluded.gone;

-- name: add_arrivals
insert into estimate_minute as m (queue_id, work_class_id, minute, arrivals)
select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[])
on conflict (queue_id, minute, work_class_id) do update set arrivals = m.arrivals + excluded.arrivals;

-- name: forget_days
delete from estimate_day where day < $1;

-- name: forget_waits
delete from estimate_wait where day < $1;

-- name: forget_minutes
delete from estimate_minute where minute < $1;

-- name: days
select work_class_id, skill, day, sum(handled)::float8 as handled, sum(handled_s) as handled_s, sum(handled_sq) as handled_sq,
       sum(waits)::float8 as waits, sum(waited_s) as waited_s, sum(gone)::float8 as gone, sum(at_once)::float8 as at_once
from estimate_day group by work_class_id, skill, day order by work_class_id, skill, day;

-- name: waits
select work_class_id, day, bin, kept, gone from estimate_wait order by work_class_id, day, bin;

-- name: people
-- Counted where the work itself stands, by walking each agent's newest closed work; nothing of it is kept. Of a skill as
-- many count as have it or, if fewer, as do the class's other work: what one can subtract is a group as well.
with recent as materialized (
    select distinct a.user_id, r.work_class_id, r.skills
    from agent a cross join lateral (
        select coalesce(i.work_class_id, c.work_class_id) as work_class_id, i.skills from interaction i join channel c on c.id = i.channel_id
        where i.holder_id = a.user_id and i.stage = 'closed' and i.closed_at > $1
        order by i.closed_at desc, i.id desc limit 50
    ) r where r.work_class_id is not null
), asked as materialized (
    select distinct r.work_class_id, n->>'skill' as skill from recent r cross join jsonb_array_elements(r.skills) n
)
select work_class_id, '' as skill, count(distinct user_id) as people from recent group by work_class_id
union all
select r.work_class_id, a.skill,
       least(count(distinct r.user_id) filter (where r.skills @> jsonb_build_array(jsonb_build_object('skill', a.skill))),
             nullif(count(distinct r.user_id) filter (
                 where not r.skills @> jsonb_build_array(jsonb_build_object('skill', a.skill))), 0))
from recent r join asked a on a.work_class_id = r.work_class_id group by r.work_class_id, a.skill;

-- name: settled
select id as work_class_id, key, handling_s, patience_s, learns, "deferrable", learned_handling_s, learned_patience_s,
       learned_by_skill
from work_class order by key;

-- name: settle
update work_class set learned_handling_s = $2, learned_patience_s = $3, learned_by_skill = $4 where id = $1;

-- name: estimates
select work_class_id, skill, quantity, value_s, low_s, high_s, samples, used_s, why, since
from estimate order by work_class_id, quantity, skill;

-- name: clear_estimates
delete from estimate;

-- name: put_estimates
insert into estimate (work_class_id, skill, quantity, value_s, low_s, high_s, samples, used_s, why, since)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::int[], $8::float8[],
                     $9::text[], $10::timestamptz[]);

-- name: arrivals
select queue_id, work_class_id, minute, arrivals from estimate_minute where minute >= $1 order by queue_id, work_class_id, minute;

-- name: auto_reserves
select q.id as queue_id, q.reserve_share as share, q.reserve_within_s as within_s, q.reserve_units as units,
       q.reserve_now as now_kept,
       (select count(*) from queue_member m join agent a on a.user_id = m.user_id join app_user u on u.id = a.user_id
        where m.queue_id = q.id and a.state = 'available' and u.disabled_at is null and a.capacity >= q.reserve_units) as agents
from queue q where q.reserve_auto and q.archived_at is null order by q.id;

-- name: set_reserve
update queue set reserve_now = $2, version = version + 1 where id = $1;
