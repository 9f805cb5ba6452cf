-- name: calendars
select id, key, name, zone, openings, holidays, closures, version, archived_at is not null as archived from calendar
where case when $1::uuid[] is null then $2 or archived_at is null else id = any($1::uuid[]) end order by key;

-- name: add_calendar
insert into calendar (id, key, name, zone, openings, holidays, closures) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing returning id;

-- name: calendar_key_taken
select exists (select from calendar where key = $1 and id <> $2);

-- name: levels
select id, key, name, targets, window_warn_s, reopen_within_s, version, archived_at is not null as archived from service_level
where case when $1::uuid[] is null then $2 or archived_at is null else id = any($1::uuid[]) end order by key;

-- name: add_level
insert into service_level (id, key, name, targets, window_warn_s, reopen_within_s, terms) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing returning id;

-- name: service_level_key_taken
select exists (select from service_level where key = $1 and id <> $2);

-- name: set_terms
update service_level set terms = $2 where id = $1;

-- name: queues_using
select distinct queue_id from queue_service_level where service_level_id = any($1::uuid[]);

-- name: forget_choices
delete from queue_service_level where queue_id = $1;

-- name: choose
insert into queue_service_level (queue_id, work_class_id, service_level_id)
select $1, n.work_class_id, n.service_level_id from unnest($2::uuid[], $3::uuid[]) as n(work_class_id, service_level_id);

-- name: bump_queue
update queue set version = version + 1 where id = $1;

-- name: keep_terms
insert into clock_terms (key, definition, created_at) values ($1, $2, $3) on conflict do nothing;

-- name: terms
select key, definition from clock_terms where key = any($1::text[]);

-- name: raise_epoch
update clock_epoch set n = n + 1;

-- name: terms_of
-- Read with the epoch in one statement: whoever changes the terms raises it, so what was counted by older ones is found.
select coalesce((select s.terms from queue_service_level a join service_level s on s.id = a.service_level_id
                 where a.queue_id = q.id and (a.work_class_id is null or a.work_class_id = c.work_class_id)
                 order by a.work_class_id nulls last limit 1), 'queue:' || q.first_response_s) as key,
       (select n from clock_epoch) as epoch
from channel c join queue q on q.id = $2 where c.id = $1;

-- name: clocks
-- What follows (condition, order, lock) is put together from fixed parts.
select i.id, i.conversation_id, i.channel_id, i.access_class, i.queue_id, i.agent_id, i.state, i.waiting_since,
       i.first_response_at, i.parked_until, i.closed_at, t.reply_until, nullif(i.due_at, 'infinity') as due_at,
       coalesce(i.due_kind, '') as due_kind, i.due_state,
       coalesce(k.policy, '') as policy, k.base::text as base, k.facts::text as facts, coalesce(k.told, '[]') as told,
       k.next_moment_at, e.n as epoch,
       coalesce((select s.terms from queue_service_level a join service_level s on s.id = a.service_level_id
                 where a.queue_id = i.queue_id and (a.work_class_id is null or a.work_class_id = coalesce(i.work_class_id, c.work_class_id))
                 order by a.work_class_id nulls last limit 1), 'queue:' || q.first_response_s) as current
from interaction i
left join interaction_clocks k on k.interaction_id = i.id
join conversation t on t.id = i.conversation_id
join channel c on c.id = i.channel_id
join queue q on q.id = i.queue_id
cross join clock_epoch e

-- name: keep_clocks
insert into interaction_clocks (interaction_id, policy, base, facts, told, next_moment_at, epoch, is_open)
select n.interaction_id, n.policy, n.base::jsonb, n.facts::jsonb, n.told::jsonb, n.next_moment_at, n.epoch, n.is_open
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bigint[], $8::bool[])
    as n(interaction_id, policy, base, facts, told, next_moment_at, epoch, is_open)
on conflict (interaction_id) do update set
    policy = excluded.policy, base = excluded.base, facts = excluded.facts, told = excluded.told,
    next_moment_at = excluded.next_moment_at, epoch = excluded.epoch, is_open = excluded.is_open;

-- name: set_due
update interaction i set due_at = coalesce(n.due_at, 'infinity'), due_kind = nullif(n.due_kind, ''), due_state = n.due_state,
                         version = i.version + 1, updated_at = $5
from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[]) as n(id, due_at, due_kind, due_state)
where i.id = n.id and (i.due_at, coalesce(i.due_kind, ''), i.due_state) is distinct from
      (coalesce(n.due_at, 'infinity'), n.due_kind, n.due_state)
returning i.id;

-- name: next_moment
-- Each part reads the head of an index. Clocks that are behind are due at once.
select least(
    (select min(next_moment_at) from interaction_clocks where next_moment_at is not null),
    (select min(hours_next_at) from queue where hours_next_at is not null),
    (select case when min(k.epoch) < (select n from clock_epoch) then $1::timestamptz end from interaction_clocks k where k.is_open)
);

-- name: queue_hours
select q.id as queue_id, q.open_now, q.hours_next_at as next_at,
       coalesce((select s.terms from queue_service_level a join service_level s on s.id = a.service_level_id
                 where a.queue_id = q.id and a.work_class_id is null), 'queue:' || q.first_response_s) as terms
from queue q
where q.archived_at is null and ($1::uuid[] is null or q.id = any($1::uuid[])) and (not $2 or q.hours_next_at <= $3)
order by q.id for no key update of q;

-- name: set_hours
update queue set open_now = $2, hours_next_at = $3, version = version + 1 where id = $1;
