-- name: take_fold
-- One node folds at a time; another passes on.
select cursor from tally_fold for no key update skip locked;

-- name: move_fold
update tally_fold set cursor = $1 where cursor <> $1;

-- name: happened
-- Only what is counted: most of the log is passed over in the database.
select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
       interaction_id, queue_id, agent_id, body
from event
where (epoch, xid, id) > ($1, $2::text::xid8, $3) and type = any($4::text[])
  and (epoch < (select epoch from cluster_epoch) or xid < pg_snapshot_xmin(pg_current_snapshot()))
order by epoch, xid, id
limit $5;

-- name: work
select i.id as interaction_id, i.waiting_since,
       array(select distinct n->>'skill' from jsonb_array_elements(i.skills) n order by 1) as skills
from interaction i where i.id = any($1::uuid[]);

-- name: first_responses
-- The first of each kind; of a reply window nothing is promised by us, and what was said to somebody else is no answer.
select distinct on (e.interaction_id, e.type <> 'interaction.breached') e.interaction_id, e.type <> 'interaction.breached' as is_answer,
       e.epoch, e.xid::text::bigint as xid, e.id
from event e join interaction i on i.id = e.interaction_id
where e.interaction_id = any($1::uuid[])
  and (e.type in ('answer.queued', 'call.answered') and e.at = i.first_response_at
       or e.type = 'interaction.breached' and e.body->>'kind' in ('first_response', 'next_response'))
order by e.interaction_id, e.type <> 'interaction.breached', e.epoch, e.xid, e.id;

-- name: zones
select id, time_zone from queue where id = any($1::uuid[]);

-- name: add_days
insert into tally_day as d (day, queue_id, channel_id, skill, arrived, moved_in, handled, abandoned, answered, in_time, late,
                            answered_s)
select * from unnest($1::date[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[],
                     $10::int[], $11::int[], $12::float8[])
on conflict (day, queue_id, channel_id, skill) do update set
    arrived = d.arrived + excluded.arrived, moved_in = d.moved_in + excluded.moved_in,
    handled = d.handled + excluded.handled, abandoned = d.abandoned + excluded.abandoned,
    answered = d.answered + excluded.answered, in_time = d.in_time + excluded.in_time, late = d.late + excluded.late,
    answered_s = d.answered_s + excluded.answered_s;

-- name: add_answers
insert into tally_wait as a (day, queue_id, channel_id, hist)
select u.day, u.queue_id, u.channel_id, sum(u.n * ('1e' || 8 * u.bin)::numeric)
from unnest($1::date[], $2::uuid[], $3::uuid[], $4::int[], $5::int[]) u(day, queue_id, channel_id, bin, n)
group by 1, 2, 3 order by 1, 2, 3
on conflict (day, queue_id, channel_id) do update set hist = a.hist + excluded.hist;

-- name: today
-- Some hundreds of rows at the most: one for each queue and channel that had something today.
select t.queue_id, t.channel_id, c.medium, a.id as access_class, t.skill, t.arrived, t.moved_in, t.handled, t.abandoned, t.answered,
       t.in_time, t.late, t.answered_s
from queue q
join tally_day t on t.queue_id = q.id and t.day = ($1::timestamptz at time zone q.time_zone)::date
join channel c on c.id = t.channel_id
left join access_class a on a.channel_id = t.channel_id and a.queue_id = t.queue_id;

-- name: by_medium
-- Of the last days, today included, by the wall clock of each queue; the bounds of the whole are a day wider than any of them.
with day as materialized (select id, ($1::timestamptz at time zone time_zone)::date as today from queue)
select c.medium, sum(t.arrived)::int as arrived, sum(t.moved_in)::int as moved_in, sum(t.handled)::int as handled,
       sum(t.abandoned)::int as abandoned, sum(t.answered)::int as answered, sum(t.in_time)::int as in_time,
       sum(t.late)::int as late, sum(t.answered_s) as answered_s
from tally_day t
join day q on q.id = t.queue_id and t.day <= q.today and t.day > q.today - $2::int
join channel c on c.id = t.channel_id
where t.skill = '' and t.day between $1::timestamptz::date - $2::int - 1 and $1::timestamptz::date + 1
  and ($3::int[] is null or exists (
      select from access_class a where a.channel_id = t.channel_id and a.queue_id = t.queue_id and a.id = any($3::int[])))
group by c.medium order by c.medium;

-- name: bins_by_medium
with day as materialized (select id, ($1::timestamptz at time zone time_zone)::date as today from queue)
select c.medium, sum(t.hist) as hist
from tally_wait t
join day q on q.id = t.queue_id and t.day <= q.today and t.day > q.today - $2::int
join channel c on c.id = t.channel_id
where t.day between $1::timestamptz::date - $2::int - 1 and $1::timestamptz::date + 1
  and ($3::int[] is null or exists (
      select from access_class a where a.channel_id = t.channel_id and a.queue_id = t.queue_id and a.id = any($3::int[])))
group by c.medium;

-- name: forget_days
delete from tally_day where day < $1;

-- name: forget_answers
delete from tally_wait where day < $1;

-- name: thresholds
select queue_id, waiting_warn, waiting_alarm, longest_warn_s, longest_alarm_s, level_warn, level_alarm from wall_threshold
order by queue_id nulls first;

-- name: put_threshold
insert into wall_threshold (queue_id, waiting_warn, waiting_alarm, longest_warn_s, longest_alarm_s, level_warn, level_alarm)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (queue_id) do update set
    waiting_warn = excluded.waiting_warn, waiting_alarm = excluded.waiting_alarm, longest_warn_s = excluded.longest_warn_s,
    longest_alarm_s = excluded.longest_alarm_s, level_warn = excluded.level_warn, level_alarm = excluded.level_alarm;

-- name: drop_threshold
delete from wall_threshold where queue_id = $1;

-- name: add_link
insert into wall_link (id, name, token_hash, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6);

-- name: links
select id, name, created_by, created_at, expires_at, last_seen_at from wall_link where expires_at > $1
order by created_at desc, id desc;

-- name: link
-- One of somebody who is disabled is good for nothing.
select l.id, l.name, l.created_by, l.created_at, l.expires_at, l.last_seen_at
from wall_link l join app_user u on u.id = l.created_by
where l.token_hash = $1 and l.expires_at > $2 and u.disabled_at is null;

-- name: saw_link
update wall_link set last_seen_at = $2 where id = $1;

-- name: end_link
delete from wall_link where id = $1 returning id;

-- name: forget_links
delete from wall_link where expires_at < $1;
