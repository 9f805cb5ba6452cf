-- name: server
-- The oldest transaction that has written holds up every reader of the log; one that only reads keeps dead rows.
select current_setting('server_version') as version, clock_timestamp() as now,
       pg_database_size(current_database()) as size_bytes,
       current_setting('max_connections')::int as connections_allowed,
       (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as connections,
       (select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float from pg_stat_activity
        where backend_xid is not null and pid <> pg_backend_pid()) as tail_age_s,
       (select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()) as oldest_transaction_s;

-- name: work
-- What should have been done by a role that perhaps does not run.
select (select count(*) from inbox where state = 'quarantined')::int as quarantined,
       (select count(*) from outbox where state in ('dead', 'failed'))::int as undelivered,
       (select coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)::float from inbox
        where state = 'new') as oldest_unread_s,
       (select coalesce(extract(epoch from clock_timestamp() - min(next_at)), 0)::float from outbox
        where state in ('queued', 'retrying', 'unknown', 'sending')) as longest_overdue_s,
       (select coalesce(extract(epoch from max(at) - clock_timestamp()), 0)::float from event) as newest_event_ahead_s,
       exists (select from setting where name = 'restore.tombstones_pending') as restore_unfinished,
       array(select name || ' (' || state || ')' from channel
             where state not in ('ok', 'paused') and archived_at is null order by name) as channels_in_trouble,
       array(select key_id from secret union select key_id from sealed_item order by 1) as keys_needed;

-- name: standing
select (select count(*) from inbox where state = 'new')::int as inbox_waiting,
       (select coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)::float from inbox
        where state = 'new') as inbox_oldest_s,
       (select count(*) from inbox where state = 'quarantined')::int as quarantined,
       (select coalesce(extract(epoch from clock_timestamp() - min(waiting_since)), 0)::float from interaction
        where stage = 'waiting' and state <> 'offered') as longest_wait_s,
       (select coalesce(jsonb_object_agg(state, n), '{}') from (
            select state, count(*) as n from outbox
            where state in ('queued', 'retrying', 'unknown', 'sending') or state in ('dead', 'failed') group by state) o) as outbox,
       (select coalesce(jsonb_object_agg(state, n), '{}') from (
            select state, count(*) as n from interaction where stage <> 'closed' group by state) i) as interactions;
