-- name: try_lock
-- One node does this at a time; another finds it done.
select pg_try_advisory_xact_lock(hashtext('unisono.maintenance'));

-- name: partition_there
select to_regclass($1) is not null;

-- name: prune_events
delete from event_default where at < $1;

-- name: forget_commands
delete from command where at < $1;

-- name: forget_bulk
delete from bulk_work where at < $1;

-- name: forget_sessions
delete from session where expires_at < $1;

-- name: forget_links
delete from one_time_link where expires_at < $1;

-- name: forget_memory
delete from channel_memory where expires_at < $1;

-- name: forget_thread_meters
-- No limit of a thread looks back further than a day.
delete from budget_meter where scope like 'thread:%' and changed_at < $1;

-- name: unused_attachments
-- Uploaded, never sent.
delete from attachment where id in (
    select id from attachment where message_id is null and created_at < $1 limit 500) returning id;

-- name: event_partitions
select c.relname from pg_inherits h join pg_class c on c.oid = h.inhrelid
where h.inhparent = 'event'::regclass and c.relname <> 'event_default' order by c.relname;

-- name: set_pruned
insert into setting (name, value) values ('log.pruned_to', $1)
on conflict (name) do update set value = excluded.value, changed_at = now();

-- name: newest_of_default
select epoch, xid::text::bigint as xid, id from event where at < $1 order by event.epoch desc, event.xid desc, event.id desc limit 1;

-- name: tail_age
-- How long the oldest transaction that has written is open: for so long the log stands still.
select coalesce(extract(epoch from max(now() - xact_start)), 0)::float
from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid();
