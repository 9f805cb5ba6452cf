-- name: queues
select q.id, q.key, q.name, q.team_id, q.time_zone, q.first_response_s, q.offer_s, q.skills, q.match_language, q.steps,
       q.reserve_agents, q.reserve_units, q.reserve_auto, q.reserve_share, q.reserve_within_s, q.mode, q.silence_s, q.wrap_up_s, q.prefer_s,
       case when q.reserve_auto then q.reserve_now else q.reserve_agents end as reserve_now, q.open_now, q.hours_next_at,
       q.version, (select coalesce(jsonb_agg(jsonb_build_object('service_level_id', l.service_level_id, 'work_class_id', l.work_class_id)
                                  order by l.work_class_id nulls first), '[]')
        from queue_service_level l where l.queue_id = q.id) as service_levels,
       q.archived_at is not null as archived,
       array(select m.user_id from queue_member m where m.queue_id = q.id order by m.user_id) as member_ids
from queue q
where case when $1::uuid[] is null then $2 or q.archived_at is null else q.id = any($1::uuid[]) end
order by q.position, q.key;

-- name: add_queue
insert into queue (id, key, name, team_id, time_zone, first_response_s, offer_s, skills, match_language, steps,
                   reserve_agents, reserve_units, reserve_auto, reserve_share, reserve_within_s, mode, silence_s, wrap_up_s, prefer_s, position)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        (select coalesce(max(position), 0) + 1 from queue))
on conflict do nothing returning id;

-- name: queue_key_taken
select exists (select from queue where key = $1 and id <> $2);

-- name: leave_queue
delete from queue_member where queue_id = $1 and user_id <> all($2::uuid[]) returning user_id;

-- name: join_queue
-- Who is no agent cannot be a member and is passed over.
insert into queue_member (queue_id, user_id) select $1, user_id from agent where user_id = any($2::uuid[])
on conflict do nothing returning user_id;

-- name: bump_queue
update queue set version = version + 1 where id = $1;

-- name: bump_agents
update agent set version = version + 1 where user_id = any($1::uuid[]) returning user_id;

-- name: open_work_in
select exists (
    select from access_class k join interaction i on i.access_class = k.id where k.queue_id = $1 and i.stage <> 'closed');

-- name: channels_into
select count(*) from channel where queue_id = $1 and archived_at is null;

-- name: skills
select id, key, name from skill order by key;

-- name: add_skill
insert into skill (id, key, name) values ($1, $2, $3) on conflict do nothing returning id;

-- name: rename_skill
update skill set name = $2 where id = $1 returning id;

-- name: codes
select id, key, name, archived_at is not null as archived from wrap_up_code order by position, key;

-- name: add_code
insert into wrap_up_code (id, key, name, position)
values ($1, $2, $3, (select coalesce(max(position), 0) + 1 from wrap_up_code)) on conflict do nothing returning id;

-- name: code_key_taken
select exists (select from wrap_up_code where key = $1 and id <> $2);

-- name: work_classes
select id, key, name, cost, handling_s, patience_s, decay_s, growth, cap, fades, "deferrable", learns, parked_share, interrupts,
       parks_interrupted, version
from work_class order by key;

-- name: add_work_class
insert into work_class (id, key, name, cost, handling_s, patience_s, decay_s, growth, cap, fades, "deferrable", learns,
                        parked_share, interrupts, parks_interrupted)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing returning id;

-- name: work_class_key_taken
select exists (select from work_class where key = $1 and id <> $2);

-- name: teams
select id, key, name from team order by key;

-- name: add_team
insert into team (id, key, name) values ($1, $2, $3) on conflict do nothing returning id;

-- name: brands
select id, key, name from brand order by key;

-- name: add_brand
insert into brand (id, key, name) values ($1, $2, $3) on conflict do nothing returning id;

-- name: ensure_agent
insert into agent (user_id, since, idle_since) values ($1, $2, $2) on conflict do nothing returning user_id;

-- name: set_capacity
update agent set capacity = $2, version = version + 1 where user_id = $1;

-- name: clear_agent_skills
delete from agent_skill where user_id = $1;

-- name: add_agent_skills
insert into agent_skill (user_id, skill_id, level)
select $1, n.skill_id, n.level from unnest($2::uuid[], $3::int[]) as n(skill_id, level);

-- name: agent_page
select u.name_key, u.id from agent a join app_user u on u.id = a.user_id
where u.disabled_at is null and ($1::text is null or (u.name_key, u.id) > ($1, $2::uuid))
order by u.name_key, u.id limit $3;

-- name: channels
select c.id, c.connector, c.network, c.medium, c.name, c.handle, c.queue_id, c.brand_id, c.config, c.skills, c.units,
       c.priority, c.work_class_id, case when c.paused then 'paused' else c.state end as state, c.state_what, c.state_since,
       c.last_ok_at, c.caps, c.version, c.archived_at is not null as archived,
       array(select s.name from secret s where s.owner_kind = 'channel' and s.owner_id = c.id order by s.name) as secrets_set
from channel c
where case when $1::uuid[] is null then $2 or c.archived_at is null else c.id = any($1::uuid[]) end
order by c.name, c.id;

-- name: add_channel
-- One speaks with one person at a time, whatever room a house gives its people.
insert into channel (id, connector, network, medium, name, queue_id, brand_id, config, skills, units, priority,
                     state_since, created_at, work_class_id, one_at_a_time)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $4 = 'call') on conflict do nothing returning id;

-- name: same_account
select id from channel where network = $1 and realm = $2 and remote_id = $3 and archived_at is null;

-- name: counters
select channel_id, name, sum(n)::bigint as n from channel_counter
where channel_id = any($1::uuid[]) and day > $2::date - 7 group by channel_id, name;

-- name: health
select case when c.paused then 'paused' else c.state end as state, c.state_what, c.last_ok_at, c.state_until, c.trouble,
       c.trouble_at,
       (select max(k.at) from channel_counter k
        where k.channel_id = c.id and k.name = 'stored' and k.day > $2::timestamptz::date - 7) as last_item_at,
       (select extract(epoch from $2::timestamptz - min(i.received_at))::float
        from inbox i where i.channel_id = c.id and i.state = 'new') as lag_s,
       (select count(*) from inbox i where i.channel_id = c.id and i.state = 'quarantined') as quarantined
from channel c where c.id = $1;

-- name: open_gaps
select id, stream, found_at, since, filled, resolved_at from channel_gap
where channel_id = $1 and (resolved_at is null or found_at > $2::timestamptz - interval '30 days') order by found_at desc limit 20;

-- name: outbox_counts
-- Undelivered answers only; the partial indexes of the outbox cover both lines.
select count(*) filter (where state in ('queued', 'sending')) as queued,
       count(*) filter (where state in ('retrying', 'unknown')) as retrying,
       count(*) filter (where state in ('dead', 'failed')) as dead
from outbox where channel_id = $1 and state in ('queued', 'sending', 'retrying', 'unknown', 'dead', 'failed');

-- name: places
select id as access_class, channel_id, queue_id from access_class;

-- name: settings
select name, value from setting;

-- name: put_setting
insert into setting (name, value, changed_at, changed_by) values ($1, $2, $3, $4)
on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by;

-- name: alive
select 1;
